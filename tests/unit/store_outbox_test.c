/* outbox: rows leave once, when they are due, and are counted. */
#include "store_fixture.h"

typedef struct Row {
	OutboxItem item;
	bool is_added;
} Row;

static bool
add_row_work(StoreTx *tx, void *data, GError **error)
{
	Row *row = data;
	return store_outbox_add(tx, &row->item, &row->is_added, error);
}

static bool
add_row(Store *store, OutboxItem item)
{
	Row row = {.item = item};
	must_write(store, add_row_work, &row);
	return row.is_added;
}

/* A row with what every row has. */
static OutboxItem
plain_item(const char *key, const char *state, int64_t next_at)
{
	return (OutboxItem){.key = TEXT(key),
			    .kind = TEXT("ack"),
			    .state = TEXT(state),
			    .recipient = TEXT("jan@home.example"),
			    .created_at = 1000,
			    .next_at = next_at};
}

typedef struct Taking {
	int64_t now, until;
	OutboxItem *item;
} Taking;

static bool
take_work(StoreTx *tx, void *data, GError **error)
{
	Taking *taking = data;
	return store_outbox_take(tx, taking->now, taking->until, &taking->item,
				 error);
}

/* The caller's; NULL when nothing is due. */
static OutboxItem *
take(Store *store, int64_t now, int64_t until)
{
	Taking taking = {now, until, NULL};
	must_write(store, take_work, &taking);
	return taking.item;
}

static void
assert_takes(Store *store, int64_t now, int64_t until, const char *key)
{
	g_autoptr(OutboxItem) item = take(store, now, until);
	assert_same_text("key", item ? item->key : NULL, key);
}

static bool
save_row_work(StoreTx *tx, void *data, GError **error)
{
	return store_outbox_save(tx, data, error);
}

static bool
list_rows_work(StoreTx *tx, void *data, GError **error)
{
	return store_outbox_list(tx, data, error);
}

/* The caller's. */
static GPtrArray *
list_rows(Store *store)
{
	GPtrArray *items = NULL;
	must_read(store, list_rows_work, &items);
	return items;
}

static bool
next_work(StoreTx *tx, void *data, GError **error)
{
	return store_outbox_next(tx, data, error);
}

static int64_t
next_of(Store *store)
{
	int64_t next_at = -1;
	must_read(store, next_work, &next_at);
	return next_at;
}

static void
assert_same_item(const OutboxItem *found, const OutboxItem *want)
{
	assert_same_text("key", found->key, want->key);
	assert_same_text("kind", found->kind, want->kind);
	assert_same_text("state", found->state, want->state);
	assert_same_text("ticket", found->ticket, want->ticket);
	assert_same_text("recipient", found->recipient, want->recipient);
	assert_same_text("subject", found->subject, want->subject);
	assert_same_text("text", found->text, want->text);
	assert_same_text("message_id", found->message_id, want->message_id);
	assert_int_equal(found->is_authenticated, want->is_authenticated);
	assert_same_text("desk", found->desk, want->desk);
	assert_int_equal(found->attempts, want->attempts);
	assert_int_equal(found->created_at, want->created_at);
	assert_int_equal(found->next_at, want->next_at);
	assert_same_text("last_error", found->last_error, want->last_error);
}

/* The local part as it was written: RFC 5321 2.4. */
static OutboxItem
full_item(GBytes *mail)
{
	return (OutboxItem){.key = TEXT("ack:2600000014"),
			    .kind = TEXT("ack"),
			    .state = TEXT("waiting"),
			    .ticket = TEXT("2600000014"),
			    .recipient = TEXT("Jan.deVries@Home.example"),
			    .subject =
				    TEXT("[ACME #2600000014] \"caf\303\251'"),
			    .text = TEXT("one\n\ntwo\n"),
			    .message_id = TEXT("a@acme.example"),
			    .mail = mail,
			    .is_authenticated = true,
			    .desk = TEXT("support"),
			    .created_at = 1000,
			    .next_at = 1060};
}

static void
keeps_every_field_of_a_row(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(GBytes) mail = g_bytes_new_static("A: b\r\n\r\n\0x", 10);
	OutboxItem item = full_item(mail);
	assert_true(add_row(store, item));
	g_autoptr(GPtrArray) items = list_rows(store);
	assert_int_equal(items->len, 1);
	const OutboxItem *listed = items->pdata[0];
	assert_same_item(listed, &item);
	assert_null(listed->mail);
	g_autoptr(OutboxItem) taken = take(store, 1060, 2000);
	assert_true(g_bytes_equal(taken->mail, mail));
	assert_int_equal(taken->id, listed->id);
	assert_same_text("recipient", taken->recipient, item.recipient);
}

