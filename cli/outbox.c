/* loket outbox: what waits to leave and why; --send sends what is due. */
#include <stdio.h>
#include <sysexits.h>

#include <loket/alert.h>
#include <loket/clock.h>
#include <loket/courier.h>
#include <loket/error.h>

#include "command.h"

#define USAGE "outbox [--retry ID] [--send] [--json]"

static bool
read_outbox(StoreTx *tx, void *data, GError **error)
{
	GPtrArray **items = data;
	return store_outbox_list(tx, items, error);
}

static json_t *
json_item(const OutboxItem *item, GTimeZone *zone)
{
	json_t *object = json_object();
	json_object_set_new(object, "id", json_integer(item->id));
	json_object_set_new(object, "kind", json_text(item->kind));
	json_object_set_new(object, "state", json_text(item->state));
	json_object_set_new(object, "ticket", json_text(item->ticket));
	json_object_set_new(object, "to", json_text(item->recipient));
	json_object_set_new(object, "subject", json_text(item->subject));
	json_object_set_new(object, "text", json_text(item->text));
	json_object_set_new(object, "attempts", json_integer(item->attempts));
	json_object_set_new(object, "next_at",
			    json_instant(item->next_at, zone));
	json_object_set_new(object, "last_error", json_text(item->last_error));
	return object;
}

static void
print_as_json(const Site *site, const GPtrArray *items)
{
	json_t *list = json_array();
	for (guint i = 0; i < items->len; i++) {
		const OutboxItem *item = items->pdata[i];
		(void)json_array_append_new(
			list, json_item(item, zone_of_desk(site, item->desk)));
	}
	print_json(list);
}

static void
print_table(const Site *site, const GPtrArray *items)
{
	(void)printf("%-6s  %-10s  %-8s  %-10s  %-25s  %s\n", "ID", "KIND",
		     "STATE", "TICKET", "NEXT", "TO");
	for (guint i = 0; i < items->len; i++) {
		const OutboxItem *item = items->pdata[i];
		g_autofree char *next = clock_rfc3339(
			item->next_at, zone_of_desk(site, item->desk));
		g_autofree char *to = text_printable(item->recipient);
		g_autofree char *why = text_printable(item->last_error);
		bool waits = g_str_equal(item->state, "waiting");
		(void)printf("%-6" G_GINT64_FORMAT
			     "  %-10s  %-8s  %-10s  %-25s  %s%s%s\n",
			     item->id, item->kind, item->state,
			     item->ticket ? item->ticket : "-",
			     waits && next ? next : "-", to, *why ? ": " : "",
			     why);
	}
}

static bool
send_due(Site *site, GError **error)
{
	g_autoptr(Courier) courier =
		courier_new(site->config, site->store, error);
	const CourierWatch watch = {.given_up = alert_not_sent,
				    .data = &site->intake};
	unsigned sent;
	if (!courier)
		return false;
	if (site->config->dry_run)
		(void)fprintf(stderr, "loket: dry-run: nothing is sent\n");
	courier_set_watch(courier, &watch);
	return courier_send_due(courier, clock_now(), &sent, error);
}

typedef struct Retry {
	int64_t id;
	const char *why; /* not; NULL: it is tried again */
} Retry;

static bool
retry_row(StoreTx *tx, void *data, GError **error)
{
	Retry *retry = data;
	return store_outbox_retry(tx, retry->id, clock_now(), &retry->why,
				  error);
}

static bool
retry_one(const Site *site, int64_t id, GError **error)
{
	Retry retry = {.id = id};
	return store_write(site->store, retry_row, &retry, error) &&
	       (!retry.why ||
		loket_refuse(error, "outbox %" G_GINT64_FORMAT ": %s", id,
			     retry.why));
}

static int
outbox(const Invocation *call, int64_t retry, bool send, bool as_json)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) items = NULL;
	g_autoptr(Site) site =
		site_open(call->config_path,
			  send || retry ? STORE_WRITE : STORE_READ, &error);
	if (!site || (retry && !retry_one(site, retry, &error)) ||
	    (send && !send_due(site, &error)) ||
	    !store_read(site->store, read_outbox, &items, &error))
		return command_fail(error);
	if (as_json)
		print_as_json(site, items);
	else
		print_table(site, items);
	return EX_OK;
}

int
command_outbox(Invocation *call)
{
	gint64 retry = 0;
	gboolean send = FALSE;
	gboolean as_json = FALSE;
	const GOptionEntry options[] = {
		{"retry", 0, 0, G_OPTION_ARG_INT64, &retry, NULL, NULL},
		{"send", 0, 0, G_OPTION_ARG_NONE, &send, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 1)
		return command_usage(USAGE);
	return outbox(call, retry, send, as_json);
}
