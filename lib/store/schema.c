/*
 * schema: the tables of the embedded store.
 *
 * Instants are seconds since the epoch; 0 stands for none. user_version is
 * the schema's version.
 */
#include <loket/error.h>

#include "sqlite.h"

#define SCHEMA_VERSION 2

static const char ticket_tables[] =
	/* one row: what the site counts */
	"CREATE TABLE site ("
	" id INTEGER PRIMARY KEY CHECK (id = 1),"
	" sequence INTEGER NOT NULL);"
	"INSERT INTO site VALUES (1, 0);"

	"CREATE TABLE ticket ("
	" number TEXT PRIMARY KEY,"
	" desk TEXT NOT NULL,"
	" type TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" subject TEXT,"
	" customer TEXT,"
	" customer_name TEXT,"
	" language TEXT,"
	" agent TEXT,"
	" team TEXT,"
	" channel TEXT NOT NULL,"
	" received_at INTEGER NOT NULL,"
	" queue_id TEXT,"
	" is_confirmed INTEGER NOT NULL,"
	" is_undeliverable INTEGER NOT NULL,"
	" promise INTEGER NOT NULL,"
	" closed_at INTEGER NOT NULL,"
	" successor TEXT REFERENCES ticket ON DELETE SET NULL,"
	" due INTEGER NOT NULL" /* the soonest that runs, for lists */
	") WITHOUT ROWID;"
	"CREATE INDEX ticket_due ON ticket (state, due);"
	"CREATE INDEX ticket_customer ON ticket (customer);"
	"CREATE INDEX ticket_received ON ticket (received_at);"

	"CREATE TABLE clock ("
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" position INTEGER NOT NULL,"
	" kind TEXT NOT NULL,"
	" target TEXT NOT NULL,"
	" started_at INTEGER NOT NULL,"
	" due INTEGER NOT NULL,"
	" due_now INTEGER NOT NULL,"
	" met_at INTEGER NOT NULL,"
	" ended_at INTEGER NOT NULL,"
	" met_by TEXT,"
	" aim INTEGER NOT NULL,"
	" PRIMARY KEY (ticket, position)) WITHOUT ROWID;"

	"CREATE TABLE pause ("
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" position INTEGER NOT NULL,"
	" from_at INTEGER NOT NULL,"
	" to_at INTEGER NOT NULL,"
	" why TEXT,"
	" PRIMARY KEY (ticket, position)) WITHOUT ROWID;"

	"CREATE TABLE answer ("
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" position INTEGER NOT NULL,"
	" message_id TEXT,"
	" at INTEGER NOT NULL,"
	" agent TEXT,"
	" reference TEXT,"
	" PRIMARY KEY (ticket, position)) WITHOUT ROWID;"

	/* the desks that a ticket is not of, and that have its mail */
	"CREATE TABLE seen_by ("
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" position INTEGER NOT NULL,"
	" desk TEXT NOT NULL,"
	" PRIMARY KEY (ticket, position)) WITHOUT ROWID;"
	"CREATE INDEX seen_by_desk ON seen_by (desk);"

	"CREATE TABLE participant ("
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" address TEXT NOT NULL,"
	" PRIMARY KEY (ticket, address)) WITHOUT ROWID;"

	"CREATE TABLE link ("
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" other TEXT NOT NULL,"
	" kind TEXT NOT NULL,"
	" PRIMARY KEY (ticket, other, kind)) WITHOUT ROWID;"

	"CREATE TABLE field ("
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" name TEXT NOT NULL,"
	" value TEXT NOT NULL,"
	" PRIMARY KEY (ticket, name)) WITHOUT ROWID;"
	"CREATE INDEX field_value ON field (name, value);";

static const char mail_tables[] =
	"CREATE TABLE message ("
	" id INTEGER PRIMARY KEY,"
	" ticket TEXT REFERENCES ticket,"
	" message_id TEXT,"
	" role TEXT NOT NULL,"
	" direction TEXT NOT NULL,"
	" sender TEXT,"
	" recipients TEXT NOT NULL," /* one a line */
	" at INTEGER NOT NULL,"
	" subject TEXT,"
	" new_text TEXT,"
	" attachments TEXT NOT NULL,"
	" envelope_from TEXT,"
	" queue_id TEXT,"
	" desk TEXT,"
	" reason TEXT,"
	" conversation TEXT);"
	"CREATE INDEX message_ticket ON message (ticket);"
	"CREATE INDEX message_message_id ON message (message_id);"
	"CREATE INDEX message_conversation ON message (conversation)"
	" WHERE conversation IS NOT NULL;"
	"CREATE INDEX message_loose ON message (role) WHERE ticket IS NULL;"

	/* apart from message, so that threads are read without it */
	"CREATE TABLE raw ("
	" message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,"
	" size INTEGER NOT NULL,"
	" zstd BLOB NOT NULL);"

	"CREATE TABLE event ("
	" id INTEGER PRIMARY KEY,"
	" ticket TEXT NOT NULL REFERENCES ticket ON DELETE CASCADE,"
	" at INTEGER NOT NULL,"
	" what TEXT NOT NULL,"
	" detail TEXT);"
	"CREATE INDEX event_ticket ON event (ticket);"

	"CREATE TABLE seen ("
	" key TEXT PRIMARY KEY,"
	" ticket TEXT,"
	" recipients TEXT NOT NULL,"
	" at INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX seen_at ON seen (at);"
	"CREATE INDEX seen_ticket ON seen (ticket);"

	"CREATE TABLE outbox ("
	" id INTEGER PRIMARY KEY,"
	" key TEXT NOT NULL UNIQUE,"
	" kind TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" ticket TEXT,"
	/* written as given (RFC 5321 2.4), counted in any case */
	" recipient TEXT NOT NULL COLLATE NOCASE,"
	" domain TEXT NOT NULL COLLATE NOCASE,"
	" subject TEXT,"
	" text TEXT,"
	" message_id TEXT,"
	" mail BLOB,"
	" is_authenticated INTEGER NOT NULL,"
	" desk TEXT,"
	" attempts INTEGER NOT NULL,"
	" created_at INTEGER NOT NULL,"
	" next_at INTEGER NOT NULL,"
	" expires_at INTEGER NOT NULL,"
	" last_error TEXT);"
	"CREATE INDEX outbox_next ON outbox (next_at) WHERE state = 'waiting';"
	"CREATE INDEX outbox_held ON outbox (kind) WHERE state = 'held';"
	"CREATE INDEX outbox_recipient ON outbox (kind, recipient,"
	" created_at);"
	"CREATE INDEX outbox_domain ON outbox (kind, domain, created_at);"
	"CREATE INDEX outbox_desk ON outbox (kind, desk, created_at);"
	"CREATE INDEX outbox_created ON outbox (kind, created_at, state);";

