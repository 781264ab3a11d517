#include "calendar_fixture.h"

#define HEAD                                                                   \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"                                   \
	"PRODID:-//Acme//Closed//NL\r\n"
#define TAIL "END:VCALENDAR\r\n"
#define EVENT(text) "BEGIN:VEVENT\r\n" text "END:VEVENT\r\n"

static char *
ics_entry(const char *directory, const char *name, const char *text)
{
	g_autofree char *path = make_file(directory, name, text);

	return g_strconcat("ics:", path, NULL);
}

/* A calendar, mon-fri 09:00-17:00, that is closed by one file. */
static Calendar *
make_closed(const char *text, const char *const *leave_out)
{
	char *directory = make_directory();
	g_autofree char *entry = ics_entry(directory, "closed.ics", text);
	Calendar *calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.holidays = LIST("nl", entry),
		.leave_out = leave_out,
	});

	remove_directory(directory);
	return calendar;
}

/* The open intervals of a date, as "09:00-12:00 13:00-17:00". */
static char *
list_hours(const Calendar *calendar, const char *date)
{
	GString *list = g_string_new(NULL);
	GDate day = date_of(date);
	OpenInterval whole = {0, 0};
	OpenInterval open;
	int64_t t;

	calendar_day_hours(calendar, &day, &whole);
	for (t = whole.from; t < whole.to; t = open.to) {
		g_autofree char *from = NULL;
		g_autofree char *to = NULL;

		calendar_next_open(calendar, t, &open);
		from = local(calendar, open.from);
		to = local(calendar, open.to);
		g_string_append_printf(list, "%s%.5s-%.5s",
				       list->len > 0 ? " " : "", from + 15,
				       to + 15);
	}
	return g_string_free(list, FALSE);
}

typedef struct HoursCase {
	const char *date, *hours;
} HoursCase;

static void
check_hours(const Calendar *calendar, const HoursCase *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *hours = list_hours(calendar, cases[i].date);

		if (strcmp(hours, cases[i].hours) != 0)
			fail_msg("%s: found \"%s\", want \"%s\"", cases[i].date,
				 hours, cases[i].hours);
	}
}

static void
closes_on_all_day_events(void **state)
{
	static const HoursCase cases[] = {
		{"2026-05-01", "09:00-17:00"},
		{"2026-05-04", ""},
		{"2026-05-05", ""},
		{"2026-05-06", "09:00-17:00"},
		{"2026-05-07", ""},
		{"2026-05-08", "09:00-17:00"},
		{"2026-05-11", ""},
		{"2026-05-12", ""},
		{"2026-05-13", "09:00-17:00"},
	};
	g_autoptr(Calendar) calendar = make_closed(
		HEAD EVENT("DTSTART;VALUE=DATE:20260504\r\n"
			   "DTEND;VALUE=DATE:20260506\r\n"
			   "SUMMARY:Teamuitje\\, lang\r\n"
			   "LOCATION:\r\n"
			   "TRANSP:TRANSPARENT\r\n")
			EVENT("DTSTART;VALUE=DATE:20260507\r\n"
			      "SUMMARY:Verhui\r\n zing\r\n")
				EVENT("DTSTART;VALUE=DATE:20260511\r\n"
				      "DURATION:P2D\r\n") TAIL,
		NULL);
	GDate date = date_of("2026-05-05");

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
	assert_int_equal(calendar_day_kind(calendar, &date), DAY_CLOSED);
	assert_string_equal(calendar_day_name(calendar, &date, "en"),
			    "Teamuitje, lang");
	date = date_of("2026-05-07");
	assert_string_equal(calendar_day_name(calendar, &date, "en"),
			    "Verhuizing");
}

