/* edit: see include/loket/edit.h */
#include <string.h>

#include <loket/clock.h>
#include <loket/edit.h>
#include <loket/header.h>
#include <loket/reference.h>

#include "edits.h"

#define PREFIX "Loket-"
/* RFC 5322 2.1.1 */
#define LINE_MAX_COLUMNS 78

static void
edit_free(void *data)
{
	Edit *edit = data;
	g_free(edit->name);
	g_free(edit->value);
	g_free(edit);
}

void
edits_add(GPtrArray *edits, enum EditKind kind, const char *name, int instance,
	  char *value)
{
	Edit *edit = g_new0(Edit, 1);
	edit->kind = kind;
	edit->name = g_strdup(name);
	edit->instance = instance;
	edit->value = value;
	g_ptr_array_add(edits, edit);
}

static void
add_field(GPtrArray *edits, const char *name, const char *text)
{
	if (text && *text)
		edits_add(edits, EDIT_ADD, name, 0, header_encode(name, text));
}

void
edits_delete_from(GPtrArray *edits, const Mail *mail, const char *name,
		  int first)
{
	for (int n = (int)mail_header_count(mail, name); n >= first; n--)
		edits_add(edits, EDIT_DELETE, name, n, NULL);
}

bool
edits_have(const GPtrArray *edits, const char *name)
{
	for (guint i = 0; i < edits->len; i++) {
		const Edit *edit = edits->pdata[i];
		if (g_ascii_strcasecmp(edit->name, name) == 0)
			return true;
	}
	return false;
}

