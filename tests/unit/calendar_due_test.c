#include "calendar_due_table.h"
#include "calendar_fixture.h"
#include <time.h>
#include <unistd.h>

/* What takes longer has no end. */
#define HANGS_AFTER_S 60
#define WEEK "mon-fri 08:00-17:30"

static void
check_rows(CalendarSpec spec, const DueRow *rows, size_t n)
{
	g_autoptr(Calendar) calendar = make_calendar(spec);

	for (size_t i = 0; i < n; i++) {
		g_autofree char *what = g_strdup_printf(
			"%s from %s", rows[i].target, rows[i].start);
		Target target;
		GError *error = NULL;
		int64_t due;

		assert_true(target_parse(rows[i].target, &target, NULL));
		if (!calendar_due(calendar, &target,
				  at(calendar, rows[i].start), &due, &error))
			fail_msg("%s: %s", what, error->message);
		assert_instant(calendar, what, due, at(calendar, rows[i].due));
	}
}

static void
counts_office_hours(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Amsterdam",
			.hours = LIST(WEEK),
			.holidays = LIST("nl"),
		},
		OFFICE_ROWS, G_N_ELEMENTS(OFFICE_ROWS));
}

static void
keeps_the_time_of_receipt(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Amsterdam",
			.hours = LIST(WEEK),
			.holidays = LIST("nl"),
			.same_time = true,
		},
		OFFICE_SAME_ROWS, G_N_ELEMENTS(OFFICE_SAME_ROWS));
}

static void
leaves_breaks_out(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Brussels",
			.hours = LIST("mon-fri 09:00-12:30,13:30-17:00",
				      "sat 10:00-12:00"),
			.holidays = LIST("be"),
		},
		LUNCH_ROWS, G_N_ELEMENTS(LUNCH_ROWS));
}

static void
moves_the_time_of_receipt_out_of_breaks(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Brussels",
			.hours = LIST("mon-fri 09:00-12:30,13:30-17:00",
				      "sat 10:00-12:00"),
			.holidays = LIST("be"),
			.same_time = true,
		},
		LUNCH_SAME_ROWS, G_N_ELEMENTS(LUNCH_SAME_ROWS));
}

static void
keeps_the_time_of_receipt_within_the_day(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Amsterdam",
			.hours = LIST("mon-thu 09:00-17:00", "fri 10:00-15:00"),
			.same_time = true,
		},
		SHORT_SAME_ROWS, G_N_ELEMENTS(SHORT_SAME_ROWS));
}

static void
runs_round_the_clock(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Amsterdam",
			.hours = LIST("mon-sun 00:00-24:00"),
		},
		CLOCK_ROWS, G_N_ELEMENTS(CLOCK_ROWS));
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Amsterdam",
			.hours = LIST("mon-sun 00:00-24:00"),
			.same_time = true,
		},
		CLOCK_SAME_ROWS, G_N_ELEMENTS(CLOCK_SAME_ROWS));
	check_rows(
		(CalendarSpec){
			.timezone = "America/Santiago",
			.hours = LIST("mon-sun 00:00-24:00"),
		},
		SANTIAGO_ROWS, G_N_ELEMENTS(SANTIAGO_ROWS));
}

static void
crosses_midnight_in_two_intervals(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Amsterdam",
			.hours = LIST("mon-fri 22:00-24:00",
				      "tue-sat 00:00-06:00"),
		},
		NIGHT_ROWS, G_N_ELEMENTS(NIGHT_ROWS));
}

static void
closes_early_on_dates(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "Europe/Amsterdam",
			.hours = LIST("mon-fri 09:00-17:00",
				      "12-24 09:00-15:00", "2026-12-28 closed",
				      "2026-12-31 09:00-12:00",
				      "2027-01-02 10:00-14:00"),
			.holidays = LIST("nl"),
		},
		EARLY_ROWS, G_N_ELEMENTS(EARLY_ROWS));
}

static void
keeps_each_zone_apart(void **state)
{
	(void)state;
	check_rows(
		(CalendarSpec){
			.timezone = "America/New_York",
			.hours = LIST("mon-fri 09:00-17:00"),
		},
		NEWYORK_ROWS, G_N_ELEMENTS(NEWYORK_ROWS));
	check_rows(
		(CalendarSpec){
			.timezone = "Asia/Kathmandu",
			.hours = LIST("sun-fri 10:00-17:00"),
		},
		KATHMANDU_ROWS, G_N_ELEMENTS(KATHMANDU_ROWS));
}

