#include <loket/error.h>

#include "impl.h"

/* The part of an interval from `from` up to `to`, in seconds. */
static int64_t
overlap(OpenInterval open, int64_t from, int64_t to)
{
	return MAX(0, MIN(open.to, to) - MAX(open.from, from));
}

/* The interval that begins with span *i of a day; *i is the next one after it.
 * Where the clock skips what parts two spans, they are one interval. */
static OpenInterval
take_interval(const Calendar *calendar, Day day, const GArray *hours, guint *i)
{
	OpenInterval open =
		calendar_interval(calendar, day, *spans_at(hours, (*i)++));

	while (*i < hours->len) {
		OpenInterval next =
			calendar_interval(calendar, day, *spans_at(hours, *i));

		if (next.from != open.to)
			break;
		open.to = next.to;
		(*i)++;
	}
	return open;
}

bool
calendar_next_open(const Calendar *calendar, int64_t instant,
		   OpenInterval *open)
{
	Day first = zone_day(calendar->sources->zone, instant);
	Day day = first;

	for (; day <= first + DAY_REACH; day++) {
		const GArray *hours = calendar_hours(calendar, day);

		for (guint i = 0; hours && i < hours->len;) {
			*open = take_interval(calendar, day, hours, &i);
			if (open->to > instant)
				return true;
		}
	}
	return false;
}

bool
calendar_is_open(const Calendar *calendar, int64_t instant)
{
	OpenInterval open;

	return calendar_next_open(calendar, instant, &open) &&
	       open.from <= instant;
}

int64_t
calendar_open_seconds(const Calendar *calendar, int64_t from, int64_t to)
{
	const Zone *zone = calendar->sources->zone;
	Day last = zone_day(zone, to);
	int64_t seconds = 0;

	for (Day day = zone_day(zone, from); day <= last; day++) {
		const GArray *hours = calendar_hours(calendar, day);

		for (guint i = 0; hours && i < hours->len; i++)
			seconds +=
				overlap(calendar_interval(calendar, day,
							  *spans_at(hours, i)),
					from, to);
	}
	return seconds;
}

bool
calendar_after(const Calendar *calendar, int64_t start, int64_t open_seconds,
	       int64_t *end, GError **error)
{
	bool known = day_is_known(zone_day(calendar->sources->zone, start));
	int64_t limit = known ? start + DAY_REACH * DAY_SECONDS : start;
	int64_t at = start;
	OpenInterval open;

	while (open_seconds > 0 && at < limit &&
	       calendar_next_open(calendar, at, &open) && open.from < limit) {
		int64_t length = overlap(open, at, limit);

		at = MAX(at, open.from) + MIN(length, open_seconds);
		open_seconds -= MIN(length, open_seconds);
	}
	if (open_seconds > 0) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
			    "calendar \"%s\" has not so many open hours "
			    "within ten years",
			    calendar_name(calendar));
		return false;
	}
	*end = at;
	return true;
}

int64_t
calendar_before(const Calendar *calendar, int64_t end, int64_t open_seconds)
{
	Day last = zone_day(calendar->sources->zone, end);
	int64_t at = end;

	for (Day day = last; day >= last - DAY_REACH; day--) {
		const GArray *hours = calendar_hours(calendar, day);

		for (guint i = hours ? hours->len : 0;
		     i > 0 && open_seconds > 0; i--) {
			OpenInterval open = calendar_interval(
				calendar, day, *spans_at(hours, i - 1));
			int64_t length = overlap(open, open.from, end);
			int64_t taken = MIN(length, open_seconds);

			if (taken > 0)
				at = MIN(open.to, end) - taken;
			open_seconds -= taken;
		}
		if (open_seconds == 0)
			break;
	}
	return at;
}
