/*
 * day: local dates as numbers, days since 1970-01-01, for stepping through
 * them; and seconds on the wall clock, counted from that day's midnight.
 */
#ifndef CALENDAR_DAY_H
#define CALENDAR_DAY_H

#include <glib.h>
#include <loket/calendar.h>

#define DAY_SECONDS ((int64_t)86400)

/* The Julian day of GDate that has number 0. */
#define DAY_JULIAN_EPOCH 719163

/* The days that a calendar knows: 0 to DAY_COUNT - 1. */
#define DAY_COUNT 51134

/* Ten years, the farthest that a deadline may lie. */
#define DAY_REACH 3653

typedef int32_t Day;

static inline Day
day_from_date(const GDate *date)
{
	return (Day)g_date_get_julian(date) - DAY_JULIAN_EPOCH;
}

/* Dates outside the calendar's years become the nearest within. */
static inline void
day_to_date(Day day, GDate *date)
{
	day = CLAMP(day, 0, DAY_COUNT - 1);
	g_date_set_julian(date, (guint32)(day + DAY_JULIAN_EPOCH));
}

static inline Day
day_from_ymd(int year, int month, int day)
{
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month,
		       (GDateYear)year);
	return day_from_date(&date);
}

/* 0 is Monday, 6 Sunday; day 0 was a Thursday. */
static inline int
day_weekday(Day day)
{
	return ((day + 3) % 7 + 7) % 7;
}

static inline bool
day_is_known(Day day)
{
	return day >= 0 && day < DAY_COUNT;
}

/* A date of every year is a number MMDD, in the order of the year. */
static inline int
month_day(const GDate *date)
{
	return (int)g_date_get_month(date) * 100 + g_date_get_day(date);
}

/* Reads "MM-DD"; 02-29 is one. False when there is no such date. */
bool month_day_parse(const char *text, int *month_day);

/* Reads "YYYY-MM-DD". False when there is no such date in the calendar's
 * years. */
bool day_parse(const char *text, Day *day);

#endif
