/* verdict: an error becomes the answer and the reply that the sender gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loket/error.h>

#include "../../milter/verdict.h"

static char reply[2000];

/* In the place of libmilter's own. */
int
smfi_setreply(SMFICTX *ctx, char *code, char *status, char *text)
{
	(void)ctx;
	(void)g_snprintf(reply, sizeof(reply), "%s %s %s", code, status, text);
	return MI_SUCCESS;
}

static sfsistat
verdict(enum LoketError code, const char *message)
{
	g_autoptr(GError) error =
		g_error_new_literal(LOKET_ERROR, (int)code, message);
	reply[0] = '\0';
	return verdict_of(NULL, error);
}

static void
tells_the_sender_why_he_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *message;
		const char *want;
	} cases[] = {
		{"No such ticket", "550 5.7.1 No such ticket"},
		{"552 5.3.4 Too long", "552 5.3.4 Too long"},
		{"550 5.6.0 Odd", "550 5.6.0 Odd"},
		{"", "550 5.7.1 "},
		{"552 too long", "550 5.7.1 552 too long"},
		{"451 4.3.0 Later", "550 5.7.1 451 4.3.0 Later"},
		{"552 5.3.4", "550 5.7.1 552 5.3.4"},
		{"100 %s off", "550 5.7.1 100 %%s off"},
		{"two\r\nlines\t", "550 5.7.1 two??lines?"},
		{"caf\303\251", "550 5.7.1 caf??"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(
			verdict(LOKET_ERROR_PERMANENT, cases[i].message),
			SMFIS_REJECT);
		assert_string_equal(reply, cases[i].want);
	}
}

static void
keeps_within_what_libmilter_takes(void **state)
{
	(void)state;
	/* smfi_setreply takes 980 bytes */
	g_autofree char *percents = g_strnfill(5000, '%');
	(void)verdict(LOKET_ERROR_PERMANENT, percents);
	size_t length = strspn(reply + strlen("550 5.7.1 "), "%");
	assert_int_equal(length, 900);
	g_autofree char *shifted = g_strconcat("x", percents, NULL);
	(void)verdict(LOKET_ERROR_PERMANENT, shifted);
	/* a pair is not parted */
	assert_int_equal(strspn(reply + strlen("550 5.7.1 x"), "%") % 2, 0);
	assert_true(strlen(reply) <= 980);
}

static void
keeps_our_own_trouble_to_ourselves(void **state)
{
	(void)state;
	static const enum LoketError codes[] = {LOKET_ERROR_TEMPORARY,
						LOKET_ERROR_CONFIG};
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
		assert_int_equal(verdict(codes[i], "/var/lib: disk full"),
				 SMFIS_TEMPFAIL);
		assert_true(g_str_has_prefix(reply, "451 4.3.0 "));
		assert_null(strstr(reply, "disk"));
	}
	assert_int_equal(verdict_of(NULL, NULL), SMFIS_TEMPFAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_sender_why_he_is_refused),
		cmocka_unit_test(keeps_within_what_libmilter_takes),
		cmocka_unit_test(keeps_our_own_trouble_to_ourselves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
