/* apply: a decision carried out in the store. */
#include <jansson.h>
#include <string.h>

#include <loket/address.h>
#include <loket/clock.h>
#include <loket/error.h>

#include "job.h"

static Ticket *
ticket_of(const Job *job)
{
	const Decision *decision = job->decision;
	Ticket *ticket = ticket_new();
	ticket->desk = g_strdup(decision->desk->title);
	ticket->type = g_strdup(decision->type);
	ticket->state = decision->state;
	ticket->subject = g_strdup(job->mail->subject);
	ticket->customer = address_canonical(decision->customer);
	ticket->customer_name = g_strdup(decision->customer_name);
	ticket->language =
		g_strdup(*job->mail->language ? job->mail->language
					      : decision->desk->language);
	ticket->agent = g_strdup(strcmp(decision->direction, "out") == 0
					 ? job->triage->agent
					 : NULL);
	ticket->team =
		job->triage->team ? g_strdup(job->triage->team->name) : NULL;
	ticket->channel = g_strdup(job->triage->is_form ? "form" : "mail");
	ticket->received_at = job->now;
	ticket->queue_id = g_strdup(job->envelope->queue_id);
	return ticket;
}

static void
move_clocks(Ticket *ticket, const Job *job)
{
	const Decision *decision = job->decision;
	if (decision->customer_wrote)
		ticket_customer_wrote(ticket,
				      decision->desk ? decision->desk->calendar
						     : NULL,
				      job->now);
	if (decision->is_answer) {
		TicketAnswer *answer =
			ticket_answer(ticket, message_id_of(job), job->now);
		answer->agent = g_strdup(job->triage->agent);
		answer->reference = g_strdup(job->reference);
		g_free(ticket->agent);
		ticket->agent = g_strdup(job->triage->agent);
	}
	if (decision->is_undeliverable)
		ticket->is_undeliverable = true;
	/* whoever answers or names it has got a mail of it */
	if (decision->customer_wrote || decision->is_answer)
		ticket->is_confirmed = true;
	if (decision->answer_failed)
		(void)ticket_answer_failed(ticket, decision->bounced_id);
	for (size_t i = 0; i < decision->n_clocks; i++) {
		const ClockStart *start = &decision->clocks[i];
		ticket_start_clock(ticket, start->kind, start->target, job->now,
				   start->due)
			->aim = start->aim;
	}
}

static bool
add_participants(StoreTx *tx, const Job *job, const GPtrArray *addresses,
		 GError **error)
{
	const Config *config = job->intake->config;
	for (guint i = 0; i < addresses->len; i++) {
		g_autofree char *address =
			address_canonical(addresses->pdata[i]);
		if (!*address || config_is_insider(config, address) ||
		    config_desk_for(config, address) ||
		    config_is_agent_address(config, NULL, address) ||
		    config_is_team_address(config, address))
			continue;
		if (!store_participant_add(tx, job->ticket->number, address,
					   error))
			return false;
	}
	return true;
}

static GPtrArray *
addresses_of(const GPtrArray *mailboxes)
{
	GPtrArray *addresses = g_ptr_array_new();
	for (guint i = 0; i < mailboxes->len; i++) {
		MailAddress *mailbox = mailboxes->pdata[i];
		g_ptr_array_add(addresses, mailbox->address);
	}
	return addresses;
}

/* Design 8.1: the customer, the Cc of an authenticated customer, outside
 * addresses that an agent wrote to. */
static bool
record_participants(StoreTx *tx, const Job *job, GError **error)
{
	if (job->created && *job->ticket->customer &&
	    !store_participant_add(tx, job->ticket->number,
				   job->ticket->customer, error))
		return false;
	if (job->decision->role == ROLE_AGENT)
		return add_participants(tx, job, job->envelope->recipients,
					error);
	bool is_customer =
		job->decision->role == ROLE_CUSTOMER &&
		strcmp(job->triage->from, job->ticket->customer) == 0;
	if (!is_customer || !job->triage->is_authenticated)
		return true;
	g_autoptr(GPtrArray) cc = addresses_of(job->mail->cc);
	return add_participants(tx, job, cc, error);
}

