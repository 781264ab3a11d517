/* order: see include/loket/order.h */
#include <string.h>

#include <loket/clock.h>
#include <loket/error.h>
#include <loket/order.h>

#include "note.h"

#define COMPLAINT "complaint"

typedef struct OrderJob {
	StoreTx *tx;
	const Intake *intake;
	const Order *order;
	int64_t now;
	const ConfigDesk *desk; /* NULL: no longer configured */
	char *transcript;
} OrderJob;

enum OrderArgument { ARGUMENT_NONE, ARGUMENT_OPTIONAL, ARGUMENT_NEEDED };

typedef struct OrderKind {
	const char *verb;
	const char *usage;
	enum OrderArgument argument;
	/* Changes the ticket and sets the transcript. */
	bool (*run)(Ticket *ticket, OrderJob *job, GError **error);
} OrderKind;

static bool
run_answered(Ticket *ticket, OrderJob *job, GError **error)
{
	(void)error;
	bool had_clock = ticket_running_response(ticket) != NULL;
	(void)ticket_answer(ticket, NULL, job->now);
	job->transcript =
		g_strdup_printf("%s: answered%s", ticket->number,
				had_clock ? "" : ", no target was running");
	return true;
}

static bool
run_done(Ticket *ticket, OrderJob *job, GError **error)
{
	(void)error;
	ticket_done(ticket, job->now);
	job->transcript =
		g_strdup_printf("%s: nothing to answer", ticket->number);
	return true;
}

/* Tells the customer; the transcript says where he is not. */
static bool
tell_customer(OrderJob *job, Note *note, bool *is_told, GError **error)
{
	g_autofree char *why = NULL;
	note->desk = job->desk;
	note->at = job->now;
	if (!note_customer(job->tx, job->intake, note, &why, error))
		return false;
	*is_told = !why;
	if (why) {
		g_autofree char *said = g_steal_pointer(&job->transcript);
		job->transcript = g_strconcat(
			said, ", the customer is not told: ", why, NULL);
	}
	return true;
}

static bool
tell_of_closing(const Ticket *ticket, OrderJob *job, GError **error)
{
	g_autofree char *event = g_strdup_printf("%" G_GINT64_FORMAT, job->now);
	Note note = {.template = TEMPLATE_CLOSING,
		     .ticket = ticket,
		     .words = job->order->argument,
		     .event = event,
		     .reopen = job->desk ? job->now + job->desk->reopen_within_s
					 : 0};
	bool is_told;
	return tell_customer(job, &note, &is_told, error);
}

static bool
run_close(Ticket *ticket, OrderJob *job, GError **error)
{
	bool has_note = job->order->argument != NULL;
	bool is_answered =
		ticket->answers->len > 0 && !ticket_running_response(ticket);
	ticket_close(ticket, job->desk ? job->desk->calendar : NULL, job->now,
		     has_note);
	job->transcript = g_strdup_printf(
		"%s: closed%s", ticket->number,
		is_answered || has_note
			? ""
			: ", but the customer has no answer: it does not "
			  "count as solved");
	return !has_note || tell_of_closing(ticket, job, error);
}

/* The ticket that another one can become part of; the caller's. */
static Ticket *
merge_target(const Ticket *ticket, const OrderJob *job, GError **error)
{
	const char *number = job->order->argument;
	g_autoptr(Ticket) into = NULL;
	if (!store_ticket_get(job->tx, number, &into, error))
		return NULL;
	if (!into)
		(void)loket_refuse(error, "no ticket %s", number);
	else if (strcmp(into->number, ticket->number) == 0)
		(void)loket_refuse(error, "%s is that ticket itself", number);
	else if (into->successor)
		(void)loket_refuse(error, "mail for ticket %s goes to %s now",
				   number, into->successor);
	else if (into->state == TICKET_CLOSED)
		(void)loket_refuse(error, "ticket %s is closed", number);
	else
		return g_steal_pointer(&into);
	return NULL;
}

static bool
run_merge(Ticket *ticket, OrderJob *job, GError **error)
{
	g_autoptr(Ticket) into = merge_target(ticket, job, error);
	if (!into)
		return false;
	ticket_merge(into, ticket, job->now);
	ticket->successor = g_strdup(into->number);
	job->transcript = g_strdup_printf("%s: merged into %s", ticket->number,
					  into->number);
	return store_ticket_save(job->tx, into, error) &&
	       store_ticket_merge(job->tx, ticket->number, into->number,
				  error) &&
	       store_link_add(job->tx, into->number, ticket->number, "merged",
			      error) &&
	       store_event_add(job->tx, into->number, job->now, "merged",
			       ticket->number, error);
}

