/* scan: see scan.h */
#include <string.h>

#include <glib.h>

#include "scan.h"

const char *
scan_line(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));
	return newline ? newline + 1 : end;
}

size_t
scan_bare_length(const char *line, const char *next)
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
		next = scan_line(next, end);
	return next;
}

bool
scan_field(const char **cursor, const char *end, FieldSpan *field)
{
	const char *line = *cursor;
	if (line >= end)
		return false;
	const char *next = scan_line(line, end);
	size_t length = scan_bare_length(line, next);
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
		.value_length = scan_bare_length(colon + 1, next),
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

/* Some mailers quote it with a ">". */
const char *
scan_mbox_line(const char *data, const char *end)
{
	static const char mark[] = "\xef\xbb\xbf";
	if (end - data >= 3 && memcmp(data, mark, 3) == 0)
		data += 3;
	const char *line = data < end && *data == '>' ? data + 1 : data;
	if (end - line < 6 || memcmp(line, "From ", 5) != 0 || line[5] == ':')
		return data;
	return scan_line(line, end);
}
