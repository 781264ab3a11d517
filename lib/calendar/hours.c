#include <loket/error.h>
#include <string.h>

#include "hours.h"

static const char WEEKDAYS[][4] = {"mon", "tue", "wed", "thu",
				   "fri", "sat", "sun"};

static bool
refuse(GError **error, const char *entry, const char *reason)
{
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "hours \"%s\": %s",
		    entry, reason);
	return false;
}

/* Reads "H:MM" or "HH:MM", 0:00 to 24:00, and moves past it; -1 when there
 * is no such time. */
static int32_t
take_time(const char **text)
{
	const char *digit = *text;
	int hour = 0;
	int minute;

	for (; digit < *text + 2 && g_ascii_isdigit(*digit); digit++)
		hour = hour * 10 + g_ascii_digit_value(*digit);
	if (digit == *text || digit[0] != ':' || !g_ascii_isdigit(digit[1]) ||
	    !g_ascii_isdigit(digit[2]))
		return -1;
	minute = g_ascii_digit_value(digit[1]) * 10 +
		 g_ascii_digit_value(digit[2]);
	*text = digit + 3;
	if (minute > 59 || hour * 60 + minute > 24 * 60)
		return -1;
	return (hour * 60 + minute) * 60;
}

/* Reads one "09:00-12:00" into the spans of a day. */
static bool
add_interval(GArray *spans, const char *text, const char *entry, GError **error)
{
	Span span;

	span.from = take_time(&text);
	if (span.from < 0 || *text != '-')
		return refuse(error, entry, "want times as 09:00-17:00");
	text++;
	span.to = take_time(&text);
	if (span.to < 0 || *text != '\0')
		return refuse(error, entry, "want times as 09:00-17:00");
	if (span.from >= span.to)
		return refuse(error, entry,
			      "closes before it opens; past midnight is two "
			      "intervals");
	if (!spans_add(spans, span))
		return refuse(error, entry, "overlapping hours");
	return true;
}

/* Adds "09:00-12:00,13:00-17:00" or "closed" to the spans of a day. */
static bool
add_times(GArray *spans, const char *times, const char *entry, GError **error)
{
	g_auto(GStrv) intervals = NULL;

	if (g_ascii_strcasecmp(times, "closed") == 0) {
		if (spans->len > 0)
			return refuse(error, entry, "closed and open at once");
		return true;
	}
	intervals = g_strsplit(times, ",", -1);
	for (size_t i = 0; intervals[i]; i++) {
		if (!add_interval(spans, g_strstrip(intervals[i]), entry,
				  error))
			return false;
	}
	return true;
}

/* The number of a weekday's name of `length` characters; -1 for another. */
static int
find_weekday(const char *name, size_t length)
{
	for (int i = 0; i < 7; i++) {
		if (strlen(WEEKDAYS[i]) == length &&
		    g_ascii_strncasecmp(name, WEEKDAYS[i], length) == 0)
			return i;
	}
	return -1;
}

/* Adds times to "mon" or to each of "mon-fri"; "fri-mon" is four days. */
static bool
add_weekdays(Hours *hours, const char *range, const char *times,
	     const char *entry, GError **error)
{
	size_t length = strcspn(range, "-");
	int first = find_weekday(range, length);
	int last = first;

	if (range[length] == '-')
		last = find_weekday(range + length + 1,
				    strlen(range + length + 1));
	if (first < 0 || last < 0)
		return refuse(error, entry, "want days as mon-fri or 12-24");
	for (int i = first;; i = (i + 1) % 7) {
		if (!add_times(hours->week[i], times, entry, error))
			return false;
		if (i == last)
			return true;
	}
}

static bool
add_week(Hours *hours, const char *days, const char *times, const char *entry,
	 GError **error)
{
	g_auto(GStrv) ranges = g_strsplit(days, ",", -1);

	hours->has_week = true;
	for (size_t i = 0; ranges[i]; i++) {
		if (!add_weekdays(hours, ranges[i], times, entry, error))
			return false;
	}
	return true;
}

/* Adds times to a date, the key of a table; "closed" stands alone. */
static bool
add_date(GHashTable *table, int32_t key, const char *times, const char *entry,
	 GError **error)
{
	GArray *spans = g_hash_table_lookup(table, GINT_TO_POINTER(key));

	if (!spans) {
		spans = spans_new();
		g_hash_table_insert(table, GINT_TO_POINTER(key), spans);
	} else if (spans->len == 0) {
		return refuse(error, entry, "closed and open at once");
	}
	return add_times(spans, times, entry, error);
}

static bool
add_entry(Hours *hours, const char *entry, GError **error)
{
	g_autofree char *days = g_strstrip(g_strdup(entry));
	char *times = days + strcspn(days, " \t");
	Day day;
	int md;

	if (*times == '\0')
		return refuse(error, entry, "want DAYS TIMES");
	*times++ = '\0';
	times = g_strchug(times);
	if (day_parse(days, &day))
		return add_date(hours->dated, day, times, entry, error);
	if (month_day_parse(days, &md))
		return add_date(hours->yearly, md, times, entry, error);
	if (g_ascii_isdigit(*days))
		return refuse(error, entry, "no such date");
	return add_week(hours, days, times, entry, error);
}

static GHashTable *
spans_table_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL,
				     (GDestroyNotify)g_array_unref);
}

Hours *
hours_new(const char *const *entries, GError **error)
{
	g_autoptr(Hours) hours = g_new0(Hours, 1);

	for (int i = 0; i < 7; i++)
		hours->week[i] = spans_new();
	hours->dated = spans_table_new();
	hours->yearly = spans_table_new();
	for (; entries && *entries; entries++) {
		if (!add_entry(hours, *entries, error))
			return NULL;
	}
	return g_steal_pointer(&hours);
}

void
hours_free(Hours *hours)
{
	if (!hours)
		return;
	for (int i = 0; i < 7; i++)
		g_array_unref(hours->week[i]);
	g_hash_table_unref(hours->dated);
	g_hash_table_unref(hours->yearly);
	g_free(hours);
}

const GArray *
hours_of_day(const Hours *hours, Day day)
{
	return g_hash_table_lookup(hours->dated, GINT_TO_POINTER(day));
}

const GArray *
hours_of_month_day(const Hours *hours, int md)
{
	return g_hash_table_lookup(hours->yearly, GINT_TO_POINTER(md));
}
