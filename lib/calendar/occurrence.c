#include <loket/clock.h>

#include "file.h"
#include "occurrence.h"

/* In one file: one for each week of the calendar's years, with room. */
#define OCCURRENCES_MAX 10000

/* Of one event. */
#define LENGTH_MAX (366 * DAY_SECONDS)

typedef struct Search {
	const IcsFile *file;
	const Zone *zone;
	/* What does not take place, as occurrence_key(). */
	GHashTable *cancelled;
	GArray *found;

	/* The event at hand. Its UID and start are looked up once: libical
	 * has one cursor a component, and a loop over its properties must not
	 * look for others. */
	const IcsEvent *event;
	const char *uid;
	icalproperty *start;
} Search;

static bool
refuse(const Search *search, GError **error, const char *reason)
{
	file_refuse(error, search->file->path, search->event->line, "%s",
		    reason);
	return false;
}

static icalproperty *
find_property(const Search *search, icalproperty_kind kind)
{
	return icalcomponent_get_first_property(search->event->component, kind);
}

static icalproperty *
next_property(const Search *search, icalproperty_kind kind)
{
	return icalcomponent_get_next_property(search->event->component, kind);
}

static struct icaltimetype
get_time(const icalproperty *property)
{
	return icalvalue_get_datetime(icalproperty_get_value(property));
}

/* An occurrence is named by its event and the time it was planned for. */
static char *
occurrence_key(const Search *search, int64_t clock)
{
	if (!search->uid)
		return g_strdup_printf("%" G_GINT64_FORMAT " line %zu", clock,
				       search->event->line);
	return g_strdup_printf("%" G_GINT64_FORMAT " uid %s", clock,
			       search->uid);
}

/* Seconds since 1970-01-01T00:00 on the clock that a time was written by. */
static int64_t
civil_seconds(struct icaltimetype time)
{
	int in_day = time.hour * 3600 + time.minute * 60 + time.second;

	return day_from_ymd(time.year, time.month, time.day) * DAY_SECONDS +
	       in_day;
}

/* The instant of a time in a zone of that name: a known one, else one that
 * the file defines. */
static bool
find_instant(const Search *search, struct icaltimetype time, const char *tzid,
	     int64_t *instant)
{
	g_autoptr(GTimeZone) known = clock_zone(tzid);
	icaltimezone *defined;

	if (known) {
		g_autoptr(GDateTime) moment =
			g_date_time_new(known, time.year, time.month, time.day,
					time.hour, time.minute, time.second);

		if (moment)
			*instant = g_date_time_to_unix(moment);
		return moment != NULL;
	}
	defined = icalcomponent_get_timezone(
		icalcomponent_get_parent(search->event->component), tzid);
	if (defined)
		*instant = icaltime_as_timet_with_zone(time, defined);
	return defined != NULL;
}

/* What the wall clock of the calendar's zone reads at a time that is written
 * as that of a property is. */
static bool
find_clock(const Search *search, icalproperty *property,
	   struct icaltimetype time, int64_t *clock, GError **error)
{
	icalparameter *tzid =
		icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
	int64_t instant;

	if (!ics_is_time(time))
		return refuse(search, error, "event has no such date or time");
	instant = civil_seconds(time);
	*clock = instant;
	if (time.is_date || (!tzid && !icaltime_is_utc(time)))
		return true;
	if (!icaltime_is_utc(time) &&
	    !find_instant(search, time, icalparameter_get_tzid(tzid), &instant))
		return refuse(search, error, "unknown time zone");
	*clock = zone_clock(search->zone, instant);
	return true;
}

static bool
cancel_all(Search *search, icalproperty_kind kind, GError **error)
{
	icalproperty *property = find_property(search, kind);

	for (; property; property = next_property(search, kind)) {
		int64_t clock;

		if (!find_clock(search, property, get_time(property), &clock,
				error))
			return false;
		g_hash_table_add(search->cancelled,
				 occurrence_key(search, clock));
	}
	return true;
}

