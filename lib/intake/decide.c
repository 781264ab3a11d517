/* decide: see include/loket/decide.h */
#include <string.h>

#include <loket/address.h>
#include <loket/decide.h>
#include <loket/error.h>

#define DEFAULT_TYPE "question"
/* Two agents who answer within this time may not know of each other. */
#define DOUBLE_WITHIN_S 3600

void
evidence_clear(Evidence *evidence)
{
	ticket_free(evidence->ticket);
	g_free(evidence->doubted);
	g_free(evidence->doubt);
	*evidence = (Evidence){0};
}

void
decision_free(Decision *decision)
{
	if (!decision)
		return;
	g_free(decision->ack_reason);
	g_free(decision->unreached);
	g_free(decision->bounced_agent);
	g_free(decision->bounced_id);
	g_ptr_array_unref(decision->withheld);
	g_free(decision->other_agent);
	g_free(decision);
}

static const char *
type_of(const ConfigDesk *desk, const Mail *mail)
{
	for (guint i = 0; mail->subject && i < desk->types->len; i++) {
		const ConfigType *type = desk->types->pdata[i];
		if (type->subject &&
		    pattern_is_in(type->subject, mail->subject))
			return type->name;
	}
	return DEFAULT_TYPE;
}

static bool
find_due(const Decision *decision, const Case *facts, const Target *target,
	 int64_t *due, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (calendar_due(decision->desk->calendar, target, facts->now, due,
			 &why))
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY, "desk %s: %s",
		    decision->desk->title, why->message);
	return false;
}

/* Starts the clock of a kind if the desk promises anything of that kind. */
static bool
start_clock(Decision *decision, const Case *facts, enum TargetKind kind,
	    const char *type_name, GError **error)
{
	ClockStart *clock = &decision->clocks[decision->n_clocks];
	const ConfigType *type = desk_type(decision->desk, type_name);
	if (!desk_target(decision->desk, type_name, kind, facts->now,
			 &clock->target))
		return true;
	if (!find_due(decision, facts, &clock->target, &clock->due, error))
		return false;
	if (kind == TARGET_RESOLUTION && type && type->resolution_aim.is_set &&
	    !find_due(decision, facts, &type->resolution_aim.target,
		      &clock->aim, error))
		return false;
	clock->kind = kind;
	decision->n_clocks++;
	return true;
}

/* A customer's first mail starts all that his ticket's type promises. */
static bool
start_all_clocks(Decision *decision, const Case *facts, const char *type,
		 GError **error)
{
	static const enum TargetKind kinds[] = {TARGET_FIRST_RESPONSE,
						TARGET_PLAN, TARGET_RESOLUTION};
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!start_clock(decision, facts, kinds[i], type, error))
			return false;
	return true;
}

static void
set_ack(Decision *decision, bool allowed, const char *why_not)
{
	decision->acknowledge = allowed;
	g_free(decision->ack_reason);
	decision->ack_reason = g_strdup(allowed ? "" : why_not);
}

/* A mailbox that is moved or read once more is not answered anew. */
static bool
is_old(const Case *facts)
{
	int64_t first = mail_first_received(facts->mail);
	int64_t max_age_s = facts->config->ack_max_age_s;
	return first > 0 && facts->now - first > max_age_s;
}

/* Whether what is known of who speaks holds of whom we would answer: the
 * sender of the envelope is anybody, until he is the same. */
static bool
is_himself(const Triage *triage)
{
	return triage->stated || triage->is_own_sender;
}

/* Design 8.5, the desk's policy; limits are counted in the store. */
static void
decide_ack(Decision *decision, const Case *facts)
{
	const Triage *triage = facts->triage;
	bool allowed = true;
	const char *why = "";
	switch (decision->desk->ack) {
	case ACK_ALWAYS:
	case ACK_CAREFUL: /* the texts repeat nothing a stranger wrote */
		break;
	case ACK_AUTHENTICATED:
		allowed = triage->is_authenticated && is_himself(triage);
		why = "the sender is not authenticated";
		break;
	case ACK_KNOWN:
		allowed = facts->evidence->is_known && is_himself(triage);
		why = "the sender is not known";
		break;
	case ACK_NEVER:
		allowed = false;
		why = "the desk never acknowledges";
		break;
	}
	if (!triage->may_ack)
		set_ack(decision, false, triage->ack_reason);
	else if (is_old(facts))
		set_ack(decision, false, "the mail is older than ack-max-age");
	else
		set_ack(decision, allowed, why);
}

