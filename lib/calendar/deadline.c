#include <loket/error.h>

#include "impl.h"

#define HOUR_SECONDS 3600
#define MINUTE_SECONDS 60

static bool
refuse_reach(GError **error, const Calendar *calendar, const Target *target)
{
	g_autofree char *text = target_format(target);

	g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
		    "calendar \"%s\" has no %s within ten years",
		    calendar_name(calendar), text);
	return false;
}

/* The time of day at or after `second` at which a day is open, else its
 * closing. */
static int32_t
settle(const GArray *hours, int32_t second)
{
	for (guint i = 0; i < hours->len; i++) {
		const Span *span = spans_at(hours, i);

		if (second < span->to)
			return MAX(second, span->from);
	}
	return spans_closing(hours);
}

/* The day that the `n`th working day after `day` is; DAY_COUNT when it is
 * past `last`. */
static Day
step_working_days(const Calendar *calendar, Day day, int64_t n, Day last)
{
	for (; n > 0 && day < DAY_COUNT; n--)
		day = calendar_find_open_day(calendar, day + 1, last);
	return day;
}

/* What a working-day target counts from. */
typedef struct DayZero {
	Day day;
	/* The time of day of receipt, or as what it counts. */
	int32_t second;
} DayZero;

static DayZero
find_day_zero(const Calendar *calendar, int64_t start, Day last)
{
	const Zone *zone = calendar->sources->zone;
	DayZero zero = {zone_day(zone, start), 0};
	const GArray *hours = calendar_hours(calendar, zero.day);
	int64_t clock = zone_clock(zone, start);

	if (hours && hours->len > 0 &&
	    start < zone_day_instant(zone, zero.day, spans_closing(hours))) {
		zero.second = (int32_t)(clock - zero.day * DAY_SECONDS);
		zero.second = MAX(zero.second, spans_opening(hours));
		return zero;
	}
	zero.day = calendar_find_open_day(calendar, zero.day + 1, last);
	if (zero.day < DAY_COUNT)
		zero.second = spans_opening(calendar_hours(calendar, zero.day));
	return zero;
}

static bool
due_working_days(const Calendar *calendar, const Target *target, int64_t start,
		 bool same_time, int64_t *due)
{
	const Zone *zone = calendar->sources->zone;
	Day last = zone_day(zone, start) + DAY_REACH;
	DayZero zero = find_day_zero(calendar, start, last);
	Day day = step_working_days(calendar, zero.day, target->n, last);
	const GArray *hours = calendar_hours(calendar, day);

	if (!hours)
		return false;
	*due = zone_day_instant(zone, day,
				same_time ? settle(hours, zero.second)
					  : spans_closing(hours));
	return true;
}

static int64_t
seconds_in(const Target *target)
{
	switch (target->unit) {
	case TARGET_WORKING_DAYS:
		return target->n * DAY_SECONDS;
	case TARGET_WORKING_HOURS:
	case TARGET_HOURS:
		return target->n * HOUR_SECONDS;
	case TARGET_MINUTES:
		return target->n * MINUTE_SECONDS;
	}
	return 0;
}

static bool
find_due(const Calendar *calendar, const Target *target, int64_t start,
	 bool same_time, int64_t *due)
{
	int64_t seconds = seconds_in(target);

	if (!day_is_known(zone_day(calendar->sources->zone, start)))
		return false;
	switch (target->unit) {
	case TARGET_WORKING_DAYS:
		return due_working_days(calendar, target, start, same_time,
					due);
	case TARGET_WORKING_HOURS:
		return calendar_after(calendar, start, seconds, due, NULL);
	case TARGET_HOURS:
	case TARGET_MINUTES:
		*due = start + seconds;
		return seconds <= DAY_REACH * DAY_SECONDS;
	}
	return false;
}

bool
calendar_due(const Calendar *calendar, const Target *target, int64_t start,
	     int64_t *due, GError **error)
{
	int64_t found;

	if (!find_due(calendar, target, start, calendar->same_time, &found))
		return refuse_reach(error, calendar, target);
	*due = found;
	return true;
}

bool
calendar_due_at_closing(const Calendar *calendar, const Target *target,
			int64_t start, int64_t *due, GError **error)
{
	int64_t found;

	if (!find_due(calendar, target, start, false, &found))
		return refuse_reach(error, calendar, target);
	*due = found;
	return true;
}

/* The open time of the `n` working days that end at `due`. */
static int64_t
working_days_before(const Calendar *calendar, int64_t n, int64_t due)
{
	const Zone *zone = calendar->sources->zone;
	Day due_day = zone_day(zone, due);
	int64_t second = zone_clock(zone, due) - due_day * DAY_SECONDS;
	Day first = MAX(0, due_day - DAY_REACH);
	Day day = due_day;

	for (; n > 0 && day > first; n--) {
		do {
			day--;
		} while (day > first && !calendar_is_open_day(calendar, day));
	}
	return calendar_open_seconds(
		calendar, zone_day_instant(zone, day, (int32_t)second), due);
}

int64_t
calendar_warn_at(const Calendar *calendar, const Target *target,
		 const Target *warn, int64_t start, int64_t due)
{
	int64_t ahead = seconds_in(warn);
	int64_t length;

	if (!target_is_working(target))
		return due - MIN(ahead, MAX(0, due - start) / 2);
	if (warn->unit == TARGET_WORKING_DAYS)
		ahead = working_days_before(calendar, warn->n, due);
	length = calendar_open_seconds(calendar, start, due);
	return calendar_before(calendar, due, MIN(ahead, length / 2));
}
