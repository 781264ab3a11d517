/*
 * hours: the opening hours that a calendar or a season is given, read from
 * the entries of CalendarSpec.hours. Intervals are arrays of Span.
 */
#ifndef CALENDAR_HOURS_H
#define CALENDAR_HOURS_H

#include "span.h"

typedef struct Hours {
	/* By weekday, 0 is Monday. */
	GArray *week[7];
	/* Whether any entry names a weekday. */
	bool has_week;
	/* By day, and by date of every year; no spans: closed. */
	GHashTable *dated, *yearly;
} Hours;

/* entries may be NULL or empty: no hours. */
Hours *hours_new(const char *const *entries, GError **error);
void hours_free(Hours *hours);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hours, hours_free)

/* The hours of one date or of a date of every year; NULL without entry. */
const GArray *hours_of_day(const Hours *hours, Day day);
const GArray *hours_of_month_day(const Hours *hours, int month_day);

#endif
