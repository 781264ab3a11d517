/*
 * header: one header field's value, from its raw form to data.
 *
 * Raw values are those of MailHeader. What cannot be decoded is kept as it
 * stands, as UTF-8.
 */
#ifndef LOKET_MAIL_HEADER_H
#define LOKET_MAIL_HEADER_H

#include <gmime/gmime.h>

#include <loket/mail.h>

#include "scan.h"

/* A longer message-id is none: RFC 5322 2.1.1. */
#define HEADER_ID_BYTES_MAX 998

/* The field with its raw value, as the caller's. */
MailHeader *header_new(const FieldSpan *field);

/* The value on one line, its encoded words such that GMime reads them right.
 * The result is the caller's. */
char *header_unfolded(const FieldSpan *field);

/* Decodes (RFC 2047), unfolds and trims; raw is UTF-8. The result is the
 * caller's. */
char *header_text(GMimeParserOptions *options, const char *raw);

/* Adds MailAddress* to addresses, up to MAIL_ADDRESSES_MAX in all. False
 * when there were more. */
bool header_addresses(GMimeParserOptions *options, const char *raw,
		      GPtrArray *addresses);

/* Adds the msg-ids (char*, no brackets), at most max, the last ones kept.
 * False when there were more. RFC 5322 3.6.4. */
bool header_ids(const char *raw, size_t max, GPtrArray *ids);

/* NULL when it is no date, or one that no mail can have. */
GDateTime *header_date(const char *raw);

#endif
