/* loket show N: one ticket with its thread. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/clock.h>
#include <loket/error.h>
#include <loket/number.h>

#include "command.h"

typedef struct Thread {
	const char *number;
	Ticket *ticket;
	GPtrArray *messages;
	TicketTies ties;
	GPtrArray *events;
} Thread;

static bool
read_thread(StoreTx *tx, void *data, GError **error)
{
	Thread *thread = data;
	if (!store_ticket_get(tx, thread->number, &thread->ticket, error))
		return false;
	return !thread->ticket ||
	       (store_messages_list(tx, thread->number, &thread->messages,
				    error) &&
		ties_read(tx, thread->number, &thread->ties, error) &&
		store_events_list(tx, thread->number, &thread->events, error));
}

static void
thread_clear(Thread *thread)
{
	ticket_free(thread->ticket);
	ties_clear(&thread->ties);
	g_clear_pointer(&thread->messages, g_ptr_array_unref);
	g_clear_pointer(&thread->events, g_ptr_array_unref);
}

static json_t *
json_message(const Message *message, GTimeZone *zone)
{
	json_t *attachments = json_loads(message->attachments, 0, NULL);
	json_t *object = json_object();
	json_object_set_new(object, "message_id",
			    json_text(message->message_id));
	json_object_set_new(object, "role", json_text(message->role));
	json_object_set_new(object, "direction", json_text(message->direction));
	json_object_set_new(object, "from", json_text(message->from));
	json_object_set_new(object, "to", json_texts(message->to));
	json_object_set_new(object, "at", json_instant(message->at, zone));
	json_object_set_new(object, "subject", json_text(message->subject));
	json_object_set_new(object, "new_text", json_text(message->new_text));
	json_object_set_new(object, "attachments",
			    attachments ? attachments : json_array());
	json_object_set_new(object, "queue_id", json_text(message->queue_id));
	return object;
}

static json_t *
json_event(const Event *event, GTimeZone *zone)
{
	json_t *object = json_object();
	json_object_set_new(object, "at", json_instant(event->at, zone));
	json_object_set_new(object, "what", json_text(event->what));
	json_object_set_new(object, "detail", json_text(event->detail));
	return object;
}

static void
print_as_json(const Site *site, const Thread *thread, int64_t now)
{
	GTimeZone *zone = zone_of_desk(site, thread->ticket->desk);
	json_t *object = json_ticket(site, thread->ticket, &thread->ties, now);
	json_t *messages = json_array();
	for (guint i = 0; i < thread->messages->len; i++)
		(void)json_array_append_new(
			messages,
			json_message(thread->messages->pdata[i], zone));
	json_t *events = json_array();
	for (guint i = 0; i < thread->events->len; i++)
		(void)json_array_append_new(
			events, json_event(thread->events->pdata[i], zone));
	json_object_set_new(object, "messages", messages);
	json_object_set_new(object, "events", events);
	print_json(object);
}

/* What a stranger wrote must not steer the terminal. */
static void
print_text(const char *indent, const char *text)
{
	g_autofree char *safe = text_printable(text);
	g_auto(GStrv) lines = g_strsplit(g_strchomp(safe), "\n", -1);
	for (guint i = 0; lines[i]; i++)
		(void)printf("%s%s\n", indent, lines[i]);
}

static void
print_instant(const char *label, int64_t instant, GTimeZone *zone)
{
	g_autofree char *text = text_instant(instant, zone, "%Y-%m-%d %H:%M");
	(void)printf("%s%s", label, text);
}

static void
print_clock(const Ticket *ticket, const TicketClock *clock, GTimeZone *zone,
	    int64_t now)
{
	enum ClockOutcome outcome = ticket_clock_outcome(ticket, clock, now);
	g_autofree char *target = target_format(&clock->target);
	(void)printf("  %-14s  %s, ", target_kind_name(clock->kind), target);
	print_instant("due ", clock->due, zone);
	if (clock->met_at)
		print_instant(outcome == OUTCOME_MET ? ", met " : ", late ",
			      clock->met_at, zone);
	else if (outcome == OUTCOME_OUTSIDE)
		(void)printf(", ended");
	else if (outcome == OUTCOME_MISSED)
		(void)printf(", overdue");
	(void)printf("\n");
}

static void
print_head(const Site *site, const Ticket *ticket, GTimeZone *zone, int64_t now)
{
	(void)printf("%s  %s  %s%s\n", ticket->number, ticket->type,
		     ticket_state_name(ticket->state),
		     ticket->is_undeliverable ? "  undeliverable" : "");
	print_text("  subject   ", ticket->subject);
	print_text("  customer  ", ticket->customer);
	if (ticket->agent)
		print_text("  agent     ", ticket->agent);
	print_instant("  received  ", ticket->received_at, zone);
	(void)printf("\n  flag      %s\n",
		     ticket_flag_name(flag_of(site, ticket, now)));
	for (guint i = 0; i < ticket->clocks->len; i++)
		print_clock(ticket, ticket->clocks->pdata[i], zone, now);
	if (ticket->promise) {
		print_instant("  promised        ", ticket->promise, zone);
		(void)printf("\n");
	}
}

static const char *
arrow_of(const Message *message)
{
	if (strcmp(message->direction, "in") == 0)
		return "in  <-";
	if (strcmp(message->direction, "out") == 0)
		return "out ->";
	return "note  ";
}

static void
print_message(const Message *message, GTimeZone *zone)
{
	(void)printf("\n");
	print_instant("", message->at, zone);
	(void)printf("  %s  %s", arrow_of(message), message->role);
	print_text("  ", message->from);
	print_text("    ", message->new_text);
}

static void
print_event(const Event *event, GTimeZone *zone)
{
	print_instant("  ", event->at, zone);
	(void)printf("  %s", event->what);
	print_text("  ", event->detail);
}

static void
print_ties(const TicketTies *ties)
{
	for (guint i = 0; i < ties->fields->len; i++) {
		const Field *field = ties->fields->pdata[i];
		(void)printf("  field     %s", field->name);
		print_text(" ", field->value);
	}
	for (guint i = 0; i < ties->links->len; i++) {
		const Link *link = ties->links->pdata[i];
		(void)printf("  linked    %s (%s)\n", link->number, link->kind);
	}
}

static void
print_story(const Site *site, const Thread *thread, int64_t now)
{
	GTimeZone *zone = zone_of_desk(site, thread->ticket->desk);
	print_head(site, thread->ticket, zone, now);
	print_ties(&thread->ties);
	for (guint i = 0; i < thread->messages->len; i++)
		print_message(thread->messages->pdata[i], zone);
	(void)printf("\nevents\n");
	for (guint i = 0; i < thread->events->len; i++)
		print_event(thread->events->pdata[i], zone);
}

static int
show(const Invocation *call, Thread *thread, bool as_json)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	if (!site || !store_read(site->store, read_thread, thread, &error))
		return command_fail(error);
	if (!thread->ticket) {
		(void)fprintf(stderr, "loket: no ticket %s\n", thread->number);
		return EX_DATAERR;
	}
	if (as_json)
		print_as_json(site, thread, clock_now());
	else
		print_story(site, thread, clock_now());
	return EX_OK;
}

int
command_show(Invocation *call)
{
	gboolean as_json = FALSE;
	const GOptionEntry options[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 2)
		return command_usage("show NUMBER [--json]");
	Thread thread = {.number = call->argv[1]};
	int rc = show(call, &thread, as_json);
	thread_clear(&thread);
	return rc;
}
