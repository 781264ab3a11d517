/* Against a listener that speaks SMTP from a script, on a real socket. */
#include <glib/gstdio.h>
#include <loket/error.h>
#include <loket/smtp.h>

#include "relay.h"

#define SENDER "desk@acme.example"
#define RECIPIENT "customer@home.example"
#define MAIL "Subject: x\r\n\r\nhello\r\n"

static bool
send_text(SmtpClient *client, const char *text, GError **error)
{
	g_autoptr(GBytes) mail = g_bytes_new_static(text, strlen(text));
	return smtp_send(client, SENDER, RECIPIENT, mail, error);
}

static SmtpClient *
client_of(const Relay *relay)
{
	g_autoptr(GError) error = NULL;
	SmtpClient *client = smtp_client_new(relay->url, NULL, NULL, &error);
	assert_null(error);
	assert_non_null(client);
	return client;
}

/* The conversation from MAIL on: what EHLO names is this machine's. */
static const char *
heard_from_mail(const Relay *relay)
{
	const char *mail = strstr(relay->heard->str, "MAIL ");
	return mail ? mail : "";
}

static void
hands_a_mail_to_the_relay(void **state)
{
	(void)state;
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	g_autoptr(GError) error = NULL;
	assert_true(send_text(client, MAIL, &error));
	assert_null(error);
	smtp_client_free(client);
	relay_stop(relay);
	assert_string_equal(heard_from_mail(relay),
			    "MAIL FROM:<" SENDER ">\r\n"
			    "RCPT TO:<" RECIPIENT ">\r\n"
			    "DATA\r\n" MAIL ".\r\n"
			    "QUIT\r\n");
	relay_free(relay);
}

static void
writes_the_null_sender(void **state)
{
	(void)state;
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	g_autoptr(GBytes) mail = g_bytes_new_static(MAIL, strlen(MAIL));
	assert_true(smtp_send(client, "", RECIPIENT, mail, NULL));
	smtp_client_free(client);
	relay_stop(relay);
	assert_true(
		g_str_has_prefix(heard_from_mail(relay), "MAIL FROM:<>\r\n"));
	relay_free(relay);
}

static void
stuffs_dots(void **state)
{
	(void)state;
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	assert_true(send_text(client, "A: b\r\n\r\n.\r\n..x\r\nend\r\n", NULL));
	smtp_client_free(client);
	relay_stop(relay);
	assert_non_null(strstr(relay->heard->str,
			       "A: b\r\n\r\n..\r\n...x\r\nend\r\n.\r\n"));
	relay_free(relay);
}

static void
sends_a_mail_larger_than_any_buffer(void **state)
{
	(void)state;
	GString *text = g_string_new("A: b\r\n\r\n");
	for (int i = 0; i < 20000; i++)
		g_string_append_printf(text, "line %d of many\r\n", i);
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	assert_true(send_text(client, text->str, NULL));
	smtp_client_free(client);
	relay_stop(relay);
	g_string_append(text, ".\r\n");
	assert_non_null(strstr(relay->heard->str, text->str));
	g_string_free(text, TRUE);
	relay_free(relay);
}

static void
keeps_its_connection_between_mails(void **state)
{
	(void)state;
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	for (int i = 0; i < 3; i++)
		assert_true(send_text(client, MAIL, NULL));
	smtp_client_free(client);
	relay_stop(relay);
	assert_int_equal(relay->connections, 1);
	assert_int_equal(count(relay->heard->str, "DATA\r\n"), 3);
	relay_free(relay);
}

static void
connects_again_when_the_relay_hung_up(void **state)
{
	(void)state;
	Relay *relay = relay_start(&(Script){.mails = 1});
	SmtpClient *client = client_of(relay);
	for (int i = 0; i < 3; i++) {
		assert_true(send_text(client, MAIL, NULL));
		/* the end of the connection has to arrive */
		g_usleep(50000);
	}
	smtp_client_free(client);
	relay_stop(relay);
	assert_int_equal(relay->connections, 3);
	relay_free(relay);
}

static void
sends_the_next_mail_after_a_refusal(void **state)
{
	(void)state;
	static const Script usual = {0};
	Relay *relay = relay_start(&(Script){.rcpt = "550 no"});
	SmtpClient *client = client_of(relay);
	assert_false(send_text(client, MAIL, NULL));
	relay->script = &usual;
	assert_true(send_text(client, MAIL, NULL));
	smtp_client_free(client);
	relay_stop(relay);
	relay_free(relay);
}

