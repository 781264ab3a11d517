/* loket explain N: why the clocks of a ticket stand where they stand. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/clock.h>

#include "command.h"

/* How many open intervals are shown of one clock: ten years of days. */
#define INTERVALS_MAX 4000

typedef struct Lookup {
	const char *number;
	Ticket *ticket;
} Lookup;

static bool
read_ticket(StoreTx *tx, void *data, GError **error)
{
	Lookup *lookup = data;
	return store_ticket_get(tx, lookup->number, &lookup->ticket, error);
}

/* Until when a clock has counted: its end, or now. */
static int64_t
counted_until(const TicketClock *clock, int64_t now)
{
	return clock->ended_at ? clock->ended_at : now;
}

/* Adds what of an open interval lies outside the pauses from the nth on. */
static void
add_unpaused(GArray *intervals, const GPtrArray *pauses, guint n,
	     OpenInterval open)
{
	for (; n < pauses->len && open.from < open.to; n++) {
		const TicketPause *pause = pauses->pdata[n];
		int64_t end = pause->to ? pause->to : INT64_MAX;
		if (end <= open.from || pause->from >= open.to)
			continue;
		OpenInterval before = {open.from, pause->from};
		if (before.from < before.to)
			g_array_append_val(intervals, before);
		open.from = end;
	}
	if (open.from < open.to)
		g_array_append_val(intervals, open);
}

/* Until when a clock is explained: its due or its end, whichever is later. */
static int64_t
explained_until(const TicketClock *clock, int64_t now)
{
	return MAX(clock->due_now, counted_until(clock, now));
}

/* What counts from the start of a clock on, as OpenInterval: open time, or all
 * of it for a target around the clock. */
static GArray *
intervals_of(const Ticket *ticket, const TicketClock *clock,
	     const Calendar *calendar, int64_t now)
{
	GArray *intervals = g_array_new(FALSE, FALSE, sizeof(OpenInterval));
	int64_t end = explained_until(clock, now);
	int64_t at = clock->started_at;
	/* only the solution can pause */
	guint first =
		clock->kind == TARGET_RESOLUTION ? 0 : ticket->pauses->len;
	OpenInterval open = {at, end};
	if (!target_is_working(&clock->target)) {
		add_unpaused(intervals, ticket->pauses, first, open);
		return intervals;
	}
	while (intervals->len < INTERVALS_MAX &&
	       calendar_next_open(calendar, at, &open) && open.from < end) {
		at = open.to;
		open.from = MAX(open.from, clock->started_at);
		open.to = MIN(open.to, end);
		add_unpaused(intervals, ticket->pauses, first, open);
	}
	return intervals;
}

/* The open time that has counted up to an instant. */
static int64_t
seconds_until(const GArray *intervals, int64_t end)
{
	int64_t sum = 0;
	for (guint i = 0; i < intervals->len; i++) {
		const OpenInterval *open =
			&g_array_index(intervals, OpenInterval, i);
		sum += MAX(0, MIN(open->to, end) - open->from);
	}
	return sum;
}

static const char *
outcome_name(const Ticket *ticket, const TicketClock *clock, int64_t now)
{
	static const char *const names[] = {
		[OUTCOME_OPEN] = "running",
		[OUTCOME_OUTSIDE] = "ended outside the norm",
		[OUTCOME_MET] = "met",
		[OUTCOME_LATE] = "met late",
		[OUTCOME_MISSED] = "missed",
	};
	return names[ticket_clock_outcome(ticket, clock, now)];
}

static json_t *
json_intervals(const GArray *intervals, GTimeZone *zone)
{
	json_t *list = json_array();
	for (guint i = 0; i < intervals->len; i++) {
		const OpenInterval *open =
			&g_array_index(intervals, OpenInterval, i);
		json_t *object = json_object();
		json_object_set_new(object, "from",
				    json_instant(open->from, zone));
		json_object_set_new(object, "to", json_instant(open->to, zone));
		(void)json_array_append_new(list, object);
	}
	return list;
}

/* From the day on, up to and with the last, the next one that is not worked and
 * has a name for it; NULL: none. */
static const char *
find_closed_day(const Calendar *calendar, GDate *day, const GDate *last)
{
	for (; g_date_compare(day, last) <= 0; g_date_add_days(day, 1)) {
		const char *name = calendar_day_name(calendar, day, NULL);
		if (name && !calendar_is_working_day(calendar, day))
			return name;
	}
	return NULL;
}

