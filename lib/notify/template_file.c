/* template_file: see template_file.h */
#include <loket/error.h>
#include <string.h>

#include "fill.h"
#include "template_file.h"

#define FILE_BYTES_MAX 65536
/* Of a file with its parts: the same part may be included many times. */
#define WHOLE_BYTES_MAX ((size_t)4 * FILE_BYTES_MAX)
/* Parts within parts, and parts in all. */
#define DEPTH_MAX 8
#define INCLUDES_MAX 256
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define PART ".part"
#define INCLUDE "{include "

/* A file as it grows together. */
typedef struct Whole {
	const TemplatePlace *place;
	GPtrArray *lines;   /* char * */
	GPtrArray *reading; /* char *, paths of the file and the parts open */
	size_t size_bytes;
	int n_includes;
} Whole;

bool
template_file_fail(const char *file, size_t line, const char *message,
		   GError **error)
{
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s:%zu: %s", file,
		    line, message);
	return false;
}

bool
template_file_is_part(const char *name)
{
	return g_str_has_suffix(name, PART ".txt") ||
	       g_str_has_suffix(name, PART ".html");
}

/* Counts from the start, because the first bad byte knows no line. */
static size_t
line_of(const char *text, const char *at)
{
	size_t line = 1;
	for (const char *p = text; p < at; p++)
		line += *p == '\n';
	return line;
}

static char **
read_lines(const char *file, GError **error)
{
	g_autofree char *text = NULL;
	size_t length;
	g_autoptr(GError) cause = NULL;
	/* whoever reads a pipe may wait for ever */
	if (g_file_test(file, G_FILE_TEST_EXISTS) &&
	    !g_file_test(file, G_FILE_TEST_IS_REGULAR)) {
		template_file_fail(file, 1, "no regular file", error);
		return NULL;
	}
	if (!g_file_get_contents(file, &text, &length, &cause)) {
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
				    cause->message);
		return NULL;
	}
	if (length > FILE_BYTES_MAX) {
		template_file_fail(file, 1, "longer than 64 kB", error);
		return NULL;
	}
	const char *end;
	if (!g_utf8_validate(text, (gssize)length, &end)) {
		template_file_fail(file, line_of(text, end), "not UTF-8",
				   error);
		return NULL;
	}
	bool has_mark = g_str_has_prefix(text, BYTE_ORDER_MARK);
	char **lines = g_strsplit(
		text + (has_mark ? strlen(BYTE_ORDER_MARK) : 0), "\n", -1);
	for (size_t i = 0; lines[i]; i++)
		g_strchomp(lines[i]);
	return lines;
}

/* The name in "{include NAME}", the caller's; NULL for any other line. */
static char *
part_name(const char *line)
{
	static const char letters[] = G_CSET_a_2_z G_CSET_DIGITS "-";
	if (!g_str_has_prefix(line, INCLUDE))
		return NULL;
	const char *name = line + strlen(INCLUDE);
	size_t length = strspn(name, letters);
	if (length == 0 || strcmp(name + length, "}") != 0)
		return NULL;
	return g_strndup(name, length);
}

/* The path of a part, the caller's; NULL: there is none. */
static char *
find_part(const Whole *whole, const char *name)
{
	g_autofree char *base =
		g_strconcat(name, PART, whole->place->suffix, NULL);
	for (const char *const *dir = whole->place->dirs; *dir; dir++) {
		g_autofree char *path = g_build_filename(*dir, base, NULL);
		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&path);
	}
	return NULL;
}

static bool read_into(Whole *whole, const char *file, GError **error);

static bool
include(Whole *whole, const char *file, size_t line, const char *name,
	GError **error)
{
	g_autofree char *path = find_part(whole, name);
	g_autofree char *message = NULL;
	if (!path)
		message = g_strdup_printf("there is no part \"%s\"", name);
	else if (g_ptr_array_find_with_equal_func(whole->reading, path,
						  g_str_equal, NULL))
		message = g_strdup_printf("part \"%s\" includes itself", name);
	else if (whole->reading->len > DEPTH_MAX)
		message = g_strdup("parts are nested too deep");
	else if (++whole->n_includes > INCLUDES_MAX)
		message = g_strdup("too many parts");
	if (message)
		return template_file_fail(file, line, message, error);
	return read_into(whole, path, error);
}

static bool
add_line(Whole *whole, const char *file, size_t number, const char *line,
	 GError **error)
{
	g_autofree char *unknown = fill_unknown_field(line);
	if (unknown) {
		g_autofree char *message =
			g_strdup_printf("unknown field \"%s\"", unknown);
		return template_file_fail(file, number, message, error);
	}
	whole->size_bytes += strlen(line) + 1;
	if (whole->size_bytes > WHOLE_BYTES_MAX)
		return template_file_fail(file, number,
					  "longer than 256 kB with its parts",
					  error);
	g_ptr_array_add(whole->lines, g_strdup(line));
	return true;
}

static bool
add_lines(Whole *whole, const char *file, char **lines, GError **error)
{
	for (size_t i = 0; lines[i]; i++) {
		g_autofree char *name = part_name(lines[i]);
		bool is_last = !lines[i + 1] && !*lines[i];
		if (is_last)
			break;
		if (name ? !include(whole, file, i + 1, name, error)
			 : !add_line(whole, file, i + 1, lines[i], error))
			return false;
	}
	return true;
}

static bool
read_into(Whole *whole, const char *file, GError **error)
{
	g_auto(GStrv) lines = read_lines(file, error);
	if (!lines)
		return false;
	g_ptr_array_add(whole->reading, g_strdup(file));
	bool ok = add_lines(whole, file, lines, error);
	g_ptr_array_set_size(whole->reading, (int)whole->reading->len - 1);
	return ok;
}

char **
template_file_read(const TemplatePlace *place, const char *file, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) reading = g_ptr_array_new_with_free_func(g_free);
	Whole whole = {.place = place, .lines = lines, .reading = reading};
	if (!read_into(&whole, file, error))
		return NULL;
	g_ptr_array_add(lines, NULL);
	g_ptr_array_set_free_func(lines, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}
