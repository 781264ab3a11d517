/* rule: one line of a holiday file, and the dates it means. */
#ifndef CALENDAR_RULE_H
#define CALENDAR_RULE_H

#include "day.h"

typedef enum RuleAnchor {
	RULE_DATE,
	RULE_ONCE,
	RULE_EASTER,
	RULE_WEEKDAY_BEFORE,
	RULE_WEEKDAY_AFTER,
} RuleAnchor;

typedef struct Rule {
	RuleAnchor anchor;
	/* MMDD, or for RULE_ONCE a day. */
	int32_t date;
	int weekday;
	int days_from_easter;
	int from_year, until_year;
	/* 0 is every year. */
	int every_years;
	/* By weekday, 0 is Monday: how many days later it is kept then. */
	int shift[7];
	/* Years, as int. */
	GArray *except;
	/* NULL: no switch is needed. */
	char **switches;
	/* Languages and names in turn: "nl", "Nieuwjaarsdag", "en", ... */
	GPtrArray *names;
} Rule;

/* Reads a line that is neither empty nor a comment; on failure *reason says
 * why, static. */
Rule *rule_parse(const char *line, const char **reason);
void rule_free(Rule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rule, rule_free)

/* The date in a year of the calendar's; false when it has none. */
bool rule_in_year(const Rule *rule, int year, Day *day);

/* The name in a language ("nl", "nl-BE"), the first without one or NULL. */
const char *rule_name(const Rule *rule, const char *language);

/* Whether one of its switches is `name`. */
bool rule_has_switch(const Rule *rule, const char *name);

#endif
