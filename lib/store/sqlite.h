/*
 * sqlite: statements with their values, for the files of this room alone.
 *
 * A format says what is bound to ?1, ?2 ...: t text (const char *, NULL is
 * NULL), i integer (int64_t), b bytes (GBytes *, NULL is NULL).
 *
 *	bool ok;
 *	sqlite3_stmt *row = db_query(db, error, "SELECT ...", "ti", name, at);
 *	while (db_next(db, row, &ok, error))
 *		use(row_text(row, 0));
 *	return ok;
 */
#ifndef LOKET_STORE_SQLITE_H
#define LOKET_STORE_SQLITE_H

#include <sqlite3.h>

#include <loket/store.h>

/* A connection. Inside a transaction it is what a StoreWork gets, and bears
 * the name StoreTx there. */
typedef struct StoreTx StoreDb;
struct StoreTx {
	sqlite3 *handle;
	GHashTable *statements; /* SQL text to sqlite3_stmt, kept prepared */
};

/* Opens a connection with its limits and settings; flags are SQLite's, as
 * SQLITE_OPEN_READONLY. */
StoreDb *db_open(const char *path, int flags, GError **error);
void db_close(StoreDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreDb, db_close)

/* Runs a statement that gives no rows. */
bool db_run(StoreDb *db, GError **error, const char *sql, const char *format,
	    ...);

/* Binds a query; its rows are read with db_next. NULL on error. The statement
 * belongs to the connection. */
sqlite3_stmt *db_query(StoreDb *db, GError **error, const char *sql,
		       const char *format, ...);

/* The next row: true while there is one. When false, *ok tells whether all
 * rows were read; the statement is reset then. */
bool db_next(StoreDb *db, sqlite3_stmt *row, bool *ok, GError **error);

/* Ends a query of which not all rows were read. */
void row_end(sqlite3_stmt *row);

/* Runs fixed SQL without values: BEGIN, COMMIT, a schema. */
bool db_exec(StoreDb *db, const char *sql, GError **error);

/* Whether another file, or none, is now where this one was opened. SQLite goes
 * on with the one it has. */
bool db_has_moved(StoreDb *db);

/* Whether the last failure was another program's lock. */
bool db_is_busy(StoreDb *db);

/* The text of a column, a copy; NULL when it is NULL. */
char *row_text(sqlite3_stmt *row, int column);

/* Whether there is a schema, for a reader: one that is newer is refused, what
 * an older one lacks is empty. */
bool schema_check(StoreDb *db, bool *is_made, GError **error);
/* The same on a writable connection: made on an empty file, and an older one
 * brought up to date. */
bool schema_prepare(StoreDb *db, GError **error);

/* The writer thread of a store, which is made when there is none. */
typedef struct Writer Writer;
Writer *writer_start(const char *path, GError **error);
void writer_stop(Writer *writer);
bool writer_run(Writer *writer, StoreWork *work, void *data, GError **error);

#endif