static void
closes_for_the_hours_of_timed_events(void **state)
{
	static const HoursCase cases[] = {
		{"2026-06-01", "09:00-15:00"},
		{"2026-06-02", "09:00-11:00 12:30-17:00"},
		{"2026-06-03", "14:00-17:00"},
		{"2026-06-04", ""},
		/* From Friday 12:00 to Tuesday 10:00. */
		{"2026-06-05", "09:00-12:00"},
		{"2026-06-08", ""},
		{"2026-06-09", "10:00-17:00"},
		{"2026-06-10", "09:00-17:00"},
		{"2026-06-11", "09:00-10:00 15:00-17:00"},
	};
	g_autoptr(Calendar) calendar = make_closed(
		HEAD EVENT("DTSTART;TZID=Europe/Amsterdam:20260601T150000\r\n"
			   "DTEND;TZID=Europe/Amsterdam:20260601T180000\r\n")
		/* UTC; Amsterdam is two hours ahead. */
		EVENT("DTSTART:20260602T090000Z\r\nDURATION:PT1H30M\r\n")
		/* Floating: the calendar's own. */
		EVENT("DTSTART:20260603T080000\r\nDTEND:20260603T140000\r\n")
			EVENT("DTSTART:20260604T090000\r\nDTEND:"
			      "20260604T170000\r\n")
				EVENT("DTSTART:20260605T120000\r\nDTEND:"
				      "20260609T100000\r\n")
		/* New York, six hours behind. */
		EVENT("DTSTART;TZID=America/New_York:20260611T040000\r\n"
		      "DTEND;TZID=America/New_York:20260611T090000\r\n")
		/* No length. */
		EVENT("DTSTART:20260610T120000\r\n") TAIL,
		NULL);

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
}

static void
ends_days_at_the_start_of_a_timed_event(void **state)
{
	g_autoptr(Calendar) calendar =
		make_closed(HEAD EVENT("DTSTART:20260602T150000\r\n"
				       "DTEND:20260602T180000\r\n") TAIL,
			    NULL);
	Target target = {TARGET_WORKING_DAYS, 1};
	int64_t due;

	(void)state;
	assert_true(calendar_due(calendar, &target,
				 at(calendar, "2026-06-01T10:00"), &due, NULL));
	assert_instant(calendar, "closing", due,
		       at(calendar, "2026-06-02T15:00"));
	assert_true(calendar_due(calendar, &target,
				 at(calendar, "2026-06-02T15:00"), &due, NULL));
	assert_instant(calendar, "after it", due,
		       at(calendar, "2026-06-04T17:00"));
}

static void
repeats_events(void **state)
{
	static const HoursCase cases[] = {
		/* Weekly on Mondays, four times, but for one. */
		{"2026-06-01", ""},
		{"2026-06-08", "09:00-17:00"},
		{"2026-06-15", ""},
		{"2026-06-22", ""},
		{"2026-06-29", "09:00-17:00"},
		/* Each last Friday of a month at 16:00 until September. */
		{"2026-07-31", "09:00-16:00"},
		{"2026-08-28", "09:00-16:00"},
		{"2026-09-25", "09:00-16:00"},
		{"2026-10-30", "09:00-17:00"},
		/* Three dates, the first of which was taken out. */
		{"2026-07-03", "09:00-17:00"},
		{"2026-07-10", ""},
		{"2026-07-17", ""},
		/* Christmas Eve until 2028; a leap day. */
		{"2026-12-24", ""},
		{"2028-12-22", "09:00-17:00"},
		{"2027-12-24", ""},
		{"2029-12-24", "09:00-17:00"},
		{"2028-02-29", ""},
		{"2027-03-01", "09:00-17:00"},
		{"2032-03-01", "09:00-17:00"},
		{"2036-02-29", ""},
	};
	g_autoptr(Calendar) calendar = make_closed(
		HEAD EVENT("UID:1\r\nDTSTART;VALUE=DATE:20260601\r\n"
			   "RRULE:FREQ=WEEKLY;COUNT=4\r\n"
			   "EXDATE;VALUE=DATE:20260608\r\n")
			EVENT("UID:2\r\nDTSTART:20260529T160000\r\n"
			      "DTEND:20260529T180000\r\n"
			      "RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL="
			      "20260930T235959\r\n"
			      "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDURATION:"
			      "never\r\n"
			      "END:VALARM\r\n") EVENT("UID:3\r\nDTSTART;VALUE="
						      "DATE:20260703\r\n"
						      "RDATE;VALUE=DATE:"
						      "20260710,20260717\r\n"
						      "EXDATE;VALUE=DATE:"
						      "20260703\r\n")
				EVENT("UID:4\r\nDTSTART;VALUE=DATE:20241224\r\n"
				      "RRULE:FREQ=YEARLY;UNTIL=20281224\r\n")
					EVENT("UID:5\r\nDTSTART;VALUE=DATE:"
					      "20240229\r\n"
					      "RRULE:FREQ=YEARLY;COUNT=4\r\n")
						TAIL,
		NULL);

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
}

