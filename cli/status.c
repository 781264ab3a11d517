/* loket status: the health of the daemon and of its store. */
#include <stdio.h>
#include <sysexits.h>

#include <loket/endpoint.h>

#include "command.h"

bool
read_figures(StoreTx *tx, void *data, GError **error)
{
	return store_figures(tx, data, error);
}

static json_t *
json_status(const Site *site, const StoreFigures *figures, bool is_running)
{
	return json_pack("{s:{s:b, s:s}, s:{s:s, s:I, s:I, s:I},"
			 " s:{s:I, s:I, s:I}, s:b}",
			 "daemon", "running", (int)is_running, "socket",
			 site->config->socket, "store", "url",
			 site->config->store, "tickets",
			 (json_int_t)figures->tickets, "open",
			 (json_int_t)figures->open, "messages",
			 (json_int_t)figures->messages, "outbox", "waiting",
			 (json_int_t)figures->outbox_waiting, "held",
			 (json_int_t)figures->outbox_held, "failed",
			 (json_int_t)figures->outbox_failed, "dry_run",
			 (int)site->config->dry_run);
}

static void
print_status(const Site *site, const StoreFigures *figures, bool is_running)
{
	(void)printf(
		"daemon   %s at %s%s\n", is_running ? "running" : "not running",
		site->config->socket, site->config->dry_run ? ", dry run" : "");
	(void)printf("store    %s\n", site->config->store);
	(void)printf("tickets  %" G_GINT64_FORMAT ", open %" G_GINT64_FORMAT
		     "\n",
		     figures->tickets, figures->open);
	(void)printf("messages %" G_GINT64_FORMAT "\n", figures->messages);
	(void)printf("outbox   waiting %" G_GINT64_FORMAT
		     ", held %" G_GINT64_FORMAT ", failed %" G_GINT64_FORMAT
		     "\n",
		     figures->outbox_waiting, figures->outbox_held,
		     figures->outbox_failed);
}

int
command_status(Invocation *call)
{
	gboolean as_json = FALSE;
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 1)
		return command_usage("status [--json]");
	g_autoptr(GError) error = NULL;
	StoreFigures figures = {0};
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	if (!site || !store_read(site->store, read_figures, &figures, &error))
		return command_fail(error);
	bool is_running = endpoint_is_live(site->config->socket);
	if (as_json)
		print_json(json_status(site, &figures, is_running));
	else
		print_status(site, &figures, is_running);
	return EX_OK;
}
