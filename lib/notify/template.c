/* template: see include/loket/template.h */
#include <loket/error.h>
#include <loket/template.h>
#include <stdbool.h>
#include <string.h>

#define FILE_BYTES_MAX 65536
#define SUFFIX ".txt"
#define SUBJECT "Subject: "
#define COLUMNS 72
#define LAST_LANGUAGE "en"

struct Template {
	char *language;
	char *subject;
	/* Lines parted by LF; LF may stand at both ends too. */
	char **paragraphs;
};

struct Templates {
	/* From language to Template. */
	GHashTable *by_kind[TEMPLATE_KINDS];
};

static const char *const kind_names[TEMPLATE_KINDS] = {
	[TEMPLATE_ACK] = "ack",
	[TEMPLATE_ANSWERED_TWICE] = "answered-twice",
	[TEMPLATE_UNDELIVERABLE] = "undeliverable",
};

/* The value of the field whose name is these bytes; false when there is no
 * such field. */
static bool
field_value(const TemplateValues *values, const char *name, size_t length,
	    const char **value)
{
	const struct {
		const char *name;
		const char *value;
	} fields[] = {
		{"number", values->number}, {"tag", values->tag},
		{"desk", values->desk},	    {"address", values->address},
		{"due", values->due},	    {"who", values->who},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (strlen(fields[i].name) != length ||
		    memcmp(fields[i].name, name, length) != 0)
			continue;
		*value = fields[i].value ? fields[i].value : "";
		return true;
	}
	return false;
}

static bool
fail_at(const char *file, size_t line, const char *message, GError **error)
{
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s:%zu: %s", file,
		    line, message);
	return false;
}

static bool
check_fields(const char *file, char **lines, GError **error)
{
	static const TemplateValues none = {0};
	for (size_t i = 0; lines[i]; i++) {
		const char *brace = strchr(lines[i], '{');
		for (; brace; brace = strchr(brace + 1, '{')) {
			size_t length = strcspn(brace + 1, "}");
			const char *value;
			if (field_value(&none, brace + 1, length, &value) &&
			    brace[1 + length] == '}')
				continue;
			g_autofree char *message =
				g_strdup_printf("unknown field \"%.*s\"",
						(int)length + 2, brace);
			return fail_at(file, i + 1, message, error);
		}
	}
	return true;
}

static void
template_free(Template *template)
{
	g_free(template->language);
	g_free(template->subject);
	g_strfreev(template->paragraphs);
	g_free(template);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)

/* Counts from the start, because the first bad byte knows no line. */
static size_t
line_of(const char *text, const char *at)
{
	size_t line = 1;
	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	return line;
}

/* The lines of a file without white space at their end; NULL on error. */
static char **
read_lines(const char *file, GError **error)
{
	g_autofree char *text = NULL;
	size_t length;
	g_autoptr(GError) cause = NULL;
	if (!g_file_get_contents(file, &text, &length, &cause)) {
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
				    cause->message);
		return NULL;
	}
	if (length > FILE_BYTES_MAX) {
		fail_at(file, 1, "longer than 64 kB", error);
		return NULL;
	}
	const char *end;
	if (!g_utf8_validate(text, (gssize)length, &end)) {
		fail_at(file, line_of(text, end), "not UTF-8", error);
		return NULL;
	}
	char **lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i]; i++)
		g_strchomp(lines[i]);
	return lines;
}

static bool
check_form(const char *file, char **lines, GError **error)
{
	if (!lines[0] || !g_str_has_prefix(lines[0], SUBJECT))
		return fail_at(file, 1, "no \"Subject: ...\"", error);
	if (!lines[1] || *lines[1])
		return fail_at(file, 2, "the line after Subject is not empty",
			       error);
	for (char **line = lines + 2; *line; line++)
		if (**line)
			return check_fields(file, lines, error);
	return fail_at(file, 3, "no text", error);
}

static Template *
template_load(const char *file, const char *language, GError **error)
{
	g_auto(GStrv) lines = read_lines(file, error);
	if (!lines || !check_form(file, lines, error))
		return NULL;
	g_autofree char *text = g_strjoinv("\n", lines + 2);
	Template *template = g_new0(Template, 1);
	template->language = g_strdup(language);
	template->subject = g_strdup(lines[0] + strlen(SUBJECT));
	template->paragraphs = g_strsplit(text, "\n\n", -1);
	return template;
}

static bool
kind_from_file_name(const char *name, enum TemplateKind *kind)
{
	for (size_t i = 0; i < TEMPLATE_KINDS; i++) {
		g_autofree char *expected =
			g_strconcat(kind_names[i], SUFFIX, NULL);
		if (strcmp(name, expected) != 0)
			continue;
		*kind = (enum TemplateKind)i;
		return true;
	}
	return false;
}

static bool
load_file(Templates *templates, const char *dir, const char *language,
	  const char *name, GError **error)
{
	g_autofree char *file = g_build_filename(dir, name, NULL);
	enum TemplateKind kind;
	if (!kind_from_file_name(name, &kind))
		return fail_at(file, 1, "no notification has this name", error);
	Template *template = template_load(file, language, error);
	if (!template)
		return false;
	g_hash_table_replace(templates->by_kind[kind], template->language,
			     template);
	return true;
}

static GDir *
open_dir(const char *path, GError **error)
{
	g_autoptr(GError) cause = NULL;
	GDir *dir = g_dir_open(path, 0, &cause);
	if (!dir)
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
				    cause->message);
	return dir;
}

