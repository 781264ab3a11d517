/*
 * loket setup: the exact change for the mail server found here.
 */
#include <string.h>
#include <sysexits.h>

#include "command.h"
#include "setup.h"

#define USAGE "setup postfix|sendmail [--config-dir DIR] [--apply | --undo]"

typedef int Setup(const Config *config, const char *config_dir,
		  enum SetupMode mode);

/* NULL: no server that we know. */
static Setup *
setup_for(const char *server)
{
	if (strcmp(server, "postfix") == 0)
		return setup_postfix;
	return strcmp(server, "sendmail") == 0 ? setup_sendmail : NULL;
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
	Setup *setup = call->argc == 2 ? setup_for(call->argv[1]) : NULL;
	if (!setup || (is_apply && is_undo))
		return command_usage(USAGE);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_config(call, &error);
	return config ? setup(config, config_dir, mode) : command_fail(error);
}
