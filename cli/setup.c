/*
 * loket setup: the exact change for the mail server found here.
 */
#include <string.h>
#include <sysexits.h>

#include "command.h"
#include "setup.h"

#define USAGE                                                                  \
	"setup postfix [--config-dir DIR]\n"                                   \
	"       loket [-c FILE] setup sendmail [--config-dir DIR] "            \
	"[--apply | --undo]"

static int
set_up(const Config *config, const char *server, const char *config_dir,
       enum SetupMode mode)
{
	return strcmp(server, "postfix") == 0
		       ? setup_postfix(config, config_dir)
		       : setup_sendmail(config, config_dir, mode);
}

static bool
is_known(const char *server, enum SetupMode mode)
{
	return strcmp(server, "sendmail") == 0 ||
	       (strcmp(server, "postfix") == 0 && mode == SETUP_PRINT);
}

int
command_setup(Invocation *call)
{
	g_autofree char *config_dir = NULL;
	gboolean is_apply = FALSE;
	gboolean is_undo = FALSE;
	const GOptionEntry options[] = {
		{"config-dir", 0, 0, G_OPTION_ARG_STRING, &config_dir, NULL,
		 NULL},
		{"apply", 0, 0, G_OPTION_ARG_NONE, &is_apply, NULL, NULL},
		{"undo", 0, 0, G_OPTION_ARG_NONE, &is_undo, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options))
		return command_usage(USAGE);
	enum SetupMode mode = is_apply	? SETUP_APPLY
			      : is_undo ? SETUP_UNDO
					: SETUP_PRINT;
	if (call->argc != 2 || (is_apply && is_undo) ||
	    !is_known(call->argv[1], mode))
		return command_usage(USAGE);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_config(call, &error);
	return config ? set_up(config, call->argv[1], config_dir, mode)
		      : command_fail(error);
}
