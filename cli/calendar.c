/* loket calendar show NAME: a year of working time. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/clock.h>

#include "command.h"

#define USAGE "calendar show NAME [--year Y] [--json]"
#define MONTHS 12

typedef struct Month {
	int working_days;
	int64_t open_s;
} Month;

/* A day that is not worked, or the first and last day of a season. */
typedef struct Span {
	GDate from;
	GDate to;
	const char *name; /* borrowed from the calendar */
	DayKind kind;
} Span;

typedef struct Year {
	const Calendar *calendar;
	int year;
	Month months[MONTHS];
	GArray *days;	 /* of Span: holidays and closing days */
	GArray *seasons; /* of Span */
} Year;

static int64_t
month_start(const Calendar *calendar, int year, int month)
{
	g_autoptr(GDateTime) start = g_date_time_new(
		calendar_timezone(calendar), year + month / MONTHS,
		month % MONTHS + 1, 1, 0, 0, 0);
	return g_date_time_to_unix(start);
}

static void
note_day(Year *year, const GDate *date)
{
	DayKind kind = calendar_day_kind(year->calendar, date);
	if (kind == DAY_WORKING)
		year->months[g_date_get_month(date) - 1].working_days++;
	const char *name = calendar_day_name(year->calendar, date, NULL);
	if (!name && kind != DAY_CLOSED)
		return;
	Span day = {.from = *date, .to = *date, .name = name, .kind = kind};
	g_array_append_val(year->days, day);
}

/* Extends the season that runs, or begins another. */
static void
note_season(Year *year, const GDate *date)
{
	const char *name = calendar_season(year->calendar, date);
	if (!name)
		return;
	guint n = year->seasons->len;
	Span *last = n > 0 ? &g_array_index(year->seasons, Span, n - 1) : NULL;
	if (last && strcmp(last->name, name) == 0 &&
	    g_date_days_between(&last->to, date) == 1) {
		last->to = *date;
		return;
	}
	Span season = {.from = *date, .to = *date, .name = name};
	g_array_append_val(year->seasons, season);
}

static void
year_fill(Year *year)
{
	GDate date;
	g_date_clear(&date, 1);
	g_date_set_dmy(&date, 1, G_DATE_JANUARY, (GDateYear)year->year);
	for (; g_date_get_year(&date) == year->year;
	     g_date_add_days(&date, 1)) {
		note_day(year, &date);
		note_season(year, &date);
	}
	for (int m = 0; m < MONTHS; m++)
		year->months[m].open_s = calendar_open_seconds(
			year->calendar,
			month_start(year->calendar, year->year, m),
			month_start(year->calendar, year->year, m + 1));
}

static json_t *
json_span(const Span *span, bool is_season)
{
	g_autofree char *from = text_date(&span->from);
	g_autofree char *to = text_date(&span->to);
	json_t *object = json_object();
	json_object_set_new(object, is_season ? "from" : "date",
			    json_text(from));
	if (is_season)
		json_object_set_new(object, "to", json_text(to));
	json_object_set_new(object, "name", json_text(span->name));
	return object;
}

static json_t *
json_days(const Year *year, bool closed)
{
	json_t *list = json_array();
	for (guint i = 0; i < year->days->len; i++) {
		const Span *day = &g_array_index(year->days, Span, i);
		if ((day->kind == DAY_CLOSED) == closed)
			(void)json_array_append_new(list,
						    json_span(day, false));
	}
	return list;
}

static json_t *
json_seasons(const Year *year)
{
	json_t *list = json_array();
	for (guint i = 0; i < year->seasons->len; i++)
		(void)json_array_append_new(
			list, json_span(&g_array_index(year->seasons, Span, i),
					true));
	return list;
}

static json_t *
json_months(const Year *year)
{
	json_t *list = json_array();
	for (int m = 0; m < MONTHS; m++) {
		const Month *month = &year->months[m];
		(void)json_array_append_new(
			list, json_pack("{s:i, s:i, s:f}", "month", m + 1,
					"working_days", month->working_days,
					"hours", (double)month->open_s / 3600));
	}
	return list;
}

static Month
whole_year(const Year *year)
{
	Month sum = {0};
	for (int m = 0; m < MONTHS; m++) {
		sum.working_days += year->months[m].working_days;
		sum.open_s += year->months[m].open_s;
	}
	return sum;
}

