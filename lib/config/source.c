/* source: see source.h */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <loket/error.h>

#include "source.h"

/* Where a line of the text came from. */
typedef struct Place {
	unsigned file;
	unsigned line;
	unsigned opening; /* index of the line that opens what ends here */
} Place;

struct Source {
	GString *text;
	GPtrArray *files; /* names, char * */
	GArray *places;	  /* of Place, one for each line of the text */
	GArray *open;	  /* of unsigned, the lines of braces still open */
};

/* The reading of one file. */
typedef struct Scan {
	Source *source;
	const char *p;
	unsigned file;
	unsigned line;
	unsigned depth;
} Scan;

static bool scan_file(Source *source, const char *path, unsigned depth,
		      GError **error);

G_GNUC_PRINTF(4, 5)
static bool
fail(const Scan *scan, unsigned line, GError **error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *message = g_strdup_vprintf(format, args);
	va_end(args);
	const char *file = g_ptr_array_index(scan->source->files, scan->file);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s:%u: %s", file,
		    line, message);
	return false;
}

static unsigned
current_line(const Scan *scan)
{
	return scan->source->places->len - 1;
}

static Place *
place_at(const Source *source, unsigned index)
{
	return &g_array_index(source->places, Place, index);
}

static void
begin_line(Scan *scan)
{
	Place place = {.file = scan->file, .line = scan->line};
	g_array_append_val(scan->source->places, place);
}

static void
take(Scan *scan, size_t length)
{
	g_string_append_len(scan->source->text, scan->p, (gssize)length);
	scan->p += length;
}

static void
take_newline(Scan *scan)
{
	take(scan, 1);
	scan->line++;
	begin_line(scan);
}

static void
skip_line_comment(Scan *scan)
{
	scan->p += strcspn(scan->p, "\n");
}

static bool
skip_block_comment(Scan *scan, GError **error)
{
	const char *end = strstr(scan->p + 2, "*/");
	if (!end)
		return fail(scan, scan->line, error,
			    "comment is not closed, expected */");
	while (scan->p < end) {
		if (*scan->p == '\n')
			take_newline(scan);
		else
			scan->p++;
	}
	scan->p += 2;
	g_string_append_c(scan->source->text, ' ');
	return true;
}

/* ${NAME} or ${NAME:-instead}, at the current position. */
static bool
check_variable(const Scan *scan, GError **error)
{
	const char *name = scan->p + 2;
	size_t length = strcspn(name, "}\n");
	if (name[length] != '}')
		return fail(scan, scan->line, error,
			    "${ is not closed, expected ${NAME}");
	g_autofree char *inside = g_strndup(name, length);
	if (strstr(inside, ":-") || g_getenv(inside))
		return true;
	return fail(scan, scan->line, error,
		    "${%s} is not set, expected it in the environment", inside);
}

/*
 * A string ends on its line: libconfuse goes on to the next one, which
 * leaves a forgotten quote to be found far from where it is missing.
 */
static bool
take_string(Scan *scan, GError **error)
{
	const char *start = scan->p;
	char quote = *start;
	const char *end = start + 1;
	for (; *end != quote; end++) {
		if (quote == '"' && end[0] == '$' && end[1] == '{') {
			scan->p = end;
			if (!check_variable(scan, error))
				return false;
		}
		if (*end == '\\')
			end++;
		if (*end == '\0' || *end == '\n')
			return fail(scan, scan->line, error,
				    "text is not closed, expected %c before "
				    "the end of the line",
				    quote);
	}
	scan->p = start;
	take(scan, end + 1 - start);
	return true;
}

static bool
take_variable(Scan *scan, GError **error)
{
	if (!check_variable(scan, error))
		return false;
	take(scan, strcspn(scan->p, "}") + 1);
	return true;
}

static void
open_brace(Scan *scan)
{
	unsigned line = current_line(scan);
	g_array_append_val(scan->source->open, line);
	g_string_append_c(scan->source->text, '{');
}

/* Each closing brace begins a line of the text, so that it can have an
 * opening of its own. */