static void
ends_promises_at_closing_whatever_the_reading(void **state)
{
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST(WEEK),
		.same_time = true,
	});
	Target target = {TARGET_WORKING_DAYS, 3};
	int64_t start = at(calendar, "2026-01-05T10:00");
	int64_t due;

	(void)state;
	assert_true(
		calendar_due_at_closing(calendar, &target, start, &due, NULL));
	assert_instant(calendar, "closing", due,
		       at(calendar, "2026-01-08T17:30"));
	assert_true(calendar_due(calendar, &target, start, &due, NULL));
	assert_instant(calendar, "same time", due,
		       at(calendar, "2026-01-08T10:00"));
}

/* A start whose tenth year ends in open hours: the search has to end there. */
static void
ends_where_ten_years_end_in_open_hours(void **state)
{
	g_autoptr(Calendar) calendar =
		make_calendar((CalendarSpec){.timezone = "Europe/Amsterdam"});
	Target target = {TARGET_WORKING_HOURS, 30000};
	int64_t due = 77;

	(void)state;
	(void)alarm(HANGS_AFTER_S);
	assert_false(calendar_due(calendar, &target,
				  at(calendar, "2026-11-28T12:00"), &due,
				  NULL));
	(void)alarm(0);
	assert_int_equal(due, 77);
}

static void
refuses_what_is_not_reached_within_ten_years(void **state)
{
	static const struct {
		const char *target;
		bool is_reached;
	} cases[] = {
		/* One open day a year: New Year's Eve. */
		{"10wd", true},	    {"11wd", false},	 {"9999999wd", false},
		{"88wh", true},	    {"89wh", false},	 {"9999999wh", false},
		{"87600h", true},   {"87700h", false},	 {"9999999h", false},
		{"5256000m", true}, {"9999999m", false},
	};
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-sun 09:00-17:00"),
		.seasons = (SeasonSpec[]){{
			.name = "shut",
			.from = "01-01",
			.to = "12-30",
			.hours = LIST("mon-sun closed"),
		}},
		.n_seasons = 1,
	});

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Target target;
		GError *error = NULL;
		int64_t due = 77;
		bool is_reached;

		assert_true(target_parse(cases[i].target, &target, NULL));
		is_reached = calendar_due(calendar, &target,
					  at(calendar, "2025-12-31T08:00"),
					  &due, &error);
		if (is_reached != cases[i].is_reached)
			fail_msg("%s: %d", cases[i].target, is_reached);
		if (is_reached)
			continue;
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_PERMANENT));
		assert_int_equal(due, 77);
		g_error_free(error);
	}
}

static void
refuses_instants_outside_its_years(void **state)
{
	static const int64_t starts[] = {INT64_MIN,  INT64_MIN + 1, -172800,
					 4417977600, INT64_MAX - 1, INT64_MAX};
	static const Target targets[] = {{TARGET_WORKING_DAYS, 1},
					 {TARGET_WORKING_HOURS, 1},
					 {TARGET_HOURS, 1}};
	g_autoptr(Calendar) calendar =
		make_calendar((CalendarSpec){.timezone = "UTC"});

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(targets); k++) {
			int64_t due;

			assert_false(calendar_due(calendar, &targets[k],
						  starts[i], &due, NULL));
		}
		assert_false(calendar_is_open(calendar, starts[i]));
	}
}

/* The sum of many deadlines, for a thread of its own. */
static gpointer
sum_deadlines(gpointer data)
{
	const Calendar *calendar = data;
	Target target = {TARGET_WORKING_DAYS, 3};
	int64_t *sum = g_new0(int64_t, 1);
	int64_t due;

	for (int64_t day = 0; day < 20000; day++) {
		if (calendar_due(calendar, &target, day * 86400, &due, NULL))
			*sum += due;
	}
	return sum;
}

static void
answers_several_threads_at_once(void **state)
{
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST(WEEK),
		.holidays = LIST("nl"),
	});
	g_autofree int64_t *want = sum_deadlines(calendar);
	GThread *threads[4];

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("sum", sum_deadlines, calendar);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
		g_autofree int64_t *sum = g_thread_join(threads[i]);

		assert_int_equal(*sum, *want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_office_hours),
		cmocka_unit_test(keeps_the_time_of_receipt),
		cmocka_unit_test(leaves_breaks_out),
		cmocka_unit_test(moves_the_time_of_receipt_out_of_breaks),
		cmocka_unit_test(keeps_the_time_of_receipt_within_the_day),
		cmocka_unit_test(runs_round_the_clock),
		cmocka_unit_test(crosses_midnight_in_two_intervals),
		cmocka_unit_test(closes_early_on_dates),
		cmocka_unit_test(keeps_each_zone_apart),
		cmocka_unit_test(ends_promises_at_closing_whatever_the_reading),
		cmocka_unit_test(ends_where_ten_years_end_in_open_hours),
		cmocka_unit_test(refuses_what_is_not_reached_within_ten_years),
		cmocka_unit_test(refuses_instants_outside_its_years),
		cmocka_unit_test(answers_several_threads_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
