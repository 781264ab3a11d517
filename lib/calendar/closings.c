#include "closings.h"

struct Closings {
	/* Summaries, by day that is closed as a whole. */
	GHashTable *days;
	GArray *spans;
};

Closings *
closings_new(void)
{
	Closings *closings = g_new(Closings, 1);

	closings->days = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	closings->spans = g_array_new(FALSE, FALSE, sizeof(ClosedSpan));
	return closings;
}

void
closings_free(Closings *closings)
{
	if (!closings)
		return;
	g_hash_table_unref(closings->days);
	g_array_unref(closings->spans);
	g_free(closings);
}

bool
closings_load(Closings *closings, const char *path, const Zone *zone,
	      const char *const *leave_out, GError **error)
{
	(void)closings, (void)path, (void)zone, (void)leave_out, (void)error;
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
	return g_hash_table_lookup(closings->days, GINT_TO_POINTER(day));
}

const GArray *
closings_spans(const Closings *closings)
{
	return closings->spans;
}
