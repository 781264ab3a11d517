/*
 * header: header fields of a mail that we write (RFC 5322 2.2, RFC 2047).
 *
 * Every function appends one field to out and ends it with CRLF. Whatever the
 * value holds, it stays within its field, and no line is longer than the 998
 * characters of RFC 5322 2.1.1.
 */
#ifndef LOKET_NOTIFY_HEADER_H
#define LOKET_NOTIFY_HEADER_H

#include <glib.h>

/* Free text: folded, encoded from the first word on that needs it. */
void header_add_text(GString *out, const char *name, const char *value);

/* An address, with a display name when display is not NULL or "". */
void header_add_mailbox(GString *out, const char *name, const char *display,
			const char *address);

/* What we made ourselves: ASCII on one line, kept as it is. */
void header_add_plain(GString *out, const char *name, const char *value);

/*
 * Free text as the value of a field called name, as header_add_text would
 * write it, for a milter: folded with LF, no line end. The result is the
 * caller's.
 */
char *header_encode(const char *name, const char *value);

/* The same for what header_add_mailbox would write. */
char *header_encode_mailbox(const char *name, const char *display,
			    const char *address);

#endif
