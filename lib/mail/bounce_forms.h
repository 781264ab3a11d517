/*
 * bounce_forms: bounces that are letters, not reports: what qmail, Exim,
 * old Sendmail, Exchange, Notes and others write.
 */
#ifndef LOKET_MAIL_BOUNCE_FORMS_H
#define LOKET_MAIL_BOUNCE_FORMS_H

#include "bounce.h"

/* NULL when the mail is no bounce. The result is the caller's. */
MailBounce *bounce_from_letter(const BouncePatterns *patterns,
			       const Mail *mail);

/* Adds what the mail says as a letter: recipients, and the returned id when
 * none is known. Whether it is a bounce's letter at all. */
bool bounce_read_letter(const BouncePatterns *patterns, const Mail *mail,
			MailBounce *bounce);

/* Adds whom the header of a returned mail was for, with this action. */
void bounce_add_addressee(const BouncePatterns *patterns, const char *header,
			  size_t length, const char *action,
			  MailBounce *bounce);

#endif
