/* order: see include/loket/order.h */
#include <string.h>

#include <loket/clock.h>
#include <loket/error.h>
#include <loket/order.h>

typedef struct OrderJob {
	StoreTx *tx;
	const Config *config;
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

G_GNUC_PRINTF(2, 3)
static bool
refuse(GError **error, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *why = g_strdup_vprintf(format, values);
	va_end(values);
	g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_PERMANENT, why);
	return false;
}

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

static bool
run_close(Ticket *ticket, OrderJob *job, GError **error)
{
	(void)error;
	bool is_answered =
		ticket->answers->len > 0 && !ticket_running_response(ticket);
	ticket_close(ticket, job->desk ? job->desk->calendar : NULL, job->now);
	job->transcript = g_strdup_printf(
		"%s: closed%s", ticket->number,
		is_answered ? ""
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
		(void)refuse(error, "no ticket %s", number);
	else if (strcmp(into->number, ticket->number) == 0)
		(void)refuse(error, "%s is that ticket itself", number);
	else if (into->successor)
		(void)refuse(error, "mail for ticket %s goes to %s now", number,
			     into->successor);
	else if (into->state == TICKET_CLOSED)
		(void)refuse(error, "ticket %s is closed", number);
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
	return refuse(error,
		      "\"%s\" is no date, expected one such as 2026-12-01 or "
		      "3wd",
		      text);
}

static bool
run_promise(Ticket *ticket, OrderJob *job, GError **error)
{
	int64_t instant;
	if (!job->desk)
		return refuse(error, "desk %s is not configured", ticket->desk);
	const Calendar *calendar = job->desk->calendar;
	if (!parse_promise(job->order->argument, calendar, job->now, &instant,
			   error))
		return false;
	if (instant <= job->now)
		return refuse(error, "\"%s\" is past", job->order->argument);
	ticket_promise(ticket, instant, job->now);
	g_autofree char *until =
		clock_rfc3339(instant, calendar_timezone(calendar));
	job->transcript =
		g_strdup_printf("%s: promised for %s", ticket->number, until);
	return true;
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
		return refuse(error,
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
		return refuse(error, "desk %s is not configured", ticket->desk);
	if (date && !parse_until(date, job->desk->calendar, &until, error))
		return false;
	if (date && until <= job->now)
		return refuse(error, "\"%s\" is past", date);
	ticket_wait(ticket, job->desk->calendar, job->now, until,
		    "waiting for the customer");
	job->transcript = g_strdup_printf("%s: waiting for the customer%s%s",
					  ticket->number, date ? " until " : "",
					  date ? date : "");
	return true;
}

static const OrderKind kinds[] = {
	{"answered", "answered N", ARGUMENT_NONE, run_answered},
	{"close", "close N", ARGUMENT_NONE, run_close},
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
		return refuse(error, "no ticket %s", order->number);
	if (ticket->state == TICKET_CLOSED)
		return refuse(error, "ticket %s is closed", order->number);
	job->desk = config_desk_by_title(job->config, ticket->desk);
	g_autofree char *detail = g_strdup_printf(
		"%s%s%s", order->by, order->argument ? ": " : "",
		order->argument ? order->argument : "");
	return find_kind(order->verb)->run(ticket, job, error) &&
	       store_ticket_save(tx, ticket, error) &&
	       store_event_add(tx, ticket->number, job->now, order->verb,
			       detail, error);
}

char *
order_run(const Config *config, Store *store, const Order *order, int64_t now,
	  GError **error)
{
	if (!order_exists(order->verb)) {
		(void)refuse(error, "no order \"%s\"", order->verb);
		return NULL;
	}
	if (!order_takes(order->verb, order->argument != NULL)) {
		(void)refuse(error, "expected %s", order_usage(order->verb));
		return NULL;
	}
	OrderJob job = {.config = config, .order = order, .now = now};
	bool ok = store_write(store, run_in_store, &job, error);
	if (!ok)
		g_clear_pointer(&job.transcript, g_free);
	return job.transcript;
}
