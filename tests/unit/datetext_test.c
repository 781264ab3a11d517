/* Expectations: calendars on paper and, for instants, date(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <loket/datetext.h>

/* Tue 2026-11-24 17:30:00 +0100 */
#define TUESDAY_EVENING INT64_C(1795537800)
/* Mon 2026-11-23 12:00:00 +0100 */
#define DAY_BEFORE INT64_C(1795431600)
#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void
assert_text(int64_t instant, const char *zone, const char *language,
	    int64_t now, const char *want)
{
	g_autoptr(GTimeZone) tz = g_time_zone_new_identifier(zone);
	assert_non_null(tz);
	g_autofree char *text = date_text(instant, tz, language, now);
	assert_string_equal(text, want);
}

static void
tells_a_deadline_in_every_language(void **state)
{
	(void)state;
	static const struct {
		const char *language, *want;
	} cases[] = {
		{"nl", "dinsdag 24 november om 17.30 uur"},
		{"nl-BE", "dinsdag 24 november om 17.30 uur"},
		{"NL", "dinsdag 24 november om 17.30 uur"},
		{"en", "Tuesday 24 November at 17:30"},
		{"en_GB", "Tuesday 24 November at 17:30"},
		{"de", "Dienstag, 24. November, 17:30 Uhr"},
		{"fr", "mardi 24 novembre à 17 h 30"},
		{"es", "2026-11-24 17:30"},
		{"n", "2026-11-24 17:30"},
		{"nld", "2026-11-24 17:30"},
		{"", "2026-11-24 17:30"},
		{NULL, "2026-11-24 17:30"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_text(TUESDAY_EVENING, "Europe/Amsterdam",
			    cases[i].language, DAY_BEFORE, cases[i].want);
}

static void
adds_the_year_when_it_is_another_one(void **state)
{
	(void)state;
	/* Fri 2027-01-01 09:05 +0100, told on 2026-12-31 and 2027-01-01 */
	static const int64_t new_year = INT64_C(1798790700);
	static const struct {
		const char *language, *other, *same;
	} cases[] = {
		{"nl", "vrijdag 1 januari 2027 om 9.05 uur",
		 "vrijdag 1 januari om 9.05 uur"},
		{"en", "Friday 1 January 2027 at 09:05",
		 "Friday 1 January at 09:05"},
		{"de", "Freitag, 1. Januar 2027, 09:05 Uhr",
		 "Freitag, 1. Januar, 09:05 Uhr"},
		{"fr", "vendredi 1er janvier 2027 à 9 h 05",
		 "vendredi 1er janvier à 9 h 05"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_text(new_year, "Europe/Amsterdam", cases[i].language,
			    new_year - DAY, cases[i].other);
		assert_text(new_year, "Europe/Amsterdam", cases[i].language,
			    new_year - HOUR, cases[i].same);
	}
}

static void
tells_a_full_hour_in_every_language(void **state)
{
	(void)state;
	/* Tue 2026-11-24 17:00 +0100 */
	static const int64_t full_hour = TUESDAY_EVENING - 30 * MINUTE;
	assert_text(full_hour, "Europe/Amsterdam", "nl", DAY_BEFORE,
		    "dinsdag 24 november om 17.00 uur");
	assert_text(full_hour, "Europe/Amsterdam", "fr", DAY_BEFORE,
		    "mardi 24 novembre à 17 h");
}

static void
tells_midnight_as_the_end_of_a_day(void **state)
{
	(void)state;
	/* Wed 2026-11-25 00:00 +0100 */
	static const int64_t midnight =
		TUESDAY_EVENING + 6 * HOUR + 30 * MINUTE;
	assert_text(midnight, "Europe/Amsterdam", "nl", DAY_BEFORE,
		    "dinsdag 24 november om 24.00 uur");
	assert_text(midnight, "Europe/Amsterdam", "es", DAY_BEFORE,
		    "2026-11-24 24:00");
	assert_text(midnight + MINUTE, "Europe/Amsterdam", "en", DAY_BEFORE,
		    "Wednesday 25 November at 00:01");
	/* 2027-01-01 00:00 +0100 belongs to the year before */
	assert_text(INT64_C(1798758000), "Europe/Amsterdam", "de", DAY_BEFORE,
		    "Donnerstag, 31. Dezember, 24:00 Uhr");
}

static void
never_tells_a_later_moment(void **state)
{
	(void)state;
	assert_text(TUESDAY_EVENING + 59, "Europe/Amsterdam", "en", DAY_BEFORE,
		    "Tuesday 24 November at 17:30");
}

static void
follows_the_clock_of_the_zone(void **state)
{
	(void)state;
	assert_text(TUESDAY_EVENING, "UTC", "en", DAY_BEFORE,
		    "Tuesday 24 November at 16:30");
	assert_text(TUESDAY_EVENING, "Asia/Tokyo", "en", DAY_BEFORE,
		    "Wednesday 25 November at 01:30");
	/* the hour that comes twice, 2026-10-25 02:30 +0200 and +0100 */
	assert_text(INT64_C(1792888200), "Europe/Amsterdam", "nl", DAY_BEFORE,
		    "zondag 25 oktober om 2.30 uur");
	assert_text(INT64_C(1792891800), "Europe/Amsterdam", "nl", DAY_BEFORE,
		    "zondag 25 oktober om 2.30 uur");
}

static void
names_every_month_and_weekday(void **state)
{
	(void)state;
	/* 2026: the first of each month at 12:00 UTC, and its day of the year
	 */
	static const struct {
		int days_before;
		const char *want[4];
	} cases[] = {
		{0,
		 {"donderdag 1 januari", "Thursday 1 January",
		  "Donnerstag, 1. Januar", "jeudi 1er janvier"}},
		{31,
		 {"zondag 1 februari", "Sunday 1 February",
		  "Sonntag, 1. Februar", "dimanche 1er février"}},
		{59,
		 {"zondag 1 maart", "Sunday 1 March", "Sonntag, 1. März",
		  "dimanche 1er mars"}},
		{90,
		 {"woensdag 1 april", "Wednesday 1 April", "Mittwoch, 1. April",
		  "mercredi 1er avril"}},
		{120,
		 {"vrijdag 1 mei", "Friday 1 May", "Freitag, 1. Mai",
		  "vendredi 1er mai"}},
		{151,
		 {"maandag 1 juni", "Monday 1 June", "Montag, 1. Juni",
		  "lundi 1er juin"}},
		{181,
		 {"woensdag 1 juli", "Wednesday 1 July", "Mittwoch, 1. Juli",
		  "mercredi 1er juillet"}},
		{212,
		 {"zaterdag 1 augustus", "Saturday 1 August",
		  "Samstag, 1. August", "samedi 1er août"}},
		{243,
		 {"dinsdag 1 september", "Tuesday 1 September",
		  "Dienstag, 1. September", "mardi 1er septembre"}},
		{273,
		 {"donderdag 1 oktober", "Thursday 1 October",
		  "Donnerstag, 1. Oktober", "jeudi 1er octobre"}},
		{304,
		 {"zondag 1 november", "Sunday 1 November",
		  "Sonntag, 1. November", "dimanche 1er novembre"}},
		{334,
		 {"dinsdag 1 december", "Tuesday 1 December",
		  "Dienstag, 1. Dezember", "mardi 1er décembre"}},
	};
	static const char *const languages[] = {"nl", "en", "de", "fr"};
	/* 2026-01-01 12:00 UTC */
	static const int64_t noon = INT64_C(1767268800);
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t instant = noon + cases[i].days_before * DAY;
		for (size_t l = 0; l < G_N_ELEMENTS(languages); l++) {
			g_autofree char *text =
				date_text(instant, utc, languages[l], noon);
			assert_true(g_str_has_prefix(text, cases[i].want[l]));
		}
	}
}

static void
refuses_instants_outside_the_calendar(void **state)
{
	(void)state;
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	assert_null(date_text(INT64_MAX, utc, "nl", 0));
	assert_null(date_text(INT64_MIN, utc, "nl", 0));
	assert_null(date_text(0, utc, "nl", INT64_MAX));
	/* 0001-01-01 00:00 is the end of a day that does not exist */
	assert_null(date_text(INT64_C(-62135596800), utc, "nl", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_a_deadline_in_every_language),
		cmocka_unit_test(adds_the_year_when_it_is_another_one),
		cmocka_unit_test(tells_a_full_hour_in_every_language),
		cmocka_unit_test(tells_midnight_as_the_end_of_a_day),
		cmocka_unit_test(never_tells_a_later_moment),
		cmocka_unit_test(follows_the_clock_of_the_zone),
		cmocka_unit_test(names_every_month_and_weekday),
		cmocka_unit_test(refuses_instants_outside_the_calendar),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