/* "2026-12-01"; false when it is no date. */
static bool
parse_date(const char *text, GDate *date)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autofree char *midnight = g_strconcat(text, "T00:00", NULL);
	int64_t instant;
	if (strlen(text) != strlen("2026-12-01") ||
	    !clock_parse(midnight, utc, &instant, NULL))
		return false;
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(instant);
	g_date_clear(date, 1);
	g_date_set_dmy(date, (GDateDay)g_date_time_get_day_of_month(time),
		       (GDateMonth)g_date_time_get_month(time),
		       (GDateYear)g_date_time_get_year(time));
	return true;
}

/* The closing of a date, or of the day that a target such as 3wd ends on. */
static bool
parse_promise(const char *text, const Calendar *calendar, int64_t now,
	      int64_t *instant, GError **error)
{
	GDate date;
	Target target;
	if (parse_date(text, &date))
		return calendar_day_end(calendar, &date, instant, error);
	if (target_parse(text, &target, NULL))
		return calendar_due_at_closing(calendar, &target, now, instant,
					       error);
	return loket_refuse(
		error,
		"\"%s\" is no date, expected one such as 2026-12-01 or "
		"3wd",
		text);
}

static bool
tell_of_promise(const Ticket *ticket, OrderJob *job, int64_t instant,
		GError **error)
{
	g_autofree char *until =
		clock_rfc3339(instant, calendar_timezone(job->desk->calendar));
	Note note = {.template = TEMPLATE_PROMISE,
		     .ticket = ticket,
		     .event = until,
		     .due = instant};
	bool is_told = false;
	job->transcript =
		g_strdup_printf("%s: promised for %s", ticket->number, until);
	if (job->desk->promise_note &&
	    !tell_customer(job, &note, &is_told, error))
		return false;
	if (is_told) {
		g_free(job->transcript);
		job->transcript =
			g_strdup_printf("%s: promised to the customer for %s",
					ticket->number, until);
	}
	return true;
}

static bool
run_promise(Ticket *ticket, OrderJob *job, GError **error)
{
	int64_t instant;
	if (!job->desk)
		return loket_refuse(error, "desk %s is not configured",
				    ticket->desk);
	const Calendar *calendar = job->desk->calendar;
	if (!parse_promise(job->order->argument, calendar, job->now, &instant,
			   error))
		return false;
	if (instant <= job->now)
		return loket_refuse(error, "\"%s\" is past",
				    job->order->argument);
	ticket_promise(ticket, instant, job->now);
	return tell_of_promise(ticket, job, instant, error);
}

/* The first open instant of a date, else its midnight. */
static bool
parse_until(const char *text, const Calendar *calendar, int64_t *until,
	    GError **error)
{
	GDate date;
	OpenInterval hours;
	g_autofree char *midnight = g_strconcat(text, "T00:00", NULL);
	if (!parse_date(text, &date) ||
	    !clock_parse(midnight, calendar_timezone(calendar), until, NULL))
		return loket_refuse(error,
				    "\"%s\" is no date, expected one such as "
				    "2026-12-01",
				    text);
	if (calendar_day_hours(calendar, &date, &hours))
		*until = hours.from;
	return true;
}

static bool
run_wait(Ticket *ticket, OrderJob *job, GError **error)
{
	int64_t until = 0;
	const char *date = job->order->argument;
	if (!job->desk)
		return loket_refuse(error, "desk %s is not configured",
				    ticket->desk);
	if (date && !parse_until(date, job->desk->calendar, &until, error))
		return false;
	if (date && until <= job->now)
		return loket_refuse(error, "\"%s\" is past", date);
	ticket_wait(ticket, job->desk->calendar, job->now, until,
		    "waiting for the customer");
	job->transcript = g_strdup_printf("%s: waiting for the customer%s%s",
					  ticket->number, date ? " until " : "",
					  date ? date : "");
	return true;
}

