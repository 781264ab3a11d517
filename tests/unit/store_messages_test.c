/* messages: the mails of a thread, those without one, and mails seen. */
#include <zstd.h>

#include "store_fixture.h"

static bool
message_work(StoreTx *tx, void *data, GError **error)
{
	return store_message_add(tx, data, error);
}

/* A message with what every message has. */
static MessageDraft
plain_draft(const char *ticket, const char *message_id)
{
	return (MessageDraft){.ticket = ticket,
			      .message_id = message_id,
			      .role = "customer",
			      .direction = "in",
			      .at = 1772582400};
}

static void
add_message(Store *store, const char *ticket, const char *message_id)
{
	MessageDraft draft = plain_draft(ticket, message_id);
	must_write(store, message_work, &draft);
}

typedef struct Thread {
	const char *number;
	const char *role;
	int limit;
	GPtrArray *messages;
} Thread;

static bool
thread_work(StoreTx *tx, void *data, GError **error)
{
	Thread *thread = data;
	return store_messages_list(tx, thread->number, &thread->messages,
				   error);
}

static bool
loose_work(StoreTx *tx, void *data, GError **error)
{
	Thread *thread = data;
	return store_loose_list(tx, thread->role, thread->limit,
				&thread->messages, error);
}

/* The Message-IDs that a listing gives, "a b c". */
static char *
ids_text(Store *store, StoreWork *list, Thread thread)
{
	must_read(store, list, &thread);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < thread.messages->len; i++) {
		const Message *message = thread.messages->pdata[i];
		g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
				       message->message_id);
	}
	g_ptr_array_unref(thread.messages);
	return g_string_free(text, FALSE);
}

static void
assert_same_message(const Message *found, const MessageDraft *want)
{
	assert_same_text("ticket", found->ticket, want->ticket);
	assert_same_text("message_id", found->message_id, want->message_id);
	assert_same_text("role", found->role, want->role);
	assert_same_text("direction", found->direction, want->direction);
	assert_same_text("from", found->from, want->from);
	assert_int_equal(found->at, want->at);
	assert_same_text("subject", found->subject, want->subject);
	assert_same_text("new_text", found->new_text, want->new_text);
	assert_same_text("attachments", found->attachments, want->attachments);
	assert_same_text("envelope", found->envelope_from, want->envelope_from);
	assert_same_text("queue_id", found->queue_id, want->queue_id);
	assert_same_text("desk", found->desk, want->desk);
	assert_same_text("reason", found->reason, want->reason);
	assert_int_equal(found->to->len, want->to->len);
	for (guint i = 0; i < want->to->len; i++)
		assert_string_equal(found->to->pdata[i], want->to->pdata[i]);
}

static void
keeps_every_field_of_a_message(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *number = add_plain(store);
	g_autoptr(GPtrArray) to = g_ptr_array_new();
	g_ptr_array_add(to, TEXT("support@acme.example"));
	g_ptr_array_add(to, TEXT("\"a b\"@home.example"));
	g_autoptr(GBytes) raw = g_bytes_new_static("Subject: x\r\n", 12);
	g_autoptr(GBytes) packed = store_pack(raw, NULL);
	MessageDraft draft = {.ticket = number,
			      .message_id = "a'b@home.example",
			      .role = "agent",
			      .direction = "out",
			      .from = "jan@acme.example",
			      .to = to,
			      .at = 1772582401,
			      .subject = "caf\303\251 \"x\"",
			      .new_text = "one\n\ntwo \342\202\254\n",
			      .attachments = "[{\"filename\":\"a.pdf\"}]",
			      .envelope_from = "",
			      .queue_id = "4XyZ",
			      .desk = "support",
			      .reason = "login",
			      .packed = packed};
	must_write(store, message_work, &draft);
	Thread thread = {.number = number};
	must_read(store, thread_work, &thread);
	assert_int_equal(thread.messages->len, 1);
	assert_same_message(thread.messages->pdata[0], &draft);
	g_ptr_array_unref(thread.messages);
}

static void
a_message_may_tell_little(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *number = add_plain(store);
	g_autoptr(GPtrArray) nobody = g_ptr_array_new();
	MessageDraft draft = plain_draft(number, NULL);
	must_write(store, message_work, &draft);
	Thread thread = {.number = number};
	must_read(store, thread_work, &thread);
	draft.to = nobody;
	draft.attachments = "[]";
	assert_same_message(thread.messages->pdata[0], &draft);
	g_ptr_array_unref(thread.messages);
}

static void
lists_a_thread_oldest_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	add_message(store, one, "a");
	add_message(store, two, "b");
	add_message(store, NULL, "c");
	add_message(store, one, "d");
	add_message(store, one, "a");
	g_autofree char *first =
		ids_text(store, thread_work, (Thread){.number = one});
	assert_string_equal(first, "a d a");
	g_autofree char *second =
		ids_text(store, thread_work, (Thread){.number = two});
	assert_string_equal(second, "b");
	g_autofree char *none =
		ids_text(store, thread_work, (Thread){.number = "2600000038"});
	assert_string_equal(none, "");
}

