/*
 * command: the subcommands of loket, one file each.
 *
 * A command gets its own arguments (argv[0] is its name), writes its answer
 * to standard output, and returns an exit code of sysexits(3). Errors go to
 * standard error through command_fail, wrong usage through command_usage.
 */
#ifndef LOKET_CLI_COMMAND_H
#define LOKET_CLI_COMMAND_H

#include <stdbool.h>

#include <jansson.h>

#include <loket/site.h>

typedef struct Invocation {
	const char *config_path;
	bool is_default_config; /* no -c was given */
	int argc;
	char **argv;
} Invocation;

int command_calendar(Invocation *call);
int command_check(Invocation *call);
int command_deadline(Invocation *call);
int command_explain(Invocation *call);
int command_ingest(Invocation *call);
/* Every order, found by its name. */
int command_order(Invocation *call);
int command_notice(Invocation *call);
int command_notify(Invocation *call);
int command_outbox(Invocation *call);
int command_parse(Invocation *call);
int command_rekey(Invocation *call);
int command_setup(Invocation *call);
int command_show(Invocation *call);
int command_status(Invocation *call);
int command_tickets(Invocation *call);

/*
 * Reads the options of a command, in any order among its arguments; what is
 * left in call->argv are the arguments. False: a wrong option, already told.
 */
bool command_options(Invocation *call, const GOptionEntry *entries);

/* The configuration alone, for commands that need no store; the caller's. */
Config *load_config(const Invocation *call, GError **error);

/* Sends a mail of the site's first desk to address, and judges how it arrives
 * in mailbox, a Maildir or an mbox, NULL: it is not awaited. An exit code. */
int check_send(const Site *site, const char *address, const char *mailbox);
/* Judges a notification in a file as it has arrived. An exit code. */
int check_received(const Site *site, const char *file);

/* Prints "loket: MESSAGE"; the exit code of the error. */
int command_fail(const GError *error);
/* Prints how the command is called; EX_USAGE. */
int command_usage(const char *usage);

/* What others wrote, safe for a terminal: UTF-8, without controls but LF; ""
 * for NULL. The caller's. */
char *text_printable(const char *text);
/* An instant in the zone, in the form of g_date_time_format(); the caller's. */
char *text_instant(int64_t instant, GTimeZone *zone, const char *format);

/* "2026-12-01"; the caller's. */
char *text_date(const GDate *date);

/* Prints a value as one line of JSON and releases it. */
void print_json(json_t *value);

/* A StoreWork that fills a StoreFigures. */
bool read_figures(StoreTx *tx, void *data, GError **error);

/* A string, or null for NULL; broken UTF-8 is repaired. */
json_t *json_text(const char *text);
/* RFC 3339 in the zone, or null for no instant. */
json_t *json_instant(int64_t instant, GTimeZone *zone);
/* An array of strings from char *. */
json_t *json_texts(const GPtrArray *texts);
/* An object of names and values from Field *. */
json_t *json_fields(const GPtrArray *fields);

/* What a ticket is shown with, besides itself; all owned, NULL before. */
typedef struct TicketTies {
	GPtrArray *links;  /* of Link */
	GPtrArray *fields; /* of Field */
} TicketTies;

bool ties_read(StoreTx *tx, const char *number, TicketTies *ties,
	       GError **error);
void ties_clear(TicketTies *ties);

/* The object of `loket show` without messages and events. */
json_t *json_ticket(const Site *site, const Ticket *ticket,
		    const TicketTies *ties, int64_t now);
/* The same keys for a mail that was stored without a ticket. */
json_t *json_loose(const Site *site, const Message *message);

/* The zone in which a desk's times are told: its calendar's, or the site's. */
GTimeZone *zone_of_desk(const Site *site, const char *desk);
/* The flag of a ticket as it stands at now. */
enum TicketFlag flag_of(const Site *site, const Ticket *ticket, int64_t now);

#endif
