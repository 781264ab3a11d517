/*
 * calendar: working time. Opening hours in a time zone, holidays, closing
 * days and seasons, and the arithmetic of deadlines on them.
 *
 * An instant is an int64_t: seconds since 1970-01-01T00:00:00Z. A local date
 * is a GDate, read in the calendar's own zone. An interval is open from the
 * first instant at which the clock on the wall reads its opening or later up
 * to the first at which it reads its closing or later: a time that the clock
 * skips is not open, an hour that it reads twice counts once for an interval
 * that ends in it, twice for one that holds it. Intervals are half-open, so
 * the instant of closing is closed. A working day is a local date with at
 * least one open interval.
 *
 * A Calendar knows the years CALENDAR_FIRST_YEAR to CALENDAR_LAST_YEAR;
 * outside them nothing is open. It is immutable once made, so any number of
 * threads may use one. It reads no file after calendar_new().
 *
 *	CalendarSpec spec = {
 *		.name = "office",
 *		.timezone = "Europe/Amsterdam",
 *		.hours = (const char *const[]){"mon-fri 08:00-17:30", NULL},
 *		.holidays = (const char *const[]){"nl", NULL},
 *		.holiday_dir = "conf/holidays",
 *	};
 *	g_autoptr(Calendar) office = calendar_new(&spec, &error);
 *	Target norm = {TARGET_WORKING_DAYS, 1};
 *	calendar_due(office, &norm, received, &due, &error);
 */
#ifndef LOKET_CALENDAR_H
#define LOKET_CALENDAR_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALENDAR_FIRST_YEAR 1970
#define CALENDAR_LAST_YEAR 2109

/* A date range in which other hours, or a desk's other targets, hold. */
typedef struct SeasonSpec {
	/* Not empty. Two ranges may bear one name. */
	const char *name;
	/* The first and the last date, both inclusive: both "MM-DD", every
	 * year, where `to` before `from` crosses the year's end; or both
	 * "YYYY-MM-DD". */
	const char *from, *to;
	/* As CalendarSpec.hours; NULL or empty keeps the calendar's. Weekday
	 * hours given here replace all weekday hours of the calendar. */
	const char *const *hours;
} SeasonSpec;

/* What a calendar is made from. Strings are UTF-8, lists end in NULL. */
typedef struct CalendarSpec {
	/* Stands in error messages; NULL is "default". */
	const char *name;
	/* An IANA name, "Europe/Amsterdam"; NULL or empty is the machine's. */
	const char *timezone;
	/*
	 * Opening hours, the entries together; NULL is "mon-fri 09:00-17:00".
	 * Each entry is DAYS TIMES:
	 *
	 *	"mon-fri 08:00-17:30"      weekdays: a day, a range, or several
	 *	"sat,sun 10:00-14:00"      with commas
	 *	"mon 09:00-12:00,13:00-17:00"  with a break
	 *	"mon-sun 00:00-24:00"      round the clock
	 *	"2026-12-24 09:00-15:00"   instead of that date's usual hours,
	 *	                           also when it is a holiday
	 *	"12-24 09:00-15:00"        every year, when the day is open
	 *	"2026-12-24 closed"        a closing day of the site's own;
	 *	                           "12-24 closed" every year
	 *
	 * Past midnight is two intervals. Intervals of a day that overlap are
	 * an error; those that touch are one.
	 */
	const char *const *hours;
	/*
	 * Days that are not worked: a country, "nl", "be", with switches,
	 * "nl+goede-vrijdag", read from `holiday_dir`/nl.conf (whose head
	 * documents the format); or "ics:/path", the site's own closing days
	 * from an iCalendar file (RFC 5545).
	 */
	const char *const *holidays;
	/* Summaries of iCalendar events to leave out, in any case; or NULL. */
	const char *const *leave_out;
	const SeasonSpec *seasons;
	size_t n_seasons;
	/* The directory of the country files; needed for country entries. */
	const char *holiday_dir;
	/* Working days end at the time of receipt, not at closing. */
	bool same_time;
} CalendarSpec;

typedef struct Calendar Calendar;

/*
 * Makes a calendar from spec, which is not kept. NULL with LOKET_ERROR_CONFIG
 * for what cannot be meant: an impossible time, an unknown zone, country or
 * switch, overlapping hours, no open day at all, a holiday or iCalendar file
 * that is missing, broken, too large or endless. The message names the
 * calendar, and FILE:LINE where a file is at fault.
 */
Calendar *calendar_new(const CalendarSpec *spec, GError **error);

/*
 * The same calendar for a desk that owes answers on the site's own closing
 * days (not on holidays): days closed by an iCalendar file or by a "closed"
 * entry have the hours that they would have without. Free both.
 */
Calendar *calendar_counting_closed_days(const Calendar *calendar);

/* NULL is allowed. */
void calendar_free(Calendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Calendar, calendar_free)

const char *calendar_name(const Calendar *calendar);

/* The calendar's zone; borrowed. */
GTimeZone *calendar_timezone(const Calendar *calendar);

/* Targets */

typedef enum TargetUnit {
	TARGET_WORKING_DAYS,
	TARGET_WORKING_HOURS,
	/* Around the clock, whatever the calendar. */
	TARGET_HOURS,
	TARGET_MINUTES,
} TargetUnit;

/* A length of time within which something is promised. */
typedef struct Target {
	TargetUnit unit;
	/* 0 to TARGET_MAX */
	int64_t n;
} Target;

