#include "calendar_fixture.h"
#include "holiday_table.h"

static Calendar *
make_country(const char *country)
{
	return make_calendar((CalendarSpec){
		.timezone = "UTC",
		.holidays = LIST(country),
	});
}

/* The holidays of a year as "MM-DD MM-DD", in order. */
static char *
list_holidays(const Calendar *calendar, int year)
{
	GString *list = g_string_new(NULL);
	GDate date;

	g_date_clear(&date, 1);
	g_date_set_dmy(&date, 1, G_DATE_JANUARY, (GDateYear)year);
	for (; g_date_get_year(&date) == year; g_date_add_days(&date, 1)) {
		if (!calendar_day_name(calendar, &date, NULL))
			continue;
		g_string_append_printf(
			list, "%s%02d-%02d", list->len > 0 ? " " : "",
			g_date_get_month(&date), g_date_get_day(&date));
	}
	return g_string_free(list, FALSE);
}

/* Easter Sunday moved by so many days, as "MM-DD". */
static void
format_easter(char text[6], int year, int days)
{
	GDate date = date_of(EASTER_TABLE[year - 2000]);

	g_date_add_days(&date, (guint)(days + 100));
	g_date_subtract_days(&date, 100);
	g_snprintf(text, 6, "%02d-%02d", g_date_get_month(&date),
		   g_date_get_day(&date));
}

/* The source has Easter Sunday and Whit Sunday for Belgium; the royal decree
 * has not. */
static char *
without_church_sundays(const char *dates, int year)
{
	GString *list = g_string_new(dates);
	char sunday[6];

	format_easter(sunday, year, 0);
	g_string_replace(list, sunday, "", 1);
	format_easter(sunday, year, 49);
	g_string_replace(list, sunday, "", 1);
	g_string_replace(list, "  ", " ", 0);
	return g_string_free(list, FALSE);
}

static void
agrees_with_an_independent_source(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(HOLIDAY_TABLE); i++) {
		const HolidayRow *row = &HOLIDAY_TABLE[i];
		g_autoptr(Calendar) calendar = make_country(row->country);
		g_autofree char *found = list_holidays(calendar, row->year);
		g_autofree char *want = g_strdup(row->dates);

		if (strcmp(row->country, "be") == 0) {
			g_free(want);
			want = without_church_sundays(row->dates, row->year);
		}
		if (strcmp(found, want) != 0)
			fail_msg("%s %d: found %s, want %s", row->country,
				 row->year, found, want);
	}
}

static void
check_feast(const Calendar *calendar, const char *easter, int days)
{
	GDate date = date_of(easter);

	g_date_add_days(&date, (guint)days);
	if (!calendar_day_name(calendar, &date, "nl"))
		fail_msg("%s + %d is no holiday", easter, days);
}

static void
knows_easter_up_to_2099(void **state)
{
	g_autoptr(Calendar) calendar = make_country("nl");

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(EASTER_TABLE); i++) {
		check_feast(calendar, EASTER_TABLE[i], 0);
		check_feast(calendar, EASTER_TABLE[i], 1);
		check_feast(calendar, EASTER_TABLE[i], 39);
		check_feast(calendar, EASTER_TABLE[i], 49);
		check_feast(calendar, EASTER_TABLE[i], 50);
	}
}

typedef struct DayCase {
	const char *country, *date, *language;
	/* NULL: no holiday. */
	const char *name;
} DayCase;

static void
check_days(const DayCase *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autoptr(Calendar) calendar = make_country(cases[i].country);
		GDate date = date_of(cases[i].date);
		const char *name =
			calendar_day_name(calendar, &date, cases[i].language);

		if (g_strcmp0(name, cases[i].name) != 0)
			fail_msg("%s %s: found %s, want %s", cases[i].country,
				 cases[i].date, name ? name : "-",
				 cases[i].name ? cases[i].name : "-");
	}
}

