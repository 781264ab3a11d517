/* message: what libmilter hands over becomes the bytes that were sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loket/error.h>

#include "../../milter/message.h"

/* A new one, with room for all. */
static MessageBudget *
budget(void)
{
	static MessageBudget room;
	room.left_bytes = MESSAGE_BUDGET_BYTES;
	return &room;
}

static void
assert_bytes(MilterMessage *message, const char *want, size_t size)
{
	g_autoptr(GBytes) bytes = message_take_bytes(message);
	assert_int_equal(g_bytes_get_size(bytes), size);
	assert_memory_equal(g_bytes_get_data(bytes, NULL), want, size);
}

static void
begins_with_the_sender_and_no_bytes(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message =
		message_new("<jan@home.example> SIZE=12", budget());
	assert_string_equal(message->envelope->sender, "jan@home.example");
	assert_int_equal(message->envelope->recipients->len, 0);
	assert_null(message->refusal);
	assert_bytes(message, "", 0);
}

static void
tells_the_null_sender_from_none(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<>", budget());
	assert_string_equal(message->envelope->sender, "");
}

static void
writes_header_fields_as_they_came(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *value;
		bool has_lead;
		const char *want;
	} cases[] = {
		{"Subject", "hello", false, "Subject: hello\r\n"},
		{"Subject", " hello", true, "Subject: hello\r\n"},
		{"Subject", "hello", true, "Subject:hello\r\n"},
		{"Subject", "\thello", true, "Subject:\thello\r\n"},
		{"Subject", "  hello ", true, "Subject:  hello \r\n"},
		{"Subject", "", false, "Subject: \r\n"},
		{"Subject", "", true, "Subject:\r\n"},
		/* libmilter shows folds as LF and what follows */
		{"To", " a@x,\n b@x,\n\tc@x", true,
		 "To: a@x,\r\n b@x,\r\n\tc@x\r\n"},
		{"To", "a@x,\n b@x", false, "To: a@x,\r\n b@x\r\n"},
		{"X", " a\n ", true, "X: a\r\n \r\n"},
		{"X", " caf\351", true, "X: caf\351\r\n"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(MilterMessage) message = message_new("<>", budget());
		message_add_header(message, cases[i].name, cases[i].value,
				   cases[i].has_lead);
		assert_bytes(message, cases[i].want, strlen(cases[i].want));
	}
}

static void
puts_a_mail_together(void **state)
{
	(void)state;
	static const char want[] = "From: a@x\r\n"
				   "Subject: b\r\n"
				   "\r\n"
				   "one\r\ntwo\0three\r\n";
	g_autoptr(MilterMessage) message = message_new("<a@x>", budget());
	message_add_header(message, "From", " a@x", true);
	message_add_header(message, "Subject", " b", true);
	message_end_headers(message);
	message_add_body(message, "one\r", 4);
	message_add_body(message, "", 0);
	message_add_body(message, "\ntwo\0three\r\n", 12);
	assert_bytes(message, want, sizeof(want) - 1);
	assert_null(message->refusal);
}

static void
gives_its_bytes_once(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<a@x>", budget());
	message_add_body(message, "one", 3);
	assert_bytes(message, "one", 3);
	assert_bytes(message, "", 0);
	message_add_body(message, "two", 3);
	assert_bytes(message, "two", 3);
}

/* Nearly full, without the time that filling takes. */
static void
fill(MilterMessage *message, size_t size)
{
	g_byte_array_set_size(message->bytes, (guint)size);
	message->held_bytes = size;
	message->budget->left_bytes -= (gssize)size;
}

static void
takes_a_mail_up_to_its_limit(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<a@x>", budget());
	fill(message, MESSAGE_BYTES_MAX - 4);
	message_add_body(message, "1234", 4);
	message_add_body(message, "", 0);
	assert_null(message->refusal);
	assert_int_equal(message->bytes->len, MESSAGE_BYTES_MAX);
	assert_memory_equal(message->bytes->data + MESSAGE_BYTES_MAX - 4,
			    "1234", 4);
}

