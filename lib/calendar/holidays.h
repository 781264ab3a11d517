/*
 * holidays: the holidays of countries, read from files of rules.
 *
 * A file has a rule a line; `#` starts a comment line.
 *
 *	WHEN [CONDITION]... : LANGUAGE NAME; LANGUAGE NAME...
 *
 * WHEN is a date, MM-DD in every year or YYYY-MM-DD once; easter, easter+N
 * or easter-N, days from Easter Sunday; or wed<MM-DD, wed>MM-DD, the last
 * Wednesday before or the first after a date.
 *
 * CONDITION is one of
 *
 *	from=YYYY, until=YYYY  the first and the last year
 *	every=N                only in years divisible by N
 *	except=YYYY,YYYY       not in these years
 *	sunday=N, mon=N ...    N days later when it is that day of the week
 *	                       (earlier when negative)
 *	switch=NAME,NAME       only where asked for, as nl+NAME
 *
 * The first name is the country's own. Of two rules that meet on a date the
 * upper one names it.
 */
#ifndef CALENDAR_HOLIDAYS_H
#define CALENDAR_HOLIDAYS_H

#include "day.h"

typedef struct Holidays Holidays;

/* No holidays. */
Holidays *holidays_new(void);
void holidays_free(Holidays *holidays);

/*
 * Adds those of "nl" or "nl+switch", from DIRECTORY/nl.conf. Of countries
 * that share a date the first added names it.
 */
bool holidays_load(Holidays *holidays, const char *country,
		   const char *directory, GError **error);

bool holidays_has(const Holidays *holidays, Day day);

/* As calendar_day_name(); NULL when the day is no holiday. */
const char *holidays_name(const Holidays *holidays, Day day,
			  const char *language);

#endif
