/* order: see include/loket/order.h */
#include <string.h>

#include <loket/clock.h>
#include <loket/error.h>
#include <loket/order.h>

#include "note.h"

#define COMPLAINT "complaint"
/* Characters of a closing note: a template takes no more of a value. */
#define NOTE_MAX 4000

typedef struct OrderJob {
	StoreTx *tx;
	const Intake *intake;
	const Order *order;
	int64_t now;
	const ConfigDesk *desk; /* NULL: no longer configured */
	char *transcript;
	bool is_dry; /* all was done, and is undone */
} OrderJob;

enum OrderArgument { ARGUMENT_NONE, ARGUMENT_OPTIONAL, ARGUMENT_NEEDED };

typedef struct OrderKind {
	const char *verb;
	const char *usage;
	enum OrderArgument argument;
	/* Changes the ticket and sets the transcript. */
	bool (*run)(Ticket *ticket, OrderJob *job, GError **error);
} OrderKind;

/* What waits for the customer and is overtaken by what happens now. */
static bool
withdraw(const Ticket *ticket, const OrderJob *job, const char *kind,
	 const char *why, GError **error)
{
	return store_outbox_withdraw(job->tx, ticket->number, kind, why, error);
}

static bool
run_answered(Ticket *ticket, OrderJob *job, GError **error)
{
	bool had_clock = ticket_running_response(ticket) != NULL;
	(void)ticket_answer(ticket, NULL, job->now);
	job->transcript =
		g_strdup_printf("%s: answered%s", ticket->number,
				had_clock ? "" : ", no target was running");
	return withdraw(ticket, job, "ack", "the customer was answered before",
			error);
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

/* Tells the customer. *why not is the caller's; NULL: he is told. */
static bool
tell_customer(const OrderJob *job, Note *note, char **why, GError **error)
{
	note->desk = job->desk;
	note->at = job->now;
	return note_customer(job->tx, job->intake, note, why, error);
}

/* "", or why the customer is not told; the caller's. */
static char *
untold(const char *why)
{
	return why ? g_strconcat(", the customer is not told: ", why, NULL)
		   : g_strdup("");
}

static bool
tell_of_closing(const Ticket *ticket, OrderJob *job, char **why, GError **error)
{
	g_autofree char *event = g_strdup_printf("%" G_GINT64_FORMAT, job->now);
	int64_t within_s = job->desk ? job->desk->reopen_within_s : 0;
	Note note = {.template = TEMPLATE_CLOSING,
		     .ticket = ticket,
		     .words = job->order->argument,
		     .event = event,
		     .reopen = within_s ? job->now + within_s : 0};
	return tell_customer(job, &note, why, error);
}

/* What is promised to him, and that he was heard, is of no use any more. */
static bool
withdraw_all(const Ticket *ticket, const OrderJob *job, GError **error)
{
	static const char *const kinds[] = {"ack", "promise", "taken-up"};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!withdraw(ticket, job, kinds[i],
			      "the ticket was closed before", error))
			return false;
	return true;
}

static bool
check_words(const char *words, GError **error)
{
	if (!g_utf8_validate(words, -1, NULL))
		return loket_refuse(error, "the closing note is not UTF-8");
	if (words[strspn(words, " \t\r\n")] == '\0')
		return loket_refuse(error, "the closing note is empty");
	return g_utf8_strlen(words, -1) <= NOTE_MAX ||
	       loket_refuse(error,
			    "the closing note is longer than %d characters",
			    NOTE_MAX);
}

/* A closing note counts when the customer gets it. */
static bool
run_close(Ticket *ticket, OrderJob *job, GError **error)
{
	const char *words = job->order->argument;
	g_autofree char *why = NULL;
	bool is_answered =
		ticket->answers->len > 0 && !ticket_running_response(ticket);
	if ((words && !check_words(words, error)) ||
	    !withdraw_all(ticket, job, error) ||
	    (words && !tell_of_closing(ticket, job, &why, error)))
		return false;
	bool has_note = words && !why;
	ticket_close(ticket, job->desk ? job->desk->calendar : NULL, job->now,
		     has_note);
	g_autofree char *not_told = untold(why);
	job->transcript = g_strdup_printf(
		"%s: closed%s%s", ticket->number, not_told,
		is_answered || has_note
			? ""
			: ", but the customer has no answer: it does not "
			  "count as solved");
	return true;
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

/* A date that he knows already is not told again. */
static bool
tell_of_promise(const Ticket *ticket, OrderJob *job, int64_t instant,
		GError **error)
{
	g_autofree char *until =
		clock_rfc3339(instant, calendar_timezone(job->desk->calendar));
	g_autofree char *event =
		g_strdup_printf("%" G_GINT64_FORMAT ":%s", job->now, until);
	g_autofree char *why = NULL;
	Note note = {.template = TEMPLATE_PROMISE,
		     .ticket = ticket,
		     .event = event,
		     .due = instant};
	bool is_told = job->desk->promise_note && instant != ticket->promise;
	if (is_told && !tell_customer(job, &note, &why, error))
		return false;
	g_autofree char *not_told = untold(why);
	job->transcript = g_strdup_printf(
		"%s: promised %sfor %s%s", ticket->number,
		is_told && !why ? "to the customer " : "", until, not_told);
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
	bool ok = tell_of_promise(ticket, job, instant, error);
	ticket_promise(ticket, instant, job->now);
	return ok;
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
tell_of_taking_up(const Ticket *ticket, const OrderJob *job, char **why,
		  GError **error)
{
	const TicketClock *plan = ticket_clock(ticket, TARGET_PLAN);
	Note note = {.template = TEMPLATE_TAKEN_UP,
		     .ticket = ticket,
		     .event = "",
		     .plan = plan && !plan->ended_at ? plan->due : 0};
	return strcmp(ticket->type, COMPLAINT) != 0 ||
	       tell_customer(job, &note, why, error);
}

static bool
run_assign(Ticket *ticket, OrderJob *job, GError **error)
{
	g_autofree char *why = NULL;
	char *agent = agent_named(job, error);
	if (!agent)
		return false;
	g_free(ticket->agent);
	ticket->agent = agent;
	if (!tell_of_taking_up(ticket, job, &why, error))
		return false;
	g_autofree char *not_told = untold(why);
	job->transcript = g_strdup_printf("%s: assigned to %s%s",
					  ticket->number, agent, not_told);
	return true;
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
	if (!find_kind(order->verb)->run(ticket, job, error) ||
	    !store_ticket_save(tx, ticket, error) ||
	    !store_event_add(tx, ticket->number, job->now, order->verb, detail,
			     error))
		return false;
	/* undone on purpose */
	job->is_dry = job->intake->config->dry_run;
	return !job->is_dry || loket_refuse(error, "dry-run");
}

static char *
dry_transcript(OrderJob *job)
{
	g_autofree char *said = g_steal_pointer(&job->transcript);
	return g_strconcat("dry-run, nothing is changed: ", said, NULL);
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
	g_autoptr(GError) why = NULL;
	bool ok = store_write(intake->store, run_in_store, &job, &why);
	if (!ok && job.is_dry)
		return dry_transcript(&job);
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&why));
	if (!ok)
		g_clear_pointer(&job.transcript, g_free);
	return job.transcript;
}
