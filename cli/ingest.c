/* loket ingest: the same intake without a milter, one mail on stdin. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <loket/address.h>
#include <loket/clock.h>
#include <loket/edit.h>
#include <loket/error.h>

#include "command.h"

#define USAGE "ingest [--from A] [--rcpt A]... [--login L] [--client IP] < mail"
/* What is read from standard input at most. */
#define INPUT_BYTES_MAX (256u << 20)

static GBytes *
read_input(GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint8 chunk[65536];
	ssize_t n;
	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0 &&
	       bytes->len < INPUT_BYTES_MAX)
		(void)g_byte_array_append(bytes, chunk, (guint)n);
	if (n == 0)
		return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
	g_set_error(error, LOKET_ERROR,
		    n < 0 ? LOKET_ERROR_TEMPORARY : LOKET_ERROR_PERMANENT,
		    n < 0 ? "standard input cannot be read"
			  : "the mail is longer than %u bytes",
		    INPUT_BYTES_MAX);
	return NULL;
}

static json_t *
json_edits(const GPtrArray *edits)
{
	json_t *list = json_array();
	for (guint i = 0; i < edits->len; i++) {
		g_autofree char *words = edit_describe(edits->pdata[i]);
		(void)json_array_append_new(list, json_text(words));
	}
	return list;
}

/* What is to leave because of the mail. */
static json_t *
json_told(const GPtrArray *told)
{
	json_t *list = json_array();
	for (guint i = 0; i < told->len; i++) {
		const OutboxItem *item = told->pdata[i];
		json_t *object = json_object();
		json_object_set_new(object, "kind", json_text(item->kind));
		json_object_set_new(object, "state", json_text(item->state));
		json_object_set_new(object, "to", json_text(item->recipient));
		json_object_set_new(object, "subject",
				    json_text(item->subject));
		json_object_set_new(object, "text", json_text(item->text));
		(void)json_array_append_new(list, object);
	}
	return list;
}

static json_t *
json_result(const IntakeResult *result)
{
	json_t *object = json_object();
	json_object_set_new(object, "number", json_text(result->number));
	json_object_set_new(object, "tag", json_text(result->tag));
	json_object_set_new(object, "created", json_boolean(result->created));
	json_object_set_new(object, "role", json_text(role_name(result->role)));
	json_object_set_new(object, "duplicate",
			    json_boolean(result->duplicate));
	json_object_set_new(object, "due",
			    json_instant(result->due, result->zone));
	json_object_set_new(object, "edits", json_edits(result->edits));
	json_object_set_new(object, "reason", json_text(result->reason));
	json_object_set_new(object, "notifications", json_told(result->told));
	return object;
}

static void
add_recipients(Envelope *envelope, const GPtrArray *mailboxes)
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const MailAddress *mailbox = mailboxes->pdata[i];
		g_ptr_array_add(envelope->recipients,
				g_strdup(mailbox->address));
	}
}

/* What a pipe does not tell of the envelope stands in the header. */
static void
complete_envelope(Envelope *envelope, const Site *site, GBytes *bytes)
{
	g_autoptr(Mail) mail = mail_read(site->reader, bytes);
	const MailAddress *from =
		mail->from->len > 0 ? mail->from->pdata[0] : NULL;
	if (!envelope->sender)
		envelope->sender =
			g_strdup(mail->return_path ? mail->return_path
				 : from		   ? from->address
						   : NULL);
	if (envelope->recipients->len > 0)
		return;
	add_recipients(envelope, mail->to);
	add_recipients(envelope, mail->cc);
}

/* Without its store a site still passes what needs none. */
static Site *
open_site(const Invocation *call, GError **error)
{
	g_autoptr(GError) why = NULL;
	Site *site = site_open(call->config_path, STORE_WRITE, &why);
	if (!g_error_matches(why, LOKET_ERROR, LOKET_ERROR_TEMPORARY)) {
		if (why)
			g_propagate_error(error, g_steal_pointer(&why));
		return site;
	}
	(void)command_fail(why);
	return site_open(call->config_path, STORE_LATER, error);
}

static int
ingest(const Invocation *call, Envelope *envelope)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = open_site(call, &error);
	if (!site)
		return command_fail(error);
	g_autoptr(GBytes) bytes = read_input(&error);
	if (!bytes)
		return command_fail(error);
	complete_envelope(envelope, site, bytes);
	g_autoptr(IntakeResult) result = intake_accept(
		&site->intake, envelope, bytes, clock_now(), &error);
	if (!result)
		return command_fail(error);
	print_json(json_result(result));
	return EX_OK;
}

int
command_ingest(Invocation *call)
{
	g_autofree char *from = NULL;
	g_auto(GStrv) rcpt = NULL;
	g_autofree char *login = NULL;
	g_autofree char *client = NULL;
	gboolean as_json = FALSE;
	const GOptionEntry options[] = {
		/* bytes as they are: a pipe of a mail server has no locale */
		{"from", 0, 0, G_OPTION_ARG_FILENAME, &from, NULL, NULL},
		{"rcpt", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rcpt, NULL, NULL},
		{"login", 0, 0, G_OPTION_ARG_FILENAME, &login, NULL, NULL},
		{"client", 0, 0, G_OPTION_ARG_STRING, &client, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 1)
		return command_usage(USAGE);
	g_autoptr(Envelope) envelope = envelope_new();
	envelope->sender = from ? address_of_path(from) : NULL;
	envelope->login = login && *login ? g_steal_pointer(&login) : NULL;
	envelope->client = client && *client ? g_steal_pointer(&client) : NULL;
	for (guint i = 0; rcpt && rcpt[i]; i++)
		g_ptr_array_add(envelope->recipients, address_of_path(rcpt[i]));
	return ingest(call, envelope);
}
