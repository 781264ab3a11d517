#include <loket/error.h>
#include <string.h>

#include "impl.h"

const Season *
calendar_find_season(const Calendar *calendar, Day day)
{
	const GPtrArray *seasons = calendar->sources->seasons;
	GDate date;

	if (seasons->len == 0 || !day_is_known(day))
		return NULL;
	day_to_date(day, &date);
	for (guint i = 0; i < seasons->len; i++) {
		const Season *season = g_ptr_array_index(seasons, i);

		if (season_holds(season, day, month_day(&date)))
			return season;
	}
	return NULL;
}

/* Hours that are to be ignored because they mean the site's own closing. */
static bool
is_discounted(const Calendar *calendar, const GArray *hours)
{
	return hours->len == 0 && calendar->counts_closed;
}

/* The hours of a single date, the season's before the calendar's. */
static const GArray *
find_dated(const Calendar *calendar, const Season *season, Day day)
{
	const GArray *hours = NULL;

	if (season)
		hours = hours_of_day(season->hours, day);
	if (!hours)
		hours = hours_of_day(calendar->sources->hours, day);
	if (hours && is_discounted(calendar, hours))
		return NULL;
	return hours;
}

/* The hours of a date of every year, the season's before the calendar's. */
static const GArray *
find_yearly(const Calendar *calendar, const Season *season, Day day)
{
	const GArray *hours = NULL;
	GDate date;

	day_to_date(day, &date);
	if (season)
		hours = hours_of_month_day(season->hours, month_day(&date));
	if (!hours)
		hours = hours_of_month_day(calendar->sources->hours,
					   month_day(&date));
	if (hours && is_discounted(calendar, hours))
		return NULL;
	return hours;
}

static const GArray *
find_weekly(const Calendar *calendar, const Season *season, Day day)
{
	const Hours *hours = calendar->sources->hours;

	if (season && season->hours->has_week)
		hours = season->hours;
	return hours->week[day_weekday(day)];
}

const GArray *
calendar_hours(const Calendar *calendar, Day day)
{
	const Sources *sources = calendar->sources;
	const Season *season;
	const GArray *hours;
	const GArray *yearly = NULL;

	if (!day_is_known(day))
		return NULL;
	hours = g_hash_table_lookup(calendar->cut_hours, GINT_TO_POINTER(day));
	if (hours)
		return hours;
	season = calendar_find_season(calendar, day);
	hours = find_dated(calendar, season, day);
	if (hours)
		return hours;
	if (holidays_has(sources->holidays, day) ||
	    (closings_has(sources->closings, day) && !calendar->counts_closed))
		return NULL;
	hours = find_weekly(calendar, season, day);
	if (hours->len > 0)
		yearly = find_yearly(calendar, season, day);
	return yearly ? yearly : hours;
}

Day
calendar_find_open_day(const Calendar *calendar, Day day, Day last)
{
	last = MIN(last, DAY_COUNT - 1);
	for (day = MAX(day, 0); day <= last; day++) {
		if (calendar_is_open_day(calendar, day))
			return day;
	}
	return DAY_COUNT;
}

OpenInterval
calendar_interval(const Calendar *calendar, Day day, Span span)
{
	const Zone *zone = calendar->sources->zone;
	OpenInterval interval = {zone_day_instant(zone, day, span.from),
				 zone_day_instant(zone, day, span.to)};

	return interval;
}

void
calendar_local_date(const Calendar *calendar, int64_t instant, GDate *date)
{
	day_to_date(zone_day(calendar->sources->zone, instant), date);
}

/* Whether an entry of one date or of every year closes a day. */
static bool
is_closed_by_entry(const Calendar *calendar, Day day)
{
	const Season *season = calendar_find_season(calendar, day);
	const GArray *dated = find_dated(calendar, season, day);
	const GArray *yearly;

	if (dated)
		return dated->len == 0;
	if (find_weekly(calendar, season, day)->len == 0)
		return false;
	yearly = find_yearly(calendar, season, day);
	return yearly && yearly->len == 0;
}

DayKind
calendar_day_kind(const Calendar *calendar, const GDate *date)
{
	const Sources *sources = calendar->sources;
	Day day = day_from_date(date);

	if (!day_is_known(day))
		return DAY_OFF;
	if (calendar_is_open_day(calendar, day))
		return DAY_WORKING;
	if (holidays_has(sources->holidays, day))
		return DAY_HOLIDAY;
	if (closings_name(sources->closings, day) ||
	    is_closed_by_entry(calendar, day))
		return DAY_CLOSED;
	return DAY_OFF;
}

bool
calendar_is_working_day(const Calendar *calendar, const GDate *date)
{
	return calendar_is_open_day(calendar, day_from_date(date));
}

const char *
calendar_day_name(const Calendar *calendar, const GDate *date,
		  const char *language)
{
	const Sources *sources = calendar->sources;
	Day day = day_from_date(date);
	const char *name = holidays_name(sources->holidays, day, language);

	return name ? name : closings_name(sources->closings, day);
}

bool
calendar_day_hours(const Calendar *calendar, const GDate *date,
		   OpenInterval *open)
{
	Day day = day_from_date(date);
	const GArray *hours = calendar_hours(calendar, day);
	Span whole;

	if (!hours || hours->len == 0)
		return false;
	whole.from = spans_opening(hours);
	whole.to = spans_closing(hours);
	*open = calendar_interval(calendar, day, whole);
	return true;
}

bool
calendar_next_working_day(const Calendar *calendar, const GDate *date,
			  GDate *next)
{
	Day day = day_from_date(date);

	day = calendar_find_open_day(calendar, day + 1, day + DAY_REACH);
	if (day == DAY_COUNT)
		return false;
	day_to_date(day, next);
	return true;
}

bool
calendar_day_end(const Calendar *calendar, const GDate *date, int64_t *end,
		 GError **error)
{
	OpenInterval open;
	GDate next;

	if (calendar_day_hours(calendar, date, &open)) {
		*end = open.to;
		return true;
	}
	if (!calendar_next_working_day(calendar, date, &next)) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
			    "no open day within ten years");
		return false;
	}
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
		    "%04d-%02d-%02d is not an open day, the next is "
		    "%04d-%02d-%02d",
		    g_date_get_year(date), g_date_get_month(date),
		    g_date_get_day(date), g_date_get_year(&next),
		    g_date_get_month(&next), g_date_get_day(&next));
	return false;
}

const char *
calendar_season(const Calendar *calendar, const GDate *date)
{
	const Season *season =
		calendar_find_season(calendar, day_from_date(date));

	return season ? season->name : NULL;
}

const char *
calendar_season_at(const Calendar *calendar, int64_t instant)
{
	Day day = zone_day(calendar->sources->zone, instant);
	const Season *season = calendar_find_season(calendar, day);

	return season ? season->name : NULL;
}

bool
calendar_has_season(const Calendar *calendar, const char *name)
{
	const GPtrArray *seasons = calendar->sources->seasons;

	for (guint i = 0; i < seasons->len; i++) {
		const Season *season = g_ptr_array_index(seasons, i);

		if (strcmp(season->name, name) == 0)
			return true;
	}
	return false;
}
