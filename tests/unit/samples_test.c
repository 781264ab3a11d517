/* samples: each sample mail, cut off anywhere, is still a mail. */
#include "mail_fixture.h"

#include <loket/authres.h>
#include <loket/robot.h>

#define SAMPLES "tests/mail"
/* A longer one is cut at its line ends only. */
#define CUT_ANYWHERE_BYTES_MAX 700

static void
assert_utf8(const char *text)
{
	assert_true(!text || g_utf8_validate(text, -1, NULL));
}

static void
assert_addresses_utf8(const GPtrArray *addresses)
{
	for (guint i = 0; i < addresses->len; i++) {
		const MailAddress *address = addresses->pdata[i];
		assert_utf8(address->name);
		assert_utf8(address->address);
		assert_true(*address->address);
	}
}

static void
assert_readable(const Mail *mail)
{
	assert_utf8(mail->subject);
	assert_utf8(mail->message_id);
	assert_utf8(mail->text);
	assert_utf8(mail->new_text);
	assert_addresses_utf8(mail->from);
	assert_addresses_utf8(mail->to);
	assert_addresses_utf8(mail->cc);
	for (guint i = 0; i < mail->attachments->len; i++) {
		const MailAttachment *part = mail->attachments->pdata[i];
		assert_utf8(part->filename);
		assert_utf8(part->type);
	}
}

static void
read_cut(void **state, const char *bytes, size_t length)
{
	static const char *const ids[] = {"mx.acme.example", NULL};
	g_auto(RobotVerdict) verdict = {0};
	/* of its own, so that reading past the end is found */
	g_autofree char *cut = g_memdup2(bytes, length);
	g_autoptr(Mail) mail = read_bytes(state, cut ? cut : "", length);
	assert_true(mail->body_offset <= length);
	assert_readable(mail);
	robot_judge(mail, NULL, NULL, &verdict);
	assert_utf8(verdict.reason);
	(void)authres_judge(mail, ids, "mx.acme.example", NULL);
}

static void
read_every_cut(void **state, const char *bytes, size_t length)
{
	bool is_short = length <= CUT_ANYWHERE_BYTES_MAX;
	for (size_t n = 0; n <= length; n++)
		if (is_short || n == length || bytes[n] == '\n')
			read_cut(state, bytes, n);
}

static void
every_beginning_of_every_sample_is_a_mail(void **state)
{
	g_autoptr(GDir) dir = g_dir_open(SAMPLES, 0, NULL);
	size_t n_samples = 0;
	const char *name;
	assert_non_null(dir);
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(SAMPLES, name, NULL);
		g_autofree char *bytes = NULL;
		size_t length;
		if (!g_str_has_suffix(name, ".eml"))
			continue;
		assert_true(g_file_get_contents(path, &bytes, &length, NULL));
		read_every_cut(state, bytes, length);
		n_samples++;
	}
	assert_true(n_samples > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_beginning_of_every_sample_is_a_mail),
	};
	return cmocka_run_group_tests_name("samples", tests, make_reader,
					   free_reader);
}
