/* loket notify preview: what would be sent, in any language, at any time. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/clock.h>
#include <loket/error.h>
#include <loket/notification.h>

#include "command.h"

#define USAGE                                                                  \
	"notify preview [--desk D] [--ticket N] [--kind K] [--lang L] "        \
	"[--at TIME] [--raw] [--json]"
/* Of a ticket that is not there. */
#define SAMPLE_NUMBER "2600042179"
#define SAMPLE_CUSTOMER "customer@example.org"
#define SAMPLE_AGENT "agent@example.org"
#define SAMPLE_NOTE "..."

typedef struct Preview {
	char *desk_title;
	char *number;
	char *kind_name;
	char *language;
	char *time;
	gboolean is_raw;
	gboolean as_json;
	/* made of these */
	const Site *site;
	const ConfigDesk *desk;
	enum TemplateKind kind;
	int64_t at;
	Ticket *ticket;	  /* owned */
	DeskNotice *up;	  /* owned; NULL: none */
	OutboxItem *sent; /* owned; NULL: it is composed anew */
} Preview;

static void
start_clock(Preview *preview, enum TargetKind kind)
{
	Target target;
	int64_t due;
	const char *type = preview->ticket->type;
	if (desk_target(preview->desk, type, kind, preview->at, &target) &&
	    calendar_due(preview->desk->calendar, &target, preview->at, &due,
			 NULL))
		(void)ticket_start_clock(preview->ticket, kind, target,
					 preview->at, due);
}

/* As if a customer had written to the desk just now. */
static void
make_sample(Preview *preview)
{
	Ticket *ticket = preview->ticket = ticket_new();
	bool is_complaint = preview->kind == TEMPLATE_TAKEN_UP;
	ticket->number = g_strdup(SAMPLE_NUMBER);
	ticket->desk = g_strdup(preview->desk->title);
	ticket->type = g_strdup(is_complaint ? "complaint" : "question");
	ticket->customer = g_strdup(SAMPLE_CUSTOMER);
	ticket->received_at = preview->at;
	start_clock(preview, TARGET_FIRST_RESPONSE);
	start_clock(preview, TARGET_PLAN);
}

/* The ticket's, the one that is named, or the first; NULL: none has the name.
 */
static const ConfigDesk *
desk_of(const Preview *preview)
{
	const Config *config = preview->site->config;
	const char *title =
		preview->ticket ? preview->ticket->desk : preview->desk_title;
	return title ? config_desk_by_title(config, title)
		     : g_ptr_array_index(config->desks, 0);
}

static const char *
language_of(const Preview *preview)
{
	if (preview->language)
		return preview->language;
	return preview->ticket ? preview->ticket->language
			       : preview->desk->language;
}

/* The acknowledgement of the ticket, if it was made already. */
static bool
read_sent(StoreTx *tx, Preview *preview, GError **error)
{
	g_autoptr(GPtrArray) items = NULL;
	if (!preview->ticket || preview->language || preview->time ||
	    preview->is_raw ||
	    (preview->kind_name && strcmp(preview->kind_name, "ack") != 0))
		return true;
	g_autofree char *key =
		g_strdup_printf("ack:%s", preview->ticket->number);
	if (!store_outbox_list(tx, &items, error))
		return false;
	for (guint i = 0; i < items->len; i++) {
		OutboxItem *item = items->pdata[i];
		if (strcmp(item->key, key) == 0)
			preview->sent = g_ptr_array_steal_index(items, i--);
	}
	return true;
}

static bool
read_store(StoreTx *tx, void *data, GError **error)
{
	Preview *preview = data;
	if (preview->number &&
	    !store_ticket_get(tx, preview->number, &preview->ticket, error))
		return false;
	preview->desk = desk_of(preview);
	if (!preview->desk)
		return true;
	const DeskNoticeReader reader = {.desk = preview->desk->title,
					 .language = language_of(preview),
					 .at = preview->at};
	return store_desk_notice_get(tx, &reader, &preview->up, error) &&
	       read_sent(tx, preview, error);
}

static bool
check_found(Preview *preview, GError **error)
{
	/* a store that is not there reads as an empty one */
	if (!preview->desk)
		preview->desk = desk_of(preview);
	if (preview->number && !preview->ticket)
		return loket_refuse(error, "no ticket %s", preview->number);
	return preview->desk ||
	       loket_refuse(error, "no desk \"%s\"",
			    preview->ticket ? preview->ticket->desk
					    : preview->desk_title);
}

/* An acknowledgement is told as it was when the mail came. */
static bool
complete(Preview *preview, GError **error)
{
	bool is_ack =
		!preview->kind_name || strcmp(preview->kind_name, "ack") == 0;
	if (preview->ticket && !preview->time && is_ack)
		preview->at = preview->ticket->received_at;
	if (!preview->kind_name)
		preview->kind =
			notification_ack_template(preview->desk, preview->at);
	else if (!template_kind_parse(preview->kind_name, &preview->kind))
		return loket_refuse(error, "no notification \"%s\"",
				    preview->kind_name);
	if (!preview->ticket)
		make_sample(preview);
	return true;
}

