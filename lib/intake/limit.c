/* limit: see limit.h */
#include "limit.h"

#define HOUR_S 3600

static char *
limit_text(const ConfigLimit *limit, const char *name)
{
	bool is_hours = limit->window_s % HOUR_S == 0;
	return g_strdup_printf("the limit %s is reached: %" G_GINT64_FORMAT
			       " in %" G_GINT64_FORMAT " %s",
			       name, limit->most,
			       is_hours ? limit->window_s / HOUR_S
					: limit->window_s,
			       is_hours ? "h" : "s");
}

bool
limit_is_reached(StoreTx *tx, const char *kind, const Limit *limit, int64_t now,
		 char **why, GError **error)
{
	*why = NULL;
	for (guint i = 0; i < limit->limits->len && !*why; i++) {
		const ConfigLimit *one =
			&g_array_index(limit->limits, ConfigLimit, i);
		int64_t count;
		if (!store_outbox_count(tx, kind, limit->scope, limit->of,
					now - one->window_s, &count, error))
			return false;
		if (count >= one->most)
			*why = limit_text(one, limit->name);
	}
	return true;
}
