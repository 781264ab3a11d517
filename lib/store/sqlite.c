/* sqlite: see sqlite.h */
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include <loket/error.h>

#include "sqlite.h"

/* How long one statement waits for another program's lock. */
#define BUSY_TIMEOUT_MS 500

/* From the connection's last failure. */
static void
set_error(StoreDb *db, GError **error)
{
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY, "store: %s",
		    sqlite3_errmsg(db->handle));
}

bool
db_exec(StoreDb *db, const char *sql, GError **error)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	set_error(db, error);
	return false;
}

bool
db_is_busy(StoreDb *db)
{
	int code = sqlite3_errcode(db->handle) & 0xff;
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

/* Customers' mail is nobody else's; SQLite gives its other files the mode of
 * this one. What goes wrong here it says itself. */
static void
make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
}

StoreDb *
db_open(const char *path, int flags, GError **error)
{
	if (flags & SQLITE_OPEN_CREATE)
		make_private(path);
	g_autoptr(StoreDb) db = g_new0(StoreDb, 1);
	db->statements =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, finalize);
	if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
			    "store %s: %s: %s", path,
			    sqlite3_errmsg(db->handle),
			    g_strerror(sqlite3_system_errno(db->handle)));
		return NULL;
	}
	(void)sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	if (!db_exec(db, settings, error))
		return NULL;
	return g_steal_pointer(&db);
}

bool
db_has_moved(StoreDb *db)
{
	int has_moved = 0;
	(void)sqlite3_file_control(db->handle, NULL, SQLITE_FCNTL_HAS_MOVED,
				   &has_moved);
	return has_moved != 0;
}

void
db_close(StoreDb *db)
{
	if (!db)
		return;
	g_hash_table_unref(db->statements);
	(void)sqlite3_close_v2(db->handle);
	g_free(db);
}

static sqlite3_stmt *
prepared(StoreDb *db, const char *sql, GError **error)
{
	sqlite3_stmt *statement = g_hash_table_lookup(db->statements, sql);
	if (statement) {
		(void)sqlite3_reset(statement);
		return statement;
	}
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &statement, NULL) != SQLITE_OK) {
		set_error(db, error);
		return NULL;
	}
	/* the key is the statement's own copy: sql need not outlive the call */
	g_hash_table_insert(db->statements,
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
db_run(StoreDb *db, GError **error, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement = prepared(db, sql, error);
	if (!statement)
		return false;
	va_list values;
	va_start(values, format);
	bool ok = bind_all(statement, format, values);
	va_end(values);
	ok = ok && sqlite3_step(statement) == SQLITE_DONE;
	if (!ok)
		set_error(db, error);
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	return ok;
}

sqlite3_stmt *
db_query(StoreDb *db, GError **error, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement = prepared(db, sql, error);
	if (!statement)
		return NULL;
	va_list values;
	va_start(values, format);
	bool ok = bind_all(statement, format, values);
	va_end(values);
	if (ok)
		return statement;
	set_error(db, error);
	return NULL;
}

bool
db_next(StoreDb *db, sqlite3_stmt *row, bool *ok, GError **error)
{
	int rc = row ? sqlite3_step(row) : SQLITE_ERROR;
	if (rc == SQLITE_ROW)
		return true;
	*ok = rc == SQLITE_DONE;
	if (!*ok && row)
		set_error(db, error);
	row_end(row);
	return false;
}

void
row_end(sqlite3_stmt *row)
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
