#include <loket/calendar.h>
#include <loket/error.h>
#include <string.h>

/* The spellings of a unit, without the plural's s. */
static const struct {
	const char *word, *abbreviation;
	TargetUnit unit;
} UNITS[] = {
	{"working day", "wd", TARGET_WORKING_DAYS},
	{"working hour", "wh", TARGET_WORKING_HOURS},
	{"hour", "h", TARGET_HOURS},
	{"minute", "m", TARGET_MINUTES},
};

/* Lower case, and one space where there is white space; the caller's. */
static char *
fold(const char *text)
{
	GString *folded = g_string_new(NULL);

	for (; *text; text++) {
		if (!g_ascii_isspace(*text))
			g_string_append_c(folded, g_ascii_tolower(*text));
		else if (g_ascii_isgraph(text[1]) && folded->len > 0)
			g_string_append_c(folded, ' ');
	}
	return g_string_free(folded, FALSE);
}

static bool
find_unit(const char *text, TargetUnit *unit)
{
	for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++) {
		size_t length = strlen(UNITS[i].word);
		bool is_word = strncmp(text, UNITS[i].word, length) == 0 &&
			       (strcmp(text + length, "") == 0 ||
				strcmp(text + length, "s") == 0);

		if (is_word || strcmp(text, UNITS[i].abbreviation) == 0) {
			*unit = UNITS[i].unit;
			return true;
		}
	}
	return false;
}

bool
target_parse(const char *text, Target *target, GError **error)
{
	g_autofree char *folded = fold(text);
	char *rest = folded;
	TargetUnit unit;
	guint64 n = 0;

	if (g_ascii_isdigit(*folded))
		n = g_ascii_strtoull(folded, &rest, 10);
	if (rest > folded && *rest == ' ')
		rest++;
	if (rest == folded || n > TARGET_MAX || !find_unit(rest, &unit)) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "\"%s\" is no target: want as \"3 working days\", "
			    "\"8 working hours\", \"24 hours\" or "
			    "\"30 minutes\"",
			    text);
		return false;
	}
	target->unit = unit;
	target->n = (int64_t)n;
	return true;
}

char *
target_format(const Target *target)
{
	const char *word = "";

	for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++) {
		if (UNITS[i].unit == target->unit)
			word = UNITS[i].word;
	}
	return g_strdup_printf("%" G_GINT64_FORMAT " %s%s", target->n, word,
			       target->n == 1 ? "" : "s");
}

bool
target_is_working(const Target *target)
{
	return target->unit == TARGET_WORKING_DAYS ||
	       target->unit == TARGET_WORKING_HOURS;
}
