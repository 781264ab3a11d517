/* courier: every row leaves once, or stays with a reason. */
#include "post.h"

/* The limit of the site by default. */
#define ACKS_AN_HOUR 3000

static void
sends_what_is_due_once(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	assert_int_equal(send_at(&post, NOW), 1);
	for (int later = 0; later < 5; later++)
		assert_int_equal(send_at(&post, NOW + later * 3600), 0);
	assert_row(post.store, 0, "sent", 1);
	assert_error(post.store, 0, NULL);
	post_stop(&post);
	/* the null sender, so that no robot answers */
	const char *mail = strstr(post.relay->heard->str, "MAIL ");
	assert_non_null(mail);
	assert_string_equal(mail, "MAIL FROM:<>\r\n"
				  "RCPT TO:<" RECIPIENT ">\r\n"
				  "DATA\r\n" MAIL ".\r\n"
				  "QUIT\r\n");
	post_clear(&post);
}

static void
sends_nothing_before_it_is_due(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	add_row(post.store,
		(OutboxItem){.key = TEXT("a"), .next_at = NOW + 60});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_int_equal(send_at(&post, NOW + 59), 0);
	assert_row(post.store, 0, "waiting", 0);
	assert_int_equal(send_at(&post, NOW + 60), 1);
	post_stop(&post);
	assert_int_equal(post.relay->connections, 1);
	post_clear(&post);
}

static void
sends_all_that_is_due(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	for (int i = 0; i < 30; i++) {
		g_autofree char *key = g_strdup_printf("%d", i);
		g_autofree char *to = g_strdup_printf("r%d@x.example", i);
		add_row(post.store, (OutboxItem){.key = key, .recipient = to});
	}
	assert_int_equal(send_at(&post, NOW), 30);
	post_stop(&post);
	assert_int_equal(count(post.relay->heard->str, "\r\nDATA\r\n"), 30);
	for (int i = 0; i < 30; i++) {
		g_autofree char *rcpt =
			g_strdup_printf("RCPT TO:<r%d@x.example>", i);
		assert_int_equal(count(post.relay->heard->str, rcpt), 1);
	}
	post_clear(&post);
}

static bool
thread_work(StoreTx *tx, void *data, GError **error)
{
	g_autoptr(GPtrArray) messages = NULL;
	g_autoptr(GPtrArray) events = NULL;
	if (!store_messages_list(tx, data, &messages, error) ||
	    !store_events_list(tx, data, &events, error))
		return false;
	assert_int_equal(messages->len, 1);
	const Message *message = messages->pdata[0];
	assert_string_equal(message->role, "loket");
	assert_string_equal(message->direction, "out");
	assert_string_equal(message->from, "s@acme.example");
	assert_int_equal(message->to->len, 1);
	assert_string_equal(message->to->pdata[0], RECIPIENT);
	assert_int_equal(message->at, NOW);
	assert_string_equal(message->subject, "the subject");
	assert_string_equal(message->new_text, "the text");
	assert_string_equal(message->message_id, "a@acme.example");
	assert_int_equal(events->len, 1);
	const Event *event = events->pdata[0];
	assert_string_equal(event->what, "ack sent");
	assert_int_equal(event->at, NOW);
	return true;
}

static char *
add_ticket(Store *store)
{
	g_autoptr(Ticket) ticket = ticket_new();
	ticket->desk = g_strdup("s");
	ticket->type = g_strdup("question");
	ticket->channel = g_strdup("mail");
	must_write(store, ticket_work, ticket);
	return g_strdup(ticket->number);
}

static void
what_was_sent_belongs_to_the_thread(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	g_autofree char *number = add_ticket(post.store);
	add_row(post.store, (OutboxItem){.key = TEXT("a"),
					 .ticket = number,
					 .desk = TEXT("s"),
					 .subject = TEXT("the subject"),
					 .text = TEXT("the text"),
					 .message_id = TEXT("a@acme.example")});
	assert_int_equal(send_at(&post, NOW), 1);
	assert_true(store_read(post.store, thread_work, number, NULL));
	post_stop(&post);
	post_clear(&post);
}

