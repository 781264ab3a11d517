/* tickets: tickets with their clocks, participants, links and events. */
#include <loket/error.h>
#include <loket/number.h>

#include "sqlite.h"

/* How far a number is followed. Tickets form no ring, but files can be
 * edited. */
#define SUCCESSORS_MAX 1000

static bool
next_sequence(StoreTx *tx, int64_t *sequence, GError **error)
{
	bool ok;
	sqlite3_stmt *row = db_query(
		tx, error,
		"UPDATE site SET sequence = sequence + 1 RETURNING sequence",
		"");
	*sequence = 0;
	while (db_next(tx, row, &ok, error))
		*sequence = sqlite3_column_int64(row, 0);
	if (!ok)
		return false;
	if (*sequence >= 1 && *sequence <= NUMBER_SEQUENCE_MAX)
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
		    "store: the ticket numbers are used up");
	return false;
}

static bool
clock_put(StoreTx *tx, const Ticket *ticket, guint position, GError **error)
{
	const TicketClock *clock = ticket->clocks->pdata[position];
	g_autofree char *target = target_format(&clock->target);
	return db_run(tx, error,
		      "INSERT INTO clock VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		      " ?8, ?9, ?10, ?11)",
		      "tittiiiiiti", ticket->number, (int64_t)position,
		      target_kind_name(clock->kind), target, clock->started_at,
		      clock->due, clock->due_now, clock->met_at,
		      clock->ended_at, clock->met_by, clock->aim);
}

static bool
clocks_put(StoreTx *tx, const Ticket *ticket, GError **error)
{
	if (!db_run(tx, error, "DELETE FROM clock WHERE ticket = ?1", "t",
		    ticket->number))
		return false;
	for (guint i = 0; i < ticket->clocks->len; i++)
		if (!clock_put(tx, ticket, i, error))
			return false;
	return true;
}

static bool
pauses_put(StoreTx *tx, const Ticket *ticket, GError **error)
{
	if (!db_run(tx, error, "DELETE FROM pause WHERE ticket = ?1", "t",
		    ticket->number))
		return false;
	for (guint i = 0; i < ticket->pauses->len; i++) {
		const TicketPause *pause = ticket->pauses->pdata[i];
		if (!db_run(tx, error,
			    "INSERT INTO pause VALUES (?1, ?2, ?3, ?4, ?5)",
			    "tiiit", ticket->number, (int64_t)i, pause->from,
			    pause->to, pause->why))
			return false;
	}
	return true;
}

static bool
answers_put(StoreTx *tx, const Ticket *ticket, GError **error)
{
	if (!db_run(tx, error, "DELETE FROM answer WHERE ticket = ?1", "t",
		    ticket->number))
		return false;
	for (guint i = 0; i < ticket->answers->len; i++) {
		const TicketAnswer *answer = ticket->answers->pdata[i];
		if (!db_run(tx, error,
			    "INSERT INTO answer"
			    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			    "tititt", ticket->number, (int64_t)i,
			    answer->message_id, answer->at, answer->agent,
			    answer->reference))
			return false;
	}
	return true;
}

static bool
desks_put(StoreTx *tx, const Ticket *ticket, GError **error)
{
	if (!db_run(tx, error, "DELETE FROM seen_by WHERE ticket = ?1", "t",
		    ticket->number))
		return false;
	for (guint i = 0; i < ticket->seen_by->len; i++)
		if (!db_run(tx, error,
			    "INSERT INTO seen_by VALUES (?1, ?2, ?3)", "tit",
			    ticket->number, (int64_t)i,
			    ticket->seen_by->pdata[i]))
			return false;
	return true;
}

static bool
lists_put(StoreTx *tx, const Ticket *ticket, GError **error)
{
	return clocks_put(tx, ticket, error) && pauses_put(tx, ticket, error) &&
	       answers_put(tx, ticket, error) && desks_put(tx, ticket, error);
}

bool
store_ticket_add(StoreTx *tx, Ticket *ticket, int year, GError **error)
{
	int64_t sequence;
	if (!next_sequence(tx, &sequence, error))
		return false;
	g_free(ticket->number);
	ticket->number = number_format(year, sequence);
	return db_run(tx, error,
		      "INSERT INTO ticket (number, desk, type, state, channel,"
		      " received_at, queue_id, is_confirmed, is_undeliverable,"
		      " promise, closed_at, due)"
		      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 0, 0)",
		      "tttttit", ticket->number, ticket->desk, ticket->type,
		      ticket_state_name(ticket->state), ticket->channel,
		      ticket->received_at, ticket->queue_id) &&
	       store_ticket_save(tx, ticket, error);
}

