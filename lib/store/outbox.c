/* outbox: rows that still have to leave, and the figures of the store. */
#include <string.h>

#include <loket/mail.h>

#include "sqlite.h"

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');
	return at ? at + 1 : "";
}

/* The mailbox that an address is of, for all we know: in any case, behind what
 * forwarders put around it, without what follows a plus. */
static char *
counted_address(const char *address)
{
	g_autofree char *original = mail_address_original(address);
	char *canonical = g_ascii_strdown(original, -1);
	char *at = strrchr(canonical, '@');
	char *plus = strchr(canonical, '+');
	if (at && plus && plus > canonical && plus < at)
		memmove(plus, at, strlen(at) + 1);
	return canonical;
}

bool
store_outbox_add(StoreTx *tx, const OutboxItem *item, bool *is_added,
		 GError **error)
{
	g_autofree char *counted = counted_address(item->recipient);
	bool ok = db_run(
		tx, error,
		"INSERT INTO outbox (key, kind, state, ticket, recipient,"
		" domain, subject, text, message_id, mail, is_authenticated,"
		" desk, attempts, created_at, next_at, expires_at, counted)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" 0, ?13, ?14, ?15, ?16) ON CONFLICT (key) DO NOTHING",
		"tttttttttbitiiit", item->key, item->kind, item->state,
		item->ticket, item->recipient, domain_of(item->recipient),
		item->subject, item->text, item->message_id, item->mail,
		(int64_t)item->is_authenticated, item->desk, item->created_at,
		item->next_at, item->expires_at, counted);
	*is_added = ok && sqlite3_changes(tx->handle) == 1;
	return ok;
}

void
outbox_item_free(OutboxItem *item)
{
	if (!item)
		return;
	char *texts[] = {item->key,	  item->kind,	    item->state,
			 item->ticket,	  item->recipient,  item->subject,
			 item->text,	  item->message_id, item->desk,
			 item->last_error};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	if (item->mail)
		g_bytes_unref(item->mail);
	g_free(item);
}

static void
free_item(void *data)
{
	outbox_item_free(data);
}

#define OUTBOX_COLUMNS                                                         \
	"id, key, kind, state, ticket, recipient, subject, text, message_id,"  \
	" is_authenticated, desk, attempts, created_at, next_at, expires_at,"  \
	" last_error"

static OutboxItem *
item_of_row(sqlite3_stmt *row)
{
	OutboxItem *item = g_new0(OutboxItem, 1);
	item->id = sqlite3_column_int64(row, 0);
	item->key = row_text(row, 1);
	item->kind = row_text(row, 2);
	item->state = row_text(row, 3);
	item->ticket = row_text(row, 4);
	item->recipient = row_text(row, 5);
	item->subject = row_text(row, 6);
	item->text = row_text(row, 7);
	item->message_id = row_text(row, 8);
	item->is_authenticated = sqlite3_column_int(row, 9) != 0;
	item->desk = row_text(row, 10);
	item->attempts = sqlite3_column_int(row, 11);
	item->created_at = sqlite3_column_int64(row, 12);
	item->next_at = sqlite3_column_int64(row, 13);
	item->expires_at = sqlite3_column_int64(row, 14);
	item->last_error = row_text(row, 15);
	return item;
}

bool
store_outbox_list(StoreTx *tx, GPtrArray **items, GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_item);
	sqlite3_stmt *row = db_query(
		tx, error, "SELECT " OUTBOX_COLUMNS " FROM outbox ORDER BY id",
		"");
	while (db_next(tx, row, &ok, error))
		g_ptr_array_add(found, item_of_row(row));
	if (ok)
		*items = g_steal_pointer(&found);
	return ok;
}