static void
refuses_a_mail_past_its_limit(void **state)
{
	(void)state;
	MessageBudget *all = budget();
	g_autoptr(MilterMessage) message = message_new("<a@x>", all);
	fill(message, MESSAGE_BYTES_MAX - 4);
	message_add_body(message, "12345", 5);
	assert_true(g_error_matches(message->refusal, LOKET_ERROR,
				    LOKET_ERROR_PERMANENT));
	assert_true(g_str_has_prefix(message->refusal->message, "552 5.3.4 "));
	message_add_body(message, "6", 1);
	message_add_header(message, "Loket-Ticket", " y", true);
	assert_int_equal(message->bytes->len, 0);
	assert_int_equal(all->left_bytes, MESSAGE_BUDGET_BYTES);
}

static void
puts_off_what_finds_no_room(void **state)
{
	(void)state;
	MessageBudget all = {10};
	g_autoptr(MilterMessage) first = message_new("<a@x>", &all);
	g_autoptr(MilterMessage) second = message_new("<b@x>", &all);
	message_add_body(first, "12345678", 8);
	message_add_body(second, "12", 2);
	assert_null(second->refusal);
	message_add_body(second, "3", 1);
	assert_true(g_error_matches(second->refusal, LOKET_ERROR,
				    LOKET_ERROR_TEMPORARY));
	assert_null(first->refusal);
	assert_int_equal(all.left_bytes, 2);
	message_add_body(first, "90", 2);
	assert_bytes(first, "1234567890", 10);
}

static void
gives_room_back_at_its_end(void **state)
{
	(void)state;
	MessageBudget all = {3};
	MilterMessage *message = message_new("<a@x>", &all);
	message_add_body(message, "123", 3);
	assert_bytes(message, "123", 3);
	/* somebody still works with them */
	assert_int_equal(all.left_bytes, 0);
	message_free(message);
	assert_int_equal(all.left_bytes, 3);
}

static void
notes_the_fields_in_our_name(void **state)
{
	(void)state;
	static const char *const names[] = {"Loket-Ticket", "Subject",
					    "LOKET-TICKET", "X-Loket-Due",
					    "Loket",	    "Loket-"};
	g_autoptr(MilterMessage) message = message_new("<a@x>", budget());
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		message_add_header(message, names[i], " 1", true);
	assert_int_equal(message->ours->len, 3);
	assert_string_equal(message->ours->pdata[0], "Loket-Ticket");
	assert_string_equal(message->ours->pdata[1], "LOKET-TICKET");
	assert_string_equal(message->ours->pdata[2], "Loket-");
}

static void
refuses_too_many_fields_in_our_name(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<a@x>", budget());
	for (int i = 0; i < MESSAGE_OURS_MAX / 2; i++) {
		g_autofree char *name = g_strdup_printf("Loket-%d", i);
		message_add_header(message, name, " 1", true);
		message_add_header(message, "Loket-Due", " 1", true);
	}
	message_add_header(message, "Subject", " 1", true);
	assert_null(message->refusal);
	message_add_header(message, "Loket-Due", " 1", true);
	assert_true(g_error_matches(message->refusal, LOKET_ERROR,
				    LOKET_ERROR_PERMANENT));
	assert_true(g_str_has_prefix(message->refusal->message, "550 5.6.0 "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_the_sender_and_no_bytes),
		cmocka_unit_test(tells_the_null_sender_from_none),
		cmocka_unit_test(writes_header_fields_as_they_came),
		cmocka_unit_test(puts_a_mail_together),
		cmocka_unit_test(gives_its_bytes_once),
		cmocka_unit_test(takes_a_mail_up_to_its_limit),
		cmocka_unit_test(refuses_a_mail_past_its_limit),
		cmocka_unit_test(puts_off_what_finds_no_room),
		cmocka_unit_test(gives_room_back_at_its_end),
		cmocka_unit_test(notes_the_fields_in_our_name),
		cmocka_unit_test(refuses_too_many_fields_in_our_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
