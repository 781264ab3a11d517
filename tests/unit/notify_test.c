/* Encoded words were made with base64(1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <loket/notify.h>
#include <string.h>

/* Tue 2026-11-24 17:30:00 +0100 */
#define AT INT64_C(1795537800)

/* state is the zone, made for the group. */
static Notification
acknowledgement(void **state)
{
	return (Notification){
		.from_address = "support@acme.example",
		.from_name = "Acme Klantenservice",
		.to = "customer@home.example",
		.subject = "[ACME #2600042179] Wij hebben uw bericht ontvangen",
		.text = "Goedendag,\n\nDank u wel.\n",
		.is_reply = true,
		.message_id = "2600042179.k7d2@acme.example",
		.in_reply_to = "CAF=x+1@mail.home.example",
		.loop_mark = "k7d2q9",
		.at = AT,
		.tz = *state,
	};
}

static char *
render(const Notification *notification)
{
	g_autoptr(GBytes) mail = notification_render(notification);
	size_t size;
	const char *data = g_bytes_get_data(mail, &size);
	assert_null(memchr(data, '\0', size));
	return g_strndup(data, size);
}

/* The field of that name as it was written, folding and all. */
static char *
field(const char *mail, const char *name)
{
	g_autofree char *start = g_strdup_printf("\r\n%s:", name);
	g_autofree char *whole = g_strconcat("\r\n", mail, NULL);
	const char *p = strstr(whole, start);
	if (!p)
		return NULL;
	p += strlen("\r\n");
	const char *end = strstr(p, "\r\n");
	while (end[2] == ' ' || end[2] == '\t')
		end = strstr(end + 2, "\r\n");
	return g_strndup(p, (size_t)(end - p));
}

static void
assert_field(const Notification *notification, const char *name,
	     const char *want)
{
	g_autofree char *mail = render(notification);
	g_autofree char *got = field(mail, name);
	assert_non_null(got);
	assert_string_equal(got, want);
}

static const char *
body(const char *mail)
{
	const char *end = strstr(mail, "\r\n\r\n");
	assert_non_null(end);
	return end + strlen("\r\n\r\n");
}

static void
writes_the_whole_mail(void **state)
{
	Notification ack = acknowledgement(state);
	g_autofree char *mail = render(&ack);
	assert_string_equal(
		mail, "Date: Tue, 24 Nov 2026 17:30:00 +0100\r\n"
		      "From: \"Acme Klantenservice\" <support@acme.example>\r\n"
		      "Reply-To: <support@acme.example>\r\n"
		      "To: <customer@home.example>\r\n"
		      "Subject: [ACME #2600042179] Wij hebben uw bericht "
		      "ontvangen\r\n"
		      "Message-ID: <2600042179.k7d2@acme.example>\r\n"
		      "In-Reply-To: <CAF=x+1@mail.home.example>\r\n"
		      "References: <CAF=x+1@mail.home.example>\r\n"
		      "Auto-Submitted: auto-replied\r\n"
		      "X-Auto-Response-Suppress: All\r\n"
		      "Loket-Loop: k7d2q9\r\n"
		      "MIME-Version: 1.0\r\n"
		      "Content-Type: text/plain; charset=utf-8\r\n"
		      "Content-Transfer-Encoding: quoted-printable\r\n"
		      "\r\n"
		      "Goedendag,\r\n"
		      "\r\n"
		      "Dank u wel.\r\n");
}

static void
asks_for_replies_elsewhere_when_told_so(void **state)
{
	Notification ack = acknowledgement(state);
	ack.reply_to = "support+x@acme.example";
	assert_field(&ack, "Reply-To", "Reply-To: <support+x@acme.example>");
}