bool
store_outbox_take(StoreTx *tx, int64_t now, int64_t until, OutboxItem **item,
		  GError **error)
{
	bool ok;
	*item = NULL;
	sqlite3_stmt *row =
		db_query(tx, error,
			 "SELECT " OUTBOX_COLUMNS ", mail FROM outbox AS row"
			 " WHERE state = 'waiting' AND next_at <= ?1"
			 " AND NOT EXISTS (SELECT 1 FROM outbox AS before"
			 " WHERE before.ticket = row.ticket"
			 " AND before.recipient = row.recipient"
			 " AND before.id < row.id"
			 " AND before.state = 'waiting')"
			 " ORDER BY next_at, id LIMIT 1",
			 "i", now);
	while (db_next(tx, row, &ok, error)) {
		*item = item_of_row(row);
		(*item)->mail =
			g_bytes_new(sqlite3_column_blob(row, 16),
				    (gsize)sqlite3_column_bytes(row, 16));
	}
	if (!ok || !*item)
		return ok;
	(*item)->attempts++;
	return db_run(tx, error,
		      "UPDATE outbox SET attempts = attempts + 1,"
		      " next_at = ?2 WHERE id = ?1",
		      "ii", (*item)->id, until);
}

bool
store_outbox_save(StoreTx *tx, const OutboxItem *item, GError **error)
{
	/* what was withdrawn meanwhile is not tried again */
	return db_run(tx, error,
		      "UPDATE outbox SET state = ?2, next_at = ?3,"
		      " last_error = ?4 WHERE id = ?1"
		      " AND NOT (state = 'failed' AND ?2 = 'waiting')",
		      "itit", item->id, item->state, item->next_at,
		      item->last_error);
}

static bool
read_number(StoreTx *tx, sqlite3_stmt *row, int64_t *number, GError **error)
{
	bool ok;
	*number = 0;
	while (db_next(tx, row, &ok, error))
		*number = sqlite3_column_int64(row, 0);
	return ok;
}

bool
store_outbox_retry(StoreTx *tx, int64_t id, int64_t now, const char **why,
		   GError **error)
{
	bool ok;
	*why = "there is no such row";
	sqlite3_stmt *row =
		db_query(tx, error,
			 "SELECT state = 'failed', expires_at > 0 AND"
			 " expires_at < ?2 FROM outbox WHERE id = ?1",
			 "ii", id, now);
	while (db_next(tx, row, &ok, error)) {
		bool is_failed = sqlite3_column_int(row, 0) != 0;
		bool is_over = sqlite3_column_int(row, 1) != 0;
		*why = !is_failed ? "it was not given up"
		       : is_over  ? "it comes too late to be of use"
				  : NULL;
	}
	return ok && (*why ||
		      db_run(tx, error,
			     "UPDATE outbox SET state = 'waiting', next_at = ?2"
			     " WHERE id = ?1",
			     "ii", id, now));
}

bool
store_outbox_next(StoreTx *tx, int64_t *next_at, GError **error)
{
	return read_number(tx,
			   db_query(tx, error,
				    "SELECT min(next_at) FROM outbox"
				    " WHERE state = 'waiting'",
				    ""),
			   next_at, error);
}

bool
store_outbox_count(StoreTx *tx, const OutboxWindow *window, int64_t *count,
		   GError **error)
{
#define COUNT(condition)                                                       \
	"SELECT count(*) FROM (SELECT 1 FROM outbox WHERE kind = ?1"           \
	" AND created_at > ?2" condition " LIMIT ?3)"
	static const char *const sql[] = {
		/* what was never offered has taken no room */
		[OUTBOX_SITE] = COUNT(" AND state <> 'held'"
				      " AND NOT (state = 'failed'"
				      " AND attempts = 0)"),
		[OUTBOX_ADDRESS] = COUNT(" AND counted = ?4"),
		[OUTBOX_DOMAIN] =
			COUNT(" AND domain = ?4 AND is_authenticated = 0"),
		[OUTBOX_DESK] =
			COUNT(" AND desk = ?4 AND is_authenticated = 0"),
	};
#undef COUNT
	g_autofree char *of = window->scope == OUTBOX_ADDRESS
				      ? counted_address(window->of)
				      : g_strdup(window->of);
	return read_number(tx,
			   db_query(tx, error, sql[window->scope],
				    of ? "tiit" : "tii", window->kind,
				    window->since, window->most, of),
			   count, error);
}

