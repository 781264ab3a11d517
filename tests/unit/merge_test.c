/* merge: what goes on in a ticket that another one becomes part of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loket/ticket.h>

#define AT 1000

static Ticket *
ticket_at(const char *desk)
{
	Ticket *ticket = ticket_new();
	ticket->desk = g_strdup(desk);
	return ticket;
}

/* Clocks as "fn pr": first, next, plan or resolution and due, in capitals when
 * ended. */
static void
add_clocks(Ticket *ticket, const char *clocks)
{
	static const char letters[TARGET_KINDS + 1] = {
		[TARGET_FIRST_RESPONSE] = 'f',
		[TARGET_NEXT_RESPONSE] = 'n',
		[TARGET_PLAN] = 'p',
		[TARGET_RESOLUTION] = 'r',
	};
	g_auto(GStrv) words = g_strsplit(clocks, " ", -1);
	for (guint i = 0; words[i] && *words[i]; i++) {
		const char *letter =
			strchr(letters, g_ascii_tolower(*words[i]));
		TicketClock *clock = ticket_start_clock(
			ticket, (enum TargetKind)(letter - letters),
			(Target){0}, 1,
			(int64_t)g_ascii_strtoull(words[i] + 1, NULL, 10));
		clock->ended_at = g_ascii_isupper(*words[i]) ? 500 : 0;
	}
}

static char *
clocks_of(const Ticket *ticket)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < ticket->clocks->len; i++) {
		const TicketClock *clock = ticket->clocks->pdata[i];
		char letter = *target_kind_name(clock->kind);
		g_string_append_printf(text, "%s%c%d", i > 0 ? " " : "",
				       clock->ended_at ? g_ascii_toupper(letter)
						       : letter,
				       (int)clock->due);
	}
	return g_string_free(text, FALSE);
}

static void
keeps_the_sooner_of_two_promises(void **state)
{
	(void)state;
	static const struct {
		const char *name, *into, *from;
		const char *want_into, *want_from;
	} cases[] = {
		{"nothing runs", "", "", "", ""},
		{"all is ended", "F2000", "F3000", "F2000", "F3000"},
		{"one runs in from", "", "f3000", "f3000", ""},
		{"one runs in into", "f3000", "", "f3000", ""},
		{"into was answered", "F2000", "f3000", "F2000 n3000", ""},
		{"into is sooner", "f2000", "f3000", "f2000", "F3000"},
		{"from is sooner", "f3000", "f2000", "F3000 n2000", ""},
		{"both at once", "f2000", "f2000", "f2000", "F2000"},
		{"a next beside a first", "n3000", "f2000", "N3000 f2000", ""},
		{"each kind apart", "f2000 r9000", "f3000 p4000 r8000",
		 "f2000 R9000 p4000 r8000", "F3000"},
		{"history stays", "f2000", "F1000 n3000", "f2000",
		 "F1000 N3000"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Ticket) into = ticket_at("support");
		g_autoptr(Ticket) from = ticket_at("support");
		add_clocks(into, cases[i].into);
		add_clocks(from, cases[i].from);
		ticket_merge(into, from, AT);
		g_autofree char *got_into = clocks_of(into);
		g_autofree char *got_from = clocks_of(from);
		if (strcmp(got_into, cases[i].want_into) != 0 ||
		    strcmp(got_from, cases[i].want_from) != 0)
			fail_msg("%s: got \"%s\" and \"%s\"", cases[i].name,
				 got_into, got_from);
	}
}

static void
ends_what_became_part(void **state)
{
	(void)state;
	g_autoptr(Ticket) into = ticket_at("support");
	g_autoptr(Ticket) from = ticket_at("support");
	add_clocks(from, "r8000");
	add_clocks(into, "r7000");
	ticket_add_answer(from, "a@x", 10);
	ticket_merge(into, from, AT);
	const TicketClock *lost = from->clocks->pdata[0];
	assert_int_equal(from->state, TICKET_CLOSED);
	assert_int_equal(from->closed_at, AT);
	assert_int_equal(lost->ended_at, AT);
	assert_int_equal(lost->met_at, 0);
	assert_int_equal(ticket_due(from), 0);
}

static void
takes_answers_in_their_order(void **state)
{
	(void)state;
	g_autoptr(Ticket) into = ticket_at("support");
	g_autoptr(Ticket) from = ticket_at("support");
	ticket_add_answer(into, "b@x", 20);
	ticket_add_answer(into, "d@x", 40);
	ticket_add_answer(from, "a@x", 10);
	ticket_add_answer(from, "c@x", 30);
	ticket_merge(into, from, AT);
	const char *const want[] = {"a@x", "b@x", "c@x", "d@x"};
	assert_int_equal(from->answers->len, 0);
	assert_int_equal(into->answers->len, G_N_ELEMENTS(want));
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++) {
		const TicketAnswer *answer = into->answers->pdata[i];
		assert_string_equal(answer->message_id, want[i]);
	}
}

static void
is_our_turn_when_it_was_in_either(void **state)
{
	(void)state;
	static const enum TicketState cases[][3] = {
		{TICKET_OPEN, TICKET_OPEN, TICKET_OPEN},
		{TICKET_OPEN, TICKET_PENDING, TICKET_OPEN},
		{TICKET_PENDING, TICKET_OPEN, TICKET_OPEN},
		{TICKET_PENDING, TICKET_PENDING, TICKET_PENDING},
		{TICKET_SOLVED, TICKET_OPEN, TICKET_OPEN},
		{TICKET_SOLVED, TICKET_PENDING, TICKET_SOLVED},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Ticket) into = ticket_at("support");
		g_autoptr(Ticket) from = ticket_at("support");
		into->state = cases[i][0];
		from->state = cases[i][1];
		ticket_merge(into, from, AT);
		assert_int_equal(into->state, cases[i][2]);
	}
}

static void
keeps_the_sooner_date(void **state)
{
	(void)state;
	static const int64_t cases[][3] = {
		{0, 0, 0}, {5, 0, 5}, {0, 5, 5}, {5, 4, 4}, {4, 5, 4},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Ticket) into = ticket_at("support");
		g_autoptr(Ticket) from = ticket_at("support");
		into->promise = cases[i][0];
		from->promise = cases[i][1];
		ticket_merge(into, from, AT);
		assert_int_equal(into->promise, cases[i][2]);
	}
}

static void
is_seen_by_the_desks_of_both(void **state)
{
	(void)state;
	g_autoptr(Ticket) into = ticket_at("support");
	g_autoptr(Ticket) from = ticket_at("sales");
	ticket_show_to(into, "support");
	ticket_show_to(into, "press");
	ticket_show_to(from, "press");
	ticket_show_to(from, "support");
	ticket_show_to(from, "legal");
	ticket_merge(into, from, AT);
	const char *const want[] = {"press", "sales", "legal"};
	assert_int_equal(into->seen_by->len, G_N_ELEMENTS(want));
	for (size_t i = 0; i < G_N_ELEMENTS(want); i++)
		assert_string_equal(into->seen_by->pdata[i], want[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_sooner_of_two_promises),
		cmocka_unit_test(ends_what_became_part),
		cmocka_unit_test(takes_answers_in_their_order),
		cmocka_unit_test(is_our_turn_when_it_was_in_either),
		cmocka_unit_test(keeps_the_sooner_date),
		cmocka_unit_test(is_seen_by_the_desks_of_both),
	};
	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
