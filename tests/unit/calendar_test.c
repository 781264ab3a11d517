#include "calendar_fixture.h"

static Calendar *
make_hours(const char *const *hours)
{
	return make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = hours,
		.holidays = LIST("nl"),
	});
}

static void
opens_weekdays_nine_to_five_by_default(void **state)
{
	g_autoptr(Calendar) calendar =
		make_calendar((CalendarSpec){.timezone = "UTC"});

	(void)state;
	assert_string_equal(calendar_name(calendar), "default");
	/* 40 hours from Monday to Monday. */
	assert_int_equal(calendar_open_seconds(
				 calendar, at(calendar, "2026-01-05T00:00"),
				 at(calendar, "2026-01-12T00:00")),
			 INT64_C(144000));
	assert_false(calendar_is_open(calendar, at(calendar, "2026-01-05"
							     "T08:59:59Z")));
	assert_true(
		calendar_is_open(calendar, at(calendar, "2026-01-05T09:00")));
	assert_true(calendar_is_open(calendar, at(calendar, "2026-01-05"
							    "T16:59:59Z")));
	assert_false(
		calendar_is_open(calendar, at(calendar, "2026-01-05T17:00")));
}

static void
reads_every_form_of_hours(void **state)
{
	static const struct {
		const char *hours;
		int week_minutes;
	} cases[] = {
		{"mon 09:00-10:00", 60},
		{"mon-fri 09:00-10:00", 5 * 60},
		{"Mon-FRI 9:00-10:00", 5 * 60},
		{"mon,wed,fri 09:00-10:00", 3 * 60},
		{"mon-tue,sat-sun 09:00-10:00", 4 * 60},
		{"sat-mon 09:00-10:00", 3 * 60},
		{"mon-sun 00:00-24:00", 7 * 1440},
		{"mon 00:00-24:00", 1440},
		{"mon 00:00-00:01", 1},
		{"mon 23:59-24:00", 1},
		{"mon 09:00-12:00,13:00-17:00", 7 * 60},
		{"mon 13:00-17:00,09:00-12:00", 7 * 60},
		{"mon 09:00-12:00, 13:00-17:00", 7 * 60},
		{"mon 09:00-12:00,12:00-17:00", 8 * 60},
		{"  mon\t 09:00-12:00 ", 3 * 60},
		{"mon 1:00-2:00,3:00-4:00,5:00-6:00,7:00-8:00", 4 * 60},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
			.timezone = "UTC",
			.hours = LIST(cases[i].hours),
		});
		int64_t seconds = calendar_open_seconds(
			calendar, at(calendar, "2026-01-05T00:00"),
			at(calendar, "2026-01-12T00:00"));

		if (seconds != cases[i].week_minutes * INT64_C(60))
			fail_msg("\"%s\": %ld minutes", cases[i].hours,
				 (long)(seconds / 60));
	}
}