/* None stops a target around the clock. */
static json_t *
json_closed_days(const TicketClock *clock, const Calendar *calendar,
		 int64_t now)
{
	json_t *list = json_array();
	GDate day;
	GDate last;
	const char *name;
	if (!target_is_working(&clock->target))
		return list;
	calendar_local_date(calendar, clock->started_at, &day);
	calendar_local_date(calendar, explained_until(clock, now), &last);
	while ((name = find_closed_day(calendar, &day, &last))) {
		g_autofree char *date = text_date(&day);
		json_t *object = json_object();
		json_object_set_new(object, "date", json_text(date));
		json_object_set_new(object, "name", json_text(name));
		(void)json_array_append_new(list, object);
		g_date_add_days(&day, 1);
	}
	return list;
}

static json_t *
json_clock(const Ticket *ticket, const TicketClock *clock,
	   const Calendar *calendar, int64_t now)
{
	GTimeZone *zone = calendar_timezone(calendar);
	g_autoptr(GArray) intervals =
		intervals_of(ticket, clock, calendar, now);
	g_autofree char *target = target_format(&clock->target);
	json_t *object = json_object();
	json_object_set_new(object, "kind",
			    json_text(target_kind_name(clock->kind)));
	json_object_set_new(object, "target", json_text(target));
	json_object_set_new(object, "started",
			    json_instant(clock->started_at, zone));
	json_object_set_new(object, "due", json_instant(clock->due, zone));
	json_object_set_new(object, "due_now",
			    json_instant(clock->due_now, zone));
	json_object_set_new(object, "aim", json_instant(clock->aim, zone));
	json_object_set_new(object, "met_at",
			    json_instant(clock->met_at, zone));
	json_object_set_new(object, "met_by", json_text(clock->met_by));
	json_object_set_new(object, "ended_at",
			    json_instant(clock->ended_at, zone));
	json_object_set_new(object, "outcome",
			    json_text(outcome_name(ticket, clock, now)));
	json_object_set_new(object, "open_seconds",
			    json_integer(seconds_until(
				    intervals, counted_until(clock, now))));
	json_object_set_new(object, "intervals",
			    json_intervals(intervals, zone));
	json_object_set_new(object, "closed",
			    json_closed_days(clock, calendar, now));
	return object;
}

static json_t *
json_pauses(const Ticket *ticket, GTimeZone *zone)
{
	json_t *list = json_array();
	for (guint i = 0; i < ticket->pauses->len; i++) {
		const TicketPause *pause = ticket->pauses->pdata[i];
		json_t *object = json_object();
		json_object_set_new(object, "from",
				    json_instant(pause->from, zone));
		json_object_set_new(object, "to",
				    json_instant(pause->to, zone));
		json_object_set_new(object, "why", json_text(pause->why));
		(void)json_array_append_new(list, object);
	}
	return list;
}

static void
print_as_json(const Ticket *ticket, const Calendar *calendar, int64_t now)
{
	GTimeZone *zone = calendar_timezone(calendar);
	json_t *clocks = json_array();
	for (guint i = 0; i < ticket->clocks->len; i++)
		(void)json_array_append_new(
			clocks, json_clock(ticket, ticket->clocks->pdata[i],
					   calendar, now));
	json_t *object = json_object();
	json_object_set_new(object, "number", json_text(ticket->number));
	json_object_set_new(object, "calendar",
			    json_text(calendar_name(calendar)));
	json_object_set_new(object, "received",
			    json_instant(ticket->received_at, zone));
	json_object_set_new(object, "promise",
			    json_instant(ticket->promise, zone));
	json_object_set_new(object, "clocks", clocks);
	json_object_set_new(object, "pauses", json_pauses(ticket, zone));
	print_json(object);
}

static void
print_line(const char *label, int64_t instant, GTimeZone *zone)
{
	g_autofree char *text =
		text_instant(instant, zone, "%Y-%m-%d %H:%M:%S");
	(void)printf("    %-8s  %s\n", label, text);
}

/* Days that do not count are named where the calendar names them. */
static void
print_closed_days(const Calendar *calendar, int64_t from, int64_t to)
{
	GDate day;
	GDate last;
	const char *name;
	calendar_local_date(calendar, from, &day);
	calendar_local_date(calendar, to, &last);
	while ((name = find_closed_day(calendar, &day, &last))) {
		g_autofree char *date = text_date(&day);
		(void)printf("    closed    %s  %s\n", date, name);
		g_date_add_days(&day, 1);
	}
}