/* An agent of the ticket's desk, by address or login; the caller's. */
static char *
agent_named(const OrderJob *job, GError **error)
{
	const char *name = job->order->argument;
	const Config *config = job->intake->config;
	g_autofree char *agent = strchr(name, '@')
					 ? g_ascii_strdown(name, -1)
					 : config_login_address(config, name);
	if (agent && config_is_agent_address(config, job->desk, agent))
		return g_steal_pointer(&agent);
	(void)loket_refuse(
		error,
		"\"%s\" is no agent of the desk, expected an address or "
		"login of one",
		name);
	return NULL;
}

/* A complaint's customer hears who cares for it now: once. */
static bool
tell_of_taking_up(const Ticket *ticket, OrderJob *job, GError **error)
{
	const TicketClock *plan = ticket_clock(ticket, TARGET_PLAN);
	Note note = {.template = TEMPLATE_TAKEN_UP,
		     .ticket = ticket,
		     .event = "",
		     .plan = plan && !plan->ended_at ? plan->due : 0};
	bool is_told;
	return strcmp(ticket->type, COMPLAINT) != 0 ||
	       tell_customer(job, &note, &is_told, error);
}

static bool
run_assign(Ticket *ticket, OrderJob *job, GError **error)
{
	char *agent = agent_named(job, error);
	if (!agent)
		return false;
	g_free(ticket->agent);
	ticket->agent = agent;
	job->transcript =
		g_strdup_printf("%s: assigned to %s", ticket->number, agent);
	return tell_of_taking_up(ticket, job, error);
}

static const OrderKind kinds[] = {

	{"answered", "answered N", ARGUMENT_NONE, run_answered},
	{"assign", "assign N AGENT", ARGUMENT_NEEDED, run_assign},
	{"close", "close N [NOTE]", ARGUMENT_OPTIONAL, run_close},
	{"done", "done N", ARGUMENT_NONE, run_done},
	{"merge", "merge N INTO", ARGUMENT_NEEDED, run_merge},
	{"promise", "promise N DATE|3wd", ARGUMENT_NEEDED, run_promise},
	{"wait", "wait N [DATE]", ARGUMENT_OPTIONAL, run_wait},
};

static const OrderKind *
find_kind(const char *verb)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].verb, verb) == 0)
			return &kinds[i];
	return NULL;
}

bool
order_exists(const char *verb)
{
	return find_kind(verb) != NULL;
}

const char *
order_usage(const char *verb)
{
	const OrderKind *kind = find_kind(verb);
	return kind ? kind->usage : NULL;
}

bool
order_takes(const char *verb, bool has_argument)
{
	const OrderKind *kind = find_kind(verb);
	return kind && kind->argument !=
			       (has_argument ? ARGUMENT_NONE : ARGUMENT_NEEDED);
}

static bool
run_in_store(StoreTx *tx, void *data, GError **error)
{
	OrderJob *job = data;
	const Order *order = job->order;
	job->tx = tx;
	g_autoptr(Ticket) ticket = NULL;
	if (!store_ticket_get(tx, order->number, &ticket, error))
		return false;
	if (!ticket)
		return loket_refuse(error, "no ticket %s", order->number);
	if (ticket->state == TICKET_CLOSED)
		return loket_refuse(error, "ticket %s is closed",
				    order->number);
	job->desk = config_desk_by_title(job->intake->config, ticket->desk);
	g_autofree char *detail = g_strdup_printf(
		"%s%s%s", order->by, order->argument ? ": " : "",
		order->argument ? order->argument : "");
	return find_kind(order->verb)->run(ticket, job, error) &&
	       store_ticket_save(tx, ticket, error) &&
	       store_event_add(tx, ticket->number, job->now, order->verb,
			       detail, error);
}

char *
order_run(const Intake *intake, const Order *order, int64_t now, GError **error)
{
	if (!order_exists(order->verb)) {
		(void)loket_refuse(error, "no order \"%s\"", order->verb);
		return NULL;
	}
	if (!order_takes(order->verb, order->argument != NULL)) {
		(void)loket_refuse(error, "expected %s",
				   order_usage(order->verb));
		return NULL;
	}
	OrderJob job = {.intake = intake, .order = order, .now = now};
	bool ok = store_write(intake->store, run_in_store, &job, error);
	if (!ok)
		g_clear_pointer(&job.transcript, g_free);
	return job.transcript;
}