static void
close_brace(Scan *scan)
{
	GArray *open = scan->source->open;
	g_string_append_c(scan->source->text, '\n');
	begin_line(scan);
	place_at(scan->source, current_line(scan))->opening =
		g_array_index(open, unsigned, open->len - 1);
	g_array_set_size(open, open->len - 1);
	g_string_append_c(scan->source->text, '}');
}

static void
take_opening(Scan *scan)
{
	open_brace(scan);
	scan->p++;
}

static bool
take_closing(Scan *scan, unsigned outside, GError **error)
{
	if (scan->source->open->len <= outside)
		return fail(scan, scan->line, error,
			    "} closes nothing, expected a { before it");
	close_brace(scan);
	scan->p++;
	return true;
}

/* A string behind a word can only be the title of a section. */
static bool
is_title(const Scan *scan)
{
	const GString *text = scan->source->text;
	size_t end = text->len;
	while (end > 0 && g_ascii_isspace(text->str[end - 1]))
		end--;
	return end > 0 && !strchr("={},()\"'", text->str[end - 1]);
}

/* SECTION "TITLE" 'X' is short for SECTION "TITLE" { pattern = 'X' }. */
static bool
take_text(Scan *scan, GError **error)
{
	bool may_be_short = is_title(scan);
	if (!take_string(scan, error))
		return false;
	const char *next = scan->p + strspn(scan->p, " \t");
	if (!may_be_short || (*next != '"' && *next != '\''))
		return true;
	scan->p = next;
	open_brace(scan);
	g_string_append(scan->source->text, "pattern=");
	if (!take_string(scan, error))
		return false;
	close_brace(scan);
	return true;
}

/* The FILE of ("FILE"), which the text at *p is; NULL when it is not. */
static char *
included_name(const char **p)
{
	const char *name = *p + strspn(*p, " \t");
	if (*name++ != '(')
		return NULL;
	name += strspn(name, " \t");
	if (*name != '"' && *name != '\'')
		return NULL;
	size_t length = strcspn(name + 1, "\"'\n");
	const char *end = name + 1 + length;
	if (*end != *name)
		return NULL;
	end += 1 + strspn(end + 1, " \t");
	if (*end != ')')
		return NULL;
	*p = end + 1;
	return g_strndup(name + 1, length);
}

/* A relative name is looked for beside the file that includes it. */
static char *
beside(const char *file, const char *name)
{
	if (g_path_is_absolute(name))
		return g_strdup(name);
	g_autofree char *directory = g_path_get_dirname(file);
	if (strcmp(directory, ".") == 0)
		return g_strdup(name);
	return g_build_filename(directory, name, NULL);
}

/* The included text gets lines of its own, so that each has one place. */
static bool
take_include(Scan *scan, GError **error)
{
	g_autofree char *name = included_name(&scan->p);
	if (!name)
		return fail(scan, scan->line, error,
			    "include without a file, expected "
			    "include(\"FILE\")");
	if (scan->depth == SOURCE_MAX_DEPTH)
		return fail(scan, scan->line, error,
			    "files include each other too deeply, expected "
			    "at most %d levels",
			    SOURCE_MAX_DEPTH);
	const char *file = g_ptr_array_index(scan->source->files, scan->file);
	g_autofree char *path = beside(file, name);
	if (access(path, R_OK) != 0)
		return fail(scan, scan->line, error,
			    "%s: %s, expected a file to include", path,
			    g_strerror(errno));
	g_string_append_c(scan->source->text, '\n');
	if (!scan_file(scan->source, path, scan->depth + 1, error))
		return false;
	g_string_append_c(scan->source->text, '\n');
	begin_line(scan);
	return true;
}

static bool
take_word(Scan *scan, GError **error)
{
	size_t length = strcspn(scan->p, " \t\r\n\"'{}=(),#");
	bool is_include = length == strlen("include") &&
			  strncmp(scan->p, "include", length) == 0;
	if (!is_include) {
		take(scan, MAX(length, 1));
		return true;
	}
	scan->p += length;
	return take_include(scan, error);
}

/* Takes what starts at the current position; outside is how many braces
 * were open before the file. */
