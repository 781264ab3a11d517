/* datetext: see include/loket/datetext.h */
#include <loket/datetext.h>
#include <stdbool.h>
#include <string.h>

#include "words.h"

static GDateTime *
local_time(int64_t instant, GTimeZone *tz)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant);
	return utc ? g_date_time_to_timezone(utc, tz) : NULL;
}

static bool
is_midnight(GDateTime *time)
{
	return g_date_time_get_hour(time) == 0 &&
	       g_date_time_get_minute(time) == 0;
}

static char *
moment_format(const Words *words, GDateTime *day, int hour, int minute,
	      bool with_year)
{
	int year, month, day_of_month;
	g_date_time_get_ymd(day, &year, &month, &day_of_month);
	if (!words)
		return g_strdup_printf("%04d-%02d-%02d %02d:%02d", year, month,
				       day_of_month, hour, minute);
	WordsDay named = {
		.weekday =
			words->weekdays[g_date_time_get_day_of_week(day) - 1],
		.month = words->months[month - 1],
		.year = with_year ? year : 0,
		.day = day_of_month,
	};
	g_autofree char *date = words->day(&named);
	g_autofree char *time = words->time(hour, minute);
	return words_pair(words->at, date, time);
}

static char *
instant_text(int64_t instant, GTimeZone *tz, const char *language, int64_t now,
	     bool is_end)
{
	g_autoptr(GDateTime) time = local_time(instant, tz);
	g_autoptr(GDateTime) today = local_time(now, tz);
	if (!time || !today)
		return NULL;
	int hour = g_date_time_get_hour(time);
	g_autoptr(GDateTime) day = g_date_time_ref(time);
	if (is_end && is_midnight(time)) {
		/* "by Tuesday 0:00" would be read as a whole day later */
		hour = 24;
		g_date_time_unref(day);
		day = g_date_time_add_days(time, -1);
	}
	if (!day)
		return NULL;
	bool with_year =
		g_date_time_get_year(day) != g_date_time_get_year(today);
	return moment_format(words_find(language), day, hour,
			     g_date_time_get_minute(time), with_year);
}

char *
date_text(int64_t instant, GTimeZone *tz, const char *language, int64_t now)
{
	return instant_text(instant, tz, language, now, true);
}

char *
start_text(int64_t instant, GTimeZone *tz, const char *language, int64_t now)
{
	return instant_text(instant, tz, language, now, false);
}

char *
day_text(const GDate *day, const char *language, int64_t now, GTimeZone *tz)
{
	g_autoptr(GDateTime) today = local_time(now, tz);
	const Words *words = words_find(language);
	int year = g_date_get_year(day);
	if (!words)
		return g_strdup_printf("%04d-%02d-%02d", year,
				       (int)g_date_get_month(day),
				       (int)g_date_get_day(day));
	bool with_year = today && g_date_time_get_year(today) != year;
	WordsDay named = {
		.weekday = words->weekdays[g_date_get_weekday(day) - 1],
		.month = words->months[g_date_get_month(day) - 1],
		.year = with_year ? year : 0,
		.day = g_date_get_day(day),
	};
	return words->day(&named);
}
