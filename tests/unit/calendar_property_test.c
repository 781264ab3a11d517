/*
 * Random calendars, random receipts: every answer against one that is found
 * by stepping through a window of time minute by minute. The reference shares
 * nothing with the calendar but GTimeZone; it reads no hours' text, it has
 * the numbers from which that was written.
 */
#include "calendar_fixture.h"

#define CALENDARS 500
#define DRAWS 220
#define ANSWERS_MIN 100000

#define WINDOW_DAYS 45
#define WINDOW_MINUTES (WINDOW_DAYS * 1440)

typedef struct Interval {
	int from, to;
} Interval;

typedef struct DayHours {
	int n;
	Interval intervals[3];
} DayHours;

/* A date of the window, counted from its first, with hours of its own. */
typedef struct Exception {
	int day;
	DayHours hours;
} Exception;

typedef struct Model {
	const char *zone;
	bool same_time;
	DayHours week[7];
	/* Those of a season that holds from one day of the window to
	 * another. */
	bool has_season;
	int season_from, season_to;
	DayHours season_week[7];
	int n_exceptions;
	Exception exceptions[6];
	/* The first minute of the window, and the local date on it. */
	int64_t start;
	GDate date;
} Model;

/* One minute of the window. */
typedef struct Minute {
	bool is_open;
	/* The date, counted from the first, and the time of the day: what the
	 * clock reads, and the highest that it has read. */
	int day;
	int reading, highest;
} Minute;

/* The first open minute of a date and the one after the last; -1, -1. */
typedef struct OpenDay {
	int first, closing;
} OpenDay;

typedef struct Window {
	Minute minutes[WINDOW_MINUTES];
	OpenDay days[WINDOW_DAYS + 2];
} Window;

static int
draw_hours(GRand *random, DayHours *hours)
{
	int at = 0;

	hours->n = g_rand_int_range(random, 0, 4);
	for (int i = 0; i < hours->n; i++) {
		int step = g_rand_boolean(random) ? 30 : 1;
		int from = at + step * g_rand_int_range(random, 1, 400 / step);
		int to = from + step * g_rand_int_range(random, 1, 400 / step);

		if (g_rand_int_range(random, 0, 8) == 0)
			to = 1440;
		if (i == 0 && g_rand_int_range(random, 0, 4) == 0)
			from = 0;
		if (from >= to || to > 1440) {
			hours->n = i;
			break;
		}
		hours->intervals[i] = (Interval){from, to};
		at = to;
	}
	return hours->n;
}

static int32_t
offset_at(GTimeZone *zone, int64_t instant)
{
	return g_time_zone_get_offset(
		zone, g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL,
						instant));
}

/* Chooses a window, more often than not one in which the clock changes. */
static void
draw_window(GRand *random, Model *model)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(model->zone);
	int64_t year_2000 = 946684800;
	int64_t days = 36135;

	for (int tries = 0; tries < 4; tries++) {
		int64_t clock;

		model->start = year_2000 +
			       60 * (int64_t)g_rand_int_range(random, 0, 1440) +
			       86400 * (int64_t)g_rand_int_range(random, 0,
								 (gint32)days);
		clock = model->start + offset_at(zone, model->start);
		g_date_clear(&model->date, 1);
		g_date_set_julian(&model->date,
				  (guint32)(clock / 86400 + 719163));
		if (offset_at(zone, model->start + 86400) !=
		    offset_at(zone, model->start + INT64_C(1728000)))
			return;
	}
}

static void
draw_model(GRand *random, Model *model)
{
	static const char *const zones[] = {
		"Europe/Amsterdam",  "America/New_York", "Australia/Lord_Howe",
		"America/St_Johns",  "Pacific/Apia",	 "Asia/Kathmandu",
		"Africa/Casablanca", "America/Havana",	 "America/Sao_Paulo",
		"Asia/Tehran",	     "America/Santiago", "UTC"};
	int open = 0;

	model->zone = zones[g_rand_int_range(random, 0, G_N_ELEMENTS(zones))];
	model->same_time = g_rand_boolean(random);
	draw_window(random, model);
	while (open == 0) {
		for (int i = 0; i < 7; i++)
			open += draw_hours(random, &model->week[i]);
	}
	model->has_season = g_rand_boolean(random);
	model->season_from = g_rand_int_range(random, 0, 20);
	model->season_to = g_rand_int_range(random, 20, 40);
	for (int i = 0; i < 7; i++)
		draw_hours(random, &model->season_week[i]);
	model->n_exceptions = g_rand_int_range(random, 0, 7);
	for (int i = 0; i < model->n_exceptions; i++) {
		model->exceptions[i].day =
			7 * i + g_rand_int_range(random, 0, 7);
		draw_hours(random, &model->exceptions[i].hours);
	}
	if (g_rand_int_range(random, 0, 10) == 0) {
		for (int i = 0; i < 7; i++)
			model->week[i] = (DayHours){1, {{0, 1440}}};
	}
}