static bool
is_forged(const EditPlan *plan, const char *name)
{
	if (g_ascii_strncasecmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	/* the mark by which our notification is known when it comes again */
	return plan->triage->role != ROLE_ECHO ||
	       g_ascii_strcasecmp(name, LOOP_HEADER) != 0;
}

/* Nobody outside may speak in our name. */
static void
strip_forged(GPtrArray *edits, const EditPlan *plan)
{
	const GPtrArray *headers = plan->mail->headers;
	for (guint i = 0; i < headers->len; i++) {
		const MailHeader *header = headers->pdata[i];
		if (is_forged(plan, header->name) &&
		    !edits_have(edits, header->name))
			edits_delete_from(edits, plan->mail, header->name, 1);
	}
}

typedef struct TagFilter {
	const EditPlan *plan;
	bool kept;	   /* the right tag was met once */
	unsigned unwanted; /* how many had to go */
} TagFilter;

/* Of our tags only the ticket's own stays, once and in its plain form. */
static bool
is_unwanted(const Tag *tag, void *data)
{
	TagFilter *filter = data;
	const EditPlan *plan = filter->plan;
	if (!config_has_tag(plan->config, tag->name))
		return false;
	bool is_right = plan->ticket && !filter->kept &&
			strcmp(tag->number, plan->ticket->number) == 0 &&
			strcmp(tag->name, plan->decision->desk->tag) == 0 &&
			tag->is_plain;
	filter->kept |= is_right;
	filter->unwanted += !is_right;
	return !is_right;
}

static bool
wants_tag(const EditPlan *plan)
{
	if (!plan->ticket || !plan->decision->desk)
		return false;
	switch (plan->decision->desk->subject_tag) {
	case SUBJECT_TAG_BOTH:
		return true;
	case SUBJECT_TAG_OUTGOING:
		return strcmp(plan->decision->direction, "out") == 0;
	case SUBJECT_TAG_NONE:
		break;
	}
	return false;
}

/* Tags stand inside each other, too: taking one out may leave another. At the
 * end of the patience no bracket is left to open one. */
static char *
remove_unwanted(const EditPlan *plan, const char *subject, TagFilter *filter)
{
	char *text = g_strdup(subject);
	filter->plan = plan;
	for (int i = 0; i < TAGS_MAX; i++) {
		g_autofree char *before = text;
		filter->kept = false;
		text = tags_remove(plan->tags, before, is_unwanted, filter);
		if (strcmp(text, before) == 0)
			return text;
	}
	filter->kept = false;
	GString *disarmed = g_string_new(text);
	(void)g_string_replace(disarmed, "[", "(", 0);
	(void)g_string_replace(disarmed, "\357\274\273", "(", 0);
	g_free(text);
	return g_string_free(disarmed, FALSE);
}

/* The subject without the tags that may not stay: the raw one where all of
 * them are written plainly, else the decoded one, encoded anew. */
static char *
without_unwanted(const EditPlan *plan, const char *raw, bool *has_tag)
{
	const char *decoded = plan->mail->subject ? plan->mail->subject : "";
	TagFilter seen = {0};
	TagFilter plain = {0};
	g_autofree char *text = remove_unwanted(plan, decoded, &seen);
	g_autofree char *kept = remove_unwanted(plan, raw, &plain);
	*has_tag = seen.kept;
	return plain.unwanted == seen.unwanted ? g_steal_pointer(&kept)
					       : header_encode("Subject", text);
}

/* Whether what stands on the first line leaves room for the tag. */
static bool
fits(const char *tag, const char *subject)
{
	return strlen("Subject: ") + strlen(tag) + 1 + strcspn(subject, "\n") <=
	       LINE_MAX_COLUMNS;
}

static char *
with_tag(const EditPlan *plan, const char *subject)
{
	g_autofree char *plain =
		tag_format(plan->decision->desk->tag, plan->ticket->number);
	g_autofree char *tag = header_encode("Subject", plain);
	const char *gap = " ";
	if (!*subject || g_ascii_isspace(*subject))
		gap = "";
	else if (!fits(tag, subject))
		gap = "\n ";
	return g_strconcat(tag, gap, subject, NULL);
}

static void
edit_subject(GPtrArray *edits, const EditPlan *plan)
{
	const char *raw = mail_header(plan->mail, "Subject", 0);
	bool has_tag = false;
	g_autofree char *kept =
		without_unwanted(plan, raw ? raw : "", &has_tag);
	g_autofree char *wanted = wants_tag(plan) && !has_tag
					  ? with_tag(plan, kept)
					  : g_strdup(kept);
	edits_delete_from(edits, plan->mail, "Subject", 2);
	if (!raw && *wanted)
		edits_add(edits, EDIT_ADD, "Subject", 0,
			  g_steal_pointer(&wanted));
	else if (raw && strcmp(raw, wanted) != 0)
		edits_add(edits, EDIT_CHANGE, "Subject", 1,
			  g_steal_pointer(&wanted));
}

static void
add_due(GPtrArray *edits, const EditPlan *plan)
{
	int64_t due = ticket_due(plan->ticket);
	const ConfigDesk *desk = plan->decision->desk;
	g_autofree char *date =
		clock_rfc5322(due, calendar_timezone(desk->calendar));
	add_field(edits, PREFIX "Due", date);
	enum TicketFlag flag = ticket_flag(plan->ticket, desk->calendar,
					   &desk->warn, plan->now);
	if (flag != FLAG_NONE)
		add_field(edits, PREFIX "Flag", ticket_flag_name(flag));
}

static void
add_fields(GPtrArray *edits, const EditPlan *plan)
{
	add_field(edits, PREFIX "Ticket", plan->ticket->number);
	add_field(edits, PREFIX "Desk", plan->ticket->desk);
	add_field(edits, PREFIX "Type", plan->ticket->type);
	if (plan->decision->desk)
		add_due(edits, plan);
	add_field(edits, PREFIX "Doubt", plan->doubt);
}

/* So that the customer's client sends our id back with his next mail. */
static void
add_reference(GPtrArray *edits, const EditPlan *plan)
{
	const char *raw = mail_header(plan->mail, "References", 0);
	const char *parent = mail_header(plan->mail, "In-Reply-To", 0);
	g_autofree char *ours = g_strdup_printf("<%s>", plan->reference);
	if (!mail_header(plan->mail, "Message-ID", 0))
		edits_add(edits, EDIT_ADD, "Message-ID", 0,
			  g_steal_pointer(&ours));
	else if (raw)
		edits_add(edits, EDIT_CHANGE, "References", 1,
			  g_strconcat(raw, "\n\t", ours, NULL));
	else
		edits_add(edits, EDIT_ADD, "References", 0,
			  parent ? g_strconcat(parent, "\n\t", ours, NULL)
				 : g_steal_pointer(&ours));
}

/* So that an agent's reply reaches whoever filled in a form. */
static void
add_reply_to(GPtrArray *edits, const EditPlan *plan)
{
	const char *stated = plan->triage->stated;
	if (stated && *stated && !mail_header(plan->mail, "Reply-To", 0))
		edits_add(edits, EDIT_ADD, "Reply-To", 0, g_strdup(stated));
}

GPtrArray *
edits_new(const EditPlan *plan)
{
	GPtrArray *edits = g_ptr_array_new_with_free_func(edit_free);
	if (!plan->is_trusted)
		strip_forged(edits, plan);
	if (!plan->ticket)
		return edits;
	edit_subject(edits, plan);
	if (plan->reference)
		add_reference(edits, plan);
	if (plan->decision->goes_out)
		edits_for_departure(edits, plan);
	if (plan->decision->copy_to)
		edits_add(edits, EDIT_ADD_RECIPIENT, "envelope recipient", 0,
			  g_strdup(plan->decision->copy_to));
	if (!plan->triage->has_outsider) {
		add_fields(edits, plan);
		add_reply_to(edits, plan);
	}
	return edits;
}

char *
edit_describe(const Edit *edit)
{
	switch (edit->kind) {
	case EDIT_ADD:
	case EDIT_ADD_RECIPIENT:
		return g_strdup_printf("add %s: %s", edit->name, edit->value);
	case EDIT_CHANGE:
		return g_strdup_printf("change %s %d: %s", edit->name,
				       edit->instance, edit->value);
	case EDIT_SENDER:
		return g_strdup_printf("change %s: %s", edit->name,
				       edit->value);
	case EDIT_DELETE_RECIPIENT:
		return g_strdup_printf("delete %s: %s", edit->name,
				       edit->value);
	case EDIT_DELETE:
		break;
	}
	return g_strdup_printf("delete %s %d", edit->name, edit->instance);
}
