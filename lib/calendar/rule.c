#include <string.h>

#include "rule.h"

/* Far more than any rule needs; keeps arithmetic on days in bounds. */
#define NUMBER_MAX 9999

static const char *const WEEKDAYS[] = {"monday",   "tuesday", "wednesday",
				       "thursday", "friday",  "saturday",
				       "sunday"};

/* The weekday that a word of `length` letters is or shortens to three; -1
 * for another word. */
static int
find_weekday(const char *word, size_t length)
{
	for (int i = 0; i < 7; i++) {
		if ((length == 3 || length == strlen(WEEKDAYS[i])) &&
		    strncmp(word, WEEKDAYS[i], length) == 0)
			return i;
	}
	return -1;
}

static bool
parse_number(const char *text, int *number)
{
	gint64 value;

	if (!g_ascii_string_to_signed(*text == '+' ? text + 1 : text, 10,
				      -NUMBER_MAX, NUMBER_MAX, &value, NULL))
		return false;
	*number = (int)value;
	return true;
}

static bool
parse_easter(Rule *rule, const char *offset)
{
	rule->anchor = RULE_EASTER;
	if (*offset == '\0')
		return true;
	return (*offset == '+' || *offset == '-') &&
	       parse_number(offset, &rule->days_from_easter);
}

/* Reads "wed<11-23" or "mon>04-30". */
static bool
parse_weekday(Rule *rule, const char *when)
{
	size_t length = strcspn(when, "<>");

	if (when[length] == '\0')
		return false;
	rule->anchor =
		when[length] == '<' ? RULE_WEEKDAY_BEFORE : RULE_WEEKDAY_AFTER;
	rule->weekday = find_weekday(when, length);
	return rule->weekday >= 0 &&
	       month_day_parse(when + length + 1, &rule->date);
}

static bool
parse_when(Rule *rule, const char *when)
{
	if (g_str_has_prefix(when, "easter"))
		return parse_easter(rule, when + strlen("easter"));
	if (month_day_parse(when, &rule->date)) {
		rule->anchor = RULE_DATE;
		return true;
	}
	if (day_parse(when, &rule->date)) {
		rule->anchor = RULE_ONCE;
		return true;
	}
	return parse_weekday(rule, when);
}

static bool
parse_except(Rule *rule, const char *years)
{
	g_auto(GStrv) list = g_strsplit(years, ",", -1);

	for (size_t i = 0; list[i]; i++) {
		int year;

		if (!parse_number(list[i], &year))
			return false;
		g_array_append_val(rule->except, year);
	}
	return true;
}

static bool
parse_condition(Rule *rule, const char *condition)
{
	const char *value = strchr(condition, '=');
	int weekday;

	if (!value)
		return false;
	weekday = find_weekday(condition, (size_t)(value - condition));
	value++;
	if (weekday >= 0)
		return parse_number(value, &rule->shift[weekday]);
	if (g_str_has_prefix(condition, "from="))
		return parse_number(value, &rule->from_year);
	if (g_str_has_prefix(condition, "until="))
		return parse_number(value, &rule->until_year);
	if (g_str_has_prefix(condition, "every="))
		return parse_number(value, &rule->every_years) &&
		       rule->every_years > 0;
	if (g_str_has_prefix(condition, "except="))
		return parse_except(rule, value);
	if (!g_str_has_prefix(condition, "switch=") || rule->switches)
		return false;
	rule->switches = g_strsplit(value, ",", -1);
	return true;
}

/* Reads "nl Nieuwjaarsdag; en New Year's Day". */
static bool
parse_names(Rule *rule, const char *names)
{
	g_auto(GStrv) list = g_strsplit(names, ";", -1);

	for (size_t i = 0; list[i]; i++) {
		char *language = g_strstrip(list[i]);
		char *name = strchr(language, ' ');

		if (!name)
			return false;
		*name++ = '\0';
		g_ptr_array_add(rule->names, g_strdup(language));
		g_ptr_array_add(rule->names, g_strdup(g_strchug(name)));
	}
	return rule->names->len > 0;
}

static Rule *
rule_new(void)
{
	Rule *rule = g_new0(Rule, 1);

	rule->from_year = CALENDAR_FIRST_YEAR;
	rule->until_year = CALENDAR_LAST_YEAR;
	rule->except = g_array_new(FALSE, FALSE, sizeof(int));
	rule->names = g_ptr_array_new_with_free_func(g_free);
	return rule;
}