static char *
attachments_json(const Mail *mail)
{
	json_t *list = json_array();
	for (guint i = 0; i < mail->attachments->len; i++) {
		const MailAttachment *a = mail->attachments->pdata[i];
		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:I}", "filename",
					a->filename, "type", a->type, "size",
					(json_int_t)a->size_bytes));
	}
	char *text = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	char *copy = g_strdup(text ? text : "[]");
	free(text);
	return copy;
}

static GPtrArray *
shown_recipients(const Job *job)
{
	g_autoptr(GPtrArray) to = addresses_of(job->mail->to);
	g_autoptr(GPtrArray) cc = addresses_of(job->mail->cc);
	g_ptr_array_extend(to, cc, NULL, NULL);
	return to->len > 0 ? g_steal_pointer(&to)
			   : g_ptr_array_ref(job->envelope->recipients);
}

static bool
record_message(StoreTx *tx, const Job *job, GError **error)
{
	const Decision *decision = job->decision;
	g_autofree char *attachments = attachments_json(job->mail);
	g_autofree char *conversation = mail_conversation(job->mail);
	g_autoptr(GPtrArray) to = shown_recipients(job);
	MessageDraft message = {
		.ticket = job->ticket ? job->ticket->number : NULL,
		.message_id = message_id_of(job),
		.conversation = conversation,
		.role = role_name(decision->role),
		.direction = decision->direction,
		.from = job->triage->from,
		.to = to,
		.at = job->now,
		.subject = job->mail->subject,
		/* what looks like a quote in a form was typed there */
		.new_text = job->triage->is_form ? job->mail->text
						 : job->mail->new_text,
		.attachments = attachments,
		.envelope_from = job->envelope->sender,
		.queue_id = job->envelope->queue_id,
		.desk = decision->desk ? decision->desk->title : NULL,
		.reason = job->triage->reason,
		.packed = job->packed,
	};
	return store_message_add(tx, &message, error);
}

static bool
record_fields(StoreTx *tx, const Job *job, GError **error)
{
	const GPtrArray *both[] = {job->names->also_tags, job->fields};
	if (job->decision->role == ROLE_BOUNCE)
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(both); i++)
		for (guint j = 0; j < both[i]->len; j++)
			if (!store_field_add(tx, job->ticket->number,
					     both[i]->pdata[j], error))
				return false;
	return true;
}

static const char *
event_of(const Job *job)
{
	const Decision *decision = job->decision;
	if (job->created)
		return "registered";
	if (decision->is_undeliverable)
		return "undeliverable";
	if (decision->is_answer)
		return "answered";
	if (decision->reopens)
		return "reopened";
	return strcmp(decision->direction, "internal") == 0 ? "noted"
							    : "joined";
}

static bool
record_events(StoreTx *tx, const Job *job, GError **error)
{
	const char *number = job->ticket->number;
	g_autofree char *who = g_strdup_printf(
		"%s: %s", role_name(job->decision->role), job->triage->from);
	if (!store_event_add(tx, number, job->now, event_of(job), who, error))
		return false;
	for (guint i = 0; i < job->decision->withheld->len; i++)
		if (!store_event_add(tx, number, job->now, "withheld",
				     job->decision->withheld->pdata[i], error))
			return false;
	if (job->evidence.doubt &&
	    !store_event_add(tx, number, job->now, "doubt", job->evidence.doubt,
			     error))
		return false;
	for (guint i = 0; i < job->mail->warnings->len; i++)
		if (!store_event_add(tx, number, job->now, "warning",
				     job->mail->warnings->pdata[i], error))
			return false;
	return true;
}

/* Mail for a ticket that stays closed goes to its continuation now. */
static bool
succeed(StoreTx *tx, const Job *job, GError **error)
{
	Ticket *closed = job->evidence.ticket;
	closed->successor = g_strdup(job->ticket->number);
	return store_ticket_save(tx, closed, error) &&
	       store_event_add(tx, closed->number, job->now, "continued",
			       closed->successor, error) &&
	       store_link_add(tx, closed->successor, closed->number,
			      "continues", error);
}