static void
decide_new(Decision *decision, const Case *facts)
{
	decision->action = ACTION_NEW;
	decision->direction = "in";
	decision->type = type_of(decision->desk, facts->mail);
	decision->customer = facts->triage->from;
	decision->customer_name = facts->triage->from_name;
	decision->state = TICKET_OPEN;
}

/* One of our own people who writes about somebody else's ticket, without
 * being its agent: a note, not the customer's turn. */
static bool
is_colleague(const Case *facts)
{
	return facts->triage->is_insider &&
	       strcmp(facts->triage->from, facts->evidence->ticket->customer) !=
		       0;
}

/* The clocks that a customer's next mail starts. */
static bool
continue_clocks(Decision *decision, const Case *facts, GError **error)
{
	const Ticket *ticket = facts->evidence->ticket;
	enum TargetKind kind;
	if (!decision->desk || !ticket_response_wanted(ticket, &kind))
		return true;
	if (kind == TARGET_FIRST_RESPONSE)
		return start_all_clocks(decision, facts, ticket->type, error);
	return start_clock(decision, facts, kind, ticket->type, error);
}

/* Whether the ticket was closed too long ago to be opened again. */
static bool
is_over(const Case *facts)
{
	const Ticket *ticket = facts->evidence->ticket;
	const ConfigDesk *desk =
		config_desk_by_title(facts->config, ticket->desk);
	return desk && ticket->state == TICKET_CLOSED &&
	       facts->now > ticket->closed_at + desk->reopen_within_s;
}

/* Whether a mail of the thread was forwarded to a desk that makes a ticket of
 * such a one. An agent who forwards it to others too consults them. */
static bool
is_sent_on(const Case *facts)
{
	const Triage *triage = facts->triage;
	bool is_consultation =
		triage->role == ROLE_AGENT &&
		(triage->has_outsider || facts->evidence->reaches_participant);
	return triage->desk && triage->desk->forward == FORWARD_NEW &&
	       !is_consultation && mail_is_forward(facts->mail);
}

/* A customer's mail that makes a ticket, whatever it names. */
static bool
decide_question(Decision *decision, const Case *facts, GError **error)
{
	if (facts->triage->desk)
		decision->desk = facts->triage->desk;
	decide_new(decision, facts);
	decide_ack(decision, facts);
	return start_all_clocks(decision, facts, decision->type, error);
}

static bool
decide_customer(Decision *decision, const Case *facts, GError **error)
{
	const Ticket *ticket = facts->evidence->ticket;
	decision->direction = "in";
	if (!ticket && !decision->desk)
		return true;
	if (!ticket)
		return decide_question(decision, facts, error);
	if (is_over(facts) && !is_colleague(facts)) {
		decision->continues = ticket->number;
		return decide_question(decision, facts, error);
	}
	if (is_sent_on(facts)) {
		decision->forwards = ticket->number;
		return decide_question(decision, facts, error);
	}
	decision->action = ACTION_JOIN;
	set_ack(decision, false, "the thread is acknowledged already");
	if (is_colleague(facts)) {
		decision->direction = "internal";
		return true;
	}
	decision->customer_wrote = true;
	decision->reopens = ticket->state == TICKET_CLOSED;
	return continue_clocks(decision, facts, error);
}

/* Whether a mail in a thread leaves our own people. */
static bool
reaches_others(const Case *facts)
{
	return facts->triage->has_outsider ||
	       facts->evidence->reaches_participant;
}