static const DayHours *
hours_of(const Model *model, int day)
{
	GDate date = model->date;
	int weekday;

	for (int i = 0; i < model->n_exceptions; i++) {
		if (model->exceptions[i].day == day)
			return &model->exceptions[i].hours;
	}
	g_date_set_julian(&date,
			  (guint32)((int)g_date_get_julian(&date) + day));
	weekday = (int)g_date_get_weekday(&date) - 1;
	if (model->has_season && day >= model->season_from &&
	    day <= model->season_to)
		return &model->season_week[weekday];
	return &model->week[weekday];
}

static bool
holds(const DayHours *hours, int minute)
{
	for (int i = 0; i < hours->n; i++) {
		if (hours->intervals[i].from <= minute &&
		    minute < hours->intervals[i].to)
			return true;
	}
	return false;
}

static void
step_through(const Model *model, Window *window)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(model->zone);
	int64_t first = (int64_t)g_date_get_julian(&model->date) - 719163;
	int64_t highest = INT64_MIN;

	for (int i = -2880; i < WINDOW_MINUTES; i++) {
		int64_t instant = model->start + 60 * (int64_t)i;
		int64_t clock = instant + offset_at(zone, instant);
		Minute minute;

		highest = MAX(highest, clock);
		if (i < 0)
			continue;
		minute.day = (int)(highest / 86400 - first);
		minute.highest = (int)(highest % 86400 / 60);
		minute.reading =
			(int)((clock - (first + minute.day) * 86400) / 60);
		minute.is_open =
			holds(hours_of(model, minute.day), minute.highest);
		window->minutes[i] = minute;
	}
}

static void
find_open_days(Window *window)
{
	for (int day = 0; day < WINDOW_DAYS + 2; day++)
		window->days[day] = (OpenDay){-1, -1};
	for (int i = 0; i < WINDOW_MINUTES; i++) {
		OpenDay *day = &window->days[window->minutes[i].day];

		if (!window->minutes[i].is_open)
			continue;
		if (day->first < 0)
			day->first = i;
		day->closing = i + 1;
	}
}

static void
write_hours(GPtrArray *entries, const char *days, const DayHours *hours)
{
	GString *entry = g_string_new(days);

	g_string_append_c(entry, ' ');
	for (int i = 0; i < hours->n; i++)
		g_string_append_printf(entry, "%s%02d:%02d-%02d:%02d",
				       i > 0 ? "," : "",
				       hours->intervals[i].from / 60,
				       hours->intervals[i].from % 60,
				       hours->intervals[i].to / 60,
				       hours->intervals[i].to % 60);
	if (hours->n == 0)
		g_string_append(entry, "closed");
	g_ptr_array_add(entries, g_string_free(entry, FALSE));
}

static void
write_week(GPtrArray *entries, const DayHours *week)
{
	static const char *const names[] = {"mon", "tue", "wed", "thu",
					    "fri", "sat", "sun"};

	for (int i = 0; i < 7; i++)
		write_hours(entries, names[i], &week[i]);
}

static char *
format_day(const Model *model, int day)
{
	GDate date = model->date;

	g_date_add_days(&date, (guint)day);
	return g_strdup_printf("%04d-%02d-%02d", g_date_get_year(&date),
			       g_date_get_month(&date), g_date_get_day(&date));
}

static Calendar *
make_model_calendar(const Model *model)
{
	g_autoptr(GPtrArray) hours = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) season_hours =
		g_ptr_array_new_with_free_func(g_free);
	g_autofree char *from = format_day(model, model->season_from);
	g_autofree char *to = format_day(model, model->season_to);
	SeasonSpec season = {.name = "season", .from = from, .to = to};

	write_week(hours, model->week);
	for (int i = 0; i < model->n_exceptions; i++) {
		g_autofree char *date =
			format_day(model, model->exceptions[i].day);

		write_hours(hours, date, &model->exceptions[i].hours);
	}
	g_ptr_array_add(hours, NULL);
	write_week(season_hours, model->season_week);
	g_ptr_array_add(season_hours, NULL);
	season.hours = (const char *const *)season_hours->pdata;
	return make_calendar((CalendarSpec){
		.timezone = model->zone,
		.hours = (const char *const *)hours->pdata,
		.seasons = &season,
		.n_seasons = model->has_season ? 1 : 0,
		.same_time = model->same_time,
	});
}