static bool
link_new(StoreTx *tx, const Job *job, GError **error)
{
	if (job->decision->continues)
		return succeed(tx, job, error);
	if (job->decision->forwards)
		return store_link_add(tx, job->ticket->number,
				      job->decision->forwards, "forwarded",
				      error);
	return !job->evidence.doubted ||
	       store_link_add(tx, job->ticket->number, job->evidence.doubted,
			      "doubt", error);
}

/* A bounce brings nothing but itself. */
static void
show_to_desks(Job *job)
{
	const Triage *triage = job->triage;
	if (!triage->desk || job->decision->role == ROLE_BOUNCE)
		return;
	ticket_show_to(job->ticket, triage->desk->title);
	for (guint i = 0; i < triage->others->len; i++)
		ticket_show_to(job->ticket, triage->others->pdata[i]);
}

static bool
apply_new(StoreTx *tx, Job *job, GError **error)
{
	int year = clock_year(job->now, job->intake->config->timezone);
	job->ticket = ticket_of(job);
	job->created = true;
	show_to_desks(job);
	move_clocks(job->ticket, job);
	if (!store_ticket_add(tx, job->ticket, year, error))
		return false;
	prepare_departure(job);
	return link_new(tx, job, error);
}

/* Who has his answer needs no promise of one that comes hours later. Within
 * ack-delay the two may cross. */
static bool
withdraw_ack(StoreTx *tx, const Job *job, GError **error)
{
	return !job->decision->is_answer ||
	       store_outbox_withdraw_late(tx, job->ticket->number, "ack",
					  "the customer was answered before",
					  error);
}

static bool
apply_join(StoreTx *tx, Job *job, GError **error)
{
	job->ticket = g_steal_pointer(&job->evidence.ticket);
	show_to_desks(job);
	prepare_departure(job);
	move_clocks(job->ticket, job);
	return withdraw_ack(tx, job, error) &&
	       store_ticket_save(tx, job->ticket, error);
}

bool
apply(StoreTx *tx, Job *job, GError **error)
{
	switch (job->decision->action) {
	case ACTION_PASS:
		return true;
	case ACTION_STORE:
		return record_message(tx, job, error);
	case ACTION_NEW:
		if (!apply_new(tx, job, error))
			return false;
		break;
	case ACTION_JOIN:
		if (!apply_join(tx, job, error))
			return false;
		break;
	}
	return record_message(tx, job, error) &&
	       record_participants(tx, job, error) &&
	       record_fields(tx, job, error) && record_events(tx, job, error) &&
	       alert_agents(tx, job, error) &&
	       (!job->created || acknowledge(tx, job, error));
}

/* New recipients of an answer: it counts when one is a participant. */
static bool
answer_fresh(StoreTx *tx, Job *job, const GPtrArray *fresh, GError **error)
{
	move_clocks(job->ticket, job);
	return add_participants(tx, job, fresh, error) &&
	       alert_agents(tx, job, error);
}

bool
apply_repeat(StoreTx *tx, Job *job, GError **error)
{
	bool is_answer = job->decision->is_answer;
	g_autoptr(GPtrArray) fresh = fresh_recipients(job);
	prepare_departure(job);
	/* it came again because the first was not taken, or not only there */
	if (job->decision->role != ROLE_BOUNCE)
		job->ticket->is_confirmed = true;
	show_to_desks(job);
	if ((fresh->len > 0 && is_answer &&
	     !answer_fresh(tx, job, fresh, error)) ||
	    !store_ticket_save(tx, job->ticket, error))
		return false;
	for (guint i = 0; i < fresh->len; i++)
		if (!store_event_add(tx, job->ticket->number, job->now,
				     is_answer ? "answered" : "also to",
				     fresh->pdata[i], error))
			return false;
	return fresh->len == 0 || remember_seen(tx, job, error);
}
