/* store: a file that was moved, deleted or replaced is the store no more. */
#include <unistd.h>

#include "store_fixture.h"

static void
move(void **state, const char *from, const char *to)
{
	g_autofree char *here = scratch_path(state, from);
	g_autofree char *there = scratch_path(state, to);
	assert_return_code(g_rename(here, there), 0);
}

/* Empties the log, so that the file alone is the whole store. */
static void
fold_log(void **state)
{
	sqlite3 *db = open_aside(state);
	sql(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	(void)sqlite3_close(db);
}

static void
assert_refuses(Store *store)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Ticket) ticket = plain_ticket();
	assert_false(
		store_write(store, add_work, &(Adding){ticket, 2026}, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
}

static void
assert_is_not_there(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* Leaves a store of n tickets where that of the test was. */
static void
put_another(void **state, int n)
{
	g_autofree char *path = scratch_path(state, "another.db");
	g_autofree char *url = g_strconcat("sqlite:", path, NULL);
	Store *another = store_open(url, STORE_WRITE, NULL);
	assert_non_null(another);
	for (int i = 0; i < n; i++)
		g_free(add_plain(another));
	store_close(another);
	fold_log(state);
	move(state, "another.db", STORE_FILE);
}

static void
writes_nothing_into_a_file_that_was_moved(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_free(add_plain(store));
	move(state, STORE_FILE, "moved.db");
	assert_refuses(store);
	assert_refuses(store);
	assert_is_not_there(state);
	move(state, "moved.db", STORE_FILE);
	assert_int_equal(figures_of(store).tickets, 1);
	g_autofree char *second = add_plain(store);
	assert_string_equal(second, "2600000023");
	assert_int_equal(figures_of(store).tickets, 2);
}

/* Its numbers would begin again. */
static void
makes_no_store_in_the_place_of_a_deleted_one(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	g_autoptr(Store) store = open_store(state);
	g_free(add_plain(store));
	assert_return_code(unlink(path), 0);
	assert_refuses(store);
	assert_refuses(store);
	assert_is_not_there(state);
}

static void
writes_into_the_file_that_took_its_place(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_free(add_plain(store));
	put_another(state, 4);
	g_autofree char *next = add_plain(store);
	assert_string_equal(next, "2600000051");
	sqlite3 *db = open_aside(state);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM ticket"), 5);
	(void)sqlite3_close(db);
	assert_int_equal(figures_of(store).tickets, 5);
}

static void
reads_the_file_that_took_its_place(void **state)
{
	store_close(open_store(state));
	g_autoptr(Store) reader = try_store(state, STORE_READ, NULL);
	assert_int_equal(figures_of(reader).tickets, 0);
	put_another(state, 3);
	assert_int_equal(figures_of(reader).tickets, 3);
}

static void
who_only_reads_finds_nothing_in_a_deleted_one(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	Store *store = open_store(state);
	g_free(add_plain(store));
	store_close(store);
	g_autoptr(Store) reader = try_store(state, STORE_READ, NULL);
	assert_int_equal(figures_of(reader).tickets, 1);
	assert_return_code(unlink(path), 0);
	assert_int_equal(figures_of(reader).tickets, 0);
	assert_is_not_there(state);
}

/* For who writes it, a store that is gone is trouble, not an empty one. */
static void
who_writes_does_not_read_a_deleted_one_as_empty(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	g_autoptr(Store) store = open_store(state);
	assert_int_equal(figures_of(store).tickets, 0);
	assert_return_code(unlink(path), 0);
	StoreFigures figures;
	g_autoptr(GError) error = NULL;
	assert_false(store_read(store, figures_work, &figures, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(writes_nothing_into_a_file_that_was_moved),
		IN_SCRATCH(makes_no_store_in_the_place_of_a_deleted_one),
		IN_SCRATCH(writes_into_the_file_that_took_its_place),
		IN_SCRATCH(reads_the_file_that_took_its_place),
		IN_SCRATCH(who_only_reads_finds_nothing_in_a_deleted_one),
		IN_SCRATCH(who_writes_does_not_read_a_deleted_one_as_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
