/* mail: from bytes to data, whatever the bytes are. */
#include "mail_fixture.h"

#define LETTER                                                                 \
	"Return-Path: <jan@home.example>\r\n"                                  \
	"From: Jan Jansen <jan@home.example>\r\n"                              \
	"To: support@acme.example, \"Help, Desk\" <help@acme.example>\r\n"     \
	"Cc: els@home.example\r\n"                                             \
	"Reply-To: Els <els@home.example>\r\n"                                 \
	"Subject: [ACME #2600042179] Factuur\r\n"                              \
	"Date: Fri, 20 Nov 2026 14:31:00 +0100\r\n"                            \
	"Message-ID: <1@home.example>\r\n"                                     \
	"In-Reply-To: <a@acme.example>\r\n"                                    \
	"References: <z@acme.example> <a@acme.example>\r\n"                    \
	"\r\n"                                                                 \
	"De factuur klopt niet, er staan twee regels dubbel op.\r\n"

static const MailAddress *
nth(const GPtrArray *addresses, guint i)
{
	assert_true(i < addresses->len);
	return addresses->pdata[i];
}

static void
reads_an_ordinary_mail(void **state)
{
	g_autoptr(Mail) mail = read_text(state, LETTER);
	g_autofree char *date = g_date_time_format_iso8601(mail->date);
	assert_string_equal(mail->subject, "[ACME #2600042179] Factuur");
	assert_string_equal(nth(mail->from, 0)->name, "Jan Jansen");
	assert_string_equal(mail_from_address(mail), "jan@home.example");
	assert_int_equal(mail->to->len, 2);
	assert_string_equal(nth(mail->to, 1)->name, "Help, Desk");
	assert_string_equal(nth(mail->cc, 0)->address, "els@home.example");
	assert_string_equal(mail->reply_to->address, "els@home.example");
	assert_string_equal(mail->return_path, "jan@home.example");
	assert_string_equal(date, "2026-11-20T14:31:00+01");
	assert_string_equal(mail->message_id, "1@home.example");
	assert_string_equal(mail->in_reply_to->pdata[0], "a@acme.example");
	assert_int_equal(mail->references->len, 2);
	assert_string_equal(mail->references->pdata[0], "z@acme.example");
	assert_string_equal(mail->text, "De factuur klopt niet, er staan twee "
					"regels dubbel op.\n");
	assert_string_equal(mail->language, "nl");
	assert_int_equal(mail->attachments->len, 0);
	assert_int_equal(mail->warnings->len, 0);
	assert_null(mail->bounce);
	assert_null(mail->report);
	assert_false(mail->is_spam);
}

static void
an_empty_mail_has_nothing_in_it(void **state)
{
	g_autoptr(Mail) mail = read_text(state, "");
	assert_null(mail->subject);
	assert_null(mail->message_id);
	assert_null(mail->date);
	assert_null(mail->reply_to);
	assert_null(mail->return_path);
	assert_null(mail_from_address(mail));
	assert_int_equal(mail->from->len, 0);
	assert_string_equal(mail->text, "");
	assert_string_equal(mail->new_text, "");
	assert_string_equal(mail->language, "");
	assert_true(has_warning(mail, "no header"));
}

static void
raw_values_are_those_of_libmilter(void **state)
{
	g_autoptr(Mail) mail = read_text(state, "A: one\r\n\t two\r\n"
						"B:no space\n"
						"C:  two spaces\n"
						"D:\ttab\n"
						"e : late colon \r\n"
						"F:\r\n"
						"A: again\r\n\r\nbody");
	assert_string_equal(mail_header(mail, "a", 0), "one\n\t two");
	assert_string_equal(mail_header(mail, "A", 1), "again");
	assert_null(mail_header(mail, "A", 2));
	assert_int_equal(mail_header_count(mail, "a"), 2);
	assert_string_equal(mail_header(mail, "b", 0), "no space");
	assert_string_equal(mail_header(mail, "C", 0), " two spaces");
	assert_string_equal(mail_header(mail, "D", 0), "\ttab");
	assert_string_equal(mail_header(mail, "E", 0), "late colon ");
	assert_string_equal(mail_header(mail, "F", 0), "");
	assert_int_equal(mail->headers->len, 7);
}

