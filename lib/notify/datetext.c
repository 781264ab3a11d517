/* datetext: see include/loket/datetext.h */
#include <loket/datetext.h>
#include <stdbool.h>
#include <string.h>

/* A moment on the clock of one zone, in the words of one language. */
typedef struct Moment {
	const char *weekday;
	const char *month;
	/* 0 leaves the year out */
	int year;
	int day;
	int hour;
	int minute;
} Moment;

typedef struct DateLanguage {
	const char *code;
	const char *weekdays[7];
	const char *months[12];
	char *(*format)(const Moment *);
} DateLanguage;

static char *
year_text(const Moment *moment)
{
	return moment->year ? g_strdup_printf(" %d", moment->year)
			    : g_strdup("");
}

static char *
format_dutch(const Moment *moment)
{
	g_autofree char *year = year_text(moment);
	return g_strdup_printf("%s %d %s%s om %d.%02d uur", moment->weekday,
			       moment->day, moment->month, year, moment->hour,
			       moment->minute);
}

static char *
format_english(const Moment *moment)
{
	g_autofree char *year = year_text(moment);
	return g_strdup_printf("%s %d %s%s at %02d:%02d", moment->weekday,
			       moment->day, moment->month, year, moment->hour,
			       moment->minute);
}

/* Two digits for the hour: DIN 5008. */
static char *
format_german(const Moment *moment)
{
	g_autofree char *year = year_text(moment);
	return g_strdup_printf("%s, %d. %s%s, %02d:%02d Uhr", moment->weekday,
			       moment->day, moment->month, year, moment->hour,
			       moment->minute);
}

/* Only the first of a month is an ordinal; a full hour has no minutes. */
static char *
format_french(const Moment *moment)
{
	g_autofree char *year = year_text(moment);
	g_autofree char *minute =
		moment->minute ? g_strdup_printf(" %02d", moment->minute)
			       : g_strdup("");
	return g_strdup_printf("%s %d%s %s%s à %d h%s", moment->weekday,
			       moment->day, moment->day == 1 ? "er" : "",
			       moment->month, year, moment->hour, minute);
}

static const DateLanguage languages[] = {
	{"nl",
	 {"maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag",
	  "zondag"},
	 {"januari", "februari", "maart", "april", "mei", "juni", "juli",
	  "augustus", "september", "oktober", "november", "december"},
	 format_dutch},
	{"en",
	 {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
	  "Sunday"},
	 {"January", "February", "March", "April", "May", "June", "July",
	  "August", "September", "October", "November", "December"},
	 format_english},
	{"de",
	 {"Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag",
	  "Sonntag"},
	 {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
	  "September", "Oktober", "November", "Dezember"},
	 format_german},
	{"fr",
	 {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi",
	  "dimanche"},
	 {"janvier", "février", "mars", "avril", "mai", "juin", "juillet",
	  "août", "septembre", "octobre", "novembre", "décembre"},
	 format_french},
};

static const DateLanguage *
language_find(const char *tag)
{
	size_t length = tag ? strcspn(tag, "-_") : 0;
	for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
		const char *code = languages[i].code;
		if (strlen(code) == length &&
		    g_ascii_strncasecmp(code, tag, length) == 0)
			return &languages[i];
	}
	return NULL;
}

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
moment_format(const DateLanguage *language, GDateTime *day, int hour,
	      int minute, bool with_year)
{
	int year, month, day_of_month;
	g_date_time_get_ymd(day, &year, &month, &day_of_month);
	if (!language)
		return g_strdup_printf("%04d-%02d-%02d %02d:%02d", year, month,
				       day_of_month, hour, minute);
	int weekday = g_date_time_get_day_of_week(day);
	Moment moment = {
		.weekday = language->weekdays[weekday - 1],
		.month = language->months[month - 1],
		.year = with_year ? year : 0,
		.day = day_of_month,
		.hour = hour,
		.minute = minute,
	};
	return language->format(&moment);
}

char *
date_text(int64_t instant, GTimeZone *tz, const char *language, int64_t now)
{
	g_autoptr(GDateTime) time = local_time(instant, tz);
	g_autoptr(GDateTime) today = local_time(now, tz);
	if (!time || !today)
		return NULL;
	int hour = g_date_time_get_hour(time);
	g_autoptr(GDateTime) day = g_date_time_ref(time);
	if (is_midnight(time)) {
		/* "by Tuesday 0:00" would be read as a whole day later */
		hour = 24;
		g_date_time_unref(day);
		day = g_date_time_add_days(time, -1);
	}
	if (!day)
		return NULL;
	bool with_year =
		g_date_time_get_year(day) != g_date_time_get_year(today);
	return moment_format(language_find(language), day, hour,
			     g_date_time_get_minute(time), with_year);
}