static void
moves_the_royal_birthday_off_sunday(void **state)
{
	static const DayCase cases[] = {
		{"nl", "1972-04-30", "nl", NULL},
		{"nl", "1972-05-01", "nl", "Koninginnedag"},
		{"nl", "2000-04-29", "nl", "Koninginnedag"},
		{"nl", "2000-04-30", "nl", NULL},
		{"nl", "2001-04-30", "nl", "Koninginnedag"},
		{"nl", "2006-04-29", "nl", "Koninginnedag"},
		{"nl", "2006-04-30", "nl", NULL},
		{"nl", "2013-04-30", "nl", "Koninginnedag"},
		{"nl", "2013-04-27", "nl", NULL},
		{"nl", "2014-04-26", "nl", "Koningsdag"},
		{"nl", "2014-04-27", "nl", NULL},
		{"nl", "2014-04-30", "nl", NULL},
		{"nl", "2015-04-27", "nl", "Koningsdag"},
		{"nl", "2025-04-26", "nl", "Koningsdag"},
		{"nl", "2025-04-27", "nl", NULL},
		{"nl", "2026-04-27", "nl", "Koningsdag"},
		{"nl", "2031-04-26", "nl", "Koningsdag"},
	};

	(void)state;
	check_days(cases, G_N_ELEMENTS(cases));
}

static void
keeps_liberation_day_every_five_years(void **state)
{
	static const DayCase cases[] = {
		{"nl", "2020-05-05", "nl", "Bevrijdingsdag"},
		{"nl", "2024-05-05", "nl", NULL},
		{"nl", "2025-05-05", "nl", "Bevrijdingsdag"},
		{"nl", "2026-05-05", "nl", NULL},
		{"nl", "2030-05-05", "nl", "Bevrijdingsdag"},
		{"nl+bevrijdingsdag", "2025-05-05", "nl", "Bevrijdingsdag"},
		{"nl+bevrijdingsdag", "2026-05-05", "nl", "Bevrijdingsdag"},
	};

	(void)state;
	check_days(cases, G_N_ELEMENTS(cases));
}

static void
works_on_good_friday_unless_switched(void **state)
{
	static const DayCase cases[] = {
		{"nl", "2026-04-03", "nl", NULL},
		{"nl+goede-vrijdag", "2026-04-03", "nl", "Goede Vrijdag"},
		{"nl+bevrijdingsdag", "2026-04-03", "nl", NULL},
		{"nl+bevrijdingsdag+goede-vrijdag", "2026-04-03", "en",
		 "Good Friday"},
		{"be", "2026-04-03", "nl", NULL},
		{"de", "2026-04-03", "de", "Karfreitag"},
		{"fr", "2026-04-03", "fr", NULL},
		{"fr+alsace-moselle", "2026-04-03", "fr", "Vendredi saint"},
		{"lu", "2026-04-03", "fr", NULL},
		{"lu+vendredi-saint", "2026-04-03", "fr", "Vendredi saint"},
	};

	(void)state;
	check_days(cases, G_N_ELEMENTS(cases));
}

static void
gives_belgium_no_substitute_days(void **state)
{
	static const DayCase cases[] = {
		/* 1 May 2022 and 21 July 2024 were Sundays. */
		{"be", "2022-05-01", "nl", "Dag van de Arbeid"},
		{"be", "2022-05-02", "nl", NULL},
		{"be", "2024-07-21", "nl", "Nationale feestdag"},
		{"be", "2024-07-22", "nl", NULL},
		{"be", "2026-07-11", "nl", NULL},
		{"be+vlaanderen", "2026-07-11", "nl",
		 "Feest van de Vlaamse Gemeenschap"},
	};

	(void)state;
	check_days(cases, G_N_ELEMENTS(cases));
}

static void
names_holidays_in_the_languages_of_the_country(void **state)
{
	static const DayCase cases[] = {
		{"nl", "2026-01-01", "nl", "Nieuwjaarsdag"},
		{"nl", "2026-01-01", "en", "New Year's Day"},
		{"nl", "2026-01-01", "de", "Neujahr"},
		{"nl", "2026-01-01", NULL, "Nieuwjaarsdag"},
		{"nl", "2026-01-01", "", "Nieuwjaarsdag"},
		{"nl", "2026-01-01", "ja", "Nieuwjaarsdag"},
		{"nl", "2026-01-01", "nl-BE", "Nieuwjaarsdag"},
		{"nl", "2026-01-01", "en_GB", "New Year's Day"},
		{"nl", "2026-01-01", "EN", "New Year's Day"},
		{"nl", "2026-01-01", "e", "Nieuwjaarsdag"},
		{"be", "2026-07-21", "nl", "Nationale feestdag"},
		{"be", "2026-07-21", "fr", "Fête nationale"},
		{"be", "2026-07-21", "de", "Nationalfeiertag"},
		{"lu", "2026-06-23", "lb", "Nationalfeierdag"},
		{"de", "2026-10-03", "de", "Tag der Deutschen Einheit"},
		{"fr", "2026-07-14", "fr", "Fête nationale"},
	};

	(void)state;
	check_days(cases, G_N_ELEMENTS(cases));
}

