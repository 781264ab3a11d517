/*
 * alert: what agents are told as it happens.
 *
 * See job.h. In the desk's language: they are colleagues.
 */
#include "notice.h"

#define KIND "alert"

/* The key is one for each event and reader. */
static bool
tell(StoreTx *tx, const Job *job, Notice *notice, const char *event,
     GError **error)
{
	g_autofree char *key = g_strdup_printf(
		KIND ":%s:%s:%s", job->ticket->number, event, notice->to);
	bool is_added;
	notice->kind = KIND;
	notice->state = "waiting";
	notice->key = key;
	return queue_notice(tx, job, notice, &is_added, error);
}

static bool
tell_of_each_other(StoreTx *tx, const Job *job, GError **error)
{
	const char *both[] = {job->triage->agent, job->decision->other_agent};
	g_autofree char *who = g_strdup_printf("%s and %s", both[0], both[1]);
	for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
		Notice notice = {.template = TEMPLATE_ANSWERED_TWICE,
				 .to = both[i],
				 .who = both[1 - i]};
		if (!tell(tx, job, &notice, job->reference, error))
			return false;
	}
	return store_event_add(tx, job->ticket->number, job->now,
			       "answered twice", who, error);
}

/* When the customer has to have an answer after all; 0: no clock runs. */
static int64_t
answer_due(const Ticket *ticket)
{
	const TicketClock *clock = ticket_running_response(ticket);
	return clock ? clock->due_now : 0;
}

static bool
tell_of_bounce(StoreTx *tx, const Job *job, GError **error)
{
	const Decision *decision = job->decision;
	Notice notice = {
		.template = TEMPLATE_UNDELIVERABLE,
		.to = decision->bounced_agent,
		.who = decision->unreached ? decision->unreached
					   : job->ticket->customer,
		.due = decision->answer_failed ? answer_due(job->ticket) : 0,
	};
	return tell(tx, job, &notice, decision->bounced_id, error);
}

bool
alert_agents(StoreTx *tx, const Job *job, GError **error)
{
	const Decision *decision = job->decision;
	if (!decision->desk)
		return true;
	return (!decision->other_agent || tell_of_each_other(tx, job, error)) &&
	       (!decision->bounced_agent || tell_of_bounce(tx, job, error));
}
