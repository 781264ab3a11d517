/*
 * alert: see include/loket/alert.h and job.h
 *
 * In the desk's language: they are colleagues.
 */
#include <loket/address.h>
#include <loket/alert.h>
#include <loket/clock.h>

#include "job.h"

#define KIND "alert"

/* To an agent, about the ticket. The key is one for each event and reader. */
static bool
tell_agent(StoreTx *tx, const Job *job, NotificationDraft *draft,
	   const char *event, GError **error)
{
	g_autofree char *key = g_strdup_printf(
		KIND ":%s:%s:%s", job->ticket->number, event, draft->to);
	bool is_added;
	draft->kind = KIND;
	draft->state = "waiting";
	draft->key = key;
	draft->ticket = job->ticket;
	draft->expires_at = job->now + NOTIFICATION_EXPIRE_S;
	return tell(tx, job, draft, &is_added, error);
}

static bool
tell_of_each_other(StoreTx *tx, const Job *job, GError **error)
{
	const char *both[] = {job->triage->agent, job->decision->other_agent};
	g_autofree char *who = g_strdup_printf("%s and %s", both[0], both[1]);
	for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
		NotificationDraft draft = {.template = TEMPLATE_ANSWERED_TWICE,
					   .to = both[i],
					   .values.who = both[1 - i]};
		if (!tell_agent(tx, job, &draft, job->reference, error))
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

/* A report may be anybody's: what is no address in it is not shown. */
static const char *
unreached(const Job *job)
{
	const char *told = job->decision->unreached;
	return told && address_is_mailbox(told) ? told : job->ticket->customer;
}

static bool
tell_of_bounce(StoreTx *tx, const Job *job, GError **error)
{
	const Decision *decision = job->decision;
	NotificationDraft draft = {
		.template = TEMPLATE_UNDELIVERABLE,
		.to = decision->bounced_agent,
		.values.who = unreached(job),
		.due = decision->answer_failed ? answer_due(job->ticket) : 0,
	};
	return tell_agent(tx, job, &draft, decision->bounced_id, error);
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
alert_of_held(StoreTx *tx, const Job *job, const ConfigLimit *limit,
	      GError **error)
{
	const Intake *intake = job->intake;
	g_autofree char *key = daily_key(intake, TEMPLATE_ACKS_HELD, job->now);
	bool is_told;
	/* in a flood this is asked for every mail */
	if (!store_outbox_has(tx, key, &is_told, error) || is_told)
		return is_told;
	g_autofree char *count =
		g_strdup_printf("%" G_GINT64_FORMAT, limit->most);
	bool is_added;
	NotificationDraft draft = {.kind = KIND,
				   .key = key,
				   .state = "waiting",
				   .template = TEMPLATE_ACKS_HELD,
				   .to = intake->config->postmaster,
				   .expires_at =
					   job->now + NOTIFICATION_EXPIRE_S,
				   .values.count = count};
	return tell(tx, job, &draft, &is_added, error);
}

static const ConfigDesk *
desk_of(const Config *config, const OutboxItem *item)
{
	const ConfigDesk *desk =
		item->desk ? config_desk_by_title(config, item->desk) : NULL;
	return desk ? desk : g_ptr_array_index(config->desks, 0);
}

/* What a relay says may repeat an address in which a stranger wrote words. */
static char *
problem_of(const OutboxItem *item)
{
	bool is_plain = address_is_mailbox(item->recipient);
	return g_strdup_printf("%s (%s %s)",
			       is_plain && item->last_error ? item->last_error
							    : "-",
			       item->kind, item->ticket ? item->ticket : "-");
}

bool
alert_not_sent(StoreTx *tx, const OutboxItem *item, int64_t now, void *data,
	       GError **error)
{
	const Intake *intake = data;
	if (g_str_equal(item->kind, KIND))
		return true;
	g_autofree char *day = daily_key(intake, TEMPLATE_NOT_SENT, now);
	g_autofree char *key = g_strconcat(day, ":", item->kind, NULL);
	g_autofree char *problem = problem_of(item);
	NotificationDraft draft = {
		.kind = KIND,
		.key = key,
		.state = "waiting",
		.template = TEMPLATE_NOT_SENT,
		.desk = desk_of(intake->config, item),
		.to = intake->config->postmaster,
		.at = now,
		.leaves_at = now + intake->config->ack_delay_s,
		.expires_at = now + NOTIFICATION_EXPIRE_S,
		.values.who = address_is_mailbox(item->recipient)
				      ? item->recipient
				      : "-",
		.values.problem = problem};
	g_autoptr(OutboxItem) alert = NULL;
	return notification_queue(tx, intake, &draft, &alert, error);
}
