/* words: see words.h */
#include <loket/calendar.h>
#include <string.h>

#include "words.h"

static char *
year_text(const WordsDay *day)
{
	return day->year ? g_strdup_printf(" %d", day->year) : g_strdup("");
}

static char *
plain_day(const WordsDay *day)
{
	g_autofree char *year = year_text(day);
	return g_strdup_printf("%s %d %s%s", day->weekday, day->day, day->month,
			       year);
}

static char *
german_day(const WordsDay *day)
{
	g_autofree char *year = year_text(day);
	return g_strdup_printf("%s, %d. %s%s", day->weekday, day->day,
			       day->month, year);
}

/* Only the first of a month is an ordinal. */
static char *
french_day(const WordsDay *day)
{
	g_autofree char *year = year_text(day);
	return g_strdup_printf("%s %d%s %s%s", day->weekday, day->day,
			       day->day == 1 ? "er" : "", day->month, year);
}

static char *
dutch_time(int hour, int minute)
{
	return g_strdup_printf("%d.%02d", hour, minute);
}

/* Two digits for the hour: DIN 5008. */
static char *
plain_time(int hour, int minute)
{
	return g_strdup_printf("%02d:%02d", hour, minute);
}

/* A full hour has no minutes. */
static char *
french_time(int hour, int minute)
{
	return minute ? g_strdup_printf("%d h %02d", hour, minute)
		      : g_strdup_printf("%d h", hour);
}

static const Words languages[] = {
	{
		.code = "nl",
		.weekdays = {"maandag", "dinsdag", "woensdag", "donderdag",
			     "vrijdag", "zaterdag", "zondag"},
		.months = {"januari", "februari", "maart", "april", "mei",
			   "juni", "juli", "augustus", "september", "oktober",
			   "november", "december"},
		.day = plain_day,
		.time = dutch_time,
		.at = {"", " om ", " uur"},
		.weekday = "",
		.weekdays_to = {"", " t/m ", ""},
		.days_to = {"", " t/m ", ""},
		.from_to = {"van ", " tot ", " uur"},
		.and = "en",
		.units = {[TARGET_WORKING_DAYS] = {"werkdag", "werkdagen"},
			  [TARGET_WORKING_HOURS] = {"werkuur", "werkuren"},
			  [TARGET_HOURS] = {"uur", "uur"},
			  [TARGET_MINUTES] = {"minuut", "minuten"}},
	},
	{
		.code = "en",
		.weekdays = {"Monday", "Tuesday", "Wednesday", "Thursday",
			     "Friday", "Saturday", "Sunday"},
		.months = {"January", "February", "March", "April", "May",
			   "June", "July", "August", "September", "October",
			   "November", "December"},
		.day = plain_day,
		.time = plain_time,
		.at = {"", " at ", ""},
		.weekday = "",
		.weekdays_to = {"", " to ", ""},
		.days_to = {"", " to ", ""},
		.from_to = {"from ", " to ", ""},
		.and = "and",
		.units = {[TARGET_WORKING_DAYS] = {"working day",
						   "working days"},
			  [TARGET_WORKING_HOURS] = {"working hour",
						    "working hours"},
			  [TARGET_HOURS] = {"hour", "hours"},
			  [TARGET_MINUTES] = {"minute", "minutes"}},
	},
	{
		.code = "de",
		.weekdays = {"Montag", "Dienstag", "Mittwoch", "Donnerstag",
			     "Freitag", "Samstag", "Sonntag"},
		.months = {"Januar", "Februar", "März", "April", "Mai", "Juni",
			   "Juli", "August", "September", "Oktober", "November",
			   "Dezember"},
		.day = german_day,
		.time = plain_time,
		.at = {"", ", ", " Uhr"},
		.weekday = "",
		.weekdays_to = {"", " bis ", ""},
		.days_to = {"", " bis ", ""},
		.from_to = {"von ", " bis ", " Uhr"},
		.and = "und",
		/* the dative, after "innerhalb von" */
		.units = {[TARGET_WORKING_DAYS] = {"Arbeitstag",
						   "Arbeitstagen"},
			  [TARGET_WORKING_HOURS] = {"Arbeitsstunde",
						    "Arbeitsstunden"},
			  [TARGET_HOURS] = {"Stunde", "Stunden"},
			  [TARGET_MINUTES] = {"Minute", "Minuten"}},
	},
	{
		.code = "fr",
		.weekdays = {"lundi", "mardi", "mercredi", "jeudi", "vendredi",
			     "samedi", "dimanche"},
		.months = {"janvier", "février", "mars", "avril", "mai", "juin",
			   "juillet", "août", "septembre", "octobre",
			   "novembre", "décembre"},
		.day = french_day,
		.time = french_time,
		.at = {"", " à ", ""},
		.weekday = "le ",
		.weekdays_to = {"du ", " au ", ""},
		.days_to = {"du ", " au ", ""},
		.from_to = {"de ", " à ", ""},
		.and = "et",
		.units = {[TARGET_WORKING_DAYS] = {"jour ouvré",
						   "jours ouvrés"},
			  [TARGET_WORKING_HOURS] = {"heure ouvrée",
						    "heures ouvrées"},
			  [TARGET_HOURS] = {"heure", "heures"},
			  [TARGET_MINUTES] = {"minute", "minutes"}},
	},
};

const Words *
words_find(const char *language)
{
	size_t length = language ? strcspn(language, "-_") : 0;
	for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
		const char *code = languages[i].code;
		if (strlen(code) == length &&
		    g_ascii_strncasecmp(code, language, length) == 0)
			return &languages[i];
	}
	return NULL;
}

char *
words_pair(const char *const *around, const char *one, const char *two)
{
	return g_strconcat(around[0], one, around[1], two, around[2], NULL);
}

char *
words_join(const Words *words, const GPtrArray *texts)
{
	GString *list = g_string_new(NULL);
	for (guint i = 0; i < texts->len; i++) {
		const char *text = texts->pdata[i];
		if (i > 0 && i + 1 == texts->len)
			g_string_append_printf(list, " %s ", words->and);
		else if (i > 0)
			g_string_append(list, ", ");
		g_string_append(list, text);
	}
	return g_string_free(list, texts->len == 0);
}