static void
refuses_hours_that_cannot_be_meant(void **state)
{
	static const struct {
		const char *hours, *want;
	} cases[] = {
		{"", "want DAYS TIMES"},
		{"mon", "want DAYS TIMES"},
		{"mon ", "want DAYS TIMES"},
		{"09:00-17:00", "want DAYS TIMES"},
		{"foo 09:00-17:00", "want days"},
		{"monday 09:00-17:00", "want days"},
		{"mon-foo 09:00-17:00", "want days"},
		{"mon- 09:00-17:00", "want days"},
		{"-fri 09:00-17:00", "want days"},
		{"mon-wed-fri 09:00-17:00", "want days"},
		{"mon,,tue 09:00-17:00", "want days"},
		{", 09:00-17:00", "want days"},
		{"mon 09:00", "want times"},
		{"mon 09:00-", "want times"},
		{"mon 9-17", "want times"},
		{"mon 09.00-17.00", "want times"},
		{"mon 25:00-26:00", "want times"},
		{"mon 09:00-24:01", "want times"},
		{"mon 09:60-17:00", "want times"},
		{"mon 09:0-17:00", "want times"},
		{"mon 009:00-17:00", "want times"},
		{"mon 09:00-17:00h", "want times"},
		{"mon 09:00-17:00,", "want times"},
		{"mon 09:00-17:00 18:00-19:00", "want times"},
		{"mon -09:00-17:00", "want times"},
		{"mon 99999999999999999999:00-17:00", "want times"},
		{"mon 17:00-09:00", "closes before it opens"},
		{"mon 22:00-02:00", "past midnight is two intervals"},
		{"mon 09:00-09:00", "closes before it opens"},
		{"mon 24:00-24:00", "closes before it opens"},
		{"mon 09:00-12:00,11:59-17:00", "overlapping hours"},
		{"mon 09:00-17:00,10:00-11:00", "overlapping hours"},
		{"mon 10:00-11:00,09:00-17:00", "overlapping hours"},
		{"mon,mon 10:00-11:00", "overlapping hours"},
		{"2026-02-29 09:00-17:00", "no such date"},
		{"2026-13-01 09:00-17:00", "no such date"},
		{"1969-12-31 09:00-17:00", "no such date"},
		{"2110-01-01 09:00-17:00", "no such date"},
		{"02-30 09:00-17:00", "no such date"},
		{"1-1 09:00-17:00", "no such date"},
		{"24-12 09:00-17:00", "no such date"},
		{"12-24 open", "want times"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_refused(
			(CalendarSpec){
				.timezone = "UTC",
				.hours =
					LIST("tue 09:00-17:00", cases[i].hours),
			},
			cases[i].want);
	}
}

static void
refuses_entries_that_contradict(void **state)
{
	(void)state;
	assert_refused(
		(CalendarSpec){
			.hours = LIST("mon-fri 09:00-17:00", "fri 16:00-18:00"),
		},
		"hours \"fri 16:00-18:00\": overlapping hours");
	assert_refused(
		(CalendarSpec){
			.hours = LIST("mon-fri 09:00-17:00",
				      "12-24 09:00-12:00", "12-24 11:00-13:00"),
		},
		"overlapping hours");
	assert_refused(
		(CalendarSpec){
			.hours = LIST("mon-fri 09:00-17:00",
				      "12-24 09:00-12:00", "12-24 closed"),
		},
		"closed and open at once");
	assert_refused(
		(CalendarSpec){
			.hours = LIST("mon-fri 09:00-17:00", "12-24 closed",
				      "12-24 09:00-12:00"),
		},
		"closed and open at once");
}

static void
refuses_a_calendar_that_is_never_open(void **state)
{
	(void)state;
	assert_refused(
		(CalendarSpec){
			.name = "shut",
			.timezone = "UTC",
			.hours = (const char *const[]){NULL},
		},
		"calendar \"shut\" is never open");
	assert_refused((CalendarSpec){.hours = LIST("mon-sun closed")},
		       "is never open");
	assert_refused(
		(CalendarSpec){
			.hours = LIST("mon-sun closed", "12-24 09:00-12:00"),
		},
		"is never open");
}

static void
refuses_unknown_zones(void **state)
{
	static const char *const zones[] = {"Europe/Amstredam", "Mars/Phobos",
					    "../../etc/passwd", "/etc/passwd",
					    "Europe",		" ",
					    "zone.tab",		"tzdata.zi"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(zones); i++)
		assert_refused((CalendarSpec){.timezone = zones[i]},
			       "unknown time zone");
}

static void
tells_what_a_day_is(void **state)
{
	static const struct {
		const char *date;
		DayKind kind;
		const char *name;
	} cases[] = {
		{"2026-01-05", DAY_WORKING, NULL},
		{"2026-01-03", DAY_OFF, NULL},
		{"2026-01-01", DAY_HOLIDAY, "Nieuwjaarsdag"},
		{"2026-04-05", DAY_HOLIDAY, "Eerste paasdag"},
		{"2026-12-24", DAY_WORKING, NULL},
		{"2026-12-28", DAY_CLOSED, NULL},
		/* Every year, here on a Sunday. */
		{"2028-12-31", DAY_OFF, NULL},
		{"2027-12-31", DAY_CLOSED, NULL},
		/* Open on a holiday and on a Saturday, by date. */
		{"2026-12-25", DAY_WORKING, "Eerste kerstdag"},
		{"2027-01-02", DAY_WORKING, NULL},
		{"1969-12-31", DAY_OFF, NULL},
		{"2110-01-01", DAY_OFF, NULL},
	};
	g_autoptr(Calendar) calendar =
		make_hours(LIST("mon-fri 09:00-17:00", "2026-12-28 closed",
				"12-31 closed", "2026-12-25 10:00-12:00",
				"2027-01-02 10:00-12:00", "12-24 09:00-15:00"));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GDate date = date_of(cases[i].date);
		const char *name = calendar_day_name(calendar, &date, "nl");

		if (calendar_day_kind(calendar, &date) != cases[i].kind ||
		    g_strcmp0(name, cases[i].name) != 0)
			fail_msg("%s: kind %d, name %s", cases[i].date,
				 calendar_day_kind(calendar, &date),
				 name ? name : "-");
		assert_int_equal(calendar_is_working_day(calendar, &date),
				 cases[i].kind == DAY_WORKING);
	}
}