/* A robot's mail starts and stops nothing, an agent's own neither. */
static void
decide_robot(Decision *decision, const Case *facts)
{
	bool is_ours = facts->triage->agent != NULL;
	set_ack(decision, false, facts->triage->ack_reason);
	if (!facts->evidence->ticket) {
		if (decision->desk)
			decide_new(decision, facts);
		return;
	}
	decision->action = ACTION_JOIN;
	if (is_ours)
		decision->direction =
			reaches_others(facts) ? "out" : "internal";
}

static bool
is_failed(const MailRecipientStatus *status)
{
	return strcmp(status->action, "failed") == 0;
}

/* Whether the report says that nothing reached the recipient; a report that
 * names nobody says so of all. */
static bool
says_failed(const MailBounce *bounce, const char *customer)
{
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const MailRecipientStatus *status =
			bounce->recipients->pdata[i];
		g_autofree char *address = address_canonical(status->address);
		if (is_failed(status) &&
		    (!customer || strcmp(address, customer) == 0))
			return true;
	}
	return bounce->recipients->len == 0;
}

/* The first that the report names; NULL when it names nobody. */
static char *
first_unreached(const MailBounce *bounce)
{
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const MailRecipientStatus *status =
			bounce->recipients->pdata[i];
		if (is_failed(status))
			return address_canonical(status->address);
	}
	return NULL;
}

/* Which mail came back, and who wrote it: what we wrote ourselves, nobody. */
static void
find_bounced(Decision *decision, const Case *facts)
{
	const Evidence *evidence = facts->evidence;
	const char *id = facts->mail->bounce->message_id;
	const TicketAnswer *answer = ticket_answer_by(evidence->ticket, id);
	if (!answer)
		answer = ticket_answer_by(evidence->ticket, evidence->returned);
	bool is_known = evidence->kind == EVIDENCE_MESSAGE_ID;
	decision->bounced_id = g_strdup(answer ? answer->message_id : id);
	decision->bounced_agent = g_strdup(answer     ? answer->agent
					   : is_known ? evidence->ticket->agent
						      : NULL);
}

static void
decide_bounce(Decision *decision, const Case *facts)
{
	const Ticket *ticket = facts->evidence->ticket;
	const MailBounce *bounce = facts->mail->bounce;
	decision->direction = "in";
	set_ack(decision, false, "bounce");
	if (ticket)
		decision->action = ACTION_JOIN;
	else if (decision->desk)
		decision->action = ACTION_STORE;
	if (!ticket || !says_failed(bounce, NULL))
		return;
	decision->is_undeliverable = true;
	decision->answer_failed = says_failed(bounce, ticket->customer);
	decision->unreached = first_unreached(bounce);
	find_bounced(decision, facts);
}

/* Another agent, when the answer before is his and it was sent just now. */
static char *
other_agent(const Case *facts)
{
	const GPtrArray *answers = facts->evidence->ticket->answers;
	const TicketAnswer *last =
		answers->len > 0 ? answers->pdata[answers->len - 1] : NULL;
	if (!last || !last->agent || facts->now - last->at > DOUBLE_WITHIN_S ||
	    strcmp(last->agent, facts->triage->agent) == 0)
		return NULL;
	return g_strdup(last->agent);
}

/* An agent with evidence: an answer, a mail to somebody else about the
 * ticket, or a note among colleagues. */
static void
decide_agent_in_thread(Decision *decision, const Case *facts)
{
	decision->action = ACTION_JOIN;
	decision->direction = reaches_others(facts) ? "out" : "internal";
	decision->is_answer = facts->evidence->reaches_participant;
	if (decision->is_answer)
		decision->other_agent = other_agent(facts);
	set_ack(decision, false, "written by an agent");
}

static bool
decide_agent(Decision *decision, const Case *facts, GError **error)
{
	const Ticket *ticket = facts->evidence->ticket;
	if (ticket && strcmp(facts->triage->from, ticket->customer) == 0)
		return decide_customer(decision, facts, error);
	if (ticket && is_sent_on(facts)) {
		decision->forwards = ticket->number;
		return decide_question(decision, facts, error);
	}
	if (ticket) {
		decide_agent_in_thread(decision, facts);
		return true;
	}
	if (!decision->desk)
		return true;
	decide_new(decision, facts);
	if (!facts->triage->has_outsider) {
		decide_ack(decision, facts);
		return start_all_clocks(decision, facts, decision->type, error);
	}
	decision->direction = "out";
	decision->state = TICKET_PENDING;
	decision->customer = facts->triage->first_outsider;
	decision->customer_name = "";
	set_ack(decision, false, "written by an agent");
	return true;
}

