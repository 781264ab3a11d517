/* ticket: how state and clocks move, and what shows of them. */
#include <loket/ticket.h>

#include "calendar_fixture.h"

/* Instants of a quiet kind: what counts is their order. */
enum {
	T1 = 1000,
	T2 = 2000,
	T3 = 3000,
	T4 = 4000,
	T5 = 5000,
	DUE1 = 10000,
	DUE2 = 20000,
	DUE3 = 30000,
};

static const Target DAY = {TARGET_WORKING_DAYS, 1};
static const Target FOUR_HOURS = {TARGET_WORKING_HOURS, 4};

static TicketClock *
clock_at(const Ticket *ticket, guint i)
{
	assert_true(i < ticket->clocks->len);
	return ticket->clocks->pdata[i];
}

/* A ticket whose first clock runs, as a customer's mail makes it. */
static Ticket *
asked(void)
{
	Ticket *ticket = ticket_new();
	ticket->received_at = T1;
	ticket_start_clock(ticket, TARGET_FIRST_RESPONSE, DAY, T1, DUE1);
	return ticket;
}

/* The customer writes in a thread of ours. */
static void
ask_again(Ticket *ticket, int64_t at, int64_t due)
{
	enum TargetKind kind;
	bool is_wanted = ticket_response_wanted(ticket, &kind);
	ticket_customer_wrote(ticket, NULL, 0);
	if (is_wanted)
		ticket_start_clock(ticket, kind, DAY, at, due);
}

static void
states_have_the_names_that_users_hold_on_to(void **state)
{
	(void)state;
	static const char *const names[TICKET_STATES] = {
		[TICKET_OPEN] = "open",
		[TICKET_PENDING] = "pending",
		[TICKET_SOLVED] = "solved",
		[TICKET_CLOSED] = "closed",
	};
	for (enum TicketState s = 0; s < TICKET_STATES; s++) {
		enum TicketState read = TICKET_STATES;
		assert_string_equal(ticket_state_name(s), names[s]);
		assert_true(ticket_state_parse(names[s], &read));
		assert_int_equal(read, s);
	}
}

static void
other_words_are_no_state(void **state)
{
	(void)state;
	static const char *const words[] = {"",	     "Open",   "answered",
					    "open ", "pendin", "near"};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		enum TicketState read = TICKET_SOLVED;
		assert_false(ticket_state_parse(words[i], &read));
		assert_int_equal(read, TICKET_SOLVED);
	}
}

static void
flags_have_the_names_that_users_hold_on_to(void **state)
{
	(void)state;
	assert_string_equal(ticket_flag_name(FLAG_NONE), "none");
	assert_string_equal(ticket_flag_name(FLAG_NEAR), "near");
	assert_string_equal(ticket_flag_name(FLAG_OVERDUE), "overdue");
}

static void
a_new_ticket_is_open_and_has_no_clock(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = ticket_new();
	assert_int_equal(ticket->state, TICKET_OPEN);
	assert_int_equal(ticket->clocks->len, 0);
	assert_null(ticket_clock(ticket, TARGET_FIRST_RESPONSE));
	assert_null(ticket_running_response(ticket));
	assert_int_equal(ticket_due(ticket), 0);
	assert_int_equal(ticket_flag(ticket, NULL, &FOUR_HOURS, DUE3),
			 FLAG_NONE);
}

static void
a_clock_runs_from_its_start_to_its_due(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	const TicketClock *clock = clock_at(ticket, 0);
	assert_int_equal(clock->kind, TARGET_FIRST_RESPONSE);
	assert_int_equal(clock->target.unit, TARGET_WORKING_DAYS);
	assert_int_equal(clock->target.n, 1);
	assert_int_equal(clock->started_at, T1);
	assert_int_equal(clock->due, DUE1);
	assert_int_equal(clock->due_now, DUE1);
	assert_int_equal(clock->met_at, 0);
	assert_int_equal(clock->ended_at, 0);
	assert_null(clock->met_by);
	assert_ptr_equal(ticket_running_response(ticket), clock);
}

