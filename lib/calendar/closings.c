#include "closings.h"
#include "occurrence.h"

struct Closings {
	/* Summaries, by day that is closed as a whole or in part. */
	GHashTable *names;
	/* The days that are closed as a whole. */
	GHashTable *days;
	GArray *spans;
};

Closings *
closings_new(void)
{
	Closings *closings = g_new(Closings, 1);

	closings->names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	closings->days = g_hash_table_new(NULL, NULL);
	closings->spans = g_array_new(FALSE, FALSE, sizeof(ClosedSpan));
	return closings;
}

void
closings_free(Closings *closings)
{
	if (!closings)
		return;
	g_hash_table_unref(closings->names);
	g_hash_table_unref(closings->days);
	g_array_unref(closings->spans);
	g_free(closings);
}

/* Closes a part of a day, or the whole of it. */
static void
close_day(Closings *closings, Day day, Span span, const char *summary)
{
	gpointer key = GINT_TO_POINTER(day);
	ClosedSpan closed = {day, span};

	if (!day_is_known(day))
		return;
	if (!g_hash_table_contains(closings->names, key))
		g_hash_table_insert(closings->names, key, g_strdup(summary));
	if (span.from == 0 && span.to == DAY_SECONDS)
		g_hash_table_add(closings->days, key);
	else
		g_array_append_val(closings->spans, closed);
}

static void
close_days(Closings *closings, const Occurrence *occurrence)
{
	int64_t from = MAX(occurrence->from, 0);

	for (int64_t day = from / DAY_SECONDS;
	     day * DAY_SECONDS < occurrence->to; day++) {
		int64_t midnight = day * DAY_SECONDS;
		Span span = {
			(int32_t)MAX(from - midnight, 0),
			(int32_t)MIN(occurrence->to - midnight, DAY_SECONDS)};

		if (span.from < span.to)
			close_day(closings, (Day)day, span,
				  occurrence->summary);
	}
}

/* A summary without its case and the space around it; the caller's. */
static char *
fold(const char *summary)
{
	return g_strstrip(g_utf8_casefold(summary, -1));
}

static bool
is_left_out(const char *summary, const char *const *leave_out)
{
	g_autofree char *folded = fold(summary);

	for (; leave_out && *leave_out; leave_out++) {
		g_autofree char *entry = fold(*leave_out);

		if (g_str_equal(folded, entry))
			return true;
	}
	return false;
}

bool
closings_load(Closings *closings, const char *path, const Zone *zone,
	      const char *const *leave_out, GError **error)
{
	g_autoptr(IcsFile) file = ics_read(path, error);
	g_autoptr(GArray) occurrences = NULL;

	if (!file)
		return false;
	occurrences = occurrences_find(file, zone, error);
	if (!occurrences)
		return false;
	for (guint i = 0; i < occurrences->len; i++) {
		const Occurrence *occurrence =
			&g_array_index(occurrences, Occurrence, i);

		if (!is_left_out(occurrence->summary, leave_out))
			close_days(closings, occurrence);
	}
	return true;
}

bool
closings_has(const Closings *closings, Day day)
{
	return g_hash_table_contains(closings->days, GINT_TO_POINTER(day));
}

const char *
closings_name(const Closings *closings, Day day)
{
	return g_hash_table_lookup(closings->names, GINT_TO_POINTER(day));
}

const GArray *
closings_spans(const Closings *closings)
{
	return closings->spans;
}