static void
lists_the_whole_outbox_oldest_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_row(store, plain_item("a", "waiting", 900));
	add_row(store, plain_item("b", "sent", 100));
	add_row(store, plain_item("c", "held", 500));
	add_row(store, plain_item("d", "failed", 10));
	g_autoptr(GPtrArray) items = list_rows(store);
	assert_int_equal(items->len, 4);
	for (guint i = 0; i < items->len; i++) {
		const OutboxItem *item = items->pdata[i];
		assert_int_equal(item->key[0], 'a' + i);
	}
}

static void
no_two_rows_bear_one_key(void **state)
{
	g_autoptr(Store) store = open_store(state);
	assert_true(add_row(store, plain_item("a", "waiting", 900)));
	assert_false(add_row(store, plain_item("a", "sent", 100)));
	assert_true(add_row(store, plain_item("b", "waiting", 900)));
	assert_false(add_row(store, plain_item("a", "waiting", 900)));
	g_autoptr(GPtrArray) items = list_rows(store);
	assert_int_equal(items->len, 2);
	const OutboxItem *first = items->pdata[0];
	assert_string_equal(first->state, "waiting");
	assert_int_equal(first->next_at, 900);
}

static void
takes_what_is_due_longest_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_row(store, plain_item("late", "waiting", 300));
	add_row(store, plain_item("early", "waiting", 100));
	add_row(store, plain_item("tie", "waiting", 100));
	add_row(store, plain_item("future", "waiting", 301));
	assert_takes(store, 99, 999, NULL);
	assert_takes(store, 300, 999, "early");
	assert_takes(store, 300, 999, "tie");
	assert_takes(store, 300, 999, "late");
	assert_takes(store, 300, 999, NULL);
}

static void
takes_only_what_waits(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_row(store, plain_item("a", "sent", 100));
	add_row(store, plain_item("b", "held", 100));
	add_row(store, plain_item("c", "failed", 100));
	assert_takes(store, 999, 9999, NULL);
	assert_int_equal(next_of(store), 0);
}

static void
reserves_what_is_taken_until_the_instant(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_row(store, plain_item("a", "waiting", 100));
	g_autoptr(OutboxItem) first = take(store, 100, 220);
	assert_int_equal(first->attempts, 1);
	assert_takes(store, 219, 999, NULL);
	assert_int_equal(next_of(store), 220);
	/* whoever took it did not come back */
	g_autoptr(OutboxItem) again = take(store, 220, 340);
	assert_non_null(again);
	assert_int_equal(again->attempts, 2);
	g_autoptr(GPtrArray) items = list_rows(store);
	const OutboxItem *listed = items->pdata[0];
	assert_int_equal(listed->attempts, 2);
	assert_string_equal(listed->state, "waiting");
}

static void
a_reservation_holds_for_other_programs(void **state)
{
	g_autoptr(Store) one = open_store(state);
	g_autoptr(Store) two = open_store(state);
	add_row(one, plain_item("a", "waiting", 100));
	assert_takes(one, 100, 220, "a");
	assert_takes(two, 100, 220, NULL);
	assert_takes(two, 220, 340, "a");
	assert_takes(one, 220, 340, NULL);
}

static void
saves_what_became_of_a_row(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_row(store, plain_item("a", "waiting", 100));
	add_row(store, plain_item("b", "waiting", 100));
	g_autoptr(OutboxItem) item = take(store, 100, 220);
	item->next_at = 130;
	item->last_error = g_strdup("450 4.2.1 later");
	must_write(store, save_row_work, item);
	assert_int_equal(next_of(store), 100);
	assert_takes(store, 129, 999, "b");
	g_autoptr(OutboxItem) again = take(store, 130, 250);
	assert_string_equal(again->key, "a");
	assert_string_equal(again->last_error, "450 4.2.1 later");
	assert_int_equal(again->attempts, 2);
	g_free(again->state);
	again->state = g_strdup("sent");
	g_clear_pointer(&again->last_error, g_free);
	must_write(store, save_row_work, again);
	assert_takes(store, 998, 9999, NULL);
	g_autoptr(GPtrArray) items = list_rows(store);
	const OutboxItem *listed = items->pdata[0];
	assert_string_equal(listed->state, "sent");
	assert_null(listed->last_error);
}