static void
finds_the_newest_clock_of_a_kind(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, "a@acme.example", T2);
	ask_again(ticket, T3, DUE2);
	ticket_answer(ticket, "b@acme.example", T4);
	ask_again(ticket, T5, DUE3);
	assert_int_equal(ticket->clocks->len, 3);
	assert_ptr_equal(ticket_clock(ticket, TARGET_FIRST_RESPONSE),
			 clock_at(ticket, 0));
	assert_ptr_equal(ticket_clock(ticket, TARGET_NEXT_RESPONSE),
			 clock_at(ticket, 2));
	assert_null(ticket_clock(ticket, TARGET_RESOLUTION));
}

static void
only_response_clocks_wait_for_an_answer(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = ticket_new();
	ticket_start_clock(ticket, TARGET_PLAN, DAY, T1, DUE1);
	ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, T1, DUE2);
	assert_null(ticket_running_response(ticket));
	ticket_answer(ticket, "a@acme.example", T2);
	assert_int_equal(clock_at(ticket, 0)->ended_at, 0);
	assert_int_equal(clock_at(ticket, 1)->ended_at, 0);
}

static void
a_customers_mail_starts_the_response_that_is_wanted(void **state)
{
	(void)state;
	enum TargetKind kind;
	g_autoptr(Ticket) ticket = ticket_new();
	assert_true(ticket_response_wanted(ticket, &kind));
	assert_int_equal(kind, TARGET_FIRST_RESPONSE);
	ticket_start_clock(ticket, TARGET_FIRST_RESPONSE, DAY, T1, DUE1);
	/* it runs, and keeps its start */
	assert_false(ticket_response_wanted(ticket, &kind));
	ticket_answer(ticket, "a@acme.example", T2);
	assert_true(ticket_response_wanted(ticket, &kind));
	assert_int_equal(kind, TARGET_NEXT_RESPONSE);
	ticket_start_clock(ticket, TARGET_NEXT_RESPONSE, DAY, T3, DUE2);
	assert_false(ticket_response_wanted(ticket, &kind));
}

static void
other_clocks_do_not_stand_for_a_response(void **state)
{
	(void)state;
	enum TargetKind kind;
	g_autoptr(Ticket) ticket = ticket_new();
	ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, T1, DUE1);
	assert_true(ticket_response_wanted(ticket, &kind));
	assert_int_equal(kind, TARGET_FIRST_RESPONSE);
}

static void
nobody_asks_first_where_an_agent_wrote_first(void **state)
{
	(void)state;
	static const enum TicketState later[] = {TICKET_PENDING, TICKET_SOLVED,
						 TICKET_CLOSED};
	for (size_t i = 0; i < G_N_ELEMENTS(later); i++) {
		enum TargetKind kind;
		g_autoptr(Ticket) ticket = ticket_new();
		ticket->state = later[i];
		assert_true(ticket_response_wanted(ticket, &kind));
		assert_int_equal(kind, TARGET_NEXT_RESPONSE);
		ask_again(ticket, T1, DUE1);
		ticket_answer(ticket, "a@acme.example", T2);
		ticket->state = TICKET_SOLVED;
		assert_true(ticket_response_wanted(ticket, &kind));
		assert_int_equal(kind, TARGET_NEXT_RESPONSE);
	}
}

static void
a_customers_mail_makes_it_our_turn(void **state)
{
	(void)state;
	for (enum TicketState s = 0; s < TICKET_STATES; s++) {
		g_autoptr(Ticket) ticket = ticket_new();
		ticket->state = s;
		ticket->closed_at = s == TICKET_CLOSED ? T1 : 0;
		ticket_customer_wrote(ticket, NULL, 0);
		assert_int_equal(ticket->state, TICKET_OPEN);
		assert_int_equal(ticket->closed_at, 0);
	}
}

