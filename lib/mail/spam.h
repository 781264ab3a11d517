/* spam: the verdict that the mail server's filters wrote in the header. */
#ifndef LOKET_MAIL_SPAM_H
#define LOKET_MAIL_SPAM_H

#include <loket/mail.h>

/* Fills is_spam and spam_reason. */
void spam_read(Mail *mail);

#endif