static void
print_interval(const char *label, const OpenInterval *interval, GTimeZone *zone,
	       const char *end_format)
{
	int64_t s = interval->to - interval->from;
	g_autofree char *from =
		text_instant(interval->from, zone, "%Y-%m-%d  %H:%M:%S");
	g_autofree char *to = text_instant(interval->to, zone, end_format);
	(void)printf("    %-8s  %s to %s  %d:%02d\n", label, from, to,
		     (int)(s / 3600), (int)(s / 60 % 60));
}

static void
print_intervals(const Ticket *ticket, const TicketClock *clock,
		const Calendar *calendar, int64_t now)
{
	GTimeZone *zone = calendar_timezone(calendar);
	g_autoptr(GArray) intervals =
		intervals_of(ticket, clock, calendar, now);
	bool is_working = target_is_working(&clock->target);
	int64_t before = clock->started_at;
	for (guint i = 0; i < intervals->len; i++) {
		const OpenInterval *one =
			&g_array_index(intervals, OpenInterval, i);
		if (is_working) {
			print_closed_days(calendar, before, one->from);
			print_interval("open", one, zone, "%H:%M:%S");
		} else {
			print_interval("counted", one, zone,
				       "%Y-%m-%d  %H:%M:%S");
		}
		before = one->to;
	}
	if (is_working)
		print_closed_days(calendar, before,
				  explained_until(clock, now));
}

static void
print_clock(const Ticket *ticket, const TicketClock *clock,
	    const Calendar *calendar, int64_t now)
{
	GTimeZone *zone = calendar_timezone(calendar);
	g_autofree char *target = target_format(&clock->target);
	(void)printf("\n  %s: %s, %s\n", target_kind_name(clock->kind), target,
		     outcome_name(ticket, clock, now));
	print_line("started", clock->started_at, zone);
	print_line("due", clock->due, zone);
	if (clock->due_now != clock->due)
		print_line("due now", clock->due_now, zone);
	if (clock->aim)
		print_line("aim", clock->aim, zone);
	if (clock->ended_at)
		print_line(clock->met_at ? "met" : "ended", clock->ended_at,
			   zone);
	print_intervals(ticket, clock, calendar, now);
}

static void
print_story(const Ticket *ticket, const Calendar *calendar, int64_t now)
{
	GTimeZone *zone = calendar_timezone(calendar);
	(void)printf("%s  %s, calendar %s\n", ticket->number,
		     ticket_state_name(ticket->state), calendar_name(calendar));
	if (ticket->promise)
		print_line("promised", ticket->promise, zone);
	if (ticket->clocks->len == 0)
		(void)printf("  no clock has run\n");
	for (guint i = 0; i < ticket->clocks->len; i++)
		print_clock(ticket, ticket->clocks->pdata[i], calendar, now);
	for (guint i = 0; i < ticket->pauses->len; i++) {
		const TicketPause *pause = ticket->pauses->pdata[i];
		g_autofree char *from =
			text_instant(pause->from, zone, "%F %T");
		g_autofree char *to =
			pause->to ? text_instant(pause->to, zone, "%F %T")
				  : g_strdup("the customer writes");
		(void)printf("\n  pause: %s until %s, %s\n", from, to,
			     pause->why);
	}
}

static int
explain(const Invocation *call, Lookup *lookup, bool as_json)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	if (!site || !store_read(site->store, read_ticket, lookup, &error))
		return command_fail(error);
	if (!lookup->ticket) {
		(void)fprintf(stderr, "loket: no ticket %s\n", lookup->number);
		return EX_DATAERR;
	}
	const ConfigDesk *desk =
		config_desk_by_title(site->config, lookup->ticket->desk);
	const Calendar *calendar =
		desk ? desk->calendar
		     : config_calendar(site->config, "default");
	if (as_json)
		print_as_json(lookup->ticket, calendar, clock_now());
	else
		print_story(lookup->ticket, calendar, clock_now());
	return EX_OK;
}

int
command_explain(Invocation *call)
{
	gboolean as_json = FALSE;
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 2)
		return command_usage("explain NUMBER [--json]");
	Lookup lookup = {.number = call->argv[1]};
	int rc = explain(call, &lookup, as_json);
	ticket_free(lookup.ticket);
	return rc;
}