bool
store_ticket_save(StoreTx *tx, const Ticket *ticket, GError **error)
{
	return db_run(tx, error,
		      "UPDATE ticket SET desk = ?2, type = ?3, state = ?4,"
		      " subject = ?5, customer = ?6, customer_name = ?7,"
		      " language = ?8, agent = ?9, team = ?10, channel = ?11,"
		      " is_confirmed = ?12, is_undeliverable = ?13,"
		      " promise = ?14, closed_at = ?15, due = ?16,"
		      " successor = ?17"
		      " WHERE number = ?1",
		      "tttttttttttiiiiit", ticket->number, ticket->desk,
		      ticket->type, ticket_state_name(ticket->state),
		      ticket->subject, ticket->customer, ticket->customer_name,
		      ticket->language, ticket->agent, ticket->team,
		      ticket->channel, (int64_t)ticket->is_confirmed,
		      (int64_t)ticket->is_undeliverable, ticket->promise,
		      ticket->closed_at, ticket_due(ticket),
		      ticket->successor) &&
	       lists_put(tx, ticket, error);
}

#define TICKET_COLUMNS                                                         \
	"number, desk, type, state, subject, customer, customer_name,"         \
	" language, agent, team, channel, received_at, queue_id,"              \
	" is_confirmed, is_undeliverable, promise, closed_at, successor"

static Ticket *
ticket_of_row(sqlite3_stmt *row)
{
	Ticket *ticket = ticket_new();
	char **texts[] = {&ticket->number,	  &ticket->desk,
			  &ticket->type,	  NULL,
			  &ticket->subject,	  &ticket->customer,
			  &ticket->customer_name, &ticket->language,
			  &ticket->agent,	  &ticket->team,
			  &ticket->channel};
	for (int i = 0; i < (int)G_N_ELEMENTS(texts); i++)
		if (texts[i])
			*texts[i] = row_text(row, i);
	g_autofree char *state = row_text(row, 3);
	(void)ticket_state_parse(state ? state : "", &ticket->state);
	ticket->received_at = sqlite3_column_int64(row, 11);
	ticket->queue_id = row_text(row, 12);
	ticket->is_confirmed = sqlite3_column_int(row, 13) != 0;
	ticket->is_undeliverable = sqlite3_column_int(row, 14) != 0;
	ticket->promise = sqlite3_column_int64(row, 15);
	ticket->closed_at = sqlite3_column_int64(row, 16);
	ticket->successor = row_text(row, 17);
	return ticket;
}

static void
clock_of_row(Ticket *ticket, sqlite3_stmt *row)
{
	g_autofree char *name = row_text(row, 0);
	g_autofree char *length = row_text(row, 1);
	enum TargetKind kind;
	Target target;
	if (!target_kind_parse(name, &kind) ||
	    !target_parse(length, &target, NULL))
		return;
	TicketClock *clock = ticket_start_clock(ticket, kind, target,
						sqlite3_column_int64(row, 2),
						sqlite3_column_int64(row, 3));
	clock->due_now = sqlite3_column_int64(row, 4);
	clock->met_at = sqlite3_column_int64(row, 5);
	clock->ended_at = sqlite3_column_int64(row, 6);
	clock->met_by = row_text(row, 7);
	clock->aim = sqlite3_column_int64(row, 8);
}

static bool
clocks_read(StoreTx *tx, Ticket *ticket, GError **error)
{
	bool ok;
	sqlite3_stmt *row = db_query(
		tx, error,
		"SELECT kind, target, started_at, due, due_now, met_at,"
		" ended_at, met_by, aim FROM clock WHERE ticket = ?1"
		" ORDER BY position",
		"t", ticket->number);
	while (db_next(tx, row, &ok, error))
		clock_of_row(ticket, row);
	return ok;
}

static bool
pauses_read(StoreTx *tx, Ticket *ticket, GError **error)
{
	bool ok;
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT from_at, to_at, why FROM pause"
				     " WHERE ticket = ?1 ORDER BY position",
				     "t", ticket->number);
	while (db_next(tx, row, &ok, error)) {
		g_autofree char *why = row_text(row, 2);
		ticket_add_pause(ticket, sqlite3_column_int64(row, 0),
				 sqlite3_column_int64(row, 1), why);
	}
	return ok;
}

