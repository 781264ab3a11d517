/* tickets: what is put into the store comes back as it was. */
#include "store_fixture.h"

static void
assert_number(Store *store, int year, const char *want)
{
	g_autoptr(Ticket) ticket = plain_ticket();
	assert_string_equal(add_ticket(store, ticket, year), want);
}

static void
numbers_are_one_sequence_across_the_years(void **state)
{
	g_autoptr(Store) store = open_store(state);
	assert_number(store, 2026, "2600000014");
	assert_number(store, 2026, "2600000023");
	assert_number(store, 2026, "2600000038");
	assert_number(store, 2027, "2700000049");
	/* a clock that was set back */
	assert_number(store, 2026, "2600000051");
}

static void
numbers_go_on_after_reopening(void **state)
{
	Store *store = open_store(state);
	assert_number(store, 2026, "2600000014");
	store_close(store);
	store = open_store(state);
	assert_number(store, 2026, "2600000023");
	store_close(store);
}

static bool
add_and_fail(StoreTx *tx, void *data, GError **error)
{
	if (add_work(tx, data, error))
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT, "no");
	return false;
}

static void
a_ticket_that_was_not_made_uses_no_number(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(Ticket) ticket = plain_ticket();
	assert_false(store_write(store, add_and_fail, &(Adding){ticket, 2026},
				 NULL));
	assert_number(store, 2026, "2600000014");
	assert_int_equal(figures_of(store).tickets, 1);
}

static void
the_last_number_is_followed_by_none(void **state)
{
	Store *store = open_store(state);
	store_close(store);
	sqlite3 *db = open_aside(state);
	sql(db, "UPDATE site SET sequence = 9999998");
	(void)sqlite3_close(db);
	store = open_store(state);
	assert_number(store, 2026, "2699999998");
	for (int i = 0; i < 3; i++) {
		g_autoptr(Ticket) ticket = plain_ticket();
		g_autoptr(GError) error = NULL;
		assert_false(store_write(store, add_work,
					 &(Adding){ticket, 2026}, &error));
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_TEMPORARY));
	}
	assert_int_equal(figures_of(store).tickets, 1);
	store_close(store);
}

/* A ticket with something in every field. */
static Ticket *
full_ticket(void)
{
	Ticket *ticket = plain_ticket();
	ticket->state = TICKET_SOLVED;
	ticket->subject = g_strdup("Robert'); DROP TABLE ticket;-- \342\202\254"
				   "\n\tand more");
	ticket->customer_name = g_strdup("");
	ticket->language = g_strdup("nl");
	ticket->agent = g_strdup("jan@acme.example");
	ticket->team = g_strdup("tweedelijn");
	ticket->queue_id = g_strdup("4XyZ0a1b2c");
	ticket->is_confirmed = true;
	ticket->is_undeliverable = true;
	ticket->promise = 1773160200;
	ticket->closed_at = 1773000000;
	return ticket;
}

static void
assert_same_clock(const TicketClock *found, const TicketClock *want)
{
	assert_int_equal(found->kind, want->kind);
	assert_int_equal(found->target.unit, want->target.unit);
	assert_int_equal(found->target.n, want->target.n);
	assert_int_equal(found->started_at, want->started_at);
	assert_int_equal(found->due, want->due);
	assert_int_equal(found->due_now, want->due_now);
	assert_int_equal(found->met_at, want->met_at);
	assert_int_equal(found->ended_at, want->ended_at);
	assert_same_text("met_by", found->met_by, want->met_by);
}

static void
assert_same_ticket(const Ticket *found, const Ticket *want)
{
	assert_same_text("number", found->number, want->number);
	assert_same_text("desk", found->desk, want->desk);
	assert_same_text("type", found->type, want->type);
	assert_int_equal(found->state, want->state);
	assert_same_text("subject", found->subject, want->subject);
	assert_same_text("customer", found->customer, want->customer);
	assert_same_text("name", found->customer_name, want->customer_name);
	assert_same_text("language", found->language, want->language);
	assert_same_text("agent", found->agent, want->agent);
	assert_same_text("team", found->team, want->team);
	assert_same_text("channel", found->channel, want->channel);
	assert_int_equal(found->received_at, want->received_at);
	assert_same_text("queue_id", found->queue_id, want->queue_id);
	assert_int_equal(found->is_confirmed, want->is_confirmed);
	assert_int_equal(found->is_undeliverable, want->is_undeliverable);
	assert_int_equal(found->promise, want->promise);
	assert_int_equal(found->closed_at, want->closed_at);
	assert_int_equal(found->clocks->len, want->clocks->len);
	for (guint i = 0; i < want->clocks->len; i++)
		assert_same_clock(found->clocks->pdata[i],
				  want->clocks->pdata[i]);
}

