/* loket parse FILE...: what Loket sees in a mail; nothing is stored. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <loket/field.h>
#include <loket/number.h>
#include <loket/triage.h>

#include "command.h"

static json_t *
json_mailbox(const MailAddress *mailbox)
{
	json_t *object = json_object();
	json_object_set_new(object, "name", json_text(mailbox->name));
	json_object_set_new(object, "address", json_text(mailbox->address));
	return object;
}

static json_t *
json_addresses(const GPtrArray *mailboxes)
{
	json_t *list = json_array();
	for (guint i = 0; i < mailboxes->len; i++) {
		const MailAddress *mailbox = mailboxes->pdata[i];
		(void)json_array_append_new(list, json_text(mailbox->address));
	}
	return list;
}

static json_t *
json_bounce(const MailBounce *bounce)
{
	if (!bounce)
		return json_null();
	json_t *recipients = json_array();
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const MailRecipientStatus *status =
			bounce->recipients->pdata[i];
		json_t *object = json_object();
		json_object_set_new(object, "address",
				    json_text(status->address));
		json_object_set_new(object, "action",
				    json_text(status->action));
		json_object_set_new(object, "status",
				    json_text(status->status));
		(void)json_array_append_new(recipients, object);
	}
	json_t *object = json_object();
	json_object_set_new(object, "recipients", recipients);
	json_object_set_new(object, "message_id",
			    json_text(bounce->message_id));
	return object;
}

static json_t *
json_attachments(const GPtrArray *attachments)
{
	json_t *list = json_array();
	for (guint i = 0; i < attachments->len; i++) {
		const MailAttachment *part = attachments->pdata[i];
		json_t *object = json_object();
		json_object_set_new(object, "filename",
				    json_text(part->filename));
		json_object_set_new(object, "type", json_text(part->type));
		json_object_set_new(object, "size",
				    json_integer((json_int_t)part->size_bytes));
		(void)json_array_append_new(list, object);
	}
	return list;
}

/* The right tags, in their normal form. */
static json_t *
json_tags(const Site *site, const Mail *mail)
{
	json_t *list = json_array();
	g_autoptr(GPtrArray) tags = tags_find(site->tags, mail->subject);
	for (guint i = 0; i < tags->len; i++) {
		const Tag *tag = tags->pdata[i];
		g_autofree char *name = g_utf8_strup(tag->name, -1);
		g_autofree char *whole = tag_format(name, tag->number);
		if (tag->is_valid)
			(void)json_array_append_new(list, json_text(whole));
	}
	return list;
}

/* What the site would keep with a ticket: the also-tags, and the fields of the
 * first desk that the mail is shown to be for. */
static json_t *
json_picked(const Site *site, const Mail *mail)
{
	g_autoptr(GPtrArray) fields =
		g_ptr_array_new_with_free_func(field_free);
	const ConfigDesk *desk = NULL;
	for (guint i = 0; site->config && !desk && i < mail->to->len; i++) {
		const MailAddress *to = mail->to->pdata[i];
		desk = config_desk_for(site->config, to->address);
	}
	if (site->config)
		fields_add_also_tags(fields, site->config, mail);
	if (desk)
		fields_add_of_desk(fields, desk, mail, false);
	return json_fields(fields);
}

static json_t *
json_date(const Mail *mail)
{
	g_autofree char *text =
		mail->date
			? g_date_time_format(mail->date, "%Y-%m-%dT%H:%M:%S%:z")
			: NULL;
	return json_text(text);
}

static json_t *
json_ack(const Triage *triage)
{
	json_t *object = json_object();
	json_object_set_new(object, "allowed", json_boolean(triage->may_ack));
	json_object_set_new(object, "reason", json_text(triage->ack_reason));
	return object;
}

static Triage *
triage_alone(const Site *site, const Envelope *envelope, const Mail *mail)
{
	TriageSite facts = {site->config, site->keyring, site->hostname};
	return triage_new(&facts, envelope, mail);
}

static json_t *
json_mail(const Site *site, const char *file, const Mail *mail)
{
	/* no envelope: Return-Path stands for it, and without that From */
	g_autoptr(Envelope) envelope = envelope_new();
	g_autoptr(Triage) triage = triage_alone(site, envelope, mail);
	const MailAddress *from =
		mail->from->len > 0 ? mail->from->pdata[0] : NULL;
	const struct {
		const char *key;
		json_t *value;
	} members[] = {
		{"file", json_text(file)},
		{"subject", json_text(mail->subject)},
		{"from", from ? json_mailbox(from) : json_null()},
		{"reply_to",
		 json_text(mail->reply_to ? mail->reply_to->address : NULL)},
		{"to", json_addresses(mail->to)},
		{"cc", json_addresses(mail->cc)},
		{"date", json_date(mail)},
		{"message_id", json_text(mail->message_id)},
		{"in_reply_to", json_texts(mail->in_reply_to)},
		{"references", json_texts(mail->references)},
		{"role", json_text(role_name(triage->role))},
		{"role_reason", json_text(triage->reason)},
		{"ack", json_ack(triage)},
		{"bounce", json_bounce(mail->bounce)},
		{"tags", json_tags(site, mail)},
		{"fields", json_picked(site, mail)},
		{"text", json_text(mail->text)},
		{"new_text", json_text(mail->new_text)},
		{"language",
		 json_text(*mail->language ? mail->language : NULL)},
		{"attachments", json_attachments(mail->attachments)},
		{"warnings", json_texts(mail->warnings)},
	};
	json_t *object = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
		json_object_set_new(object, members[i].key, members[i].value);
	return object;
}

static bool
parse_file(const Site *site, const char *file)
{
	g_autoptr(GError) error = NULL;
	char *data;
	gsize size;
	if (!g_file_get_contents(file, &data, &size, &error)) {
		(void)fprintf(stderr, "loket: %s\n", error->message);
		return false;
	}
	g_autoptr(GBytes) bytes = g_bytes_new_take(data, size);
	g_autoptr(Mail) mail = mail_read(site->reader, bytes);
	print_json(json_mail(site, file, mail));
	return true;
}

/* A mail can be looked at without a site; a named one must be right. */
static Site *
site_for_reading(const Invocation *call, GError **error)
{
	if (call->is_default_config && access(call->config_path, F_OK) != 0)
		return site_open_bare(error);
	return site_open(call->config_path, STORE_LATER, error);
}

int
command_parse(Invocation *call)
{
	gboolean as_json = FALSE;
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc < 2)
		return command_usage("parse FILE...");
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = site_for_reading(call, &error);
	if (!site)
		return command_fail(error);
	bool ok = true;
	for (int i = 1; i < call->argc; i++)
		ok &= parse_file(site, call->argv[i]);
	return ok ? EX_OK : EX_NOINPUT;
}
