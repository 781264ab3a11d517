/* bounce: a report part, or a letter that says the same. */
#include "../../lib/mail/bounce.h"
#include "../../lib/mail/bounce_forms.h"
#include "fuzz.h"

static const BouncePatterns *
shared_patterns(void)
{
	static BouncePatterns *patterns;
	if (!patterns)
		patterns = bounce_patterns_new(NULL);
	g_assert_nonnull(patterns);
	return patterns;
}

static Mail *
empty_mail(void)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static("Return-Path: <>\n\n", 17);
	return mail_read(fuzz_reader(), bytes);
}

static bool
is_action(const char *text)
{
	static const char *const actions[] = {
		"failed", "delayed", "delivered", "relayed", "expanded", NULL};
	return g_strv_contains(actions, text);
}

static void
assert_bounce(const MailBounce *bounce)
{
	g_assert_cmpuint(bounce->recipients->len, <=, BOUNCE_RECIPIENTS_MAX);
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const MailRecipientStatus *recipient =
			bounce->recipients->pdata[i];
		fuzz_assert_utf8(recipient->address);
		g_assert_true(is_action(recipient->action));
		g_assert_cmpuint(strspn(recipient->status, "0123456789."), ==,
				 strlen(recipient->status));
	}
	fuzz_assert_utf8(bounce->message_id ? bounce->message_id : "");
}

static void
read_report(const char *type, const uint8_t *data, size_t size)
{
	g_autofree char *name = g_strdup(type);
	Part part = {
		.type = name,
		.content = (const char *)data,
		.length = size,
	};
	g_autoptr(Mail) mail = empty_mail();
	mail->report = "delivery-status";
	bounce_free(mail->bounce);
	bounce_read(shared_patterns(), mail, &part);
	assert_bounce(mail->bounce);
}

static void
read_letter(const uint8_t *data, size_t size)
{
	g_autofree char *bytes = fuzz_text(data, size);
	g_autoptr(Mail) mail = empty_mail();
	g_free(mail->text);
	mail->text = g_utf8_make_valid(bytes, -1);
	MailBounce *bounce = bounce_from_letter(shared_patterns(), mail);
	if (bounce)
		assert_bounce(bounce);
	bounce_free(bounce);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_report("message/delivery-status", data, size);
	read_report("message/rfc822", data, size);
	read_letter(data, size);
	return 0;
}