static bool
answers_read(StoreTx *tx, Ticket *ticket, GError **error)
{
	bool ok;
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT message_id, at, agent, reference"
				     " FROM answer"
				     " WHERE ticket = ?1 ORDER BY position",
				     "t", ticket->number);
	while (db_next(tx, row, &ok, error)) {
		g_autofree char *message_id = row_text(row, 0);
		TicketAnswer *answer = ticket_add_answer(
			ticket, message_id, sqlite3_column_int64(row, 1));
		answer->agent = row_text(row, 2);
		answer->reference = row_text(row, 3);
	}
	return ok;
}

static bool
desks_read(StoreTx *tx, Ticket *ticket, GError **error)
{
	bool ok;
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT desk FROM seen_by"
				     " WHERE ticket = ?1 ORDER BY position",
				     "t", ticket->number);
	while (db_next(tx, row, &ok, error))
		g_ptr_array_add(ticket->seen_by, row_text(row, 0));
	return ok;
}

static bool
lists_read(StoreTx *tx, Ticket *ticket, GError **error)
{
	return clocks_read(tx, ticket, error) &&
	       pauses_read(tx, ticket, error) &&
	       answers_read(tx, ticket, error) && desks_read(tx, ticket, error);
}

bool
store_newest_receipt(StoreTx *tx, int64_t *at, GError **error)
{
	bool ok;
	sqlite3_stmt *row =
		db_query(tx, error, "SELECT max(received_at) FROM ticket", "");
	*at = 0;
	while (db_next(tx, row, &ok, error))
		*at = sqlite3_column_int64(row, 0);
	return ok;
}

bool
store_ticket_get(StoreTx *tx, const char *number, Ticket **ticket,
		 GError **error)
{
	bool ok;
	g_autoptr(Ticket) found = NULL;
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT " TICKET_COLUMNS
				     " FROM ticket WHERE number = ?1",
				     "t", number);
	while (db_next(tx, row, &ok, error))
		found = ticket_of_row(row);
	if (!ok || (found && !lists_read(tx, found, error)))
		return false;
	*ticket = g_steal_pointer(&found);
	return true;
}

bool
store_ticket_find(StoreTx *tx, const char *number, Ticket **ticket,
		  GError **error)
{
	g_autoptr(Ticket) found = NULL;
	if (!store_ticket_get(tx, number, &found, error))
		return false;
	for (int i = 0; found && found->successor && i < SUCCESSORS_MAX; i++) {
		g_autoptr(Ticket) before = g_steal_pointer(&found);
		if (!store_ticket_get(tx, before->successor, &found, error))
			return false;
	}
	*ticket = g_steal_pointer(&found);
	return true;
}

bool
store_ticket_merge(StoreTx *tx, const char *from, const char *into,
		   GError **error)
{
	return db_run(tx, error,
		      "UPDATE message SET ticket = ?2 WHERE ticket = ?1", "tt",
		      from, into) &&
	       db_run(tx, error,
		      "INSERT OR IGNORE INTO participant"
		      " SELECT ?2, address FROM participant WHERE ticket = ?1",
		      "tt", from, into) &&
	       db_run(tx, error,
		      "INSERT OR IGNORE INTO field"
		      " SELECT ?2, name, value FROM field WHERE ticket = ?1",
		      "tt", from, into) &&
	       db_run(tx, error,
		      "UPDATE seen SET ticket = ?2 WHERE ticket = ?1", "tt",
		      from, into);
}

static void
free_ticket(void *data)
{
	ticket_free(data);
}

static bool
all_lists_read(StoreTx *tx, GPtrArray *tickets, GError **error)
{
	for (guint i = 0; i < tickets->len; i++)
		if (!lists_read(tx, tickets->pdata[i], error))
			return false;
	return true;
}

