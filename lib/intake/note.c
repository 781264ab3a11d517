/*
 * note: see note.h
 *
 * An agent is behind it, so no policy holds it back; but it goes to the
 * address that the ticket was made for, which may be forged, a machine's, or
 * our own.
 */
#include <loket/datetext.h>
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
	bool has_customer, has_agent;
	g_autofree char *id = NULL;
	g_autofree char *unused = NULL;
	if (!store_newest_of_role(tx, number, "customer", &has_customer, &id,
				  error) ||
	    !store_newest_of_role(tx, number, "agent", &has_agent, &unused,
				  error))
		return false;
	*has_human = has_customer || has_agent;
	*answered = id && message_id_is_valid(id) ? g_steal_pointer(&id) : NULL;
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

static bool
queue(StoreTx *tx, const Intake *intake, const Note *note,
      const char *in_reply_to, GError **error)
{
	const Ticket *ticket = note->ticket;
	const char *kind = template_kind_name(note->template);
	g_autofree char *key =
		g_strdup_printf("%s:%s:%s", kind, ticket->number, note->event);
	g_autofree char *what = event_text(note, "queued");
	int64_t expiry = note->at + NOTICE_EXPIRE_S;
	GTimeZone *tz = calendar_timezone(note->desk->calendar);
	const Template *template =
		templates_find(intake->templates, note->template,
			       ticket->language, note->desk->language);
	g_autofree char *reopen =
		note->reopen ? date_text(note->reopen, tz,
					 template_language(template), note->at)
			     : NULL;
	Notice notice = {.kind = kind,
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
				 note->due ? MIN(expiry, note->due) : expiry,
			 .due = note->due,
			 .plan = note->plan,
			 .values.note = note->words,
			 .values.reopen = reopen};
	g_autoptr(OutboxItem) item = NULL;
	return notice_queue(tx, intake, &notice, &item, error) &&
	       store_event_add(tx, ticket->number, note->at, what, notice.to,
			       error);
}

bool
note_customer(StoreTx *tx, const Intake *intake, const Note *note, char **why,
	      GError **error)
{
	const Limit limit = {OUTBOX_ADDRESS, note->ticket->customer,
			     intake->config->ack_limit_address,
			     "for the address"};
	bool has_human;
	g_autofree char *answered = NULL;
	if (!find_humans(tx, note->ticket->number, &has_human, &answered,
			 error))
		return false;
	*why = g_strdup(unreachable(intake, note, has_human));
	if (!*why && !limit_is_reached(tx, template_kind_name(note->template),
				       &limit, note->at, why, error))
		return false;
	if (!*why)
		return queue(tx, intake, note, answered, error);
	g_autofree char *what = event_text(note, "suppressed");
	return store_event_add(tx, note->ticket->number, note->at, what, *why,
			       error);
}