static void
tries_again_later_and_later_until_it_is_of_no_use(void **state)
{
	static const int pauses[] = {30,  60,	120,  240, 480,
				     960, 1920, 3600, 3600};
	Post post =
		post_of(*state, &(Script){.rcpt = "450 4.2.1 greylisted"}, "");
	add_row(post.store,
		(OutboxItem){.key = TEXT("a"), .expires_at = NOW + 4 * 3600});
	int64_t now = NOW;
	for (size_t i = 0; i < G_N_ELEMENTS(pauses); i++) {
		assert_int_equal(send_at(&post, now), 0);
		assert_row(post.store, 0, "waiting", (int)i + 1);
		assert_int_equal(next_at(post.store, 0), now + pauses[i]);
		assert_error(post.store, 0, "450 4.2.1 greylisted");
		/* not a second too early */
		assert_int_equal(send_at(&post, now + pauses[i] - 1), 0);
		assert_row(post.store, 0, "waiting", (int)i + 1);
		now += pauses[i];
	}
	/* the next would come after four hours */
	assert_int_equal(send_at(&post, now), 0);
	assert_row(post.store, 0, "failed", 10);
	assert_error(post.store, 0, "450 4.2.1 greylisted");
	assert_int_equal(send_at(&post, now + 1000000), 0);
	assert_row(post.store, 0, "failed", 10);
	post_stop(&post);
	post_clear(&post);
}

static void
sends_when_the_relay_is_well_again(void **state)
{
	static const Script well = {0};
	Post post = post_of(*state, &(Script){.end = "451 4.3.0 no"}, "");
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_error(post.store, 0, "451 4.3.0 no");
	post_stop(&post);
	Relay *sick = post.relay;
	post.relay = relay_start(&well);
	g_free(post.config->relay);
	post.config->relay = g_strdup(post.relay->url);
	post.courier = courier_new(post.config, post.store, NULL);
	assert_int_equal(send_at(&post, NOW + 30), 1);
	assert_row(post.store, 0, "sent", 2);
	assert_error(post.store, 0, NULL);
	post_stop(&post);
	relay_free(sick);
	post_clear(&post);
}

static bool
failed_work(StoreTx *tx, void *data, GError **error)
{
	g_autoptr(GPtrArray) messages = NULL;
	g_autoptr(GPtrArray) events = NULL;
	if (!store_messages_list(tx, data, &messages, error) ||
	    !store_events_list(tx, data, &events, error))
		return false;
	assert_int_equal(messages->len, 0);
	assert_int_equal(events->len, 1);
	const Event *event = events->pdata[0];
	assert_string_equal(event->what, "ack failed");
	assert_string_equal(event->detail,
			    RECIPIENT ": 550 5.1.1 no such user");
	assert_int_equal(event->at, NOW);
	return true;
}

static void
tells_the_ticket_what_failed(void **state)
{
	Post post = post_of(*state, &(Script){.rcpt = "550 5.1.1 no such user"},
			    "");
	g_autofree char *number = add_ticket(post.store);
	add_row(post.store, (OutboxItem){.key = TEXT("a"), .ticket = number});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_true(store_read(post.store, failed_work, number, NULL));
	post_stop(&post);
	post_clear(&post);
}

static bool
silent_work(StoreTx *tx, void *data, GError **error)
{
	g_autoptr(GPtrArray) events = NULL;
	if (!store_events_list(tx, data, &events, error))
		return false;
	assert_int_equal(events->len, 0);
	return true;
}

