#include "calendar_fixture.h"

static Calendar *
make_seasons(const SeasonSpec *seasons, size_t n)
{
	return make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-fri 09:00-17:00", "12-24 09:00-15:00"),
		.seasons = seasons,
		.n_seasons = n,
	});
}

static void
finds_the_season_of_a_date(void **state)
{
	static const SeasonSpec seasons[] = {
		{.name = "schoolopstart", .from = "08-15", .to = "09-30"},
		{.name = "move", .from = "2026-09-01", .to = "2026-10-15"},
		{.name = "winter", .from = "12-15", .to = "01-06"},
		{.name = "leap", .from = "02-29", .to = "02-29"},
	};
	static const struct {
		const char *date, *season;
	} cases[] = {
		{"2026-08-14", NULL},
		{"2026-08-15", "schoolopstart"},
		{"2031-08-15", "schoolopstart"},
		/* Of two the first. */
		{"2026-09-01", "schoolopstart"},
		{"2026-09-30", "schoolopstart"},
		{"2026-10-01", "move"},
		{"2026-10-15", "move"},
		{"2026-10-16", NULL},
		{"2027-10-01", NULL},
		{"2026-12-14", NULL},
		{"2026-12-15", "winter"},
		{"2026-12-31", "winter"},
		{"2027-01-01", "winter"},
		{"2027-01-06", "winter"},
		{"2027-01-07", NULL},
		{"2028-02-28", NULL},
		{"2028-02-29", "leap"},
		{"2027-03-01", NULL},
	};
	g_autoptr(Calendar) calendar =
		make_seasons(seasons, G_N_ELEMENTS(seasons));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GDate date = date_of(cases[i].date);
		const char *season = calendar_season(calendar, &date);

		if (g_strcmp0(season, cases[i].season) != 0)
			fail_msg("%s: %s", cases[i].date,
				 season ? season : "-");
	}
	assert_true(calendar_has_season(calendar, "winter"));
	assert_false(calendar_has_season(calendar, "summer"));
}

static void
judges_a_season_by_the_local_date_of_receipt(void **state)
{
	static const SeasonSpec season = {
		.name = "peak", .from = "08-15", .to = "09-30"};
	g_autoptr(Calendar) calendar = make_seasons(&season, 1);

	(void)state;
	/* Amsterdam is two hours ahead of UTC. */
	assert_null(calendar_season_at(calendar,
				       at(calendar, "2026-08-14T21:59:59Z")));
	assert_non_null(calendar_season_at(
		calendar, at(calendar, "2026-08-14T22:00:00Z")));
	assert_non_null(calendar_season_at(
		calendar, at(calendar, "2026-09-30T21:59:59Z")));
	assert_null(calendar_season_at(calendar,
				       at(calendar, "2026-09-30T22:00:00Z")));
}

static void
check_hours(const Calendar *calendar, const char *date, const char *from,
	    const char *to)
{
	GDate day = date_of(date);
	OpenInterval open;
	bool is_open = calendar_day_hours(calendar, &day, &open);

	if (is_open != (from != NULL))
		fail_msg("%s: %s", date, is_open ? "open" : "closed");
	if (!is_open || !from)
		return;
	assert_instant(calendar, date, open.from, at(calendar, from));
	assert_instant(calendar, date, open.to, at(calendar, to));
}

static void
replaces_the_week_in_a_season_with_hours(void **state)
{
	const SeasonSpec season = {
		.name = "peak",
		.from = "12-15",
		.to = "01-06",
		.hours = LIST("mon-sat 08:00-20:00", "12-31 08:00-13:00"),
	};
	g_autoptr(Calendar) calendar = make_seasons(&season, 1);

	(void)state;
	check_hours(calendar, "2026-12-14", "2026-12-14T09:00",
		    "2026-12-14T17:00");
	check_hours(calendar, "2026-12-15", "2026-12-15T08:00",
		    "2026-12-15T20:00");
	check_hours(calendar, "2026-12-19", "2026-12-19T08:00",
		    "2026-12-19T20:00");
	check_hours(calendar, "2026-12-20", NULL, NULL);
	/* The calendar's dates hold on in the season, beside its own. */
	check_hours(calendar, "2026-12-24", "2026-12-24T09:00",
		    "2026-12-24T15:00");
	check_hours(calendar, "2026-12-31", "2026-12-31T08:00",
		    "2026-12-31T13:00");
	check_hours(calendar, "2027-01-06", "2027-01-06T08:00",
		    "2027-01-06T20:00");
	check_hours(calendar, "2027-01-07", "2027-01-07T09:00",
		    "2027-01-07T17:00");
	check_hours(calendar, "2027-01-09", NULL, NULL);
}

static void
keeps_the_week_in_a_season_without_hours(void **state)
{
	static const char *const none[] = {NULL};
	const SeasonSpec seasons[] = {
		{.name = "a", .from = "08-01", .to = "08-31", .hours = none},
		{.name = "b",
		 .from = "09-01",
		 .to = "09-30",
		 .hours = LIST("2026-09-05 10:00-12:00")},
	};
	g_autoptr(Calendar) calendar = make_seasons(seasons, 2);

	(void)state;
	check_hours(calendar, "2026-08-03", "2026-08-03T09:00",
		    "2026-08-03T17:00");
	check_hours(calendar, "2026-09-01", "2026-09-01T09:00",
		    "2026-09-01T17:00");
	check_hours(calendar, "2026-09-05", "2026-09-05T10:00",
		    "2026-09-05T12:00");
}

static void
refuses_seasons_that_cannot_be(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{NULL, "09-30"},
		{"08-15", NULL},
		{"", "09-30"},
		{"08-15", "09-31"},
		{"15-08", "30-09"},
		{"2026-08-15", "09-30"},
		{"08-15", "2026-09-30"},
		{"2026-09-30", "2026-08-15"},
		{"2026-02-29", "2026-03-01"},
		{"8-15", "9-30"},
		{"08-15 ", "09-30"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		SeasonSpec season = {.name = "peak",
				     .from = cases[i].from,
				     .to = cases[i].to};

		assert_refused(
			(CalendarSpec){.seasons = &season, .n_seasons = 1},
			"season \"peak\": want two dates");
	}
	assert_refused(
		(CalendarSpec){
			.seasons = &(SeasonSpec){.name = "peak",
						 .from = "08-15",
						 .to = "09-30",
						 .hours = LIST("mon 9-17")},
			.n_seasons = 1,
		},
		"season \"peak\": hours \"mon 9-17\": want times");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_season_of_a_date),
		cmocka_unit_test(judges_a_season_by_the_local_date_of_receipt),
		cmocka_unit_test(replaces_the_week_in_a_season_with_hours),
		cmocka_unit_test(keeps_the_week_in_a_season_without_hours),
		cmocka_unit_test(refuses_seasons_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
