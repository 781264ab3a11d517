/* Expectations: calendars on paper. */
#include "calendar_fixture.h"

#include <loket/hourstext.h>

static void
assert_owned(char *got, const char *want)
{
	if (want)
		assert_string_equal(got ? got : "(null)", want);
	else
		assert_null(got);
	g_free(got);
}

static void
tells_the_hours_of_a_week(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-thu 09:00-12:30,13:00-17:00",
			      "fri 09:00-13:00", "sun 10:00-24:00")});
	assert_owned(hours_text(calendar, "nl"),
		     "maandag t/m donderdag van 9.00 tot 12.30 uur en van "
		     "13.00 tot 17.00 uur, vrijdag van 9.00 tot 13.00 uur, "
		     "zondag van 10.00 tot 24.00 uur");
	assert_owned(hours_text(calendar, "en"),
		     "Monday to Thursday from 09:00 to 12:30 and from 13:00 "
		     "to 17:00, Friday from 09:00 to 13:00, Sunday from 10:00 "
		     "to 24:00");
	assert_owned(hours_text(calendar, "de-AT"),
		     "Montag bis Donnerstag von 09:00 bis 12:30 Uhr und von "
		     "13:00 bis 17:00 Uhr, Freitag von 09:00 bis 13:00 Uhr, "
		     "Sonntag von 10:00 bis 24:00 Uhr");
	assert_owned(hours_text(calendar, "fr"),
		     "du lundi au jeudi de 9 h à 12 h 30 et de 13 h à 17 h, "
		     "le vendredi de 9 h à 13 h, le dimanche de 10 h à 24 h");
	/* no words of its own: English */
	char *english = hours_text(calendar, "en");
	assert_owned(hours_text(calendar, "xx"), english);
	assert_owned(hours_text(calendar, NULL), english);
	g_free(english);
}

static void
joins_two_days_with_and(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.hours = LIST("mon 09:00-12:00", "tue 09:00-12:00")});
	assert_owned(hours_text(calendar, "nl"),
		     "maandag en dinsdag van 9.00 tot 12.00 uur");
	assert_owned(hours_text(calendar, "fr"),
		     "le lundi et le mardi de 9 h à 12 h");
}

static void
tells_hours_round_the_clock(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = make_calendar(
		(CalendarSpec){.hours = LIST("mon-sun 00:00-24:00")});
	assert_owned(hours_text(calendar, "en"),
		     "Monday to Sunday from 00:00 to 24:00");
}

static void
tells_targets_with_one_and_several(void **state)
{
	(void)state;
	static const struct {
		Target target;
		const char *language, *want;
	} cases[] = {
		{{TARGET_WORKING_DAYS, 1}, "nl", "1 werkdag"},
		{{TARGET_WORKING_DAYS, 3}, "nl", "3 werkdagen"},
		{{TARGET_WORKING_HOURS, 1}, "nl", "1 werkuur"},
		{{TARGET_WORKING_HOURS, 8}, "nl", "8 werkuren"},
		{{TARGET_HOURS, 24}, "nl", "24 uur"},
		{{TARGET_MINUTES, 30}, "nl", "30 minuten"},
		{{TARGET_WORKING_DAYS, 1}, "en", "1 working day"},
		{{TARGET_HOURS, 0}, "en", "0 hours"},
		{{TARGET_WORKING_DAYS, 2}, "de", "2 Arbeitstagen"},
		{{TARGET_WORKING_DAYS, 1}, "fr", "1 jour ouvré"},
		{{TARGET_WORKING_HOURS, 8}, "fr-BE", "8 heures ouvrées"},
		{{TARGET_MINUTES, 1}, "xx", "1 minute"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_owned(target_text(&cases[i].target, cases[i].language),
			     cases[i].want);
}

/* 24 December 2026 is a Thursday. */
static Calendar *
christmas(void)
{
	return make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-fri 08:00-17:30", "2026-12-24 closed"),
		.holidays = LIST("nl"),
	});
}

