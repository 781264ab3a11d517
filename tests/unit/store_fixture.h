/* What the tests of lib/store share. */
#ifndef LOKET_TESTS_STORE_FIXTURE_H
#define LOKET_TESTS_STORE_FIXTURE_H

#include <sqlite3.h>
#include <string.h>

#include <loket/error.h>
#include <loket/store.h>

#include "scratch.h"

#define STORE_FILE "loket.db"

/* A constant where the store borrows a char *. */
#define TEXT(words) ((char *)(uintptr_t)(words))

static inline Store *
try_store(void **state, enum StoreMode mode, GError **error)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	g_autofree char *url = g_strconcat("sqlite:", path, NULL);
	return store_open(url, mode, error);
}

/* The store of the test, to be written. */
static inline Store *
open_store(void **state)
{
	g_autoptr(GError) error = NULL;
	Store *store = try_store(state, STORE_WRITE, &error);
	if (!store)
		fail_msg("%s", error->message);
	return store;
}

/* What must go well. Assertions fit into what is read, which runs on the
 * caller's thread; not into what is written. */
static inline void
must_write(Store *store, StoreWork *work, void *data)
{
	g_autoptr(GError) error = NULL;
	if (!store_write(store, work, data, &error))
		fail_msg("%s", error->message);
}

static inline void
must_read(Store *store, StoreWork *work, void *data)
{
	g_autoptr(GError) error = NULL;
	if (!store_read(store, work, data, &error))
		fail_msg("%s", error->message);
}

static inline void
assert_same_text(const char *field, const char *found, const char *want)
{
	if (g_strcmp0(found, want) != 0)
		fail_msg("%s: %s", field, found ? found : "NULL");
}

/* A ticket with what every ticket has. */
static inline Ticket *
plain_ticket(void)
{
	Ticket *ticket = ticket_new();
	ticket->desk = g_strdup("support");
	ticket->type = g_strdup("question");
	ticket->customer = g_strdup("customer@home.example");
	ticket->channel = g_strdup("mail");
	ticket->received_at = 1772582400;
	return ticket;
}

typedef struct Adding {
	Ticket *ticket;
	int year;
} Adding;

static inline bool
add_work(StoreTx *tx, void *data, GError **error)
{
	const Adding *adding = data;
	return store_ticket_add(tx, adding->ticket, adding->year, error);
}

/* The number of a ticket added in the year; borrowed. */
static inline const char *
add_ticket(Store *store, Ticket *ticket, int year)
{
	must_write(store, add_work, &(Adding){ticket, year});
	return ticket->number;
}

/* The number of a plain ticket added in 2026; the caller's. */
static inline char *
add_plain(Store *store)
{
	g_autoptr(Ticket) ticket = plain_ticket();
	return g_strdup(add_ticket(store, ticket, 2026));
}

static inline bool
figures_work(StoreTx *tx, void *data, GError **error)
{
	return store_figures(tx, data, error);
}

static inline StoreFigures
figures_of(Store *store)
{
	StoreFigures figures;
	must_read(store, figures_work, &figures);
	return figures;
}

/* The store's file as another program sees it. */
static inline sqlite3 *
open_aside(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	return db;
}

static inline void
sql(sqlite3 *db, const char *text)
{
	char *why = NULL;
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", text, why);
}

/* The one number that a query gives. */
static inline int64_t
sql_number(sqlite3 *db, const char *text)
{
	sqlite3_stmt *row;
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &row, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(row, 0);
	(void)sqlite3_finalize(row);
	return number;
}

#endif