typedef struct Getting {
	const char *number;
	Ticket *ticket;
} Getting;

static bool
get_work(StoreTx *tx, void *data, GError **error)
{
	Getting *getting = data;
	return store_ticket_get(tx, getting->number, &getting->ticket, error);
}

/* The caller's. */
static Ticket *
get_ticket(Store *store, const char *number)
{
	Getting getting = {.number = number};
	must_read(store, get_work, &getting);
	return getting.ticket;
}

static void
assert_comes_back(void **state, Ticket *ticket)
{
	Store *store = open_store(state);
	const char *number = add_ticket(store, ticket, 2026);
	g_autoptr(Ticket) found = get_ticket(store, number);
	assert_non_null(found);
	assert_same_ticket(found, ticket);
	store_close(store);
	store = open_store(state);
	g_autoptr(Ticket) again = get_ticket(store, number);
	assert_same_ticket(again, ticket);
	store_close(store);
}

static void
keeps_every_field_of_a_ticket(void **state)
{
	g_autoptr(Ticket) ticket = full_ticket();
	assert_comes_back(state, ticket);
}

static void
keeps_what_is_not_there_apart_from_what_is_empty(void **state)
{
	g_autoptr(Ticket) ticket = plain_ticket();
	g_clear_pointer(&ticket->customer, g_free);
	ticket->subject = g_strdup("");
	assert_comes_back(state, ticket);
}

static void
keeps_clocks_of_every_kind_in_their_order(void **state)
{
	static const Target targets[] = {
		{TARGET_WORKING_DAYS, 1}, {TARGET_WORKING_HOURS, 8},
		{TARGET_HOURS, 24},	  {TARGET_MINUTES, TARGET_MAX},
		{TARGET_MINUTES, 0},	  {TARGET_HOURS, 1},
	};
	static const enum TargetKind kinds[] = {
		TARGET_NEXT_RESPONSE, TARGET_RESOLUTION, TARGET_FIRST_RESPONSE,
		TARGET_NEXT_RESPONSE, TARGET_PLAN,	 TARGET_FIRST_RESPONSE,
	};
	g_autoptr(Ticket) ticket = plain_ticket();
	for (int i = 0; i < (int)G_N_ELEMENTS(targets); i++) {
		ticket_start_clock(ticket, kinds[i], targets[i], 1000 + i,
				   5000 - i);
		TicketClock *clock = ticket->clocks->pdata[i];
		clock->due_now = 6000 + i;
		clock->met_at = i % 2 ? 2000 + i : 0;
		clock->ended_at = i % 3 ? 3000 + i : 0;
		clock->met_by = i % 2 ? g_strdup("a'b@acme.example") : NULL;
	}
	assert_comes_back(state, ticket);
}

static bool
save_work(StoreTx *tx, void *data, GError **error)
{
	return store_ticket_save(tx, data, error);
}

static void
saves_all_but_number_and_receipt(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(Ticket) plain = plain_ticket();
	plain->queue_id = g_strdup("first");
	ticket_start_clock(plain, TARGET_FIRST_RESPONSE,
			   (Target){TARGET_HOURS, 1}, 1, 2);
	ticket_start_clock(plain, TARGET_PLAN, (Target){TARGET_HOURS, 2}, 3, 4);
	add_ticket(store, plain, 2026);
	g_autoptr(Ticket) changed = full_ticket();
	changed->number = g_strdup(plain->number);
	changed->received_at = 5;
	g_free(changed->desk);
	changed->desk = g_strdup("sales");
	ticket_start_clock(changed, TARGET_RESOLUTION,
			   (Target){TARGET_MINUTES, 3}, 6, 7);
	must_write(store, save_work, changed);
	g_autoptr(Ticket) found = get_ticket(store, plain->number);
	changed->received_at = plain->received_at;
	g_free(changed->queue_id);
	changed->queue_id = g_strdup("first");
	assert_same_ticket(found, changed);
}

