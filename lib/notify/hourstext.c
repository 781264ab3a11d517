/* hourstext: see include/loket/hourstext.h */
#include <loket/hourstext.h>
#include <string.h>

#include "words.h"

#define DAYS 7
/* The week whose hours stand for those of all: from Monday 1 January 2001 on,
 * without a change of the clock. */
#define WEEK_YEAR 2001

static const Words *
words_of(const char *language)
{
	const Words *words = words_find(language);
	return words ? words : words_find("en");
}

static char *
clock_text(const Words *words, GTimeZone *tz, int64_t instant, bool is_end)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant);
	g_autoptr(GDateTime) time = g_date_time_to_timezone(utc, tz);
	int hour = g_date_time_get_hour(time);
	int minute = g_date_time_get_minute(time);
	bool is_midnight = is_end && hour == 0 && minute == 0;
	return words->time(is_midnight ? 24 : hour, minute);
}

/* "from 09:00 to 12:00 and from 13:00 to 17:00"; NULL: closed. */
static char *
day_hours(const Words *words, const Calendar *calendar, int64_t from,
	  int64_t to)
{
	GTimeZone *tz = calendar_timezone(calendar);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	OpenInterval open;
	for (int64_t t = from;
	     t < to && calendar_next_open(calendar, t, &open) && open.from < to;
	     t = open.to) {
		g_autofree char *opening =
			clock_text(words, tz, open.from, false);
		g_autofree char *closing = clock_text(words, tz, open.to, true);
		g_ptr_array_add(texts,
				words_pair(words->from_to, opening, closing));
	}
	return words_join(words, texts);
}

static char *
days_text(const Words *words, size_t first, size_t last)
{
	g_autofree char *one =
		g_strconcat(words->weekday, words->weekdays[first], NULL);
	g_autofree char *other =
		g_strconcat(words->weekday, words->weekdays[last], NULL);
	if (first == last)
		return g_steal_pointer(&one);
	if (last == first + 1)
		return g_strdup_printf("%s %s %s", one, words->and, other);
	return words_pair(words->weekdays_to, words->weekdays[first],
			  words->weekdays[last]);
}

/* Days with the same hours, one after another, are told together. */
static char *
week_text(const Words *words, char *const *hours)
{
	GString *week = g_string_new(NULL);
	for (size_t first = 0, last; first < DAYS; first = last + 1) {
		last = first;
		while (last + 1 < DAYS &&
		       g_strcmp0(hours[last + 1], hours[first]) == 0)
			last++;
		if (!hours[first])
			continue;
		g_autofree char *days = days_text(words, first, last);
		g_string_append_printf(week, "%s%s %s", week->len ? ", " : "",
				       days, hours[first]);
	}
	return g_string_free(week, week->len == 0);
}

char *
hours_text(const Calendar *calendar, const char *language)
{
	const Words *words = words_of(language);
	GTimeZone *tz = calendar_timezone(calendar);
	char *hours[DAYS];
	for (int i = 0; i < DAYS; i++) {
		g_autoptr(GDateTime) day =
			g_date_time_new(tz, WEEK_YEAR, 1, 1 + i, 0, 0, 0);
		g_autoptr(GDateTime) next = g_date_time_add_days(day, 1);
		hours[i] = day_hours(words, calendar, g_date_time_to_unix(day),
				     g_date_time_to_unix(next));
	}
	char *text = week_text(words, hours);
	for (int i = 0; i < DAYS; i++)
		g_free(hours[i]);
	return text;
}

char *
target_text(const Target *target, const char *language)
{
	const char *const *unit =
		words_of(language)->units[(size_t)target->unit];
	return g_strdup_printf("%" G_GINT64_FORMAT " %s", target->n,
			       unit[target->n == 1 ? 0 : 1]);
}

/* Whether the calendar is shut on a day for a reason with a name. */
static bool
is_closed(const Calendar *calendar, const GDate *day)
{
	DayKind kind = calendar_day_kind(calendar, day);
	return kind == DAY_HOLIDAY || kind == DAY_CLOSED;
}

/* Days on which it is closed, one after another but for days that are off
 * anyway, for one reason. */
typedef struct Closing {
	GDate first, last;
	const char *name; /* borrowed; NULL: none */
} Closing;

static char *
closing_text(const Calendar *calendar, const Closing *closing,
	     const char *language, int64_t now)
{
	GTimeZone *tz = calendar_timezone(calendar);
	g_autofree char *first = day_text(&closing->first, language, now, tz);
	g_autofree char *last = day_text(&closing->last, language, now, tz);
	bool is_one = g_date_compare(&closing->first, &closing->last) == 0;
	g_autofree char *days =
		is_one ? g_strdup(first)
		       : words_pair(words_of(language)->days_to, first, last);
	return closing->name && *closing->name
		       ? g_strdup_printf("%s (%s)", days, closing->name)
		       : g_steal_pointer(&days);
}

/* Adds a day to the last closing when it goes on with it, else as a new one. */
static void
add_closed_day(GArray *closings, bool goes_on, const GDate *day,
	       const char *name)
{
	Closing *last = closings->len > 0 ? &g_array_index(closings, Closing,
							   closings->len - 1)
					  : NULL;
	if (last && goes_on && g_strcmp0(last->name, name) == 0) {
		last->last = *day;
		return;
	}
	Closing closing = {.first = *day, .last = *day, .name = name};
	g_array_append_val(closings, closing);
}

static GArray *
closings_between(const Calendar *calendar, GDate day, const GDate *last,
		 const char *language)
{
	GArray *closings = g_array_new(FALSE, FALSE, sizeof(Closing));
	bool goes_on = false;
	for (int i = 0;
	     i < CLOSED_DAYS_LOOKED_AT && g_date_compare(&day, last) <= 0;
	     i++) {
		if (is_closed(calendar, &day)) {
			add_closed_day(
				closings, goes_on, &day,
				calendar_day_name(calendar, &day, language));
			goes_on = true;
		} else if (calendar_is_working_day(calendar, &day)) {
			goes_on = false;
		}
		g_date_add_days(&day, 1);
	}
	return closings;
}

char *
closed_days_text(const Calendar *calendar, int64_t from, int64_t to,
		 const char *language)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	GDate day, last;
	calendar_local_date(calendar, from, &day);
	calendar_local_date(calendar, to, &last);
	g_autoptr(GArray) closings =
		closings_between(calendar, day, &last, language);
	if (closings->len > CLOSINGS_TOLD)
		return NULL;
	for (guint i = 0; i < closings->len; i++)
		g_ptr_array_add(texts, closing_text(calendar,
						    &g_array_index(closings,
								   Closing, i),
						    language, from));
	return words_join(words_of(language), texts);
}

char *
opens_text(const Calendar *calendar, int64_t at, const char *language)
{
	GDate day;
	OpenInterval open;
	calendar_local_date(calendar, at, &day);
	if (!is_closed(calendar, &day) ||
	    !calendar_next_open(calendar, at, &open))
		return NULL;
	return start_text(open.from, calendar_timezone(calendar), language, at);
}
