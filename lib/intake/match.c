/* match: see match.h */
#include <string.h>

#include <loket/address.h>
#include <loket/field.h>
#include <loket/reference.h>

#include "match.h"

static void
add_ids(GPtrArray *ids, const GPtrArray *from)
{
	/* the last entry of References is the nearest */
	for (guint i = from->len; i-- > 0;)
		g_ptr_array_add(ids, from->pdata[i]);
}

static void
add_tags(Names *names, const Config *config, const TagReader *reader,
	 const char *subject)
{
	g_autoptr(GPtrArray) tags = tags_find(reader, subject);
	for (guint i = 0; i < tags->len; i++) {
		const Tag *tag = tags->pdata[i];
		if (tag->is_valid && config_has_tag(config, tag->name))
			g_ptr_array_add(names->tags, g_strdup(tag->number));
	}
}

static void
add_token(Names *names, char *number)
{
	if (number)
		g_ptr_array_add(names->tokens, number);
}

/* Whoever writes to an address that we gave him means that ticket. */
static void
add_address_tokens(Names *names, const Intake *intake, const Envelope *envelope)
{
	for (guint i = 0; i < envelope->recipients->len; i++) {
		g_autofree char *extension = config_desk_extension(
			intake->config, envelope->recipients->pdata[i]);
		if (extension)
			add_token(names, reference_extension_number(
						 intake->keyring, extension));
	}
}

static void
add_id_tokens(Names *names, const Keyring *keyring)
{
	for (guint i = 0; i < names->message_ids->len; i++)
		add_token(names,
			  reference_number(keyring,
					   names->message_ids->pdata[i]));
	if (names->returned)
		add_token(names, reference_number(keyring, names->returned));
}

static void
add_thread(Names *names, const Intake *intake, const Mail *mail)
{
	add_ids(names->message_ids, mail->in_reply_to);
	add_ids(names->message_ids, mail->references);
	names->conversation = mail_conversation(mail);
	add_tags(names, intake->config, intake->tags, mail->subject);
	fields_add_also_tags(names->also_tags, intake->config, mail);
}

/* What comes back to the address that we gave a mail for that. */
static char *
find_returned(const Intake *intake, const GPtrArray *recipients)
{
	char *returned = NULL;
	for (guint i = 0; i < recipients->len && !returned; i++)
		returned = bounce_address_reference(
			intake->keyring, recipients->pdata[i],
			intake->config->recipient_delimiter);
	return returned;
}

Names *
names_new(const Intake *intake, const Envelope *envelope, const Mail *mail,
	  const Triage *triage)
{
	Names *names = g_new0(Names, 1);
	names->tokens = g_ptr_array_new_with_free_func(g_free);
	names->message_ids = g_ptr_array_new();
	names->tags = g_ptr_array_new_with_free_func(g_free);
	names->also_tags = g_ptr_array_new_with_free_func(field_free);
	if (!triage->is_report) {
		add_address_tokens(names, intake, envelope);
		add_thread(names, intake, mail);
	}
	/* a report is believed for the mail it returns, no more */
	if (triage->is_report && mail->bounce->message_id)
		g_ptr_array_add(names->message_ids, mail->bounce->message_id);
	names->returned = find_returned(intake, envelope->recipients);
	add_id_tokens(names, intake->keyring);
	return names;
}

void
names_free(Names *names)
{
	if (!names)
		return;
	g_ptr_array_unref(names->tokens);
	g_ptr_array_unref(names->message_ids);
	g_free(names->conversation);
	g_ptr_array_unref(names->tags);
	g_free(names->returned);
	g_ptr_array_unref(names->also_tags);
	g_free(names);
}

bool
names_has_readable(const Names *names)
{
	return names->tokens->len > 0 || names->tags->len > 0 ||
	       names->also_tags->len > 0;
}

bool
names_is_empty(const Names *names)
{
	return !names_has_readable(names) && names->message_ids->len == 0 &&
	       !names->conversation;
}

/* Who may join by what anybody can write: agents and their programs, the mail
 * server's own reports, participants whose From is not known to be forged. Of
 * a form From is not the writer's. */
static bool
may_join(StoreTx *tx, const char *number, const Triage *triage, bool *may,
	 GError **error)
{
	*may = triage->agent || triage->is_report;
	if (*may || triage->auth == AUTH_FAIL || !triage->has_one_author ||
	    triage->is_form)
		return true;
	return store_is_participant(tx, number, triage->from, may, error);
}

static void
doubt(Evidence *evidence, const char *number, const char *why)
{
	if (evidence->doubted)
		return;
	evidence->doubted = g_strdup(number);
	evidence->doubt = g_strdup_printf("%s %s", number, why);
}

/* What is said of a mail belongs where that mail is. */
static bool
find(StoreTx *tx, const char *number, const Triage *triage, Ticket **ticket,
     GError **error)
{
	return triage->is_report ? store_ticket_get(tx, number, ticket, error)
				 : store_ticket_find(tx, number, ticket, error);
}

/* Believes or doubts a ticket that is named without a token. */
static bool
weigh(StoreTx *tx, const char *number, enum EvidenceKind kind,
      const Triage *triage, Evidence *evidence, GError **error)
{
	g_autoptr(Ticket) ticket = NULL;
	bool may;
	if (!find(tx, number, triage, &ticket, error))
		return false;
	if (!ticket)
		return true;
	if (!may_join(tx, number, triage, &may, error))
		return false;
	if (!may) {
		doubt(evidence, number,
		      triage->auth == AUTH_FAIL
			      ? "named by a sender who failed authentication"
			      : "named by a sender who is no participant");
		return true;
	}
	evidence->kind = kind;
	evidence->ticket = g_steal_pointer(&ticket);
	return true;
}

