/*
 * datetext: instants as people write them.
 *
 * Own tables for months and weekdays: the text depends on the language of the
 * customer, never on the locale of the process.
 */
#ifndef LOKET_DATETEXT_H
#define LOKET_DATETEXT_H

#include <glib.h>
#include <stdint.h>

/*
 * A deadline as a person writes it, without a word in front of it:
 *
 *   nl  dinsdag 24 november om 17.30 uur
 *   en  Tuesday 24 November at 17:30
 *   de  Dienstag, 24. November, 17:30 Uhr
 *   fr  mardi 24 novembre à 17 h 30
 *
 * A language without a table of its own gives "2026-11-24 17:30".
 *
 * instant and now are seconds since 1970 UTC; tz is the zone to tell them in.
 * The year is added when it is not the year of now. Seconds are left out, so
 * the text never tells a later moment than the deadline; midnight is 24:00 of
 * the day that ends. language is a tag as in RFC 5646 (of which the first
 * part counts, in any case), or NULL.
 *
 * Returns UTF-8, the caller's; NULL for an instant outside the years 1 to 9999.
 */
char *date_text(int64_t instant, GTimeZone *tz, const char *language,
		int64_t now);

/* The same for the instant at which something begins: midnight is 0:00 of the
 * day that begins. */
char *start_text(int64_t instant, GTimeZone *tz, const char *language,
		 int64_t now);

/*
 * A day without a time, "dinsdag 24 november", "2026-11-24" in a language
 * without a table; with its year when that is not the one of now in tz.
 * Returns UTF-8, the caller's.
 */
char *day_text(const GDate *day, const char *language, int64_t now,
	       GTimeZone *tz);

#endif
