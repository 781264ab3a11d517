/*
 * merge: two tickets that are about one thing become one.
 *
 * See include/loket/ticket.h. What was promised in either is kept.
 */
#include <loket/ticket.h>

static bool
is_response(enum TargetKind kind)
{
	return kind == TARGET_FIRST_RESPONSE || kind == TARGET_NEXT_RESPONSE;
}

/* The running clock that stands for the same as one of the kind. */
static TicketClock *
rival_of(const Ticket *ticket, enum TargetKind kind)
{
	if (is_response(kind))
		return ticket_running_response(ticket);
	TicketClock *clock = ticket_clock(ticket, kind);
	return clock && !clock->ended_at ? clock : NULL;
}

/* A ticket has one first response. */
static enum TargetKind
kind_in(const Ticket *into, enum TargetKind kind)
{
	bool had_first = ticket_clock(into, TARGET_FIRST_RESPONSE) != NULL;
	return is_response(kind) && had_first ? TARGET_NEXT_RESPONSE : kind;
}

/* Whether the clock goes on in the other ticket, in its rival's place. */
static bool
is_taken(Ticket *into, TicketClock *clock, int64_t at)
{
	TicketClock *rival = rival_of(into, clock->kind);
	if (rival && rival->due_now <= clock->due_now)
		return false;
	if (rival)
		rival->ended_at = at;
	clock->kind = kind_in(into, clock->kind);
	return true;
}

static void
move_clocks(Ticket *into, Ticket *from, int64_t at)
{
	for (guint i = 0; i < from->clocks->len;) {
		TicketClock *clock = from->clocks->pdata[i];
		if (clock->ended_at || !is_taken(into, clock, at)) {
			i++;
			continue;
		}
		g_ptr_array_add(into->clocks,
				g_ptr_array_steal_index(from->clocks, i));
	}
}

static int
by_time(const void *a, const void *b)
{
	const TicketAnswer *const *one = a;
	const TicketAnswer *const *other = b;
	return ((*one)->at > (*other)->at) - ((*one)->at < (*other)->at);
}

static void
move_answers(Ticket *into, Ticket *from)
{
	while (from->answers->len > 0)
		g_ptr_array_add(into->answers,
				g_ptr_array_steal_index(from->answers, 0));
	g_ptr_array_sort(into->answers, by_time);
}

static void
move_desks(Ticket *into, const Ticket *from)
{
	ticket_show_to(into, from->desk);
	for (guint i = 0; i < from->seen_by->len; i++)
		ticket_show_to(into, from->seen_by->pdata[i]);
}

void
ticket_merge(Ticket *into, Ticket *from, int64_t at)
{
	move_clocks(into, from, at);
	move_answers(into, from);
	move_desks(into, from);
	if (from->state == TICKET_OPEN)
		into->state = TICKET_OPEN;
	if (!into->promise || (from->promise && from->promise < into->promise))
		into->promise = from->promise;
	from->promise = 0;
	into->is_confirmed |= from->is_confirmed;
	into->is_undeliverable |= from->is_undeliverable;
	ticket_close(from, NULL, at, false);
}
