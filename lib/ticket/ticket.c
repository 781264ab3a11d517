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

static void
pause_free(void *data)
{
	TicketPause *pause = data;
	g_free(pause->why);
	g_free(pause);
}

static void
answer_free(void *data)
{
	TicketAnswer *answer = data;
	g_free(answer->message_id);
	g_free(answer->agent);
	g_free(answer->reference);
	g_free(answer);
}

Ticket *
ticket_new(void)
{
	Ticket *ticket = g_new0(Ticket, 1);
	ticket->seen_by = g_ptr_array_new_with_free_func(g_free);
	ticket->clocks = g_ptr_array_new_with_free_func(clock_free);
	ticket->pauses = g_ptr_array_new_with_free_func(pause_free);
	ticket->answers = g_ptr_array_new_with_free_func(answer_free);
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
		ticket->channel,  ticket->queue_id, ticket->successor};
	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
		g_free(strings[i]);
	g_ptr_array_unref(ticket->seen_by);
	g_ptr_array_unref(ticket->clocks);
	g_ptr_array_unref(ticket->pauses);
	g_ptr_array_unref(ticket->answers);
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
ticket_add_pause(Ticket *ticket, int64_t from, int64_t to, const char *why)
{
	TicketPause *pause = g_new0(TicketPause, 1);
	pause->from = from;
	pause->to = to;
	pause->why = g_strdup(why);
	g_ptr_array_add(ticket->pauses, pause);
}

TicketAnswer *
ticket_add_answer(Ticket *ticket, const char *message_id, int64_t at)
{
	TicketAnswer *answer = g_new0(TicketAnswer, 1);
	answer->message_id = g_strdup(message_id);
	answer->at = at;
	g_ptr_array_add(ticket->answers, answer);
	return answer;
}

const TicketAnswer *
ticket_answer_by(const Ticket *ticket, const char *id)
{
	for (guint i = 0; id && i < ticket->answers->len; i++) {
		const TicketAnswer *answer = ticket->answers->pdata[i];
		if (g_strcmp0(answer->message_id, id) == 0 ||
		    g_strcmp0(answer->reference, id) == 0)
			return answer;
	}
	return NULL;
}

void
ticket_show_to(Ticket *ticket, const char *desk)
{
	if (strcmp(ticket->desk, desk) != 0 &&
	    !g_ptr_array_find_with_equal_func(ticket->seen_by, desk,
					      g_str_equal, NULL))
		g_ptr_array_add(ticket->seen_by, g_strdup(desk));
}