static void
saving_one_ticket_leaves_the_others(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(Ticket) one = plain_ticket();
	g_autoptr(Ticket) two = full_ticket();
	for (int i = 0; i < 2; i++) {
		ticket_start_clock(one, TARGET_PLAN, (Target){TARGET_HOURS, i},
				   1, 2);
		ticket_start_clock(two, TARGET_PLAN, (Target){TARGET_HOURS, i},
				   3, 4);
	}
	add_ticket(store, one, 2026);
	add_ticket(store, two, 2026);
	g_ptr_array_set_size(one->clocks, 0);
	one->state = TICKET_CLOSED;
	must_write(store, save_work, one);
	g_autoptr(Ticket) other = get_ticket(store, two->number);
	assert_same_ticket(other, two);
	g_autoptr(Ticket) saved = get_ticket(store, one->number);
	assert_same_ticket(saved, one);
}

static void
an_unknown_number_is_no_ticket(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *number = add_plain(store);
	static const char *const unknown[] = {"2600000023",  "",  "26000000",
					      "2600000014 ", "%", "'"};
	assert_string_equal(number, "2600000014");
	for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
		assert_null(get_ticket(store, unknown[i]));
}

/* Desk, state and due of the tickets that are listed below. */
static const struct {
	const char *desk;
	enum TicketState state;
	int64_t due;
} listed[] = {
	/* 1 */ {"support", TICKET_OPEN, 5000},
	/* 2 */ {"support", TICKET_PENDING, 0},
	/* 3 */ {"sales", TICKET_OPEN, 3000},
	/* 4 */ {"support", TICKET_CLOSED, 0},
	/* 5 */ {"support", TICKET_SOLVED, 4000},
	/* 6 */ {"sales", TICKET_CLOSED, 1000},
};

static void
add_listed(Store *store)
{
	for (size_t i = 0; i < G_N_ELEMENTS(listed); i++) {
		g_autoptr(Ticket) ticket = plain_ticket();
		g_free(ticket->desk);
		ticket->desk = g_strdup(listed[i].desk);
		ticket->state = listed[i].state;
		if (listed[i].due)
			ticket_start_clock(ticket, TARGET_FIRST_RESPONSE,
					   (Target){TARGET_HOURS, 1}, 1,
					   listed[i].due);
		add_ticket(store, ticket, 2026);
	}
}

typedef struct Listing {
	const TicketFilter *filter;
	GPtrArray *tickets;
} Listing;

static bool
list_work(StoreTx *tx, void *data, GError **error)
{
	Listing *listing = data;
	return store_tickets_list(tx, listing->filter, &listing->tickets,
				  error);
}

/* The sequence digits of what is listed, "3 5 1". */
static char *
list_text(Store *store, const TicketFilter *filter)
{
	Listing listing = {.filter = filter};
	must_read(store, list_work, &listing);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < listing.tickets->len; i++) {
		const Ticket *ticket = listing.tickets->pdata[i];
		g_string_append_printf(text, "%s%c", i > 0 ? " " : "",
				       ticket->number[8]);
	}
	g_ptr_array_unref(listing.tickets);
	return g_string_free(text, FALSE);
}

static void
lists_what_is_asked_soonest_due_first(void **state)
{
	static const struct {
		TicketFilter filter;
		const char *want;
	} cases[] = {
		{{0}, "3 5 1 2"},
		{{.state = "all"}, "6 3 5 1 2 4"},
		{{.state = "open"}, "3 1"},
		{{.state = "pending"}, "2"},
		{{.state = "closed"}, "6 4"},
		{{.desk = "support"}, "5 1 2"},
		{{.desk = "support", .state = "all"}, "5 1 2 4"},
		{{.desk = "sales"}, "3"},
		{{.desk = "none"}, ""},
		{{.due_until = 4000}, "3 5"},
		{{.due_until = 3999}, "3"},
		{{.due_until = 4000, .state = "all"}, "6 3 5"},
		{{.due_until = 1}, ""},
		{{.limit = 2}, "3 5"},
		{{.limit = 100}, "3 5 1 2"},
		{{.limit = 1, .desk = "support", .state = "open"}, "1"},
	};
	g_autoptr(Store) store = open_store(state);
	add_listed(store);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = list_text(store, &cases[i].filter);
		if (strcmp(text, cases[i].want) != 0)
			fail_msg("case %zu: %s", i, text);
	}
}

