/* writer: works of many threads in common commits, each with its own fate. */
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

/* One caller of the store, on a thread of its own. */
typedef struct Caller {
	Store *store;
	GThread *thread;
	int id;
	int n; /* works */
	bool is_failing;
	atomic_bool is_calling;
	int done;
	int refused;
	GError *error; /* the last */
} Caller;

/* Leaves a row that tells who wrote it and which of his it is. */
static bool
mark_work(StoreTx *tx, void *data, GError **error)
{
	const Caller *caller = data;
	g_autofree char *key =
		g_strdup_printf("%d/%d", caller->id, caller->done);
	Seen seen = {NULL, TEXT(""), 1};
	if (!store_seen_put(tx, key, &seen, 0, error))
		return false;
	if (!caller->is_failing)
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT, "%d's own",
		    caller->id);
	return false;
}

static void *
call(void *data)
{
	Caller *caller = data;
	for (int i = 0; i < caller->n; i++) {
		g_clear_error(&caller->error);
		caller->is_calling = true;
		if (store_write(caller->store, mark_work, caller,
				&caller->error))
			caller->done++;
		else
			caller->refused++;
	}
	return NULL;
}

static void
start(Caller *callers, int n, Store *store, int works)
{
	for (int i = 0; i < n; i++) {
		callers[i].store = store;
		callers[i].id = i;
		callers[i].n = works;
		callers[i].thread = g_thread_new("call", call, &callers[i]);
	}
}

static void
join(Caller *callers, int n)
{
	for (int i = 0; i < n; i++)
		(void)g_thread_join(callers[i].thread);
}

static void
forget(Caller *callers, int n)
{
	for (int i = 0; i < n; i++)
		g_clear_error(&callers[i].error);
}

static int64_t
marks_of(sqlite3 *db, int id)
{
	g_autofree char *query = g_strdup_printf(
		"SELECT count(*) FROM seen WHERE key LIKE '%d/%%'", id);
	return sql_number(db, query);
}

static void
writes_of_many_threads_are_all_there_after_reopening(void **state)
{
	enum { THREADS = 32, WORKS = 200 };
	Caller callers[THREADS] = {0};
	Store *store = open_store(state);
	start(callers, THREADS, store, WORKS);
	join(callers, THREADS);
	store_close(store);
	sqlite3 *db = open_aside(state);
	for (int i = 0; i < THREADS; i++) {
		assert_null(callers[i].error);
		assert_int_equal(callers[i].done, WORKS);
		assert_int_equal(marks_of(db, i), WORKS);
	}
	(void)sqlite3_close(db);
}

/* Waits until what the threads ask for stands in the queue: a moment after
 * the last has asked. */
static void
let_them_queue(Caller *callers, int n)
{
	for (int i = 0; i < n; i++)
		while (!callers[i].is_calling)
			g_usleep(1000);
	g_usleep(300000);
}

static void
one_failing_work_is_alone(void **state)
{
	enum { THREADS = 20, FAILING = 7 };
	Caller callers[THREADS] = {[FAILING].is_failing = true};
	Store *store = open_store(state);
	/* held until all wait, so that they are one batch */
	sqlite3 *db = open_aside(state);
	sql(db, "BEGIN IMMEDIATE");
	start(callers, THREADS, store, 1);
	let_them_queue(callers, THREADS);
	sql(db, "COMMIT");
	join(callers, THREADS);
	store_close(store);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(callers[i].done, i != FAILING);
		assert_int_equal(marks_of(db, i), i != FAILING);
	}
	assert_true(g_error_matches(callers[FAILING].error, LOKET_ERROR,
				    LOKET_ERROR_PERMANENT));
	assert_string_equal(callers[FAILING].error->message, "7's own");
	forget(callers, THREADS);
	(void)sqlite3_close(db);
}

static void
failing_works_undo_nothing_of_others(void **state)
{
	enum { THREADS = 16, WORKS = 50 };
	Caller callers[THREADS] = {0};
	for (int i = 0; i < THREADS; i += 3)
		callers[i].is_failing = true;
	Store *store = open_store(state);
	start(callers, THREADS, store, WORKS);
	join(callers, THREADS);
	store_close(store);
	sqlite3 *db = open_aside(state);
	for (int i = 0; i < THREADS; i++) {
		int want = i % 3 == 0 ? 0 : WORKS;
		assert_int_equal(callers[i].done, want);
		assert_int_equal(callers[i].refused, WORKS - want);
		assert_int_equal(marks_of(db, i), want);
	}
	forget(callers, THREADS);
	(void)sqlite3_close(db);
}