static void
an_answer_makes_it_the_customers_turn(void **state)
{
	(void)state;
	for (enum TicketState s = 0; s < TICKET_STATES; s++) {
		g_autoptr(Ticket) ticket = ticket_new();
		ticket->state = s;
		ticket->closed_at = s == TICKET_CLOSED ? T1 : 0;
		ticket_answer(ticket, "a@acme.example", T2);
		assert_int_equal(ticket->state, TICKET_PENDING);
		assert_int_equal(ticket->closed_at, 0);
		assert_int_equal(ticket->clocks->len, 0);
	}
}

static void
an_answer_meets_the_response_that_runs(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, T1, DUE2);
	ticket_answer(ticket, "a@acme.example", T2);
	const TicketClock *first = clock_at(ticket, 0);
	assert_int_equal(first->met_at, T2);
	assert_int_equal(first->ended_at, T2);
	assert_string_equal(first->met_by, "a@acme.example");
	assert_int_equal(first->due, DUE1);
	assert_int_equal(clock_at(ticket, 1)->ended_at, 0);
	assert_int_equal(clock_at(ticket, 1)->met_at, 0);
}

static void
a_second_answer_in_a_row_changes_no_clock(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, "a@acme.example", T2);
	ticket_answer(ticket, "b@acme.example", T3);
	assert_int_equal(ticket->clocks->len, 1);
	assert_int_equal(clock_at(ticket, 0)->met_at, T2);
	assert_string_equal(clock_at(ticket, 0)->met_by, "a@acme.example");
}

static void
an_answer_without_message_id_counts(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, NULL, T2);
	assert_int_equal(clock_at(ticket, 0)->met_at, T2);
	assert_null(clock_at(ticket, 0)->met_by);
	/* and no bounce can name it */
	assert_false(ticket_answer_failed(ticket, NULL));
	assert_int_equal(clock_at(ticket, 0)->met_at, T2);
	assert_int_equal(ticket->state, TICKET_PENDING);
}

static void
an_answer_is_found_by_its_mail(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, NULL, T2);
	TicketAnswer *answer = ticket_answer(ticket, "a@acme.example", T3);
	answer->reference = g_strdup("r@acme.example");
	assert_ptr_equal(ticket_answer_by(ticket, "r@acme.example"), answer);
	assert_ptr_equal(ticket_answer_by(ticket, "a@acme.example"), answer);
	assert_null(ticket_answer_by(ticket, "A@acme.example"));
	assert_null(ticket_answer_by(ticket, NULL));
}

static void
a_bounce_of_another_mail_undoes_nothing(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	assert_false(ticket_answer_failed(ticket, "a@acme.example"));
	assert_int_equal(ticket->state, TICKET_OPEN);
	ticket_answer(ticket, "a@acme.example", T2);
	assert_false(ticket_answer_failed(ticket, "b@acme.example"));
	assert_int_equal(ticket->state, TICKET_PENDING);
	assert_int_equal(clock_at(ticket, 0)->met_at, T2);
}

static void
a_bounced_answer_never_was(void **state)
{
	(void)state;
	static const enum TicketState since[] = {TICKET_PENDING, TICKET_SOLVED,
						 TICKET_CLOSED};
	for (size_t i = 0; i < G_N_ELEMENTS(since); i++) {
		g_autoptr(Ticket) ticket = asked();
		ticket_answer(ticket, "a@acme.example", T2);
		ticket->state = since[i];
		ticket->closed_at = since[i] == TICKET_CLOSED ? T3 : 0;
		assert_true(ticket_answer_failed(ticket, "a@acme.example"));
		const TicketClock *clock = clock_at(ticket, 0);
		assert_int_equal(clock->started_at, T1);
		assert_int_equal(clock->due, DUE1);
		assert_int_equal(clock->met_at, 0);
		assert_int_equal(clock->ended_at, 0);
		assert_null(clock->met_by);
		/* our turn again, unless somebody has ended the ticket */
		assert_int_equal(ticket->state, since[i] == TICKET_PENDING
							? TICKET_OPEN
							: since[i]);
		/* a second report of the same is none */
		assert_false(ticket_answer_failed(ticket, "a@acme.example"));
	}
}

