/* loket tickets: the list, soonest due first. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/clock.h>
#include <loket/error.h>

#include "command.h"

#define USAGE                                                                  \
	"tickets [--desk D] [--state S] [--role R] [--due-within T] "          \
	"[--limit N] [--json]"

typedef struct Listing {
	TicketFilter filter;
	const char *role;   /* NULL: tickets; else mails without a ticket */
	GPtrArray *tickets; /* of Ticket, or of Message with role */
	GArray *ties;	    /* of TicketTies, one for each ticket */
} Listing;

static void
clear_ties(void *data)
{
	ties_clear(data);
}

static bool
read_ties(StoreTx *tx, Listing *listing, GError **error)
{
	listing->ties = g_array_new(FALSE, TRUE, sizeof(TicketTies));
	g_array_set_clear_func(listing->ties, clear_ties);
	g_array_set_size(listing->ties, listing->tickets->len);
	for (guint i = 0; i < listing->tickets->len; i++) {
		const Ticket *ticket = listing->tickets->pdata[i];
		TicketTies *ties = &g_array_index(listing->ties, TicketTies, i);
		if (!ties_read(tx, ticket->number, ties, error))
			return false;
	}
	return true;
}

static bool
read_list(StoreTx *tx, void *data, GError **error)
{
	Listing *listing = data;
	if (listing->role)
		return store_loose_list(tx, listing->role,
					listing->filter.limit,
					&listing->tickets, error);
	return store_tickets_list(tx, &listing->filter, &listing->tickets,
				  error) &&
	       read_ties(tx, listing, error);
}

static json_t *
json_row(const Site *site, const Listing *listing, guint i, int64_t now)
{
	const void *row = listing->tickets->pdata[i];
	if (listing->role)
		return json_loose(site, row);
	return json_ticket(site, row,
			   &g_array_index(listing->ties, TicketTies, i), now);
}

static void
print_as_json(const Site *site, const Listing *listing, int64_t now)
{
	json_t *list = json_array();
	for (guint i = 0; i < listing->tickets->len; i++)
		(void)json_array_append_new(list,
					    json_row(site, listing, i, now));
	print_json(list);
}

/* A cell of a table: one line, cut at so many characters, padded. */
static void
print_cell(const char *text, glong width)
{
	g_autofree char *valid = text_printable(text);
	(void)g_strdelimit(valid, "\n", ' ');
	glong length = g_utf8_strlen(valid, -1);
	g_autofree char *cut =
		length > width ? g_utf8_substring(valid, 0, width - 1) : NULL;
	(void)printf("%s%s%*s  ", cut ? cut : valid, cut ? "…" : "",
		     (int)(length < width ? width - length : 0), "");
}

static char *
due_text(const Site *site, const Ticket *ticket)
{
	int64_t due = ticket_due(ticket);
	GTimeZone *zone = zone_of_desk(site, ticket->desk);
	return due ? text_instant(due, zone, "%Y-%m-%d %H:%M") : g_strdup("-");
}

static void
print_ticket(const Site *site, const Ticket *ticket, int64_t now)
{
	g_autofree char *due = due_text(site, ticket);
	enum TicketFlag flag = flag_of(site, ticket, now);
	print_cell(ticket->number, NUMBER_DIGITS);
	print_cell(ticket->customer, 24);
	print_cell(ticket->subject, 32);
	print_cell(ticket_state_name(ticket->state), 7);
	print_cell(due, 16);
	(void)puts(flag == FLAG_NONE ? "-" : ticket_flag_name(flag));
}

static void
print_message(const Message *message)
{
	print_cell("-", NUMBER_DIGITS);
	print_cell(message->from, 24);
	print_cell(message->subject, 32);
	print_cell("-", 7);
	print_cell("-", 16);
	(void)puts("-");
}

static void
print_table(const Site *site, const Listing *listing, int64_t now)
{
	print_cell("NUMBER", NUMBER_DIGITS);
	print_cell("CUSTOMER", 24);
	print_cell("SUBJECT", 32);
	print_cell("STATE", 7);
	print_cell("DUE", 16);
	(void)puts("FLAG");
	for (guint i = 0; i < listing->tickets->len; i++) {
		if (listing->role)
			print_message(listing->tickets->pdata[i]);
		else
			print_ticket(site, listing->tickets->pdata[i], now);
	}
}

/* From now on, by the calendar of the desk, or of the desk that is given
 * longest. */
static bool
set_due_until(const Site *site, TicketFilter *filter, const Target *within,
	      int64_t now, GError **error)
{
	const GPtrArray *desks = site->config->desks;
	for (guint i = 0; i < desks->len; i++) {
		const ConfigDesk *desk = desks->pdata[i];
		int64_t until;
		if (filter->desk &&
		    g_ascii_strcasecmp(filter->desk, desk->title) != 0)
			continue;
		if (!calendar_due(desk->calendar, within, now, &until, error))
			return false;
		filter->due_until = MAX(filter->due_until, until);
	}
	return true;
}

static bool
is_state(const char *state)
{
	enum TicketState parsed;
	return strcmp(state, "all") == 0 || ticket_state_parse(state, &parsed);
}

static int
list(const Invocation *call, Listing *listing, const Target *within,
     bool as_json)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	int64_t now = clock_now();
	if (!site ||
	    (within &&
	     !set_due_until(site, &listing->filter, within, now, &error)) ||
	    !store_read(site->store, read_list, listing, &error))
		return command_fail(error);
	if (as_json)
		print_as_json(site, listing, now);
	else
		print_table(site, listing, now);
	g_ptr_array_unref(listing->tickets);
	g_clear_pointer(&listing->ties, g_array_unref);
	return EX_OK;
}

int
command_tickets(Invocation *call)
{
	g_autofree char *desk = NULL;
	g_autofree char *state = NULL;
	g_autofree char *role = NULL;
	g_autofree char *within = NULL;
	gboolean as_json = FALSE;
	int limit = 0;
	const GOptionEntry options[] = {
		{"desk", 0, 0, G_OPTION_ARG_STRING, &desk, NULL, NULL},
		{"state", 0, 0, G_OPTION_ARG_STRING, &state, NULL, NULL},
		{"role", 0, 0, G_OPTION_ARG_STRING, &role, NULL, NULL},
		{"due-within", 0, 0, G_OPTION_ARG_STRING, &within, NULL, NULL},
		{"limit", 0, 0, G_OPTION_ARG_INT, &limit, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	Target until;
	if (!command_options(call, options) || call->argc != 1 || limit < 0 ||
	    (state && !is_state(state)) ||
	    (within && !target_parse(within, &until, NULL)))
		return command_usage(USAGE);
	Listing listing = {
		.filter = {.desk = desk, .state = state, .limit = limit},
		.role = role};
	return list(call, &listing, within ? &until : NULL, as_json);
}