static void
keeps_the_hour_of_a_repeated_event_when_the_clock_changes(void **state)
{
	static const HoursCase cases[] = {
		{"2026-03-23", "09:00-15:00"},
		{"2026-03-30", "09:00-15:00"},
		{"2026-10-26", "09:00-15:00"},
	};
	g_autoptr(Calendar) calendar = make_closed(
		HEAD EVENT("DTSTART;TZID=Europe/Amsterdam:20260105T150000\r\n"
			   "DTEND;TZID=Europe/Amsterdam:20260105T170000\r\n"
			   "RRULE:FREQ=WEEKLY;UNTIL=20261231T000000Z\r\n") TAIL,
		NULL);

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
}

static void
moves_and_cancels_occurrences(void **state)
{
	static const HoursCase cases[] = {
		{"2026-06-01", "09:00-15:00"},
		/* Moved to Tuesday. */
		{"2026-06-08", "09:00-17:00"},
		{"2026-06-09", "09:00-10:00 11:00-17:00"},
		/* Cancelled; excepted by its date alone. */
		{"2026-06-15", "09:00-17:00"},
		{"2026-06-22", "09:00-17:00"},
		{"2026-06-29", "09:00-15:00"},
		/* Cancelled as a whole. */
		{"2026-07-01", "09:00-17:00"},
	};
	g_autoptr(Calendar) calendar = make_closed(
		HEAD EVENT(
			"UID:1\r\nDTSTART;TZID=Europe/Amsterdam:20260601T150000"
			"\r\nDTEND;TZID=Europe/Amsterdam:20260601T170000\r\n"
			"RRULE:FREQ=WEEKLY;COUNT=5\r\n"
			"EXDATE;VALUE=DATE:20260622\r\n")
			EVENT("UID:1\r\nRECURRENCE-ID:20260608T130000Z\r\n"
			      "DTSTART:20260609T100000\r\nDTEND:"
			      "20260609T110000\r\n")
				EVENT("UID:1\r\nRECURRENCE-ID:"
				      "20260615T130000Z\r\n"
				      "DTSTART:20260615T150000\r\nSTATUS:"
				      "CANCELLED\r\n")
					EVENT("UID:2\r\nDTSTART;VALUE=DATE:"
					      "20260701\r\n"
					      "STATUS:CANCELLED\r\n") TAIL,
		NULL);

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
}

static void
reads_the_zones_that_a_file_defines(void **state)
{
	static const HoursCase cases[] = {
		{"2026-06-01", "09:00-12:00"},
		{"2026-12-01", "09:00-13:00"},
	};
	g_autoptr(Calendar) calendar = make_closed(
		HEAD "BEGIN:VTIMEZONE\r\nTZID:Office Time\r\n"
		     "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\n"
		     "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0000\r\n"
		     "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
		     "END:STANDARD\r\n"
		     "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\n"
		     "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0300\r\n"
		     "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n"
		     "END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
		/* Summer: 13:00 at UTC+3 is 12:00 in Amsterdam. */
		EVENT("DTSTART;TZID=Office Time:20260601T130000\r\n"
		      "DTEND;TZID=Office Time:20260601T190000\r\n")
		/* Winter: 12:00 at UTC is 13:00 in Amsterdam. */
		EVENT("DTSTART;TZID=\"Office Time\":20261201T120000\r\n"
		      "DTEND;TZID=\"Office Time\":20261201T190000\r\n") TAIL,
		NULL);

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
}

static void
leaves_out_summaries(void **state)
{
	static const HoursCase cases[] = {
		{"2026-06-01", "09:00-17:00"},
		{"2026-06-02", "09:00-17:00"},
		{"2026-06-03", ""},
		{"2026-06-04", ""},
	};
	g_autoptr(Calendar) calendar = make_closed(
		HEAD EVENT("DTSTART;VALUE=DATE:20260601\r\n"
			   "SUMMARY:Moederdag\r\n")
			EVENT("DTSTART;VALUE=DATE:20260602\r\n"
			      "SUMMARY: MOEDERDAG \r\n")
				EVENT("DTSTART;VALUE=DATE:20260603\r\n"
				      "SUMMARY:Moederdag (dicht)\r\n")
					EVENT("DTSTART;VALUE=DATE:20260604\r\n")
						TAIL,
		LIST("Vaderdag", "moederdag"));

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
}

