/* template: see include/loket/template.h */
#include <loket/error.h>
#include <loket/template.h>
#include <stdbool.h>
#include <string.h>

#include "fill.h"
#include "template_file.h"

#define TEXT_SUFFIX ".txt"
#define HTML_SUFFIX ".html"
#define SUBJECT "Subject: "
#define LAST_LANGUAGE "en"

struct Template {
	char *language;
	char *subject;
	/* Lines parted by LF; LF may stand at both ends too. */
	char **paragraphs;
	char **html; /* the same; NULL: none */
};

struct Templates {
	/* From language to Template. */
	GHashTable *by_kind[TEMPLATE_KINDS];
};

static const char *const kind_names[TEMPLATE_KINDS] = {
	[TEMPLATE_ACK] = "ack",
	[TEMPLATE_DESK_CLOSED] = "desk-closed",
	[TEMPLATE_CLOSING] = "closing",
	[TEMPLATE_PROMISE] = "promise",
	[TEMPLATE_TAKEN_UP] = "taken-up",
	[TEMPLATE_ANSWERED_TWICE] = "answered-twice",
	[TEMPLATE_UNDELIVERABLE] = "undeliverable",
	[TEMPLATE_ACKS_HELD] = "acks-held",
	[TEMPLATE_NOT_SENT] = "not-sent",
	[TEMPLATE_CHECK] = "check",
};

/* One language as it is read; the site's own directory is searched first. */
typedef struct Search {
	Templates *templates;
	const char *language;
	const char *dirs[3]; /* NULL ends them */
} Search;

static void
template_free(Template *template)
{
	g_free(template->language);
	g_free(template->subject);
	g_strfreev(template->paragraphs);
	g_strfreev(template->html);
	g_free(template);
}

static bool
has_words(char **lines)
{
	for (; *lines; lines++)
		if (**lines)
			return true;
	return false;
}

static bool
check_form(const char *file, char **lines, GError **error)
{
	if (!lines[0] || !g_str_has_prefix(lines[0], SUBJECT))
		return template_file_fail(file, 1, "no \"Subject: ...\"",
					  error);
	if (!lines[1] || *lines[1])
		return template_file_fail(
			file, 2,
			"the line after Subject is not empty: it is the only "
			"header field",
			error);
	return has_words(lines + 2) ||
	       template_file_fail(file, 3, "no text", error);
}

static char **
paragraphs_of(char **lines)
{
	g_autofree char *text = g_strjoinv("\n", lines);
	return g_strsplit(text, "\n\n", -1);
}

static bool
load_text(const Search *search, enum TemplateKind kind, const char *file,
	  GError **error)
{
	TemplatePlace place = {search->dirs, TEXT_SUFFIX};
	g_auto(GStrv) lines = template_file_read(&place, file, error);
	if (!lines || !check_form(file, lines, error))
		return false;
	Template *template = g_new0(Template, 1);
	template->language = g_strdup(search->language);
	template->subject = g_strdup(lines[0] + strlen(SUBJECT));
	template->paragraphs = paragraphs_of(lines + 2);
	g_hash_table_replace(search->templates->by_kind[kind],
			     template->language, template);
	return true;
}

static bool
load_html(const Search *search, enum TemplateKind kind, const char *file,
	  GError **error)
{
	TemplatePlace place = {search->dirs, HTML_SUFFIX};
	Template *template = g_hash_table_lookup(
		search->templates->by_kind[kind], search->language);
	if (!template)
		return template_file_fail(file, 1, "there is no text of it",
					  error);
	g_auto(GStrv) lines = template_file_read(&place, file, error);
	if (!lines)
		return false;
	if (!has_words(lines))
		return template_file_fail(file, 1, "no text", error);
	g_strfreev(template->html);
	template->html = paragraphs_of(lines);
	return true;
}

typedef bool LoadFile(const Search *search, enum TemplateKind kind,
		      const char *file, GError **error);

