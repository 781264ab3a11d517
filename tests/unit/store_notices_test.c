/* What a desk has put up, and who has spoken in a ticket. */
#include "store_fixture.h"

#define NOW 1772582400

static bool
put(StoreTx *tx, void *data, GError **error)
{
	return store_desk_notice_put(tx, data, error);
}

static bool
take_down(StoreTx *tx, void *data, GError **error)
{
	return store_desk_notice_remove(tx, data, error);
}

static void
put_up(Store *store, const char *desk, const char *language, const char *text,
       int64_t until)
{
	DeskNotice notice = {.desk = TEXT(desk),
			     .language = TEXT(language),
			     .text = TEXT(text),
			     .until = until};
	must_write(store, put, &notice);
}

typedef struct Asking {
	const char *desk, *language;
	int64_t at;
	DeskNotice *notice;
	GPtrArray *all;
} Asking;

static bool
ask(StoreTx *tx, void *data, GError **error)
{
	Asking *asking = data;
	const DeskNoticeReader reader = {asking->desk, asking->language,
					 asking->at};
	return store_desk_notice_get(tx, &reader, &asking->notice, error) &&
	       store_desk_notices_list(tx, asking->at, &asking->all, error);
}

static void
assert_told(Store *store, const char *desk, const char *language, int64_t at,
	    const char *want)
{
	Asking asking = {.desk = desk, .language = language, .at = at};
	must_read(store, ask, &asking);
	assert_same_text("notice", asking.notice ? asking.notice->text : NULL,
			 want);
	desk_notice_free(asking.notice);
	g_ptr_array_unref(asking.all);
}

static void
tells_the_notice_of_the_language_first(void **state)
{
	g_autoptr(Store) store = open_store(state);
	assert_told(store, "support", "nl", NOW, NULL);
	put_up(store, "support", "", "for all", NOW + 10);
	put_up(store, "support", "fr", "pour vous", NOW + 10);
	assert_told(store, "support", "fr", NOW, "pour vous");
	assert_told(store, "Support", "nl", NOW, "for all");
	assert_told(store, "support", NULL, NOW, "for all");
	assert_told(store, "sales", "fr", NOW, NULL);
}

static void
tells_it_until_it_ends(void **state)
{
	g_autoptr(Store) store = open_store(state);
	put_up(store, "support", "", "for all", NOW + 10);
	put_up(store, "support", "fr", "pour vous", NOW + 5);
	assert_told(store, "support", "fr", NOW + 4, "pour vous");
	assert_told(store, "support", "fr", NOW + 5, "for all");
	assert_told(store, "support", "fr", NOW + 10, NULL);
}

static void
puts_one_in_the_place_of_another_and_takes_all_down(void **state)
{
	g_autoptr(Store) store = open_store(state);
	put_up(store, "support", "", "one", NOW + 10);
	put_up(store, "support", "", "two", NOW + 20);
	put_up(store, "sales", "", "theirs", NOW + 20);
	assert_told(store, "support", "nl", NOW + 15, "two");
	must_write(store, take_down, TEXT("support"));
	Asking asking = {.desk = "support", .at = NOW};
	must_read(store, ask, &asking);
	assert_null(asking.notice);
	assert_int_equal(asking.all->len, 1);
	assert_string_equal(((DeskNotice *)asking.all->pdata[0])->desk,
			    "sales");
	g_ptr_array_unref(asking.all);
}

typedef struct Speaking {
	Ticket *ticket;
	const char *role, *message_id;
} Speaking;

static bool
add_ticket_and_mail(StoreTx *tx, void *data, GError **error)
{
	const Speaking *speaking = data;
	MessageDraft message = {.message_id = speaking->message_id,
				.role = speaking->role,
				.direction = "in",
				.from = "a@home.example",
				.at = NOW};
	if (!speaking->ticket->number &&
	    !store_ticket_add(tx, speaking->ticket, 2026, error))
		return false;
	message.ticket = speaking->ticket->number;
	return store_message_add(tx, &message, error);
}

typedef struct Newest {
	const char *number, *role;
	char *message_id;
} Newest;

static bool
find_newest(StoreTx *tx, void *data, GError **error)
{
	Newest *newest = data;
	return store_newest_of_role(tx, newest->number, newest->role,
				    &newest->message_id, error);
}

static void
finds_the_newest_mail_of_a_role(void **state)
{
	g_autoptr(Store) store = open_store(state);
	Ticket *ticket = plain_ticket();
	Speaking mails[] = {{ticket, "customer", "1@x"},
			    {ticket, "customer", "2@x"},
			    {ticket, "robot", "3@x"},
			    {ticket, "agent", NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++)
		must_write(store, add_ticket_and_mail, &mails[i]);
	const struct {
		const char *role, *id;
	} cases[] = {{"customer", "2@x"},
		     {"robot", "3@x"},
		     {"agent", ""},
		     {"bounce", NULL}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Newest newest = {ticket->number, cases[i].role, NULL};
		must_read(store, find_newest, &newest);
		assert_same_text("id", newest.message_id, cases[i].id);
		g_free(newest.message_id);
	}
	ticket_free(ticket);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(tells_the_notice_of_the_language_first),
		IN_SCRATCH(tells_it_until_it_ends),
		IN_SCRATCH(puts_one_in_the_place_of_another_and_takes_all_down),
		IN_SCRATCH(finds_the_newest_mail_of_a_role),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