static void
assert_fails(const char *name, const Script *script, int code,
	     const char *message)
{
	Relay *relay = relay_start(script);
	SmtpClient *client = client_of(relay);
	smtp_client_set_timeout(client, 1);
	g_autoptr(GError) error = NULL;
	bool sent = send_text(client, MAIL, &error);
	smtp_client_free(client);
	relay_stop(relay);
	relay_free(relay);
	if (sent || !g_error_matches(error, LOKET_ERROR, code))
		fail_msg("%s: %s", name, sent ? "sent" : error->message);
	assert_true(*error->message);
	if (message)
		assert_string_equal(error->message, message);
}

static void
tells_a_refused_mail_from_one_to_try_again(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		Script script;
		int code;
		const char *message;
	} cases[] = {
		{"4xx at MAIL",
		 {.mail = "451 4.3.0 later"},
		 LOKET_ERROR_TEMPORARY,
		 "451 4.3.0 later"},
		{"5xx at MAIL",
		 {.mail = "550 5.7.1 not you"},
		 LOKET_ERROR_PERMANENT,
		 "550 5.7.1 not you"},
		{"4xx at RCPT",
		 {.rcpt = "450 4.2.1 greylisted"},
		 LOKET_ERROR_TEMPORARY,
		 "450 4.2.1 greylisted"},
		{"5xx at RCPT, in two lines",
		 {.rcpt = "550-5.1.1 no such\r\n550 5.1.1 user here"},
		 LOKET_ERROR_PERMANENT,
		 "550-5.1.1 no such 550 5.1.1 user here"},
		{"4xx at DATA",
		 {.data = "452 4.3.1 full"},
		 LOKET_ERROR_TEMPORARY,
		 "452 4.3.1 full"},
		{"5xx at DATA",
		 {.data = "554 5.5.1 no recipients"},
		 LOKET_ERROR_PERMANENT,
		 "554 5.5.1 no recipients"},
		{"4xx after the mail",
		 {.end = "451 4.7.1 milter"},
		 LOKET_ERROR_TEMPORARY,
		 "451 4.7.1 milter"},
		{"5xx after the mail",
		 {.end = "554 5.7.1 spam"},
		 LOKET_ERROR_PERMANENT,
		 "554 5.7.1 spam"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_fails(cases[i].name, &cases[i].script, cases[i].code,
			     cases[i].message);
}

static void
tries_again_when_the_trouble_is_the_relays(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		Script script;
	} cases[] = {
		{"busy", {.greeting = "421 4.3.2 busy"}},
		{"no service", {.greeting = "554 5.3.2 no service"}},
		{"not SMTP", {.greeting = "SSH-2.0-x"}},
		{"drop at once", {.greeting = DROP}},
		{"drop at EHLO", {.ehlo = DROP}},
		{"drop at MAIL", {.mail = DROP}},
		{"drop at RCPT", {.rcpt = DROP}},
		{"drop at DATA", {.data = DROP}},
		{"drop after the mail", {.end = DROP}},
		{"EHLO refused, then drop", {.ehlo = "502 what", .end = DROP}},
		{"stall at once", {.greeting = STALL}},
		{"stall at RCPT", {.rcpt = STALL}},
		{"stall after the mail", {.end = STALL}},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_fails(cases[i].name, &cases[i].script,
			     LOKET_ERROR_TEMPORARY, NULL);
}

static void
repeats_what_the_relay_said_harmlessly(void **state)
{
	(void)state;
	GString *reply = g_string_new("550 a\tb\033[31mc\377d ");
	for (int i = 0; i < 100; i++)
		g_string_append(reply, "\303\251xyz");
	/* 16 characters and 46 times four */
	GString *want = g_string_new("550 a b [31mc\357\277\275d ");
	for (int i = 0; i < 46; i++)
		g_string_append(want, "\303\251xyz");
	assert_fails("long", &(Script){.rcpt = reply->str},
		     LOKET_ERROR_PERMANENT, want->str);
	g_string_free(reply, TRUE);
	g_string_free(want, TRUE);
}

static void
survives_a_reply_without_end(void **state)
{
	(void)state;
	GString *reply = g_string_new(NULL);
	for (int i = 0; i < 5000; i++)
		g_string_append(reply, "550-x\r\n");
	g_string_append(reply, "550 x");
	assert_fails("endless", &(Script){.rcpt = reply->str},
		     LOKET_ERROR_PERMANENT, NULL);
	g_string_free(reply, TRUE);
}

static void
tries_again_when_nobody_listens(void **state)
{
	(void)state;
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	relay_stop(relay);
	g_autoptr(GError) error = NULL;
	assert_false(send_text(client, MAIL, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
	smtp_client_free(client);
	relay_free(relay);
}

static void
refuses_addresses_that_would_be_commands(void **state)
{
	(void)state;
	static const char *const hostile[] = {
		"a@b.example\r\nRSET",
		"a@b.example\n",
		"a\rb@c.example",
		"<a@b.example>",
		"a@b.example> X=<",
		"a b@c.example",
		"a\tb@c.example",
		"a\177@b.example",
		"a\377@b.example",
		"a\302\205@b.example",
		" ",
	};
	g_autofree char *long_address = g_strnfill(400, 'a');
	g_autoptr(GBytes) mail = g_bytes_new_static(MAIL, strlen(MAIL));
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	for (size_t i = 0; i <= G_N_ELEMENTS(hostile); i++) {
		const char *address =
			i < G_N_ELEMENTS(hostile) ? hostile[i] : long_address;
		g_autoptr(GError) as_sender = NULL;
		g_autoptr(GError) as_recipient = NULL;
		smtp_send(client, address, RECIPIENT, mail, &as_sender);
		smtp_send(client, SENDER, address, mail, &as_recipient);
		assert_true(g_error_matches(as_sender, LOKET_ERROR,
					    LOKET_ERROR_PERMANENT));
		assert_true(g_error_matches(as_recipient, LOKET_ERROR,
					    LOKET_ERROR_PERMANENT));
	}
	assert_false(smtp_send(client, SENDER, "", mail, NULL));
	smtp_client_free(client);
	relay_stop(relay);
	assert_int_equal(relay->connections, 0);
	relay_free(relay);
}

static void
refuses_mail_with_bare_line_ends(void **state)
{
	(void)state;
	static const char *const hostile[] = {
		"A: b\n\nx\r\n",
		"\nx\r\n",
		"A: b\r\n\r\nx\n.\nMAIL FROM:<>\r\n",
		"A: b\r\n\rx",
		"A: b\r\n\r",
	};
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = client_of(relay);
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autoptr(GError) error = NULL;
		assert_false(send_text(client, hostile[i], &error));
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_PERMANENT));
	}
	smtp_client_free(client);
	relay_stop(relay);
	assert_int_equal(relay->connections, 0);
	relay_free(relay);
}

