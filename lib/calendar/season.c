#include <loket/error.h>

#include "season.h"

static bool
parse_dates(Season *season, const char *from, const char *to)
{
	if (!from || !to)
		return false;
	if (month_day_parse(from, &season->from) &&
	    month_day_parse(to, &season->to)) {
		season->yearly = true;
		return true;
	}
	return day_parse(from, &season->from) && day_parse(to, &season->to) &&
	       season->from <= season->to;
}

Season *
season_new(const SeasonSpec *spec, GError **error)
{
	g_autoptr(Season) season = g_new0(Season, 1);

	season->name = g_strdup(spec->name);
	if (!parse_dates(season, spec->from, spec->to)) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "season \"%s\": want two dates, both MM-DD or "
			    "both YYYY-MM-DD in order",
			    spec->name);
		return NULL;
	}
	season->hours = hours_new(spec->hours, error);
	if (!season->hours) {
		g_prefix_error(error, "season \"%s\": ", spec->name);
		return NULL;
	}
	return g_steal_pointer(&season);
}

void
season_free(Season *season)
{
	if (!season)
		return;
	hours_free(season->hours);
	g_free(season->name);
	g_free(season);
}

bool
season_holds(const Season *season, Day day, int md)
{
	int32_t date = season->yearly ? md : day;

	if (season->from <= season->to)
		return season->from <= date && date <= season->to;
	return date >= season->from || date <= season->to;
}
