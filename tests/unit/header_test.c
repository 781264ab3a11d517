/* Values of header fields as a milter is to give them. Encoded words were made
 * with base64(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loket/header.h>

static void
writes_a_mailbox_as_one_value(void **state)
{
	(void)state;
	static const struct {
		const char *display;
		const char *want;
	} cases[] = {
		{NULL, "<support@acme.example>"},
		{"", "<support@acme.example>"},
		{"Jan, Acme", "\"Jan, Acme\" <support@acme.example>"},
		{"Jan \"x\" \\", "\"Jan \\\"x\\\" \\\\\" "
				 "<support@acme.example>"},
		{"Els Ë", "=?UTF-8?B?RWxzIMOL?= <support@acme.example>"},
		{"Jan\r\nBcc: x", "\"Jan Bcc: x\" <support@acme.example>"},
		{"=?UTF-8?Q?x?=", "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?= "
				  "<support@acme.example>"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *value = header_encode_mailbox(
			"From", cases[i].display, "support@acme.example");
		assert_string_equal(value, cases[i].want);
	}
}

static void
folds_with_lf_alone(void **state)
{
	(void)state;
	g_autofree char *value = header_encode_mailbox(
		"From", "A name that has as much as fifty-nine characters, yes",
		"a.long.local.part.of.the.desk@support.acme.example");
	assert_string_equal(
		value, "\"A name that has as much as fifty-nine characters, "
		       "yes\"\n "
		       "<a.long.local.part.of.the.desk@support.acme.example>");
}

static void
encodes_text_as_one_value(void **state)
{
	(void)state;
	g_autofree char *plain = header_encode("Subject", "Een vraag");
	g_autofree char *none = header_encode("Subject", "");
	g_autofree char *high = header_encode("Subject", "Re: Ë");
	assert_string_equal(plain, "Een vraag");
	assert_string_equal(none, "");
	assert_string_equal(high, "Re: =?UTF-8?B?w4s=?=");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_mailbox_as_one_value),
		cmocka_unit_test(folds_with_lf_alone),
		cmocka_unit_test(encodes_text_as_one_value),
	};
	return cmocka_run_group_tests_name("header values", tests, NULL, NULL);
}
