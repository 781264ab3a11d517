/* sqlite: see sqlite.h */
#include <stdarg.h>

#include <loket/error.h>

#include "sqlite.h"

/* How long one statement waits for another program's lock. */
#define BUSY_TIMEOUT_MS 500

bool
tx_fail(StoreTx *tx, GError **error)
{
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY, "store: %s",
		    sqlite3_errmsg(tx->db));
	return false;
}

bool
tx_exec(StoreTx *tx, const char *sql, GError **error)
{
	if (sqlite3_exec(tx->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return tx_fail(tx, error);
}

bool
tx_is_busy(StoreTx *tx)
{
	int code = sqlite3_errcode(tx->db) & 0xff;
	return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

static void
finalize(void *statement)
{
	(void)sqlite3_finalize(statement);
}

static const char settings[] = "PRAGMA foreign_keys = ON;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA trusted_schema = OFF";

StoreTx *
tx_open(const char *path, bool writable, GError **error)
{
	int flags = writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
			     : SQLITE_OPEN_READONLY;
	g_autoptr(StoreTx) tx = g_new0(StoreTx, 1);
	tx->statements =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, finalize);
	if (sqlite3_open_v2(path, &tx->db, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
			    "store %s: %s", path, sqlite3_errmsg(tx->db));
		return NULL;
	}
	(void)sqlite3_busy_timeout(tx->db, BUSY_TIMEOUT_MS);
	if (!tx_exec(tx, settings, error))
		return NULL;
	return g_steal_pointer(&tx);
}

void
tx_close(StoreTx *tx)
{
	if (!tx)
		return;
	g_hash_table_unref(tx->statements);
	(void)sqlite3_close_v2(tx->db);
	g_free(tx);
}

static sqlite3_stmt *
prepared(StoreTx *tx, const char *sql, GError **error)
{
	sqlite3_stmt *statement = g_hash_table_lookup(tx->statements, sql);
	if (statement) {
		(void)sqlite3_reset(statement);
		return statement;
	}
	if (sqlite3_prepare_v3(tx->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &statement, NULL) != SQLITE_OK) {
		(void)tx_fail(tx, error);
		return NULL;
	}
	/* the key is the statement's own copy: sql need not outlive the call */
	g_hash_table_insert(tx->statements,
			    (void *)(uintptr_t)sqlite3_sql(statement),
			    statement);
	return statement;
}

static int
bind_bytes(sqlite3_stmt *statement, int at, GBytes *bytes)
{
	if (!bytes)
		return sqlite3_bind_null(statement, at);
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);
	return sqlite3_bind_blob64(statement, at, data ? data : "", size,
				   SQLITE_STATIC);
}

static bool
bind_all(sqlite3_stmt *statement, const char *format, va_list values)
{
	int rc = SQLITE_OK;
	for (int at = 1; format[at - 1] && rc == SQLITE_OK; at++) {
		switch (format[at - 1]) {
		case 't':
			rc = sqlite3_bind_text(statement, at,
					       va_arg(values, const char *), -1,
					       SQLITE_STATIC);
			break;
		case 'i':
			rc = sqlite3_bind_int64(statement, at,
						va_arg(values, int64_t));
			break;
		case 'b':
			rc = bind_bytes(statement, at,
					va_arg(values, GBytes *));
			break;
		default:
			g_assert_not_reached();
		}
	}
	return rc == SQLITE_OK;
}

bool
tx_run(StoreTx *tx, GError **error, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement = prepared(tx, sql, error);
	if (!statement)
		return false;
	va_list values;
	va_start(values, format);
	bool ok = bind_all(statement, format, values);
	va_end(values);
	ok = ok && sqlite3_step(statement) == SQLITE_DONE;
	if (!ok)
		(void)tx_fail(tx, error);
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	return ok;
}

sqlite3_stmt *
tx_query(StoreTx *tx, GError **error, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement = prepared(tx, sql, error);
	if (!statement)
		return NULL;
	va_list values;
	va_start(values, format);
	bool ok = bind_all(statement, format, values);
	va_end(values);
	if (ok)
		return statement;
	(void)tx_fail(tx, error);
	return NULL;
}

bool
tx_next(StoreTx *tx, sqlite3_stmt *row, bool *ok, GError **error)
{
	int rc = row ? sqlite3_step(row) : SQLITE_ERROR;
	if (rc == SQLITE_ROW)
		return true;
	*ok = rc == SQLITE_DONE;
	if (!*ok && row)
		(void)tx_fail(tx, error);
	tx_end(row);
	return false;
}

void
tx_end(sqlite3_stmt *row)
{
	if (!row)
		return;
	(void)sqlite3_reset(row);
	(void)sqlite3_clear_bindings(row);
}

char *
row_text(sqlite3_stmt *row, int column)
{
	return g_strdup((const char *)sqlite3_column_text(row, column));
}