static void
knows_when_the_next_row_is_due(void **state)
{
	g_autoptr(Store) store = open_store(state);
	assert_int_equal(next_of(store), 0);
	add_row(store, plain_item("a", "held", 50));
	assert_int_equal(next_of(store), 0);
	add_row(store, plain_item("b", "waiting", 300));
	add_row(store, plain_item("c", "waiting", 200));
	assert_int_equal(next_of(store), 200);
}

/* Kind, recipient, desk and cause of the rows that are counted below. */
static const struct {
	const char *kind, *state, *recipient, *desk;
	bool is_authenticated;
	int64_t created_at;
} counted[] = {
	{"ack", "waiting", "jan@home.example", "support", false, 1000},
	{"ack", "sent", "JAN@home.example", "support", true, 1100},
	{"ack", "failed", "els@HOME.example", "sales", false, 1200},
	{"ack", "held", "kim@other.example", "support", false, 1300},
	{"alert", "sent", "jan@home.example", "support", false, 1300},
};

typedef struct Counting {
	const char *kind;
	enum OutboxScope scope;
	const char *of;
	int64_t since;
	int64_t count;
} Counting;

static bool
count_work(StoreTx *tx, void *data, GError **error)
{
	Counting *counting = data;
	const OutboxWindow window = {.kind = counting->kind,
				     .scope = counting->scope,
				     .of = counting->of,
				     .since = counting->since,
				     .most = 100};
	return store_outbox_count(tx, &window, &counting->count, error);
}

static void
add_counted(Store *store)
{
	for (size_t i = 0; i < G_N_ELEMENTS(counted); i++) {
		g_autofree char *key = g_strdup_printf("key%zu", i);
		OutboxItem item = plain_item(key, counted[i].state, 2000);
		item.kind = TEXT(counted[i].kind);
		item.recipient = TEXT(counted[i].recipient);
		item.desk = TEXT(counted[i].desk);
		item.is_authenticated = counted[i].is_authenticated;
		item.created_at = counted[i].created_at;
		add_row(store, item);
	}
}

static void
counts_rows_within_their_scope(void **state)
{
	static const Counting cases[] = {
		/* of the site what was let go, not what is held or was given
		 * up before it was offered */
		{"ack", OUTBOX_SITE, NULL, 0, 2},
		{"ack", OUTBOX_SITE, NULL, 1050, 1},
		{"ack", OUTBOX_SITE, NULL, 1150, 0},
		{"ack", OUTBOX_SITE, NULL, 1301, 0},
		{"alert", OUTBOX_SITE, NULL, 0, 1},
		{"digest", OUTBOX_SITE, NULL, 0, 0},
		/* to an address whoever caused it, in any case */
		{"ack", OUTBOX_ADDRESS, "jan@home.example", 0, 2},
		{"ack", OUTBOX_ADDRESS, "Jan@Home.Example", 0, 2},
		{"ack", OUTBOX_ADDRESS, "jan@home.example", 1050, 1},
		/* however the same mailbox is written */
		{"ack", OUTBOX_ADDRESS, "jan+x@home.example", 0, 2},
		{"ack", OUTBOX_ADDRESS, "prvs=1234567890=jan@home.example", 0,
		 2},
		{"ack", OUTBOX_ADDRESS,
		 "SRS0=abcd=ef=home.example=jan@relay.example", 0, 2},
		{"ack", OUTBOX_ADDRESS, "+jan@home.example", 0, 0},
		{"ack", OUTBOX_ADDRESS, "nobody@home.example", 0, 0},
		{"ack", OUTBOX_ADDRESS, "", 0, 0},
		/* from strangers only */
		{"ack", OUTBOX_DOMAIN, "home.example", 0, 2},
		{"ack", OUTBOX_DOMAIN, "HOME.EXAMPLE", 0, 2},
		{"ack", OUTBOX_DOMAIN, "example", 0, 0},
		{"ack", OUTBOX_DOMAIN, "home.example", 1150, 1},
		{"ack", OUTBOX_DESK, "support", 0, 2},
		{"ack", OUTBOX_DESK, "sales", 0, 1},
		{"ack", OUTBOX_DESK, "support", 1250, 1},
	};
	g_autoptr(Store) store = open_store(state);
	add_counted(store);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Counting counting = cases[i];
		counting.count = -1;
		must_read(store, count_work, &counting);
		if (counting.count != cases[i].count)
			fail_msg("case %zu: %d", i, (int)counting.count);
	}
}