#define TARGET_MAX 9999999

/*
 * Reads "1 working day", "3wd", "8 working hours", "8wh", "24 hours", "24h",
 * "30 minutes" or "30m": singular or plural with any number, in any case.
 * False with LOKET_ERROR_CONFIG for anything else; *target is then untouched.
 */
bool target_parse(const char *text, Target *target, GError **error);

/* The long form, "3 working days"; the caller's. */
char *target_format(const Target *target);

/* Whether the target runs in working time, not around the clock. */
bool target_is_working(const Target *target);

/* Deadlines */

/*
 * The instant at which a target that starts at `start` ends.
 *
 * N working hours: when N hours of open time have passed; exactly at closing
 * is that closing, not the next opening.
 *
 * N working days: day 0 is the local date of `start` when that is a working
 * day and `start` is before its closing, else the next working day. Due is
 * the closing of the Nth working day after day 0. With same_time, due has on
 * that day the time of day of `start`, which counts as the opening of day 0
 * when it was before that; on a day that closes earlier it is the closing, in
 * a break or before opening the next opening.
 *
 * False with LOKET_ERROR_PERMANENT when it is more than ten years off or
 * outside the calendar's years; *due is then untouched.
 */
bool calendar_due(const Calendar *calendar, const Target *target, int64_t start,
		  int64_t *due, GError **error);

/* As calendar_due(), working days ending at closing whatever same_time says:
 * for a promise given as "3wd". */
bool calendar_due_at_closing(const Calendar *calendar, const Target *target,
			     int64_t start, int64_t *due, GError **error);

/*
 * When to warn of `due`, the end of a target that started at `start`.
 * In working time `warn` before due, when the target is in working time,
 * whatever the unit of `warn`; else so much time on the clock. At most half
 * the target: never before its middle.
 */
int64_t calendar_warn_at(const Calendar *calendar, const Target *target,
			 const Target *warn, int64_t start, int64_t due);

/* Open time */

bool calendar_is_open(const Calendar *calendar, int64_t instant);

/* The open seconds from `from` up to `to`; 0 when `to` is not later. */
int64_t calendar_open_seconds(const Calendar *calendar, int64_t from,
			      int64_t to);

/*
 * The instant at which so many open seconds (0 or more) have passed since
 * `start`, `start` itself for 0. Errors as calendar_due().
 */
bool calendar_after(const Calendar *calendar, int64_t start,
		    int64_t open_seconds, int64_t *end, GError **error);

/*
 * The latest instant from which on so many open seconds (0 or more) pass
 * until `end`; `end` itself for 0. It is open, unless it is `end`. Where the
 * calendar has fewer in the ten years before, the first of those it has.
 */
int64_t calendar_before(const Calendar *calendar, int64_t end,
			int64_t open_seconds);

/* An interval of open time, of one local date: from <= t < to. */
typedef struct OpenInterval {
	int64_t from, to;
} OpenInterval;

/*
 * The open interval that holds `instant`, else the next one, whole. False
 * when there is none within ten years. To walk from `t` to `end`:
 *
 *	OpenInterval open;
 *	for (; calendar_next_open(c, t, &open) && open.from < end; t = open.to)
 */
bool calendar_next_open(const Calendar *calendar, int64_t instant,
			OpenInterval *open);

/* Days */

/* What a local date is: the first of these that is true of it. */
typedef enum DayKind {
	/* At least one open interval. */
	DAY_WORKING,
	/* A holiday of a country. */
	DAY_HOLIDAY,
	/* A closing day of the site's own. */
	DAY_CLOSED,
	/* Its weekday has no hours: a weekend. */
	DAY_OFF,
} DayKind;

/* The local date at an instant within the calendar's years. */
void calendar_local_date(const Calendar *calendar, int64_t instant,
			 GDate *date);

DayKind calendar_day_kind(const Calendar *calendar, const GDate *date);
bool calendar_is_working_day(const Calendar *calendar, const GDate *date);

/*
 * Why a day is not worked: the holiday's name in `language` ("nl", "nl-BE",
 * "en"; NULL is the country's first), in the country's first language where
 * it has none in that one; or the summary of the closing day. NULL for other
 * days. A holiday on a day that is off anyway has its name; so has one on
 * which the site opens all the same, and a working day of which an event
 * closes a part has that event's.
 */
const char *calendar_day_name(const Calendar *calendar, const GDate *date,
			      const char *language);

/*
 * The opening and the closing of a local date, the outer ends of its open
 * intervals. False, with `*open` untouched, when it is not a working day.
 */
bool calendar_day_hours(const Calendar *calendar, const GDate *date,
			OpenInterval *open);

/*
 * The first working day after `date`. False when there is none within ten
 * years. `date` and `next` may be the same.
 */
bool calendar_next_working_day(const Calendar *calendar, const GDate *date,
			       GDate *next);

/*
 * The closing of a date that was promised. False with LOKET_ERROR_PERMANENT
 * when it is not a working day; the message names the next that is.
 */
bool calendar_day_end(const Calendar *calendar, const GDate *date, int64_t *end,
		      GError **error);

/* The name of the season a local date is in, the first of several; NULL when
 * it is in none. */
const char *calendar_season(const Calendar *calendar, const GDate *date);

/* The season at an instant, by its local date: for what was received then. */
const char *calendar_season_at(const Calendar *calendar, int64_t instant);

/* Whether a season has that name. */
bool calendar_has_season(const Calendar *calendar, const char *name);

#endif