static void
lists_loose_messages_of_a_role_newest_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *number = add_plain(store);
	static const struct {
		const char *id, *role;
		bool is_in_thread;
	} added[] = {
		{"a", "spam", false}, {"b", "bounce", false},
		{"c", "spam", true},  {"d", "spam", false},
		{"e", "spam", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(added); i++) {
		MessageDraft draft = plain_draft(
			added[i].is_in_thread ? number : NULL, added[i].id);
		draft.role = added[i].role;
		must_write(store, message_work, &draft);
	}
	static const struct {
		const char *role;
		int limit;
		const char *want;
	} cases[] = {
		{"spam", 0, "e d a"}, {"spam", 2, "e d"}, {"spam", 9, "e d a"},
		{"bounce", 0, "b"},   {"robot", 0, ""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			ids_text(store, loose_work,
				 (Thread){.role = cases[i].role,
					  .limit = cases[i].limit});
		assert_string_equal(text, cases[i].want);
	}
}

typedef struct Finding {
	const char *message_id;
	char *number;
} Finding;

static bool
ticket_of_work(StoreTx *tx, void *data, GError **error)
{
	Finding *finding = data;
	return store_ticket_of_message(tx, finding->message_id,
				       &finding->number, error);
}

static void
finds_the_ticket_that_had_a_message_id_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	add_message(store, one, "a@x");
	add_message(store, one, "b@x");
	add_message(store, two, "b@x");
	add_message(store, NULL, "b@x");
	add_message(store, NULL, "c@x");
	add_message(store, one, NULL);
	const struct {
		const char *id, *want;
	} cases[] = {
		{"a@x", one},  {"b@x", one}, {"c@x", NULL},
		{"d@x", NULL}, {"", NULL},   {"a@X%", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Finding finding = {.message_id = cases[i].id};
		must_read(store, ticket_of_work, &finding);
		assert_same_text(cases[i].id, finding.number, cases[i].want);
		g_free(finding.number);
	}
}

static bool
ticket_of_conversation_work(StoreTx *tx, void *data, GError **error)
{
	Finding *finding = data;
	return store_ticket_of_conversation(tx, finding->message_id,
					    &finding->number, error);
}

static void
finds_the_ticket_that_had_a_conversation_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	const char *tickets[] = {NULL, two, one};
	for (size_t i = 0; i < G_N_ELEMENTS(tickets); i++) {
		MessageDraft draft = plain_draft(tickets[i], "a@x");
		draft.conversation = "Adk6";
		must_write(store, message_work, &draft);
	}
	add_message(store, one, "Bdk6");
	const struct {
		const char *conversation, *want;
	} cases[] = {{"Adk6", two}, {"adk6", NULL}, {"Bdk6", NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Finding finding = {.message_id = cases[i].conversation};
		must_read(store, ticket_of_conversation_work, &finding);
		assert_same_text(cases[i].conversation, finding.number,
				 cases[i].want);
		g_free(finding.number);
	}
}

static void
no_ticket_has_no_message(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(GError) error = NULL;
	MessageDraft draft = plain_draft("2600000014", "a@x");
	assert_false(store_write(store, message_work, &draft, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
	assert_int_equal(figures_of(store).messages, 0);
}

/* What the store keeps of the newest mail, unpacked with zstd itself. */
static void
assert_raw(sqlite3 *db, const void *want, size_t size)
{
	sqlite3_stmt *row;
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT size, zstd FROM raw"
					    " ORDER BY message DESC LIMIT 1",
					    -1, &row, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int64(row, 0), size);
	g_autofree char *unpacked = g_malloc(size + 1);
	size_t length =
		ZSTD_decompress(unpacked, size + 1, sqlite3_column_blob(row, 1),
				(size_t)sqlite3_column_bytes(row, 1));
	assert_int_equal(length, size);
	assert_memory_equal(unpacked, want, size);
	(void)sqlite3_finalize(row);
}

static void
keeps_the_whole_mail_byte_for_byte(void **state)
{
	g_autoptr(Store) store = open_store(state);
	enum { LARGE = 3000000 };
	/* what zstd cannot make smaller */
	g_autofree guint32 *noise = g_malloc(LARGE);
	g_autoptr(GRand) random = g_rand_new_with_seed(1);
	for (size_t i = 0; i < LARGE / sizeof(*noise); i++)
		noise[i] = g_rand_int(random);
	const struct {
		const void *bytes;
		size_t size;
	} cases[] = {
		{"Subject: x\r\n\r\nhello\r\n", 21},
		{"\0\377\r\n.\0", 6},
		{"", 0},
		{noise, LARGE},
	};
	sqlite3 *db = open_aside(state);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) raw =
			g_bytes_new_static(cases[i].bytes, cases[i].size);
		MessageDraft draft = plain_draft(NULL, NULL);
		g_autoptr(GBytes) packed = store_pack(raw, NULL);
		draft.packed = packed;
		must_write(store, message_work, &draft);
		assert_raw(db, cases[i].bytes, cases[i].size);
	}
	(void)sqlite3_close(db);
}

