/* json: the objects that several commands print. */
#include <stdio.h>
#include <stdlib.h>

#include <loket/clock.h>
#include <loket/number.h>

#include "command.h"

void
print_json(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	(void)puts(text ? text : "null");
	free(text);
	json_decref(value);
}

json_t *
json_text(const char *text)
{
	if (!text)
		return json_null();
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	return json_string(valid);
}

json_t *
json_instant(int64_t instant, GTimeZone *zone)
{
	g_autofree char *text = clock_rfc3339(instant, zone);
	return json_text(text);
}

json_t *
json_texts(const GPtrArray *texts)
{
	json_t *list = json_array();
	for (guint i = 0; texts && i < texts->len; i++)
		(void)json_array_append_new(list, json_text(texts->pdata[i]));
	return list;
}

GTimeZone *
zone_of_desk(const Site *site, const char *desk)
{
	const ConfigDesk *found =
		desk ? config_desk_by_title(site->config, desk) : NULL;
	return found ? calendar_timezone(found->calendar)
		     : site->config->timezone;
}

enum TicketFlag
flag_of(const Site *site, const Ticket *ticket, int64_t now)
{
	const ConfigDesk *desk =
		config_desk_by_title(site->config, ticket->desk);
	return ticket_flag(ticket, desk ? desk->calendar : NULL,
			   desk ? &desk->warn : NULL, now);
}

/* True, false, or null while it is not decided or outside the norm. */
static json_t *
json_met(const Ticket *ticket, const TicketClock *clock, int64_t now)
{
	switch (ticket_clock_outcome(ticket, clock, now)) {
	case OUTCOME_MET:
		return json_true();
	case OUTCOME_LATE:
	case OUTCOME_MISSED:
		return json_false();
	case OUTCOME_OPEN:
	case OUTCOME_OUTSIDE:
		break;
	}
	return json_null();
}

static json_t *
json_clock(const Ticket *ticket, const TicketClock *clock, GTimeZone *zone,
	   int64_t now)
{
	g_autofree char *target = target_format(&clock->target);
	json_t *object = json_object();
	json_object_set_new(object, "target", json_text(target));
	json_object_set_new(object, "due", json_instant(clock->due, zone));
	json_object_set_new(object, "due_now",
			    json_instant(clock->due_now, zone));
	json_object_set_new(object, "aim", json_instant(clock->aim, zone));
	json_object_set_new(object, "met_at",
			    json_instant(clock->met_at, zone));
	json_object_set_new(object, "met", json_met(ticket, clock, now));
	return object;
}

/* The newest clock of each kind that ever ran. */
static json_t *
json_targets(const Ticket *ticket, GTimeZone *zone, int64_t now)
{
	json_t *targets = json_object();
	for (enum TargetKind kind = 0; kind < TARGET_KINDS; kind++) {
		const TicketClock *clock = ticket_clock(ticket, kind);
		if (clock)
			json_object_set_new(
				targets, target_kind_name(kind),
				json_clock(ticket, clock, zone, now));
	}
	return targets;
}

static json_t *
json_tag(const Site *site, const Ticket *ticket)
{
	const ConfigDesk *desk =
		config_desk_by_title(site->config, ticket->desk);
	if (!desk)
		return json_null();
	g_autofree char *tag = tag_format(desk->tag, ticket->number);
	return json_text(tag);
}

static json_t *
json_link(const Link *link)
{
	json_t *object = json_object();
	json_object_set_new(object, "number", json_text(link->number));
	json_object_set_new(object, "kind", json_text(link->kind));
	return object;
}

static json_t *
json_links(const GPtrArray *links)
{
	json_t *list = json_array();
	for (guint i = 0; i < links->len; i++)
		(void)json_array_append_new(list, json_link(links->pdata[i]));
	return list;
}

json_t *
json_fields(const GPtrArray *fields)
{
	json_t *object = json_object();
	for (guint i = 0; i < fields->len; i++) {
		const Field *field = fields->pdata[i];
		json_object_set_new(object, field->name,
				    json_text(field->value));
	}
	return object;
}

bool
ties_read(StoreTx *tx, const char *number, TicketTies *ties, GError **error)
{
	return store_links_list(tx, number, &ties->links, error) &&
	       store_fields_list(tx, number, &ties->fields, error);
}

void
ties_clear(TicketTies *ties)
{
	g_clear_pointer(&ties->links, g_ptr_array_unref);
	g_clear_pointer(&ties->fields, g_ptr_array_unref);
}

json_t *
json_ticket(const Site *site, const Ticket *ticket, const TicketTies *ties,
	    int64_t now)
{
	GTimeZone *zone = zone_of_desk(site, ticket->desk);
	enum TicketFlag flag = flag_of(site, ticket, now);
	const struct {
		const char *key;
		json_t *value;
	} members[] = {
		{"number", json_text(ticket->number)},
		{"tag", json_tag(site, ticket)},
		{"desk", json_text(ticket->desk)},
		{"type", json_text(ticket->type)},
		{"state", json_text(ticket_state_name(ticket->state))},
		{"subject", json_text(ticket->subject)},
		{"customer", json_text(ticket->customer)},
		{"language", json_text(ticket->language)},
		{"agent", json_text(ticket->agent)},
		{"team", json_text(ticket->team)},
		{"channel", json_text(ticket->channel)},
		{"received", json_instant(ticket->received_at, zone)},
		{"queue_id", json_text(ticket->queue_id)},
		{"confirmed", json_boolean(ticket->is_confirmed)},
		{"undeliverable", json_boolean(ticket->is_undeliverable)},
		{"targets", json_targets(ticket, zone, now)},
		{"promise", json_instant(ticket->promise, zone)},
		{"due", json_instant(ticket_due(ticket), zone)},
		{"flag", json_text(ticket_flag_name(flag))},
		{"fields", json_fields(ties->fields)},
		{"links", json_links(ties->links)},
		{"seen_by", json_texts(ticket->seen_by)},
		{"successor", json_text(ticket->successor)},
	};
	json_t *object = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
		json_object_set_new(object, members[i].key, members[i].value);
	return object;
}

json_t *
json_loose(const Site *site, const Message *message)
{
	GTimeZone *zone = zone_of_desk(site, message->desk);
	static const char *const nulls[] = {
		"number", "tag",  "type",    "state", "language",
		"agent",  "team", "promise", "due",   "successor"};
	json_t *object = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(nulls); i++)
		json_object_set_new(object, nulls[i], json_null());
	json_object_set_new(object, "desk", json_text(message->desk));
	json_object_set_new(object, "subject", json_text(message->subject));
	json_object_set_new(object, "customer", json_text(message->from));
	json_object_set_new(object, "channel", json_text("mail"));
	json_object_set_new(object, "received",
			    json_instant(message->at, zone));
	json_object_set_new(object, "queue_id", json_text(message->queue_id));
	json_object_set_new(object, "confirmed", json_false());
	json_object_set_new(object, "undeliverable", json_false());
	json_object_set_new(object, "targets", json_object());
	json_object_set_new(object, "flag",
			    json_text(ticket_flag_name(FLAG_NONE)));
	json_object_set_new(object, "fields", json_object());
	json_object_set_new(object, "links", json_array());
	json_object_set_new(object, "seen_by", json_array());
	json_object_set_new(object, "role", json_text(message->role));
	json_object_set_new(object, "reason", json_text(message->reason));
	return object;
}