static void
keeps_the_holidays_of_german_states(void **state)
{
	static const DayCase cases[] = {
		{"de", "2017-10-31", "de", "Reformationstag"},
		{"de", "2018-10-31", "de", NULL},
		{"de+ni", "2016-10-31", "de", NULL},
		{"de+ni", "2018-10-31", "de", "Reformationstag"},
		{"de+sn", "2016-10-31", "de", "Reformationstag"},
		/* The Wednesday before 23 November, which 22 November 2028
		 * is itself. */
		{"de+sn", "2026-11-18", "de", "Buß- und Bettag"},
		{"de+sn", "2028-11-22", "de", "Buß- und Bettag"},
		{"de+sn", "2022-11-16", "de", "Buß- und Bettag"},
		{"de+sn", "2022-11-23", "de", NULL},
		{"de+by", "2026-11-18", "de", NULL},
		{"de+by", "2026-06-04", "de", "Fronleichnam"},
		{"de+be", "2020-05-08", "de", "75. Jahrestag der Befreiung"},
		{"de+be", "2019-03-08", "de", "Internationaler Frauentag"},
		{"de+be", "2018-03-08", "de", NULL},
	};

	(void)state;
	check_days(cases, G_N_ELEMENTS(cases));
}

static void
joins_the_holidays_of_two_countries(void **state)
{
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "UTC",
		.holidays = LIST("nl", "be"),
	});
	GDate king = date_of("2026-04-27");
	GDate national = date_of("2026-07-21");
	GDate new_year = date_of("2026-01-01");

	(void)state;
	assert_string_equal(calendar_day_name(calendar, &king, NULL),
			    "Koningsdag");
	assert_string_equal(calendar_day_name(calendar, &national, NULL),
			    "Nationale feestdag");
	assert_string_equal(calendar_day_name(calendar, &new_year, "fr"),
			    "Jour de l'An");
}

static const char RULES[] =
	"# a comment\n"
	"\n"
	"  02-29 : en Leap Day\n"
	"2026-03-10 : en Once\n"
	"05-01 saturday=+2 sunday=1 : en May Day\n"
	"05-02 saturday=+2 sunday=1 : en After May Day\n"
	"mon>04-30 from=2028 : en First Monday in May\n"
	"monday<06-01 except=2026,2028 : en Last Monday in May\n"
	"06-06 every=4 from=2024 until=2030 : en Games\n"
	"easter-47 : en Shrove Tuesday\n"
	"07-01 switch=a,b : en Switched\n"
	"12-31 thu=-1 : en Early Eve\n"
	"06-06 : en Second Name\n";
static const DayCase RULE_DAYS[] = {
	{"xx", "2024-02-29", "en", "Leap Day"},
	{"xx", "2023-03-01", "en", NULL},
	{"xx", "2026-03-10", "en", "Once"},
	{"xx", "2027-03-10", "en", NULL},
	/* 1 May 2027 is a Saturday, 1 May 2022 a Sunday. */
	{"xx", "2027-05-01", "en", NULL},
	{"xx", "2027-05-03", "en", "May Day"},
	{"xx", "2022-05-01", "en", NULL},
	{"xx", "2022-05-02", "en", "May Day"},
	{"xx", "2026-05-01", "en", "May Day"},
	{"xx", "2026-05-04", "en", "After May Day"},
	/* 1 May 2028 is a Monday itself: the upper rule names it. */
	{"xx", "2028-05-01", "en", "May Day"},
	{"xx", "2029-05-07", "en", "First Monday in May"},
	{"xx", "2026-05-25", "en", NULL},
	{"xx", "2027-05-31", "en", "Last Monday in May"},
	{"xx", "2028-06-06", "en", "Games"},
	{"xx", "2020-06-06", "en", "Second Name"},
	{"xx", "2032-06-06", "en", "Second Name"},
	{"xx", "2026-06-06", "en", "Second Name"},
	/* Easter 2026 is 5 April. */
	{"xx", "2026-02-17", "en", "Shrove Tuesday"},
	{"xx", "2026-07-01", "en", NULL},
	{"xx+a", "2026-07-01", "en", "Switched"},
	{"xx+b", "2026-07-01", "en", "Switched"},
	/* 31 December 2026 is a Thursday. */
	{"xx", "2026-12-30", "en", "Early Eve"},
	{"xx", "2026-12-31", "en", NULL},
	{"xx", "2027-12-31", "en", "Early Eve"},
};

