/*
 * content: the tree of a mail's parts, to its text and its attachments.
 *
 * Plain text is preferred to HTML. A nested message is one attachment.
 */
#ifndef LOKET_MAIL_CONTENT_H
#define LOKET_MAIL_CONTENT_H

#include <loket/mail.h>

#include "part.h"

/* Fills text, attachments and report. */
void content_read(Mail *mail, const Part *root);

/* Adds an attachment. type and filename are copied. */
void content_attach(Mail *mail, const char *filename, const char *type,
		    size_t size_bytes);

#endif
