/*
 * reader: what the files of this module share, and nobody else sees.
 */
#ifndef LOKET_MAIL_READER_H
#define LOKET_MAIL_READER_H

#include <gmime/gmime.h>

#include <loket/language.h>
#include <loket/mail.h>

#include "bounce.h"
#include "reply.h"

struct MailReader {
	GMimeParserOptions *options;
	LanguageModels *language;
	ReplyPatterns *reply;
	BouncePatterns *bounce;
};

/* A Mail of which nothing is read yet; keeps a reference to bytes. */
Mail *mail_new(GBytes *bytes);

/* The strings are copied, as valid UTF-8. */
MailAddress *mail_address_new(const char *name, const char *address);
void mail_address_free(MailAddress *address);

/* Adds a warning, unless there are too many already. */
void mail_warn(Mail *mail, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
