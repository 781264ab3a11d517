/*
 * zone: a time zone as the list of its offsets over the calendar's years.
 *
 * GTimeZone searches linearly and does not tell when a zone changes its
 * offset; a calendar has to know, because a time that the clock skips is
 * never open.
 */
#ifndef CALENDAR_ZONE_H
#define CALENDAR_ZONE_H

#include "day.h"

typedef struct Zone Zone;

/* From `at` up to the next period's, local time is UTC plus `offset`. */
typedef struct ZonePeriod {
	int64_t at;
	int32_t offset;
} ZonePeriod;

/* identifier: an IANA name; NULL or empty is the machine's own zone. */
Zone *zone_new(const char *identifier, GError **error);
void zone_free(Zone *zone);

GTimeZone *zone_timezone(const Zone *zone);
const ZonePeriod *zone_periods(const Zone *zone, size_t *n);

/* What the wall clock reads, as seconds since 1970-01-01T00:00 local time. */
int64_t zone_clock(const Zone *zone, int64_t instant);

/* The first instant at which the wall clock reads `clock` or later. */
int64_t zone_instant(const Zone *zone, int64_t clock);

/* The same of a second (0 to 86400) of a day. */
int64_t zone_day_instant(const Zone *zone, Day day, int32_t second);

/* The local date; where the clock is set back over midnight, the later one
 * from its first midnight on. */
Day zone_day(const Zone *zone, int64_t instant);

#endif
