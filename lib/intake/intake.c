/* intake: see include/loket/intake.h */
#include <string.h>

#include <loket/edit.h>
#include <loket/error.h>
#include <loket/field.h>

#include "job.h"

/* How far the clock may stand before the newest ticket. */
#define CLOCK_SLACK_S (24 * 3600)

bool
intake_wants(const Intake *intake, const Envelope *envelope)
{
	return triage_is_ours(intake->config, envelope);
}

void
intake_result_free(IntakeResult *result)
{
	if (!result)
		return;
	g_free(result->number);
	g_free(result->tag);
	g_free(result->reason);
	g_ptr_array_unref(result->edits);
	g_ptr_array_unref(result->told);
	g_time_zone_unref(result->zone);
	g_free(result);
}

static bool
decide(Job *job, GError **error)
{
	Case facts = {.config = job->intake->config,
		      .envelope = job->envelope,
		      .mail = job->mail,
		      .triage = job->triage,
		      .evidence = &job->evidence,
		      .now = job->now};
	job->decision = decision_new(&facts, error);
	return job->decision != NULL;
}

/* A repeat leaves as the first one did; it answers whom it reaches now. */
static bool
decide_repeat(StoreTx *tx, Job *job, GError **error)
{
	Evidence *evidence = &job->evidence;
	g_autoptr(GPtrArray) fresh = fresh_recipients(job);
	if (!match_recipients(tx, job->triage, job->envelope->recipients,
			      evidence, error) ||
	    !decide(job, error) ||
	    !match_recipients(tx, job->triage, fresh, evidence, error))
		return false;
	job->decision->is_answer &= evidence->reaches_participant;
	return true;
}

/* The tickets that the mail names, weighed once more. */
static bool
take_repeat(StoreTx *tx, Job *job, GError **error)
{
	if (!match(tx, job->names, job->triage, job->envelope->recipients,
		   &job->evidence, error))
		return false;
	ticket_free(job->evidence.ticket);
	job->evidence.ticket = job->ticket;
	bool ok = decide_repeat(tx, job, error) && apply_repeat(tx, job, error);
	job->evidence.ticket = NULL;
	return ok;
}

/* A clock that was set back would number and date mail in the past. */
static bool
clock_is_right(StoreTx *tx, int64_t now, GError **error)
{
	int64_t newest;
	if (!store_newest_receipt(tx, &newest, error))
		return false;
	if (now >= newest - CLOCK_SLACK_S)
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
		    "the machine's clock stands more than a day before the "
		    "newest ticket");
	return false;
}

/* A repeat of what made no ticket may make one: its sender may be welcome at
 * the desk that it comes to now. */
static bool
is_to_keep(const Job *job)
{
	enum Action action = job->decision->action;
	return action == ACTION_NEW || action == ACTION_JOIN ||
	       (action == ACTION_STORE && !job->seen);
}

static bool
take_first(StoreTx *tx, Job *job, GError **error)
{
	if (!match(tx, job->names, job->triage, job->envelope->recipients,
		   &job->evidence, error) ||
	    !decide(job, error))
		return false;
	if (!is_to_keep(job))
		return true;
	job->duplicate = false;
	return apply(tx, job, error) && remember_seen(tx, job, error);
}

/* The work inside the transaction: match, decide, apply. */
static bool
take_in(StoreTx *tx, void *data, GError **error)
{
	Job *job = data;
	if (!clock_is_right(tx, job->now, error) || !find_seen(tx, job, error))
		return false;
	if (job->ticket)
		return take_repeat(tx, job, error);
	if (!take_first(tx, job, error))
		return false;
	job->is_dry = job->intake->config->dry_run;
	if (job->is_dry)
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
			    "undone: dry-run");
	return !job->is_dry;
}

static bool
is_trusted(const Job *job)
{
	bool is_from_agent =
		job->triage->agent && job->triage->role != ROLE_ECHO;
	return !is_from_agent &&
	       network_list_contains(job->intake->config->trusted_networks,
				     job->envelope->client);
}

