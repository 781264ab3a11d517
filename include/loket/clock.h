/*
 * clock: the present instant, and instants as text.
 *
 * An instant is an int64_t: whole seconds since 1970-01-01T00:00:00Z. Zero
 * or less stands for "none" wherever a time may be missing.
 */
#ifndef LOKET_CLOCK_H
#define LOKET_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* The machine's present instant. */
int64_t clock_now(void);

/* RFC 3339 with the zone's offset, whole seconds; NULL for no instant. The
 * result is the caller's. */
char *clock_rfc3339(int64_t instant, GTimeZone *zone);

/* RFC 5322 3.3 date-time, as in a Date header; NULL for no instant. The
 * result is the caller's. */
char *clock_rfc5322(int64_t instant, GTimeZone *zone);

/*
 * Reads RFC 3339, "2026-11-24T17:30:00+01:00", "T" and seconds optional; a
 * time without an offset is one of the zone's. False, with
 * LOKET_ERROR_PERMANENT, for anything else.
 */
bool clock_parse(const char *text, GTimeZone *zone, int64_t *instant,
		 GError **error);

/* The zone of an IANA name, "Europe/Amsterdam"; the caller's, NULL when there
 * is none. GLib alone would open any file that the name leads to. */
GTimeZone *clock_zone(const char *name);

/* The local calendar year of an instant. */
int clock_year(int64_t instant, GTimeZone *zone);

#endif