/* An exception names the time that was planned, or its date. */
static bool
is_cancelled(const Search *search, int64_t clock)
{
	int64_t in_day = (clock % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
	g_autofree char *exact = occurrence_key(search, clock);
	g_autofree char *date = occurrence_key(search, clock - in_day);

	return g_hash_table_contains(search->cancelled, exact) ||
	       g_hash_table_contains(search->cancelled, date);
}

static bool
add_occurrence(Search *search, Occurrence at, GError **error)
{
	if (search->found->len >= OCCURRENCES_MAX)
		return refuse(search, error, "event occurs too often");
	g_array_append_val(search->found, at);
	return true;
}

static bool
add_unless_cancelled(Search *search, Occurrence at, GError **error)
{
	return is_cancelled(search, at.from) ||
	       add_occurrence(search, at, error);
}

/* How long the event lasts; a date without an end is a day (3.6.1). */
static bool
find_length(const Search *search, int64_t from, int64_t *length, GError **error)
{
	icalproperty *end = find_property(search, ICAL_DTEND_PROPERTY);
	icalproperty *duration = find_property(search, ICAL_DURATION_PROPERTY);

	*length = 0;
	if (end) {
		if (!find_clock(search, end, get_time(end), length, error))
			return false;
		*length -= from;
	} else if (duration) {
		*length = icaldurationtype_as_int(
			icalproperty_get_duration(duration));
	}
	if (*length == 0 && get_time(search->start).is_date)
		*length = DAY_SECONDS;
	if (*length < 0)
		return refuse(search, error, "event ends before it begins");
	if (*length > LENGTH_MAX)
		return refuse(search, error, "event lasts over a year");
	return true;
}

/* Whether a rule ends before it begins, as one does whose occurrences were
 * all removed. */
static bool
is_over(struct icalrecurrencetype rule, struct icaltimetype start)
{
	return !icaltime_is_null_time(rule.until) &&
	       icaltime_compare(rule.until, start) < 0;
}

/* Adds the repetitions of `first`, which has been added already. */
static bool
add_repetitions(Search *search, icalproperty *rrule, Occurrence first,
		GError **error)
{
	struct icalrecurrencetype rule = icalproperty_get_rrule(rrule);
	struct icaltimetype time = get_time(search->start);
	icalrecur_iterator *iterator;
	bool is_going = true;
	Occurrence next = first;

	if (is_over(rule, time))
		return true;
	iterator = icalrecur_iterator_new(rule, time);
	time = iterator ? icalrecur_iterator_next(iterator)
			: icaltime_null_time();
	if (icaltime_is_null_time(time))
		is_going = refuse(search, error,
				  "event repeats on days that do not exist");
	while (is_going && !icaltime_is_null_time(time) &&
	       time.year <= CALENDAR_LAST_YEAR) {
		is_going = find_clock(search, search->start, time, &next.from,
				      error);
		next.to = next.from + (first.to - first.from);
		if (is_going && next.from != first.from)
			is_going = add_unless_cancelled(search, next, error);
		time = icalrecur_iterator_next(iterator);
	}
	if (iterator)
		icalrecur_iterator_free(iterator);
	return is_going;
}

/* Adds what an RDATE says: a time, of the event's length, or a period. */
static bool
add_extra(Search *search, icalproperty *rdate, Occurrence first, GError **error)
{
	struct icaldatetimeperiodtype extra = icalproperty_get_rdate(rdate);
	bool is_period = icaltime_is_null_time(extra.time);
	Occurrence next = first;

	if (!find_clock(search, rdate,
			is_period ? extra.period.start : extra.time, &next.from,
			error))
		return false;
	next.to = next.from + (first.to - first.from);
	if (is_period && icaltime_is_null_time(extra.period.end))
		next.to = next.from +
			  icaldurationtype_as_int(extra.period.duration);
	else if (is_period &&
		 !find_clock(search, rdate, extra.period.end, &next.to, error))
		return false;
	if (next.to - next.from > LENGTH_MAX)
		return refuse(search, error, "event lasts over a year");
	return add_unless_cancelled(search, next, error);
}

/* Adds an event's first occurrence and all others. */
static bool
add_series(Search *search, Occurrence first, GError **error)
{
	icalproperty *rrule = find_property(search, ICAL_RRULE_PROPERTY);
	icalproperty *rdate;

	if (!add_unless_cancelled(search, first, error))
		return false;
	if (rrule && !add_repetitions(search, rrule, first, error))
		return false;
	rdate = find_property(search, ICAL_RDATE_PROPERTY);
	for (; rdate; rdate = next_property(search, ICAL_RDATE_PROPERTY)) {
		if (!add_extra(search, rdate, first, error))
			return false;
	}
	return true;
}

static bool
add_event(Search *search, GError **error)
{
	icalcomponent *component = search->event->component;
	const char *summary = icalcomponent_get_summary(component);
	Occurrence first = {.summary = summary ? summary : ""};
	int64_t length;

	if (icalcomponent_get_status(component) == ICAL_STATUS_CANCELLED)
		return true;
	if (!find_clock(search, search->start, get_time(search->start),
			&first.from, error) ||
	    !find_length(search, first.from, &length, error))
		return false;
	first.to = first.from + length;
	if (find_property(search, ICAL_RECURRENCEID_PROPERTY))
		return add_occurrence(search, first, error);
	return add_series(search, first, error);
}

static void
turn_to_event(Search *search, guint i)
{
	search->event = &g_array_index(search->file->events, IcsEvent, i);
	search->uid = icalcomponent_get_uid(search->event->component);
	search->start = find_property(search, ICAL_DTSTART_PROPERTY);
}

static bool
search_file(Search *search, GError **error)
{
	guint n = search->file->events->len;

	for (guint i = 0; i < n; i++) {
		turn_to_event(search, i);
		if (!cancel_all(search, ICAL_EXDATE_PROPERTY, error) ||
		    !cancel_all(search, ICAL_RECURRENCEID_PROPERTY, error))
			return false;
	}
	for (guint i = 0; i < n; i++) {
		turn_to_event(search, i);
		if (!add_event(search, error))
			return false;
	}
	return true;
}

GArray *
occurrences_find(const IcsFile *file, const Zone *zone, GError **error)
{
	g_autoptr(GHashTable) cancelled =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Occurrence));
	Search search = {.file = file,
			 .zone = zone,
			 .cancelled = cancelled,
			 .found = found};

	if (!search_file(&search, error))
		return NULL;
	return g_steal_pointer(&found);
}
