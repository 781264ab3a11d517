/*
 * closings: the site's own closing days, from iCalendar files (RFC 5545).
 *
 * Every event closes: its dates, or for an event with times those times of
 * the day, which are kept as the wall clock of the calendar's zone shows
 * them. Cancelled events do not; nor do events whose summary is left out.
 */
#ifndef CALENDAR_CLOSINGS_H
#define CALENDAR_CLOSINGS_H

#include "span.h"
#include "zone.h"

typedef struct Closings Closings;

/* A part of a day on which the site is closed. */
typedef struct ClosedSpan {
	Day day;
	Span span;
} ClosedSpan;

/* No closing days. */
Closings *closings_new(void);
void closings_free(Closings *closings);

/*
 * Adds the closing days of a file. zone is the calendar's. leave_out may be
 * NULL. False with LOKET_ERROR_CONFIG and "PATH:LINE: reason".
 */
bool closings_load(Closings *closings, const char *path, const Zone *zone,
		   const char *const *leave_out, GError **error);

/* Whether the whole day is closed. */
bool closings_has(const Closings *closings, Day day);

/* The summary of what closes the day or a part of it; NULL when nothing
 * does. */
const char *closings_name(const Closings *closings, Day day);

/* The parts of days that are closed, as ClosedSpan. */
const GArray *closings_spans(const Closings *closings);

#endif