bool
store_outbox_has(StoreTx *tx, const char *key, bool *has, GError **error)
{
	int64_t found;
	bool ok = read_number(tx,
			      db_query(tx, error,
				       "SELECT 1 FROM outbox WHERE key = ?1",
				       "t", key),
			      &found, error);
	*has = found > 0;
	return ok;
}

#define WITHDRAW                                                               \
	"UPDATE outbox SET state = 'failed', last_error = ?3"                  \
	" WHERE ticket = ?1 AND kind = ?2 AND state IN ('waiting', 'held')"

/* One that is on its way just now is marked by what the relay answers. */
bool
store_outbox_withdraw(StoreTx *tx, const char *number, const char *kind,
		      const char *why, GError **error)
{
	return db_run(tx, error, WITHDRAW, "ttt", number, kind, why);
}

bool
store_outbox_withdraw_late(StoreTx *tx, const char *number, const char *kind,
			   const char *why, GError **error)
{
	return db_run(tx, error,
		      WITHDRAW " AND (attempts > 0 OR state = 'held')", "ttt",
		      number, kind, why);
}

bool
store_outbox_has_held(StoreTx *tx, const char *kind, bool *has, GError **error)
{
	int64_t found;
	bool ok = read_number(tx,
			      db_query(tx, error,
				       "SELECT 1 FROM outbox WHERE kind = ?1"
				       " AND state = 'held' LIMIT 1",
				       "t", kind),
			      &found, error);
	*has = found > 0;
	return ok;
}

#define HELD_TOO_LONG                                                          \
	" FROM outbox WHERE kind = ?1 AND state = 'held'"                      \
	" AND expires_at > 0 AND expires_at < ?2"

bool
store_outbox_expire_held(StoreTx *tx, const char *kind, int64_t now,
			 const char *why, GError **error)
{
	return db_run(tx, error,
		      "INSERT INTO event (ticket, at, what, detail)"
		      " SELECT ticket, ?2, kind || ' failed',"
		      " recipient || ': ' || ?3" HELD_TOO_LONG
		      " AND ticket IS NOT NULL",
		      "tit", kind, now, why) &&
	       db_run(tx, error,
		      "UPDATE outbox SET state = 'failed', last_error = ?3"
		      " WHERE id IN (SELECT id" HELD_TOO_LONG ")",
		      "tit", kind, now, why);
}

bool
store_outbox_release(StoreTx *tx, const char *kind, int64_t most, int64_t now,
		     GError **error)
{
	return db_run(tx, error,
		      "UPDATE outbox SET state = 'waiting', created_at = ?3,"
		      " next_at = max(next_at, ?3) WHERE id IN"
		      " (SELECT id FROM outbox WHERE kind = ?1"
		      " AND state = 'held' ORDER BY id LIMIT ?2)",
		      "tii", kind, MAX(most, 0), now);
}

bool
store_figures(StoreTx *tx, StoreFigures *figures, GError **error)
{
	const struct {
		const char *sql;
		int64_t *figure;
	} queries[] = {
		{"SELECT count(*) FROM ticket", &figures->tickets},
		{"SELECT count(*) FROM ticket WHERE state = 'open'",
		 &figures->open},
		{"SELECT count(*) FROM message", &figures->messages},
		{"SELECT count(*) FROM outbox WHERE state = 'waiting'",
		 &figures->outbox_waiting},
		{"SELECT count(*) FROM outbox WHERE state = 'held'",
		 &figures->outbox_held},
		{"SELECT count(*) FROM outbox WHERE state = 'failed'",
		 &figures->outbox_failed},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(queries); i++)
		if (!read_number(tx, db_query(tx, error, queries[i].sql, ""),
				 queries[i].figure, error))
			return false;
	return true;
}
