#include <loket/clock.h>
#include <loket/error.h>

#include "zone.h"

/* 16 hours: longer than any offset from UTC since 1970. */
#define OFFSET_MAX ((int64_t)57600)

/* Shorter than any time for which a zone has kept an offset. */
#define PROBE_STEP (14 * DAY_SECONDS)

struct Zone {
	GTimeZone *tz;
	GArray *periods;
};

static int32_t
offset_at(GTimeZone *tz, int64_t instant)
{
	gint interval =
		g_time_zone_find_interval(tz, G_TIME_TYPE_UNIVERSAL, instant);

	return g_time_zone_get_offset(tz, interval);
}

/* The first instant after `from` with another offset; `to` has one. */
static int64_t
find_change(GTimeZone *tz, int64_t from, int64_t to)
{
	int32_t offset = offset_at(tz, from);

	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;

		if (offset_at(tz, middle) == offset)
			from = middle;
		else
			to = middle;
	}
	return to;
}

static GArray *
find_periods(GTimeZone *tz)
{
	GArray *periods = g_array_new(FALSE, FALSE, sizeof(ZonePeriod));
	int64_t end = DAY_COUNT * DAY_SECONDS + OFFSET_MAX;
	int64_t at = -OFFSET_MAX;
	ZonePeriod period = {INT64_MIN, offset_at(tz, at)};

	g_array_append_val(periods, period);
	while (at < end) {
		int64_t next = at + PROBE_STEP;

		if (offset_at(tz, next) != period.offset) {
			next = find_change(tz, at, next);
			period.at = next;
			period.offset = offset_at(tz, next);
			g_array_append_val(periods, period);
		}
		at = next;
	}
	return periods;
}

Zone *
zone_new(const char *identifier, GError **error)
{
	GTimeZone *tz;
	Zone *zone;

	if (identifier && *identifier)
		tz = clock_zone(identifier);
	else
		tz = g_time_zone_new_local();
	if (!tz) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "unknown time zone \"%s\"", identifier);
		return NULL;
	}
	zone = g_new(Zone, 1);
	zone->tz = tz;
	zone->periods = find_periods(tz);
	return zone;
}

void
zone_free(Zone *zone)
{
	if (!zone)
		return;
	g_time_zone_unref(zone->tz);
	g_array_unref(zone->periods);
	g_free(zone);
}

GTimeZone *
zone_timezone(const Zone *zone)
{
	return zone->tz;
}

const ZonePeriod *
zone_periods(const Zone *zone, size_t *n)
{
	*n = zone->periods->len;
	return &g_array_index(zone->periods, ZonePeriod, 0);
}

/* The index of the period that holds an instant. */
static size_t
find_period(const Zone *zone, int64_t instant)
{
	size_t low = 0;
	size_t high = zone->periods->len;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (g_array_index(zone->periods, ZonePeriod, middle).at <=
		    instant)
			low = middle;
		else
			high = middle;
	}
	return low;
}

int64_t
zone_clock(const Zone *zone, int64_t instant)
{
	size_t i = find_period(zone, instant);

	return instant + g_array_index(zone->periods, ZonePeriod, i).offset;
}

int64_t
zone_instant(const Zone *zone, int64_t clock)
{
	size_t n;
	const ZonePeriod *period = zone_periods(zone, &n);
	size_t i = find_period(zone, clock - OFFSET_MAX);
	int64_t instant = MAX(period[i].at, clock - period[i].offset);

	while (i + 1 < n && instant >= period[i + 1].at) {
		i++;
		instant = MAX(period[i].at, clock - period[i].offset);
	}
	return instant;
}

int64_t
zone_day_instant(const Zone *zone, Day day, int32_t second)
{
	return zone_instant(zone, day * DAY_SECONDS + second);
}

Day
zone_day(const Zone *zone, int64_t instant)
{
	int64_t end = DAY_COUNT * DAY_SECONDS;
	int64_t clock = CLAMP(instant, -2 * DAY_SECONDS, end + DAY_SECONDS);
	Day day;

	clock = zone_clock(zone, clock);
	day = (Day)(clock / DAY_SECONDS - (clock % DAY_SECONDS < 0));
	if (instant >= zone_day_instant(zone, day + 1, 0))
		day++;
	return day;
}
