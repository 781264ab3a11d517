/*
 * address: mail addresses as keys.
 *
 * Two spellings of one mailbox must compare equal: case is folded, and what
 * forwarders and bounce protection put around an address is taken off.
 */
#ifndef LOKET_ADDRESS_H
#define LOKET_ADDRESS_H

#include <stdbool.h>

#include <glib.h>

/* The address in lower case, as it was before SRS and BATV
 * (mail_address_original); "" for NULL. The result is the caller's. */
char *address_canonical(const char *address);

/*
 * Whether text, which anybody may have typed, is one mailbox on the internet
 * and nothing beside: a dot-string of ASCII at a domain of two labels or more
 * (RFC 5321 4.1.2), without the % and ! by which old servers route further.
 */
bool address_is_mailbox(const char *text);

/* What stands behind the last @; "" without one. Borrowed. */
const char *address_domain(const char *address);

/* An SMTP path, "<a@b>" with or without brackets and a source route, as the
 * bare address (RFC 5321 4.1.2), without needless quotes and without a dot
 * behind its domain; "" for the null sender. The caller's. */
char *address_of_path(const char *path);

#endif
