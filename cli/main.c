/*
 * loket: the command line of the service desk. See loket(1).
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/error.h>
#include <loket/version.h>

#include "command.h"

#define DEFAULT_CONFIG "/etc/loket/loket.conf"

typedef struct Command {
	const char *name;
	int (*run)(Invocation *call);
	const char *about;
} Command;

static const Command commands[] = {
	{"answered", command_order, "the customer was answered elsewhere"},
	{"assign", command_order, "an agent takes the ticket on"},
	{"calendar", command_calendar, "a year of working time"},
	{"check", command_check, "check the configuration and what it names"},
	{"close", command_order, "the ticket is ended"},
	{"deadline", command_deadline, "when a target is due"},
	{"done", command_order, "there is nothing to answer"},
	{"explain", command_explain, "why the clocks stand where they stand"},
	{"ingest", command_ingest, "take in one mail from standard input"},
	{"merge", command_order, "a ticket becomes part of another"},
	{"notice", command_notice, "what a desk tells all who write to it"},
	{"notify", command_notify, "what would be sent"},
	{"outbox", command_outbox, "what waits to leave, and why"},
	{"parse", command_parse, "what Loket sees in a mail"},
	{"promise", command_order, "a date is promised to the customer"},
	{"rekey", command_rekey, "sign what leaves with a new key"},
	{"setup", command_setup, "the change for the mail server found here"},
	{"show", command_show, "one ticket with its thread"},
	{"status", command_status, "the health of the daemon"},
	{"tickets", command_tickets, "the list of tickets"},
	{"wait", command_order, "the customer's turn, the solution pauses"},
};

static void
print_usage(FILE *out)
{
	(void)fprintf(out, "usage: loket [-c FILE] COMMAND ...\n");
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		(void)fprintf(out, "  %-10s %s\n", commands[i].name,
			      commands[i].about);
}

static int
wrong_usage(void)
{
	print_usage(stderr);
	return EX_USAGE;
}

static int
run(Invocation *call)
{
	const char *name = call->argv[0];
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(call);
	if (strcmp(name, "--help") == 0) {
		print_usage(stdout);
		return EX_OK;
	}
	if (strcmp(name, "--version") == 0) {
		(void)printf("loket " LOKET_VERSION "\n");
		return EX_OK;
	}
	(void)fprintf(stderr, "loket: no command \"%s\"\n", name);
	return wrong_usage();
}

int
command_usage(const char *usage)
{
	(void)fprintf(stderr, "usage: loket [-c FILE] %s\n", usage);
	return EX_USAGE;
}

int
command_fail(const GError *error)
{
	bool is_config =
		g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG);
	/* a configuration error begins with its own FILE:LINE */
	(void)fprintf(stderr, "%s%s\n",
		      is_config ? "" : "loket: ", error->message);
	if (error->domain != LOKET_ERROR)
		return EX_SOFTWARE;
	switch ((enum LoketError)error->code) {
	case LOKET_ERROR_TEMPORARY:
		return EX_TEMPFAIL;
	case LOKET_ERROR_PERMANENT:
		return EX_DATAERR;
	case LOKET_ERROR_CONFIG:
		break;
	}
	return EX_CONFIG;
}

bool
command_options(Invocation *call, const GOptionEntry *entries)
{
	g_autoptr(GError) error = NULL;
	GOptionContext *context = g_option_context_new(NULL);
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_add_main_entries(context, entries, NULL);
	bool ok = g_option_context_parse(context, &call->argc, &call->argv,
					 &error);
	g_option_context_free(context);
	if (!ok)
		(void)fprintf(stderr, "loket %s: %s\n", call->argv[0],
			      error->message);
	/* "--" only parts options from arguments */
	if (ok && call->argc > 1 && strcmp(call->argv[1], "--") == 0) {
		call->argv[1] = call->argv[0];
		call->argv++;
		call->argc--;
	}
	return ok;
}

Config *
load_config(const Invocation *call, GError **error)
{
	g_autofree char *data_dir = config_find_data_dir(error);
	return data_dir ? config_load(call->config_path, data_dir, error)
			: NULL;
}

int
main(int argc, char **argv)
{
	Invocation call = {.config_path = DEFAULT_CONFIG,
			   .is_default_config = true};
	int first = 1;
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		call.config_path = argv[2];
		call.is_default_config = false;
		first = 3;
	}
	if (argc <= first)
		return wrong_usage();
	call.argc = argc - first;
	call.argv = argv + first;
	return run(&call);
}
