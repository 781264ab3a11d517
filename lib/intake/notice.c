/* notice: see notice.h */
#include <loket/address.h>
#include <loket/datetext.h>
#include <loket/notify.h>
#include <loket/reference.h>

#include "notice.h"

/* An instant in the reader's words; NULL for none. */
static char *
told(const Job *job, int64_t due, const char *language)
{
	const Calendar *calendar = job->decision->desk->calendar;
	return due ? date_text(due, calendar_timezone(calendar), language,
			       job->now)
		   : NULL;
}

static void
write_words(const Job *job, const Notice *notice, OutboxItem *item)
{
	const ConfigDesk *desk = job->decision->desk;
	const Template *template =
		templates_find(job->intake->templates, notice->template,
			       notice->language, desk->language);
	g_autofree char *due =
		told(job, notice->due, template_language(template));
	g_autofree char *tag = tag_format(desk->tag, job->ticket->number);
	TemplateValues values = {.number = job->ticket->number,
				 .tag = tag,
				 .desk = desk->name,
				 .address = desk_address(desk),
				 .due = due,
				 .who = notice->who};
	item->subject = template_subject(template, &values);
	item->text = template_text(template, &values);
}

/* The whole mail around the words, with a Message-ID of ours. */
static void
write_mail(const Job *job, const Notice *notice, OutboxItem *item)
{
	const ConfigDesk *desk = job->decision->desk;
	const Keyring *keyring = job->intake->keyring;
	item->message_id = reference_new(keyring, job->ticket->number,
					 address_domain(desk_address(desk)));
	g_autofree char *mark = loop_mark_new(keyring);
	g_autofree char *reply_to = keyed_address(job);
	Notification notification = {
		.from_address = desk_address(desk),
		.from_name = desk->name,
		.reply_to = reply_to,
		.to = notice->to,
		.subject = item->subject,
		.text = item->text,
		.message_id = item->message_id,
		.in_reply_to = notice->in_reply_to,
		.loop_mark = mark,
		.at = job->now,
		.tz = calendar_timezone(desk->calendar),
	};
	item->mail = notification_render(&notification);
}

bool
queue_notice(StoreTx *tx, const Job *job, const Notice *notice, bool *is_added,
	     GError **error)
{
	g_autoptr(OutboxItem) item = g_new0(OutboxItem, 1);
	item->key = g_strdup(notice->key);
	item->kind = g_strdup(notice->kind);
	item->state = g_strdup(notice->state);
	item->ticket = g_strdup(job->ticket->number);
	item->recipient = g_strdup(notice->to);
	item->desk = g_strdup(job->decision->desk->title);
	item->is_authenticated = job->triage->is_authenticated;
	item->created_at = job->now;
	item->next_at = job->now + job->intake->config->ack_delay_s;
	item->expires_at = notice->expires_at;
	write_words(job, notice, item);
	write_mail(job, notice, item);
	return store_outbox_add(tx, item, is_added, error);
}