static bool
take_next(Scan *scan, unsigned outside, GError **error)
{
	const char *p = scan->p;
	if (p[0] == '\n')
		take_newline(scan);
	else if (p[0] == '#' || (p[0] == '/' && p[1] == '/'))
		skip_line_comment(scan);
	else if (p[0] == '/' && p[1] == '*')
		return skip_block_comment(scan, error);
	else if (p[0] == '"' || p[0] == '\'')
		return take_text(scan, error);
	else if (p[0] == '$' && p[1] == '{')
		return take_variable(scan, error);
	else if (p[0] == '{')
		take_opening(scan);
	else if (p[0] == '}')
		return take_closing(scan, outside, error);
	else
		return take_word(scan, error);
	return true;
}

static bool
scan_text(Scan *scan, GError **error)
{
	GArray *open = scan->source->open;
	unsigned outside = open->len;
	begin_line(scan);
	while (*scan->p) {
		if (!take_next(scan, outside, error))
			return false;
	}
	if (open->len == outside)
		return true;
	unsigned line = g_array_index(open, unsigned, open->len - 1);
	return fail(scan, place_at(scan->source, line)->line, error,
		    "section or list is not closed, expected a } before the "
		    "end of the file");
}

/* The whole file, and one byte more than may be when it is too long. */
static GString *
read_file(const char *path)
{
	/* a pipe would be waited for */
	struct stat status;
	if (stat(path, &status) == 0 && S_ISFIFO(status.st_mode)) {
		errno = EINVAL;
		return NULL;
	}
	FILE *file = fopen(path, "re");
	if (!file)
		return NULL;
	g_autoptr(GString) text = g_string_sized_new(SOURCE_MAX_BYTES + 1);
	text->len = fread(text->str, 1, SOURCE_MAX_BYTES + 1, file);
	text->str[text->len] = '\0';
	int failure = ferror(file) ? errno : 0;
	(void)fclose(file);
	errno = failure;
	return failure ? NULL : g_steal_pointer(&text);
}

static unsigned
line_of(const char *text, const char *at)
{
	unsigned line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static bool
scan_file(Source *source, const char *path, unsigned depth, GError **error)
{
	g_ptr_array_add(source->files, g_strdup(path));
	Scan scan = {
		.source = source,
		.file = source->files->len - 1,
		.line = 1,
		.depth = depth,
	};
	g_autoptr(GString) text = read_file(path);
	if (!text)
		return fail(&scan, 1, error,
			    "%s, expected a file that can be read",
			    g_strerror(errno));
	if (source->text->len + text->len > SOURCE_MAX_BYTES)
		return fail(&scan, 1, error,
			    "too long, expected at most %d bytes in all",
			    SOURCE_MAX_BYTES);
	const char *end;
	if (!g_utf8_validate_len(text->str, text->len, &end))
		return fail(&scan, line_of(text->str, end), error,
			    "not text, expected UTF-8");
	scan.p = text->str;
	return scan_text(&scan, error);
}

Source *
source_read(const char *path, GError **error)
{
	g_autoptr(Source) source = g_new0(Source, 1);
	source->text = g_string_new(NULL);
	source->files = g_ptr_array_new_with_free_func(g_free);
	source->places = g_array_new(FALSE, FALSE, sizeof(Place));
	source->open = g_array_new(FALSE, FALSE, sizeof(unsigned));
	if (!scan_file(source, path, 0, error))
		return NULL;
	return g_steal_pointer(&source);
}

void
source_free(Source *source)
{
	if (!source)
		return;
	g_string_free(source->text, TRUE);
	g_ptr_array_unref(source->files);
	g_array_unref(source->places);
	g_array_unref(source->open);
	g_free(source);
}

const char *
source_text(const Source *source)
{
	return source->text->str;
}

static char *
place_format(const Source *source, const Place *place)
{
	const char *file = g_ptr_array_index(source->files, place->file);
	return g_strdup_printf("%s:%u", file, place->line);
}

char *
source_place(const Source *source, int line)
{
	int last = (int)source->places->len;
	return place_format(source, place_at(source, CLAMP(line, 1, last) - 1));
}

char *
source_opening(const Source *source, int line)
{
	int last = (int)source->places->len;
	const Place *end = place_at(source, CLAMP(line, 1, last) - 1);
	return place_format(source, place_at(source, end->opening));
}