bool
template_kind_parse(const char *name, enum TemplateKind *kind)
{
	for (size_t i = 0; i < TEMPLATE_KINDS; i++) {
		if (strcmp(kind_names[i], name) != 0)
			continue;
		*kind = (enum TemplateKind)i;
		return true;
	}
	return false;
}

const char *
template_kind_name(enum TemplateKind kind)
{
	return kind_names[kind];
}

static bool
load_file(const Search *search, const char *dir, const char *name,
	  const char *suffix, GError **error)
{
	LoadFile *load =
		g_str_equal(suffix, TEXT_SUFFIX) ? load_text : load_html;
	g_autofree char *file = g_build_filename(dir, name, NULL);
	g_autofree char *base = g_strndup(name, strlen(name) - strlen(suffix));
	enum TemplateKind kind;
	if (!template_kind_parse(base, &kind))
		return template_file_fail(
			file, 1, "no notification has this name", error);
	return load(search, kind, file, error);
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

/* Editors leave other files beside. */
static bool
load_files(const Search *search, const char *path, const char *suffix,
	   GError **error)
{
	g_autoptr(GDir) dir = open_dir(path, error);
	if (!dir)
		return false;
	for (const char *name; (name = g_dir_read_name(dir));)
		if (g_str_has_suffix(name, suffix) && *name != '.' &&
		    !template_file_is_part(name) &&
		    !load_file(search, path, name, suffix, error))
			return false;
	return true;
}

/* The roots of all templates: the site's own, NULL for none, and Loket's. */
typedef struct Roots {
	const char *own;
	const char *shipped;
} Roots;

static bool
load_language(Templates *templates, const Roots *roots, const char *root,
	      const char *language, GError **error)
{
	g_autofree char *dir = g_build_filename(root, language, NULL);
	g_autofree char *shipped =
		g_build_filename(roots->shipped, language, NULL);
	g_autofree char *own =
		roots->own ? g_build_filename(roots->own, language, NULL)
			   : NULL;
	Search search = {templates, language, {shipped, NULL, NULL}};
	if (own) {
		search.dirs[0] = own;
		search.dirs[1] = shipped;
	}
	return !g_file_test(dir, G_FILE_TEST_IS_DIR) ||
	       (load_files(&search, dir, TEXT_SUFFIX, error) &&
		load_files(&search, dir, HTML_SUFFIX, error));
}

static bool
load_languages(Templates *templates, const Roots *roots, const char *root,
	       GError **error)
{
	g_autoptr(GDir) dir = open_dir(root, error);
	if (!dir)
		return false;
	for (const char *name; (name = g_dir_read_name(dir));)
		if (*name != '.' &&
		    !load_language(templates, roots, root, name, error))
			return false;
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
			    kind_names[i], TEXT_SUFFIX);
		return false;
	}
	return true;
}

Templates *
templates_load(const char *data_dir, const char *own_dir, GError **error)
{
	g_autoptr(Templates) templates = g_new0(Templates, 1);
	for (size_t i = 0; i < TEMPLATE_KINDS; i++)
		templates->by_kind[i] =
			g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					      (GDestroyNotify)template_free);
	g_autofree char *path = g_build_filename(data_dir, "templates", NULL);
	Roots roots = {own_dir && *own_dir ? own_dir : NULL, path};
	if (!load_languages(templates, &roots, roots.shipped, error) ||
	    (roots.own &&
	     !load_languages(templates, &roots, roots.own, error)) ||
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

char *
template_subject(const Template *template, const TemplateValues *values)
{
	return fill_line(template->subject, values);
}

char *
template_text(const Template *template, const TemplateValues *values)
{
	return fill_paragraphs(template->paragraphs, values, FILL_TEXT);
}

char *
template_html(const Template *template, const TemplateValues *values)
{
	return template->html
		       ? fill_paragraphs(template->html, values, FILL_HTML)
		       : NULL;
}