static GPtrArray *
edits_of(const Job *job)
{
	if (job->intake->config->dry_run)
		return g_ptr_array_new();
	EditPlan plan = {.config = job->intake->config,
			 .tags = job->intake->tags,
			 .mail = job->mail,
			 .triage = job->triage,
			 .decision = job->decision,
			 .ticket = job->ticket,
			 .doubt = job->evidence.doubt,
			 .reference = job->reference,
			 .reply_to = job->reply_to,
			 .sender = job->sender,
			 .is_trusted = is_trusted(job),
			 .now = job->now};
	return edits_new(&plan);
}

static IntakeResult *
result_new(const Job *job)
{
	IntakeResult *result = g_new0(IntakeResult, 1);
	const Ticket *ticket = job->ticket;
	const ConfigDesk *desk = job->decision->desk;
	result->number = g_strdup(ticket ? ticket->number : NULL);
	result->tag =
		ticket && desk ? tag_format(desk->tag, ticket->number) : NULL;
	result->created = job->created;
	result->duplicate = job->duplicate;
	result->is_kept = job->decision->action != ACTION_PASS;
	result->role = job->decision->role;
	result->reason = g_strdup(job->triage->reason);
	result->due = ticket ? ticket_due(ticket) : 0;
	result->zone = g_time_zone_ref(desk ? calendar_timezone(desk->calendar)
					    : job->intake->config->timezone);
	result->edits = edits_of(job);
	result->told = g_ptr_array_ref(job->told);
	return result;
}

/* A mail of which nothing is to be kept needs no store. */
static bool
needs_store(const Job *job)
{
	return job->triage->role != ROLE_ECHO &&
	       (job->triage->desk || !names_is_empty(job->names));
}

/* Design 8.7: what may pass unrecorded when the store is away. */
static bool
may_pass_unrecorded(const Job *job)
{
	return job->intake->config->dry_run ||
	       job->intake->config->on_failure == ON_FAILURE_ACCEPT ||
	       (!job->triage->desk && !names_has_readable(job->names));
}

/* What was decided was not kept; forged headers go all the same. */
static IntakeResult *
passed_unrecorded(Job *job, const char *why)
{
	IntakeResult *result = g_new0(IntakeResult, 1);
	g_clear_pointer(&job->ticket, ticket_free);
	result->role = ROLE_UNRELATED;
	result->unrecorded = true;
	result->reason = g_strdup_printf("passed unrecorded: %s", why);
	result->edits = edits_of(job);
	result->told = g_ptr_array_new();
	result->zone = g_time_zone_ref(job->intake->config->timezone);
	return result;
}

/* Packed first: while the transaction lasts, others wait. */
static bool
keep(Job *job, GError **error)
{
	job->packed = store_pack(job->mail->bytes, error);
	return job->packed &&
	       store_write(job->intake->store, take_in, job, error);
}

static IntakeResult *
run(Job *job, GError **error)
{
	g_autoptr(GError) why = NULL;
	bool ok = needs_store(job) ? keep(job, &why) : decide(job, &why);
	if (ok || job->is_dry)
		return result_new(job);
	if (may_pass_unrecorded(job))
		return passed_unrecorded(job, why->message);
	g_propagate_error(error, g_steal_pointer(&why));
	return NULL;
}

static void
free_item(void *data)
{
	outbox_item_free(data);
}

IntakeResult *
intake_accept(const Intake *intake, const Envelope *envelope, GBytes *bytes,
	      int64_t now, GError **error)
{
	g_autoptr(Mail) mail =
		mail_read_from(intake->reader, bytes, envelope->sender);
	TriageSite site = {intake->config, intake->keyring, intake->hostname};
	g_autoptr(Triage) triage = triage_new(&site, envelope, mail);
	g_autoptr(Names) names = names_new(intake, envelope, mail, triage);
	g_autoptr(GPtrArray) fields =
		g_ptr_array_new_with_free_func(field_free);
	g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func(free_item);
	if (triage->desk)
		fields_add_of_desk(fields, triage->desk, mail, triage->is_form);
	Job job = {.intake = intake,
		   .envelope = envelope,
		   .mail = mail,
		   .triage = triage,
		   .names = names,
		   .fields = fields,
		   .told = told,
		   .now = now};
	IntakeResult *result = run(&job, error);
	g_clear_pointer(&job.packed, g_bytes_unref);
	evidence_clear(&job.evidence);
	ticket_free(job.ticket);
	seen_free(job.seen);
	g_free(job.reference);
	g_free(job.reply_to);
	g_free(job.sender);
	decision_free(job.decision);
	return result;
}
