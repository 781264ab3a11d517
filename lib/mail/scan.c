/* scan: see scan.h */
#include <gmime/gmime.h>
#include <string.h>

#include <loket/mail.h>

#include "scan.h"

typedef struct Scanner {
	const char *cursor;
	const char *end;
	GPtrArray *open; /* char*, "--boundary", the outermost first */
	size_t n_parts;
	size_t n_dash_lines;
	size_t n_part_headers;
	size_t part_header_bytes;
	const char *limit;
} Scanner;

static const char *
line_end(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));
	return newline ? newline + 1 : end;
}

/* The line's length without its line end, LF or CRLF. */
static size_t
bare_length(const char *line, const char *next)
{
	size_t length = (size_t)(next - line);
	if (length > 0 && line[length - 1] == '\n')
		length--;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	return length;
}

/* RFC 5322 3.6.8 and, before the colon, the white space of 4.5.8. */
static size_t
name_length(const char *line, size_t length)
{
	size_t n = 0;
	while (n < length && line[n] > ' ' && line[n] < 127 && line[n] != ':')
		n++;
	size_t colon = n;
	while (colon < length && (line[colon] == ' ' || line[colon] == '\t'))
		colon++;
	return colon < length && line[colon] == ':' ? n : 0;
}

static const char *
folded_end(const char *next, const char *end)
{
	while (next < end && (*next == ' ' || *next == '\t'))
		next = line_end(next, end);
	return next;
}

bool
scan_field(const char **cursor, const char *end, FieldSpan *field)
{
	const char *line = *cursor;
	if (line >= end)
		return false;
	const char *next = line_end(line, end);
	size_t length = bare_length(line, next);
	if (length == 0) {
		*cursor = next;
		return false;
	}
	size_t name = name_length(line, length);
	if (name == 0)
		return false;
	const char *colon = memchr(line + name, ':', length - name);
	next = folded_end(next, end);
	*field = (FieldSpan){
		.name = line,
		.name_length = name,
		.value = colon + 1,
		.value_length = bare_length(colon + 1, next),
	};
	*cursor = next;
	return true;
}

bool
scan_field_is(const FieldSpan *field, const char *name)
{
	return field->name_length == strlen(name) &&
	       g_ascii_strncasecmp(field->name, name, field->name_length) == 0;
}

/* "--boundary" when the Content-Type is a multipart's, else NULL. */
static char *
opened_by(const FieldSpan *field)
{
	if (field->value_length > SCAN_FIELD_BYTES_MAX)
		return NULL;
	g_autofree char *value = g_strndup(field->value, field->value_length);
	GMimeContentType *type = g_mime_content_type_parse(NULL, value);
	const char *boundary =
		g_mime_content_type_get_parameter(type, "boundary");
	char *opened = NULL;
	if (boundary && g_mime_content_type_is_type(type, "multipart", "*"))
		opened = g_strconcat("--", boundary, NULL);
	g_object_unref(type);
	return opened;
}

static void
open_level(Scanner *scanner, char *opened)
{
	g_ptr_array_add(scanner->open, opened);
	if (scanner->open->len > MAIL_DEPTH_MAX)
		scanner->limit = "parts nested too deeply";
}

static void
count_part_field(Scanner *scanner, const FieldSpan *field)
{
	scanner->n_part_headers++;
	scanner->part_header_bytes += field->value_length;
	if (field->value_length > SCAN_FIELD_BYTES_MAX)
		scanner->limit = "a header field of a part is too long";
	if (scanner->n_part_headers > SCAN_PART_HEADERS_MAX ||
	    scanner->part_header_bytes > SCAN_PART_HEADER_BYTES_MAX)
		scanner->limit = "too many header fields in its parts";
}

static void
scan_part_header(Scanner *scanner)
{
	g_autofree char *opened = NULL;
	FieldSpan field;
	if (++scanner->n_parts > MAIL_PARTS_MAX)
		scanner->limit = "too many parts";
	while (!scanner->limit &&
	       scan_field(&scanner->cursor, scanner->end, &field)) {
		if (!opened && scan_field_is(&field, "Content-Type"))
			opened = opened_by(&field);
		count_part_field(scanner, &field);
	}
	if (opened && !scanner->limit)
		open_level(scanner, g_steal_pointer(&opened));
}