/* The agent wrote twice; only the first of the two mails came back. */
static void
a_second_answer_stands_when_the_first_bounces(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, "a@acme.example", T2);
	ticket_answer(ticket, "b@acme.example", T3);
	assert_true(ticket_answer_failed(ticket, "a@acme.example"));
	const TicketClock *clock = clock_at(ticket, 0);
	assert_int_equal(clock->met_at, T3);
	assert_string_equal(clock->met_by, "b@acme.example");
	assert_int_equal(ticket->state, TICKET_PENDING);
	/* and when the second comes back too, nobody has answered */
	assert_true(ticket_answer_failed(ticket, "b@acme.example"));
	assert_int_equal(clock->met_at, 0);
	assert_int_equal(ticket->state, TICKET_OPEN);
}

/* The customer wrote again before the bounce came: his first mail is still
 * the one that waits. */
static void
a_bounce_takes_back_the_clock_started_since(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, "a@acme.example", T2);
	ask_again(ticket, T3, DUE2);
	assert_true(ticket_answer_failed(ticket, "a@acme.example"));
	assert_int_equal(ticket->clocks->len, 1);
	const TicketClock *clock = ticket_running_response(ticket);
	assert_ptr_equal(clock, clock_at(ticket, 0));
	assert_int_equal(clock->kind, TARGET_FIRST_RESPONSE);
	assert_int_equal(clock->started_at, T1);
	assert_int_equal(clock->due, DUE1);
	assert_int_equal(ticket->state, TICKET_OPEN);
}

static void
a_later_answer_meets_what_the_bounced_one_did_not(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, "a@acme.example", T2);
	ask_again(ticket, T3, DUE2);
	ticket_answer(ticket, "b@acme.example", T4);
	assert_true(ticket_answer_failed(ticket, "a@acme.example"));
	assert_int_equal(ticket->clocks->len, 1);
	const TicketClock *clock = clock_at(ticket, 0);
	assert_int_equal(clock->kind, TARGET_FIRST_RESPONSE);
	assert_int_equal(clock->started_at, T1);
	assert_int_equal(clock->met_at, T4);
	assert_int_equal(clock->ended_at, T4);
	assert_string_equal(clock->met_by, "b@acme.example");
	assert_int_equal(ticket->state, TICKET_PENDING);
	/* that one may bounce too */
	assert_true(ticket_answer_failed(ticket, "b@acme.example"));
	assert_int_equal(clock->met_at, 0);
	assert_int_equal(ticket->state, TICKET_OPEN);
}

static void
a_bounce_leaves_the_clocks_after_the_next_alone(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, T1, DUE3);
	ticket_answer(ticket, "a@acme.example", T2);
	ask_again(ticket, T3, DUE2);
	ticket_answer(ticket, "b@acme.example", T4);
	ask_again(ticket, T5, DUE3);
	assert_true(ticket_answer_failed(ticket, "a@acme.example"));
	assert_int_equal(ticket->clocks->len, 3);
	assert_int_equal(clock_at(ticket, 0)->met_at, T4);
	assert_int_equal(clock_at(ticket, 1)->kind, TARGET_RESOLUTION);
	assert_int_equal(clock_at(ticket, 1)->ended_at, 0);
	const TicketClock *running = ticket_running_response(ticket);
	assert_ptr_equal(running, clock_at(ticket, 2));
	assert_int_equal(running->started_at, T5);
	assert_int_equal(ticket->state, TICKET_OPEN);
}

static void
a_bounce_of_the_last_answer_leaves_the_earlier_ones(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, "a@acme.example", T2);
	ask_again(ticket, T3, DUE2);
	ticket_answer(ticket, "b@acme.example", T4);
	assert_true(ticket_answer_failed(ticket, "b@acme.example"));
	assert_int_equal(ticket->clocks->len, 2);
	assert_int_equal(clock_at(ticket, 0)->met_at, T2);
	assert_ptr_equal(ticket_running_response(ticket), clock_at(ticket, 1));
	assert_int_equal(ticket->state, TICKET_OPEN);
}