static void
tells_the_ticket_nothing_while_it_tries(void **state)
{
	Post post = post_of(*state, &(Script){.rcpt = "450 4.2.1 later"}, "");
	g_autofree char *number = add_ticket(post.store);
	add_row(post.store, (OutboxItem){.key = TEXT("a"), .ticket = number});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_row(post.store, 0, "waiting", 1);
	assert_true(store_read(post.store, silent_work, number, NULL));
	post_stop(&post);
	post_clear(&post);
}

static void
does_not_send_what_comes_too_late(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	add_row(post.store,
		(OutboxItem){.key = TEXT("a"), .expires_at = NOW + 60});
	add_row(post.store,
		(OutboxItem){.key = TEXT("b"), .expires_at = NOW + 61});
	assert_int_equal(send_at(&post, NOW + 61), 1);
	assert_row(post.store, 0, "failed", 1);
	assert_error(post.store, 0, "too late to be of use");
	assert_row(post.store, 1, "sent", 1);
	post_stop(&post);
	post_clear(&post);
}

static void
gives_up_at_once_on_what_is_refused(void **state)
{
	Post post = post_of(*state, &(Script){.rcpt = "550 5.1.1 no such user"},
			    "");
	g_autofree char *number = add_ticket(post.store);
	add_row(post.store, (OutboxItem){.key = TEXT("a"), .ticket = number});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_row(post.store, 0, "failed", 1);
	assert_error(post.store, 0, "550 5.1.1 no such user");
	assert_int_equal(send_at(&post, NOW + 3600), 0);
	assert_row(post.store, 0, "failed", 1);
	post_stop(&post);
	assert_int_equal(count(post.relay->heard->str, "RCPT "), 1);
	post_clear(&post);
}

static void
a_row_that_fails_holds_up_no_other(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	add_row(post.store, (OutboxItem){.key = TEXT("a"),
					 .recipient = TEXT("a b@x.example"),
					 .next_at = NOW - 10});
	add_row(post.store, (OutboxItem){.key = TEXT("b")});
	assert_int_equal(send_at(&post, NOW), 1);
	assert_row(post.store, 0, "failed", 1);
	assert_row(post.store, 1, "sent", 1);
	post_stop(&post);
	post_clear(&post);
}

static void
a_dead_relay_is_no_error_but_stands_in_the_row(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	relay_stop(post.relay);
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_row(post.store, 0, "waiting", 1);
	assert_int_equal(next_at(post.store, 0), NOW + 30);
	g_autoptr(GPtrArray) rows = rows_of(post.store);
	const OutboxItem *row = rows->pdata[0];
	assert_true(*row->last_error);
	courier_free(post.courier);
	post_clear(&post);
}

typedef struct Reserving {
	int64_t until;
	OutboxItem *item;
} Reserving;

static bool
reserve_work(StoreTx *tx, void *data, GError **error)
{
	Reserving *reserving = data;
	return store_outbox_take(tx, NOW, reserving->until, &reserving->item,
				 error);
}

/* Another courier has the row in hand, and dies with it. */
static void
leaves_a_reserved_row_to_the_other_until_it_ends(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	Reserving reserving = {.until = NOW + COURIER_RESERVE_S};
	must_write(post.store, reserve_work, &reserving);
	outbox_item_free(reserving.item);
	assert_int_equal(send_at(&post, NOW), 0);
	assert_int_equal(send_at(&post, NOW + COURIER_RESERVE_S - 1), 0);
	assert_row(post.store, 0, "waiting", 1);
	assert_int_equal(send_at(&post, NOW + COURIER_RESERVE_S), 1);
	assert_row(post.store, 0, "sent", 2);
	post_stop(&post);
	assert_int_equal(count(post.relay->heard->str, "\r\nDATA\r\n"), 1);
	post_clear(&post);
}