typedef struct Release {
	const char *kind;
	int64_t most;
	int64_t now;
} Release;

static bool
release_work(StoreTx *tx, void *data, GError **error)
{
	const Release *release = data;
	return store_outbox_release(tx, release->kind, release->most,
				    release->now, error);
}

static bool
has_held_work(StoreTx *tx, void *data, GError **error)
{
	return store_outbox_has_held(tx, "ack", data, error);
}

static bool
has_held(Store *store)
{
	bool has = false;
	must_read(store, has_held_work, &has);
	return has;
}

/* The states in the order of the rows, "waiting held". */
static void
assert_states(Store *store, const char *want)
{
	g_autoptr(GPtrArray) items = list_rows(store);
	g_autoptr(GString) states = g_string_new(NULL);
	for (guint i = 0; i < items->len; i++) {
		const OutboxItem *item = items->pdata[i];
		g_string_append_printf(states, "%s%s", i > 0 ? " " : "",
				       item->state);
	}
	assert_string_equal(states->str, want);
}

static void
releases_what_is_held_oldest_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	assert_false(has_held(store));
	add_row(store, plain_item("a", "sent", 100));
	add_row(store, plain_item("b", "held", 900));
	add_row(store, plain_item("c", "held", 100));
	add_row(store, plain_item("d", "held", 500));
	OutboxItem alert = plain_item("e", "held", 100);
	alert.kind = TEXT("alert");
	add_row(store, alert);
	assert_true(has_held(store));
	must_write(store, release_work, &(Release){"ack", 0, 5000});
	must_write(store, release_work, &(Release){"ack", -1, 5000});
	assert_states(store, "sent held held held held");
	must_write(store, release_work, &(Release){"ack", 2, 5000});
	assert_states(store, "sent waiting waiting held held");
	assert_true(has_held(store));
	must_write(store, release_work, &(Release){"ack", 9, 6000});
	assert_states(store, "sent waiting waiting waiting held");
	assert_false(has_held(store));
}

/* So that its hour, and its time to be of use, begin with the release. */
static void
what_is_released_is_made_and_due_now(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_row(store, plain_item("a", "held", 1060));
	Counting counting = {"ack", OUTBOX_SITE, NULL, 4999, -1};
	must_read(store, count_work, &counting);
	assert_int_equal(counting.count, 0);
	must_write(store, release_work, &(Release){"ack", 1, 5000});
	must_read(store, count_work, &counting);
	assert_int_equal(counting.count, 1);
	assert_takes(store, 4999, 9999, NULL);
	g_autoptr(OutboxItem) item = take(store, 5000, 5120);
	assert_non_null(item);
	assert_int_equal(item->created_at, 5000);
}

static void
figures_count_what_they_name(void **state)
{
	g_autoptr(Store) store = open_store(state);
	static const enum TicketState states[] = {TICKET_OPEN, TICKET_OPEN,
						  TICKET_PENDING, TICKET_SOLVED,
						  TICKET_CLOSED};
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		g_autoptr(Ticket) ticket = plain_ticket();
		ticket->state = states[i];
		add_ticket(store, ticket, 2026);
	}
	add_counted(store);
	add_row(store, plain_item("more", "failed", 1));
	StoreFigures figures = figures_of(store);
	assert_int_equal(figures.tickets, 5);
	assert_int_equal(figures.open, 2);
	assert_int_equal(figures.messages, 0);
	assert_int_equal(figures.outbox_waiting, 1);
	assert_int_equal(figures.outbox_held, 1);
	assert_int_equal(figures.outbox_failed, 2);
}

static bool
withdraw_work(StoreTx *tx, void *data, GError **error)
{
	return store_outbox_withdraw(tx, data, "ack", "overtaken", error);
}

static bool
expire_work(StoreTx *tx, void *data, GError **error)
{
	const int64_t *now = data;
	return store_outbox_expire_held(tx, "ack", *now, "too late", error);
}

static void
add_of(Store *store, const char *key, const char *ticket, const char *state,
       int64_t next_at)
{
	OutboxItem item = plain_item(TEXT(key), TEXT(state), next_at);
	item.ticket = TEXT(ticket);
	add_row(store, item);
}