/* Nothing to answer: such a clock ended outside the norm, and stays so. */
static void
a_bounce_keeps_what_was_ended_without_an_answer(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_answer(ticket, "a@acme.example", T2);
	ask_again(ticket, T3, DUE2);
	clock_at(ticket, 1)->ended_at = T4;
	ticket->state = TICKET_PENDING;
	assert_true(ticket_answer_failed(ticket, "a@acme.example"));
	assert_int_equal(ticket->clocks->len, 1);
	assert_int_equal(clock_at(ticket, 0)->met_at, 0);
	assert_int_equal(clock_at(ticket, 0)->ended_at, T4);
	assert_int_equal(ticket->state, TICKET_PENDING);
}

static void
due_is_the_soonest_of_what_runs(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = ticket_new();
	ticket_start_clock(ticket, TARGET_FIRST_RESPONSE, DAY, T1, DUE2);
	assert_int_equal(ticket_due(ticket), DUE2);
	ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, T1, DUE1);
	assert_int_equal(ticket_due(ticket), DUE1);
	ticket->promise = DUE1 - 1;
	assert_int_equal(ticket_due(ticket), DUE1 - 1);
	ticket->promise = DUE3;
	/* a pause moves what is due now, not what was promised */
	clock_at(ticket, 1)->due_now = DUE2 + 5;
	assert_int_equal(ticket_due(ticket), DUE2);
	ticket_answer(ticket, NULL, T2);
	assert_int_equal(ticket_due(ticket), DUE2 + 5);
	clock_at(ticket, 1)->ended_at = T3;
	assert_int_equal(ticket_due(ticket), DUE3);
}

static Calendar *
office(void)
{
	return make_calendar((CalendarSpec){
		.timezone = "Europe/Amsterdam",
		.hours = LIST("mon-fri 08:00-17:30"),
	});
}

typedef struct FlagCase {
	const char *name;
	const char *start, *due;
	Target target;
	Target warn;
	const char *last_calm; /* a minute before it is near */
	const char *first_near;
} FlagCase;

/* Day 0 is Friday 6 March 2026; 9 March is a Monday. Worked out by hand. */
static const FlagCase flag_cases[] = {
	{"four hours before closing",
	 "2026-03-09T10:00",
	 "2026-03-10T17:30",
	 {TARGET_WORKING_DAYS, 1},
	 {TARGET_WORKING_HOURS, 4},
	 "2026-03-10T13:29",
	 "2026-03-10T13:30"},
	{"the night is no working time",
	 "2026-03-06T10:00",
	 "2026-03-10T10:00",
	 {TARGET_WORKING_HOURS, 19},
	 {TARGET_WORKING_HOURS, 4},
	 "2026-03-09T15:29",
	 "2026-03-09T15:30"},
	{"nor is the weekend",
	 "2026-03-05T09:00",
	 "2026-03-09T09:00",
	 {TARGET_WORKING_HOURS, 19},
	 {TARGET_WORKING_HOURS, 4},
	 "2026-03-06T14:29",
	 "2026-03-06T14:30"},
	{"at most half the target",
	 "2026-03-09T09:00",
	 "2026-03-09T13:00",
	 {TARGET_WORKING_HOURS, 4},
	 {TARGET_WORKING_HOURS, 4},
	 "2026-03-09T10:59",
	 "2026-03-09T11:00"},
	{"hours on the clock, in the weekend",
	 "2026-03-06T12:00",
	 "2026-03-07T12:00",
	 {TARGET_HOURS, 24},
	 {TARGET_WORKING_HOURS, 4},
	 "2026-03-07T07:59",
	 "2026-03-07T08:00"},
	{"minutes, at most half",
	 "2026-03-07T03:00",
	 "2026-03-07T03:30",
	 {TARGET_MINUTES, 30},
	 {TARGET_WORKING_HOURS, 4},
	 "2026-03-07T03:14",
	 "2026-03-07T03:15"},
};

