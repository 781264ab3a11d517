/* courier: see include/loket/courier.h */
#include <loket/clock.h>
#include <loket/courier.h>
#include <loket/error.h>
#include <loket/smtp.h>

/* Other programs write to the outbox too: how often it is looked at. */
#define LOOK_EVERY_S 2

struct Courier {
	const Config *config;
	Store *store;
	SmtpClient *smtp;
	GThread *thread; /* NULL: not started */
	GMutex lock;
	GCond changed;
	bool is_stopping;
};

Courier *
courier_new(const Config *config, Store *store, GError **error)
{
	g_autoptr(Courier) courier = g_new0(Courier, 1);
	g_mutex_init(&courier->lock);
	g_cond_init(&courier->changed);
	courier->config = config;
	courier->store = store;
	courier->smtp = smtp_client_new(config->relay, config->relay_user,
					config->relay_password_file, error);
	return courier->smtp ? g_steal_pointer(&courier) : NULL;
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
	const Config *config;
	const Round *round;
	OutboxItem *item;    /* owned */
	GBytes *packed;	     /* its mail as the thread keeps it; borrowed */
	int64_t answered_at; /* by the relay */
} Delivery;

static bool
take(StoreTx *tx, void *data, GError **error)
{
	Delivery *delivery = data;
	return store_outbox_take(tx, delivery->round->began_at,
				 round_now(delivery->round) + COURIER_RESERVE_S,
				 &delivery->item, error);
}

static bool
look(StoreTx *tx, void *data, GError **error)
{
	int64_t *next_at = data;
	return store_outbox_next(tx, next_at, error);
}

/* What was sent belongs to the thread of its ticket. */
static bool
record_sent(StoreTx *tx, const Delivery *delivery, GError **error)
{
	const Config *config = delivery->config;
	const OutboxItem *item = delivery->item;
	if (!item->ticket)
		return true;
	g_autoptr(GPtrArray) to = g_ptr_array_new();
	g_ptr_array_add(to, item->recipient);
	const ConfigDesk *desk =
		item->desk ? config_desk_by_title(config, item->desk) : NULL;
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
	g_autofree char *what = g_strdup_printf("%s sent", item->kind);
	return store_message_add(tx, &message, error) &&
	       store_event_add(tx, item->ticket, delivery->answered_at, what,
			       item->recipient, error);
}

static bool
save(StoreTx *tx, void *data, GError **error)
{
	Delivery *delivery = data;
	const OutboxItem *item = delivery->item;
	bool is_sent = g_str_equal(item->state, "sent");
	return store_outbox_save(tx, item, error) &&
	       (!is_sent || record_sent(tx, delivery, error));
}

static int64_t
pause_s(int attempts)
{
	int64_t pause = COURIER_PAUSE_FIRST_S;
	for (int i = 1; i < attempts && pause < COURIER_PAUSE_LONGEST_S; i++)
		pause *= 2;
	return MIN(pause, COURIER_PAUSE_LONGEST_S);
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
		item->next_at - item->created_at > COURIER_EXPIRE_S;
	if (is_final)
		set_state(item, "failed");
}

static bool
deliver(Courier *courier, Delivery *delivery, GError **error)
{
	OutboxItem *item = delivery->item;
	g_autoptr(GBytes) packed = store_pack(item->mail, error);
	if (!packed)
		return false;
	delivery->packed = packed;
	g_autoptr(GError) why = NULL;
	/* the null sender: nobody answers a notification (RFC 3834 3) */
	bool is_sent =
		smtp_send(courier->smtp, "", item->recipient, item->mail, &why);
	delivery->answered_at = round_now(delivery->round);
	if (is_sent) {
		set_state(item, "sent");
		g_clear_pointer(&item->last_error, g_free);
	} else {
		note_failure(item, why, delivery->answered_at);
	}
	return store_write(courier->store, save, delivery, error);
}

static bool
has_due(Courier *courier, int64_t now, bool *has, GError **error)
{
	int64_t next_at;
	if (!store_read(courier->store, look, &next_at, error))
		return false;
	*has = next_at > 0 && next_at <= now;
	return true;
}

static bool
is_stopping(Courier *courier)
{
	g_mutex_lock(&courier->lock);
	bool is = courier->is_stopping;
	g_mutex_unlock(&courier->lock);
	return is;
}

bool
courier_send_due(Courier *courier, int64_t now, unsigned *sent, GError **error)
{
	const Round round = {now, g_get_monotonic_time()};
	*sent = 0;
	bool has = !courier->config->dry_run;
	while (has && !is_stopping(courier)) {
		if (!has_due(courier, now, &has, error))
			return false;
		if (!has)
			break;
		Delivery delivery = {.config = courier->config,
				     .round = &round};
		if (!store_write(courier->store, take, &delivery, error))
			return false;
		g_autoptr(OutboxItem) item = delivery.item;
		if (!item)
			break;
		if (!deliver(courier, &delivery, error))
			return false;
		*sent += g_str_equal(item->state, "sent");
	}
	return true;
}

static void *
courier_main(void *data)
{
	Courier *courier = data;
	g_mutex_lock(&courier->lock);
	while (!courier->is_stopping) {
		gint64 until = g_get_monotonic_time() +
			       (gint64)LOOK_EVERY_S * G_TIME_SPAN_SECOND;
		g_mutex_unlock(&courier->lock);
		unsigned sent;
		/* a store that is away now is asked again */
		(void)courier_send_due(courier, clock_now(), &sent, NULL);
		g_mutex_lock(&courier->lock);
		if (!courier->is_stopping)
			(void)g_cond_wait_until(&courier->changed,
						&courier->lock, until);
	}
	g_mutex_unlock(&courier->lock);
	return NULL;
}

void
courier_start(Courier *courier)
{
	g_assert(!courier->thread);
	courier->thread = g_thread_new("courier", courier_main, courier);
}

void
courier_wake(Courier *courier)
{
	g_mutex_lock(&courier->lock);
	g_cond_signal(&courier->changed);
	g_mutex_unlock(&courier->lock);
}

void
courier_free(Courier *courier)
{
	if (!courier)
		return;
	if (courier->thread) {
		g_mutex_lock(&courier->lock);
		courier->is_stopping = true;
		g_cond_signal(&courier->changed);
		g_mutex_unlock(&courier->lock);
		(void)g_thread_join(courier->thread);
	}
	smtp_client_free(courier->smtp);
	g_mutex_clear(&courier->lock);
	g_cond_clear(&courier->changed);
	g_free(courier);
}
