/* What the tests of lib/calendar share. */
#ifndef CALENDAR_FIXTURE_H
#define CALENDAR_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include <loket/calendar.h>
#include <loket/error.h>
#include <string.h>

#define HOLIDAY_DIR "conf/holidays"

#define LIST(...)                                                              \
	(const char *const[])                                                  \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}

/* A calendar that must be right. */
static inline Calendar *
make_calendar(CalendarSpec spec)
{
	GError *error = NULL;
	Calendar *calendar;

	spec.holiday_dir = HOLIDAY_DIR;
	calendar = calendar_new(&spec, &error);
	if (!calendar)
		fail_msg("%s", error->message);
	return calendar;
}

/* The instant of "2026-01-05T09:00" in a calendar's zone, or of a text with
 * an offset; the earlier of two. */
static inline int64_t
at(const Calendar *calendar, const char *text)
{
	bool has_seconds = strlen(text) > strlen("2026-01-05T09:00");
	g_autofree char *full =
		g_strconcat(text, has_seconds ? "" : ":00", NULL);
	g_autoptr(GDateTime) time =
		g_date_time_new_from_iso8601(full, calendar_timezone(calendar));

	if (!time)
		fail_msg("no time: %s", text);
	return g_date_time_to_unix(time);
}

/* The local time of an instant with its offset; the caller's. */
static inline char *
local(const Calendar *calendar, int64_t instant)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant);
	g_autoptr(GDateTime) time =
		g_date_time_to_timezone(utc, calendar_timezone(calendar));

	return g_date_time_format(time, "%a %Y-%m-%dT%H:%M:%S%:z");
}

static inline void
assert_instant(const Calendar *calendar, const char *what, int64_t found,
	       int64_t want)
{
	g_autofree char *found_text = local(calendar, found);
	g_autofree char *want_text = local(calendar, want);

	if (found != want)
		fail_msg("%s: found %s, want %s", what, found_text, want_text);
}

/* The date of "2026-01-05". */
static inline GDate
date_of(const char *text)
{
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_dmy(&date, (GDateDay)g_ascii_strtoull(text + 8, NULL, 10),
		       (GDateMonth)g_ascii_strtoull(text + 5, NULL, 10),
		       (GDateYear)g_ascii_strtoull(text, NULL, 10));
	return date;
}

/* Asserts that a calendar is refused, with an error that says `want`. */
static inline void
assert_refused(CalendarSpec spec, const char *want)
{
	GError *error = NULL;

	if (!spec.holiday_dir)
		spec.holiday_dir = HOLIDAY_DIR;
	if (calendar_new(&spec, &error))
		fail_msg("a calendar was made, want \"%s\"", want);
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
	if (!g_strrstr(error->message, want))
		fail_msg("\"%s\" does not say \"%s\"", error->message, want);
	g_error_free(error);
}

/* A new directory for a test's files; remove_directory() it. */
static inline char *
make_directory(void)
{
	char *path = g_dir_make_tmp("loket-calendar-XXXXXX", NULL);

	assert_non_null(path);
	return path;
}

static inline void
remove_directory(char *path)
{
	GDir *directory = g_dir_open(path, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(directory))) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		g_remove(file);
	}
	g_dir_close(directory);
	g_rmdir(path);
	g_free(path);
}

/* The path of a file of that text; the caller's. */
static inline char *
make_file(const char *directory, const char *name, const char *text)
{
	char *path = g_build_filename(directory, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
	return path;
}

#endif
