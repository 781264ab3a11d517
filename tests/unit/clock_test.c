/* clock: instants as text, in the zone they are asked in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include <loket/clock.h>

enum {
	SUMMER = 1782900000,	/* 2026-07-01T10:00:00Z */
	WINTER = 1768471445,	/* 2026-01-15T10:04:05Z */
	NEW_YEAR = 1798759800,	/* 2026-12-31T23:30:00Z */
	FALL_BACK = 1792888200, /* 2026-10-25T00:30:00Z */
};

static GTimeZone *
zone(const char *name)
{
	GTimeZone *found = g_time_zone_new_identifier(name);
	if (!found)
		fail_msg("no zone %s", name);
	return found;
}

static void
now_is_the_machines_instant(void **state)
{
	(void)state;
	int64_t before = time(NULL);
	int64_t now = clock_now();
	int64_t after = time(NULL);
	/* time() may read a coarser clock than ours */
	assert_true(before <= now && now <= after + 1);
}

static void
writes_rfc3339_with_the_zones_offset(void **state)
{
	(void)state;
	static const struct {
		int64_t instant;
		const char *zone;
		const char *want;
	} cases[] = {
		{SUMMER, "UTC", "2026-07-01T10:00:00+00:00"},
		{SUMMER, "Europe/Amsterdam", "2026-07-01T12:00:00+02:00"},
		{WINTER, "Europe/Amsterdam", "2026-01-15T11:04:05+01:00"},
		{WINTER, "Asia/Kolkata", "2026-01-15T15:34:05+05:30"},
		{WINTER, "America/St_Johns", "2026-01-15T06:34:05-03:30"},
		{NEW_YEAR, "Europe/Amsterdam", "2027-01-01T00:30:00+01:00"},
		/* 02:30 twice: only the offset tells them apart */
		{FALL_BACK, "Europe/Amsterdam", "2026-10-25T02:30:00+02:00"},
		{FALL_BACK + 3600, "Europe/Amsterdam",
		 "2026-10-25T02:30:00+01:00"},
		{1, "UTC", "1970-01-01T00:00:01+00:00"},
		{4102444799, "UTC", "2099-12-31T23:59:59+00:00"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GTimeZone) tz = zone(cases[i].zone);
		g_autofree char *text = clock_rfc3339(cases[i].instant, tz);
		assert_string_equal(text, cases[i].want);
	}
}

static void
writes_rfc5322_in_english(void **state)
{
	(void)state;
	static const struct {
		int64_t instant;
		const char *zone;
		const char *want;
	} cases[] = {
		{SUMMER, "Europe/Amsterdam", "Wed, 1 Jul 2026 12:00:00 +0200"},
		{WINTER, "UTC", "Thu, 15 Jan 2026 10:04:05 +0000"},
		{WINTER, "America/St_Johns", "Thu, 15 Jan 2026 06:34:05 -0330"},
		{NEW_YEAR, "UTC", "Thu, 31 Dec 2026 23:30:00 +0000"},
		{NEW_YEAR, "Europe/Amsterdam",
		 "Fri, 1 Jan 2027 00:30:00 +0100"},
		{FALL_BACK, "UTC", "Sun, 25 Oct 2026 00:30:00 +0000"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GTimeZone) tz = zone(cases[i].zone);
		g_autofree char *text = clock_rfc5322(cases[i].instant, tz);
		assert_string_equal(text, cases[i].want);
	}
}

static void
has_no_text_for_no_instant(void **state)
{
	(void)state;
	static const int64_t none[] = {0, -1, INT64_MIN};
	g_autoptr(GTimeZone) utc = zone("UTC");
	for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
		assert_null(clock_rfc3339(none[i], utc));
		assert_null(clock_rfc5322(none[i], utc));
	}
}

static void
the_year_is_the_zones(void **state)
{
	(void)state;
	static const struct {
		int64_t instant;
		const char *zone;
		int want;
	} cases[] = {
		{NEW_YEAR, "UTC", 2026},
		{NEW_YEAR, "Europe/Amsterdam", 2027},
		{NEW_YEAR - 1801, "Europe/Amsterdam", 2026},
		{NEW_YEAR, "Pacific/Kiritimati", 2027},
		{NEW_YEAR + 3600, "America/New_York", 2026},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GTimeZone) tz = zone(cases[i].zone);
		assert_int_equal(clock_year(cases[i].instant, tz),
				 cases[i].want);
	}
}

static void
a_zone_is_a_name_and_no_path(void **state)
{
	(void)state;
	static const char *const none[] = {"",
					   "Europe/Lutjebroek",
					   "/etc/passwd",
					   "Europe",
					   "../../../etc/passwd",
					   "Europe/../Asia/Tokyo",
					   "./Asia/Tokyo"};
	g_autoptr(GTimeZone) tokyo = clock_zone("Asia/Tokyo");
	assert_non_null(tokyo);
	for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
		assert_null(clock_zone(none[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(now_is_the_machines_instant),
		cmocka_unit_test(writes_rfc3339_with_the_zones_offset),
		cmocka_unit_test(writes_rfc5322_in_english),
		cmocka_unit_test(has_no_text_for_no_instant),
		cmocka_unit_test(the_year_is_the_zones),
		cmocka_unit_test(a_zone_is_a_name_and_no_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
