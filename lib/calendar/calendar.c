#include <loket/error.h>
#include <string.h>

#include "impl.h"

#define ICS_PREFIX "ics:"

static void
sources_clear(void *data)
{
	Sources *sources = data;

	g_free(sources->name);
	zone_free(sources->zone);
	hours_free(sources->hours);
	holidays_free(sources->holidays);
	closings_free(sources->closings);
	g_ptr_array_unref(sources->seasons);
}

static void
sources_unref(Sources *sources)
{
	g_atomic_rc_box_release_full(sources, sources_clear);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sources, sources_unref)

static bool
load_hours(Sources *sources, const CalendarSpec *spec, GError **error)
{
	static const char *const office_hours[] = {"mon-fri 09:00-17:00", NULL};

	sources->hours =
		hours_new(spec->hours ? spec->hours : office_hours, error);
	return sources->hours != NULL;
}

static bool
load_seasons(Sources *sources, const CalendarSpec *spec, GError **error)
{
	for (size_t i = 0; i < spec->n_seasons; i++) {
		Season *season = season_new(&spec->seasons[i], error);

		if (!season)
			return false;
		g_ptr_array_add(sources->seasons, season);
	}
	return true;
}

static bool
load_days_off(Sources *sources, const CalendarSpec *spec, GError **error)
{
	const char *const *entry = spec->holidays;

	for (; entry && *entry; entry++) {
		bool loaded;

		if (g_str_has_prefix(*entry, ICS_PREFIX))
			loaded = closings_load(
				sources->closings, *entry + strlen(ICS_PREFIX),
				sources->zone, spec->leave_out, error);
		else
			loaded = holidays_load(sources->holidays, *entry,
					       spec->holiday_dir, error);
		if (!loaded)
			return false;
	}
	return true;
}

static Sources *
sources_new(const CalendarSpec *spec, GError **error)
{
	g_autoptr(Sources) sources = g_atomic_rc_box_new0(Sources);

	sources->name = g_strdup(spec->name ? spec->name : "default");
	sources->holidays = holidays_new();
	sources->closings = closings_new();
	sources->seasons =
		g_ptr_array_new_with_free_func((GDestroyNotify)season_free);
	sources->zone = zone_new(spec->timezone, error);
	if (!sources->zone || !load_hours(sources, spec, error) ||
	    !load_seasons(sources, spec, error) ||
	    !load_days_off(sources, spec, error))
		return NULL;
	return g_steal_pointer(&sources);
}

/* Takes a part of a day out of its hours. */
static void
cut_day(Calendar *calendar, Day day, int64_t from, int64_t to)
{
	const GArray *hours = calendar_hours(calendar, day);
	GArray *rest;

	if (!hours || hours->len == 0)
		return;
	rest = spans_without(hours, (int32_t)CLAMP(from, 0, DAY_SECONDS),
			     (int32_t)CLAMP(to, 0, DAY_SECONDS));
	g_hash_table_insert(calendar->cut_hours, GINT_TO_POINTER(day), rest);
}

/* Takes the times that the clock skips out of the hours of their days. */
static void
cut_skipped_times(Calendar *calendar)
{
	size_t n;
	const ZonePeriod *period = zone_periods(calendar->sources->zone, &n);

	for (size_t i = 1; i < n; i++) {
		int64_t from = period[i].at + period[i - 1].offset;
		int64_t to = period[i].at + period[i].offset;
		int64_t midnight = from - from % DAY_SECONDS;

		for (; from < to && midnight < to; midnight += DAY_SECONDS)
			cut_day(calendar, (Day)(midnight / DAY_SECONDS),
				from - midnight, to - midnight);
	}
}

static void
cut_closed_times(Calendar *calendar)
{
	const GArray *spans = closings_spans(calendar->sources->closings);

	for (guint i = 0; i < spans->len; i++) {
		const ClosedSpan *closed = &g_array_index(spans, ClosedSpan, i);

		cut_day(calendar, closed->day, closed->span.from,
			closed->span.to);
	}
}

/* Takes over the reference to sources. */
static Calendar *
calendar_make(Sources *sources, bool same_time, bool counts_closed)
{
	Calendar *calendar = g_new(Calendar, 1);

	calendar->sources = sources;
	calendar->same_time = same_time;
	calendar->counts_closed = counts_closed;
	calendar->cut_hours = g_hash_table_new_full(
		NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	cut_skipped_times(calendar);
	if (!counts_closed)
		cut_closed_times(calendar);
	return calendar;
}

Calendar *
calendar_new(const CalendarSpec *spec, GError **error)
{
	Sources *sources = sources_new(spec, error);
	g_autoptr(Calendar) calendar = NULL;

	if (!sources)
		return NULL;
	calendar = calendar_make(sources, spec->same_time, false);
	if (calendar_find_open_day(calendar, 0, DAY_COUNT) == DAY_COUNT) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "calendar \"%s\" is never open", sources->name);
		return NULL;
	}
	return g_steal_pointer(&calendar);
}

Calendar *
calendar_counting_closed_days(const Calendar *calendar)
{
	return calendar_make(g_atomic_rc_box_acquire(calendar->sources),
			     calendar->same_time, true);
}

void
calendar_free(Calendar *calendar)
{
	if (!calendar)
		return;
	g_hash_table_unref(calendar->cut_hours);
	sources_unref(calendar->sources);
	g_free(calendar);
}

const char *
calendar_name(const Calendar *calendar)
{
	return calendar->sources->name;
}

GTimeZone *
calendar_timezone(const Calendar *calendar)
{
	return zone_timezone(calendar->sources->zone);
}