static void
refuses_what_is_no_relay(void **state)
{
	(void)state;
	static const char *const urls[] = {
		"",
		"127.0.0.1:25",
		"http://127.0.0.1",
		"smtp://",
		"imap://127.0.0.1",
		"smtp://127.0.0.1:99999",
		"smtp:/x y/",
		"smtp://u:s3cret@127.0.0.1",
		"file:///etc/passwd",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		g_autoptr(GError) error = NULL;
		SmtpClient *client =
			smtp_client_new(urls[i], NULL, NULL, &error);
		if (client)
			fail_msg("%s", urls[i]);
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_CONFIG));
		assert_null(strstr(error->message, "s3cret"));
	}
}

static void
accepts_every_form_of_relay(void **state)
{
	(void)state;
	static const char *const urls[] = {
		"smtp://127.0.0.1",
		"smtp://mail.acme.example:587",
		"smtps://mail.acme.example",
		"smtp://[::1]:25",
		"SMTP://x",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		g_autoptr(SmtpClient) client =
			smtp_client_new(urls[i], NULL, NULL, NULL);
		assert_non_null(client);
	}
}

static char *
password_file(const char *content)
{
	g_autofree char *name = NULL;
	int fd = g_file_open_tmp("smtp-test-XXXXXX", &name, NULL);
	assert_return_code(fd, 0);
	close(fd);
	assert_true(g_file_set_contents(name, content, -1, NULL));
	return g_steal_pointer(&name);
}

