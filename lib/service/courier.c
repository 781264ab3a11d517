/* courier: see include/loket/courier.h */
#include <loket/clock.h>
#include <loket/courier.h>
#include <loket/error.h>
#include <loket/smtp.h>

/* Other programs write to the outbox too: how often it is looked at. */
#define LOOK_EVERY_S 2
/* Between two attempts to save what the relay answered. */
#define SAVE_PAUSE_US 500000

/* What the site's brake holds. */
#define HELD_KIND "ack"
#define TOO_LATE "too late to be of use"

typedef struct Worker {
	Courier *courier;
	SmtpClient *smtp;
	GThread *thread; /* NULL: not started */
} Worker;

/* Once started, the look-out looks into the store and calls the workers, each
 * of which may be held up by a slow relay. */
struct Courier {
	const Config *config;
	Store *store;
	CourierWatch watch;
	Worker workers[COURIER_WORKERS];
	GMutex lock;
	GCond changed;
	GThread *look_out; /* NULL: not started */
	bool is_stopping;
	int stop;	/* atomic, the same for whoever carries a mail */
	unsigned calls; /* to the workers, so far */
};

Courier *
courier_new(const Config *config, Store *store, GError **error)
{
	g_autoptr(Courier) courier = g_new0(Courier, 1);
	g_mutex_init(&courier->lock);
	g_cond_init(&courier->changed);
	courier->config = config;
	courier->store = store;
	for (size_t i = 0; i < COURIER_WORKERS; i++) {
		Worker *worker = &courier->workers[i];
		worker->courier = courier;
		worker->smtp =
			smtp_client_new(config->relay, config->relay_user,
					config->relay_password_file, error);
		if (!worker->smtp)
			return NULL;
		smtp_client_set_stop(worker->smtp, &courier->stop);
	}
	return g_steal_pointer(&courier);
}

void
courier_set_watch(Courier *courier, const CourierWatch *watch)
{
	courier->watch = *watch;
}

/* What is due when a round begins is sent in it. It may last: a slow relay
 * takes up to a minute for each mail. */
typedef struct Round {
	int64_t began_at;
	gint64 began_us; /* the same, monotonic */
} Round;

static int64_t
round_now(const Round *round)
{
	return round->began_at +
	       (g_get_monotonic_time() - round->began_us) / G_USEC_PER_SEC;
}

typedef struct Delivery {
	const Courier *courier;
	const Round *round;
	OutboxItem *item; /* owned */
	int64_t reserved_until;
	GBytes *packed;	     /* its mail as the thread keeps it; borrowed */
	int64_t answered_at; /* by the relay */
} Delivery;

static bool
take(StoreTx *tx, void *data, GError **error)
{
	Delivery *delivery = data;
	delivery->reserved_until =
		round_now(delivery->round) + COURIER_RESERVE_S;
	return store_outbox_take(tx, delivery->round->began_at,
				 delivery->reserved_until, &delivery->item,
				 error);
}

typedef struct Outlook {
	int64_t next_at; /* 0: nothing waits */
	bool has_held;
} Outlook;

static bool
look(StoreTx *tx, void *data, GError **error)
{
	Outlook *outlook = data;
	return store_outbox_next(tx, &outlook->next_at, error) &&
	       store_outbox_has_held(tx, HELD_KIND, &outlook->has_held, error);
}

/* For how many the site's limits have room. */
static bool
count_room(StoreTx *tx, const Config *config, int64_t now, int64_t *room,
	   GError **error)
{
	*room = G_MAXINT64;
	for (guint i = 0; i < config->ack_limit_site->len; i++) {
		const ConfigLimit *limit =
			&g_array_index(config->ack_limit_site, ConfigLimit, i);
		const OutboxWindow window = {.kind = HELD_KIND,
					     .scope = OUTBOX_SITE,
					     .since = now - limit->window_s,
					     .most = limit->most};
		int64_t made;
		if (!store_outbox_count(tx, &window, &made, error))
			return false;
		*room = MIN(*room, limit->most - made);
	}
	return true;
}

typedef struct Release {
	const Config *config;
	int64_t now;
} Release;

static bool
release(StoreTx *tx, void *data, GError **error)
{
	const Release *held = data;
	int64_t room;
	return store_outbox_expire_held(tx, HELD_KIND, held->now, TOO_LATE,
					error) &&
	       count_room(tx, held->config, held->now, &room, error) &&
	       store_outbox_release(tx, HELD_KIND, room, held->now, error);
}