static void
joins_several_files(void **state)
{
	static const HoursCase cases[] = {
		{"2026-06-01", ""},
		{"2026-06-02", "09:00-17:00"},
		{"2026-06-03", ""},
		{"2026-06-04", ""},
	};
	char *directory = make_directory();
	g_autofree char *one =
		ics_entry(directory, "one.ics",
			  HEAD EVENT("DTSTART;VALUE=DATE:20260601\r\n") TAIL);
	/* Two calendars in one file, plain line ends, a byte order mark. */
	g_autofree char *two = ics_entry(
		directory, "two.ics",
		"\xef\xbb\xbf"
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260603\n"
		"END:VEVENT\nEND:VCALENDAR\n\n"
		"begin:vcalendar\nBegin:VEvent\ndtstart;value=date:20260604\n"
		"End:VEvent\nend:vcalendar");
	/* No event is no error. */
	g_autofree char *three = ics_entry(directory, "three.ics", HEAD TAIL);
	g_autoptr(Calendar) calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.holidays = LIST(one, two, three),
	});

	(void)state;
	check_hours(calendar, cases, G_N_ELEMENTS(cases));
	remove_directory(directory);
}

static void
counts_closed_days_but_not_holidays_where_asked(void **state)
{
	static const HoursCase closed[] = {
		{"2026-12-24", "09:00-15:00"},
		{"2026-12-25", ""},
		{"2026-12-28", ""},
		{"2026-12-29", "09:00-12:00"},
		{"2026-12-30", ""},
		{"2026-12-31", ""},
	};
	static const HoursCase counted[] = {
		{"2026-12-24", "09:00-15:00"}, {"2026-12-25", ""},
		{"2026-12-28", "09:00-17:00"}, {"2026-12-29", "09:00-17:00"},
		{"2026-12-30", "09:00-17:00"}, {"2026-12-31", "09:00-17:00"},
	};
	char *directory = make_directory();
	g_autofree char *entry =
		ics_entry(directory, "closed.ics",
			  HEAD EVENT("DTSTART;VALUE=DATE:20261224\r\n"
				     "DTEND;VALUE=DATE:20261229\r\n")
				  EVENT("DTSTART:20261229T120000\r\nDTEND:"
					"20261229T180000\r\n") TAIL);
	Calendar *calendar = make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-fri 09:00-17:00", "2026-12-30 closed",
			      "12-31 closed", "2026-12-24 09:00-15:00"),
		.holidays = LIST("nl", entry),
	});
	g_autoptr(Calendar) variant = calendar_counting_closed_days(calendar);

	(void)state;
	check_hours(calendar, closed, G_N_ELEMENTS(closed));
	calendar_free(calendar);
	check_hours(variant, counted, G_N_ELEMENTS(counted));
	remove_directory(directory);
}

