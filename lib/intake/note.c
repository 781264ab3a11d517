/*
 * note: see note.h
 *
 * An agent is behind it, so no policy holds it back; but it goes to the
 * address that the ticket was made for, which may be forged, a machine's, or
 * our own.
 */
#include <loket/notify.h>
#include <loket/robot.h>
#include <loket/triage.h>

#include "limit.h"
#include "note.h"

/* A thread in which no human has spoken has nobody to be told. *answered is
 * the customer's newest msg-id, the caller's; NULL: none that is valid. */
static bool
find_humans(StoreTx *tx, const char *number, bool *has_human, char **answered,
	    GError **error)
{
	g_autofree char *of_customer = NULL;
	g_autofree char *of_agent = NULL;
	if (!store_newest_of_role(tx, number, "customer", &of_customer,
				  error) ||
	    !store_newest_of_role(tx, number, "agent", &of_agent, error))
		return false;
	*has_human = of_customer || of_agent;
	*answered = message_id_is_valid(of_customer)
			    ? g_steal_pointer(&of_customer)
			    : NULL;
	return true;
}

/* Why nothing may go to the ticket's customer, static; NULL: it may. */
static const char *
unreachable(const Intake *intake, const Note *note, bool has_human)
{
	const char *customer = note->ticket->customer;
	if (!note->desk)
		return "the desk is not configured";
	if (!customer || !*customer)
		return "there is no customer";
	if (triage_is_staff(intake->config, customer))
		return "the customer is one of our own addresses";
	if (robot_address_is_silent(customer))
		return "the address is a machine's";
	return has_human ? NULL : "no human has written in the ticket";
}

static char *
event_text(const Note *note, const char *what)
{
	return g_strdup_printf("%s %s", template_kind_name(note->template),
			       what);
}

/* The sooner of the instants that there are, 0 when there is none. */
static int64_t
sooner(int64_t one, int64_t other)
{
	return one && other ? MIN(one, other) : MAX(one, other);
}

static NotificationDraft
draft_of(const Note *note, const char *key, const char *in_reply_to)
{
	const Ticket *ticket = note->ticket;
	int64_t promised = sooner(note->due, note->plan);
	return (NotificationDraft){
		.kind = template_kind_name(note->template),
		.key = key,
		.state = "waiting",
		.template = note->template,
		.desk = note->desk,
		.ticket = ticket,
		.language = ticket->language,
		.to = ticket->customer,
		.in_reply_to = in_reply_to,
		.is_authenticated = true,
		.at = note->at,
		.leaves_at = note->at,
		.expires_at =
			sooner(promised, note->at + NOTIFICATION_EXPIRE_S),
		.due = note->due,
		.plan = note->plan,
		.reopen = note->reopen,
		.values.note = note->words,
	};
}

/* What was to be told before is not told any more. */
static bool
queue(StoreTx *tx, const Intake *intake, const Note *note,
      const char *in_reply_to, GError **error)
{
	const char *number = note->ticket->number;
	const char *kind = template_kind_name(note->template);
	g_autofree char *key =
		g_strdup_printf("%s:%s:%s", kind, number, note->event);
	g_autofree char *what = event_text(note, "queued");
	const NotificationDraft draft = draft_of(note, key, in_reply_to);
	g_autoptr(OutboxItem) item = NULL;
	bool is_told;
	if (!store_outbox_has(tx, key, &is_told, error) || is_told)
		return is_told;
	return store_outbox_withdraw(tx, number, kind, "told anew", error) &&
	       notification_queue(tx, intake, &draft, &item, error) &&
	       store_event_add(tx, number, note->at, what, draft.to, error);
}

bool
note_customer(StoreTx *tx, const Intake *intake, const Note *note, char **why,
	      GError **error)
{
	const Limit limit = {.kind = template_kind_name(note->template),
			     .scope = OUTBOX_ADDRESS,
			     .of = note->ticket->customer,
			     .limits = intake->config->ack_limit_address,
			     .name = "for the address"};
	const ConfigLimit *reached = NULL;
	bool has_human;
	g_autofree char *answered = NULL;
	if (!find_humans(tx, note->ticket->number, &has_human, &answered,
			 error))
		return false;
	*why = g_strdup(unreachable(intake, note, has_human));
	if (!*why && !limit_find_reached(tx, &limit, note->at, &reached, error))
		return false;
	if (reached)
		*why = limit_describe(&limit, reached);
	if (!*why)
		return queue(tx, intake, note, answered, error);
	g_autofree char *what = event_text(note, "suppressed");
	return store_event_add(tx, note->ticket->number, note->at, what, *why,
			       error);
}
