/*
 * acknowledge: one acknowledgement for a new ticket, within the limits.
 *
 * Design 8.5. The limits are counted over sliding windows in the store, so
 * they hold across restarts; the ticket is made whatever they say.
 */
#include <string.h>

#include <loket/address.h>
#include <loket/datetext.h>
#include <loket/notify.h>
#include <loket/reference.h>

#include "job.h"

#define HOUR_S 3600
#define KIND "ack"

typedef struct Limit {
	enum OutboxScope scope;
	int64_t window_s;
	int64_t most;
	bool is_for_strangers; /* counts and binds the unauthenticated only */
	const char *why;
} Limit;

static const Limit limits[] = {
	{OUTBOX_ADDRESS, 3 * HOUR_S, 10, false, "10 in 3 hours to the address"},
	{OUTBOX_ADDRESS, 24 * HOUR_S, 40, false, "40 a day to the address"},
	{OUTBOX_DOMAIN, HOUR_S, 60, true, "60 an hour to the domain"},
	{OUTBOX_DESK, HOUR_S, 300, true, "300 an hour for the desk"},
};

static const char *
counted_for(const Limit *limit, const Job *job)
{
	switch (limit->scope) {
	case OUTBOX_ADDRESS:
		return job->envelope->sender;
	case OUTBOX_DOMAIN:
		return address_domain(job->envelope->sender);
	case OUTBOX_DESK:
		return job->decision->desk->title;
	case OUTBOX_SITE:
		break;
	}
	return NULL;
}

/* *why is the limit that is reached; NULL when none is. */
static bool
limit_reached(StoreTx *tx, const Job *job, const char **why, GError **error)
{
	*why = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(limits) && !*why; i++) {
		const Limit *limit = &limits[i];
		int64_t count;
		if (limit->is_for_strangers && job->triage->is_authenticated)
			continue;
		if (!store_outbox_count(
			    tx, KIND, limit->scope, counted_for(limit, job),
			    job->now - limit->window_s, &count, error))
			return false;
		if (count >= limit->most)
			*why = limit->why;
	}
	return true;
}

static const char *
threaded_id(const Mail *mail)
{
	const char *id = mail->message_id;
	return id && message_id_is_valid(id) ? id : NULL;
}

/* When an answer is promised, in the customer's words; NULL: nothing is. */
static char *
promised(const Job *job, const char *language)
{
	const TicketClock *clock =
		ticket_clock(job->ticket, TARGET_FIRST_RESPONSE);
	const Calendar *calendar = job->decision->desk->calendar;
	return clock ? date_text(clock->due, calendar_timezone(calendar),
				 language, job->now)
		     : NULL;
}

static void
write_words(const Job *job, OutboxItem *item)
{
	const ConfigDesk *desk = job->decision->desk;
	const Template *template =
		templates_find(job->intake->templates, TEMPLATE_ACK,
			       job->ticket->language, desk->language);
	g_autofree char *due = promised(job, template_language(template));
	g_autofree char *tag = tag_format(desk->tag, job->ticket->number);
	TemplateValues values = {.number = job->ticket->number,
				 .tag = tag,
				 .desk = desk->name,
				 .address = desk_address(desk),
				 .due = due};
	item->subject = template_subject(template, &values);
	item->text = template_text(template, &values);
}

/* The whole mail around the words, with a Message-ID of ours. */
static void
write_mail(const Job *job, OutboxItem *item)
{
	const ConfigDesk *desk = job->decision->desk;
	const Keyring *keyring = job->intake->keyring;
	item->message_id = reference_new(keyring, job->ticket->number,
					 address_domain(desk_address(desk)));
	g_autofree char *mark = loop_mark_new(keyring);
	Notification notification = {
		.from_address = desk_address(desk),
		.from_name = desk->name,
		.to = job->envelope->sender,
		.subject = item->subject,
		.text = item->text,
		.message_id = item->message_id,
		.in_reply_to = threaded_id(job->mail),
		.loop_mark = mark,
		.at = job->now,
		.tz = calendar_timezone(desk->calendar),
	};
	item->mail = notification_render(&notification);
}

static bool
queue(StoreTx *tx, const Job *job, const char *state, GError **error)
{
	g_autoptr(OutboxItem) item = g_new0(OutboxItem, 1);
	const char *number = job->ticket->number;
	item->key = g_strdup_printf(KIND ":%s", number);
	item->kind = g_strdup(KIND);
	item->state = g_strdup(state);
	item->ticket = g_strdup(number);
	item->recipient = g_strdup(job->envelope->sender);
	item->desk = g_strdup(job->decision->desk->title);
	item->is_authenticated = job->triage->is_authenticated;
	item->created_at = job->now;
	item->next_at = job->now + job->intake->config->ack_delay_s;
	write_words(job, item);
	write_mail(job, item);
	bool is_added;
	return store_outbox_add(tx, item, &is_added, error) &&
	       (!is_added || store_event_add(tx, number, job->now, "ack queued",
					     item->recipient, error));
}

static bool
note_suppressed(StoreTx *tx, const Job *job, const char *why, GError **error)
{
	return store_event_add(tx, job->ticket->number, job->now,
			       "ack suppressed", why, error);
}

bool
acknowledge(StoreTx *tx, Job *job, GError **error)
{
	const char *why;
	int64_t of_site;
	if (!job->decision->acknowledge)
		return note_suppressed(tx, job, job->decision->ack_reason,
				       error);
	if (!limit_reached(tx, job, &why, error))
		return false;
	if (why)
		return note_suppressed(tx, job, why, error);
	if (!store_outbox_count(tx, KIND, OUTBOX_SITE, NULL, job->now - HOUR_S,
				&of_site, error))
		return false;
	return queue(tx, job,
		     of_site < OUTBOX_ACKS_AN_HOUR ? "waiting" : "held", error);
}