static void
takes_ids_in_angle_brackets(void **state)
{
	Notification ack = acknowledgement(state);
	ack.message_id = "<2600042179.k7d2@acme.example>";
	ack.in_reply_to = "<CAF=x+1@mail.home.example>";
	assert_field(&ack, "Message-ID",
		     "Message-ID: <2600042179.k7d2@acme.example>");
	assert_field(&ack, "In-Reply-To",
		     "In-Reply-To: <CAF=x+1@mail.home.example>");
}

static void
answers_no_id_that_is_none(void **state)
{
	static const char *const ids[] = {
		NULL, "", "x", "a@b@c", "a@b>\r\nBcc: <e@evil.example",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		Notification ack = acknowledgement(state);
		ack.in_reply_to = ids[i];
		g_autofree char *mail = render(&ack);
		assert_null(strstr(mail, "In-Reply-To"));
		assert_null(strstr(mail, "References"));
	}
}

static void
encodes_the_subject_where_it_must(void **state)
{
	static const struct {
		const char *subject, *want;
	} cases[] = {
		{"[A #2600042179] Plain", "Subject: [A #2600042179] Plain"},
		{"", "Subject:"},
		{"[ACME #2600042179] Nous avons bien reçu votre message",
		 "Subject: [ACME #2600042179] Nous avons bien\r\n"
		 " =?UTF-8?B?cmXDp3Ugdm90cmUgbWVzc2FnZQ==?="},
		{"=?UTF-8?Q?x?= y",
		 "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PSB5?="},
		/* 30 times two bytes: 22 in the first word, 8 in the next */
		{"éééééééééééééééééééééééééééééé",
		 "Subject:\r\n =?UTF-8?B?"
		 "w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6k="
		 "?=\r\n =?UTF-8?B?w6nDqcOpw6nDqcOpw6nDqQ==?="},
		/* 61 letters: no line may hold them */
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "a",
		 "Subject:\r\n =?UTF-8?B?"
		 "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
		 "?=\r\n =?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYQ==?="},
		{"one two three four five six seven eight nine ten eleven "
		 "twelve thirteen",
		 "Subject: one two three four five six seven eight nine ten "
		 "eleven twelve\r\n thirteen"},
		{"  a\t\tb \r\n c  ", "Subject: a b c"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Notification ack = acknowledgement(state);
		ack.subject = cases[i].subject;
		assert_field(&ack, "Subject", cases[i].want);
	}
}

