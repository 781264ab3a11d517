#include <loket/error.h>
#include <string.h>

#include "file.h"
#include "holidays.h"
#include "rule.h"

/* A country has a few dozen holidays; 64 kB hold a thousand. */
#define FILE_SIZE_MAX 65536

struct Holidays {
	GPtrArray *rules;
	/* The rule of each holiday, by day. */
	GHashTable *by_day;
};

Holidays *
holidays_new(void)
{
	Holidays *holidays = g_new(Holidays, 1);

	holidays->rules =
		g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
	holidays->by_day = g_hash_table_new(NULL, NULL);
	return holidays;
}

void
holidays_free(Holidays *holidays)
{
	if (!holidays)
		return;
	g_hash_table_unref(holidays->by_day);
	g_ptr_array_unref(holidays->rules);
	g_free(holidays);
}

/* The rules of a file. */
static GPtrArray *
read_rules(const char *path, GError **error)
{
	g_autoptr(GPtrArray) rules =
		g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
	g_autofree char *text = file_read_text(path, FILE_SIZE_MAX, error);
	g_auto(GStrv) lines = NULL;

	if (!text)
		return NULL;
	lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i]; i++) {
		const char *line = g_strstrip(lines[i]);
		const char *reason;
		Rule *rule;

		if (*line == '\0' || *line == '#')
			continue;
		rule = rule_parse(line, &reason);
		if (!rule) {
			file_refuse(error, path, i + 1, "%s", reason);
			return NULL;
		}
		g_ptr_array_add(rules, rule);
	}
	return g_steal_pointer(&rules);
}

static bool
check_switch(const GPtrArray *rules, const char *name, const char *path,
	     GError **error)
{
	for (guint i = 0; i < rules->len; i++) {
		if (rule_has_switch(g_ptr_array_index(rules, i), name))
			return true;
	}
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
		    "%s has no switch \"%s\"", path, name);
	return false;
}

static bool
is_wanted(const Rule *rule, char *const *switches)
{
	if (!rule->switches)
		return true;
	for (; *switches; switches++) {
		if (rule_has_switch(rule, *switches))
			return true;
	}
	return false;
}

static void
add_days(Holidays *holidays, Rule *rule)
{
	for (int year = CALENDAR_FIRST_YEAR; year <= CALENDAR_LAST_YEAR;
	     year++) {
		Day day;

		if (rule_in_year(rule, year, &day) &&
		    !holidays_has(holidays, day))
			g_hash_table_insert(holidays->by_day,
					    GINT_TO_POINTER(day), rule);
	}
}

/* A country stands in a path: letters, digits and hyphens only. */
static bool
is_country(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
				strlen(name);
}

bool
holidays_load(Holidays *holidays, const char *country, const char *directory,
	      GError **error)
{
	g_auto(GStrv) words = g_strsplit(country, "+", -1);
	g_autofree char *name = NULL;
	g_autofree char *path = NULL;
	g_autoptr(GPtrArray) rules = NULL;

	if (!words[0] || !is_country(words[0])) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "holidays \"%s\": want a country or ics:PATH",
			    country);
		return false;
	}
	name = g_strconcat(words[0], ".conf", NULL);
	path = g_build_filename(directory, name, NULL);
	rules = read_rules(path, error);
	if (!rules)
		return false;
	for (char **word = words + 1; *word; word++) {
		if (!check_switch(rules, *word, path, error))
			return false;
	}
	for (guint i = 0; i < rules->len; i++) {
		Rule *rule = g_ptr_array_index(rules, i);

		if (is_wanted(rule, words + 1))
			add_days(holidays, rule);
	}
	g_ptr_array_extend_and_steal(holidays->rules, g_steal_pointer(&rules));
	return true;
}

bool
holidays_has(const Holidays *holidays, Day day)
{
	return g_hash_table_contains(holidays->by_day, GINT_TO_POINTER(day));
}

const char *
holidays_name(const Holidays *holidays, Day day, const char *language)
{
	const Rule *rule =
		g_hash_table_lookup(holidays->by_day, GINT_TO_POINTER(day));

	return rule ? rule_name(rule, language) : NULL;
}
