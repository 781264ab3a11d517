/*
 * bounce: delivery status reports, in the forms of all mail servers.
 *
 * The standard form is a message/delivery-status part (RFC 3464); older
 * servers write letters, told by their sender and their words.
 */
#ifndef LOKET_MAIL_BOUNCE_H
#define LOKET_MAIL_BOUNCE_H

#include <loket/mail.h>
#include <loket/pattern.h>

#include "part.h"

/* Recipients of one report that are read. */
#define BOUNCE_RECIPIENTS_MAX 1000
/* So many bytes are read of a letter, of all reports of a mail together, and
 * of all the mails that it returns. */
#define BOUNCE_BYTES_MAX 262144

typedef struct BouncePatterns BouncePatterns;

BouncePatterns *bounce_patterns_new(GError **error);
void bounce_patterns_free(BouncePatterns *patterns);

/* Fills bounce. The mail's fields, text and report are read already. */
void bounce_read(const BouncePatterns *patterns, Mail *mail, const Part *root);

/* A bounce without recipients. The result is the caller's. */
MailBounce *bounce_new(void);
void bounce_free(MailBounce *bounce);

/* Adds a recipient; address, action and status as a report writes them,
 * action and status may be NULL. All are copied. */
void bounce_add(MailBounce *bounce, const char *address, const char *action,
		const char *status);

/* The message-id in a header; NULL when there is none. The result is the
 * caller's. */
char *bounce_id_in(const char *header, size_t length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BouncePatterns, bounce_patterns_free)

#endif
