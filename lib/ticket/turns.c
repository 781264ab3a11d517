/*
 * turns: how a ticket's clocks and state move as people write.
 *
 * See include/loket/ticket.h.
 */
#include <loket/ticket.h>

TicketClock *
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
	return clock;
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

/* The running clock of a kind; NULL when none runs. */
static TicketClock *
running(const Ticket *ticket, enum TargetKind kind)
{
	TicketClock *clock = ticket_clock(ticket, kind);
	return clock && !clock->ended_at ? clock : NULL;
}

TicketPause *
ticket_pause_at(const Ticket *ticket, int64_t instant)
{
	for (guint i = ticket->pauses->len; i-- > 0;) {
		TicketPause *pause = ticket->pauses->pdata[i];
		if (pause->from <= instant &&
		    (!pause->to || instant < pause->to))
			return pause;
	}
	return NULL;
}

/* What a pause puts a due off by: its open time for targets in working time,
 * else its length. */
static int64_t
put_off(const TicketClock *clock, const TicketPause *pause, int64_t due,
	const Calendar *calendar)
{
	int64_t from = MAX(pause->from, clock->started_at);
	if (!pause->to || pause->to <= from || from >= due)
		return due;
	if (!target_is_working(&clock->target))
		return due + (pause->to - from);
	int64_t moved;
	int64_t open_s = calendar_open_seconds(calendar, from, pause->to);
	return calendar_after(calendar, due, open_s, &moved, NULL) ? moved
								   : due;
}

/* due_now anew from what was promised and all pauses that have an end. */
static void
move_resolution(Ticket *ticket, const Calendar *calendar)
{
	TicketClock *clock = running(ticket, TARGET_RESOLUTION);
	if (!clock || !calendar)
		return;
	clock->due_now = clock->due;
	for (guint i = 0; i < ticket->pauses->len; i++)
		clock->due_now = put_off(clock, ticket->pauses->pdata[i],
					 clock->due_now, calendar);
}

static void
end_pause(Ticket *ticket, const Calendar *calendar, int64_t at)
{
	TicketPause *pause = ticket_pause_at(ticket, at);
	if (!pause)
		return;
	pause->to = at;
	move_resolution(ticket, calendar);
}

void
ticket_wait(Ticket *ticket, const Calendar *calendar, int64_t at, int64_t until,
	    const char *why)
{
	end_pause(ticket, calendar, at);
	ticket_add_pause(ticket, at, until, why);
	move_resolution(ticket, calendar);
	set_turn(ticket, TICKET_PENDING);
}

void
ticket_customer_wrote(Ticket *ticket, const Calendar *calendar, int64_t at)
{
	end_pause(ticket, calendar, at);
	set_turn(ticket, TICKET_OPEN);
}

static void
meet(TicketClock *clock, const char *message_id, int64_t at)
{
	clock->met_at = at;
	clock->ended_at = at;
	clock->met_by = g_strdup(message_id);
}

static bool
was_answered(const Ticket *ticket)
{
	for (guint i = 0; i < ticket->clocks->len; i++) {
		const TicketClock *clock = ticket->clocks->pdata[i];
		if (is_response(clock) && clock->met_at)
			return true;
	}
	return false;
}

TicketAnswer *
ticket_answer(Ticket *ticket, const char *message_id, int64_t at)
{
	TicketClock *response = ticket_running_response(ticket);
	TicketClock *plan = running(ticket, TARGET_PLAN);
	TicketAnswer *answer = ticket_add_answer(ticket, message_id, at);
	if (response)
		meet(response, message_id, at);
	if (plan && ticket->promise)
		meet(plan, message_id, at);
	set_turn(ticket, TICKET_PENDING);
	return answer;
}

void
ticket_done(Ticket *ticket, int64_t at)
{
	TicketClock *response = ticket_running_response(ticket);
	if (response)
		response->ended_at = at;
	set_turn(ticket, TICKET_PENDING);
}

void
ticket_close(Ticket *ticket, const Calendar *calendar, int64_t at,
	     bool has_note)
{
	TicketClock *resolution = running(ticket, TARGET_RESOLUTION);
	bool is_answered =
		ticket->answers->len > 0 && !ticket_running_response(ticket);
	end_pause(ticket, calendar, at);
	if (resolution && (is_answered || has_note))
		meet(resolution, NULL, at);
	for (guint i = 0; i < ticket->clocks->len; i++) {
		TicketClock *clock = ticket->clocks->pdata[i];
		if (!clock->ended_at)
			clock->ended_at = at;
	}
	ticket->state = TICKET_CLOSED;
	ticket->closed_at = at;
}

