/* mail: life and look-up of a Mail, see include/loket/mail.h */
#include <string.h>

#include <loket/mail.h>

#include "reader.h"

MailAddress *
mail_address_new(const char *name, const char *address)
{
	MailAddress *made = g_new0(MailAddress, 1);
	made->name = g_utf8_make_valid(name, -1);
	made->address = g_utf8_make_valid(address, -1);
	return made;
}

void
mail_address_free(MailAddress *address)
{
	if (!address)
		return;
	g_free(address->name);
	g_free(address->address);
	g_free(address);
}

static void
header_free(void *data)
{
	MailHeader *header = data;
	g_free(header->name);
	g_free(header->value);
	g_free(header);
}

static void
attachment_free(void *data)
{
	MailAttachment *attachment = data;
	g_free(attachment->filename);
	g_free(attachment->type);
	g_free(attachment);
}

Mail *
mail_new(GBytes *bytes)
{
	GDestroyNotify free_address = (GDestroyNotify)mail_address_free;
	Mail *mail = g_new0(Mail, 1);
	mail->bytes = g_bytes_ref(bytes);
	mail->headers = g_ptr_array_new_with_free_func(header_free);
	mail->from = g_ptr_array_new_with_free_func(free_address);
	mail->to = g_ptr_array_new_with_free_func(free_address);
	mail->cc = g_ptr_array_new_with_free_func(free_address);
	mail->in_reply_to = g_ptr_array_new_with_free_func(g_free);
	mail->references = g_ptr_array_new_with_free_func(g_free);
	mail->attachments = g_ptr_array_new_with_free_func(attachment_free);
	mail->warnings = g_ptr_array_new_with_free_func(g_free);
	return mail;
}

void
mail_free(Mail *mail)
{
	if (!mail)
		return;
	g_bytes_unref(mail->bytes);
	g_ptr_array_unref(mail->headers);
	g_free(mail->subject);
	g_ptr_array_unref(mail->from);
	mail_address_free(mail->reply_to);
	g_ptr_array_unref(mail->to);
	g_ptr_array_unref(mail->cc);
	g_free(mail->return_path);
	g_clear_pointer(&mail->date, g_date_time_unref);
	g_free(mail->message_id);
	g_ptr_array_unref(mail->in_reply_to);
	g_ptr_array_unref(mail->references);
	g_free(mail->text);
	g_free(mail->new_text);
	g_free(mail->language);
	g_ptr_array_unref(mail->attachments);
	bounce_free(mail->bounce);
	g_free(mail->spam_reason);
	g_ptr_array_unref(mail->warnings);
	g_free(mail);
}

const char *
mail_header(const Mail *mail, const char *name, size_t nth)
{
	for (guint i = 0; i < mail->headers->len; i++) {
		const MailHeader *header = mail->headers->pdata[i];
		if (g_ascii_strcasecmp(header->name, name) == 0 && nth-- == 0)
			return header->value;
	}
	return NULL;
}

size_t
mail_header_count(const Mail *mail, const char *name)
{
	size_t count = 0;
	for (guint i = 0; i < mail->headers->len; i++) {
		const MailHeader *header = mail->headers->pdata[i];
		count += g_ascii_strcasecmp(header->name, name) == 0;
	}
	return count;
}

const char *
mail_from_address(const Mail *mail)
{
	if (mail->from->len != 1 || mail_header_count(mail, "From") != 1)
		return NULL;
	const MailAddress *from = mail->from->pdata[0];
	return from->address;
}

void
mail_warn(Mail *mail, const char *format, ...)
{
	if (mail->warnings->len >= MAIL_WARNINGS_MAX)
		return;
	va_list arguments;
	va_start(arguments, format);
	g_ptr_array_add(mail->warnings, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

bool
mail_is_bounce(const Mail *mail)
{
	static const char *const successes[] = {"delivered", "relayed",
						"expanded", NULL};
	const GPtrArray *recipients =
		mail->bounce ? mail->bounce->recipients : NULL;
	for (guint i = 0; recipients && i < recipients->len; i++) {
		const MailRecipientStatus *status = recipients->pdata[i];
		if (!g_strv_contains(successes, status->action))
			return true;
	}
	return recipients && recipients->len == 0;
}