Rule *
rule_parse(const char *line, const char **reason)
{
	g_autoptr(Rule) rule = rule_new();
	const char *colon = strchr(line, ':');
	g_autofree char *left = NULL;
	g_auto(GStrv) words = NULL;

	*reason = "want WHEN [CONDITION]... : LANGUAGE NAME; ...";
	if (!colon || !parse_names(rule, colon + 1))
		return NULL;
	left = g_strndup(line, (gsize)(colon - line));
	words = g_strsplit_set(g_strstrip(left), " \t", -1);
	*reason = "no such date or rule";
	if (!words[0] || !parse_when(rule, words[0]))
		return NULL;
	*reason = "no such condition";
	for (size_t i = 1; words[i]; i++) {
		if (*words[i] && !parse_condition(rule, words[i]))
			return NULL;
	}
	return g_steal_pointer(&rule);
}

void
rule_free(Rule *rule)
{
	if (!rule)
		return;
	g_array_unref(rule->except);
	g_strfreev(rule->switches);
	g_ptr_array_unref(rule->names);
	g_free(rule);
}

/*
 * Easter Sunday of the Gregorian calendar, by the arithmetic of Jean Meeus,
 * Astronomical Algorithms, chapter 8: the Sunday after the full moon (as the
 * Church reckons it) on or after 21 March.
 */
static Day
easter(int year)
{
	int golden = year % 19;
	int century = year / 100;
	int in_century = year % 100;
	int moon_shift = (century - (century + 8) / 25 + 1) / 3;
	int epact =
		(19 * golden + century - century / 4 - moon_shift + 15) % 30;
	int to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact -
			 in_century % 4) %
			7;
	int late = (golden + 11 * epact + 22 * to_sunday) / 451;
	int days = epact + to_sunday - 7 * late + 114;

	return day_from_ymd(year, days / 31, days % 31 + 1);
}

static bool
holds_in(const Rule *rule, int year)
{
	if (year < rule->from_year || year > rule->until_year)
		return false;
	if (rule->every_years && year % rule->every_years != 0)
		return false;
	for (guint i = 0; i < rule->except->len; i++) {
		if (g_array_index(rule->except, int, i) == year)
			return false;
	}
	return true;
}

/* The day of the rule's MMDD; false for 29 February of a common year. */
static bool
date_in_year(const Rule *rule, int year, Day *day)
{
	int month = rule->date / 100;
	int day_of_month = rule->date % 100;

	if (!g_date_valid_dmy((GDateDay)day_of_month, (GDateMonth)month,
			      (GDateYear)year))
		return false;
	*day = day_from_ymd(year, month, day_of_month);
	return true;
}

static bool
anchor_in_year(const Rule *rule, int year, Day *day)
{
	switch (rule->anchor) {
	case RULE_ONCE:
		*day = rule->date;
		return day_from_ymd(year, 1, 1) <= *day &&
		       *day <= day_from_ymd(year, 12, 31);
	case RULE_EASTER:
		*day = easter(year) + rule->days_from_easter;
		return true;
	case RULE_DATE:
		return date_in_year(rule, year, day);
	case RULE_WEEKDAY_BEFORE:
		if (!date_in_year(rule, year, day))
			return false;
		*day -= 1 + (day_weekday(*day) - 1 - rule->weekday + 7) % 7;
		return true;
	case RULE_WEEKDAY_AFTER:
		if (!date_in_year(rule, year, day))
			return false;
		*day += 1 + (rule->weekday - day_weekday(*day) - 1 + 7) % 7;
		return true;
	}
	return false;
}

bool
rule_in_year(const Rule *rule, int year, Day *day)
{
	if (!holds_in(rule, year) || !anchor_in_year(rule, year, day))
		return false;
	*day += rule->shift[day_weekday(*day)];
	return day_is_known(*day);
}

const char *
rule_name(const Rule *rule, const char *language)
{
	size_t length = language ? strcspn(language, "-_") : 0;

	for (guint i = 0; i + 1 < rule->names->len && length > 0; i += 2) {
		const char *candidate = g_ptr_array_index(rule->names, i);

		if (strlen(candidate) == length &&
		    g_ascii_strncasecmp(candidate, language, length) == 0)
			return g_ptr_array_index(rule->names, i + 1);
	}
	return g_ptr_array_index(rule->names, 1);
}

bool
rule_has_switch(const Rule *rule, const char *name)
{
	return rule->switches &&
	       g_strv_contains((const char *const *)rule->switches, name);
}
