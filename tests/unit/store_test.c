/* store: which files are stores, who makes them, and what readers see. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

/* Whom the mail system gives to what has no rights: nobody. */
#define NOBODY 65534

static void
refuses_what_is_no_url_of_a_store(void **state)
{
	(void)state;
	static const char *const urls[] = {
		"",
		"sqlite",
		"sqlite:",
		"/var/lib/loket/loket.db",
		"file:/var/lib/loket/loket.db",
		"mysql://127.0.0.1/loket",
		"sqlite3:/var/lib/loket/loket.db",
		" sqlite:/var/lib/loket/loket.db",
	};
	static const enum StoreMode modes[] = {STORE_WRITE, STORE_READ};
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(urls); i++) {
		g_autoptr(GError) error = NULL;
		if (store_open(urls[i / 2], modes[i % 2], &error))
			fail_msg("%s", urls[i / 2]);
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_CONFIG));
	}
}

static void
a_path_is_taken_as_it_is(void **state)
{
	static const char *const names[] = {
		"loket.db",	 "with space.db", "a?mode=ro&cache=shared",
		"percent%20.db", "hash#1.db",	  "caf\303\251.db",
		"no-extension",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = scratch_path(state, names[i]);
		g_autofree char *url = g_strconcat("sqlite:", path, NULL);
		Store *store = store_open(url, STORE_WRITE, NULL);
		assert_non_null(store);
		g_free(add_plain(store));
		store_close(store);
		assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
		/* the log is folded in by the last to close */
		assert_int_equal(files_in(*state, NULL), i + 1);
	}
}

static void
closes_what_was_never_opened(void **state)
{
	(void)state;
	store_close(NULL);
}

static void
a_store_kept_open_twice_is_one(void **state)
{
	g_autoptr(Store) one = open_store(state);
	g_autoptr(Store) two = open_store(state);
	g_autofree char *first = add_plain(one);
	g_autofree char *second = add_plain(two);
	g_autofree char *third = add_plain(one);
	assert_string_equal(first, "2600000014");
	assert_string_equal(second, "2600000023");
	assert_string_equal(third, "2600000038");
	assert_int_equal(figures_of(one).tickets, 3);
	assert_int_equal(figures_of(two).tickets, 3);
}

/* In a process of its own, where no cmocka assertion may run. */
static void
make_in_child(void **state, int start)
{
	char byte;
	if (read(start, &byte, 1) != 0)
		_exit(1);
	Store *store = try_store(state, STORE_WRITE, NULL);
	if (!store)
		_exit(2);
	Ticket *ticket = plain_ticket();
	if (!store_write(store, add_work, &(Adding){ticket, 2026}, NULL))
		_exit(3);
	store_close(store);
	_exit(0);
}

enum { CHILDREN = 8 };

/* All begin when the pipe that they read is closed. */
static void
make_at_once(void **state)
{
	int start[2];
	pid_t children[CHILDREN];
	assert_return_code(pipe(start), 0);
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		assert_return_code(children[i], 0);
		if (children[i] == 0) {
			(void)close(start[1]);
			make_in_child(state, start[0]);
		}
	}
	(void)close(start[0]);
	(void)close(start[1]);
	int wrong = 0;
	for (int i = 0; i < CHILDREN; i++) {
		int status;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		if (status != 0)
			wrong = status;
	}
	assert_int_equal(wrong, 0);
}

static void
processes_that_come_at_once_make_one_store(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	for (int round = 0; round < 10; round++) {
		make_at_once(state);
		Store *store = open_store(state);
		assert_int_equal(figures_of(store).tickets, CHILDREN);
		store_close(store);
		assert_return_code(unlink(path), 0);
	}
}