/* Else the last of many rows would be reserved for a time that is over. */
static void
counts_the_time_that_a_slow_relay_takes(void **state)
{
	Post post = post_of(*state,
			    &(Script){.mail = "451 4.3.0 no", .delay_ms = 1500},
			    "");
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	add_row(post.store, (OutboxItem){.key = TEXT("b")});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_true(next_at(post.store, 0) >= NOW + 1 + COURIER_PAUSE_FIRST_S);
	assert_true(next_at(post.store, 1) >= NOW + 3 + COURIER_PAUSE_FIRST_S);
	assert_true(next_at(post.store, 1) <= NOW + 30 + COURIER_PAUSE_FIRST_S);
	post_stop(&post);
	post_clear(&post);
}

static void
move(const Site *site, const char *from, const char *to)
{
	g_autofree char *here = g_build_filename(site->directory, from, NULL);
	g_autofree char *there = g_build_filename(site->directory, to, NULL);
	assert_return_code(g_rename(here, there), 0);
}

/* Else it would be sent once more when its reservation ends. */
static void
marks_what_was_sent_once_the_store_is_back(void **state)
{
	Post post = post_of(*state, &(Script){.delay_ms = 600}, "");
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	GThread *thread = g_thread_new("courier", send_all, &post);
	/* the relay has it in hand */
	g_usleep(300000);
	move(*state, "loket.db", "away.db");
	g_usleep(1500000);
	move(*state, "away.db", "loket.db");
	assert_int_equal(GPOINTER_TO_UINT(g_thread_join(thread)), 1);
	assert_row(post.store, 0, "sent", 1);
	assert_int_equal(send_at(&post, NOW + COURIER_RESERVE_S), 0);
	post_stop(&post);
	assert_int_equal(count(post.relay->heard->str, "\r\nDATA\r\n"), 1);
	post_clear(&post);
}

typedef struct Rows {
	const char *state;
	int n;
	int64_t at;
} Rows;

/* Many acknowledgements, in one transaction. */
static bool
add_rows_work(StoreTx *tx, void *data, GError **error)
{
	const Rows *rows = data;
	g_autoptr(GBytes) mail = g_bytes_new_static(MAIL, strlen(MAIL));
	bool is_added = true;
	for (int i = 0; i < rows->n && is_added; i++) {
		g_autofree char *key = g_strdup_printf("%s%d", rows->state, i);
		OutboxItem item = {.key = key,
				   .kind = TEXT("ack"),
				   .state = TEXT(rows->state),
				   .recipient = TEXT(RECIPIENT),
				   .mail = mail,
				   .created_at = rows->at,
				   .next_at = rows->at};
		if (!store_outbox_add(tx, &item, &is_added, error))
			return false;
	}
	return is_added;
}

static void
sends_what_was_held_as_the_hour_empties(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	must_write(post.store, add_rows_work,
		   &(Rows){"sent", ACKS_AN_HOUR - 2, NOW - 100});
	must_write(post.store, add_rows_work, &(Rows){"held", 5, NOW - 50});
	assert_int_equal(send_at(&post, NOW), 2);
	/* to the second before those before are an hour old */
	assert_int_equal(send_at(&post, NOW + 3600 - 101), 0);
	assert_row(post.store, ACKS_AN_HOUR - 2, "sent", 1);
	assert_row(post.store, ACKS_AN_HOUR - 1, "sent", 1);
	assert_row(post.store, ACKS_AN_HOUR, "held", 0);
	assert_int_equal(send_at(&post, NOW + 3600 - 100), 3);
	post_stop(&post);
	post_clear(&post);
}

static void
a_dry_run_sends_nothing(void **state)
{
	Post post = post_of(*state, &(Script){0}, "dry-run = true\n");
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	assert_int_equal(send_at(&post, NOW), 0);
	courier_start(post.courier);
	g_usleep(200000);
	post_stop(&post);
	assert_int_equal(post.relay->connections, 0);
	assert_row(post.store, 0, "waiting", 0);
	assert_int_equal(next_at(post.store, 0), NOW);
	post_clear(&post);
}

