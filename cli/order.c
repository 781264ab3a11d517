/* loket answered|close|merge ... N [ARGUMENT]: an order about a ticket. */
#include <stdio.h>
#include <sysexits.h>

#include <loket/clock.h>
#include <loket/order.h>

#include "command.h"

static int
run(const Invocation *call, const Order *order)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site =
		site_open(call->config_path, STORE_WRITE, &error);
	if (!site)
		return command_fail(error);
	g_autofree char *transcript =
		order_run(&site->intake, order, clock_now(), &error);
	if (!transcript)
		return command_fail(error);
	(void)puts(transcript);
	return EX_OK;
}

int
command_order(Invocation *call)
{
	const GOptionEntry options[] = {G_OPTION_ENTRY_NULL};
	const char *verb = call->argv[0];
	if (!command_options(call, options) || call->argc < 2 ||
	    call->argc > 3 || !order_takes(verb, call->argc > 2))
		return command_usage(order_usage(verb));
	Order order = {.verb = verb,
		       .number = call->argv[1],
		       .argument = call->argc > 2 ? call->argv[2] : NULL,
		       .by = g_get_user_name()};
	return run(call, &order);
}
