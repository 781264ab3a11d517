/* loket rekey: a new key signs what leaves, the old ones are believed on. */
#include <stdio.h>
#include <sysexits.h>

#include <loket/clock.h>
#include <loket/token.h>

#include "command.h"

int
command_rekey(Invocation *call)
{
	g_autoptr(GError) error = NULL;
	const GOptionEntry options[] = {G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 1)
		return command_usage("rekey");
	g_autoptr(Config) config = load_config(call, &error);
	if (!config || !keyring_rotate(config->secret, config->key_lifetime_s,
				       clock_now(), &error))
		return command_fail(error);
	(void)printf("%s: a new key, which loketd takes when it is reloaded\n",
		     config->secret);
	return EX_OK;
}
