/* fields: from a mail's raw header fields to the members of Mail. */
#ifndef LOKET_MAIL_FIELDS_H
#define LOKET_MAIL_FIELDS_H

#include "reader.h"

/* Fills all members that come from mail->headers alone. */
void fields_read(const MailReader *reader, Mail *mail);

#endif