static void
a_running_clock_is_near_and_then_overdue(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = office();
	for (size_t i = 0; i < G_N_ELEMENTS(flag_cases); i++) {
		const FlagCase *c = &flag_cases[i];
		int64_t due = at(calendar, c->due);
		const struct {
			int64_t now;
			enum TicketFlag want;
		} steps[] = {
			{at(calendar, c->start), FLAG_NONE},
			{at(calendar, c->last_calm), FLAG_NONE},
			{at(calendar, c->first_near), FLAG_NEAR},
			{due, FLAG_NEAR},
			{due + 1, FLAG_OVERDUE},
		};
		g_autoptr(Ticket) ticket = ticket_new();
		ticket_start_clock(ticket, TARGET_FIRST_RESPONSE, c->target,
				   steps[0].now, due);
		for (size_t j = 0; j < G_N_ELEMENTS(steps); j++)
			if (ticket_flag(ticket, calendar, &c->warn,
					steps[j].now) != steps[j].want)
				fail_msg("%s, step %zu", c->name, j);
	}
}

static void
a_promise_is_near_and_then_overdue(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = office();
	g_autoptr(Ticket) ticket = ticket_new();
	ticket->received_at = at(calendar, "2026-03-02T10:00");
	ticket->promise = at(calendar, "2026-03-10T17:30");
	assert_int_equal(ticket_flag(ticket, calendar, &FOUR_HOURS,
				     at(calendar, "2026-03-10T13:29")),
			 FLAG_NONE);
	assert_int_equal(ticket_flag(ticket, calendar, &FOUR_HOURS,
				     at(calendar, "2026-03-10T13:30")),
			 FLAG_NEAR);
	assert_int_equal(
		ticket_flag(ticket, calendar, &FOUR_HOURS, ticket->promise),
		FLAG_NEAR);
	assert_int_equal(
		ticket_flag(ticket, calendar, &FOUR_HOURS, ticket->promise + 1),
		FLAG_OVERDUE);
	/* a desk without calendar: nothing is near */
	assert_int_equal(
		ticket_flag(ticket, NULL, &FOUR_HOURS, ticket->promise),
		FLAG_NONE);
	assert_int_equal(
		ticket_flag(ticket, NULL, &FOUR_HOURS, ticket->promise + 1),
		FLAG_OVERDUE);
}

static void
without_a_calendar_nothing_is_near(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	assert_int_equal(ticket_flag(ticket, NULL, &FOUR_HOURS, DUE1),
			 FLAG_NONE);
	assert_int_equal(ticket_flag(ticket, NULL, &FOUR_HOURS, DUE1 + 1),
			 FLAG_OVERDUE);
}

static void
the_flag_is_the_worst_of_all(void **state)
{
	(void)state;
	g_autoptr(Calendar) calendar = office();
	int64_t start = at(calendar, "2026-03-09T10:00");
	int64_t late = at(calendar, "2026-03-10T12:00");
	int64_t now = at(calendar, "2026-03-10T14:00");
	g_autoptr(Ticket) ticket = ticket_new();
	ticket->received_at = start;
	ticket_start_clock(ticket, TARGET_FIRST_RESPONSE, DAY, start,
			   at(calendar, "2026-03-10T17:30"));
	ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, start, late);
	ticket_start_clock(ticket, TARGET_PLAN, DAY, start,
			   at(calendar, "2026-03-20T17:30"));
	TicketClock *resolution = clock_at(ticket, 1);
	assert_int_equal(ticket_flag(ticket, calendar, &FOUR_HOURS, now),
			 FLAG_OVERDUE);
	/* a pause moved it */
	resolution->due_now = at(calendar, "2026-03-20T12:00");
	assert_int_equal(ticket_flag(ticket, calendar, &FOUR_HOURS, now),
			 FLAG_NEAR);
	resolution->due_now = late;
	resolution->ended_at = now - 1;
	assert_int_equal(ticket_flag(ticket, calendar, &FOUR_HOURS, now),
			 FLAG_NEAR);
	ticket_answer(ticket, NULL, now - 1);
	assert_int_equal(ticket_flag(ticket, calendar, &FOUR_HOURS, now),
			 FLAG_NONE);
	ticket->promise = late;
	assert_int_equal(ticket_flag(ticket, calendar, &FOUR_HOURS, now),
			 FLAG_OVERDUE);
}

