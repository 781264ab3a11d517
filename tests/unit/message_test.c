/* message: what libmilter hands over becomes the bytes that were sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../milter/message.h"

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
		message_new("<jan@home.example> SIZE=12");
	assert_string_equal(message->envelope->sender, "jan@home.example");
	assert_int_equal(message->envelope->recipients->len, 0);
	assert_false(message->is_cut);
	assert_bytes(message, "", 0);
}

static void
tells_the_null_sender_from_none(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<>");
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
		g_autoptr(MilterMessage) message = message_new("<>");
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
	g_autoptr(MilterMessage) message = message_new("<a@x>");
	message_add_header(message, "From", " a@x", true);
	message_add_header(message, "Subject", " b", true);
	message_end_headers(message);
	message_add_body(message, "one\r", 4);
	message_add_body(message, "", 0);
	message_add_body(message, "\ntwo\0three\r\n", 12);
	assert_bytes(message, want, sizeof(want) - 1);
	assert_false(message->is_cut);
}

static void
gives_its_bytes_once(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<a@x>");
	message_add_body(message, "one", 3);
	assert_bytes(message, "one", 3);
	assert_bytes(message, "", 0);
	message_add_body(message, "two", 3);
	assert_bytes(message, "two", 3);
}

static void
keeps_no_more_than_its_limit(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<a@x>");
	/* nearly full, without the time that filling takes */
	g_byte_array_set_size(message->bytes, MESSAGE_BYTES_MAX - 4);
	message_add_body(message, "1234", 4);
	assert_false(message->is_cut);
	message_add_body(message, "", 0);
	assert_false(message->is_cut);
	message_add_body(message, "5", 1);
	assert_true(message->is_cut);
	message_add_header(message, "X", " y", true);
	assert_int_equal(message->bytes->len, MESSAGE_BYTES_MAX);
	assert_memory_equal(message->bytes->data + MESSAGE_BYTES_MAX - 4,
			    "1234", 4);
}

static void
keeps_the_part_that_fits(void **state)
{
	(void)state;
	g_autoptr(MilterMessage) message = message_new("<a@x>");
	g_byte_array_set_size(message->bytes, MESSAGE_BYTES_MAX - 2);
	message_add_body(message, "1234", 4);
	assert_true(message->is_cut);
	assert_int_equal(message->bytes->len, MESSAGE_BYTES_MAX);
	assert_memory_equal(message->bytes->data + MESSAGE_BYTES_MAX - 2, "12",
			    2);
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
		cmocka_unit_test(keeps_no_more_than_its_limit),
		cmocka_unit_test(keeps_the_part_that_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