static bool
match_tokens(StoreTx *tx, const Names *names, Evidence *evidence,
	     GError **error)
{
	for (guint i = 0; i < names->tokens->len && !evidence->ticket; i++) {
		if (!store_ticket_find(tx, names->tokens->pdata[i],
				       &evidence->ticket, error))
			return false;
		evidence->kind =
			evidence->ticket ? EVIDENCE_TOKEN : EVIDENCE_NONE;
	}
	return true;
}

/* Mail that was forwarded to make another ticket still has the token of the
 * first in its References; what answers it belongs to the other. */
static bool
match_forwarded(StoreTx *tx, const Names *names, Evidence *evidence,
		GError **error)
{
	g_autofree char *number = NULL;
	if (!evidence->ticket)
		return true;
	for (guint i = 0; i < names->message_ids->len && !number; i++)
		if (!store_ticket_forwarded(tx, names->message_ids->pdata[i],
					    evidence->ticket->number, &number,
					    error))
			return false;
	if (!number)
		return true;
	g_clear_pointer(&evidence->ticket, ticket_free);
	return store_ticket_find(tx, number, &evidence->ticket, error);
}

static bool
match_message_ids(StoreTx *tx, const Names *names, const Triage *triage,
		  Evidence *evidence, GError **error)
{
	for (guint i = 0; i < names->message_ids->len && !evidence->ticket;
	     i++) {
		g_autofree char *number = NULL;
		if (!store_ticket_of_message(tx, names->message_ids->pdata[i],
					     &number, error))
			return false;
		if (number && !weigh(tx, number, EVIDENCE_MESSAGE_ID, triage,
				     evidence, error))
			return false;
	}
	return true;
}

static bool
match_conversation(StoreTx *tx, const Names *names, const Triage *triage,
		   Evidence *evidence, GError **error)
{
	g_autofree char *number = NULL;
	if (!names->conversation || evidence->ticket)
		return true;
	return store_ticket_of_conversation(tx, names->conversation, &number,
					    error) &&
	       (!number || weigh(tx, number, EVIDENCE_CONVERSATION, triage,
				 evidence, error));
}

static bool
match_tags(StoreTx *tx, const Names *names, const Triage *triage,
	   Evidence *evidence, GError **error)
{
	for (guint i = 0; i < names->tags->len && !evidence->ticket; i++)
		if (!weigh(tx, names->tags->pdata[i], EVIDENCE_TAG, triage,
			   evidence, error))
			return false;
	return true;
}

static bool
match_also_tags(StoreTx *tx, const Names *names, const Triage *triage,
		Evidence *evidence, GError **error)
{
	for (guint i = 0; i < names->also_tags->len && !evidence->ticket; i++) {
		g_autofree char *number = NULL;
		if (!store_ticket_of_field(tx, names->also_tags->pdata[i],
					   triage->from, &number, error))
			return false;
		if (number &&
		    !weigh(tx, number, EVIDENCE_TAG, triage, evidence, error))
			return false;
	}
	return true;
}

bool
match_recipients(StoreTx *tx, const Triage *triage, const GPtrArray *recipients,
		 Evidence *evidence, GError **error)
{
	evidence->reaches_participant = false;
	for (guint i = 0; i < recipients->len && !evidence->reaches_participant;
	     i++) {
		g_autofree char *address =
			address_canonical(recipients->pdata[i]);
		if (strcmp(address, triage->from) == 0)
			continue;
		if (!store_is_participant(tx, evidence->ticket->number, address,
					  &evidence->reaches_participant,
					  error))
			return false;
	}
	return true;
}

/* What was doubted on the way to a ticket that is believed is no doubt about
 * this mail; that its sender is not proven is one. Whoever has a token need not
 * prove anything, unless he seems to be one of us. */
static void
settle_doubt(const Triage *triage, Evidence *evidence)
{
	g_clear_pointer(&evidence->doubted, g_free);
	g_clear_pointer(&evidence->doubt, g_free);
	bool needs_proof =
		evidence->kind != EVIDENCE_TOKEN || triage->is_insider;
	if (needs_proof && !triage->is_authenticated && !triage->is_report)
		evidence->doubt = g_strdup("unauthenticated");
}

bool
match(StoreTx *tx, const Names *names, const Triage *triage,
      const GPtrArray *recipients, Evidence *evidence, GError **error)
{
	if (!match_tokens(tx, names, evidence, error) ||
	    !match_forwarded(tx, names, evidence, error) ||
	    !match_message_ids(tx, names, triage, evidence, error) ||
	    !match_conversation(tx, names, triage, evidence, error) ||
	    !match_tags(tx, names, triage, evidence, error) ||
	    !match_also_tags(tx, names, triage, evidence, error) ||
	    !store_customer_is_known(tx, triage->from, &evidence->is_known,
				     error))
		return false;
	if (!evidence->ticket)
		return true;
	settle_doubt(triage, evidence);
	evidence->returned = names->returned;
	return match_recipients(tx, triage, recipients, evidence, error);
}