static void
writes_names_of_every_kind(void **state)
{
	static const struct {
		const char *name, *want;
	} cases[] = {
		{NULL, "From: <support@acme.example>"},
		{"", "From: <support@acme.example>"},
		{"Acme, \"the\" \\ shop", "From: \"Acme, \\\"the\\\" \\\\ "
					  "shop\" <support@acme.example>"},
		{"Klantenservice Zoë",
		 "From: =?UTF-8?B?S2xhbnRlbnNlcnZpY2UgWm/Dqw==?= "
		 "<support@acme.example>"},
		{"a\r\nBcc: x", "From: \"a Bcc: x\" <support@acme.example>"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Notification ack = acknowledgement(state);
		ack.from_name = cases[i].name;
		assert_field(&ack, "From", cases[i].want);
	}
}

static void
keeps_addresses_within_their_brackets(void **state)
{
	static const struct {
		const char *to, *want;
	} cases[] = {
		{"a@b.example>, <c@evil.example",
		 "To: <a@b.example?,??c@evil.example>"},
		{"a@b.example\r\nBcc: c@evil.example",
		 "To: <a@b.example??Bcc:?c@evil.example>"},
		{"zoë@home.example", "To: <zoë@home.example>"},
		{"a\377@b.example", "To: <a\357\277\275@b.example>"},
		{"", "To: <>"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Notification ack = acknowledgement(state);
		ack.to = cases[i].to;
		assert_field(&ack, "To", cases[i].want);
	}
}

static void
writes_the_text_as_quoted_printable(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", ""},
		{"no end", "no end\r\n"},
		{"a=b\n", "a=3Db\r\n"},
		{"reçu\n", "re=C3=A7u\r\n"},
		{"ends in space \nand tab\t\n",
		 "ends in space=20\r\nand tab=09\r\n"},
		{"\n\n.\n", "\r\n\r\n.\r\n"},
		{"mac\rdos\r\nunix\n", "mac\r\ndos\r\nunix\r\n"},
		{"bell\a, escape\033[m, del\177\n",
		 "bell , escape [m, del=20\r\n"},
		{"next\302\205line\n", "next line\r\n"},
		{"bad\377\n", "bad=EF=BF=BD\r\n"},
		/* 80 columns: 75 and the soft break, then the rest */
		{"1234567890123456789012345678901234567890"
		 "1234567890123456789012345678901234567890\n",
		 "1234567890123456789012345678901234567890"
		 "12345678901234567890123456789012345=\r\n67890\r\n"},
		/* no soft break within an encoded byte */
		{"1234567890123456789012345678901234567890"
		 "12345678901234567890123456789012é\n",
		 "1234567890123456789012345678901234567890"
		 "12345678901234567890123456789012=C3=\r\n=A9\r\n"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		Notification ack = acknowledgement(state);
		ack.text = cases[i].text;
		g_autofree char *mail = render(&ack);
		assert_string_equal(body(mail), cases[i].want);
	}
}

/* The names of the fields, in order, and a check of every line. */
static char *
field_names(const char *mail)
{
	GString *names = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(mail, "\r\n", -1);
	bool in_header = true;
	for (char **line = lines; *line; line++) {
		assert_null(strpbrk(*line, "\r\n"));
		assert_in_range(strlen(*line), 0, 998);
		in_header = in_header && **line;
		if (in_header && **line != ' ')
			g_string_append_printf(names, "%.*s,",
					       (int)strcspn(*line, ":"), *line);
	}
	return g_string_free(names, FALSE);
}

static void
lets_no_value_add_a_field(void **state)
{
	g_autofree char *endless = g_strnfill(5000, 'a');
	const char *const hostile[] = {
		"x\r\nBcc: e@evil.example",
		"x\nBcc: e@evil.example",
		"x\rBcc: e@evil.example",
		"x\r\n\r\n<html>",
		"x\r\n Bcc: e@evil.example",
		"\r\n",
		"x\302\205Bcc: y",
		"x\342\200\250Bcc: y",
		"x\v\f\033\177y",
		"\377\376\r\nBcc: y",
		endless,
	};
	Notification plain = acknowledgement(state);
	g_autofree char *mail = render(&plain);
	g_autofree char *want = field_names(mail);
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		Notification ack = acknowledgement(state);
		ack.from_address = hostile[i];
		ack.from_name = hostile[i];
		ack.to = hostile[i];
		ack.subject = hostile[i];
		ack.text = hostile[i];
		ack.message_id = hostile[i];
		ack.loop_mark = hostile[i];
		g_autofree char *attacked = render(&ack);
		g_autofree char *names = field_names(attacked);
		assert_string_equal(names, want);
	}
}

static void
knows_a_message_id(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		bool want;
	} cases[] = {
		{"a@b", true},
		{"<a@b>", true},
		{"a.b.c@d.example", true},
		{"!#$%&'*+-/=?^_`{|}~@x", true},
		{"a@[127.0.0.1]", true},
		{"a@[]", true},
		{NULL, false},
		{"", false},
		{"<>", false},
		{"<@>", false},
		{"ab", false},
		{"a@", false},
		{"@b", false},
		{"a@b@c", false},
		{"<a@b", false},
		{"a@b>", false},
		{"<<a@b>>", false},
		{".a@b", false},
		{"a.@b", false},
		{"a..b@c", false},
		{"a@b..c", false},
		{"a b@c", false},
		{" a@b", false},
		{"a@b ", false},
		{"a@b\r\n", false},
		{"a@b\n", false},
		{"a\t@b", false},
		{"a@[x", false},
		{"a@[", false},
		{"a@[x]y]", false},
		{"a@[\\x]", false},
		{"a@[x y]", false},
		{"\"a\"@b", false},
		{"a(c)@b", false},
		{"a,b@c", false},
		{"é@b", false},
		{"a@é", false},
		{"a\177@b", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (message_id_is_valid(cases[i].id) != cases[i].want)
			fail_msg("%s", cases[i].id);
}

static void
takes_message_ids_of_250_characters_at_most(void **state)
{
	(void)state;
	/* with "@b" and the brackets 250 */
	g_autofree char *left = g_strnfill(246, 'a');
	g_autofree char *longest = g_strdup_printf("<%s@b>", left);
	g_autofree char *longest_bare = g_strdup_printf("%s@b", left);
	g_autofree char *too_long = g_strdup_printf("<%sa@b>", left);
	g_autofree char *too_long_bare = g_strdup_printf("%sa@b", left);
	assert_int_equal(strlen(longest), 250);
	assert_true(message_id_is_valid(longest));
	assert_true(message_id_is_valid(longest_bare));
	assert_false(message_id_is_valid(too_long));
	assert_false(message_id_is_valid(too_long_bare));
}

static int
make_zone(void **state)
{
	*state = g_time_zone_new_identifier("Europe/Amsterdam");
	return *state ? 0 : -1;
}

static int
free_zone(void **state)
{
	g_time_zone_unref(*state);
	return 0;
}

static void
says_whether_a_mail_caused_it(void **state)
{
	Notification notification = acknowledgement(state);
	assert_field(&notification, "Auto-Submitted",
		     "Auto-Submitted: auto-replied");
	notification.is_reply = false;
	assert_field(&notification, "Auto-Submitted",
		     "Auto-Submitted: auto-generated");
}

/* RFC 2046 5.1.4: text first, so that the last that a client knows is best. */
static void
has_an_html_part_when_it_is_given_one(void **state)
{
	Notification notification = acknowledgement(state);
	notification.text = "Één =_loket\n--=_loket--\n";
	notification.html = "<p>Één</p>\n";
	g_autofree char *mail = render(&notification);
	assert_non_null(strstr(mail, "\r\nContent-Type: multipart/alternative; "
				     "boundary=\"=_loket\"\r\n\r\n"));
	const char *body = strstr(mail, "\r\n\r\n") + 4;
	assert_string_equal(body,
			    "--=_loket\r\n"
			    "Content-Type: text/plain; charset=utf-8\r\n"
			    "Content-Transfer-Encoding: quoted-printable\r\n"
			    "\r\n"
			    "=C3=89=C3=A9n =3D_loket\r\n"
			    "--=3D_loket--\r\n"
			    "\r\n--=_loket\r\n"
			    "Content-Type: text/html; charset=utf-8\r\n"
			    "Content-Transfer-Encoding: quoted-printable\r\n"
			    "\r\n"
			    "<p>=C3=89=C3=A9n</p>\r\n"
			    "\r\n--=_loket--\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_whether_a_mail_caused_it),
		cmocka_unit_test(has_an_html_part_when_it_is_given_one),
		cmocka_unit_test(writes_the_whole_mail),
		cmocka_unit_test(asks_for_replies_elsewhere_when_told_so),
		cmocka_unit_test(takes_ids_in_angle_brackets),
		cmocka_unit_test(answers_no_id_that_is_none),
		cmocka_unit_test(encodes_the_subject_where_it_must),
		cmocka_unit_test(writes_names_of_every_kind),
		cmocka_unit_test(keeps_addresses_within_their_brackets),
		cmocka_unit_test(writes_the_text_as_quoted_printable),
		cmocka_unit_test(lets_no_value_add_a_field),
		cmocka_unit_test(knows_a_message_id),
		cmocka_unit_test(takes_message_ids_of_250_characters_at_most),
	};
	return cmocka_run_group_tests(tests, make_zone, free_zone);
}
