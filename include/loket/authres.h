/*
 * authres: what our own mail server found out about a mail's sender.
 *
 * Reads Authentication-Results (RFC 8601) of the authserv-ids that the site
 * names. A failure is believed wherever such a field stands; a pass only
 * above the first Received field that is not ours, for a sender can write
 * what he likes below it. Ours is a Received field whose `by` name is an
 * authserv-id or the name of this machine.
 */
#ifndef LOKET_AUTHRES_H
#define LOKET_AUTHRES_H

#include <stdbool.h>

#include <loket/mail.h>

typedef enum AuthState {
	AUTH_NONE, /* nothing believable is said */
	AUTH_PASS, /* dmarc=pass, or spf or dkim pass aligned with From */
	AUTH_FAIL, /* dmarc=fail */
} AuthState;

/*
 * authserv_ids: NULL-terminated, compared without regard to case; NULL is
 * none. hostname: this machine's name, NULL when unknown. Alignment is
 * relaxed: equal domains, or one a subdomain of the other. A mail without
 * exactly one From field with exactly one address never passes. reason,
 * unless NULL, gets a phrase that is the caller's, as "dmarc=pass".
 */
AuthState authres_judge(const Mail *mail, const char *const *authserv_ids,
			const char *hostname, char **reason);

/* Whether a domain, in any case, speaks for that of From (RFC 7489 3.1,
 * relaxed): equal, or one a subdomain of the other, of two labels at least. */
bool authres_is_aligned(const char *domain, const char *from_domain);

#endif
