#include <string.h>

#include "file.h"
#include "ics.h"

/* 4 MB. */
#define FILE_SIZE_MAX 4194304
#define EVENTS_MAX 10000
/* A calendar, an event, an alarm; with room. */
#define DEPTH_MAX 8

G_DEFINE_AUTOPTR_CLEANUP_FUNC(icalproperty, icalproperty_free)

/* What is known while the lines of a file go by. */
typedef struct Reader {
	IcsFile *file;
	icalparser *parser;
	/* The names of the components that are open, outermost first. */
	GPtrArray *open;
	/* The lines on which the events of the open calendar begin. */
	GArray *event_lines;
	size_t line;
	bool has_start;
} Reader;

static bool
refuse(const Reader *reader, GError **error, const char *reason)
{
	file_refuse(error, reader->file->path, reader->line, "%s", reason);
	return false;
}

/* What stands in the way of expanding a rule; NULL when nothing does. */
static const char *
find_rule_fault(const icalproperty *property)
{
	struct icalrecurrencetype rule = icalproperty_get_rrule(property);

	if (rule.count == 0 && icaltime_is_null_time(rule.until))
		return "repeats without end: want COUNT or UNTIL";
	if (rule.freq < ICAL_DAILY_RECURRENCE ||
	    rule.by_hour[0] != ICAL_RECURRENCE_ARRAY_MAX ||
	    rule.by_minute[0] != ICAL_RECURRENCE_ARRAY_MAX ||
	    rule.by_second[0] != ICAL_RECURRENCE_ARRAY_MAX)
		return "repeats more often than daily";
	return NULL;
}

bool
ics_is_time(struct icaltimetype time)
{
	return time.year > 0 && time.year <= 9999 && time.month > 0 &&
	       time.day > 0 &&
	       g_date_valid_dmy((GDateDay)time.day, (GDateMonth)time.month,
				(GDateYear)time.year) &&
	       time.hour < 24 && time.minute < 60 && time.second < 60;
}

/* Why a property of an event cannot be used; NULL when it can. */
static const char *
find_fault(icalproperty *property)
{
	icalvalue *value = icalproperty_get_value(property);

	switch ((int)icalproperty_isa(property)) {
	case ICAL_RRULE_PROPERTY:
		return find_rule_fault(property);
	case ICAL_EXRULE_PROPERTY:
		return "is obsolete: want EXDATE";
	case ICAL_DTSTART_PROPERTY:
	case ICAL_DTEND_PROPERTY:
	case ICAL_RECURRENCEID_PROPERTY:
	case ICAL_EXDATE_PROPERTY:
		if (!ics_is_time(icalvalue_get_datetime(value)))
			return "has no such date or time";
		return NULL;
	default:
		return NULL;
	}
}

/* Whether a property has to do with when an event is. */
static bool
is_timing(const char *name)
{
	static const char *const names[] = {
		"DTSTART", "DTEND",  "DURATION",      "RRULE", "EXRULE",
		"RDATE",   "EXDATE", "RECURRENCE-ID", NULL};

	return g_strv_contains(names, name);
}

static bool
check_timing(Reader *reader, const char *name, const char *line, GError **error)
{
	g_autoptr(icalproperty) property = icalproperty_new_from_string(line);
	const char *fault = "cannot be read";

	if (property)
		fault = find_fault(property);
	if (fault) {
		file_refuse(error, reader->file->path, reader->line, "%s %s",
			    name, fault);
		return false;
	}
	if (icalproperty_isa(property) == ICAL_DTSTART_PROPERTY)
		reader->has_start = true;
	return true;
}

static bool
is_innermost(const Reader *reader, const char *name)
{
	guint depth = reader->open->len;

	return depth > 0 &&
	       strcmp(g_ptr_array_index(reader->open, depth - 1), name) == 0;
}

static bool
begin_component(Reader *reader, const char *name, GError **error)
{
	bool is_calendar = strcmp(name, "VCALENDAR") == 0;

	if (is_calendar != (reader->open->len == 0))
		return refuse(reader, error, "want one BEGIN:VCALENDAR");
	if (reader->open->len >= DEPTH_MAX)
		return refuse(reader, error, "nested too deep");
	if (strcmp(name, "VEVENT") == 0) {
		if (!is_innermost(reader, "VCALENDAR"))
			return refuse(reader, error, "event out of place");
		if (reader->file->events->len + reader->event_lines->len >=
		    EVENTS_MAX)
			return refuse(reader, error, "too many events");
		g_array_append_val(reader->event_lines, reader->line);
		reader->has_start = false;
	}
	g_ptr_array_add(reader->open, g_strdup(name));
	return true;
}