static void
refuses_a_relay_that_is_none(void **state)
{
	const Site *site = *state;
	g_autoptr(Config) config = load(site, DESK);
	g_autoptr(Store) store = store_of(site);
	g_free(config->relay);
	config->relay = g_strdup("http://127.0.0.1");
	g_autoptr(GError) error = NULL;
	assert_null(courier_new(config, store, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
}

typedef struct Watched {
	GString *told;
} Watched;

static bool
note_given_up(StoreTx *tx, const OutboxItem *item, int64_t at, void *data,
	      GError **error)
{
	Watched *watched = data;
	bool is_added;
	g_autofree char *key = g_strdup_printf("alert:%s", item->key);
	OutboxItem alert = {.key = key,
			    .kind = TEXT("alert"),
			    .state = TEXT("waiting"),
			    .recipient = TEXT("boss@home.example"),
			    .created_at = at,
			    .next_at = at + 1000};
	g_string_append_printf(watched->told, "given up %s; ", item->key);
	return store_outbox_add(tx, &alert, &is_added, error);
}

static void
note_answer(const OutboxItem *item, void *data)
{
	Watched *watched = data;
	g_string_append_printf(watched->told, "%s %s; ", item->key,
			       item->state);
}

static Post
watched_post(const Site *site, const Script *script, Watched *watched)
{
	Post post = post_of(site, script, "");
	watched->told = g_string_new(NULL);
	CourierWatch watch = {note_given_up, note_answer, watched};
	courier_set_watch(post.courier, &watch);
	return post;
}

static void
assert_watched(Post *post, Watched *watched, const char *want)
{
	post_stop(post);
	assert_string_equal(watched->told->str, want);
	g_string_free(watched->told, TRUE);
	post_clear(post);
}

static void
whoever_watches_hears_what_became_of_a_row(void **state)
{
	Watched watched = {0};
	Post post = watched_post(*state, &(Script){0}, &watched);
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	assert_int_equal(send_at(&post, NOW), 1);
	assert_watched(&post, &watched, "a sent; ");
}

static void
whoever_watches_is_told_of_what_is_given_up(void **state)
{
	Watched watched = {0};
	Post post = watched_post(*state, &(Script){.rcpt = "550 no"}, &watched);
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_row(post.store, 0, "failed", 1);
	assert_row(post.store, 1, "waiting", 0);
	assert_watched(&post, &watched, "a failed; given up a; ");
}

static void
whoever_watches_hears_of_what_is_tried_again(void **state)
{
	Watched watched = {0};
	Post post = watched_post(*state, &(Script){.rcpt = "451 no"}, &watched);
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	assert_int_equal(send_at(&post, NOW), 0);
	assert_row(post.store, 0, "waiting", 1);
	assert_watched(&post, &watched, "a waiting; ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sends_what_is_due_once),
		TEST(sends_nothing_before_it_is_due),
		TEST(sends_all_that_is_due),
		TEST(what_was_sent_belongs_to_the_thread),
		TEST(tries_again_later_and_later_until_it_is_of_no_use),
		TEST(sends_when_the_relay_is_well_again),
		TEST(tells_the_ticket_what_failed),
		TEST(tells_the_ticket_nothing_while_it_tries),
		TEST(does_not_send_what_comes_too_late),
		TEST(gives_up_at_once_on_what_is_refused),
		TEST(a_row_that_fails_holds_up_no_other),
		TEST(a_dead_relay_is_no_error_but_stands_in_the_row),
		TEST(leaves_a_reserved_row_to_the_other_until_it_ends),
		TEST(counts_the_time_that_a_slow_relay_takes),
		TEST(marks_what_was_sent_once_the_store_is_back),
		TEST(sends_what_was_held_as_the_hour_empties),
		TEST(whoever_watches_hears_what_became_of_a_row),
		TEST(whoever_watches_is_told_of_what_is_given_up),
		TEST(whoever_watches_hears_of_what_is_tried_again),
		TEST(a_dry_run_sends_nothing),
		TEST(refuses_a_relay_that_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
