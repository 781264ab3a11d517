/* fields: see fields.h */
#include <string.h>

#include "charset.h"
#include "fields.h"
#include "header.h"

typedef struct Fields {
	GMimeParserOptions *options;
	const char *charset; /* of raw 8-bit text; NULL when not declared */
	Mail *mail;
} Fields;

/* The nth instance as UTF-8, its encoded words as they are. NULL when there
 * are not so many. */
static char *
field_utf8(const Fields *fields, const char *name, size_t nth)
{
	const char *raw = mail_header(fields->mail, name, nth);
	bool is_declared;
	return raw ? charset_to_utf8(raw, strlen(raw), fields->charset,
				     &is_declared)
		   : NULL;
}

static void
read_addresses(const Fields *fields, const char *name, GPtrArray *addresses)
{
	size_t count = mail_header_count(fields->mail, name);
	bool is_whole = true;
	for (size_t i = 0; i < count && is_whole; i++) {
		g_autofree char *value = field_utf8(fields, name, i);
		is_whole = header_addresses(fields->options, value, addresses);
	}
	if (!is_whole)
		mail_warn(fields->mail,
			  "only the first addresses of %s are read", name);
}

static void
read_reply_to(const Fields *fields)
{
	g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(
		(GDestroyNotify)mail_address_free);
	read_addresses(fields, "Reply-To", addresses);
	if (addresses->len > 0)
		fields->mail->reply_to = g_ptr_array_steal_index(addresses, 0);
}

/* The first instance; NULL when absent. */
static char *
decoded_text(const Fields *fields, const char *name)
{
	g_autofree char *value = field_utf8(fields, name, 0);
	return value ? header_text(fields->options, value) : NULL;
}

/* RFC 5321 4.4: the address in angle brackets, or nothing in them, which
 * counts only when it is written so. The envelope itself knows better. */
static void
read_return_path(const Fields *fields)
{
	Mail *mail = fields->mail;
	g_autofree char *text = decoded_text(fields, "Return-Path");
	if (mail->return_path || !text)
		return;
	const char *open = strchr(text, '<');
	const char *address = open ? open + 1 : text;
	mail->return_path = g_strndup(address, strcspn(address, ">"));
	g_strstrip(mail->return_path);
	if (!*mail->return_path && !(open && strchr(open, '>')))
		g_clear_pointer(&mail->return_path, g_free);
}

static void
read_ids(Mail *mail, const char *name, GPtrArray *ids)
{
	size_t count = mail_header_count(mail, name);
	bool is_whole = true;
	for (size_t i = 0; i < count; i++)
		is_whole &= header_ids(mail_header(mail, name, i),
				       MAIL_REFERENCES_MAX, ids);
	if (!is_whole)
		mail_warn(mail, "more than %d message-ids in %s",
			  MAIL_REFERENCES_MAX, name);
}

static void
read_message_id(Mail *mail)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	const char *raw = mail_header(mail, "Message-ID", 0);
	if (raw)
		(void)header_ids(raw, MAIL_REFERENCES_MAX, ids);
	if (ids->len > 0)
		mail->message_id = g_ptr_array_steal_index(ids, 0);
	else if (raw)
		mail_warn(mail, "Message-ID holds no message-id");
}

static void
read_date(Mail *mail)
{
	const char *raw = mail_header(mail, "Date", 0);
	if (!raw)
		return;
	mail->date = header_date(raw);
	if (!mail->date)
		mail_warn(mail, "Date is no date that a mail can have");
}

static void
warn_of_repeats(Mail *mail)
{
	static const char *const once[] = {"From",	 "Subject", "Date",
					   "Message-ID", "Sender",  "Reply-To"};
	for (size_t i = 0; i < G_N_ELEMENTS(once); i++) {
		size_t count = mail_header_count(mail, once[i]);
		if (count > 1)
			mail_warn(mail, "%zu %s fields", count, once[i]);
	}
}

/* In other wide charsets no byte of a header means itself. */
static bool
is_header_charset(const char *charset)
{
	return !charset_is_wide(charset) ||
	       g_ascii_strncasecmp(charset, "iso-2022", 8) == 0;
}

void
fields_read(const MailReader *reader, Mail *mail, const char *charset)
{
	bool is_usable = charset && is_header_charset(charset);
	Fields fields = {reader->options, is_usable ? charset : NULL, mail};
	mail->subject = decoded_text(&fields, "Subject");
	read_addresses(&fields, "From", mail->from);
	read_addresses(&fields, "To", mail->to);
	read_addresses(&fields, "Cc", mail->cc);
	read_reply_to(&fields);
	read_return_path(&fields);
	read_date(mail);
	read_message_id(mail);
	read_ids(mail, "In-Reply-To", mail->in_reply_to);
	read_ids(mail, "References", mail->references);
	warn_of_repeats(mail);
	if (mail->from->len == 0)
		mail_warn(mail, "no From address");
}
