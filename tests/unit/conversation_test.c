/* conversation: the part of a Thread-Index that replies do not change. */
#include "mail_fixture.h"

#define ROOT "Adk6XH4SQEFCQ0RFRkdISUpLTE1OTw=="
#define REPLY "Adk6XH4SQEFCQ0RFRkdISUpLTE1OTwCqu8wQ"

static const struct {
	const char *name, *field;
	const char *want; /* NULL: none */
} cases[] = {
	{"a first mail", "Thread-Index: " ROOT, ROOT},
	{"a reply", "Thread-Index: " REPLY, ROOT},
	{"a reply with other bits behind",
	 "Thread-Index: Adk6XH4SQEFCQ0RFRkdISUpLTE1OT/////////////8=", ROOT},
	{"without padding", "Thread-Index: Adk6XH4SQEFCQ0RFRkdISUpLTE1OTw",
	 ROOT},
	{"folded",
	 "thread-index: Adk6XH4S\r\n QEFCQ0RFRkdI\r\n\tSUpLTE1OTwCqu8wQ", ROOT},
	{"the first of two", "Thread-Index: " REPLY "\r\nThread-Index: AAAA",
	 ROOT},
	{"another conversation",
	 "Thread-Index: Bdk6XH4SQEFCQ0RFRkdISUpLTE1OTw==",
	 "Bdk6XH4SQEFCQ0RFRkdISUpLTE1OTw=="},
	{"a byte too short", "Thread-Index: Adk6XH4SQEFCQ0RFRkdISUpLTE1O",
	 NULL},
	{"padding in the middle", "Thread-Index: Adk6XH4S====QEFCQ0RFRkdISUpL",
	 NULL},
	{"no base64", "Thread-Index: <Adk6XH4SQEFCQ0RFRkdISUpLTE1OTw==>", NULL},
	{"empty", "Thread-Index:", NULL},
	{"absent", "X-Index: " ROOT, NULL},
};

static void
knows_the_conversation(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strconcat(cases[i].field, "\r\n\r\nHoi\r\n", NULL);
		g_autoptr(Mail) mail = read_text(state, text);
		g_autofree char *got = mail_conversation(mail);
		if (g_strcmp0(got, cases[i].want) != 0)
			fail_msg("%s: got %s", cases[i].name, got);
	}
}

static void
knows_it_from_its_30th_character_on(void **state)
{
	for (size_t n = 0; n <= strlen(REPLY); n++) {
		g_autofree char *text = g_strdup_printf(
			"Thread-Index: %.*s\r\n\r\n", (int)n, REPLY);
		g_autoptr(Mail) mail = read_text(state, text);
		g_autofree char *got = mail_conversation(mail);
		if ((got != NULL) != (n >= 30))
			fail_msg("%zu characters: got %s", n, got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_conversation),
		cmocka_unit_test(knows_it_from_its_30th_character_on),
	};
	return cmocka_run_group_tests_name("conversation", tests, make_reader,
					   free_reader);
}
