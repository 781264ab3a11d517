/* outbox: rows that still have to leave, and the figures of the store. */
#include <string.h>

#include "sqlite.h"

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');
	return at ? at + 1 : "";
}

bool
store_outbox_add(StoreTx *tx, const OutboxItem *item, bool *is_added,
		 GError **error)
{
	bool ok = db_run(
		tx, error,
		"INSERT INTO outbox (key, kind, state, ticket, recipient,"
		" domain, subject, text, message_id, mail, is_authenticated,"
		" desk, attempts, created_at, next_at, expires_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" 0, ?13, ?14, ?15) ON CONFLICT (key) DO NOTHING",
		"tttttttttbitiii", item->key, item->kind, item->state,
		item->ticket, item->recipient, domain_of(item->recipient),
		item->subject, item->text, item->message_id, item->mail,
		(int64_t)item->is_authenticated, item->desk, item->created_at,
		item->next_at, item->expires_at);
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
			 "SELECT " OUTBOX_COLUMNS ", mail FROM outbox"
			 " WHERE state = 'waiting' AND next_at <= ?1"
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
	return db_run(tx, error,
		      "UPDATE outbox SET state = ?2, next_at = ?3,"
		      " last_error = ?4 WHERE id = ?1",
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
store_outbox_count(StoreTx *tx, const char *kind, enum OutboxScope scope,
		   const char *of, int64_t since, int64_t *count,
		   GError **error)
{
	static const char *const sql[] = {
		[OUTBOX_SITE] = "SELECT count(*) FROM outbox WHERE kind = ?1"
				" AND created_at > ?2 AND state <> 'held'",
		[OUTBOX_ADDRESS] = "SELECT count(*) FROM outbox WHERE kind = ?1"
				   " AND created_at > ?2 AND recipient = ?3",
		[OUTBOX_DOMAIN] = "SELECT count(*) FROM outbox WHERE kind = ?1"
				  " AND created_at > ?2 AND domain = ?3"
				  " AND is_authenticated = 0",
		[OUTBOX_DESK] = "SELECT count(*) FROM outbox WHERE kind = ?1"
				" AND created_at > ?2 AND desk = ?3"
				" AND is_authenticated = 0",
	};
	bool has_of = scope != OUTBOX_SITE;
	return read_number(tx,
			   db_query(tx, error, sql[scope],
				    has_of ? "tit" : "ti", kind, since, of),
			   count, error);
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

bool
store_outbox_release(StoreTx *tx, const char *kind, int64_t most, int64_t now,
		     GError **error)
{
	return db_run(tx, error,
		      "UPDATE outbox SET state = 'waiting', created_at = ?3,"
		      " next_at = ?3 WHERE id IN (SELECT id FROM outbox"
		      " WHERE kind = ?1 AND state = 'held' ORDER BY id"
		      " LIMIT ?2)",
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