static void
lists_by_what_is_due_after_a_change(void **state)
{
	g_autoptr(Store) store = open_store(state);
	add_listed(store);
	g_autoptr(Ticket) first = get_ticket(store, "2600000014");
	ticket_answer(first, NULL, 100);
	must_write(store, save_work, first);
	g_autofree char *answered = list_text(store, &(TicketFilter){0});
	assert_string_equal(answered, "3 5 1 2");
	g_autofree char *due =
		list_text(store, &(TicketFilter){.due_until = 9999});
	assert_string_equal(due, "3 5");
	first->promise = 2000;
	must_write(store, save_work, first);
	g_autofree char *promised = list_text(store, &(TicketFilter){0});
	assert_string_equal(promised, "1 3 5 2");
}

static void
keeps_answers_and_pauses_in_their_order(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(Ticket) ticket = full_ticket();
	ticket_add_answer(ticket, "a@acme.example", 20)->agent =
		g_strdup("jan@acme.example");
	ticket_add_answer(ticket, NULL, 10)->reference = g_strdup("r@x");
	ticket_add_pause(ticket, 30, 40, "waiting");
	ticket_add_pause(ticket, 50, 0, NULL);
	add_ticket(store, ticket, 2026);
	g_autoptr(Ticket) got = get_ticket(store, ticket->number);
	assert_int_equal(got->answers->len, 2);
	const TicketAnswer *first = got->answers->pdata[0];
	const TicketAnswer *second = got->answers->pdata[1];
	assert_string_equal(first->message_id, "a@acme.example");
	assert_string_equal(first->agent, "jan@acme.example");
	assert_int_equal(first->at, 20);
	assert_null(second->message_id);
	assert_null(second->agent);
	assert_null(first->reference);
	assert_string_equal(second->reference, "r@x");
	assert_int_equal(second->at, 10);
	assert_int_equal(got->pauses->len, 2);
	const TicketPause *ended = got->pauses->pdata[0];
	const TicketPause *open = got->pauses->pdata[1];
	assert_string_equal(ended->why, "waiting");
	assert_int_equal(ended->from, 30);
	assert_int_equal(ended->to, 40);
	assert_null(open->why);
	assert_int_equal(open->to, 0);
}

static void
lists_tickets_with_their_clocks(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(Ticket) ticket = full_ticket();
	ticket_start_clock(ticket, TARGET_PLAN, (Target){TARGET_HOURS, 1}, 1,
			   2);
	add_ticket(store, ticket, 2026);
	Listing listing = {.filter = &(TicketFilter){0}};
	must_read(store, list_work, &listing);
	assert_int_equal(listing.tickets->len, 1);
	assert_same_ticket(listing.tickets->pdata[0], ticket);
	g_ptr_array_unref(listing.tickets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(numbers_are_one_sequence_across_the_years),
		IN_SCRATCH(numbers_go_on_after_reopening),
		IN_SCRATCH(a_ticket_that_was_not_made_uses_no_number),
		IN_SCRATCH(the_last_number_is_followed_by_none),
		IN_SCRATCH(keeps_every_field_of_a_ticket),
		IN_SCRATCH(keeps_what_is_not_there_apart_from_what_is_empty),
		IN_SCRATCH(keeps_clocks_of_every_kind_in_their_order),
		IN_SCRATCH(saves_all_but_number_and_receipt),
		IN_SCRATCH(saving_one_ticket_leaves_the_others),
		IN_SCRATCH(an_unknown_number_is_no_ticket),
		IN_SCRATCH(lists_what_is_asked_soonest_due_first),
		IN_SCRATCH(lists_by_what_is_due_after_a_change),
		IN_SCRATCH(keeps_answers_and_pauses_in_their_order),
		IN_SCRATCH(lists_tickets_with_their_clocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