static void
print_as_json(const Year *year)
{
	Month sum = whole_year(year);
	json_t *object = json_object();
	json_object_set_new(object, "calendar",
			    json_text(calendar_name(year->calendar)));
	json_object_set_new(object, "timezone",
			    json_text(g_time_zone_get_identifier(
				    calendar_timezone(year->calendar))));
	json_object_set_new(object, "year", json_integer(year->year));
	json_object_set_new(object, "working_days",
			    json_integer(sum.working_days));
	json_object_set_new(object, "hours",
			    json_real((double)sum.open_s / 3600));
	json_object_set_new(object, "months", json_months(year));
	json_object_set_new(object, "holidays", json_days(year, false));
	json_object_set_new(object, "closed", json_days(year, true));
	json_object_set_new(object, "seasons", json_seasons(year));
	print_json(object);
}

static void
print_month(const char *name, const Month *month)
{
	(void)printf("  %-9s  %4d  %4" G_GINT64_FORMAT ":%02d\n", name,
		     month->working_days, month->open_s / 3600,
		     (int)(month->open_s / 60 % 60));
}

/* Above the first line only, so that none stands over nothing. */
static void
print_heading(const char **heading)
{
	if (*heading)
		(void)printf("\n%s\n", *heading);
	*heading = NULL;
}

static void
print_days(const Year *year, const char *heading, bool closed)
{
	static const char *const weekdays[] = {"Mon", "Tue", "Wed", "Thu",
					       "Fri", "Sat", "Sun"};
	for (guint i = 0; i < year->days->len; i++) {
		const Span *day = &g_array_index(year->days, Span, i);
		if ((day->kind == DAY_CLOSED) != closed)
			continue;
		g_autofree char *date = text_date(&day->from);
		print_heading(&heading);
		(void)printf("  %s %s  %s%s\n",
			     weekdays[g_date_get_weekday(&day->from) - 1], date,
			     day->name ? day->name : "closed",
			     day->kind == DAY_WORKING ? " (open)" : "");
	}
}

static void
print_text(const Year *year)
{
	static const char *const names[MONTHS] = {
		"January",   "February", "March",    "April",
		"May",	     "June",	 "July",     "August",
		"September", "October",	 "November", "December"};
	Month sum = whole_year(year);
	(void)printf(
		"%s %d, %s\n\n  month      days    hours\n",
		calendar_name(year->calendar), year->year,
		g_time_zone_get_identifier(calendar_timezone(year->calendar)));
	for (int m = 0; m < MONTHS; m++)
		print_month(names[m], &year->months[m]);
	print_month("year", &sum);
	print_days(year, "holidays", false);
	print_days(year, "closed", true);
	if (year->seasons->len > 0)
		(void)printf("\nseasons\n");
	for (guint i = 0; i < year->seasons->len; i++) {
		const Span *season = &g_array_index(year->seasons, Span, i);
		g_autofree char *from = text_date(&season->from);
		g_autofree char *to = text_date(&season->to);
		(void)printf("  %s to %s  %s\n", from, to, season->name);
	}
}

static int
show(const Calendar *calendar, int number, bool as_json)
{
	Year year = {.calendar = calendar,
		     .year = number,
		     .days = g_array_new(FALSE, FALSE, sizeof(Span)),
		     .seasons = g_array_new(FALSE, FALSE, sizeof(Span))};
	year_fill(&year);
	if (as_json)
		print_as_json(&year);
	else
		print_text(&year);
	g_array_unref(year.days);
	g_array_unref(year.seasons);
	return EX_OK;
}

int
command_calendar(Invocation *call)
{
	gboolean as_json = FALSE;
	int year = 0;
	const GOptionEntry options[] = {
		{"year", 0, 0, G_OPTION_ARG_INT, &year, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 3 ||
	    strcmp(call->argv[1], "show") != 0 ||
	    (year && (year < CALENDAR_FIRST_YEAR || year > CALENDAR_LAST_YEAR)))
		return command_usage(USAGE);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_config(call, &error);
	if (!config)
		return command_fail(error);
	const Calendar *calendar = config_calendar(config, call->argv[2]);
	if (!calendar) {
		(void)fprintf(stderr, "loket: no calendar \"%s\"\n",
			      call->argv[2]);
		return EX_DATAERR;
	}
	if (!year)
		year = clock_year(clock_now(), calendar_timezone(calendar));
	return show(calendar, year, as_json);
}
