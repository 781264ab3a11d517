/* post: a relay, a store and a courier between them. */
#ifndef LOKET_TESTS_POST_H
#define LOKET_TESTS_POST_H

#include <loket/clock.h>
#include <loket/courier.h>

#include "config_site.h"
#include "relay.h"

#define NOW 1772582400
#define MAIL "Subject: [ACME #2600000014] x\r\n\r\nhello\r\n"
#define RECIPIENT "jan@home.example"

/* A constant where the store borrows a char *. */
#define TEXT(words) ((char *)(uintptr_t)(words))

/* A relay, a store and a courier between them. */
typedef struct Post {
	Relay *relay;
	Config *config;
	Store *store;
	Courier *courier;
} Post;

static inline Store *
store_of(const Site *site)
{
	g_autofree char *url =
		g_strconcat("sqlite:", site->directory, "/loket.db", NULL);
	Store *store = store_open(url, STORE_WRITE, NULL);
	assert_non_null(store);
	return store;
}

/* settings are added to the configuration. */
static inline Post
post_of(const Site *site, const Script *script, const char *settings)
{
	Post post = {.relay = relay_start(script), .store = store_of(site)};
	g_autofree char *text = g_strconcat("relay = \"", post.relay->url,
					    "\"\n", settings, DESK, NULL);
	g_autoptr(GError) error = NULL;
	post.config = load(site, text);
	post.courier = courier_new(post.config, post.store, &error);
	if (!post.courier)
		fail_msg("%s", error->message);
	return post;
}

/* What the relay heard can be read after it. */
static inline void
post_stop(Post *post)
{
	g_clear_pointer(&post->courier, courier_free);
	relay_stop(post->relay);
}

static inline void
post_clear(Post *post)
{
	relay_free(post->relay);
	store_close(post->store);
	config_free(post->config);
}

static inline unsigned
send_at(Post *post, int64_t now)
{
	unsigned sent = 0;
	g_autoptr(GError) error = NULL;
	if (!courier_send_due(post->courier, now, &sent, &error))
		fail_msg("%s", error->message);
	return sent;
}

static inline bool
add_work(StoreTx *tx, void *data, GError **error)
{
	bool is_added;
	return store_outbox_add(tx, data, &is_added, error) && is_added;
}

static inline bool
ticket_work(StoreTx *tx, void *data, GError **error)
{
	return store_ticket_add(tx, data, 2026, error);
}

static inline void
must_write(Store *store, StoreWork *work, void *data)
{
	g_autoptr(GError) error = NULL;
	if (!store_write(store, work, data, &error))
		fail_msg("%s", error ? error->message : "not added");
}

static inline void
add_row(Store *store, OutboxItem item)
{
	g_autoptr(GBytes) mail = g_bytes_new_static(MAIL, strlen(MAIL));
	item.kind = TEXT("ack");
	item.state = TEXT("waiting");
	item.mail = mail;
	item.created_at = item.created_at ? item.created_at : NOW;
	item.next_at = item.next_at ? item.next_at : NOW;
	if (!item.recipient)
		item.recipient = TEXT(RECIPIENT);
	must_write(store, add_work, &item);
}

static inline bool
list_work(StoreTx *tx, void *data, GError **error)
{
	return store_outbox_list(tx, data, error);
}

/* The caller's. */
static inline GPtrArray *
rows_of(Store *store)
{
	GPtrArray *rows = NULL;
	assert_true(store_read(store, list_work, &rows, NULL));
	return rows;
}

static inline void
assert_row(Store *store, guint i, const char *state, int attempts)
{
	g_autoptr(GPtrArray) rows = rows_of(store);
	assert_true(i < rows->len);
	const OutboxItem *row = rows->pdata[i];
	assert_string_equal(row->state, state);
	assert_int_equal(row->attempts, attempts);
}

static inline int64_t
next_at(Store *store, guint i)
{
	g_autoptr(GPtrArray) rows = rows_of(store);
	const OutboxItem *row = rows->pdata[i];
	return row->next_at;
}

static inline void
assert_error(Store *store, guint i, const char *want)
{
	g_autoptr(GPtrArray) rows = rows_of(store);
	const OutboxItem *row = rows->pdata[i];
	if (g_strcmp0(row->last_error, want) != 0)
		fail_msg("last error: %s", row->last_error);
}

/* Of a Post, in a thread of its own. */
static inline void *
send_all(void *data)
{
	Post *post = data;
	unsigned sent = 0;
	bool ok = courier_send_due(post->courier, NOW, &sent, NULL);
	return ok ? GUINT_TO_POINTER(sent) : GUINT_TO_POINTER(1000);
}

#endif