static void
never_sends_a_password_in_the_clear(void **state)
{
	(void)state;
	g_autofree char *file = password_file("s3cret\n");
	Relay *relay = relay_start(&(Script){0});
	SmtpClient *client = smtp_client_new(relay->url, "desk", file, NULL);
	assert_non_null(client);
	g_autoptr(GError) error = NULL;
	assert_false(send_text(client, MAIL, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
	smtp_client_free(client);
	relay_stop(relay);
	assert_int_equal(relay->connections, 1);
	assert_null(strstr(relay->heard->str, "AUTH"));
	relay_free(relay);
	g_unlink(file);
}

static void
wants_a_password_for_a_login(void **state)
{
	(void)state;
	g_autofree char *empty = password_file("\nsecond line\n");
	const char *const files[] = {empty, "/nonexistent/password"};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(GError) error = NULL;
		assert_null(smtp_client_new("smtp://127.0.0.1", "desk",
					    files[i], &error));
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_CONFIG));
		assert_non_null(strstr(error->message, files[i]));
		g_autoptr(GError) none = NULL;
		assert_null(smtp_client_new("smtp://127.0.0.1", "desk",
					    i ? "" : NULL, &none));
		assert_true(
			g_error_matches(none, LOKET_ERROR, LOKET_ERROR_CONFIG));
	}
	g_unlink(empty);
}

/* Its transaction may still be open, and the next mail be refused for it. */
static void
begins_anew_after_a_refusal(void **state)
{
	(void)state;
	static const Script refuses = {.end = "452 4.2.2 no room"};
	static const Script usual = {0};
	Relay *relay = relay_start(&refuses);
	SmtpClient *client = client_of(relay);
	g_autoptr(GError) error = NULL;
	assert_false(send_text(client, MAIL, &error));
	relay->script = &usual;
	assert_true(send_text(client, MAIL, NULL));
	assert_true(send_text(client, MAIL, NULL));
	smtp_client_free(client);
	relay_stop(relay);
	assert_int_equal(relay->connections, 2);
	relay_free(relay);
}

static void
a_bad_sequence_says_nothing_against_the_mail(void **state)
{
	(void)state;
	Relay *relay =
		relay_start(&(Script){.mail = "503 5.5.1 nested MAIL command"});
	SmtpClient *client = client_of(relay);
	g_autoptr(GError) error = NULL;
	assert_false(send_text(client, MAIL, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
	smtp_client_free(client);
	relay_stop(relay);
	relay_free(relay);
}

static void *
stop_soon(void *data)
{
	g_usleep(300000);
	g_atomic_int_set((int *)data, 1);
	return NULL;
}

static void
stops_while_the_relay_says_nothing(void **state)
{
	(void)state;
	int stop = 0;
	Relay *relay = relay_start(&(Script){.rcpt = STALL});
	SmtpClient *client = client_of(relay);
	smtp_client_set_stop(client, &stop);
	GThread *thread = g_thread_new("stop", stop_soon, &stop);
	gint64 began = g_get_monotonic_time();
	g_autoptr(GError) error = NULL;
	assert_false(send_text(client, MAIL, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY));
	assert_true(g_get_monotonic_time() - began < 5 * G_TIME_SPAN_SECOND);
	(void)g_thread_join(thread);
	smtp_client_free(client);
	relay_stop(relay);
	relay_free(relay);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_anew_after_a_refusal),
		cmocka_unit_test(a_bad_sequence_says_nothing_against_the_mail),
		cmocka_unit_test(stops_while_the_relay_says_nothing),
		cmocka_unit_test(hands_a_mail_to_the_relay),
		cmocka_unit_test(writes_the_null_sender),
		cmocka_unit_test(stuffs_dots),
		cmocka_unit_test(sends_a_mail_larger_than_any_buffer),
		cmocka_unit_test(keeps_its_connection_between_mails),
		cmocka_unit_test(connects_again_when_the_relay_hung_up),
		cmocka_unit_test(sends_the_next_mail_after_a_refusal),
		cmocka_unit_test(tells_a_refused_mail_from_one_to_try_again),
		cmocka_unit_test(tries_again_when_the_trouble_is_the_relays),
		cmocka_unit_test(repeats_what_the_relay_said_harmlessly),
		cmocka_unit_test(survives_a_reply_without_end),
		cmocka_unit_test(tries_again_when_nobody_listens),
		cmocka_unit_test(refuses_addresses_that_would_be_commands),
		cmocka_unit_test(refuses_mail_with_bare_line_ends),
		cmocka_unit_test(refuses_what_is_no_relay),
		cmocka_unit_test(accepts_every_form_of_relay),
		cmocka_unit_test(never_sends_a_password_in_the_clear),
		cmocka_unit_test(wants_a_password_for_a_login),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