/* RFC 2046 5.1.1: the boundary, "--" when it is the last, white space. */
static bool
is_boundary(const char *line, size_t length, const char *boundary, bool *last)
{
	size_t n = strlen(boundary);
	if (length < n || memcmp(line, boundary, n) != 0)
		return false;
	*last = length >= n + 2 && memcmp(line + n, "--", 2) == 0;
	n += *last ? 2 : 0;
	while (n < length && (line[n] == ' ' || line[n] == '\t'))
		n++;
	return n == length;
}

static void
scan_dash_line(Scanner *scanner, const char *line, size_t length)
{
	if (++scanner->n_dash_lines > SCAN_DASH_LINES_MAX) {
		scanner->limit = "too many lines that look like boundaries";
		return;
	}
	for (size_t i = scanner->open->len; i > 0; i--) {
		const char *boundary = scanner->open->pdata[i - 1];
		bool last;
		if (!is_boundary(line, length, boundary, &last))
			continue;
		g_ptr_array_set_size(scanner->open, (int)(last ? i - 1 : i));
		if (!last)
			scan_part_header(scanner);
		return;
	}
}

static void
scan_body(Scanner *scanner)
{
	const char *line = scanner->cursor;
	while (!scanner->limit && scanner->open->len > 0 &&
	       line < scanner->end) {
		const char *next = line_end(line, scanner->end);
		size_t length = bare_length(line, next);
		scanner->cursor = next;
		if (length > 2 && line[0] == '-' && line[1] == '-')
			scan_dash_line(scanner, line, length);
		/* the line that meets a limit is not to be read */
		line = scanner->limit ? line : scanner->cursor;
	}
	scanner->cursor = line;
}

/* An mbox marker, also as some mailers quote it. */
static const char *
skip_mbox_line(const char *data, const char *end)
{
	const char *line = data < end && *data == '>' ? data + 1 : data;
	if (end - line < 6 || memcmp(line, "From ", 5) != 0 || line[5] == ':')
		return data;
	return line_end(line, end);
}

/* Reads the top header; its end is found also past the limits. Returns what
 * it opens. */
static char *
scan_top_header(Scanner *scanner, const char *data, ScanResult *result)
{
	const char *start = scanner->cursor;
	const char *at = start;
	char *opened = NULL;
	FieldSpan field;
	for (; scan_field(&scanner->cursor, scanner->end, &field);
	     at = scanner->cursor) {
		if (scanner->limit)
			continue;
		if (result->n_headers == MAIL_HEADERS_MAX ||
		    scanner->cursor - start > MAIL_HEADER_BYTES_MAX) {
			scanner->limit = "too many header fields";
			result->readable = (size_t)(at - data);
			continue;
		}
		result->n_headers++;
		if (!opened && scan_field_is(&field, "Content-Type"))
			opened = opened_by(&field);
	}
	result->body = (size_t)(scanner->cursor - data);
	result->is_header_whole = scanner->cursor > at;
	return opened;
}

ScanResult
scan_mail(const char *data, size_t length)
{
	ScanResult result = {0};
	Scanner scanner = {
		.end = data + length,
		.open = g_ptr_array_new_with_free_func(g_free),
		.n_parts = 1,
	};
	scanner.cursor = skip_mbox_line(data, scanner.end);
	result.start = (size_t)(scanner.cursor - data);
	g_autofree char *opened = scan_top_header(&scanner, data, &result);
	if (!scanner.limit) {
		if (opened)
			open_level(&scanner, g_steal_pointer(&opened));
		scan_body(&scanner);
		/* nothing is open any more: the rest is only copied */
		result.readable = scanner.limit
					  ? (size_t)(scanner.cursor - data)
					  : length;
	}
	result.limit = scanner.limit;
	result.n_open = scanner.open->len;
	g_ptr_array_unref(scanner.open);
	return result;
}