/* What each version has added to the one before it: tables, which a reader of
 * an older store takes for empty, and the rest. */
#define DESK_NOTICE                                                            \
	"TABLE desk_notice ("                                                  \
	" desk TEXT NOT NULL COLLATE NOCASE,"                                  \
	" language TEXT NOT NULL," /* "": of everybody */                      \
	" text TEXT NOT NULL,"                                                 \
	" until INTEGER NOT NULL,"                                             \
	" PRIMARY KEY (desk, language)) WITHOUT ROWID;"

static const char tables_2[] = "CREATE " DESK_NOTICE;
static const char absent_1[] = "CREATE TEMP " DESK_NOTICE;

static const char indexes_2[] =
	"ALTER TABLE outbox ADD COLUMN counted TEXT COLLATE NOCASE;"
	"UPDATE outbox SET counted = recipient;"
	"DROP INDEX outbox_recipient;"
	"CREATE INDEX outbox_counted ON outbox (kind, counted, created_at);"
	/* the mail lies before is_authenticated in a row */
	"DROP INDEX outbox_domain;"
	"DROP INDEX outbox_desk;"
	"CREATE INDEX outbox_stranger_domain ON outbox (kind, domain,"
	" created_at) WHERE is_authenticated = 0;"
	"CREATE INDEX outbox_stranger_desk ON outbox (kind, desk, created_at)"
	" WHERE is_authenticated = 0;"
	"CREATE INDEX outbox_ticket ON outbox (ticket) WHERE state IN"
	" ('waiting', 'held');";

static const char *const steps[SCHEMA_VERSION][2] = {
	{ticket_tables, mail_tables},
	{tables_2, indexes_2},
};

static bool
schema_version(StoreDb *db, int64_t *version, GError **error)
{
	bool ok;
	sqlite3_stmt *row = db_query(db, error, "PRAGMA user_version", "");
	if (db_next(db, row, &ok, error))
		*version = sqlite3_column_int64(row, 0);
	else
		return false;
	row_end(row);
	return true;
}

static bool
take_steps(StoreDb *db, int64_t version, GError **error)
{
	if (version >= SCHEMA_VERSION)
		return true;
	for (; version < SCHEMA_VERSION; version++)
		for (size_t i = 0; i < G_N_ELEMENTS(steps[version]); i++)
			if (!db_exec(db, steps[version][i], error))
				return false;
	return db_exec(db, "PRAGMA user_version = " G_STRINGIFY(SCHEMA_VERSION),
		       error);
}

/* Makes the schema, or brings it up to date: whole or not at all. */
static bool
schema_make(StoreDb *db, GError **error)
{
	/* another program may have made it while we waited for the lock */
	int64_t version;
	return db_exec(db, "BEGIN IMMEDIATE", error) &&
	       schema_version(db, &version, error) &&
	       take_steps(db, version, error) && db_exec(db, "COMMIT", error);
}

/* Fails for one that is newer. */
static bool
find_version(StoreDb *db, int64_t *version, GError **error)
{
	if (!schema_version(db, version, error))
		return false;
	if (*version <= SCHEMA_VERSION)
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
		    "store: its schema %d is newer than this program's "
		    "%d, expected a newer Loket",
		    (int)*version, SCHEMA_VERSION);
	return false;
}

bool
schema_check(StoreDb *db, bool *is_made, GError **error)
{
	int64_t version;
	if (!find_version(db, &version, error))
		return false;
	*is_made = version > 0;
	return version != 1 || db_exec(db, absent_1, error);
}

bool
schema_prepare(StoreDb *db, GError **error)
{
	int64_t version;
	return find_version(db, &version, error) &&
	       (version == SCHEMA_VERSION || schema_make(db, error));
}