static void
ends_a_promised_day_at_its_closing(void **state)
{
	static const struct {
		const char *date, *end;
	} cases[] = {
		{"2026-01-05", "2026-01-05T17:00"},
		{"2026-12-24", "2026-12-24T15:00"},
		{"2026-03-30", "2026-03-30T15:00:00Z"},
		{"2025-12-31", "2025-12-31T17:00"},
		{"2109-12-31", "2109-12-31T17:00"},
	};
	g_autoptr(Calendar) calendar =
		make_hours(LIST("mon-fri 09:00-17:00", "12-24 09:00-15:00"));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GDate date = date_of(cases[i].date);
		int64_t end = 0;

		assert_true(calendar_day_end(calendar, &date, &end, NULL));
		assert_instant(calendar, cases[i].date, end,
			       at(calendar, cases[i].end));
	}
}

static void
names_the_next_day_when_a_promised_one_is_not_open(void **state)
{
	static const struct {
		const char *date, *want;
	} cases[] = {
		{"2026-01-03", "the next is 2026-01-05"},
		{"2026-12-25", "the next is 2026-12-28"},
		{"2026-04-04",
		 "2026-04-04 is not an open day, the next is 2026-04-07"},
		{"2110-01-01", "no open day"},
	};
	g_autoptr(Calendar) calendar = make_hours(LIST("mon-fri 09:00-17:00"));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GDate date = date_of(cases[i].date);
		GError *error = NULL;
		int64_t end;

		assert_false(calendar_day_end(calendar, &date, &end, &error));
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_PERMANENT));
		assert_non_null(strstr(error->message, cases[i].want));
		g_error_free(error);
	}
}

static void
finds_the_next_working_day(void **state)
{
	g_autoptr(Calendar) calendar = make_hours(LIST("mon-fri 09:00-17:00"));
	GDate date = date_of("2025-12-24");
	GDate next;

	(void)state;
	assert_true(calendar_next_working_day(calendar, &date, &next));
	date = date_of("2025-12-29");
	assert_int_equal(g_date_compare(&date, &next), 0);
	assert_true(calendar_next_working_day(calendar, &next, &next));
	date = date_of("2025-12-30");
	assert_int_equal(g_date_compare(&date, &next), 0);
}

static void
reads_local_dates_in_its_zone(void **state)
{
	g_autoptr(Calendar) calendar = make_hours(LIST("mon-fri 09:00-17:00"));
	GDate want = date_of("2026-07-01");
	GDate date;

	(void)state;
	calendar_local_date(calendar, at(calendar, "2026-06-30T22:00:00Z"),
			    &date);
	assert_int_equal(g_date_compare(&date, &want), 0);
	want = date_of("2026-06-30");
	calendar_local_date(calendar, at(calendar, "2026-06-30T21:59:59Z"),
			    &date);
	assert_int_equal(g_date_compare(&date, &want), 0);
}

static void
walks_open_intervals(void **state)
{
	static const char *const want[][2] = {
		{"2026-04-02T09:00", "2026-04-02T12:00"},
		{"2026-04-02T13:00", "2026-04-02T17:00"},
		{"2026-04-03T09:00", "2026-04-03T12:00"},
		{"2026-04-03T13:00", "2026-04-03T17:00"},
		/* Easter Monday is the 6th. */
		{"2026-04-07T09:00", "2026-04-07T12:00"},
	};
	g_autoptr(Calendar) calendar =
		make_hours(LIST("mon-fri 09:00-12:00,13:00-17:00"));
	int64_t t = at(calendar, "2026-04-02T11:00");
	int64_t end = at(calendar, "2026-04-07T13:00");
	OpenInterval open;
	size_t n = 0;

	(void)state;
	for (; calendar_next_open(calendar, t, &open) && open.from < end;
	     t = open.to) {
		assert_true(n < G_N_ELEMENTS(want));
		assert_instant(calendar, "from", open.from,
			       at(calendar, want[n][0]));
		assert_instant(calendar, "to", open.to,
			       at(calendar, want[n][1]));
		n++;
	}
	assert_int_equal(n, G_N_ELEMENTS(want));
}