static const struct {
	const char *text, *want;
} BROKEN_FILES[] = {
	{"", ":1: want BEGIN:VCALENDAR"},
	{"\r\n\r\n", ":3: want BEGIN:VCALENDAR"},
	{"<html>\n<body>Log in</body>\n", ":1: want NAME:VALUE"},
	{"X-WR-CALNAME:Acme\r\n", ":1: want BEGIN:VCALENDAR"},
	{"BEGIN:VEVENT\r\n", ":1: want one BEGIN:VCALENDAR"},
	{HEAD "BEGIN:VCALENDAR\r\n", ":4: want one BEGIN:VCALENDAR"},
	{HEAD "junk\r\n" TAIL, ":4: want NAME:VALUE"},
	{HEAD ":junk\r\n" TAIL, ":4: want NAME:VALUE"},
	{HEAD "X-A:one\r\n two\r\njunk\r\n" TAIL, ":6: want NAME:VALUE"},
	{HEAD, ":4: file ends within a calendar"},
	{HEAD "BEGIN:VEVENT\r\nDTSTART:20260601\r\n",
	 ":6: file ends within a calendar"},
	{HEAD "BEGIN:VEVENT\r\nDTSTART:2026", ":5: DTSTART cannot be read"},
	{HEAD "BEGIN:VEVENT\r\nDTSTART:20260601\r\n" TAIL,
	 ":6: END without its BEGIN"},
	{HEAD "END:VEVENT\r\n" TAIL, ":4: END without its BEGIN"},
	{HEAD "BEGIN:VTODO\r\nBEGIN:VEVENT\r\n", ":5: event out of place"},
	{HEAD "BEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\n"
	      "BEGIN:A\nBEGIN:A\n",
	 ":11: nested too deep"},
	{HEAD EVENT("SUMMARY:when?\r\n") TAIL, ":6: event without DTSTART"},
	{HEAD EVENT("DTSTART:20260230\r\n") TAIL,
	 ":5: DTSTART has no such date"},
	{HEAD EVENT("DTSTART:20261301T100000\r\n") TAIL,
	 ":5: DTSTART has no such date"},
	{HEAD EVENT("DTSTART:20260101T250000\r\n") TAIL,
	 ":5: DTSTART has no such date"},
	{HEAD EVENT("DTSTART:tomorrow\r\n") TAIL, ":5: DTSTART cannot be read"},
	{HEAD EVENT("DTSTART:20260101\r\nDTEND:x\r\n") TAIL,
	 ":6: DTEND cannot be read"},
	{HEAD EVENT("DTSTART:20260101\r\nDURATION:x\r\n") TAIL,
	 ":6: DURATION cannot be read"},
	{HEAD EVENT("DTSTART:20260101\r\nEXDATE:x\r\n") TAIL,
	 ":6: EXDATE cannot be read"},
	{HEAD EVENT("DTSTART:20260101\r\n"
		    "EXDATE:20260101,20260230\r\n") TAIL,
	 ":4: event has no such date"},
	{HEAD EVENT("DTSTART:20260101\r\nRDATE:20260230\r\n") TAIL,
	 ":4: event has no such date"},
	{HEAD EVENT("DTSTART;TZID=Mars/Phobos:20260101T100000\r\n") TAIL,
	 ":4: unknown time zone"},
	{HEAD EVENT("DTSTART;TZID=/etc/passwd:20260101T100000\r\n") TAIL,
	 ":4: unknown time zone"},
	{HEAD EVENT("DTSTART:20260102\r\nDTEND:20260101\r\n") TAIL,
	 ":4: event ends before it begins"},
	{HEAD EVENT("DTSTART:20260102T100000\r\nDURATION:-PT1H\r\n") TAIL,
	 ":4: event ends before it begins"},
	{HEAD EVENT("DTSTART:20260102\r\nDTEND:20990101\r\n") TAIL,
	 ":4: event lasts over a year"},
	{HEAD EVENT("DTSTART:20260101\r\nRRULE:FREQ=DAYLY\r\n") TAIL,
	 ":6: RRULE cannot be read"},
	{HEAD EVENT("DTSTART:20260101\r\nRRULE:\r\n") TAIL,
	 ":6: RRULE cannot be read"},
	{HEAD EVENT("DTSTART:20260101\r\nEXRULE:FREQ=DAILY;COUNT=2\r\n") TAIL,
	 ":6: EXRULE is obsolete"},
	{HEAD EVENT("DTSTART:20260101\r\nRRULE:FREQ=YEARLY\r\n") TAIL,
	 ":6: RRULE repeats without end"},
	{HEAD EVENT("DTSTART:20260101\r\nRRULE:FREQ=DAILY\r\n") TAIL,
	 ":6: RRULE repeats without end"},
	{HEAD EVENT("DTSTART:20260101T000000\r\n"
		    "RRULE:FREQ=SECONDLY;COUNT=999999999\r\n") TAIL,
	 ":6: RRULE repeats more often than daily"},
	{HEAD EVENT("DTSTART:20260101T000000\r\n"
		    "RRULE:FREQ=DAILY;COUNT=9;BYHOUR=1,2,3\r\n") TAIL,
	 ":6: RRULE repeats more often than daily"},
	{HEAD EVENT("DTSTART:20260101\r\n"
		    "RRULE:FREQ=DAILY;COUNT=999999999\r\n") TAIL,
	 ":4: event occurs too often"},
	{HEAD EVENT("DTSTART:00010101\r\n"
		    "RRULE:FREQ=DAILY;UNTIL=20261231\r\n") TAIL,
	 ":4: event occurs too often"},
	{HEAD EVENT("DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYMONTH=2;"
		    "BYMONTHDAY=30;COUNT=2\r\n") TAIL,
	 ":4: event repeats on days that do not exist"},
	{HEAD EVENT("DTSTART:20260101\r\nRRULE:FREQ=DAILY;BYMONTH=2;"
		    "BYMONTHDAY=30;UNTIL=99991231\r\n") TAIL,
	 ":4: event repeats on days that do not exist"},
	{HEAD "X-A:\xff\r\n" TAIL, ": not UTF-8 text"},
};

