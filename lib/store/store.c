/* store: opening, closing, and the two ways in. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <loket/error.h>

#include "sqlite.h"

struct Store {
	char *path;
	Writer *writer; /* NULL when only read */
	GMutex reading;
	StoreDb *reader; /* NULL: not opened, or nothing is there */
	StoreDb *empty;	 /* stands in until something is */
};

static const char *
path_of(const char *url, GError **error)
{
	static const char scheme[] = "sqlite:";
	if (g_str_has_prefix(url, scheme) && url[strlen(scheme)] == '/')
		return url + strlen(scheme);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
		    "store \"%s\": expected sqlite:/PATH", url);
	return NULL;
}

/* Programs that make one store at once hold what the others need for WAL, and
 * SQLite then says busy without waiting. */
static bool
prepare_to_write(StoreDb *db, GError **error)
{
	gint64 deadline = g_get_monotonic_time() +
			  (gint64)STORE_WAIT_S * G_TIME_SPAN_SECOND;
	for (;;) {
		g_autoptr(GError) why = NULL;
		if (db_exec(db, "PRAGMA journal_mode = WAL", &why) &&
		    schema_prepare(db, &why))
			return true;
		if (!db_is_busy(db) || g_get_monotonic_time() > deadline) {
			g_propagate_error(error, g_steal_pointer(&why));
			return false;
		}
		g_usleep(BUSY_PAUSE_US);
	}
}

static StoreDb *
writer_open(const char *path, GError **error)
{
	g_autoptr(StoreDb) db = db_open(path, true, error);
	if (!db || !prepare_to_write(db, error))
		return NULL;
	return g_steal_pointer(&db);
}

/* *reader stays NULL while there is no store yet. */
static bool
reader_open(const char *path, StoreDb **reader, GError **error)
{
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return true;
	bool is_made;
	g_autoptr(StoreDb) db = db_open(path, false, error);
	if (!db || !schema_check(db, &is_made, error))
		return false;
	if (is_made)
		*reader = g_steal_pointer(&db);
	return true;
}

/* Borrowed. A store that is not there yet answers as an empty one. */
static StoreDb *
reader_of(Store *store, GError **error)
{
	if (!store->reader && !reader_open(store->path, &store->reader, error))
		return NULL;
	if (store->reader)
		return store->reader;
	if (!store->empty)
		store->empty = writer_open(":memory:", error);
	return store->empty;
}

static bool
start_writer(Store *store, GError **error)
{
	StoreDb *db = writer_open(store->path, error);
	store->writer = db ? writer_start(db) : NULL;
	return db != NULL;
}

Store *
store_open(const char *url, enum StoreMode mode, GError **error)
{
	const char *path = path_of(url, error);
	if (!path)
		return NULL;
	g_autoptr(Store) store = g_new0(Store, 1);
	store->path = g_strdup(path);
	g_mutex_init(&store->reading);
	bool ok = mode == STORE_LATER ||
		  (mode == STORE_READ ? reader_of(store, error) != NULL
				      : start_writer(store, error));
	return ok ? g_steal_pointer(&store) : NULL;
}

void
store_close(Store *store)
{
	if (!store)
		return;
	/* the last to close folds the log into the file, and must write */
	db_close(store->reader);
	db_close(store->empty);
	writer_stop(store->writer);
	g_mutex_clear(&store->reading);
	g_free(store->path);
	g_free(store);
}

bool
store_write(Store *store, StoreWork *work, void *data, GError **error)
{
	if (store->writer)
		return writer_run(store->writer, work, data, error);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
		    "store: not open for writing");
	return false;
}

bool
store_read(Store *store, StoreWork *work, void *data, GError **error)
{
	g_mutex_lock(&store->reading);
	StoreDb *db = reader_of(store, error);
	bool ok = db && db_exec(db, "BEGIN", error);
	if (ok) {
		ok = work(db, data, error);
		(void)db_exec(db, "COMMIT", NULL);
	}
	g_mutex_unlock(&store->reading);
	return ok;
}
