#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loket/calendar.h>
#include <loket/error.h>

static void
reads_every_spelling(void **state)
{
	static const struct {
		const char *text;
		Target want;
	} cases[] = {
		{"1 working day", {TARGET_WORKING_DAYS, 1}},
		{"1 working days", {TARGET_WORKING_DAYS, 1}},
		{"3 working days", {TARGET_WORKING_DAYS, 3}},
		{"3 working day", {TARGET_WORKING_DAYS, 3}},
		{"3wd", {TARGET_WORKING_DAYS, 3}},
		{"3 wd", {TARGET_WORKING_DAYS, 3}},
		{"8 working hours", {TARGET_WORKING_HOURS, 8}},
		{"8 working hour", {TARGET_WORKING_HOURS, 8}},
		{"8wh", {TARGET_WORKING_HOURS, 8}},
		{"24 hours", {TARGET_HOURS, 24}},
		{"1 hour", {TARGET_HOURS, 1}},
		{"24h", {TARGET_HOURS, 24}},
		{"30 minutes", {TARGET_MINUTES, 30}},
		{"1 minute", {TARGET_MINUTES, 1}},
		{"30m", {TARGET_MINUTES, 30}},
		{"  3   Working  DAYS ", {TARGET_WORKING_DAYS, 3}},
		{"3\tworking\tdays", {TARGET_WORKING_DAYS, 3}},
		{"0 working days", {TARGET_WORKING_DAYS, 0}},
		{"007h", {TARGET_HOURS, 7}},
		{"9999999m", {TARGET_MINUTES, 9999999}},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Target target = {TARGET_MINUTES, -1};
		GError *error = NULL;

		if (!target_parse(cases[i].text, &target, &error))
			fail_msg("\"%s\": %s", cases[i].text, error->message);
		if (target.unit != cases[i].want.unit ||
		    target.n != cases[i].want.n)
			fail_msg("\"%s\": unit %d, n %ld", cases[i].text,
				 target.unit, (long)target.n);
	}
}

static void
refuses_what_is_no_target(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"3",
		"3 ",
		"days",
		"working days",
		"3 days",
		"3d",
		"-1 working days",
		"+1 working days",
		"1.5 working days",
		"1,5h",
		"one working day",
		"3 working",
		"3 workingdays",
		"3 working dayss",
		"3 working days!",
		"3wds",
		"3 hh",
		"3 wd 4 wh",
		"3 wd 4",
		"0x10h",
		"10000000m",
		"99999999999999999999999999h",
		"3\xc2\xa0working days",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Target target = {TARGET_HOURS, 77};
		GError *error = NULL;

		if (target_parse(cases[i], &target, &error))
			fail_msg("\"%s\" was read", cases[i]);
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_CONFIG));
		assert_int_equal(target.unit, TARGET_HOURS);
		assert_int_equal(target.n, 77);
		g_error_free(error);
	}
}

static void
writes_the_long_form(void **state)
{
	static const struct {
		Target target;
		const char *want;
	} cases[] = {
		{{TARGET_WORKING_DAYS, 1}, "1 working day"},
		{{TARGET_WORKING_DAYS, 3}, "3 working days"},
		{{TARGET_WORKING_DAYS, 0}, "0 working days"},
		{{TARGET_WORKING_HOURS, 1}, "1 working hour"},
		{{TARGET_WORKING_HOURS, 8}, "8 working hours"},
		{{TARGET_HOURS, 24}, "24 hours"},
		{{TARGET_MINUTES, 1}, "1 minute"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = target_format(&cases[i].target);

		assert_string_equal(text, cases[i].want);
	}
}

static void
tells_working_time_from_the_clock(void **state)
{
	(void)state;
	assert_true(target_is_working(&(Target){TARGET_WORKING_DAYS, 1}));
	assert_true(target_is_working(&(Target){TARGET_WORKING_HOURS, 1}));
	assert_false(target_is_working(&(Target){TARGET_HOURS, 1}));
	assert_false(target_is_working(&(Target){TARGET_MINUTES, 1}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_spelling),
		cmocka_unit_test(refuses_what_is_no_target),
		cmocka_unit_test(writes_the_long_form),
		cmocka_unit_test(tells_working_time_from_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
