/* limit: see limit.h */
#include "limit.h"

#define HOUR_S 3600

char *
limit_describe(const Limit *limit, const ConfigLimit *reached)
{
	bool is_hours = reached->window_s % HOUR_S == 0;
	return g_strdup_printf("the limit %s is reached: %" G_GINT64_FORMAT
			       " in %" G_GINT64_FORMAT " %s",
			       limit->name, reached->most,
			       is_hours ? reached->window_s / HOUR_S
					: reached->window_s,
			       is_hours ? "h" : "s");
}

bool
limit_find_reached(StoreTx *tx, const Limit *limit, int64_t now,
		   const ConfigLimit **reached, GError **error)
{
	*reached = NULL;
	for (guint i = 0; i < limit->limits->len && !*reached; i++) {
		const ConfigLimit *one =
			&g_array_index(limit->limits, ConfigLimit, i);
		const OutboxWindow window = {.kind = limit->kind,
					     .scope = limit->scope,
					     .of = limit->of,
					     .since = now - one->window_s,
					     .most = one->most};
		int64_t count;
		if (!store_outbox_count(tx, &window, &count, error))
			return false;
		if (count >= one->most)
			*reached = one;
	}
	return true;
}