static bool
decide_by_role(Decision *decision, const Case *facts, GError **error)
{
	switch (facts->triage->role) {
	case ROLE_CUSTOMER:
		return decide_customer(decision, facts, error);
	case ROLE_AGENT:
		return decide_agent(decision, facts, error);
	case ROLE_ROBOT:
		decide_robot(decision, facts);
		return true;
	case ROLE_BOUNCE:
		decide_bounce(decision, facts);
		return true;
	case ROLE_SPAM:
	case ROLE_UNRELATED:
		set_ack(decision, false, facts->triage->ack_reason);
		if (facts->triage->desk)
			decision->action = ACTION_STORE;
		return true;
	case ROLE_ECHO:
	case ROLES:
		break;
	}
	return true;
}

static bool
is_recipient(const Case *facts, const ConfigDesk *desk)
{
	const GPtrArray *recipients = facts->envelope->recipients;
	for (guint i = 0; i < recipients->len; i++)
		if (config_desk_for(facts->config, recipients->pdata[i]) ==
		    desk)
			return true;
	return false;
}

/* The desk sees what a customer writes to one of its agents. */
static void
decide_copy(Decision *decision, const Case *facts)
{
	bool is_ours = decision->action == ACTION_JOIN ||
		       decision->action == ACTION_NEW;
	if (is_ours && decision->role == ROLE_CUSTOMER && decision->desk &&
	    strcmp(decision->direction, "in") == 0 && !facts->triage->desk)
		decision->copy_to = desk_address(decision->desk);
}

static void
withhold(Decision *decision, const Case *facts)
{
	const GPtrArray *recipients = facts->envelope->recipients;
	for (guint i = 0; i < recipients->len; i++)
		if (!triage_is_staff(facts->config, recipients->pdata[i]))
			g_ptr_array_add(decision->withheld,
					recipients->pdata[i]);
}

/* In whose name an agent's mail leaves, and who sees it too. */
static void
decide_departure(Decision *decision, const Case *facts)
{
	const ConfigDesk *desk = decision->desk;
	decision->goes_out = facts->triage->agent && desk &&
			     strcmp(decision->direction, "out") == 0;
	if (!decision->goes_out)
		return;
	decision->is_masked =
		config_is_masked(facts->config, desk, facts->triage->agent);
	decision->reply_to_desk = desk->reply_to_desk;
	if (decision->role == ROLE_AGENT && desk->copy_answers &&
	    !is_recipient(facts, desk))
		decision->copy_to = desk_address(desk);
	if (desk->withhold_auto_replies && facts->triage->is_vacation_reply)
		withhold(decision, facts);
}

static const ConfigDesk *
desk_of(const Case *facts)
{
	const Ticket *ticket = facts->evidence->ticket;
	const ConfigDesk *desk =
		ticket ? config_desk_by_title(facts->config, ticket->desk)
		       : NULL;
	return desk ? desk : facts->triage->desk;
}

Decision *
decision_new(const Case *facts, GError **error)
{
	g_autoptr(Decision) decision = g_new0(Decision, 1);
	decision->withheld = g_ptr_array_new();
	decision->role = facts->triage->role;
	decision->direction = "in";
	decision->desk = desk_of(facts);
	if (!decide_by_role(decision, facts, error))
		return NULL;
	decide_departure(decision, facts);
	decide_copy(decision, facts);
	if (!decision->ack_reason)
		decision->ack_reason = g_strdup("not for a desk");
	if (decision->action == ACTION_PASS && decision->role != ROLE_ECHO)
		decision->role = ROLE_UNRELATED;
	return g_steal_pointer(&decision);
}
