/* season: a named range of dates with hours of its own. */
#ifndef CALENDAR_SEASON_H
#define CALENDAR_SEASON_H

#include "hours.h"

typedef struct Season {
	char *name;
	/* Both inclusive: MMDD when it returns every year, else days. */
	bool yearly;
	int32_t from, to;
	Hours *hours;
} Season;

Season *season_new(const SeasonSpec *spec, GError **error);
void season_free(Season *season);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Season, season_free)

/* month_day is that of the day. */
bool season_holds(const Season *season, Day day, int month_day);

#endif
