/*
 * writer: one thread that writes for all, in natural batches.
 *
 * While one commit is flushed, what arrives waits and becomes the next batch:
 * the more load, the larger the batches, and one waiter alone waits for
 * nobody. Each work stands in a savepoint of its own, so its failure is its
 * own; a failed commit is the failure of its batch. A job is taken from the
 * queue only when the store's lock is held, so a waiter that gives up before
 * that was not applied, and one that was taken learns its true outcome.
 */
#include <loket/error.h>

#include "sqlite.h"

/* Between two attempts at a lock that another program holds. */
#define BUSY_PAUSE_US 10000

enum JobState {
	JOB_QUEUED,
	JOB_TAKEN,
	JOB_DONE,
};

/* On the stack of the waiting thread. */
typedef struct Job {
	StoreWork *work;
	void *data;
	enum JobState state;
	bool ok;
	GError *error;
} Job;

struct Writer {
	char *path;
	StoreDb *db; /* NULL: lost */
	GThread *thread;
	GMutex lock;
	GCond arrived;
	GCond finished;
	GQueue queue; /* of Job */
	bool is_stopping;
};

static void
job_fail(Job *job, const GError *why)
{
	job->ok = false;
	if (!job->error)
		job->error = g_error_copy(why);
}

static void
batch_fail(GPtrArray *batch, const GError *why)
{
	for (guint i = 0; i < batch->len; i++)
		job_fail(batch->pdata[i], why);
}

static void
rollback(StoreDb *db)
{
	/* a full disk may have undone all of it already */
	if (!sqlite3_get_autocommit(db->handle))
		(void)db_exec(db, "ROLLBACK", NULL);
}

static GPtrArray *
batch_take(Writer *writer)
{
	GPtrArray *batch = g_ptr_array_new();
	g_mutex_lock(&writer->lock);
	while (batch->len < STORE_BATCH_MAX && writer->queue.length > 0) {
		Job *job = g_queue_pop_head(&writer->queue);
		job->state = JOB_TAKEN;
		g_ptr_array_add(batch, job);
	}
	g_mutex_unlock(&writer->lock);
	return batch;
}

static void
batch_done(Writer *writer, GPtrArray *batch)
{
	g_mutex_lock(&writer->lock);
	for (guint i = 0; i < batch->len; i++) {
		Job *job = batch->pdata[i];
		job->state = JOB_DONE;
	}
	g_cond_broadcast(&writer->finished);
	g_mutex_unlock(&writer->lock);
}

/* False: the whole transaction is lost. */
static bool
job_apply(StoreDb *db, Job *job, GError **error)
{
	if (!db_exec(db, "SAVEPOINT job", error))
		return false;
	job->ok = job->work(db, job->data, &job->error);
	if (sqlite3_get_autocommit(db->handle)) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
			    "store: the transaction was undone: %s",
			    job->error ? job->error->message : "");
		return false;
	}
	if (!job->ok && !db_exec(db, "ROLLBACK TO job", error))
		return false;
	return db_exec(db, "RELEASE job", error);
}

static void
batch_run(StoreDb *db, GPtrArray *batch)
{
	g_autoptr(GError) why = NULL;
	for (guint i = 0; i < batch->len; i++) {
		if (job_apply(db, batch->pdata[i], &why))
			continue;
		rollback(db);
		batch_fail(batch, why);
		return;
	}
	if (db_exec(db, "COMMIT", &why))
		return;
	rollback(db);
	batch_fail(batch, why);
}

static bool
wait_for_work(Writer *writer)
{
	g_mutex_lock(&writer->lock);
	while (writer->queue.length == 0 && !writer->is_stopping)
		g_cond_wait(&writer->arrived, &writer->lock);
	bool has_work = writer->queue.length > 0;
	g_mutex_unlock(&writer->lock);
	return has_work;
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
open_to_write(const char *path, int flags, GError **error)
{
	g_autoptr(StoreDb) db =
		db_open(path, SQLITE_OPEN_READWRITE | flags, error);
	if (!db || !prepare_to_write(db, error))
		return NULL;
	return g_steal_pointer(&db);
}

/* A file that was moved or deleted is the store no more. None is made in its
 * place: the numbers would begin again. */
static bool
stay_connected(Writer *writer, GError **error)
{
	if (writer->db && db_has_moved(writer->db))
		g_clear_pointer(&writer->db, db_close);
	if (!writer->db)
		writer->db = open_to_write(writer->path, 0, error);
	return writer->db != NULL;
}

static void *
writer_main(void *data)
{
	Writer *writer = data;
	while (wait_for_work(writer)) {
		g_autoptr(GError) why = NULL;
		bool begun = stay_connected(writer, &why) &&
			     db_exec(writer->db, "BEGIN IMMEDIATE", &why);
		/* the waiters' own time-out ends this */
		if (!begun && writer->db && db_is_busy(writer->db)) {
			g_usleep(BUSY_PAUSE_US);
			continue;
		}
		g_autoptr(GPtrArray) batch = batch_take(writer);
		if (begun)
			batch_run(writer->db, batch);
		else
			batch_fail(batch, why);
		batch_done(writer, batch);
	}
	return NULL;
}

Writer *
writer_start(const char *path, GError **error)
{
	StoreDb *db = open_to_write(path, SQLITE_OPEN_CREATE, error);
	if (!db)
		return NULL;
	Writer *writer = g_new0(Writer, 1);
	writer->path = g_strdup(path);
	writer->db = db;
	g_mutex_init(&writer->lock);
	g_cond_init(&writer->arrived);
	g_cond_init(&writer->finished);
	g_queue_init(&writer->queue);
	writer->thread = g_thread_new("store", writer_main, writer);
	return writer;
}

void
writer_stop(Writer *writer)
{
	if (!writer)
		return;
	g_mutex_lock(&writer->lock);
	writer->is_stopping = true;
	g_cond_signal(&writer->arrived);
	g_mutex_unlock(&writer->lock);
	(void)g_thread_join(writer->thread);
	g_mutex_clear(&writer->lock);
	g_cond_clear(&writer->arrived);
	g_cond_clear(&writer->finished);
	db_close(writer->db);
	g_free(writer->path);
	g_free(writer);
}

/* Under the lock. False: the job was withdrawn, nothing of it was done. */
static bool
wait_until_done(Writer *writer, Job *job)
{
	gint64 deadline = g_get_monotonic_time() +
			  (gint64)STORE_WAIT_S * G_TIME_SPAN_SECOND;
	while (job->state == JOB_QUEUED) {
		if (g_cond_wait_until(&writer->finished, &writer->lock,
				      deadline))
			continue;
		if (job->state != JOB_QUEUED)
			break;
		(void)g_queue_remove(&writer->queue, job);
		return false;
	}
	while (job->state != JOB_DONE)
		g_cond_wait(&writer->finished, &writer->lock);
	return true;
}

bool
writer_run(Writer *writer, StoreWork *work, void *data, GError **error)
{
	Job job = {.work = work, .data = data};
	g_mutex_lock(&writer->lock);
	g_queue_push_tail(&writer->queue, &job);
	g_cond_signal(&writer->arrived);
	bool done = wait_until_done(writer, &job);
	g_mutex_unlock(&writer->lock);
	if (!done)
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
			    "store: no turn within %d seconds", STORE_WAIT_S);
	else if (!job.ok)
		g_propagate_error(error, job.error);
	return done && job.ok;
}