static void
a_skipped_hour_parts_no_interval(void **state)
{
	/* On 29 March 2026 the clock goes from 2:00 to 3:00. */
	static const char *const instants[] = {
		"2026-03-29T00:00", "2026-03-29T01:59", "2026-03-29T03:00",
		"2026-03-29T23:59"};
	g_autoptr(Calendar) round = make_hours(LIST("mon-sun 00:00-24:00"));
	g_autoptr(Calendar) parted =
		make_hours(LIST("mon-sun 00:00-02:00,03:00-24:00"));
	const Calendar *calendars[] = {round, parted};

	(void)state;
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(instants); i++) {
		const Calendar *calendar = calendars[i % 2];
		OpenInterval open;

		assert_true(calendar_next_open(
			calendar, at(calendar, instants[i / 2]), &open));
		assert_instant(calendar, "from", open.from,
			       at(calendar, "2026-03-29T00:00"));
		assert_instant(calendar, "to", open.to,
			       at(calendar, "2026-03-30T00:00"));
	}
}

static void
counts_open_time_between_any_two_instants(void **state)
{
	static const struct {
		const char *from, *to;
		int minutes;
	} cases[] = {
		{"2026-01-05T10:00", "2026-01-05T11:00", 60},
		{"2026-01-05T11:00", "2026-01-05T10:00", 0},
		{"2026-01-05T10:00", "2026-01-05T10:00", 0},
		{"2026-01-05T06:00", "2026-01-05T23:00", 7 * 60},
		{"2026-01-05T11:30", "2026-01-05T13:30", 60},
		{"2026-01-05T12:00", "2026-01-05T13:00", 0},
		{"2026-01-09T16:00", "2026-01-12T10:00", 120},
		{"2026-01-10T00:00", "2026-01-12T00:00", 0},
		{"2026-03-27T16:00", "2026-03-30T10:00", 120},
		/* 2026 has 261 weekdays; six holidays fall on one: 1 January,
		 * 6 and 27 April, 14 and 25 May, 25 December. */
		{"2026-01-01T00:00", "2027-01-01T00:00", 255 * 7 * 60},
	};
	g_autoptr(Calendar) calendar =
		make_hours(LIST("mon-fri 09:00-12:00,13:00-17:00"));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t seconds = calendar_open_seconds(
			calendar, at(calendar, cases[i].from),
			at(calendar, cases[i].to));

		if (seconds != cases[i].minutes * INT64_C(60))
			fail_msg("%s to %s: %ld minutes", cases[i].from,
				 cases[i].to, (long)(seconds / 60));
	}
	assert_true(calendar_open_seconds(calendar, INT64_MIN, INT64_MAX) > 0);
}

static void
goes_back_in_open_time(void **state)
{
	static const struct {
		const char *end;
		int minutes;
		const char *want;
	} cases[] = {
		{"2026-01-05T17:00", 0, "2026-01-05T17:00"},
		{"2026-01-05T17:00", 1, "2026-01-05T16:59"},
		{"2026-01-05T17:00", 4 * 60, "2026-01-05T13:00"},
		{"2026-01-05T17:00", 4 * 60 + 1, "2026-01-05T11:59"},
		{"2026-01-05T17:00", 7 * 60, "2026-01-05T09:00"},
		{"2026-01-05T17:00", 421, "2026-01-02T16:59"},
		{"2026-01-05T12:30", 30, "2026-01-05T11:30"},
		{"2026-01-04T12:00", 60, "2026-01-02T16:00"},
		{"2026-01-05T09:00", 60, "2026-01-02T16:00"},
		{"2026-01-05T09:00", 0, "2026-01-05T09:00"},
		/* Over New Year's Day. */
		{"2026-01-02T10:00", 120, "2025-12-31T16:00"},
	};
	g_autoptr(Calendar) calendar =
		make_hours(LIST("mon-fri 09:00-12:00,13:00-17:00"));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_instant(calendar, cases[i].end,
			       calendar_before(calendar,
					       at(calendar, cases[i].end),
					       cases[i].minutes * INT64_C(60)),
			       at(calendar, cases[i].want));
}