static bool
nothing_work(StoreTx *tx, void *data, GError **error)
{
	(void)data;
	g_autoptr(GPtrArray) tickets = NULL;
	g_autoptr(GPtrArray) rows = NULL;
	g_autoptr(GPtrArray) spam = NULL;
	g_autoptr(GPtrArray) thread = NULL;
	Ticket *ticket = NULL;
	char *number = NULL;
	int64_t next_at = 1;
	bool is_known = true;
	if (!store_tickets_list(tx, &(TicketFilter){.state = "all"}, &tickets,
				error) ||
	    !store_outbox_list(tx, &rows, error) ||
	    !store_loose_list(tx, "spam", 0, &spam, error) ||
	    !store_messages_list(tx, "2600000014", &thread, error) ||
	    !store_ticket_get(tx, "2600000014", &ticket, error) ||
	    !store_ticket_of_message(tx, "a@x", &number, error) ||
	    !store_outbox_next(tx, &next_at, error) ||
	    !store_customer_is_known(tx, "a@x", &is_known, error))
		return false;
	assert_int_equal(tickets->len + rows->len + spam->len + thread->len, 0);
	assert_null(ticket);
	assert_null(number);
	assert_int_equal(next_at, 0);
	assert_false(is_known);
	return true;
}

static void
assert_reads_as_empty(void **state)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = try_store(state, STORE_READ, &error);
	if (!store)
		fail_msg("%s", error->message);
	must_read(store, nothing_work, NULL);
	StoreFigures figures = figures_of(store);
	static const StoreFigures none;
	assert_memory_equal(&figures, &none, sizeof(none));
}

static void
a_store_that_is_not_there_reads_as_an_empty_one(void **state)
{
	assert_reads_as_empty(state);
	/* and is not made by looking */
	assert_int_equal(files_in(*state, NULL), 0);
}

static void
a_store_just_being_made_reads_as_an_empty_one(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	assert_true(g_file_set_contents(path, "", 0, NULL));
	assert_reads_as_empty(state);
	g_autoptr(Store) store = open_store(state);
	g_autofree char *number = add_plain(store);
	assert_string_equal(number, "2600000014");
}

static void
a_reader_sees_a_store_made_after_it(void **state)
{
	g_autoptr(Store) reader = try_store(state, STORE_READ, NULL);
	assert_non_null(reader);
	assert_int_equal(figures_of(reader).tickets, 0);
	g_autoptr(Store) store = open_store(state);
	g_free(add_plain(store));
	assert_int_equal(figures_of(reader).tickets, 1);
}

static void
reads_a_store_that_nobody_has_open(void **state)
{
	Store *store = open_store(state);
	g_free(add_plain(store));
	store_close(store);
	g_autoptr(Store) reader = try_store(state, STORE_READ, NULL);
	assert_non_null(reader);
	assert_int_equal(figures_of(reader).tickets, 1);
}

static void
a_reader_sees_what_was_last_committed(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(Store) reader = try_store(state, STORE_READ, NULL);
	assert_int_equal(figures_of(reader).tickets, 0);
	for (int i = 1; i <= 3; i++) {
		g_free(add_plain(store));
		assert_int_equal(figures_of(reader).tickets, i);
		assert_int_equal(figures_of(store).tickets, i);
	}
}

/* While another program writes, and has not committed. */
static void
nobody_holds_up_a_reader(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_free(add_plain(store));
	sqlite3 *db = open_aside(state);
	sql(db, "BEGIN IMMEDIATE; DELETE FROM ticket");
	g_autoptr(Store) reader = try_store(state, STORE_READ, NULL);
	gint64 began = g_get_monotonic_time();
	assert_int_equal(figures_of(reader).tickets, 1);
	assert_int_equal(figures_of(store).tickets, 1);
	assert_true(g_get_monotonic_time() - began < G_TIME_SPAN_SECOND);
	sql(db, "ROLLBACK");
	(void)sqlite3_close(db);
}

static bool
one_view_work(StoreTx *tx, void *data, GError **error)
{
	Store *store = data;
	StoreFigures before, after;
	if (!store_figures(tx, &before, error))
		return false;
	g_free(add_plain(store));
	if (!store_figures(tx, &after, error))
		return false;
	assert_int_equal(before.tickets, 1);
	assert_int_equal(after.tickets, 1);
	return true;
}

static void
a_reader_keeps_one_view_while_it_works(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_free(add_plain(store));
	must_read(store, one_view_work, store);
	assert_int_equal(figures_of(store).tickets, 2);
}

static bool
failing_work(StoreTx *tx, void *data, GError **error)
{
	(void)tx;
	(void)data;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT, "my own");
	return false;
}

