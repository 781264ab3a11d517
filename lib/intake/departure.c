/*
 * departure: how an agent's mail leaves us, in the desk's name or his own.
 *
 * Who is masked is to be found nowhere but where the customer answers him all
 * the same: in the text, among the recipients that he shows himself, and in
 * the trace fields, which no server may remove (RFC 5321 4.4).
 */
#include <string.h>

#include <loket/address.h>
#include <loket/header.h>
#include <loket/reference.h>

#include "edits.h"
#include "job.h"

/* Whoever is named here hears of the mail from its reader. */
static const char *const receipts[] = {"Disposition-Notification-To",
				       "Return-Receipt-To",
				       "X-Confirm-Reading-To"};

/* Where an address may stand: it is shown on purpose, or the mail would not
 * be the same without the field. */
static const char *const kept[] = {"From",	  "To",		"Cc",
				   "Subject",	  "Message-ID", "References",
				   "In-Reply-To", "Received"};

static bool
is_one_of(const char *name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (g_ascii_strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The first instance, which is the only one then, or a new field. */
static void
set_mailbox(GPtrArray *edits, const Mail *mail, const char *name,
	    const char *display, const char *address)
{
	bool is_there = mail_header(mail, name, 0) != NULL;
	edits_delete_from(edits, mail, name, 2);
	edits_add(edits, is_there ? EDIT_CHANGE : EDIT_ADD, name, is_there,
		  header_encode_mailbox(name, display, address));
}

static bool
names_desk(const EditPlan *plan, const char *address)
{
	return config_desk_for(plan->config, address) != NULL;
}

/* "Jan, Acme Klantenservice"; the desk alone where the name is none. */
static char *
name_of(const EditPlan *plan)
{
	const ConfigAgent *agent =
		config_agent(plan->config, plan->triage->agent);
	const char *desk = plan->decision->desk->name;
	const char *name =
		agent && *agent->name ? agent->name : plan->triage->from_name;
	bool is_name = *name && !strchr(name, '@') && strcmp(name, desk) != 0;
	return is_name ? g_strdup_printf("%s, %s", name, desk) : g_strdup(desk);
}

static bool
shows_agent(const EditPlan *plan, const MailHeader *header)
{
	const char *const own[] = {plan->triage->agent, plan->triage->from};
	g_autofree char *value = g_ascii_strdown(header->value, -1);
	for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
		if (!names_desk(plan, own[i]) && strstr(value, own[i]))
			return true;
	return false;
}

static bool
is_telltale(const EditPlan *plan, const MailHeader *header)
{
	const char *name = header->name;
	if (g_ascii_strcasecmp(name, "Sender") == 0)
		return true;
	if (g_ascii_strcasecmp(name, "Reply-To") == 0)
		return !plan->reply_to;
	return shows_agent(plan, header) &&
	       !is_one_of(name, kept, G_N_ELEMENTS(kept)) &&
	       !is_one_of(name, receipts, G_N_ELEMENTS(receipts)) &&
	       g_ascii_strncasecmp(name, "Content-", strlen("Content-")) != 0;
}

/* Every instance of a name goes when one of them tells. */
static void
remove_telltales(GPtrArray *edits, const EditPlan *plan)
{
	const GPtrArray *headers = plan->mail->headers;
	for (guint i = 0; i < headers->len; i++) {
		const MailHeader *header = headers->pdata[i];
		if (is_telltale(plan, header) &&
		    !edits_have(edits, header->name))
			edits_delete_from(edits, plan->mail, header->name, 1);
	}
}

static void
mask(GPtrArray *edits, const EditPlan *plan)
{
	const char *desk = desk_address(plan->decision->desk);
	g_autofree char *name = name_of(plan);
	if (!names_desk(plan, plan->triage->from))
		set_mailbox(edits, plan->mail, "From", name, desk);
	remove_telltales(edits, plan);
	for (size_t i = 0; i < G_N_ELEMENTS(receipts); i++)
		if (mail_header(plan->mail, receipts[i], 0))
			set_mailbox(edits, plan->mail, receipts[i], NULL, desk);
}

/* Where a customer's client sends his reply to now. */
static bool
is_answered_at_desk(const EditPlan *plan)
{
	const Mail *mail = plan->mail;
	size_t n = mail_header_count(mail, "Reply-To");
	if (n == 0)
		return names_desk(plan, plan->triage->from);
	return n == 1 && mail->reply_to &&
	       g_ascii_strcasecmp(mail->reply_to->address,
				  desk_address(plan->decision->desk)) == 0;
}

void
edits_for_departure(GPtrArray *edits, const EditPlan *plan)
{
	const Decision *decision = plan->decision;
	if (decision->is_masked)
		mask(edits, plan);
	if (plan->reply_to)
		set_mailbox(edits, plan->mail, "Reply-To", decision->desk->name,
			    plan->reply_to);
	else if (!decision->is_masked && decision->reply_to_desk &&
		 !is_answered_at_desk(plan))
		set_mailbox(edits, plan->mail, "Reply-To", decision->desk->name,
			    desk_address(decision->desk));
	if (plan->sender)
		edits_add(edits, EDIT_SENDER, "envelope sender", 0,
			  g_strdup(plan->sender));
	for (guint i = 0; i < decision->withheld->len; i++)
		edits_add(edits, EDIT_DELETE_RECIPIENT, "envelope recipient", 0,
			  g_strdup(decision->withheld->pdata[i]));
}

/* The null sender stays: nothing is to come back. */
static char *
sender_of(const Job *job)
{
	const char *sender = job->envelope->sender;
	const ConfigDesk *desk = job->decision->desk;
	if (!sender || !*sender)
		return NULL;
	if (desk->bounce_address)
		return bounce_address(job->reference, desk_address(desk),
				      job->intake->config->recipient_delimiter);
	return job->decision->is_masked ? g_strdup(desk_address(desk)) : NULL;
}

/* The same for an answer that comes again. */
static char *
reference_of(const Job *job)
{
	const TicketAnswer *answer =
		ticket_answer_by(job->ticket, job->mail->message_id);
	return answer && answer->reference
		       ? g_strdup(answer->reference)
		       : reference_new(job->intake->keyring,
				       job->ticket->number,
				       address_domain(desk_address(
					       job->decision->desk)));
}

char *
keyed_address(const Intake *intake, const ConfigDesk *desk, const char *number)
{
	if (!desk->keyed_replies)
		return NULL;
	g_autofree char *extension =
		reference_extension(intake->keyring, number);
	return config_extended_address(intake->config, desk, extension);
}

void
prepare_departure(Job *job)
{
	if (!job->ticket || !job->decision->goes_out)
		return;
	job->reference = reference_of(job);
	job->reply_to = keyed_address(job->intake, job->decision->desk,
				      job->ticket->number);
	job->sender = sender_of(job);
}

const char *
message_id_of(const Job *job)
{
	return mail_header(job->mail, "Message-ID", 0) ? job->mail->message_id
						       : job->reference;
}