static void
reads_every_kind_of_rule(void **state)
{
	char *directory = make_directory();

	(void)state;
	g_free(make_file(directory, "xx.conf", RULES));
	for (size_t i = 0; i < G_N_ELEMENTS(RULE_DAYS); i++) {
		CalendarSpec spec = {
			.timezone = "UTC",
			.holidays = LIST(RULE_DAYS[i].country),
			.holiday_dir = directory,
		};
		g_autoptr(Calendar) calendar = calendar_new(&spec, NULL);
		GDate date = date_of(RULE_DAYS[i].date);
		const char *name;

		assert_non_null(calendar);
		name = calendar_day_name(calendar, &date, "en");
		if (g_strcmp0(name, RULE_DAYS[i].name) != 0)
			fail_msg("%s %s: found %s, want %s",
				 RULE_DAYS[i].country, RULE_DAYS[i].date,
				 name ? name : "-",
				 RULE_DAYS[i].name ? RULE_DAYS[i].name : "-");
	}
	remove_directory(directory);
}

static void
names_the_line_that_is_wrong(void **state)
{
	static const char *const lines[] = {
		"01-01",
		"01-01 :",
		"01-01 : Nieuwjaarsdag",
		": nl Nieuwjaarsdag",
		"02-30 : nl Dag",
		"13-01 : nl Dag",
		"1-1 : nl Dag",
		"2026-02-29 : nl Dag",
		"1960-01-01 : nl Dag",
		"easter1 : nl Dag",
		"easter+ : nl Dag",
		"easter+x : nl Dag",
		"paas : nl Dag",
		"wed<11-31 : nl Dag",
		"wednes<11-23 : nl Dag",
		"wed=11-23 : nl Dag",
		"01-01 from : nl Dag",
		"01-01 from= : nl Dag",
		"01-01 from=abc : nl Dag",
		"01-01 every=0 : nl Dag",
		"01-01 every=-5 : nl Dag",
		"01-01 sunday=x : nl Dag",
		"01-01 zondag=1 : nl Dag",
		"01-01 sunday=99999 : nl Dag",
		"01-01 except=2026,x : nl Dag",
		"01-01 switch=a switch=b : nl Dag",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		char *directory = make_directory();
		g_autofree char *text = g_strconcat(
			"# head\n12-25 : nl Kerst\n", lines[i], "\n", NULL);
		g_autofree char *path = make_file(directory, "xx.conf", text);
		g_autofree char *want = g_strconcat(path, ":3: ", NULL);

		assert_refused(
			(CalendarSpec){
				.timezone = "UTC",
				.holidays = LIST("xx"),
				.holiday_dir = directory,
			},
			want);
		remove_directory(directory);
	}
}

static void
refuses_unknown_countries_and_switches(void **state)
{
	static const struct {
		const char *holidays, *want;
	} cases[] = {
		{"xx", "conf/holidays/xx.conf: No such file"},
		{"nl+kerst", "conf/holidays/nl.conf has no switch \"kerst\""},
		{"nl+", "has no switch \"\""},
		{"", "want a country"},
		{"+goede-vrijdag", "want a country"},
		{"../holidays/nl", "want a country"},
		{"NL", "want a country"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_refused(
			(CalendarSpec){
				.timezone = "UTC",
				.holidays = LIST(cases[i].holidays),
			},
			cases[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_an_independent_source),
		cmocka_unit_test(knows_easter_up_to_2099),
		cmocka_unit_test(moves_the_royal_birthday_off_sunday),
		cmocka_unit_test(keeps_liberation_day_every_five_years),
		cmocka_unit_test(works_on_good_friday_unless_switched),
		cmocka_unit_test(gives_belgium_no_substitute_days),
		cmocka_unit_test(
			names_holidays_in_the_languages_of_the_country),
		cmocka_unit_test(keeps_the_holidays_of_german_states),
		cmocka_unit_test(joins_the_holidays_of_two_countries),
		cmocka_unit_test(reads_every_kind_of_rule),
		cmocka_unit_test(names_the_line_that_is_wrong),
		cmocka_unit_test(refuses_unknown_countries_and_switches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
