/* notification: see include/loket/notification.h */
#include <loket/address.h>
#include <loket/datetext.h>
#include <loket/hourstext.h>
#include <loket/notification.h>
#include <loket/notify.h>
#include <loket/reference.h>

#include "job.h"

/* What stands in a msg-id of ours about no ticket. */
#define NO_NUMBER "0000000000"

/* Values that were made for one draft, all owned. */
typedef struct Made {
	char *tag;
	char *due;
	char *plan;
	char *reopen;
	char *target;
	char *phone;
	char *phone_hours;
	char *closed;
	char *opens;
} Made;

static void
made_clear(Made *made)
{
	char *texts[] = {made->tag,	    made->due,	  made->plan,
			 made->reopen,	    made->target, made->phone,
			 made->phone_hours, made->closed, made->opens};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Made, made_clear)

/* An instant in the reader's words; NULL for none. */
static char *
told(const NotificationDraft *draft, int64_t instant, const char *language)
{
	GTimeZone *tz = calendar_timezone(draft->desk->calendar);
	return instant ? date_text(instant, tz, language, draft->at) : NULL;
}

/* Who has hours is not there on a day on which the desk is closed. */
static void
make_phone(const ConfigDesk *desk, const char *language, Made *made)
{
	if (!desk->phone_hours) {
		made->phone = g_strdup(desk->phone);
	} else if (!made->opens) {
		made->phone_hours = hours_text(desk->phone_hours, language);
		made->phone = g_strdup_printf("%s (%s)", desk->phone,
					      made->phone_hours);
	}
}

/* Whether what is promised keeps to the desk's hours. */
static bool
is_in_working_time(const NotificationDraft *draft)
{
	return draft->due && draft->target && target_is_working(draft->target);
}

static void
make_values(const NotificationDraft *draft, const char *language, Made *made)
{
	const ConfigDesk *desk = draft->desk;
	made->due = told(draft, draft->due, language);
	made->plan = told(draft, draft->plan, language);
	made->reopen = told(draft, draft->reopen, language);
	made->opens = opens_text(desk->calendar, draft->at, language);
	make_phone(desk, language, made);
	if (draft->ticket)
		made->tag = tag_format(desk->tag, draft->ticket->number);
	if (draft->target)
		made->target = target_text(draft->target, language);
	if (is_in_working_time(draft))
		made->closed = closed_days_text(desk->calendar, draft->at,
						draft->due, language);
}

static TemplateValues
values_of(const NotificationDraft *draft, const Made *made)
{
	const ConfigDesk *desk = draft->desk;
	TemplateValues values = draft->values;
	values.number = draft->ticket ? draft->ticket->number : NULL;
	values.tag = made->tag;
	values.desk = desk->name;
	values.address = desk_address(desk);
	values.due = made->due;
	values.plan = made->plan;
	values.reopen = made->reopen;
	if (draft->target && target_is_working(draft->target))
		values.working_target = made->target;
	else
		values.clock_target = made->target;
	values.phone = made->phone;
	values.phone_hours = made->phone_hours;
	values.norm = desk->norm_url;
	values.season = is_in_working_time(draft)
				? calendar_season_at(desk->calendar, draft->at)
				: NULL;
	values.closed = made->closed;
	values.opens = made->opens;
	return values;
}

/* Where the reader's answer joins the ticket by its address; NULL: the desk's
 * own address serves. */
static char *
reply_address(const Intake *intake, const NotificationDraft *draft)
{
	return draft->ticket ? keyed_address(intake, draft->desk,
					     draft->ticket->number)
			     : NULL;
}

/* The whole mail around the words, with a Message-ID of ours. */
static void
write_mail(const Intake *intake, const NotificationDraft *draft,
	   const char *html, OutboxItem *item)
{
	const ConfigDesk *desk = draft->desk;
	item->message_id =
		reference_new(intake->keyring,
			      draft->ticket ? draft->ticket->number : NO_NUMBER,
			      address_domain(desk_address(desk)));
	g_autofree char *mark = loop_mark_new(intake->keyring);
	g_autofree char *reply_to = reply_address(intake, draft);
	Notification notification = {
		.from_address = desk_address(desk),
		.from_name = desk->name,
		.reply_to = reply_to,
		.to = draft->to,
		.subject = item->subject,
		.text = item->text,
		.html = html,
		.is_reply = draft->is_reply,
		.message_id = item->message_id,
		.in_reply_to = draft->in_reply_to,
		.loop_mark = mark,
		.at = draft->at,
		.tz = calendar_timezone(desk->calendar),
	};
	item->mail = notification_render(&notification);
}

static OutboxItem *
row_of(const NotificationDraft *draft)
{
	OutboxItem *item = g_new0(OutboxItem, 1);
	item->key = g_strdup(draft->key);
	item->kind = g_strdup(draft->kind);
	item->state = g_strdup(draft->state);
	item->ticket = g_strdup(draft->ticket ? draft->ticket->number : NULL);
	item->recipient = g_strdup(draft->to);
	item->desk = g_strdup(draft->desk->title);
	item->is_authenticated = draft->is_authenticated;
	item->created_at = draft->at;
	item->next_at = draft->leaves_at;
	item->expires_at = draft->expires_at;
	return item;
}

enum TemplateKind
notification_ack_template(const ConfigDesk *desk, int64_t at)
{
	g_autofree char *opens = opens_text(desk->calendar, at, NULL);
	return opens ? TEMPLATE_DESK_CLOSED : TEMPLATE_ACK;
}

void
notification_set_promise(NotificationDraft *draft, const Ticket *ticket)
{
	const TicketClock *first = ticket_clock(ticket, TARGET_FIRST_RESPONSE);
	const TicketClock *plan = ticket_clock(ticket, TARGET_PLAN);
	draft->due = first ? first->due : 0;
	draft->target = first ? &first->target : NULL;
	draft->plan = plan ? plan->due : 0;
}

OutboxItem *
notification_compose(const Intake *intake, const NotificationDraft *draft)
{
	const Template *template =
		templates_find(intake->templates, draft->template,
			       draft->language, draft->desk->language);
	g_auto(Made) made = {0};
	make_values(draft, template_language(template), &made);
	TemplateValues values = values_of(draft, &made);
	OutboxItem *item = row_of(draft);
	item->subject = template_subject(template, &values);
	item->text = template_text(template, &values);
	g_autofree char *html = template_html(template, &values);
	if (intake->keyring)
		write_mail(intake, draft, html, item);
	return item;
}

bool
notification_queue(StoreTx *tx, const Intake *intake,
		   const NotificationDraft *draft, OutboxItem **item,
		   GError **error)
{
	bool is_added;
	g_autoptr(OutboxItem) composed = notification_compose(intake, draft);
	*item = NULL;
	if (!store_outbox_add(tx, composed, &is_added, error))
		return false;
	if (is_added)
		*item = g_steal_pointer(&composed);
	return true;
}