static void
tells_whether_a_target_was_met(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		TicketClock clock;
		int64_t now;
		enum ClockOutcome want;
	} cases[] = {
		{"runs", {.due_now = DUE1}, DUE1, OUTCOME_OPEN},
		{"past due", {.due_now = DUE1}, DUE1 + 1, OUTCOME_MISSED},
		{"met",
		 {.due_now = DUE1, .met_at = T2, .ended_at = T2},
		 DUE2,
		 OUTCOME_MET},
		{"met at the last second",
		 {.due_now = DUE1, .met_at = DUE1, .ended_at = DUE1},
		 DUE2,
		 OUTCOME_MET},
		{"met late",
		 {.due_now = DUE1, .met_at = DUE1 + 1, .ended_at = DUE1 + 1},
		 DUE2,
		 OUTCOME_LATE},
		{"met in a time that pauses gave",
		 {.due = DUE1,
		  .due_now = DUE2,
		  .met_at = DUE1 + 1,
		  .ended_at = DUE1 + 1},
		 DUE3,
		 OUTCOME_MET},
		{"ended outside the norm",
		 {.due_now = DUE1, .ended_at = T2},
		 DUE2,
		 OUTCOME_OUTSIDE},
		{"paused past its promise",
		 {.due = DUE1, .due_now = DUE2},
		 DUE1 + 1,
		 OUTCOME_OPEN},
	};
	g_autoptr(Ticket) ticket = ticket_new();
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (ticket_clock_outcome(ticket, &cases[i].clock,
					 cases[i].now) != cases[i].want)
			fail_msg("%s", cases[i].name);
}

static void
what_stands_still_is_not_missed(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = asked();
	ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, T1, DUE1);
	ticket_wait(ticket, NULL, DUE1 - 1, 0, "x");
	TicketClock *response = clock_at(ticket, 0);
	TicketClock *resolution = clock_at(ticket, 1);
	assert_int_equal(ticket_clock_outcome(ticket, resolution, DUE2),
			 OUTCOME_OPEN);
	assert_int_equal(ticket_clock_outcome(ticket, response, DUE2),
			 OUTCOME_MISSED);
	response->ended_at = T1;
	assert_int_equal(ticket_flag(ticket, NULL, &FOUR_HOURS, DUE2),
			 FLAG_NONE);
	assert_int_equal(ticket_due(ticket), 0);
}

static void
waiting_saves_no_target_that_is_past_due(void **state)
{
	(void)state;
	g_autoptr(Ticket) ticket = ticket_new();
	TicketClock *resolution =
		ticket_start_clock(ticket, TARGET_RESOLUTION, DAY, T1, DUE1);
	ticket_wait(ticket, NULL, DUE1 + 1, 0, "x");
	assert_int_equal(ticket_clock_outcome(ticket, resolution, DUE2),
			 OUTCOME_MISSED);
	assert_int_equal(ticket_flag(ticket, NULL, &FOUR_HOURS, DUE2),
			 FLAG_OVERDUE);
	assert_int_equal(ticket_due(ticket), DUE1);
}

static void
closing_meets_the_resolution_of_who_was_answered(void **state)
{
	(void)state;
	for (int answered = 0; answered < 2; answered++) {
		g_autoptr(Ticket) ticket = asked();
		Target day = {TARGET_HOURS, 24};
		ticket_start_clock(ticket, TARGET_RESOLUTION, day, T1, DUE2);
		if (answered)
			ticket_answer(ticket, "a@acme.example", T2);
		ticket_close(ticket, NULL, T3, false);
		const TicketClock *clock =
			ticket_clock(ticket, TARGET_RESOLUTION);
		assert_int_equal(clock->met_at, answered ? T3 : 0);
		assert_int_equal(clock->ended_at, T3);
		assert_int_equal(ticket->state, TICKET_CLOSED);
		assert_int_equal(ticket->closed_at, T3);
		assert_null(ticket_running_response(ticket));
		assert_int_equal(ticket_due(ticket), 0);
	}
}

