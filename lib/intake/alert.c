/*
 * alert: see include/loket/alert.h and job.h
 *
 * In the desk's language: they are colleagues.
 */
#include <loket/alert.h>
#include <loket/clock.h>

#include "job.h"

#define KIND "alert"

/* To an agent, about the ticket. The key is one for each event and reader. */
static bool
tell_agent(StoreTx *tx, const Job *job, Notice *notice, const char *event,
	   GError **error)
{
	g_autofree char *key = g_strdup_printf(
		KIND ":%s:%s:%s", job->ticket->number, event, notice->to);
	bool is_added;
	notice->kind = KIND;
	notice->state = "waiting";
	notice->key = key;
	notice->ticket = job->ticket;
	notice->expires_at = job->now + NOTICE_EXPIRE_S;
	return tell(tx, job, notice, &is_added, error);
}

static bool
tell_of_each_other(StoreTx *tx, const Job *job, GError **error)
{
	const char *both[] = {job->triage->agent, job->decision->other_agent};
	g_autofree char *who = g_strdup_printf("%s and %s", both[0], both[1]);
	for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
		Notice notice = {.template = TEMPLATE_ANSWERED_TWICE,
				 .to = both[i],
				 .values.who = both[1 - i]};
		if (!tell_agent(tx, job, &notice, job->reference, error))
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
		.values.who = decision->unreached ? decision->unreached
						  : job->ticket->customer,
		.due = decision->answer_failed ? answer_due(job->ticket) : 0,
	};
	return tell_agent(tx, job, &notice, decision->bounced_id, error);
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

/* "alert:acks-held:2026-11-24": one a day. */
static char *
daily_key(const Intake *intake, enum TemplateKind template, int64_t now)
{
	g_autofree char *time = clock_rfc3339(now, intake->config->timezone);
	return g_strdup_printf(KIND ":%s:%.10s", template_kind_name(template),
			       time ? time : "");
}

bool
alert_of_held(StoreTx *tx, const Job *job, GError **error)
{
	const Intake *intake = job->intake;
	const ConfigLimit *limit =
		&g_array_index(intake->config->ack_limit_site, ConfigLimit, 0);
	g_autofree char *key = daily_key(intake, TEMPLATE_ACKS_HELD, job->now);
	g_autofree char *count =
		g_strdup_printf("%" G_GINT64_FORMAT, limit->most);
	bool is_added;
	Notice notice = {.kind = KIND,
			 .key = key,
			 .state = "waiting",
			 .template = TEMPLATE_ACKS_HELD,
			 .to = intake->config->postmaster,
			 .expires_at = job->now + NOTICE_EXPIRE_S,
			 .values.count = count};
	return tell(tx, job, &notice, &is_added, error);
}

static const ConfigDesk *
desk_of(const Config *config, const OutboxItem *item)
{
	const ConfigDesk *desk =
		item->desk ? config_desk_by_title(config, item->desk) : NULL;
	return desk ? desk : g_ptr_array_index(config->desks, 0);
}

bool
alert_not_sent(StoreTx *tx, const Intake *intake, const OutboxItem *item,
	       int64_t now, GError **error)
{
	if (g_str_equal(item->kind, KIND))
		return true;
	g_autofree char *key = daily_key(intake, TEMPLATE_NOT_SENT, now);
	Notice notice = {.kind = KIND,
			 .key = key,
			 .state = "waiting",
			 .template = TEMPLATE_NOT_SENT,
			 .desk = desk_of(intake->config, item),
			 .to = intake->config->postmaster,
			 .at = now,
			 .leaves_at = now + intake->config->ack_delay_s,
			 .expires_at = now + NOTICE_EXPIRE_S,
			 .values.who = item->recipient,
			 .values.problem = item->last_error};
	g_autoptr(OutboxItem) alert = NULL;
	return notice_queue(tx, intake, &notice, &alert, error);
}