static bool
add_to_thread(StoreTx *tx, const Delivery *delivery, GError **error)
{
	const OutboxItem *item = delivery->item;
	const ConfigDesk *desk =
		item->desk ? config_desk_by_title(delivery->courier->config,
						  item->desk)
			   : NULL;
	g_autoptr(GPtrArray) to = g_ptr_array_new();
	g_ptr_array_add(to, item->recipient);
	MessageDraft message = {.ticket = item->ticket,
				.message_id = item->message_id,
				.role = "loket",
				.direction = "out",
				.from = desk ? desk->addresses[0] : NULL,
				.to = to,
				.at = delivery->answered_at,
				.subject = item->subject,
				.new_text = item->text,
				.desk = item->desk,
				.packed = delivery->packed};
	return store_message_add(tx, &message, error);
}

/* "ack sent", "ack failed" */
static bool
add_event(StoreTx *tx, const Delivery *delivery, GError **error)
{
	const OutboxItem *item = delivery->item;
	g_autofree char *what =
		g_strdup_printf("%s %s", item->kind, item->state);
	g_autofree char *detail =
		g_strjoin(": ", item->recipient, item->last_error, NULL);
	return store_event_add(tx, item->ticket, delivery->answered_at, what,
			       detail, error);
}

/* What of a ticket's own is told in its thread and events. */
static bool
record(StoreTx *tx, const Delivery *delivery, GError **error)
{
	const OutboxItem *item = delivery->item;
	bool is_sent = g_str_equal(item->state, "sent");
	return !item->ticket ||
	       ((!is_sent || add_to_thread(tx, delivery, error)) &&
		add_event(tx, delivery, error));
}

static bool
save(StoreTx *tx, void *data, GError **error)
{
	const Delivery *delivery = data;
	const OutboxItem *item = delivery->item;
	const CourierWatch *watch = &delivery->courier->watch;
	if (!store_outbox_save(tx, item, error))
		return false;
	if (g_str_equal(item->state, "waiting"))
		return true;
	if (!record(tx, delivery, error))
		return false;
	return !watch->given_up || !g_str_equal(item->state, "failed") ||
	       watch->given_up(tx, item, delivery->answered_at, watch->data,
			       error);
}

static int64_t
pause_s(int attempts)
{
	int64_t pause = COURIER_PAUSE_FIRST_S;
	for (int i = 1; i < attempts && pause < COURIER_PAUSE_LONGEST_S; i++)
		pause *= 2;
	return MIN(pause, COURIER_PAUSE_LONGEST_S);
}

static bool
is_expired(const OutboxItem *item, int64_t at)
{
	return item->expires_at > 0 && at > item->expires_at;
}

static void
set_state(OutboxItem *item, const char *state)
{
	g_free(item->state);
	item->state = g_strdup(state);
}

/* What the relay's answer means for the row. */
static void
note_failure(OutboxItem *item, const GError *why, int64_t now)
{
	g_free(item->last_error);
	item->last_error = g_strdup(why->message);
	item->next_at = now + pause_s(item->attempts);
	bool is_final =
		g_error_matches(why, LOKET_ERROR, LOKET_ERROR_PERMANENT) ||
		is_expired(item, item->next_at);
	if (is_final)
		set_state(item, "failed");
}

/* A late acknowledgement would promise what has passed. */
static void
note_expiry(OutboxItem *item)
{
	set_state(item, "failed");
	if (!item->last_error)
		item->last_error = g_strdup(TOO_LATE);
}

/* Once the reservation has ended, the row is somebody else's to send. */
static bool
save_in_time(Store *store, Delivery *delivery, GError **error)
{
	for (;;) {
		g_autoptr(GError) why = NULL;
		if (store_write(store, save, delivery, &why))
			return true;
		if (round_now(delivery->round) >= delivery->reserved_until) {
			g_propagate_error(error, g_steal_pointer(&why));
			return false;
		}
		g_usleep(SAVE_PAUSE_US);
	}
}

/* The null sender: nobody answers a notification (RFC 3834 3). */
static void
offer(SmtpClient *smtp, Delivery *delivery)
{
	OutboxItem *item = delivery->item;
	g_autoptr(GError) why = NULL;
	bool is_sent = smtp_send(smtp, "", item->recipient, item->mail, &why);
	delivery->answered_at = round_now(delivery->round);
	if (is_sent) {
		set_state(item, "sent");
		g_clear_pointer(&item->last_error, g_free);
	} else {
		note_failure(item, why, delivery->answered_at);
	}
}

static bool
deliver(const Worker *worker, Delivery *delivery, GError **error)
{
	OutboxItem *item = delivery->item;
	g_autoptr(GBytes) packed = store_pack(item->mail, error);
	if (!packed)
		return false;
	delivery->packed = packed;
	delivery->answered_at = round_now(delivery->round);
	if (is_expired(item, delivery->answered_at))
		note_expiry(item);
	else
		offer(worker->smtp, delivery);
	const CourierWatch *watch = &worker->courier->watch;
	if (watch->answered)
		watch->answered(item, watch->data);
	return save_in_time(worker->courier->store, delivery, error);
}

