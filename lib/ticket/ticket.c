/* ticket: see include/loket/ticket.h */
#include <string.h>

#include <loket/ticket.h>

static const char *const state_names[TICKET_STATES] = {
	[TICKET_OPEN] = "open",
	[TICKET_PENDING] = "pending",
	[TICKET_SOLVED] = "solved",
	[TICKET_CLOSED] = "closed",
};

static void
clock_free(void *data)
{
	TicketClock *clock = data;
	g_free(clock->met_by);
	g_free(clock);
}

Ticket *
ticket_new(void)
{
	Ticket *ticket = g_new0(Ticket, 1);
	ticket->clocks = g_ptr_array_new_with_free_func(clock_free);
	return ticket;
}

void
ticket_free(Ticket *ticket)
{
	if (!ticket)
		return;
	char *strings[] = {
		ticket->number,	  ticket->desk,	    ticket->type,
		ticket->subject,  ticket->customer, ticket->customer_name,
		ticket->language, ticket->agent,    ticket->team,
		ticket->channel,  ticket->queue_id};
	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
		g_free(strings[i]);
	g_ptr_array_unref(ticket->clocks);
	g_free(ticket);
}

const char *
ticket_state_name(enum TicketState state)
{
	return state_names[state];
}

bool
ticket_state_parse(const char *name, enum TicketState *state)
{
	for (enum TicketState s = 0; s < TICKET_STATES; s++) {
		if (strcmp(state_names[s], name) != 0)
			continue;
		*state = s;
		return true;
	}
	return false;
}

const char *
ticket_flag_name(enum TicketFlag flag)
{
	static const char *const names[] = {"none", "near", "overdue"};
	return names[flag];
}

void
ticket_start_clock(Ticket *ticket, enum TargetKind kind, Target target,
		   int64_t started_at, int64_t due)
{
	TicketClock *clock = g_new0(TicketClock, 1);
	clock->kind = kind;
	clock->target = target;
	clock->started_at = started_at;
	clock->due = due;
	clock->due_now = due;
	g_ptr_array_add(ticket->clocks, clock);
}

TicketClock *
ticket_clock(const Ticket *ticket, enum TargetKind kind)
{
	for (guint i = ticket->clocks->len; i-- > 0;) {
		TicketClock *clock = ticket->clocks->pdata[i];
		if (clock->kind == kind)
			return clock;
	}
	return NULL;
}

static bool
is_response(const TicketClock *clock)
{
	return clock->kind == TARGET_FIRST_RESPONSE ||
	       clock->kind == TARGET_NEXT_RESPONSE;
}

TicketClock *
ticket_running_response(const Ticket *ticket)
{
	for (guint i = ticket->clocks->len; i-- > 0;) {
		TicketClock *clock = ticket->clocks->pdata[i];
		if (is_response(clock) && !clock->ended_at)
			return clock;
	}
	return NULL;
}

bool
ticket_response_wanted(const Ticket *ticket, enum TargetKind *kind)
{
	if (ticket_running_response(ticket))
		return false;
	/* no clock and not open: an agent opened it by writing first */
	bool is_first = !ticket_clock(ticket, TARGET_FIRST_RESPONSE) &&
			!ticket_clock(ticket, TARGET_NEXT_RESPONSE) &&
			ticket->state == TICKET_OPEN;
	*kind = is_first ? TARGET_FIRST_RESPONSE : TARGET_NEXT_RESPONSE;
	return true;
}

/* Whose turn it is; a ticket that was closed no longer is. */
static void
set_turn(Ticket *ticket, enum TicketState state)
{
	ticket->state = state;
	ticket->closed_at = 0;
}

void
ticket_customer_wrote(Ticket *ticket)
{
	set_turn(ticket, TICKET_OPEN);
}

void
ticket_answer(Ticket *ticket, const char *message_id, int64_t at)
{
	TicketClock *clock = ticket_running_response(ticket);
	if (clock) {
		clock->met_at = at;
		clock->ended_at = at;
		clock->met_by = g_strdup(message_id);
	}
	set_turn(ticket, TICKET_PENDING);
}

static TicketClock *
clock_met_by(const Ticket *ticket, const char *message_id, guint *at)
{
	for (guint i = 0; message_id && i < ticket->clocks->len; i++) {
		TicketClock *clock = ticket->clocks->pdata[i];
		*at = i;
		if (g_strcmp0(clock->met_by, message_id) == 0)
			return clock;
	}
	return NULL;
}

bool
ticket_answer_failed(Ticket *ticket, const char *message_id)
{
	guint at;
	TicketClock *clock = clock_met_by(ticket, message_id, &at);
	if (!clock)
		return false;
	/* as if that answer had never been: a response clock started since
	 * would not have started, and what ended it would have ended this */
	clock->met_at = 0;
	clock->ended_at = 0;
	g_clear_pointer(&clock->met_by, g_free);
	for (guint i = at + 1; i < ticket->clocks->len; i++) {
		TicketClock *next = ticket->clocks->pdata[i];
		if (!is_response(next))
			continue;
		clock->met_at = next->met_at;
		clock->ended_at = next->ended_at;
		clock->met_by = g_steal_pointer(&next->met_by);
		g_ptr_array_remove_index(ticket->clocks, i);
		break;
	}
	if (!clock->ended_at)
		set_turn(ticket, TICKET_OPEN);
	return true;
}

int64_t
ticket_due(const Ticket *ticket)
{
	int64_t soonest = ticket->promise;
	for (guint i = 0; i < ticket->clocks->len; i++) {
		const TicketClock *clock = ticket->clocks->pdata[i];
		if (clock->ended_at)
			continue;
		if (!soonest || clock->due_now < soonest)
			soonest = clock->due_now;
	}
	return soonest;
}

static enum TicketFlag
clock_flag(const TicketClock *clock, const Calendar *calendar,
	   const Target *warn, int64_t now)
{
	if (clock->ended_at)
		return FLAG_NONE;
	if (now > clock->due_now)
		return FLAG_OVERDUE;
	if (!calendar)
		return FLAG_NONE;
	int64_t near = calendar_warn_at(calendar, &clock->target, warn,
					clock->started_at, clock->due_now);
	return now >= near ? FLAG_NEAR : FLAG_NONE;
}

/* A promise is a date: its time is working time since the receipt. */
static TicketClock
promise_clock(const Ticket *ticket)
{
	return (TicketClock){.target = {.unit = TARGET_WORKING_HOURS},
			     .started_at = ticket->received_at,
			     .due_now = ticket->promise};
}

enum TicketFlag
ticket_flag(const Ticket *ticket, const Calendar *calendar, const Target *warn,
	    int64_t now)
{
	enum TicketFlag worst = FLAG_NONE;
	TicketClock promise = promise_clock(ticket);
	if (ticket->promise)
		worst = clock_flag(&promise, calendar, warn, now);
	for (guint i = 0; i < ticket->clocks->len; i++) {
		enum TicketFlag flag = clock_flag(ticket->clocks->pdata[i],
						  calendar, warn, now);
		worst = MAX(worst, flag);
	}
	return worst;
}

int
ticket_clock_outcome(const TicketClock *clock, int64_t now)
{
	if (clock->met_at)
		return clock->met_at <= clock->due_now;
	if (clock->ended_at)
		return -1;
	return now > clock->due_now ? 0 : -1;
}
