/* courier: its threads, beside each other and beside other programs. */
#include "post.h"

static void
two_couriers_of_one_store_send_each_row_once(void **state)
{
	static const Script usual = {0};
	enum { ROWS = 40 };
	Post posts[2];
	GThread *threads[2];
	guint sent = 0;
	int heard = 0;
	for (int i = 0; i < 2; i++)
		posts[i] = post_of(*state, &usual, "");
	for (int i = 0; i < ROWS; i++) {
		g_autofree char *key = g_strdup_printf("%d", i);
		add_row(posts[0].store, (OutboxItem){.key = key});
	}
	for (int i = 0; i < 2; i++)
		threads[i] = g_thread_new("courier", send_all, &posts[i]);
	for (int i = 0; i < 2; i++)
		sent += GPOINTER_TO_UINT(g_thread_join(threads[i]));
	for (guint i = 0; i < ROWS; i++)
		assert_row(posts[1].store, i, "sent", 1);
	for (int i = 0; i < 2; i++) {
		post_stop(&posts[i]);
		heard += count(posts[i].relay->heard->str, "\r\nDATA\r\n");
		post_clear(&posts[i]);
	}
	assert_int_equal(sent, ROWS);
	assert_int_equal(heard, ROWS);
}

static bool
is_sent_within(Store *store, guint i, double seconds)
{
	gint64 deadline =
		g_get_monotonic_time() + (gint64)(seconds * G_TIME_SPAN_SECOND);
	for (;;) {
		g_autoptr(GPtrArray) rows = rows_of(store);
		const OutboxItem *row = rows->pdata[i];
		if (strcmp(row->state, "sent") == 0)
			return true;
		if (g_get_monotonic_time() > deadline)
			return false;
		g_usleep(10000);
	}
}

static void
its_thread_sends_what_becomes_due(void **state)
{
	Post post = post_of(*state, &(Script){0}, "");
	/* before it runs, while it rests, and by another program */
	add_row(post.store, (OutboxItem){.key = TEXT("a")});
	courier_start(post.courier);
	assert_true(is_sent_within(post.store, 0, 5));
	add_row(post.store, (OutboxItem){.key = TEXT("b")});
	assert_true(is_sent_within(post.store, 1, 5));
	g_autoptr(Store) other = store_of(*state);
	add_row(other, (OutboxItem){.key = TEXT("c"),
				    .next_at = clock_now() + 1,
				    .created_at = clock_now()});
	assert_true(is_sent_within(post.store, 2, 10));
	gint64 began = g_get_monotonic_time();
	post_stop(&post);
	assert_true(g_get_monotonic_time() - began < 2 * G_TIME_SPAN_SECOND);
	assert_int_equal(count(post.relay->heard->str, "\r\nDATA\r\n"), 3);
	post_clear(&post);
}

static void
its_thread_ends_between_two_mails(void **state)
{
	enum { ROWS = 30 };
	Post post = post_of(*state, &(Script){.delay_ms = 200}, "");
	for (int i = 0; i < ROWS; i++) {
		g_autofree char *key = g_strdup_printf("%d", i);
		add_row(post.store, (OutboxItem){.key = key});
	}
	courier_start(post.courier);
	assert_true(is_sent_within(post.store, 0, 5));
	gint64 began = g_get_monotonic_time();
	post_stop(&post);
	assert_true(g_get_monotonic_time() - began < 2 * G_TIME_SPAN_SECOND);
	assert_row(post.store, ROWS - 1, "waiting", 0);
	post_clear(&post);
}

static void
sends_several_at_once_over_kept_connections(void **state)
{
	enum { ROWS = 24 };
	Post post = post_of(*state, &(Script){.delay_ms = 50}, "");
	for (int i = 0; i < ROWS; i++) {
		g_autofree char *key = g_strdup_printf("%d", i);
		add_row(post.store, (OutboxItem){.key = key});
	}
	courier_start(post.courier);
	for (guint i = 0; i < ROWS; i++)
		assert_true(is_sent_within(post.store, i, 10));
	post_stop(&post);
	assert_int_equal(count(post.relay->heard->str, "MAIL FROM"), ROWS);
	assert_int_equal(post.relay->most_at_once, COURIER_WORKERS);
	assert_int_equal(post.relay->connections, COURIER_WORKERS);
	post_clear(&post);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_couriers_of_one_store_send_each_row_once),
		TEST(its_thread_sends_what_becomes_due),
		TEST(its_thread_ends_between_two_mails),
		TEST(sends_several_at_once_over_kept_connections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
