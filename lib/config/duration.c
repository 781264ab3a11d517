/* duration: see duration.h */
#include <stddef.h>

#include <glib.h>

#include "duration.h"

#define DAY_S INT64_C(86400)
#define YEAR_S (365 * DAY_S)

static const struct {
	const char *name;
	int64_t seconds;
} units[] = {
	{"second", 1},	  {"minute", 60},      {"hour", 3600},
	{"day", DAY_S},	  {"week", 7 * DAY_S}, {"month", 30 * DAY_S},
	{"year", YEAR_S},
};

static int64_t
unit_seconds(const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autofree char *plural = g_strconcat(units[i].name, "s", NULL);
		if (g_ascii_strcasecmp(text, units[i].name) == 0 ||
		    g_ascii_strcasecmp(text, plural) == 0)
			return units[i].seconds;
	}
	return 0;
}

bool
duration_parse(const char *text, int64_t *seconds)
{
	if (!g_ascii_isdigit(*text))
		return false;
	char *unit;
	guint64 n = g_ascii_strtoull(text, &unit, 10);
	while (*unit == ' ')
		unit++;
	int64_t each = unit_seconds(unit);
	if (!each || n > (guint64)(DURATION_MAX_YEARS * YEAR_S / each))
		return false;
	*seconds = (int64_t)n * each;
	return true;
}
