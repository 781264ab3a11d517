/*
 * acknowledge: one acknowledgement for a new ticket, within the limits.
 *
 * Design 8.5. The limits are counted over sliding windows in the store, so
 * they hold across restarts; the ticket is made whatever they say.
 */
#include <string.h>

#include <loket/address.h>
#include <loket/notify.h>

#include "job.h"
#include "limit.h"

#define KIND "ack"
/* Characters of the sender's subject that are repeated. */
#define SUBJECT_MAX 100

/* RFC 3834 4: the sender, but whoever filled in a form. */
static const char *
addressee(const Job *job)
{
	const char *stated = job->triage->stated;
	return stated ? stated : job->envelope->sender;
}

/* Who is authenticated speaks for himself alone; others may be anybody. *why is
 * the caller's, NULL when none is reached. */
static bool
find_limit(StoreTx *tx, const Job *job, char **why, GError **error)
{
	const Config *config = job->intake->config;
	const char *to = addressee(job);
	const Limit limits[] = {
		{KIND, OUTBOX_ADDRESS, to, config->ack_limit_address,
		 "for the address"},
		{KIND, OUTBOX_DOMAIN, address_domain(to),
		 config->ack_limit_domain,
		 "for unauthenticated mail of the domain"},
		{KIND, OUTBOX_DESK, job->decision->desk->title,
		 config->ack_limit_desk,
		 "for unauthenticated mail to the desk"},
	};
	size_t n = is_proven(job->triage) ? 1 : G_N_ELEMENTS(limits);
	*why = NULL;
	for (size_t i = 0; i < n && !*why; i++) {
		const ConfigLimit *reached;
		if (!limit_find_reached(tx, &limits[i], job->now, &reached,
					error))
			return false;
		*why = reached ? limit_describe(&limits[i], reached) : NULL;
	}
	return true;
}

static const char *
threaded_id(const Mail *mail)
{
	const char *id = mail->message_id;
	return id && message_id_is_valid(id) ? id : NULL;
}

/* Design 8.5: what the sender wrote is repeated to him alone. */
static bool
may_repeat(const Job *job)
{
	return job->decision->desk->ack == ACK_ALWAYS && is_proven(job->triage);
}

/* A subject is to be known again, not to be read in full. */
static char *
shortened(const char *subject)
{
	if (!subject || g_utf8_strlen(subject, -1) <= SUBJECT_MAX)
		return g_strdup(subject);
	g_autofree char *start = g_utf8_substring(subject, 0, SUBJECT_MAX);
	return g_strconcat(start, "…", NULL);
}

/* What the desk has put up, else NULL; *notice is the caller's. */
static bool
read_notice(StoreTx *tx, const Job *job, DeskNotice **notice, GError **error)
{
	const DeskNoticeReader reader = {.desk = job->decision->desk->title,
					 .language = job->ticket->language,
					 .at = job->now};
	return store_desk_notice_get(tx, &reader, notice, error);
}

/* Past ack-expire it comes too late, past what it promises it is untrue. */
static int64_t
expiry_of(const Job *job, int64_t due)
{
	int64_t expiry = job->now + job->intake->config->ack_expire_s;
	return due ? MIN(expiry, due) : expiry;
}

static bool
queue(StoreTx *tx, const Job *job, const char *state, GError **error)
{
	const char *number = job->ticket->number;
	g_autoptr(DeskNotice) up = NULL;
	if (!read_notice(tx, job, &up, error))
		return false;
	g_autofree char *key = g_strdup_printf(KIND ":%s", number);
	NotificationDraft draft = {
		.kind = KIND,
		.key = key,
		.state = state,
		.template = notification_ack_template(job->decision->desk,
						      job->now),
		.ticket = job->ticket,
		.language = job->ticket->language,
		.to = addressee(job),
		.in_reply_to = threaded_id(job->mail),
		.is_reply = true,
		.values.notice = up ? up->text : NULL,
	};
	notification_set_promise(&draft, job->ticket);
	draft.expires_at = expiry_of(job, draft.due);
	g_autofree char *subject = shortened(job->ticket->subject);
	if (may_repeat(job)) {
		draft.values.name = job->ticket->customer_name;
		draft.values.subject = subject;
	}
	bool is_added;
	return tell(tx, job, &draft, &is_added, error) &&
	       (!is_added || store_event_add(tx, number, job->now, "ack queued",
					     draft.to, error));
}

static bool
note_suppressed(StoreTx *tx, const Job *job, const char *why, GError **error)
{
	return store_event_add(tx, job->ticket->number, job->now,
			       "ack suppressed", why, error);
}

/* Past the site's own limit they are held, not suppressed; and behind those
 * that are held. */
static bool
queue_within_brake(StoreTx *tx, const Job *job, GError **error)
{
	const Limit site = {.kind = KIND,
			    .scope = OUTBOX_SITE,
			    .limits = job->intake->config->ack_limit_site};
	const ConfigLimit *reached;
	bool has_held;
	if (!limit_find_reached(tx, &site, job->now, &reached, error) ||
	    !store_outbox_has_held(tx, KIND, &has_held, error))
		return false;
	return queue(tx, job, reached || has_held ? "held" : "waiting",
		     error) &&
	       (!reached || alert_of_held(tx, job, reached, error));
}

bool
acknowledge(StoreTx *tx, Job *job, GError **error)
{
	g_autofree char *why = NULL;
	if (!job->decision->acknowledge)
		return note_suppressed(tx, job, job->decision->ack_reason,
				       error);
	if (!find_limit(tx, job, &why, error))
		return false;
	return why ? note_suppressed(tx, job, why, error)
		   : queue_within_brake(tx, job, error);
}
