/* fields: from a mail's raw header fields to the members of Mail. */
#ifndef LOKET_MAIL_FIELDS_H
#define LOKET_MAIL_FIELDS_H

#include "reader.h"

/* Fills all members that come from mail->headers alone. charset: that of the
 * mail's text, in which raw 8-bit fields may be; NULL when not declared. */
void fields_read(const MailReader *reader, Mail *mail, const char *charset);

#endif
