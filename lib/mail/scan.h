/*
 * scan: header fields where they stand, without a copy.
 */
#ifndef LOKET_MAIL_SCAN_H
#define LOKET_MAIL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* One header field. The value goes from behind the colon to before the last
 * line end, with its folding. */
typedef struct FieldSpan {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
} FieldSpan;

/* Behind the line end, or at end when there is none. */
const char *scan_line(const char *line, const char *end);

/* The length without the line end, LF or CRLF, that may stand at the end. */
size_t scan_bare_length(const char *line, const char *next);

/*
 * Reads the field at *cursor and moves behind it. False at the end of the
 * header: at end, behind the empty line, or at a line that is no field.
 */
bool scan_field(const char **cursor, const char *end, FieldSpan *field);

/* Whether the field has this name, in any case. */
bool scan_field_is(const FieldSpan *field, const char *name);

/* Behind a byte order mark and a leading mbox line, if there are. */
const char *scan_mbox_line(const char *data, const char *end);

#endif
