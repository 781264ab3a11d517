/* notice: see include/loket/notice.h */
#include <loket/address.h>
#include <loket/datetext.h>
#include <loket/hourstext.h>
#include <loket/notice.h>
#include <loket/notify.h>
#include <loket/reference.h>

#include "job.h"

/* What stands in a msg-id of ours about no ticket. */
#define NO_NUMBER "0000000000"

/* Values that were made for one notice, all owned. */
typedef struct Made {
	char *tag, *due, *plan, *target, *phone, *phone_hours, *closed, *opens;
} Made;

static void
made_clear(Made *made)
{
	char *texts[] = {made->tag,    made->due,   made->plan,
			 made->target, made->phone, made->phone_hours,
			 made->closed, made->opens};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Made, made_clear)

/* An instant in the reader's words; NULL for none. */
static char *
told(const Notice *notice, int64_t instant, const char *language)
{
	GTimeZone *tz = calendar_timezone(notice->desk->calendar);
	return instant ? date_text(instant, tz, language, notice->at) : NULL;
}

static void
make_values(const Notice *notice, const char *language, Made *made)
{
	const ConfigDesk *desk = notice->desk;
	made->due = told(notice, notice->due, language);
	made->plan = told(notice, notice->plan, language);
	made->opens = opens_text(desk->calendar, notice->at, language);
	if (notice->ticket)
		made->tag = tag_format(desk->tag, notice->ticket->number);
	if (notice->target)
		made->target = target_text(notice->target, language);
	if (desk->phone_hours)
		made->phone_hours = hours_text(desk->phone_hours, language);
	made->phone = made->phone_hours && *desk->phone
			      ? g_strdup_printf("%s (%s)", desk->phone,
						made->phone_hours)
			      : g_strdup(desk->phone);
	if (notice->due)
		made->closed = closed_days_text(desk->calendar, notice->at,
						notice->due, language);
}

static TemplateValues
values_of(const Notice *notice, const Made *made)
{
	const ConfigDesk *desk = notice->desk;
	TemplateValues values = notice->values;
	values.number = notice->ticket ? notice->ticket->number : NULL;
	values.tag = made->tag;
	values.desk = desk->name;
	values.address = desk_address(desk);
	values.due = made->due;
	values.plan = made->plan;
	values.target = made->target;
	values.phone = made->phone;
	values.phone_hours = made->phone_hours;
	values.norm = desk->norm_url;
	values.season = calendar_season_at(desk->calendar, notice->at);
	values.closed = made->closed;
	values.opens = made->opens;
	return values;
}

/* Where the reader's answer joins the ticket by its address; NULL: the desk's
 * own address serves. */
static char *
reply_address(const Intake *intake, const Notice *notice)
{
	return notice->ticket ? keyed_address(intake, notice->desk,
					      notice->ticket->number)
			      : NULL;
}

/* The whole mail around the words, with a Message-ID of ours. */
static void
write_mail(const Intake *intake, const Notice *notice, const char *html,
	   OutboxItem *item)
{
	const ConfigDesk *desk = notice->desk;
	item->message_id = reference_new(intake->keyring,
					 notice->ticket ? notice->ticket->number
							: NO_NUMBER,
					 address_domain(desk_address(desk)));
	g_autofree char *mark = loop_mark_new(intake->keyring);
	g_autofree char *reply_to = reply_address(intake, notice);
	Notification notification = {
		.from_address = desk_address(desk),
		.from_name = desk->name,
		.reply_to = reply_to,
		.to = notice->to,
		.subject = item->subject,
		.text = item->text,
		.html = html,
		.is_reply = notice->is_reply,
		.message_id = item->message_id,
		.in_reply_to = notice->in_reply_to,
		.loop_mark = mark,
		.at = notice->at,
		.tz = calendar_timezone(desk->calendar),
	};
	item->mail = notification_render(&notification);
}

static OutboxItem *
row_of(const Notice *notice)
{
	OutboxItem *item = g_new0(OutboxItem, 1);
	item->key = g_strdup(notice->key);
	item->kind = g_strdup(notice->kind);
	item->state = g_strdup(notice->state);
	item->ticket = g_strdup(notice->ticket ? notice->ticket->number : NULL);
	item->recipient = g_strdup(notice->to);
	item->desk = g_strdup(notice->desk->title);
	item->is_authenticated = notice->is_authenticated;
	item->created_at = notice->at;
	item->next_at = notice->leaves_at;
	item->expires_at = notice->expires_at;
	return item;
}

enum TemplateKind
notice_ack_template(const ConfigDesk *desk, int64_t at)
{
	g_autofree char *opens = opens_text(desk->calendar, at, NULL);
	return opens ? TEMPLATE_DESK_CLOSED : TEMPLATE_ACK;
}

void
notice_set_promise(Notice *notice, const Ticket *ticket)
{
	const TicketClock *first = ticket_clock(ticket, TARGET_FIRST_RESPONSE);
	const TicketClock *plan = ticket_clock(ticket, TARGET_PLAN);
	notice->due = first ? first->due : 0;
	notice->target = first ? &first->target : NULL;
	notice->plan = plan ? plan->due : 0;
}

OutboxItem *
notice_compose(const Intake *intake, const Notice *notice)
{
	const Template *template =
		templates_find(intake->templates, notice->template,
			       notice->language, notice->desk->language);
	g_auto(Made) made = {0};
	make_values(notice, template_language(template), &made);
	TemplateValues values = values_of(notice, &made);
	OutboxItem *item = row_of(notice);
	item->subject = template_subject(template, &values);
	item->text = template_text(template, &values);
	g_autofree char *html = template_html(template, &values);
	if (intake->keyring)
		write_mail(intake, notice, html, item);
	return item;
}

bool
notice_queue(StoreTx *tx, const Intake *intake, const Notice *notice,
	     OutboxItem **item, GError **error)
{
	bool is_added;
	g_autoptr(OutboxItem) composed = notice_compose(intake, notice);
	*item = NULL;
	if (!store_outbox_add(tx, composed, &is_added, error))
		return false;
	if (is_added)
		*item = g_steal_pointer(&composed);
	return true;
}