static void
a_failing_reader_tells_its_own_error(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(GError) error = NULL;
	assert_false(store_read(store, failing_work, NULL, &error));
	assert_string_equal(error->message, "my own");
	assert_int_equal(figures_of(store).tickets, 0);
}

static void
refuses_a_store_of_a_newer_schema(void **state)
{
	store_close(open_store(state));
	sqlite3 *db = open_aside(state);
	int64_t version = sql_number(db, "PRAGMA user_version");
	assert_true(version > 0);
	g_autofree char *newer =
		g_strdup_printf("PRAGMA user_version = %d; DROP TABLE outbox",
				(int)version + 1);
	sql(db, newer);
	static const enum StoreMode modes[] = {STORE_WRITE, STORE_READ};
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autoptr(GError) error = NULL;
		assert_null(try_store(state, modes[i], &error));
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_CONFIG));
		assert_non_null(strstr(error->message, "newer"));
	}
	/* and leaves it alone */
	assert_int_equal(sql_number(db, "PRAGMA user_version"), version + 1);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM sqlite_schema"
					" WHERE name = 'outbox'"),
			 0);
	(void)sqlite3_close(db);
}

static bool
list_notices(StoreTx *tx, void *data, GError **error)
{
	GPtrArray **notices = data;
	return store_desk_notices_list(tx, 1, notices, error);
}

/* A store of the first schema has all but what came later; a reader takes that
 * for empty. */
static void
brings_an_older_schema_up_to_date(void **state)
{
	store_close(open_store(state));
	sqlite3 *db = open_aside(state);
	int64_t version = sql_number(db, "PRAGMA user_version");
	sql(db, "DROP TABLE desk_notice; DROP INDEX outbox_counted;"
		" DROP INDEX outbox_stranger_desk;"
		" DROP INDEX outbox_stranger_domain; DROP INDEX outbox_ticket;"
		" ALTER TABLE outbox DROP COLUMN counted;"
		" CREATE INDEX outbox_recipient ON outbox (recipient);"
		" CREATE INDEX outbox_desk ON outbox (desk);"
		" CREATE INDEX outbox_domain ON outbox (domain);"
		" UPDATE site SET sequence = 41; PRAGMA user_version = 1");
	g_autoptr(Store) reader = try_store(state, STORE_READ, NULL);
	assert_non_null(reader);
	assert_int_equal(figures_of(reader).tickets, 0);
	g_autoptr(GPtrArray) notices = NULL;
	must_read(reader, list_notices, &notices);
	assert_int_equal(notices->len, 0);
	assert_int_equal(sql_number(db, "PRAGMA user_version"), 1);
	store_close(open_store(state));
	assert_int_equal(sql_number(db, "PRAGMA user_version"), version);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM desk_notice"), 0);
	assert_int_equal(sql_number(db, "SELECT sequence FROM site"), 41);
	(void)sqlite3_close(db);
}

static void
assert_cannot_be_opened(const char *path, int why)
{
	g_autofree char *url = g_strconcat("sqlite:", path, NULL);
	g_autoptr(GError) error = NULL;
	if (store_open(url, STORE_WRITE, &error))
		fail_msg("%s", path);
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
	assert_non_null(strstr(error->message, why ? g_strerror(why) : ""));
}

static void
a_store_that_cannot_be_opened_is_temporary(void **state)
{
	g_autofree char *missing = scratch_path(state, "missing/loket.db");
	g_autofree char *file = scratch_path(state, "file");
	g_autofree char *below = scratch_path(state, "file/loket.db");
	assert_true(g_file_set_contents(file, "x", 1, NULL));
	assert_cannot_be_opened(missing, ENOENT);
	assert_cannot_be_opened(below, ENOTDIR);
	assert_cannot_be_opened(*state, EISDIR);
}

static void
leaves_a_file_that_is_no_store_alone(void **state)
{
	static const char text[] = "This is no store, but somebody's letter.\n";
	g_autofree char *path = scratch_path(state, STORE_FILE);
	g_autofree char *content = g_strnfill(5000, 'x');
	memcpy(content, text, strlen(text));
	assert_true(g_file_set_contents(path, content, -1, NULL));
	assert_cannot_be_opened(path, 0);
	g_autofree char *after = NULL;
	assert_true(g_file_get_contents(path, &after, NULL, NULL));
	assert_string_equal(after, content);
}

