/*
 * acknowledge: one acknowledgement for a new ticket, within the limits.
 *
 * Design 8.5. The limits are counted over sliding windows in the store, so
 * they hold across restarts; the ticket is made whatever they say.
 */
#include <string.h>

#include <loket/address.h>
#include <loket/notify.h>

#include "notice.h"

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

/* RFC 3834 4: the sender, but whoever filled in a form. */
static const char *
addressee(const Job *job)
{
	const char *stated = job->triage->stated;
	return stated ? stated : job->envelope->sender;
}

static const char *
counted_for(const Limit *limit, const Job *job)
{
	switch (limit->scope) {
	case OUTBOX_ADDRESS:
		return addressee(job);
	case OUTBOX_DOMAIN:
		return address_domain(addressee(job));
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

static bool
queue(StoreTx *tx, const Job *job, const char *state, GError **error)
{
	const char *number = job->ticket->number;
	const TicketClock *clock =
		ticket_clock(job->ticket, TARGET_FIRST_RESPONSE);
	int64_t expiry = job->now + job->intake->config->ack_expire_s;
	g_autofree char *key = g_strdup_printf(KIND ":%s", number);
	Notice notice = {
		.kind = KIND,
		.key = key,
		.state = state,
		.template = TEMPLATE_ACK,
		.language = job->ticket->language,
		.to = addressee(job),
		.in_reply_to = threaded_id(job->mail),
		.due = clock ? clock->due : 0,
		.expires_at = clock ? MIN(expiry, clock->due) : expiry,
	};
	bool is_added;
	return queue_notice(tx, job, &notice, &is_added, error) &&
	       (!is_added || store_event_add(tx, number, job->now, "ack queued",
					     notice.to, error));
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