static bool
load_language(Templates *templates, const char *path, const char *language,
	      GError **error)
{
	g_autoptr(GDir) dir = open_dir(path, error);
	if (!dir)
		return false;
	for (const char *name; (name = g_dir_read_name(dir));)
		/* editors leave other files beside */
		if (g_str_has_suffix(name, SUFFIX) && *name != '.' &&
		    !load_file(templates, path, language, name, error))
			return false;
	return true;
}

static bool
load_languages(Templates *templates, const char *path, GError **error)
{
	g_autoptr(GDir) dir = open_dir(path, error);
	if (!dir)
		return false;
	for (const char *name; (name = g_dir_read_name(dir));) {
		g_autofree char *sub = g_build_filename(path, name, NULL);
		if (*name != '.' && g_file_test(sub, G_FILE_TEST_IS_DIR) &&
		    !load_language(templates, sub, name, error))
			return false;
	}
	return true;
}

static bool
check_last_language(const Templates *templates, const char *path,
		    GError **error)
{
	for (size_t i = 0; i < TEMPLATE_KINDS; i++) {
		if (g_hash_table_contains(templates->by_kind[i], LAST_LANGUAGE))
			continue;
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "%s/%s/%s%s: missing", path, LAST_LANGUAGE,
			    kind_names[i], SUFFIX);
		return false;
	}
	return true;
}

Templates *
templates_load(const char *data_dir, GError **error)
{
	g_autoptr(Templates) templates = g_new0(Templates, 1);
	for (size_t i = 0; i < TEMPLATE_KINDS; i++)
		templates->by_kind[i] =
			g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					      (GDestroyNotify)template_free);
	g_autofree char *path = g_build_filename(data_dir, "templates", NULL);
	if (!load_languages(templates, path, error) ||
	    !check_last_language(templates, path, error))
		return NULL;
	return g_steal_pointer(&templates);
}

void
templates_free(Templates *templates)
{
	if (!templates)
		return;
	for (size_t i = 0; i < TEMPLATE_KINDS; i++)
		g_hash_table_destroy(templates->by_kind[i]);
	g_free(templates);
}

static const Template *
find_exact(const Templates *templates, enum TemplateKind kind, const char *tag)
{
	if (!tag)
		return NULL;
	g_autofree char *language =
		g_ascii_strdown(tag, (gssize)strcspn(tag, "-_"));
	return g_hash_table_lookup(templates->by_kind[kind], language);
}

const Template *
templates_find(const Templates *templates, enum TemplateKind kind,
	       const char *language, const char *fallback)
{
	const Template *template = find_exact(templates, kind, language);
	if (!template)
		template = find_exact(templates, kind, fallback);
	if (!template)
		template = find_exact(templates, kind, LAST_LANGUAGE);
	return template;
}

const char *
template_language(const Template *template)
{
	return template->language;
}

static void
add_value(GString *out, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);
	for (const char *p = valid; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		g_string_append_unichar(out, g_unichar_iscntrl(c) ? ' ' : c);
	}
}

/* Appends text with its fields filled in; false when one had no value. */
static bool
fill(GString *out, const char *text, const TemplateValues *values)
{
	bool complete = true;
	for (;;) {
		size_t plain = strcspn(text, "{");
		g_string_append_len(out, text, (gssize)plain);
		text += plain;
		if (!*text)
			return complete;
		size_t length = strcspn(text + 1, "}");
		const char *value = "";
		field_value(values, text + 1, length, &value);
		complete = complete && *value;
		add_value(out, value);
		text += strlen("{") + length + strlen("}");
	}
}

char *
template_subject(const Template *template, const TemplateValues *values)
{
	GString *subject = g_string_new(NULL);
	fill(subject, template->subject, values);
	return g_strstrip(g_string_free(subject, FALSE));
}

static size_t
char_columns(const char *p)
{
	gunichar c = g_utf8_get_char(p);
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

/* The bytes of line up to where it is to be broken, a space or its end. */
static size_t
break_length(const char *line)
{
	const char *start = line + strspn(line, " ");
	const char *space = NULL;
	size_t column = (size_t)(start - line);
	for (const char *p = start; *p; p += g_utf8_skip[(guchar)*p]) {
		if (*p == ' ')
			space = p;
		column += char_columns(p);
		if (column > COLUMNS && space)
			return (size_t)(space - line);
	}
	return strlen(line);
}

static void
add_wrapped(GString *out, const char *line)
{
	do {
		size_t length = break_length(line);
		g_string_append_len(out, line, (gssize)length);
		g_string_append_c(out, '\n');
		line += length;
		line += strspn(line, " ");
	} while (*line);
}

static void
add_paragraph(GString *out, const char *paragraph, const TemplateValues *values)
{
	g_autoptr(GString) filled = g_string_new(NULL);
	paragraph += strspn(paragraph, "\n");
	if (!fill(filled, paragraph, values))
		return;
	g_auto(GStrv) lines = g_strsplit(g_strchomp(filled->str), "\n", -1);
	if (!lines[0])
		return;
	if (out->len > 0)
		g_string_append_c(out, '\n');
	for (char **line = lines; *line; line++)
		add_wrapped(out, *line);
}

char *
template_text(const Template *template, const TemplateValues *values)
{
	GString *text = g_string_new(NULL);
	for (char **p = template->paragraphs; *p; p++)
		add_paragraph(text, *p, values);
	return g_string_free(text, FALSE);
}
