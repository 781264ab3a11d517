/* mail: a whole mail, read, and judged as one that comes from outside. */
#include <loket/authres.h>
#include <loket/robot.h>

#include "fuzz.h"

static void
assert_addresses(const GPtrArray *addresses)
{
	g_assert_cmpuint(addresses->len, <=, MAIL_ADDRESSES_MAX);
	for (guint i = 0; i < addresses->len; i++) {
		const MailAddress *address = addresses->pdata[i];
		fuzz_assert_utf8(address->name);
		fuzz_assert_utf8(address->address);
		g_assert_true(*address->address);
	}
}

static void
assert_texts(const GPtrArray *texts, guint max)
{
	g_assert_cmpuint(texts->len, <=, max);
	for (guint i = 0; i < texts->len; i++)
		fuzz_assert_utf8(texts->pdata[i]);
}

static void
assert_attachments(const Mail *mail)
{
	/* each part, and the rest behind a limit */
	g_assert_cmpuint(mail->attachments->len, <=, MAIL_PARTS_MAX + 2);
	for (guint i = 0; i < mail->attachments->len; i++) {
		const MailAttachment *attachment = mail->attachments->pdata[i];
		fuzz_assert_utf8(attachment->filename);
		fuzz_assert_utf8(attachment->type);
		g_assert_null(strchr(attachment->filename, '/'));
	}
}

static void
assert_mail(const Mail *mail)
{
	assert_addresses(mail->from);
	assert_addresses(mail->to);
	assert_addresses(mail->cc);
	assert_texts(mail->in_reply_to, MAIL_REFERENCES_MAX);
	assert_texts(mail->references, MAIL_REFERENCES_MAX);
	assert_texts(mail->warnings, MAIL_WARNINGS_MAX);
	assert_attachments(mail);
	fuzz_assert_utf8(mail->text);
	fuzz_assert_utf8(mail->new_text);
	fuzz_assert_utf8(mail->subject ? mail->subject : "");
	fuzz_assert_utf8(mail->return_path ? mail->return_path : "");
	fuzz_assert_utf8(mail->message_id ? mail->message_id : "");
	g_assert_cmpuint(strlen(mail->text), <=, MAIL_TEXT_BYTES_MAX);
	g_assert_cmpuint(strlen(mail->new_text), <=, strlen(mail->text));
	g_assert_cmpuint(mail->body_offset, <=, g_bytes_get_size(mail->bytes));
}

static void
assert_verdict(const Mail *mail)
{
	g_auto(RobotVerdict) verdict;
	robot_judge(mail, NULL, NULL, &verdict);
	fuzz_assert_utf8(verdict.reason);
	g_assert_true(verdict.may_ack == !*verdict.reason);
	g_assert_false(verdict.may_ack && (verdict.is_robot || mail->bounce));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(Mail) mail = mail_read(fuzz_reader(), bytes);
	assert_mail(mail);
	assert_verdict(mail);
	return 0;
}
