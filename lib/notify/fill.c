/*
 * fill: see fill.h
 *
 * A value is one line of plain words, whatever it holds: control characters
 * become spaces, the marks that turn the direction of writing (UAX 9) go.
 */
#include <string.h>

#include "fill.h"

#define COLUMNS 72
/* Characters of a value. */
#define VALUE_MAX 4000
#define JOINER 0x200D
#define NON_JOINER 0x200C

#define FIELD(field) offsetof(TemplateValues, field)

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{"number", FIELD(number)},
	{"tag", FIELD(tag)},
	{"desk", FIELD(desk)},
	{"address", FIELD(address)},
	{"due", FIELD(due)},
	{"plan", FIELD(plan)},
	{"working-target", FIELD(working_target)},
	{"clock-target", FIELD(clock_target)},
	{"who", FIELD(who)},
	{"phone", FIELD(phone)},
	{"phone-hours", FIELD(phone_hours)},
	{"norm", FIELD(norm)},
	{"season", FIELD(season)},
	{"closed", FIELD(closed)},
	{"opens", FIELD(opens)},
	{"notice", FIELD(notice)},
	{"note", FIELD(note)},
	{"reopen", FIELD(reopen)},
	{"name", FIELD(name)},
	{"subject", FIELD(subject)},
	{"count", FIELD(count)},
	{"problem", FIELD(problem)},
};

/* False when no field has the name that is these bytes. */
static bool
field_find(const char *name, size_t length, size_t *offset)
{
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (strlen(fields[i].name) != length ||
		    memcmp(fields[i].name, name, length) != 0)
			continue;
		*offset = fields[i].offset;
		return true;
	}
	return false;
}

char *
fill_unknown_field(const char *line)
{
	const char *brace = strchr(line, '{');
	for (; brace; brace = strchr(brace + 1, '{')) {
		size_t offset;
		size_t length = strcspn(brace + 1, "}");
		if (!field_find(brace + 1, length, &offset) ||
		    brace[1 + length] != '}')
			return g_strndup(brace, length + strlen("{}"));
	}
	return NULL;
}

/* "" for none. */
static const char *
value_of(const TemplateValues *values, const char *name, size_t length)
{
	size_t offset;
	if (!field_find(name, length, &offset))
		return "";
	const char *value = G_STRUCT_MEMBER(const char *, values, offset);
	return value ? value : "";
}

static bool
is_shown(gunichar c)
{
	return c < 0x80 || g_unichar_type(c) != G_UNICODE_FORMAT ||
	       c == JOINER || c == NON_JOINER;
}

static bool
breaks_line(gunichar c)
{
	if (c < 0x80)
		return g_ascii_iscntrl((char)c);
	GUnicodeType type = g_unichar_type(c);
	return g_unichar_iscntrl(c) || type == G_UNICODE_LINE_SEPARATOR ||
	       type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

static char *
plain_words(const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);
	GString *words = g_string_new(NULL);
	glong n = 0;
	for (const char *p = valid; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		if (!is_shown(c))
			continue;
		if (++n > VALUE_MAX) {
			g_string_append(words, "…");
			break;
		}
		g_string_append_unichar(words, breaks_line(c) ? ' ' : c);
	}
	return g_string_free(words, FALSE);
}

static void
add_value(GString *out, const char *value, enum FillForm form)
{
	g_autofree char *words = plain_words(value);
	if (form == FILL_HTML) {
		g_autofree char *escaped = g_markup_escape_text(words, -1);
		g_string_append(out, escaped);
	} else {
		g_string_append(out, words);
	}
}

/* Appends text with its fields filled in; false when one had no value. */
static bool
fill(GString *out, const char *text, const TemplateValues *values,
     enum FillForm form)
{
	bool complete = true;
	for (;;) {
		size_t plain = strcspn(text, "{");
		g_string_append_len(out, text, (gssize)plain);
		text += plain;
		if (!*text)
			return complete;
		size_t length = strcspn(text + 1, "}");
		const char *value = value_of(values, text + 1, length);
		complete = complete && *value;
		add_value(out, value, form);
		text += strlen("{") + length + strlen("}");
	}
}

char *
fill_line(const char *line, const TemplateValues *values)
{
	GString *filled = g_string_new(NULL);
	(void)fill(filled, line, values, FILL_TEXT);
	return g_strstrip(g_string_free(filled, FALSE));
}

static size_t
char_columns(const char *p)
{
	if ((guchar)*p < 0x80)
		return 1;
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
add_line(GString *out, const char *line, enum FillForm form)
{
	if (form == FILL_TEXT)
		add_wrapped(out, line);
	else
		g_string_append_printf(out, "%s\n", line);
}

static void
add_paragraph(GString *out, const char *paragraph, const TemplateValues *values,
	      enum FillForm form)
{
	g_autoptr(GString) filled = g_string_new(NULL);
	paragraph += strspn(paragraph, "\n");
	if (!fill(filled, paragraph, values, form))
		return;
	g_auto(GStrv) lines = g_strsplit(g_strchomp(filled->str), "\n", -1);
	if (!lines[0])
		return;
	if (out->len > 0)
		g_string_append_c(out, '\n');
	for (char **line = lines; *line; line++)
		add_line(out, *line, form);
}

char *
fill_paragraphs(char *const *paragraphs, const TemplateValues *values,
		enum FillForm form)
{
	GString *text = g_string_new(NULL);
	for (char *const *p = paragraphs; *p; p++)
		add_paragraph(text, *p, values, form);
	return g_string_free(text, FALSE);
}
