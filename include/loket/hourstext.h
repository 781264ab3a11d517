/*
 * hourstext: working time as people write it.
 *
 * Where language (a tag as in RFC 5646, or NULL) has no words of its own, they
 * are English. The results are UTF-8, the caller's.
 */
#ifndef LOKET_HOURSTEXT_H
#define LOKET_HOURSTEXT_H

#include <loket/calendar.h>
#include <loket/datetext.h>

/* Of the days that closed_days_text() is asked about, the first so many. */
#define CLOSED_DAYS_LOOKED_AT 60
/* So many closings are told, and none when there are more: a list cut short
 * would say that it is open. */
#define CLOSINGS_TOLD 5

/*
 * The hours of a calendar's weeks, "Monday to Friday from 09:00 to 17:00,
 * Saturday from 10:00 to 14:00". Holidays and seasons are not told. NULL when
 * it is never open.
 */
char *hours_text(const Calendar *calendar, const char *language);

/* "3 working days", to stand after "within" ("innerhalb von", "sous"). */
char *target_text(const Target *target, const char *language);

/*
 * The holidays and the site's own closing days from the local date of one
 * instant to that of another, with their names: "Thursday 24 December (office
 * closed) and Friday 25 December (Christmas Day)"; days in a row for one reason
 * as "Monday 3 August to Friday 14 August (summer break)". NULL when there are
 * none, or too many.
 */
char *closed_days_text(const Calendar *calendar, int64_t from, int64_t to,
		       const char *language);

/* On such a day, when it opens again, as date_text(); NULL on other days. */
char *opens_text(const Calendar *calendar, int64_t at, const char *language);

#endif