static void
names_the_line_of_a_broken_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(BROKEN_FILES); i++) {
		char *directory = make_directory();
		g_autofree char *entry = ics_entry(directory, "closed.ics",
						   BROKEN_FILES[i].text);
		g_autofree char *want = g_strconcat(entry + strlen("ics:"),
						    BROKEN_FILES[i].want, NULL);

		assert_refused(
			(CalendarSpec){
				.timezone = "UTC",
				.holidays = LIST(entry),
			},
			want);
		remove_directory(directory);
	}
}

static void
refuses_files_that_are_missing_or_huge(void **state)
{
	char *directory = make_directory();
	g_autofree char *none =
		g_strconcat("ics:", directory, "/none.ics", NULL);
	g_autofree char *itself = g_strconcat("ics:", directory, NULL);
	g_autoptr(GString) events = g_string_new(HEAD);
	g_autofree char *many = NULL;
	g_autofree char *huge = NULL;

	(void)state;
	for (int i = 0; i < 10001; i++)
		g_string_append(events, EVENT("DTSTART:20260601\r\n"));
	g_string_append(events, TAIL);
	many = ics_entry(directory, "many.ics", events->str);
	g_string_set_size(events, 5000000);
	memset(events->str, 'a', events->len);
	huge = ics_entry(directory, "huge.ics", events->str);
	assert_refused((CalendarSpec){.holidays = LIST(none)},
		       "none.ics: No such file");
	assert_refused((CalendarSpec){.holidays = LIST(itself)},
		       ": not a regular file");
	assert_refused((CalendarSpec){.holidays = LIST("ics:")},
		       "No such file");
	assert_refused((CalendarSpec){.holidays = LIST("ics:/dev/zero")},
		       "/dev/zero: not a regular file");
	assert_refused((CalendarSpec){.holidays = LIST(many)},
		       ": too many events");
	assert_refused((CalendarSpec){.holidays = LIST(huge)},
		       ": file too large");
	remove_directory(directory);
}

static void
survives_a_file_that_is_cut_anywhere(void **state)
{
	static const char text[] =
		HEAD EVENT("UID:1\r\nDTSTART;VALUE=DATE:20260601\r\n"
			   "DTEND;VALUE=DATE:20260603\r\nSUMMARY:a\\;b\r\n"
			   "RRULE:FREQ=WEEKLY;COUNT=4\r\n"
			   "EXDATE;VALUE=DATE:20260608\r\n") TAIL;
	char *directory = make_directory();

	(void)state;
	for (size_t n = 0; n < sizeof(text) - strlen("\r\n") - 1; n++) {
		g_autofree char *part = g_strndup(text, n);
		g_autofree char *entry =
			ics_entry(directory, "closed.ics", part);

		assert_refused((CalendarSpec){.holidays = LIST(entry)},
			       "closed.ics:");
	}
	remove_directory(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_on_all_day_events),
		cmocka_unit_test(closes_for_the_hours_of_timed_events),
		cmocka_unit_test(ends_days_at_the_start_of_a_timed_event),
		cmocka_unit_test(repeats_events),
		cmocka_unit_test(
			keeps_the_hour_of_a_repeated_event_when_the_clock_changes),
		cmocka_unit_test(moves_and_cancels_occurrences),
		cmocka_unit_test(reads_the_zones_that_a_file_defines),
		cmocka_unit_test(leaves_out_summaries),
		cmocka_unit_test(joins_several_files),
		cmocka_unit_test(
			counts_closed_days_but_not_holidays_where_asked),
		cmocka_unit_test(names_the_line_of_a_broken_file),
		cmocka_unit_test(refuses_files_that_are_missing_or_huge),
		cmocka_unit_test(survives_a_file_that_is_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