bool
store_tickets_list(StoreTx *tx, const TicketFilter *filter, GPtrArray **tickets,
		   GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found =
		g_ptr_array_new_with_free_func(free_ticket);
	sqlite3_stmt *row =
		db_query(tx, error,
			 "SELECT " TICKET_COLUMNS " FROM ticket"
			 " WHERE (?1 IS NULL OR desk = ?1 OR number IN"
			 "  (SELECT ticket FROM seen_by WHERE desk = ?1))"
			 " AND (?2 = 'all' OR state = ?2"
			 "      OR (?2 IS NULL AND state <> 'closed'))"
			 " AND (?3 = 0 OR (due > 0 AND due <= ?3))"
			 " ORDER BY due = 0, due, number LIMIT ?4",
			 "ttii", filter->desk, filter->state, filter->due_until,
			 (int64_t)(filter->limit > 0 ? filter->limit : -1));
	while (db_next(tx, row, &ok, error))
		g_ptr_array_add(found, ticket_of_row(row));
	if (!ok || !all_lists_read(tx, found, error))
		return false;
	*tickets = g_steal_pointer(&found);
	return true;
}

/* Whether the query gives a row. */
static bool
exists(StoreTx *tx, sqlite3_stmt *row, bool *is, GError **error)
{
	bool ok = true;
	*is = db_next(tx, row, &ok, error);
	if (*is)
		row_end(row);
	return *is || ok;
}

bool
store_customer_is_known(StoreTx *tx, const char *address, bool *is_known,
			GError **error)
{
	return exists(tx,
		      db_query(tx, error,
			       "SELECT 1 FROM ticket WHERE customer = ?1"
			       " LIMIT 1",
			       "t", address),
		      is_known, error);
}

bool
store_participant_add(StoreTx *tx, const char *number, const char *address,
		      GError **error)
{
	g_autofree char *folded = g_ascii_strdown(address, -1);
	return db_run(tx, error,
		      "INSERT OR IGNORE INTO participant VALUES (?1, ?2)", "tt",
		      number, folded);
}

bool
store_is_participant(StoreTx *tx, const char *number, const char *address,
		     bool *is, GError **error)
{
	g_autofree char *folded = g_ascii_strdown(address, -1);
	return exists(tx,
		      db_query(tx, error,
			       "SELECT 1 FROM participant"
			       " WHERE ticket = ?1 AND address = ?2",
			       "tt", number, folded),
		      is, error);
}

bool
store_participants_list(StoreTx *tx, const char *number, GPtrArray **addresses,
			GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	sqlite3_stmt *row = db_query(
		tx, error, "SELECT address FROM participant WHERE ticket = ?1",
		"t", number);
	while (db_next(tx, row, &ok, error))
		g_ptr_array_add(found, row_text(row, 0));
	if (ok)
		*addresses = g_steal_pointer(&found);
	return ok;
}

bool
store_link_add(StoreTx *tx, const char *number, const char *other,
	       const char *kind, GError **error)
{
	static const char sql[] =
		"INSERT OR IGNORE INTO link VALUES (?1, ?2, ?3)";
	return db_run(tx, error, sql, "ttt", number, other, kind) &&
	       db_run(tx, error, sql, "ttt", other, number, kind);
}

static void
link_free(void *data)
{
	Link *link = data;
	g_free(link->number);
	g_free(link->kind);
	g_free(link);
}

bool
store_links_list(StoreTx *tx, const char *number, GPtrArray **links,
		 GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(link_free);
	sqlite3_stmt *row = db_query(
		tx, error, "SELECT other, kind FROM link WHERE ticket = ?1",
		"t", number);
	while (db_next(tx, row, &ok, error)) {
		Link *link = g_new0(Link, 1);
		link->number = row_text(row, 0);
		link->kind = row_text(row, 1);
		g_ptr_array_add(found, link);
	}
	if (ok)
		*links = g_steal_pointer(&found);
	return ok;
}

bool
store_event_add(StoreTx *tx, const char *number, int64_t at, const char *what,
		const char *detail, GError **error)
{
	return db_run(tx, error,
		      "INSERT INTO event (ticket, at, what, detail)"
		      " VALUES (?1, ?2, ?3, ?4)",
		      "titt", number, at, what, detail);
}

static void
event_free(void *data)
{
	Event *event = data;
	g_free(event->what);
	g_free(event->detail);
	g_free(event);
}

bool
store_events_list(StoreTx *tx, const char *number, GPtrArray **events,
		  GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(event_free);
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT at, what, detail FROM event"
				     " WHERE ticket = ?1 ORDER BY id",
				     "t", number);
	while (db_next(tx, row, &ok, error)) {
		Event *event = g_new0(Event, 1);
		event->at = sqlite3_column_int64(row, 0);
		event->what = row_text(row, 1);
		event->detail = row_text(row, 2);
		g_ptr_array_add(found, event);
	}
	if (ok)
		*events = g_steal_pointer(&found);
	return ok;
}
