/*
 * ics: the events of an iCalendar file (RFC 5545).
 *
 * libical reads the values. It skips what it cannot read, so the lines, the
 * nesting and the properties that tell when an event is are checked here
 * first: an event that was skipped would be a working day too many.
 */
#ifndef CALENDAR_ICS_H
#define CALENDAR_ICS_H

#include <libical/ical.h>

#include "day.h"

typedef struct IcsEvent {
	/* A VEVENT, with a DTSTART. */
	icalcomponent *component;
	/* The line on which it begins. */
	size_t line;
} IcsEvent;

typedef struct IcsFile {
	char *path;
	/* The VCALENDARs, as icalcomponent. */
	GPtrArray *calendars;
	/* Of all calendars, as IcsEvent. */
	GArray *events;
} IcsFile;

/*
 * NULL with LOKET_ERROR_CONFIG and "PATH:LINE: reason" for a file that is
 * broken or too large, and for an event that repeats without end or more
 * often than daily.
 */
IcsFile *ics_read(const char *path, GError **error);

/* Whether a date and time exist; libical lets 30 February pass. */
bool ics_is_time(struct icaltimetype time);

void ics_free(IcsFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsFile, ics_free)

#endif
