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

#endif
