/*
 * address: mail addresses as keys.
 *
 * Two spellings of one mailbox must compare equal: case is folded, and what
 * forwarders and bounce protection put around an address is taken off.
 */
#ifndef LOKET_ADDRESS_H
#define LOKET_ADDRESS_H

#include <glib.h>

/* The address in lower case, as it was before SRS and BATV
 * (mail_address_original); "" for NULL. The result is the caller's. */
char *address_canonical(const char *address);

/* What stands behind the last @; "" without one. Borrowed. */
const char *address_domain(const char *address);

/* An SMTP path, "<a@b>" with or without brackets and a source route, as the
 * bare address (RFC 5321 4.1.2), without needless quotes and without a dot
 * behind its domain; "" for the null sender. The caller's. */
char *address_of_path(const char *path);

#endif
