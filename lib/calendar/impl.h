/* impl: what a Calendar is made of, for the files of this module. */
#ifndef CALENDAR_IMPL_H
#define CALENDAR_IMPL_H

#include "closings.h"
#include "holidays.h"
#include "hours.h"
#include "season.h"
#include "zone.h"

/* What was read, shared by a calendar and its variants; counted. */
typedef struct Sources {
	char *name;
	Zone *zone;
	Hours *hours;
	Holidays *holidays;
	Closings *closings;
	GPtrArray *seasons;
} Sources;

struct Calendar {
	Sources *sources;
	bool same_time;
	/* Closing days of the site's own have their usual hours. */
	bool counts_closed;
	/* The hours of those days of which the clock skips or an event closes
	 * a part, by day. */
	GHashTable *cut_hours;
};

/*
 * The open spans of a day; none, or NULL, when it is not a working day. The
 * most particular that is said of the day holds: its date, then holidays and
 * closing days, then its date in every year (which opens no day), then its
 * weekday in the season, then its weekday.
 */
const GArray *calendar_hours(const Calendar *calendar, Day day);

static inline bool
calendar_is_open_day(const Calendar *calendar, Day day)
{
	const GArray *hours = calendar_hours(calendar, day);

	return hours && hours->len > 0;
}

/* The first working day from `day` on up to `last`; DAY_COUNT without one. */
Day calendar_find_open_day(const Calendar *calendar, Day day, Day last);

/* The season of a day; NULL when it is in none. */
const Season *calendar_find_season(const Calendar *calendar, Day day);

/* The instants of a span. */
OpenInterval calendar_interval(const Calendar *calendar, Day day, Span span);

#endif
