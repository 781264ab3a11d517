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

/* Stands in for a store that is not there. */
static StoreDb *
empty_open(GError **error)
{
	g_autoptr(StoreDb) db =
		db_open(":memory:", SQLITE_OPEN_READWRITE, error);
	if (!db || !schema_prepare(db, error))
		return NULL;
	return g_steal_pointer(&db);
}

/* store->reader stays NULL while there is no store yet. */
static bool
reader_open(Store *store, GError **error)
{
	if (!store->writer && access(store->path, F_OK) != 0 && errno == ENOENT)
		return true;
	bool is_made;
	g_autoptr(StoreDb) db =
		db_open(store->path, SQLITE_OPEN_READONLY, error);
	if (!db || !schema_check(db, &is_made, error))
		return false;
	if (is_made)
		store->reader = g_steal_pointer(&db);
	return true;
}

/* Borrowed. A store that is not there yet answers as an empty one. */
static StoreDb *
reader_of(Store *store, GError **error)
{
	if (store->reader && db_has_moved(store->reader))
		g_clear_pointer(&store->reader, db_close);
	if (!store->reader && !reader_open(store, error))
		return NULL;
	if (store->reader)
		return store->reader;
	if (!store->empty)
		store->empty = empty_open(error);
	return store->empty;
}

static bool
start_writer(Store *store, GError **error)
{
	store->writer = writer_start(store->path, error);
	return store->writer != NULL;
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