static void
goes_forward_in_open_time(void **state)
{
	g_autoptr(Calendar) calendar = make_hours(LIST("mon-fri 09:00-17:00"));
	int64_t start = at(calendar, "2026-01-09T16:00");
	int64_t end;

	(void)state;
	assert_true(calendar_after(calendar, start, 0, &end, NULL));
	assert_instant(calendar, "none", end, start);
	assert_true(calendar_after(calendar, start, 3600, &end, NULL));
	assert_instant(calendar, "to closing", end,
		       at(calendar, "2026-01-09T17:00"));
	assert_true(calendar_after(calendar, start, 3601, &end, NULL));
	assert_instant(calendar, "over the weekend", end,
		       at(calendar, "2026-01-12T09:00:01+01:00"));
}

static void
warns_in_working_time(void **state)
{
	static const struct {
		const char *target, *warn, *start, *want;
	} cases[] = {
		{"3wd", "4 working hours", "2026-01-05T10:00",
		 "2026-01-08T13:00"},
		{"1wd", "4wh", "2026-01-05T10:00", "2026-01-06T13:00"},
		/* Due on Monday 17:00 and Tuesday 17:00. */
		{"1wd", "4wh", "2026-01-08T17:00", "2026-01-12T13:00"},
		{"2wd", "10wh", "2026-01-08T17:00", "2026-01-12T15:00"},
		/* At most half the target: two days of 8 hours, and 8 hours. */
		{"1wd", "10wh", "2026-01-08T17:00", "2026-01-12T09:00"},
		{"8wh", "6wh", "2026-01-05T09:00", "2026-01-05T13:00"},
		{"8wh", "4wh", "2026-01-05T15:00", "2026-01-06T11:00"},
		{"8wh", "0wh", "2026-01-05T15:00", "2026-01-06T15:00"},
		/* Plain units count in working time too. */
		{"8wh", "90m", "2026-01-05T09:00", "2026-01-05T15:30"},
		{"2wh", "1h", "2026-01-05T16:00", "2026-01-06T09:00"},
		/* A working day before its closing is its opening. */
		{"3wd", "1wd", "2026-01-05T10:00", "2026-01-08T09:00"},
		{"5wd", "2wd", "2026-01-05T10:00", "2026-01-09T09:00"},
		/* Around the clock it warns day or night. */
		{"24h", "4wh", "2026-01-05T10:00", "2026-01-06T06:00"},
		{"4h", "4h", "2026-01-05T22:00", "2026-01-06T00:00"},
		{"1h", "30m", "2026-01-10T22:00", "2026-01-10T22:30"},
		{"30m", "1wd", "2026-01-10T22:00", "2026-01-10T22:15"},
	};
	g_autoptr(Calendar) calendar = make_hours(LIST("mon-fri 09:00-17:00"));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		int64_t start = at(calendar, cases[i].start);
		Target target;
		Target warn;
		int64_t due;
		int64_t warn_at;

		assert_true(target_parse(cases[i].target, &target, NULL));
		assert_true(target_parse(cases[i].warn, &warn, NULL));
		assert_true(calendar_due(calendar, &target, start, &due, NULL));
		warn_at =
			calendar_warn_at(calendar, &target, &warn, start, due);
		assert_instant(calendar, cases[i].target, warn_at,
			       at(calendar, cases[i].want));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_weekdays_nine_to_five_by_default),
		cmocka_unit_test(reads_every_form_of_hours),
		cmocka_unit_test(refuses_hours_that_cannot_be_meant),
		cmocka_unit_test(refuses_entries_that_contradict),
		cmocka_unit_test(refuses_a_calendar_that_is_never_open),
		cmocka_unit_test(refuses_unknown_zones),
		cmocka_unit_test(tells_what_a_day_is),
		cmocka_unit_test(ends_a_promised_day_at_its_closing),
		cmocka_unit_test(
			names_the_next_day_when_a_promised_one_is_not_open),
		cmocka_unit_test(finds_the_next_working_day),
		cmocka_unit_test(reads_local_dates_in_its_zone),
		cmocka_unit_test(walks_open_intervals),
		cmocka_unit_test(a_skipped_hour_parts_no_interval),
		cmocka_unit_test(counts_open_time_between_any_two_instants),
		cmocka_unit_test(goes_back_in_open_time),
		cmocka_unit_test(goes_forward_in_open_time),
		cmocka_unit_test(warns_in_working_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