static void
names_the_days_on_which_it_is_closed(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = christmas();
	int64_t from = at(calendar, "2026-12-23T16:00");
	int64_t to = at(calendar, "2026-12-28T17:30");
	assert_owned(closed_days_text(calendar, from, to, "nl"),
		     "donderdag 24 december, vrijdag 25 december (Eerste "
		     "kerstdag) en zaterdag 26 december (Tweede kerstdag)");
	assert_owned(closed_days_text(calendar, from, to, "en"),
		     "Thursday 24 December, Friday 25 December (Christmas "
		     "Day) and Saturday 26 December (Boxing Day)");
	/* both ends are looked at, in another year with its number */
	assert_owned(closed_days_text(calendar,
				      at(calendar, "2026-12-29T09:00"),
				      at(calendar, "2027-01-01T09:00"), "nl"),
		     "vrijdag 1 januari 2027 (Nieuwjaarsdag)");
	assert_owned(closed_days_text(calendar,
				      at(calendar, "2026-12-29T09:00"),
				      at(calendar, "2026-12-31T09:00"), "nl"),
		     NULL);
	assert_owned(closed_days_text(calendar, to, from, "nl"), NULL);
}

static void
tells_days_in_a_row_from_the_first_to_the_last(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-fri 09:00-17:00", "2026-08-03 closed",
			      "2026-08-04 closed", "2026-08-05 closed",
			      "2026-08-06 closed", "2026-08-07 closed",
			      "2026-08-10 closed", "2026-08-12 closed"),
		.holidays = LIST("nl")});
	/* a weekend between goes with them, a working day does not */
	assert_owned(closed_days_text(calendar,
				      at(calendar, "2026-08-01T09:00"),
				      at(calendar, "2026-08-13T09:00"), "nl"),
		     "maandag 3 augustus t/m maandag 10 augustus en woensdag "
		     "12 augustus");
	assert_owned(closed_days_text(calendar,
				      at(calendar, "2026-08-05T09:00"),
				      at(calendar, "2026-08-06T09:00"), "fr"),
		     "du mercredi 5 août au jeudi 6 août");
}

static void
tells_none_of_too_many(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-fri 09:00-17:00", "2026-08-03 closed",
			      "2026-08-05 closed", "2026-08-07 closed",
			      "2026-08-11 closed", "2026-08-13 closed",
			      "2026-08-17 closed")});
	assert_owned(closed_days_text(calendar,
				      at(calendar, "2026-08-01T09:00"),
				      at(calendar, "2026-08-14T09:00"), "en"),
		     "Monday 3 August, Wednesday 5 August, Friday 7 August, "
		     "Tuesday 11 August and Thursday 13 August");
	assert_owned(closed_days_text(calendar,
				      at(calendar, "2026-08-01T09:00"),
				      at(calendar, "2026-08-18T09:00"), "en"),
		     NULL);
}

static void
opens_at_the_beginning_of_a_day(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-sun 00:00-24:00", "2026-12-25 closed")});
	assert_owned(
		opens_text(calendar, at(calendar, "2026-12-25T10:00"), "nl"),
		"zaterdag 26 december om 0.00 uur");
}

static void
tells_when_it_opens_only_when_it_is_closed(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = christmas();
	assert_owned(
		opens_text(calendar, at(calendar, "2026-12-25T10:00"), "nl"),
		"maandag 28 december om 8.00 uur");
	assert_owned(
		opens_text(calendar, at(calendar, "2026-12-24T10:00"), "fr"),
		"lundi 28 décembre à 8 h");
	/* an evening and a Sunday are no days on which it is closed */
	assert_owned(
		opens_text(calendar, at(calendar, "2026-12-23T20:00"), "nl"),
		NULL);
	assert_owned(
		opens_text(calendar, at(calendar, "2026-12-27T10:00"), "nl"),
		NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_hours_of_a_week),
		cmocka_unit_test(joins_two_days_with_and),
		cmocka_unit_test(tells_hours_round_the_clock),
		cmocka_unit_test(tells_targets_with_one_and_several),
		cmocka_unit_test(names_the_days_on_which_it_is_closed),
		cmocka_unit_test(
			tells_days_in_a_row_from_the_first_to_the_last),
		cmocka_unit_test(tells_none_of_too_many),
		cmocka_unit_test(opens_at_the_beginning_of_a_day),
		cmocka_unit_test(tells_when_it_opens_only_when_it_is_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