/* Root may write everywhere, so a process without rights is asked. */
static int
status_without_rights(void (*ask)(void **state), void **state)
{
	pid_t child = fork();
	assert_return_code(child, 0);
	if (child == 0) {
		if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
			_exit(1);
		ask(state);
		_exit(2);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
open_to_write(void **state)
{
	g_autoptr(GError) error = NULL;
	if (try_store(state, STORE_WRITE, &error))
		_exit(3);
	_exit(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY) ? 0
									 : 4);
}

static void
a_directory_that_cannot_be_written_is_temporary(void **state)
{
	assert_return_code(g_chmod(*state, 0555), 0);
	assert_int_equal(status_without_rights(open_to_write, state), 0);
	assert_int_equal(files_in(*state, NULL), 0);
	assert_return_code(g_chmod(*state, 0700), 0);
}

static void
open_to_read(void **state)
{
	g_autoptr(GError) error = NULL;
	if (try_store(state, STORE_READ, &error))
		_exit(3);
	_exit(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY) ? 0
									 : 4);
}

static void
a_store_is_for_its_owner_alone(void **state)
{
	mode_t before = umask(0);
	store_close(open_store(state));
	(void)umask(before);
	g_autofree char *path = g_build_filename(*state, "loket.db", NULL);
	struct stat status;
	assert_return_code(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void
a_store_out_of_reach_is_not_an_empty_one(void **state)
{
	store_close(open_store(state));
	assert_return_code(g_chmod(*state, 0), 0);
	assert_int_equal(status_without_rights(open_to_read, state), 0);
	assert_return_code(g_chmod(*state, 0700), 0);
}

/* Opened or not: a change is refused, and may be tried again. */
static void
write_to_what_is_read_only(void **state)
{
	g_autoptr(GError) error = NULL;
	Store *store = try_store(state, STORE_WRITE, &error);
	Ticket *ticket = plain_ticket();
	if (store &&
	    store_write(store, add_work, &(Adding){ticket, 2026}, &error))
		_exit(3);
	_exit(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY) ? 0
									 : 4);
}

static void
a_file_that_cannot_be_written_is_temporary(void **state)
{
	g_autofree char *path = scratch_path(state, STORE_FILE);
	store_close(open_store(state));
	assert_return_code(g_chmod(path, 0444), 0);
	assert_return_code(g_chmod(*state, 0777), 0);
	assert_int_equal(
		status_without_rights(write_to_what_is_read_only, state), 0);
	assert_return_code(g_chmod(path, 0600), 0);
	g_autoptr(Store) store = open_store(state);
	assert_int_equal(figures_of(store).tickets, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_url_of_a_store),
		IN_SCRATCH(a_path_is_taken_as_it_is),
		cmocka_unit_test(closes_what_was_never_opened),
		IN_SCRATCH(a_store_kept_open_twice_is_one),
		IN_SCRATCH(processes_that_come_at_once_make_one_store),
		IN_SCRATCH(a_store_that_is_not_there_reads_as_an_empty_one),
		IN_SCRATCH(a_store_just_being_made_reads_as_an_empty_one),
		IN_SCRATCH(a_reader_sees_a_store_made_after_it),
		IN_SCRATCH(reads_a_store_that_nobody_has_open),
		IN_SCRATCH(a_reader_sees_what_was_last_committed),
		IN_SCRATCH(nobody_holds_up_a_reader),
		IN_SCRATCH(a_reader_keeps_one_view_while_it_works),
		IN_SCRATCH(a_failing_reader_tells_its_own_error),
		IN_SCRATCH(refuses_a_store_of_a_newer_schema),
		IN_SCRATCH(brings_an_older_schema_up_to_date),
		IN_SCRATCH(a_store_that_cannot_be_opened_is_temporary),
		IN_SCRATCH(leaves_a_file_that_is_no_store_alone),
		IN_SCRATCH(a_directory_that_cannot_be_written_is_temporary),
		IN_SCRATCH(a_store_is_for_its_owner_alone),
		IN_SCRATCH(a_store_out_of_reach_is_not_an_empty_one),
		IN_SCRATCH(a_file_that_cannot_be_written_is_temporary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
