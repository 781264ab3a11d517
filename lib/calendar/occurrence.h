/*
 * occurrence: when the events of an iCalendar file take place, their
 * repetitions (RRULE, RDATE) and exceptions (EXDATE, RECURRENCE-ID) worked
 * out; RFC 5545 3.8.5.
 */
#ifndef CALENDAR_OCCURRENCE_H
#define CALENDAR_OCCURRENCE_H

#include "ics.h"
#include "zone.h"

/* An event that takes place once. */
typedef struct Occurrence {
	/* What the wall clock of the calendar's zone reads then. */
	int64_t from, to;
	/* Borrowed from the file; may be empty. */
	const char *summary;
} Occurrence;

/*
 * All of a file in the calendar's years, as Occurrence; times without a zone
 * of their own are of `zone`. Cancelled events take no place. NULL with
 * LOKET_ERROR_CONFIG and "PATH:LINE: reason" when there are too many, or an
 * event ends before it begins, lasts over a year or is in an unknown zone.
 */
GArray *occurrences_find(const IcsFile *file, const Zone *zone, GError **error);

#endif
