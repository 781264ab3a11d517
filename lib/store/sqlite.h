/*
 * sqlite: statements with their values, for the files of this room alone.
 *
 * A format says what is bound to ?1, ?2 ...: t text (const char *, NULL is
 * NULL), i integer (int64_t), b bytes (GBytes *, NULL is NULL).
 *
 *	sqlite3_stmt *row = tx_query(tx, error, "SELECT ...", "ti", name, at);
 *	while (tx_next(tx, row, &rc, error)) ...
 */
#ifndef LOKET_STORE_SQLITE_H
#define LOKET_STORE_SQLITE_H

#include <sqlite3.h>

#include <loket/store.h>

/* Between two attempts at a lock that another program holds. */
#define BUSY_PAUSE_US 10000

struct StoreTx {
	sqlite3 *db;
	GHashTable *statements; /* SQL text to sqlite3_stmt, kept prepared */
};

/* Opens a connection with its limits and settings. */
StoreTx *tx_open(const char *path, bool writable, GError **error);
void tx_close(StoreTx *tx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreTx, tx_close)

/* Runs a statement that gives no rows. */
bool tx_run(StoreTx *tx, GError **error, const char *sql, const char *format,
	    ...);

/* Binds a query; its rows are read with tx_next. NULL on error. The statement
 * belongs to the connection. */
sqlite3_stmt *tx_query(StoreTx *tx, GError **error, const char *sql,
		       const char *format, ...);

/* The next row: true while there is one. When false, *ok tells whether all
 * rows were read; the statement is reset then. */
bool tx_next(StoreTx *tx, sqlite3_stmt *row, bool *ok, GError **error);

/* Ends a query of which not all rows were read. */
void tx_end(sqlite3_stmt *row);

/* Runs fixed SQL without values: BEGIN, COMMIT, a schema. */
bool tx_exec(StoreTx *tx, const char *sql, GError **error);

/* Sets error from the connection's last failure; returns false. */
bool tx_fail(StoreTx *tx, GError **error);

/* Whether the last failure was another program's lock. */
bool tx_is_busy(StoreTx *tx);

/* The text of a column, a copy; NULL when it is NULL. */
char *row_text(sqlite3_stmt *row, int column);

/* Whether there is a schema; one that is newer is refused. */
bool schema_check(StoreTx *tx, bool *is_made, GError **error);
/* The same on a writable connection; made on an empty file. */
bool schema_prepare(StoreTx *tx, GError **error);

/* The writer thread of a store. */
typedef struct Writer Writer;
Writer *writer_start(StoreTx *tx); /* owns tx */
void writer_stop(Writer *writer);
bool writer_run(Writer *writer, StoreWork *work, void *data, GError **error);

#endif