static bool
parse_time(Preview *preview, GError **error)
{
	preview->at = clock_now();
	return !preview->time ||
	       clock_parse(preview->time, preview->site->config->timezone,
			   &preview->at, error);
}

static const char *
reader_of(const Preview *preview)
{
	switch (preview->kind) {
	case TEMPLATE_ACKS_HELD:
	case TEMPLATE_NOT_SENT:
	case TEMPLATE_CHECK:
		return preview->site->config->postmaster;
	case TEMPLATE_ANSWERED_TWICE:
	case TEMPLATE_UNDELIVERABLE:
		return preview->ticket->agent ? preview->ticket->agent
					      : SAMPLE_AGENT;
	case TEMPLATE_ACK:
	case TEMPLATE_DESK_CLOSED:
	case TEMPLATE_CLOSING:
	case TEMPLATE_PROMISE:
	case TEMPLATE_TAKEN_UP:
	case TEMPLATE_KINDS:
		break;
	}
	return preview->ticket->customer;
}

static OutboxItem *
compose(const Preview *preview)
{
	const Ticket *ticket = preview->ticket;
	NotificationDraft draft = {
		.kind = template_kind_name(preview->kind),
		.key = "",
		.state = "waiting",
		.template = preview->kind,
		.desk = preview->desk,
		.ticket = ticket,
		.language = language_of(preview),
		.to = reader_of(preview),
		.is_reply = preview->kind == TEMPLATE_ACK ||
			    preview->kind == TEMPLATE_DESK_CLOSED,
		.at = preview->at,
		.leaves_at = preview->at,
		.reopen = preview->at + preview->desk->reopen_within_s,
		.values = {.notice = preview->up ? preview->up->text : NULL,
			   .who = ticket->customer,
			   .note = SAMPLE_NOTE,
			   .count = "3000",
			   .problem = SAMPLE_NOTE},
	};
	notification_set_promise(&draft, ticket);
	if (preview->kind == TEMPLATE_PROMISE && ticket->promise)
		draft.due = ticket->promise;
	return notification_compose(&preview->site->intake, &draft);
}

static void
print_mail(const Preview *preview, const OutboxItem *item)
{
	const ConfigDesk *desk = preview->desk;
	g_autofree char *name = text_printable(desk->name);
	(void)printf("From: %s <%s>\nTo: %s\nSubject: %s\n\n%s", name,
		     desk_address(desk), item->recipient, item->subject,
		     item->text);
}

static bool
print_raw(const OutboxItem *item, GError **error)
{
	if (!item->mail)
		return loket_refuse(error,
				    "there is no secret yet to sign it with, "
				    "expected that loketd has run once");
	gsize size;
	const void *bytes = g_bytes_get_data(item->mail, &size);
	(void)fwrite(bytes, 1, size, stdout);
	return true;
}

static void
print_as_json(const OutboxItem *item)
{
	json_t *object = json_object();
	json_object_set_new(object, "kind", json_text(item->kind));
	json_object_set_new(object, "to", json_text(item->recipient));
	json_object_set_new(object, "subject", json_text(item->subject));
	json_object_set_new(object, "text", json_text(item->text));
	print_json(object);
}

static bool
preview_on(const Site *site, Preview *preview, GError **error)
{
	preview->site = site;
	if (!parse_time(preview, error) ||
	    !store_read(site->store, read_store, preview, error) ||
	    !check_found(preview, error) || !complete(preview, error))
		return false;
	g_autoptr(OutboxItem) item = preview->sent
					     ? g_steal_pointer(&preview->sent)
					     : compose(preview);
	if (preview->is_raw)
		return print_raw(item, error);
	if (preview->as_json)
		print_as_json(item);
	else
		print_mail(preview, item);
	return true;
}

static void
preview_clear(Preview *preview)
{
	char *texts[] = {preview->desk_title, preview->number,
			 preview->kind_name, preview->language, preview->time};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_clear_pointer(&preview->ticket, ticket_free);
	desk_notice_free(preview->up);
	outbox_item_free(preview->sent);
}

static int
run(const Invocation *call, Preview *preview)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	if (!site || !preview_on(site, preview, &error))
		return command_fail(error);
	return EX_OK;
}

int
command_notify(Invocation *call)
{
	Preview preview = {0};
	const GOptionEntry options[] = {
		{"desk", 0, 0, G_OPTION_ARG_STRING, &preview.desk_title, NULL,
		 NULL},
		{"ticket", 0, 0, G_OPTION_ARG_STRING, &preview.number, NULL,
		 NULL},
		{"kind", 0, 0, G_OPTION_ARG_STRING, &preview.kind_name, NULL,
		 NULL},
		{"lang", 0, 0, G_OPTION_ARG_STRING, &preview.language, NULL,
		 NULL},
		{"at", 0, 0, G_OPTION_ARG_STRING, &preview.time, NULL, NULL},
		{"raw", 0, 0, G_OPTION_ARG_NONE, &preview.is_raw, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &preview.as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	bool is_right = command_options(call, options) && call->argc == 2 &&
			strcmp(call->argv[1], "preview") == 0;
	int exit_code = is_right ? run(call, &preview) : command_usage(USAGE);
	preview_clear(&preview);
	return exit_code;
}