/* The ticket stays closed, but nothing that the customer got closed it. */
static void
a_bounce_takes_back_the_resolution_when_no_answer_is_left(void **state)
{
	(void)state;
	for (int n_lost = 1; n_lost <= 2; n_lost++) {
		g_autoptr(Ticket) ticket = asked();
		Target day = {TARGET_HOURS, 24};
		ticket_start_clock(ticket, TARGET_RESOLUTION, day, T1, DUE2);
		ticket_answer(ticket, "a@acme.example", T2);
		ticket_answer(ticket, "b@acme.example", T2);
		ticket_close(ticket, NULL, T3, false);
		assert_true(ticket_answer_failed(ticket, "a@acme.example"));
		if (n_lost == 2)
			assert_true(
				ticket_answer_failed(ticket, "b@acme.example"));
		const TicketClock *clock =
			ticket_clock(ticket, TARGET_RESOLUTION);
		assert_int_equal(clock->met_at, n_lost == 2 ? 0 : T3);
		assert_int_equal(clock->ended_at, T3);
		assert_int_equal(ticket->state, TICKET_CLOSED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_the_names_that_users_hold_on_to),
		cmocka_unit_test(other_words_are_no_state),
		cmocka_unit_test(flags_have_the_names_that_users_hold_on_to),
		cmocka_unit_test(a_new_ticket_is_open_and_has_no_clock),
		cmocka_unit_test(a_clock_runs_from_its_start_to_its_due),
		cmocka_unit_test(finds_the_newest_clock_of_a_kind),
		cmocka_unit_test(only_response_clocks_wait_for_an_answer),
		cmocka_unit_test(
			a_customers_mail_starts_the_response_that_is_wanted),
		cmocka_unit_test(other_clocks_do_not_stand_for_a_response),
		cmocka_unit_test(nobody_asks_first_where_an_agent_wrote_first),
		cmocka_unit_test(a_customers_mail_makes_it_our_turn),
		cmocka_unit_test(an_answer_makes_it_the_customers_turn),
		cmocka_unit_test(an_answer_meets_the_response_that_runs),
		cmocka_unit_test(a_second_answer_in_a_row_changes_no_clock),
		cmocka_unit_test(an_answer_without_message_id_counts),
		cmocka_unit_test(an_answer_is_found_by_its_mail),
		cmocka_unit_test(a_bounce_of_another_mail_undoes_nothing),
		cmocka_unit_test(a_bounced_answer_never_was),
		cmocka_unit_test(a_second_answer_stands_when_the_first_bounces),
		cmocka_unit_test(
			closing_meets_the_resolution_of_who_was_answered),
		cmocka_unit_test(
			a_bounce_takes_back_the_resolution_when_no_answer_is_left),
		cmocka_unit_test(a_bounce_takes_back_the_clock_started_since),
		cmocka_unit_test(
			a_later_answer_meets_what_the_bounced_one_did_not),
		cmocka_unit_test(
			a_bounce_leaves_the_clocks_after_the_next_alone),
		cmocka_unit_test(
			a_bounce_of_the_last_answer_leaves_the_earlier_ones),
		cmocka_unit_test(
			a_bounce_keeps_what_was_ended_without_an_answer),
		cmocka_unit_test(due_is_the_soonest_of_what_runs),
		cmocka_unit_test(a_running_clock_is_near_and_then_overdue),
		cmocka_unit_test(a_promise_is_near_and_then_overdue),
		cmocka_unit_test(without_a_calendar_nothing_is_near),
		cmocka_unit_test(the_flag_is_the_worst_of_all),
		cmocka_unit_test(tells_whether_a_target_was_met),
		cmocka_unit_test(what_stands_still_is_not_missed),
		cmocka_unit_test(waiting_saves_no_target_that_is_past_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