static bool
broken_work(StoreTx *tx, void *data, GError **error)
{
	Seen seen = {NULL, TEXT(""), 1};
	MessageDraft draft = {
		.ticket = "2600000014", .role = "customer", .direction = "in"};
	(void)data;
	return store_seen_put(tx, "before", &seen, 0, error) &&
	       store_message_add(tx, &draft, error);
}

static void
a_statement_that_fails_undoes_its_own_work(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(GError) error = NULL;
	assert_false(store_write(store, broken_work, NULL, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
	sqlite3 *db = open_aside(state);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM seen"), 0);
	(void)sqlite3_close(db);
	Caller caller = {.store = store, .n = 1};
	(void)call(&caller);
	assert_int_equal(caller.done, 1);
}

/* Whoever looks while they become durable sees all of them or none. */
static void
what_waits_together_is_committed_together(void **state)
{
	enum { THREADS = 60 };
	Caller callers[THREADS] = {0};
	g_autoptr(Store) store = open_store(state);
	sqlite3 *db = open_aside(state);
	sql(db, "BEGIN IMMEDIATE");
	start(callers, THREADS, store, 1);
	let_them_queue(callers, THREADS);
	sql(db, "COMMIT");
	int64_t seen = 0;
	gint64 deadline = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;
	while (seen == 0 && g_get_monotonic_time() < deadline)
		seen = sql_number(db, "SELECT count(*) FROM seen");
	join(callers, THREADS);
	assert_int_equal(seen, THREADS);
	(void)sqlite3_close(db);
}

static void
more_than_a_batch_is_done_too(void **state)
{
	enum { THREADS = STORE_BATCH_MAX + 50 };
	Caller callers[THREADS] = {0};
	g_autoptr(Store) store = open_store(state);
	sqlite3 *db = open_aside(state);
	sql(db, "BEGIN IMMEDIATE");
	start(callers, THREADS, store, 1);
	let_them_queue(callers, THREADS);
	sql(db, "COMMIT");
	join(callers, THREADS);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(callers[i].done, 1);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM seen"), THREADS);
	(void)sqlite3_close(db);
}

/* In a process of its own: tells through the pipe what it was told. */
static void
write_until_killed(void **state, int out)
{
	Store *store = try_store(state, STORE_WRITE, NULL);
	Caller caller = {.store = store, .n = 1};
	while (store) {
		(void)call(&caller);
		if (caller.error ||
		    write(out, &caller.done, sizeof(caller.done)) < 0)
			break;
	}
	_exit(1);
}

static void
what_was_said_to_be_written_survives_a_kill(void **state)
{
	for (int round = 1; round <= 3; round++) {
		int tell[2];
		int told = 0;
		assert_return_code(pipe(tell), 0);
		pid_t child = fork();
		assert_return_code(child, 0);
		if (child == 0)
			write_until_killed(state, tell[1]);
		(void)close(tell[1]);
		while (told < round * 20)
			assert_int_equal(read(tell[0], &told, sizeof(told)),
					 sizeof(told));
		assert_return_code(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		while (read(tell[0], &told, sizeof(told)) == sizeof(told))
			continue;
		(void)close(tell[0]);
		store_close(open_store(state));
		sqlite3 *db = open_aside(state);
		int64_t there = marks_of(db, 0);
		/* the last may be there without having been told */
		assert_true(there == told || there == told + 1);
		sql(db, "DELETE FROM seen");
		(void)sqlite3_close(db);
	}
}

static bool
letter_work(StoreTx *tx, void *data, GError **error)
{
	MessageDraft draft = {
		.role = "spam", .direction = "in", .packed = data};
	return store_message_add(tx, &draft, error);
}

/* What zstd cannot make smaller. */
static GBytes *
noise(size_t size)
{
	guint8 *bytes = g_malloc(size);
	g_autoptr(GRand) random = g_rand_new_with_seed(7);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (guint8)g_rand_int(random);
	return g_bytes_new_take(bytes, size);
}

enum { LETTERS = 12 };

/* In a process of its own, whose files end at 1 MiB: which letters were
 * taken, one bit each; -1 when a refusal was of the wrong kind. */
static int
letters_taken(void **state)
{
	struct rlimit room = {1 << 20, 1 << 20};
	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &room) != 0)
		return -1;
	Store *store = try_store(state, STORE_WRITE, NULL);
	int taken = 0;
	for (int i = 0; store && i < LETTERS; i++) {
		g_autoptr(GError) error = NULL;
		/* every other one is too large */
		g_autoptr(GBytes) raw = noise(i % 2 ? 1500000 : 5000);
		g_autoptr(GBytes) packed = store_pack(raw, NULL);
		if (store_write(store, letter_work, packed, &error))
			taken |= 1 << i;
		else if (!g_error_matches(error, LOKET_ERROR,
					  LOKET_ERROR_TEMPORARY))
			return -1;
	}
	return taken;
}

static void
a_full_disk_refuses_what_does_not_fit_and_keeps_the_rest(void **state)
{
	int tell[2];
	int taken = -1;
	assert_return_code(pipe(tell), 0);
	pid_t child = fork();
	assert_return_code(child, 0);
	if (child == 0) {
		taken = letters_taken(state);
		_exit(write(tell[1], &taken, sizeof(taken)) < 0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(read(tell[0], &taken, sizeof(taken)), sizeof(taken));
	(void)close(tell[0]);
	(void)close(tell[1]);
	/* the small ones, 0, 2, 4 ... */
	assert_int_equal(taken, 0x555);
	g_autoptr(Store) store = open_store(state);
	assert_int_equal(figures_of(store).messages, LETTERS / 2);
	sqlite3 *db = open_aside(state);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM raw"),
			 LETTERS / 2);
	assert_int_equal(sql_number(db, "SELECT max(size) FROM raw"), 5000);
	(void)sqlite3_close(db);
}

static void
waits_for_a_lock_that_ends_in_time(void **state)
{
	Caller caller = {0};
	g_autoptr(Store) store = open_store(state);
	sqlite3 *db = open_aside(state);
	sql(db, "BEGIN IMMEDIATE");
	start(&caller, 1, store, 1);
	/* longer than SQLite's own patience */
	g_usleep(1500000);
	assert_int_equal(marks_of(db, 0), 0);
	sql(db, "COMMIT");
	join(&caller, 1);
	assert_null(caller.error);
	assert_int_equal(marks_of(db, 0), 1);
	(void)sqlite3_close(db);
}

static void
gives_up_on_a_lock_that_does_not_end_and_applies_nothing(void **state)
{
	enum { THREADS = 8 };
	Caller callers[THREADS] = {0};
	g_autoptr(Store) store = open_store(state);
	sqlite3 *db = open_aside(state);
	sql(db, "BEGIN IMMEDIATE");
	gint64 began = g_get_monotonic_time();
	start(callers, THREADS, store, 1);
	join(callers, THREADS);
	gint64 took = g_get_monotonic_time() - began;
	assert_true(took >= STORE_WAIT_S * G_TIME_SPAN_SECOND);
	assert_true(took < (STORE_WAIT_S + 5) * G_TIME_SPAN_SECOND);
	for (int i = 0; i < THREADS; i++)
		assert_true(g_error_matches(callers[i].error, LOKET_ERROR,
					    LOKET_ERROR_TEMPORARY));
	forget(callers, THREADS);
	sql(db, "COMMIT");
	/* whoever comes now is served, and finds nothing of those */
	Caller next = {.store = store, .id = THREADS, .n = 1};
	(void)call(&next);
	assert_int_equal(next.done, 1);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM seen"), 1);
	(void)sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(
			writes_of_many_threads_are_all_there_after_reopening),
		IN_SCRATCH(one_failing_work_is_alone),
		IN_SCRATCH(failing_works_undo_nothing_of_others),
		IN_SCRATCH(a_statement_that_fails_undoes_its_own_work),
		IN_SCRATCH(what_waits_together_is_committed_together),
		IN_SCRATCH(more_than_a_batch_is_done_too),
		IN_SCRATCH(what_was_said_to_be_written_survives_a_kill),
		IN_SCRATCH(
			a_full_disk_refuses_what_does_not_fit_and_keeps_the_rest),
		IN_SCRATCH(waits_for_a_lock_that_ends_in_time),
		IN_SCRATCH(
			gives_up_on_a_lock_that_does_not_end_and_applies_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