typedef struct Sight {
	const char *key;
	int64_t since;
	Seen *seen;
} Sight;

static bool
see_work(StoreTx *tx, void *data, GError **error)
{
	const Sight *sight = data;
	return store_seen_put(tx, sight->key, sight->seen, sight->since, error);
}

static bool
seen_work(StoreTx *tx, void *data, GError **error)
{
	Sight *sight = data;
	return store_seen_get(tx, sight->key, sight->since, &sight->seen,
			      error);
}

static void
see(Store *store, const char *key, const char *ticket, const char *recipients,
    int64_t at)
{
	Seen seen = {TEXT(ticket), TEXT(recipients), at};
	must_write(store, see_work, &(Sight){key, 0, &seen});
}

static Seen *
seen_since(Store *store, const char *key, int64_t since)
{
	Sight sight = {.key = key, .since = since};
	must_read(store, seen_work, &sight);
	return sight.seen;
}

static void
remembers_a_mail_since_an_instant(void **state)
{
	g_autoptr(Store) store = open_store(state);
	see(store, "key", "2600000014", "a@x\nb@x", 1000);
	static const int64_t since[] = {0, 999, 1000};
	for (size_t i = 0; i < G_N_ELEMENTS(since); i++) {
		g_autoptr(Seen) seen = seen_since(store, "key", since[i]);
		assert_non_null(seen);
		assert_string_equal(seen->ticket, "2600000014");
		assert_string_equal(seen->recipients, "a@x\nb@x");
		assert_int_equal(seen->at, 1000);
	}
	assert_null(seen_since(store, "key", 1001));
	assert_null(seen_since(store, "other", 0));
}

static void
remembers_the_latest_of_a_mail(void **state)
{
	g_autoptr(Store) store = open_store(state);
	see(store, "key", "2600000014", "a@x", 1000);
	see(store, "other", "2600000023", "c@x", 1500);
	see(store, "key", NULL, "a@x\nb@x", 2000);
	g_autoptr(Seen) seen = seen_since(store, "key", 2000);
	assert_non_null(seen);
	assert_null(seen->ticket);
	assert_string_equal(seen->recipients, "a@x\nb@x");
	g_autoptr(Seen) other = seen_since(store, "other", 0);
	assert_string_equal(other->ticket, "2600000023");
}

/* Mails seen at 1, 2, 3 ..., all in one transaction. */
static bool
crowd_work(StoreTx *tx, void *data, GError **error)
{
	const int *n = data;
	for (int i = 1; i <= *n; i++) {
		g_autofree char *key = g_strdup_printf("old%d", i);
		Seen seen = {NULL, TEXT(""), i};
		if (!store_seen_put(tx, key, &seen, 0, error))
			return false;
	}
	return true;
}

static void
forgets_mails_from_before_the_window(void **state)
{
	g_autoptr(Store) store = open_store(state);
	must_write(store, crowd_work, &(int){10});
	Seen seen = {NULL, TEXT(""), 2000};
	must_write(store, see_work, &(Sight){"new", 8, &seen});
	sqlite3 *db = open_aside(state);
	assert_int_equal(sql_number(db, "SELECT min(at) FROM seen"), 8);
	assert_int_equal(sql_number(db, "SELECT count(*) FROM seen"), 4);
	(void)sqlite3_close(db);
}

/* The one mail that pays for it must not wait long. */
static void
forgets_at_most_so_many_at_a_time(void **state)
{
	g_autoptr(Store) store = open_store(state);
	must_write(store, crowd_work, &(int){STORE_FORGET_MAX + 50});
	Seen seen = {NULL, TEXT(""), 2000};
	sqlite3 *db = open_aside(state);
	must_write(store, see_work, &(Sight){"new", 1000, &seen});
	assert_int_equal(sql_number(db, "SELECT count(*) FROM seen"), 51);
	/* the oldest go first */
	assert_int_equal(sql_number(db, "SELECT min(at) FROM seen"),
			 STORE_FORGET_MAX + 1);
	must_write(store, see_work, &(Sight){"newer", 1000, &seen});
	assert_int_equal(sql_number(db, "SELECT count(*) FROM seen"), 2);
	(void)sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(keeps_every_field_of_a_message),
		IN_SCRATCH(a_message_may_tell_little),
		IN_SCRATCH(lists_a_thread_oldest_first),
		IN_SCRATCH(lists_loose_messages_of_a_role_newest_first),
		IN_SCRATCH(finds_the_ticket_that_had_a_message_id_first),
		IN_SCRATCH(finds_the_ticket_that_had_a_conversation_first),
		IN_SCRATCH(no_ticket_has_no_message),
		IN_SCRATCH(keeps_the_whole_mail_byte_for_byte),
		IN_SCRATCH(remembers_a_mail_since_an_instant),
		IN_SCRATCH(remembers_the_latest_of_a_mail),
		IN_SCRATCH(forgets_mails_from_before_the_window),
		IN_SCRATCH(forgets_at_most_so_many_at_a_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