static void
a_nul_byte_ends_a_raw_value(void **state)
{
	static const char bytes[] = "Subject: ab\0cd\r\n\r\n";
	g_autoptr(Mail) mail = read_bytes(state, bytes, sizeof(bytes) - 1);
	assert_string_equal(mail_header(mail, "Subject", 0), "ab");
}

static void
decodes_subjects(void **state)
{
	static const struct {
		const char *raw;
		const char *want;
	} cases[] = {
		{"plain", "plain"},
		{"", ""},
		{"folded\r\n here", "folded here"},
		{"folded\r\n\there", "folded here"},
		{"two  spaces", "two  spaces"},
		{"=?iso-8859-1?Q?caf=E9_zu?=", "café zu"},
		{"=?UTF-8?B?Y2Fmw6k=?=", "café"},
		/* white space between words does not count */
		{"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
		{"=?utf-8?B?YQ==?=\r\n =?utf-8?B?Yg==?=", "ab"},
		{"=?utf-8?B?YQ==?= and =?utf-8?B?Yg==?=", "a and b"},
		/* a character cut in two by two words */
		{"=?utf-8?B?Y2Fmww==?= =?utf-8?B?qSE=?=", "café!"},
		{"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"},
		/* raw bytes: UTF-8, or else windows-1252 */
		{"caf\xc3\xa9", "café"},
		{"caf\xe9 \x80", "café €"},
		{"=?utf-8?B?a?=b", "b"},
		{"=?utf-8?B?"
		 "?=b",
		 "b"},
		/* not a word at all */
		{"=?UTF-8?Q?caf=C3=A9?= =?UTF-8?Q?caf", "café =?UTF-8?Q?caf"},
		{"=?utf-8?B?Y2Fm", "=?utf-8?B?Y2Fm"},
		{"what =? is ?= this", "what =? is ?= this"},
		{"bell\x07", "bell"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strdup_printf("Subject: %s\r\n\r\nx", cases[i].raw);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_string_equal(mail->subject, cases[i].want);
	}
}

static void
raw_headers_are_in_the_charset_of_the_text(void **state)
{
	static const struct {
		const char *type;
		const char *want;
	} cases[] = {
		{"text/plain; charset=koi8-r", "у1"},
		{"text/plain", "Õ1"},
		{"text/plain; charset=no-such", "Õ1"},
		{"text/plain; charset=utf-16", "Õ1"},
		{"multipart/mixed; boundary=b", "е1"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"Subject: \xd5"
			"1\r\nContent-Type: %s\r\n\r\n"
			"--b\r\n\r\n--b\r\n"
			"Content-Type: text/html; charset=iso-8859-5\r\n"
			"\r\nx\r\n--b--\r\n",
			cases[i].type);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_string_equal(mail->subject, cases[i].want);
	}
}

static void
reads_addresses(void **state)
{
	static const struct {
		const char *raw;
		const char *name;
		const char *address;
	} cases[] = {
		{"a@b.example", "", "a@b.example"},
		{"<a@b.example>", "", "a@b.example"},
		{"a@b.example (Ann)", "Ann", "a@b.example"},
		{"\"Ann \\\"A\\\" Bee\" <a@b.example>", "Ann \"A\" Bee",
		 "a@b.example"},
		{"=?utf-8?B?QW5u?= =?utf-8?B?w6k=?= <a@b.example>", "Anné",
		 "a@b.example"},
		{"\"=?utf-8?Q?Ann=C3=A9?=\" <a@b.example>", "Anné",
		 "a@b.example"},
		{"Acme, Inc. <a@b.example>", "Acme, Inc.", "a@b.example"},
		{"x@y.example <a@b.example>", "x@y.example", "a@b.example"},
		{"Ann <a@b.example", "Ann", "a@b.example"},
		{"Crew: a@b.example, c@d.example;", "", "a@b.example"},
		{"Ren\xe9 <a@b.example>", "René", "a@b.example"},
		{"MAILER-DAEMON", "", "MAILER-DAEMON"},
		{"\"Ann\r\n Bee\" <a@b.example>", "Ann Bee", "a@b.example"},
		{"\"Ann; B\" <a@b.example>", "Ann; B", "a@b.example"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strdup_printf("To: %s\r\n\r\nx", cases[i].raw);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_string_equal(nth(mail->to, 0)->name, cases[i].name);
		assert_string_equal(nth(mail->to, 0)->address,
				    cases[i].address);
	}
}

static void
a_single_author_is_one_field_with_one_address(void **state)
{
	static const struct {
		const char *header;
		const char *want;
	} cases[] = {
		{"From: a@b.example\r\n", "a@b.example"},
		{"From: <a@b.example> Ann\r\n", "a@b.example"},
		{"From: a@b.example, c@d.example\r\n", NULL},
		{"From: a@b.example; c@d.example\r\n", NULL},
		{"From: a@b.example\r\nFrom: a@b.example\r\n", NULL},
		{"From: a@b.example\r\nFrom:\r\n", NULL},
		{"From: Crew:;\r\n", NULL},
		{"Sender: a@b.example\r\n", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strconcat(cases[i].header, "\r\nx", NULL);
		g_autoptr(Mail) mail = read_text(state, text);
		const char *got = mail_from_address(mail);
		if (cases[i].want)
			assert_string_equal(got, cases[i].want);
		else
			assert_null(got);
	}
}

static void
reads_message_ids(void **state)
{
	static const struct {
		const char *raw;
		const char *want;
	} cases[] = {
		{"<a@b>", "a@b"},
		{"<a@b> <c@d>", "a@b c@d"},
		{"<a@b><c@d>", "a@b c@d"},
		{"<a@b>,<c@d>", "a@b c@d"},
		{"<a@b>\r\n\t<c@d>", "a@b c@d"},
		{"<a\r\n @b>", "a@b"},
		{"<a@b> (Ann's message of Friday)", "a@b"},
		{"Your message of Friday <a@b>", "a@b"},
		{"<a@b <c@d>", "c@d"},
		{"<<a@b>>", "a@b"},
		{"a@b", "a@b"},
		{"a@b c@d", "a@b c@d"},
		{"a@b,\r\n\tc@d", "a@b c@d"},
		{"a@b of Friday", ""},
		{"<>", ""},
		{"<a@b", ""},
		{"", ""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"References: %s\r\n\r\nx", cases[i].raw);
		g_autoptr(Mail) mail = read_text(state, text);
		g_ptr_array_add(mail->references, NULL);
		g_autofree char *got =
			g_strjoinv(" ", (char **)mail->references->pdata);
		g_ptr_array_set_size(mail->references,
				     (int)mail->references->len - 1);
		assert_string_equal(got, cases[i].want);
	}
}

static void
keeps_the_last_references(void **state)
{
	GString *text = g_string_new("References:");
	for (int i = 0; i < MAIL_REFERENCES_MAX + 20; i++)
		g_string_append_printf(text, "\r\n <%d@x>", i);
	g_string_append(text, "\r\n\r\nx");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_int_equal(mail->references->len, MAIL_REFERENCES_MAX);
	assert_string_equal(mail->references->pdata[0], "20@x");
	assert_string_equal(mail->references->pdata[MAIL_REFERENCES_MAX - 1],
			    "119@x");
	assert_true(has_warning(mail, "References"));
	g_string_free(text, TRUE);
}

static void
a_date_that_no_mail_can_have_is_none(void **state)
{
	static const struct {
		const char *raw;
		const char *want;
	} cases[] = {
		{"Fri, 20 Nov 2026 14:31:00 +0100", "2026-11-20T14:31:00+01"},
		{"20 Nov 2026 14:31 GMT", "2026-11-20T14:31:00Z"},
		{"Fri, 20 Nov 26 14:31:00 -0500 (EST)",
		 "2026-11-20T14:31:00-05"},
		{"Fri, 20 Nov 1926 14:31:00 +0100", NULL},
		{"Fri, 20 Nov 9026 14:31:00 +0100", NULL},
		{"yesterday", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strdup_printf("Date: %s\r\n\r\nx", cases[i].raw);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_int_equal(has_warning(mail, "Date"), !cases[i].want);
		if (!cases[i].want) {
			assert_null(mail->date);
			continue;
		}
		g_autofree char *got = g_date_time_format_iso8601(mail->date);
		assert_string_equal(got, cases[i].want);
	}
}

static void
the_null_sender_is_not_an_absent_one(void **state)
{
	g_autoptr(Mail) null = read_text(state, "Return-Path: <>\r\n\r\n");
	g_autoptr(Mail) bare = read_text(state, "Return-Path: a@b\r\n\r\n");
	g_autoptr(Mail) absent = read_text(state, "Subject: x\r\n\r\n");
	g_autoptr(Mail) empty = read_text(state, "Return-Path:\r\n\r\n");
	g_autoptr(Mail) half = read_text(state, "Return-Path: <\r\n\r\n");
	assert_null(empty->return_path);
	assert_null(half->return_path);
	assert_string_equal(null->return_path, "");
	assert_string_equal(bare->return_path, "a@b");
	assert_null(absent->return_path);
}

static void
an_mbox_line_is_no_header(void **state)
{
	g_autoptr(Mail) mail = read_text(
		state,
		"From jan@home.example Fri Nov 20 14:31:00 2026\n" LETTER);
	g_autoptr(Mail) plain = read_text(state, LETTER);
	assert_int_equal(mail->headers->len, plain->headers->len);
	assert_int_equal(mail->body_offset, plain->body_offset);
	assert_true(g_bytes_equal(mail->bytes, plain->bytes));
	g_autoptr(Mail) odd = read_text(state, "From : a@b\r\n\r\nx");
	assert_string_equal(mail_from_address(odd), "a@b");
}

static void
the_body_is_hashed_as_received(void **state)
{
	/* printf 'a\r\n\0b' | sha256sum */
	static const char bytes[] = "Subject: x\r\n\r\na\r\n\0b";
	g_autoptr(Mail) mail = read_bytes(state, bytes, sizeof(bytes) - 1);
	assert_int_equal(mail->body_offset, strlen("Subject: x\r\n\r\n"));
	assert_string_equal(mail->body_sha256,
			    "3a37e3e0d6fa55a51c92f21426a21e73fd2c1d090d38fba091"
			    "e22a54a9b882a6");
	/* sha256sum < /dev/null */
	g_autoptr(Mail) none = read_text(state, "Subject: x\r\n");
	assert_string_equal(none->body_sha256,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca4"
			    "95991b7852b855");
}

static void
a_line_that_is_no_field_ends_the_header(void **state)
{
	g_autoptr(Mail) mail =
		read_text(state, "Subject: x\r\nno field\r\nTo: a@b\r\n\r\ny");
	assert_int_equal(mail->headers->len, 1);
	assert_string_equal(mail->text, "no field\nTo: a@b\n\ny");
	assert_true(has_warning(mail, "no empty line"));
}

static void
repeated_fields_are_told(void **state)
{
	g_autoptr(Mail) mail = read_text(state, "Subject: one\r\n"
						"Subject: two\r\n\r\nx");
	assert_string_equal(mail->subject, "one");
	assert_true(has_warning(mail, "2 Subject fields"));
}

static void
spam_is_what_the_mail_server_says(void **state)
{
	static const struct {
		const char *header;
		const char *want;
	} cases[] = {
		{"X-Spam-Flag: YES", "X-Spam-Flag: YES"},
		{"X-Spam-Flag: yes", "X-Spam-Flag: YES"},
		{"X-Spam-Status: Yes, score=9.1", "X-Spam-Status: Yes"},
		{"X-Spam: Yes", "X-Spam: Yes"},
		{"X-Spamd-Result: default: True [16.10 / 15.00];\r\n\tX(1.0)[]",
		 "X-Spamd-Result: default: True"},
		{"X-Spamd-Result: default: False [1.10 / 15.00];", NULL},
		{"X-Rspamd-Action: add header", "X-Rspamd-Action: add header"},
		{"X-Rspamd-Action: no action", NULL},
		{"X-Rspamd-Action: greylist", NULL},
		{"X-Spam-Flag: NO", NULL},
		{"X-Spam-Status: No, score=-1.0", NULL},
		{"X-Spam-Level: *********", NULL},
		{"Subject: X-Spam-Flag: YES", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strconcat(cases[i].header, "\r\n\r\nx", NULL);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_int_equal(mail->is_spam, cases[i].want != NULL);
		if (cases[i].want)
			assert_string_equal(mail->spam_reason, cases[i].want);
		else
			assert_null(mail->spam_reason);
	}
}

static void
undoes_what_servers_did_to_an_address(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		const char *want;
	} cases[] = {
		{"jan@home.example", "jan@home.example"},
		{"SRS0=HHH=TT=home.example=jan@fwd.example",
		 "jan@home.example"},
		{"srs0+HHH=TT=home.example=jan=x@fwd.example",
		 "jan=x@home.example"},
		{"SRS1=HHH=one.example==HHH=TT=home.example=jan@two.example",
		 "jan@home.example"},
		{"prvs=0123456789=jan@home.example", "jan@home.example"},
		{"prvs=jan/0123456789@home.example", "jan@home.example"},
		{"btv1==123==jan@home.example", "jan@home.example"},
		{"SRS0=broken@fwd.example", "SRS0=broken@fwd.example"},
		{"SRS0", "SRS0"},
		{"", ""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = mail_address_original(cases[i].address);
		assert_string_equal(got, cases[i].want);
	}
}

static void
every_beginning_of_a_mail_is_a_mail(void **state)
{
	size_t length = strlen(LETTER);
	for (size_t n = 0; n <= length; n++) {
		g_autoptr(Mail) mail = read_bytes(state, LETTER, n);
		assert_true(mail->body_offset <= n);
		assert_true(g_utf8_validate(mail->text, -1, NULL));
		assert_true(mail->headers->len <= 10);
	}
}

static gpointer
read_often(gpointer reader)
{
	size_t wrong = 0;
	g_autoptr(GBytes) bytes = g_bytes_new_static(LETTER, strlen(LETTER));
	for (int i = 0; i < 50; i++) {
		g_autoptr(Mail) mail = mail_read(reader, bytes);
		wrong += strcmp(mail->language, "nl") != 0 ||
			 mail->references->len != 2;
	}
	return GSIZE_TO_POINTER(wrong);
}

static void
many_threads_may_read(void **state)
{
	GThread *threads[4];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("read", read_often, *state);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_int_equal(GPOINTER_TO_SIZE(g_thread_join(threads[i])),
				 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_ordinary_mail),
		cmocka_unit_test(an_empty_mail_has_nothing_in_it),
		cmocka_unit_test(raw_values_are_those_of_libmilter),
		cmocka_unit_test(a_nul_byte_ends_a_raw_value),
		cmocka_unit_test(decodes_subjects),
		cmocka_unit_test(raw_headers_are_in_the_charset_of_the_text),
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(a_single_author_is_one_field_with_one_address),
		cmocka_unit_test(reads_message_ids),
		cmocka_unit_test(keeps_the_last_references),
		cmocka_unit_test(a_date_that_no_mail_can_have_is_none),
		cmocka_unit_test(the_null_sender_is_not_an_absent_one),
		cmocka_unit_test(an_mbox_line_is_no_header),
		cmocka_unit_test(the_body_is_hashed_as_received),
		cmocka_unit_test(a_line_that_is_no_field_ends_the_header),
		cmocka_unit_test(repeated_fields_are_told),
		cmocka_unit_test(spam_is_what_the_mail_server_says),
		cmocka_unit_test(undoes_what_servers_did_to_an_address),
		cmocka_unit_test(every_beginning_of_a_mail_is_a_mail),
		cmocka_unit_test(many_threads_may_read),
	};
	return cmocka_run_group_tests_name("mail", tests, make_reader,
					   free_reader);
}