static void
withdraws_what_waits_of_a_ticket(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_of(store, "a", "2600000014", "waiting", 2000);
	add_of(store, "b", "2600000014", "held", 2000);
	add_of(store, "c", "2600000014", "sent", 2000);
	add_of(store, "d", "2600000022", "waiting", 2000);
	must_write(store, withdraw_work, TEXT("2600000014"));
	assert_states(store, "failed failed sent waiting");
	g_autoptr(GPtrArray) items = list_rows(store);
	const OutboxItem *item = items->pdata[0];
	assert_string_equal(item->last_error, "overtaken");
}

static bool
save_work(StoreTx *tx, void *data, GError **error)
{
	return store_outbox_save(tx, data, error);
}

static void
what_was_withdrawn_on_its_way_is_not_tried_again(void **state)
{
	static const char *const answers[] = {"waiting", "sent"};
	static const char *const become[] = {"failed", "sent"};
	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		g_autoptr(Store) store = open_store(state);
		g_autofree char *key = g_strdup_printf("key%zu", i);
		g_autofree char *number = g_strdup_printf("260000000%zu", i);
		add_of(store, key, number, "waiting", 2000 + (int64_t)i);
		Taking taking = {.now = 3000, .until = 3100};
		must_write(store, take_work, &taking);
		must_write(store, withdraw_work, number);
		g_free(taking.item->state);
		taking.item->state = g_strdup(answers[i]);
		must_write(store, save_work, taking.item);
		outbox_item_free(taking.item);
		g_autoptr(GPtrArray) items = list_rows(store);
		const OutboxItem *item = items->pdata[items->len - 1];
		assert_string_equal(item->state, become[i]);
	}
}

static void
assert_taken(Store *store, int64_t at, const char *want)
{
	Taking taking = {.now = at, .until = at + 100};
	must_write(store, take_work, &taking);
	assert_same_text("key", taking.item ? taking.item->key : NULL, want);
	outbox_item_free(taking.item);
}

static void
lets_a_row_wait_for_those_before_it(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_of(store, "first", "2600000014", "waiting", 2060);
	add_of(store, "second", "2600000014", "waiting", 2000);
	add_of(store, "other", "2600000022", "waiting", 2010);
	add_of(store, "none", NULL, "waiting", 2020);
	assert_taken(store, 2050, "other");
	assert_taken(store, 2050, "none");
	assert_taken(store, 2050, NULL);
	assert_taken(store, 2060, "first");
	/* it is on its way, until it is told what became of it */
	assert_taken(store, 2061, NULL);
	must_write(store, withdraw_work, TEXT("2600000099"));
}

static void
gives_up_what_was_held_too_long(void **state)
{
	g_autoptr(Store) store = open_store(state);
	static const int64_t expiries[] = {100, 300, 0};
	for (size_t i = 0; i < G_N_ELEMENTS(expiries); i++) {
		g_autofree char *key = g_strdup_printf("key%zu", i);
		OutboxItem item = plain_item(key, TEXT("held"), 50);
		item.expires_at = expiries[i];
		add_row(store, item);
	}
	int64_t now = 200;
	must_write(store, expire_work, &now);
	assert_states(store, "failed held held");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(withdraws_what_waits_of_a_ticket),
		IN_SCRATCH(what_was_withdrawn_on_its_way_is_not_tried_again),
		IN_SCRATCH(lets_a_row_wait_for_those_before_it),
		IN_SCRATCH(gives_up_what_was_held_too_long),
		IN_SCRATCH(keeps_every_field_of_a_row),
		IN_SCRATCH(lists_the_whole_outbox_oldest_first),
		IN_SCRATCH(no_two_rows_bear_one_key),
		IN_SCRATCH(takes_what_is_due_longest_first),
		IN_SCRATCH(takes_only_what_waits),
		IN_SCRATCH(reserves_what_is_taken_until_the_instant),
		IN_SCRATCH(a_reservation_holds_for_other_programs),
		IN_SCRATCH(saves_what_became_of_a_row),
		IN_SCRATCH(knows_when_the_next_row_is_due),
		IN_SCRATCH(counts_rows_within_their_scope),
		IN_SCRATCH(releases_what_is_held_oldest_first),
		IN_SCRATCH(what_is_released_is_made_and_due_now),
		IN_SCRATCH(figures_count_what_they_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