void
ticket_promise(Ticket *ticket, int64_t instant, int64_t at)
{
	TicketClock *plan = running(ticket, TARGET_PLAN);
	ticket->promise = instant;
	if (plan && was_answered(ticket))
		meet(plan, NULL, at);
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

/* The first response clock after the one at the index; its own index. False:
 * none. */
static bool
next_response(const Ticket *ticket, guint at, guint *next)
{
	for (guint i = at + 1; i < ticket->clocks->len; i++) {
		*next = i;
		if (is_response(ticket->clocks->pdata[i]))
			return true;
	}
	return false;
}

/* The first answer in from <= at <= until; NULL: none. */
static const TicketAnswer *
answer_between(const Ticket *ticket, int64_t from, int64_t until)
{
	for (guint i = 0; i < ticket->answers->len; i++) {
		const TicketAnswer *answer = ticket->answers->pdata[i];
		if (from <= answer->at && answer->at <= until)
			return answer;
	}
	return NULL;
}

/*
 * Lets go on what a lost answer had met: another answer meets it, or else a
 * response clock that started since would not have started, and what ended
 * that one would have ended this.
 */
static void
meet_otherwise(Ticket *ticket, guint at)
{
	TicketClock *clock = ticket->clocks->pdata[at];
	guint n;
	TicketClock *next =
		next_response(ticket, at, &n) ? ticket->clocks->pdata[n] : NULL;
	const TicketAnswer *other = answer_between(
		ticket, clock->started_at, next ? next->started_at : INT64_MAX);
	if (other) {
		meet(clock, other->message_id, other->at);
	} else if (next) {
		clock->met_at = next->met_at;
		clock->ended_at = next->ended_at;
		clock->met_by = g_steal_pointer(&next->met_by);
		g_ptr_array_remove_index(ticket->clocks, n);
	}
}

static void
forget_answer(Ticket *ticket, const char *message_id)
{
	for (guint i = ticket->answers->len; i-- > 0;) {
		const TicketAnswer *answer = ticket->answers->pdata[i];
		if (g_strcmp0(answer->message_id, message_id) == 0)
			g_ptr_array_remove_index(ticket->answers, i);
	}
}

/* A resolution is met by closing what was answered; an end without an answer
 * left is just an end. */
static bool
unresolve(Ticket *ticket)
{
	TicketClock *clock = ticket_clock(ticket, TARGET_RESOLUTION);
	if (!clock || !clock->met_at ||
	    answer_between(ticket, 0, clock->met_at))
		return false;
	clock->met_at = 0;
	return true;
}

bool
ticket_answer_failed(Ticket *ticket, const char *message_id)
{
	bool was_met = false;
	guint at;
	TicketClock *clock;
	if (message_id)
		forget_answer(ticket, message_id);
	while ((clock = clock_met_by(ticket, message_id, &at))) {
		was_met = true;
		clock->met_at = 0;
		clock->ended_at = 0;
		g_clear_pointer(&clock->met_by, g_free);
		if (is_response(clock))
			meet_otherwise(ticket, at);
		if (!clock->ended_at && ticket->state == TICKET_PENDING)
			set_turn(ticket, TICKET_OPEN);
	}
	return unresolve(ticket) || was_met;
}

/* Whether the clock stands still in the pause, which may be NULL; one that was
 * past due before goes on. */
static bool
stops_in(const TicketClock *clock, const TicketPause *pause)
{
	return clock->kind == TARGET_RESOLUTION && pause &&
	       pause->from < clock->due_now;
}

/* Whether nobody knows when the clock goes on. */
static bool
has_open_pause(const Ticket *ticket, const TicketClock *clock)
{
	const TicketPause *last =
		ticket->pauses->len > 0
			? ticket->pauses->pdata[ticket->pauses->len - 1]
			: NULL;
	return stops_in(clock, last) && !last->to;
}

int64_t
ticket_due(const Ticket *ticket)
{
	int64_t soonest = ticket->promise;
	for (guint i = 0; i < ticket->clocks->len; i++) {
		const TicketClock *clock = ticket->clocks->pdata[i];
		if (clock->ended_at || has_open_pause(ticket, clock))
			continue;
		if (!soonest || clock->due_now < soonest)
			soonest = clock->due_now;
	}
	return soonest;
}

/* Whether a clock stands still at the instant. */
static bool
is_paused(const Ticket *ticket, const TicketClock *clock, int64_t instant)
{
	return stops_in(clock, ticket_pause_at(ticket, instant));
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
		const TicketClock *clock = ticket->clocks->pdata[i];
		if (is_paused(ticket, clock, now))
			continue;
		worst = MAX(worst, clock_flag(clock, calendar, warn, now));
	}
	return worst;
}

enum ClockOutcome
ticket_clock_outcome(const Ticket *ticket, const TicketClock *clock,
		     int64_t now)
{
	if (clock->met_at)
		return clock->met_at <= clock->due_now ? OUTCOME_MET
						       : OUTCOME_LATE;
	if (clock->ended_at)
		return OUTCOME_OUTSIDE;
	return now > clock->due_now && !is_paused(ticket, clock, now)
		       ? OUTCOME_MISSED
		       : OUTCOME_OPEN;
}
