/* people: who belongs to a ticket, what it is tied to, what happened. */
#include "store_fixture.h"

typedef struct Asking {
	const char *number;
	const char *address;
	bool answer;
} Asking;

static bool
known_work(StoreTx *tx, void *data, GError **error)
{
	Asking *asking = data;
	return store_customer_is_known(tx, asking->address, &asking->answer,
				       error);
}

static void
knows_the_customers_of_tickets(void **state)
{
	static const Asking cases[] = {
		{NULL, "customer@home.example", true},
		{NULL, "other@home.example", false},
		{NULL, "customer@home.exampl", false},
		{NULL, "", false},
		{NULL, "%", false},
	};
	g_autoptr(Store) store = open_store(state);
	g_free(add_plain(store));
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Asking asking = {.address = cases[i].address};
		must_read(store, known_work, &asking);
		assert_int_equal(asking.answer, cases[i].answer);
	}
}

static bool
participant_work(StoreTx *tx, void *data, GError **error)
{
	const Asking *asking = data;
	return store_participant_add(tx, asking->number, asking->address,
				     error);
}

static bool
is_participant_work(StoreTx *tx, void *data, GError **error)
{
	Asking *asking = data;
	return store_is_participant(tx, asking->number, asking->address,
				    &asking->answer, error);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of the alphabet, for lists that promise none. */
static void
assert_texts(GPtrArray *texts, const char *want)
{
	g_ptr_array_sort(texts, compare_texts);
	g_autoptr(GString) joined = g_string_new(NULL);
	for (guint i = 0; i < texts->len; i++)
		g_string_append_printf(joined, "%s%s", i > 0 ? ", " : "",
				       (char *)texts->pdata[i]);
	assert_string_equal(joined->str, want);
}

static bool
participants_work(StoreTx *tx, void *data, GError **error)
{
	const Asking *asking = data;
	g_autoptr(GPtrArray) addresses = NULL;
	if (!store_participants_list(tx, asking->number, &addresses, error))
		return false;
	assert_texts(addresses, asking->address);
	return true;
}

static void
a_participant_is_one_in_any_case_and_in_his_ticket(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	static const char *const added[] = {
		"Jan@Home.Example", "jan@home.example", "els@home.example"};
	for (size_t i = 0; i < G_N_ELEMENTS(added); i++)
		must_write(store, participant_work,
			   &(Asking){one, added[i], 0});
	const Asking cases[] = {
		{one, "jan@home.example", true},
		{one, "JAN@HOME.EXAMPLE", true},
		{one, "els@home.example", true},
		{one, "kim@home.example", false},
		{two, "jan@home.example", false},
		{"2600000038", "jan@home.example", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Asking asking = cases[i];
		must_read(store, is_participant_work, &asking);
		if (asking.answer != cases[i].answer)
			fail_msg("case %zu", i);
	}
	must_read(store, participants_work,
		  &(Asking){one, "els@home.example, jan@home.example", 0});
	must_read(store, participants_work, &(Asking){two, "", 0});
}

static void
no_ticket_has_no_participants(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autoptr(GError) error = NULL;
	assert_false(store_write(store, participant_work,
				 &(Asking){"2600000014", "jan@home.example", 0},
				 &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
}

typedef struct Tie {
	const char *one, *other, *kind;
} Tie;

static bool
link_work(StoreTx *tx, void *data, GError **error)
{
	const Tie *tie = data;
	return store_link_add(tx, tie->one, tie->other, tie->kind, error);
}

static bool
links_work(StoreTx *tx, void *data, GError **error)
{
	const Tie *tie = data;
	g_autoptr(GPtrArray) links = NULL;
	if (!store_links_list(tx, tie->one, &links, error))
		return false;
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < links->len; i++) {
		const Link *link = links->pdata[i];
		g_ptr_array_add(texts, g_strconcat(link->number, " ",
						   link->kind, NULL));
	}
	assert_texts(texts, tie->kind);
	return true;
}

static void
a_link_is_seen_from_both_ends_once(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	g_autofree char *three = add_plain(store);
	must_write(store, link_work, &(Tie){one, two, "doubt"});
	must_write(store, link_work, &(Tie){one, two, "doubt"});
	must_write(store, link_work, &(Tie){two, one, "split"});
	must_read(store, links_work,
		  &(Tie){one, NULL, "2600000023 doubt, 2600000023 split"});
	must_read(store, links_work,
		  &(Tie){two, NULL, "2600000014 doubt, 2600000014 split"});
	must_read(store, links_work, &(Tie){three, NULL, ""});
}

static bool
events_add_work(StoreTx *tx, void *data, GError **error)
{
	return store_event_add(tx, data, 300, "registered", "customer: a@b",
			       error) &&
	       store_event_add(tx, data, 300, "joined", NULL, error) &&
	       store_event_add(tx, data, 400, "warning", "", error);
}

static bool
events_work(StoreTx *tx, void *data, GError **error)
{
	g_autoptr(GPtrArray) events = NULL;
	if (!store_events_list(tx, data, &events, error))
		return false;
	static const struct {
		int64_t at;
		const char *what, *detail;
	} want[] = {
		{300, "registered", "customer: a@b"},
		{300, "joined", NULL},
		{400, "warning", ""},
	};
	assert_int_equal(events->len, G_N_ELEMENTS(want));
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];
		assert_int_equal(event->at, want[i].at);
		assert_string_equal(event->what, want[i].what);
		assert_same_text("detail", event->detail, want[i].detail);
	}
	return true;
}

static bool
no_events_work(StoreTx *tx, void *data, GError **error)
{
	g_autoptr(GPtrArray) events = NULL;
	if (!store_events_list(tx, data, &events, error))
		return false;
	assert_int_equal(events->len, 0);
	return true;
}

static void
keeps_events_in_the_order_they_happened(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	must_write(store, events_add_work, two);
	must_read(store, events_work, two);
	must_read(store, no_events_work, one);
}

typedef struct Picking {
	const char *number;
	const char *name;
	const char *value;
	const char *address;
	char *found;
} Picking;

#define PICKED(number, name, value) ((Picking){number, name, value, NULL, NULL})

static bool
field_add_work(StoreTx *tx, void *data, GError **error)
{
	const Picking *picking = data;
	g_autofree char *name = g_strdup(picking->name);
	g_autofree char *value = g_strdup(picking->value);
	return store_field_add(tx, picking->number, &(Field){name, value},
			       error);
}

/* "name=value" of each, in order. */
static bool
fields_work(StoreTx *tx, void *data, GError **error)
{
	Picking *picking = data;
	g_autoptr(GPtrArray) fields = NULL;
	if (!store_fields_list(tx, picking->number, &fields, error))
		return false;
	GString *text = g_string_new("");
	for (guint i = 0; i < fields->len; i++) {
		const Field *field = fields->pdata[i];
		g_string_append_printf(text, "%s=%s ", field->name,
				       field->value);
	}
	picking->found = g_string_free(text, FALSE);
	return true;
}

static bool
ticket_of_field_work(StoreTx *tx, void *data, GError **error)
{
	Picking *picking = data;
	g_autofree char *name = g_strdup(picking->name);
	g_autofree char *value = g_strdup(picking->value);
	return store_ticket_of_field(tx, &(Field){name, value},
				     picking->address, &picking->found, error);
}

static void
assert_found(Store *store, StoreWork *work, Picking picking, const char *want)
{
	must_read(store, work, &picking);
	if (g_strcmp0(picking.found, want) != 0)
		fail_msg("%s=%s: %s", picking.name, picking.value,
			 picking.found);
	g_free(picking.found);
}

static void
keeps_the_first_value_of_a_field(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	must_write(store, field_add_work, &PICKED(one, "rt", "7"));
	must_write(store, field_add_work, &PICKED(one, "order", "\303\251"));
	must_write(store, field_add_work, &PICKED(one, "rt", "8"));
	assert_found(store, fields_work, PICKED(one, NULL, NULL),
		     "order=\303\251 rt=7 ");
	assert_found(store, fields_work, PICKED(two, NULL, NULL), "");
}

static void
finds_the_ticket_of_a_field_that_the_asker_takes_part_in(void **state)
{
	g_autoptr(Store) store = open_store(state);
	g_autofree char *one = add_plain(store);
	g_autofree char *two = add_plain(store);
	must_write(store, field_add_work, &PICKED(one, "rt", "7"));
	must_write(store, field_add_work, &PICKED(two, "rt", "7"));
	must_write(store, participant_work,
		   &(Asking){two, "eva@b.example", false});
	Picking picking = {NULL, "rt", "7", "eva@b.example", NULL};
	assert_found(store, ticket_of_field_work, picking, two);
	picking.address = "an@b.example";
	assert_found(store, ticket_of_field_work, picking, one);
	picking.value = "8";
	assert_found(store, ticket_of_field_work, picking, NULL);
	picking = (Picking){NULL, "otrs", "7", "eva@b.example", NULL};
	assert_found(store, ticket_of_field_work, picking, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(knows_the_customers_of_tickets),
		IN_SCRATCH(a_participant_is_one_in_any_case_and_in_his_ticket),
		IN_SCRATCH(no_ticket_has_no_participants),
		IN_SCRATCH(keeps_the_first_value_of_a_field),
		IN_SCRATCH(
			finds_the_ticket_of_a_field_that_the_asker_takes_part_in),
		IN_SCRATCH(a_link_is_seen_from_both_ends_once),
		IN_SCRATCH(keeps_events_in_the_order_they_happened),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