static int
next_open_day(const Window *window, int day)
{
	do {
		day++;
	} while (day < WINDOW_DAYS && window->days[day].first < 0);
	return day;
}

/* -1 when the window ends before. */
static int
reference_working_hours(const Window *window, int start, int minutes)
{
	for (int i = start; i < WINDOW_MINUTES; i++) {
		if (minutes == 0)
			return i;
		minutes -= window->minutes[i].is_open;
	}
	return -1;
}

static int
reference_working_days(const Window *window, int start, int n, bool same_time)
{
	int day = window->minutes[start].day;
	int reading = window->minutes[start].reading;
	int at = window->days[day].first;

	if (at < 0 || start >= window->days[day].closing) {
		day = next_open_day(window, day);
		at = window->days[day].first;
		start = at;
	}
	if (day >= WINDOW_DAYS - 2)
		return -1;
	if (start <= at)
		reading = window->minutes[at].highest;
	for (; n > 0; n--)
		day = next_open_day(window, day);
	if (day >= WINDOW_DAYS - 2)
		return -1;
	if (!same_time)
		return window->days[day].closing;
	for (at = window->days[day].first; at < window->days[day].closing;
	     at++) {
		if (window->minutes[at].is_open &&
		    window->minutes[at].highest >= reading)
			return at;
	}
	return window->days[day].closing;
}

static void
check_due(const Calendar *calendar, const Model *model, Target target,
	  int start, int want)
{
	int64_t instant = model->start + 60 * (int64_t)start;
	g_autofree char *target_text = target_format(&target);
	g_autofree char *start_text = local(calendar, instant);
	g_autofree char *what = g_strdup_printf(
		"%s %s from %s%s", model->zone, target_text, start_text,
		model->same_time ? ", same time" : "");
	int64_t due;

	if (!calendar_due(calendar, &target, instant, &due, NULL))
		fail_msg("%s: not reached", what);
	assert_instant(calendar, what, due, model->start + 60 * (int64_t)want);
}

static void
check_open_time(const Calendar *calendar, const Model *model,
		const Window *window, int from, int to)
{
	int64_t start = model->start + 60 * (int64_t)from;
	int64_t end = model->start + 60 * (int64_t)to;
	int64_t open = 0;
	int at = to;

	for (int i = from; i < to; i++)
		open += window->minutes[i].is_open ? 60 : 0;
	if (calendar_open_seconds(calendar, start, end) != open)
		fail_msg("%s: open seconds from %ld to %ld, want %ld",
			 model->zone, (long)start, (long)end, (long)open);
	assert_int_equal(calendar_is_open(calendar, start),
			 window->minutes[from].is_open);
	for (int64_t left = open; left > 0; left -= 60) {
		do {
			at--;
		} while (!window->minutes[at].is_open);
	}
	assert_instant(calendar, "before", calendar_before(calendar, end, open),
		       model->start + 60 * (int64_t)at);
}

/* Whether the reference reached an answer within the window. */
static bool
check_draw(GRand *random, const Calendar *calendar, const Model *model,
	   const Window *window)
{
	/* Two days in: the date on which the window opens is not whole. */
	int start = g_rand_int_range(random, 2880, WINDOW_MINUTES / 2);
	Target target = {TARGET_WORKING_DAYS, g_rand_int_range(random, 0, 6)};
	int want = reference_working_days(window, start, (int)target.n,
					  model->same_time);

	if (want >= 0)
		check_due(calendar, model, target, start, want);
	target =
		(Target){TARGET_WORKING_HOURS, g_rand_int_range(random, 0, 25)};
	want = reference_working_hours(window, start, (int)target.n * 60);
	if (want >= 0) {
		check_due(calendar, model, target, start, want);
		check_open_time(
			calendar, model, window, start,
			g_rand_int_range(random, start, start + 7 * 1440));
	}
	return want >= 0;
}

static void
agrees_with_stepping_minute_by_minute(void **state)
{
	GRand *random = g_rand_new_with_seed(20260105);
	g_autofree Window *window = g_new(Window, 1);
	int n_checked = 0;
	/* under sanitizers a tenth of it takes as long as all of it without */
	int share = g_getenv("LOKET_QUICK") ? 10 : 1;

	(void)state;
	for (int i = 0; i < CALENDARS / share; i++) {
		Model model;
		g_autoptr(Calendar) calendar = NULL;

		draw_model(random, &model);
		calendar = make_model_calendar(&model);
		step_through(&model, window);
		find_open_days(window);
		for (int k = 0; k < DRAWS; k++)
			n_checked +=
				check_draw(random, calendar, &model, window);
	}
	g_rand_free(random);
	assert_true(n_checked >= ANSWERS_MIN / share);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_stepping_minute_by_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
