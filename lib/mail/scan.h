/*
 * scan: one linear look at a mail's bytes before GMime sees them.
 *
 * GMime is not linear in hostile input, neither in time nor in memory. The
 * scan follows the structure that GMime would find (RFC 2046 5.1) and says
 * up to where it may read. It never allocates more than the boundaries of
 * the multiparts that are open.
 */
#ifndef LOKET_MAIL_SCAN_H
#define LOKET_MAIL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Lines that begin with two dashes: each is compared with every boundary. */
#define SCAN_DASH_LINES_MAX 100000
/* Header fields of all parts below the top one, and their bytes. */
#define SCAN_PART_HEADERS_MAX 10000
#define SCAN_PART_HEADER_BYTES_MAX 4194304

/* A longer field that tells how a body is built is not read: GMime is not
 * linear in the parameters either. */
#define SCAN_FIELD_BYTES_MAX 65536

/* One header field where it stands. The value goes from behind the colon to
 * before the last line end, with its folding. */
typedef struct FieldSpan {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
} FieldSpan;

/*
 * Reads the field at *cursor and moves behind it. False at the end of the
 * header: at end, behind the empty line, or at a line that is no field.
 */
bool scan_field(const char **cursor, const char *end, FieldSpan *field);

/* Whether the field has this name, in any case. */
bool scan_field_is(const FieldSpan *field, const char *name);

typedef struct ScanResult {
	size_t start;	      /* behind a leading mbox line */
	size_t body;	      /* where the body begins */
	size_t readable;      /* up to here GMime may read; at least start */
	size_t n_headers;     /* fields of the top header within the limits */
	bool is_header_whole; /* the top header ended in an empty line */
	size_t n_open;	      /* multiparts that never end */
	const char *limit;    /* the limit that was met; NULL for none */
} ScanResult;

ScanResult scan_mail(const char *data, size_t length);

#endif