static bool
is_stopping(Courier *courier)
{
	g_mutex_lock(&courier->lock);
	bool is = courier->is_stopping;
	g_mutex_unlock(&courier->lock);
	return is;
}

/* *has tells whether there was a row; it may be the last. */
static bool
send_next(const Worker *worker, const Round *round, bool *has, unsigned *sent,
	  GError **error)
{
	const Courier *courier = worker->courier;
	Delivery delivery = {.courier = courier, .round = round};
	if (!store_write(courier->store, take, &delivery, error))
		return false;
	g_autoptr(OutboxItem) item = delivery.item;
	*has = item != NULL;
	if (!item)
		return true;
	bool ok = deliver(worker, &delivery, error);
	*sent += ok && g_str_equal(item->state, "sent");
	return ok;
}

/* All that was due when the round began. */
static bool
send_round(const Worker *worker, const Round *round, unsigned *sent,
	   GError **error)
{
	bool has = true;
	while (has && !is_stopping(worker->courier))
		if (!send_next(worker, round, &has, sent, error))
			return false;
	return true;
}

static void
call_workers(Courier *courier)
{
	g_mutex_lock(&courier->lock);
	courier->calls++;
	g_cond_broadcast(&courier->changed);
	g_mutex_unlock(&courier->lock);
}

/* Lets go what was held, and tells whether anything is due. */
static bool
look_for_due(const Courier *courier, const Round *round, bool *is_due,
	     GError **error)
{
	Release held = {.config = courier->config, .now = round->began_at};
	Outlook outlook;
	*is_due = false;
	if (courier->config->dry_run)
		return true;
	/* read first: mostly there is nothing to write about */
	if (!store_read(courier->store, look, &outlook, error))
		return false;
	if (outlook.has_held &&
	    !store_write(courier->store, release, &held, error))
		return false;
	*is_due = outlook.has_held ||
		  (outlook.next_at > 0 && outlook.next_at <= round->began_at);
	return true;
}

bool
courier_send_due(Courier *courier, int64_t now, unsigned *sent, GError **error)
{
	Round round = {now, g_get_monotonic_time()};
	bool is_due;
	*sent = 0;
	if (!look_for_due(courier, &round, &is_due, error))
		return false;
	return !is_due || send_round(&courier->workers[0], &round, sent, error);
}

static void
rest(Courier *courier)
{
	gint64 until = g_get_monotonic_time() +
		       (gint64)LOOK_EVERY_S * G_TIME_SPAN_SECOND;
	g_mutex_lock(&courier->lock);
	while (!courier->is_stopping &&
	       g_cond_wait_until(&courier->changed, &courier->lock, until))
		continue;
	g_mutex_unlock(&courier->lock);
}

static void *
look_out(void *data)
{
	Courier *courier = data;
	while (!is_stopping(courier)) {
		Round round = {clock_now(), g_get_monotonic_time()};
		bool is_due;
		/* a store that is away now is asked again */
		if (look_for_due(courier, &round, &is_due, NULL) && is_due)
			call_workers(courier);
		rest(courier);
	}
	return NULL;
}

/* False: it is time to stop. */
static bool
await_call(Courier *courier, unsigned *answered)
{
	g_mutex_lock(&courier->lock);
	while (!courier->is_stopping && courier->calls == *answered)
		g_cond_wait(&courier->changed, &courier->lock);
	*answered = courier->calls;
	bool is_called = !courier->is_stopping;
	g_mutex_unlock(&courier->lock);
	return is_called;
}

static void *
work(void *data)
{
	const Worker *worker = data;
	unsigned answered = 0;
	while (await_call(worker->courier, &answered)) {
		Round round = {clock_now(), g_get_monotonic_time()};
		unsigned sent = 0;
		(void)send_round(worker, &round, &sent, NULL);
	}
	return NULL;
}

void
courier_start(Courier *courier)
{
	Worker *workers = courier->workers;
	g_assert(!courier->look_out);
	for (size_t i = 0; i < COURIER_WORKERS; i++)
		workers[i].thread = g_thread_new("courier", work, &workers[i]);
	courier->look_out = g_thread_new("courier", look_out, courier);
}

void
courier_free(Courier *courier)
{
	if (!courier)
		return;
	g_mutex_lock(&courier->lock);
	courier->is_stopping = true;
	g_atomic_int_set(&courier->stop, 1);
	g_cond_broadcast(&courier->changed);
	g_mutex_unlock(&courier->lock);
	g_clear_pointer(&courier->look_out, g_thread_join);
	for (size_t i = 0; i < COURIER_WORKERS; i++) {
		Worker *worker = &courier->workers[i];
		g_clear_pointer(&worker->thread, g_thread_join);
		smtp_client_free(worker->smtp);
	}
	g_mutex_clear(&courier->lock);
	g_cond_clear(&courier->changed);
	g_free(courier);
}