static bool
end_component(Reader *reader, const char *name, GError **error)
{
	if (!is_innermost(reader, name))
		return refuse(reader, error, "END without its BEGIN");
	if (strcmp(name, "VEVENT") == 0 && !reader->has_start)
		return refuse(reader, error, "event without DTSTART");
	g_ptr_array_set_size(reader->open, (gint)reader->open->len - 1);
	return true;
}

/* Takes the events of a calendar that has ended, in the order of lines. */
static void
take_calendar(Reader *reader, icalcomponent *calendar)
{
	icalcomponent *component = icalcomponent_get_first_component(
		calendar, ICAL_VEVENT_COMPONENT);
	guint i = 0;

	g_ptr_array_add(reader->file->calendars, calendar);
	for (; component && i < reader->event_lines->len; i++) {
		IcsEvent event = {component, g_array_index(reader->event_lines,
							   size_t, i)};

		g_array_append_val(reader->file->events, event);
		component = icalcomponent_get_next_component(
			calendar, ICAL_VEVENT_COMPONENT);
	}
	g_array_set_size(reader->event_lines, 0);
}

/* Reads one content line, unfolded: NAME [;PARAMETERS] : VALUE */
static bool
take_line(Reader *reader, char *line, GError **error)
{
	g_autofree char *name =
		g_ascii_strup(line, (gssize)strcspn(line, ":;"));
	const char *value = strchr(line, ':');
	g_autofree char *component = NULL;
	icalcomponent *ended;

	if (*name == '\0' || !value)
		return refuse(reader, error, "want NAME:VALUE");
	component = g_strstrip(g_ascii_strup(value + 1, -1));
	if (strcmp(name, "BEGIN") == 0) {
		if (!begin_component(reader, component, error))
			return false;
	} else if (reader->open->len == 0) {
		return refuse(reader, error, "want BEGIN:VCALENDAR");
	} else if (strcmp(name, "END") == 0) {
		if (!end_component(reader, component, error))
			return false;
	} else if (is_innermost(reader, "VEVENT") && is_timing(name) &&
		   !check_timing(reader, name, line, error)) {
		return false;
	}
	ended = icalparser_add_line(reader->parser, line);
	if (ended)
		take_calendar(reader, ended);
	return true;
}

/* Takes the next content line from the text, its folds undone (RFC 5545
 * 3.1); *folds is the number of lines it lay on. */
static char *
next_line(const char **text, size_t *folds)
{
	GString *line = g_string_new(NULL);

	*folds = 0;
	do {
		size_t length = strcspn(*text, "\n");
		size_t kept = length;

		if (kept > 0 && (*text)[kept - 1] == '\r')
			kept--;
		g_string_append_len(line, *text, (gssize)kept);
		*text += length + ((*text)[length] == '\n');
		(*folds)++;
		if (**text != ' ' && **text != '\t')
			break;
		(*text)++;
	} while (**text);
	return g_string_free(line, FALSE);
}

static bool
take_text(Reader *reader, const char *text, GError **error)
{
	while (*text) {
		size_t folds;
		g_autofree char *line = next_line(&text, &folds);

		if (*line && !take_line(reader, line, error))
			return false;
		reader->line += folds;
	}
	if (reader->open->len > 0)
		return refuse(reader, error, "file ends within a calendar");
	if (reader->file->calendars->len == 0)
		return refuse(reader, error, "want BEGIN:VCALENDAR");
	return true;
}

static IcsFile *
ics_new(const char *path)
{
	IcsFile *file = g_new(IcsFile, 1);

	file->path = g_strdup(path);
	file->calendars = g_ptr_array_new_with_free_func(
		(GDestroyNotify)icalcomponent_free);
	file->events = g_array_new(FALSE, FALSE, sizeof(IcsEvent));
	return file;
}

IcsFile *
ics_read(const char *path, GError **error)
{
	g_autofree char *text = file_read_text(path, FILE_SIZE_MAX, error);
	g_autoptr(IcsFile) file = NULL;
	Reader reader = {.line = 1};
	bool is_read;

	if (!text)
		return NULL;
	file = ics_new(path);
	reader.file = file;
	reader.parser = icalparser_new();
	reader.open = g_ptr_array_new_with_free_func(g_free);
	reader.event_lines = g_array_new(FALSE, FALSE, sizeof(size_t));
	is_read = take_text(&reader, text, error);
	icalparser_free(reader.parser);
	g_ptr_array_unref(reader.open);
	g_array_unref(reader.event_lines);
	return is_read ? g_steal_pointer(&file) : NULL;
}

void
ics_free(IcsFile *file)
{
	if (!file)
		return;
	g_free(file->path);
	g_ptr_array_unref(file->calendars);
	g_array_unref(file->events);
	g_free(file);
}
