/* bounce: whom a mail did not reach, in the words of any mail server. */
#include <time.h>

#include "mail_fixture.h"

#include "../../lib/mail/bounce.h"

/* Far more than it takes, also with sanitizers, and far less than a hang. */
#define CPU_S_MAX 5

#define ORIGINAL "Message-ID: <1@acme.example>\r\nSubject: x\r\n"

/* "address action status, ..." and, behind a bar, the returned id. */
static char *
describe(const Mail *mail)
{
	GString *out = g_string_new(NULL);
	if (!mail->bounce)
		return g_string_free(g_string_append(out, "none"), FALSE);
	for (guint i = 0; i < mail->bounce->recipients->len; i++) {
		const MailRecipientStatus *status =
			mail->bounce->recipients->pdata[i];
		g_string_append_printf(out, "%s%s %s %s", i > 0 ? ", " : "",
				       status->address, status->action,
				       status->status);
	}
	g_string_append_printf(
		out, "|%s",
		mail->bounce->message_id ? mail->bounce->message_id : "");
	return g_string_free(out, FALSE);
}

static char *
report_of(const char *status, const char *returned)
{
	return g_strconcat(
		"From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/"
		"report; report-type=delivery-status; boundary=b\r\n\r\n"
		"--b\r\n\r\nIt failed.\r\n"
		"--b\r\nContent-Type: message/delivery-status\r\n\r\n",
		status, "\r\n--b\r\nContent-Type: ", returned,
		"\r\n\r\n" ORIGINAL "\r\nbody\r\n--b--\r\n", NULL);
}

static void
reads_reports(void **state)
{
	static const struct {
		const char *status;
		const char *want;
	} cases[] = {
		{"Reporting-MTA: dns; mx.example\r\n\r\n"
		 "Final-Recipient: rfc822; a@b.example\r\n"
		 "Action: failed\r\nStatus: 5.1.1\r\n",
		 "a@b.example failed 5.1.1|1@acme.example"},
		{"Reporting-MTA: dns; mx.example\r\n\r\n"
		 "Final-Recipient: rfc822; a@b.example\r\n"
		 "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
		 "Final-Recipient: rfc822; c@d.example\r\n"
		 "Action: delayed\r\nStatus: 4.4.7\r\n",
		 "a@b.example failed 5.1.1, c@d.example delayed 4.4.7"
		 "|1@acme.example"},
		/* all in one group, against the standard */
		{"Reporting-MTA: dns; mx.example\r\n"
		 "Final-Recipient: RFC822;a@b.example\r\n"
		 "Action: Failed\r\nStatus: 5.7.133 (not allowed)\r\n",
		 "a@b.example failed 5.7.133|1@acme.example"},
		{"Final-Recipient: <a@b.example>\r\n",
		 "a@b.example failed |1@acme.example"},
		{"Original-Recipient: rfc822;a@b.example\r\nAction: relayed\r\n"
		 "Status: 2.0.0\r\n",
		 "a@b.example relayed 2.0.0|1@acme.example"},
		{"final-recipient: rfc822;\r\n\ta@b.example\r\n"
		 "ACTION: EXPANDED\r\nStatus: none\r\n",
		 "a@b.example expanded |1@acme.example"},
		/* what was written to, not what its alias became */
		{"Final-Recipient: rfc822; alias@x.example\r\n"
		 "Original-Recipient: rfc822;a@b.example\r\n"
		 "Action: failed\r\nStatus: 5.1.1\r\n",
		 "a@b.example failed 5.1.1|1@acme.example"},
		{"Final-Recipient: x400; /S=a/PRMD=B/C=GB/\r\n"
		 "Original-Recipient: rfc822; a@b.example\r\n",
		 "a@b.example failed |1@acme.example"},
		{"Final-Recipient: rfc822;a@b.example\r\n"
		 "Original-Recipient: unknown\r\nAction: failed\r\n",
		 "a@b.example failed |1@acme.example"},
		/* each try reported */
		{"Final-Recipient: rfc822;a@b.example\r\nAction: failed\r\n"
		 "\r\nFinal-Recipient: rfc822;A@b.example\r\n"
		 "Action: failure\r\n",
		 "a@b.example failed |1@acme.example"},
		/* a line that is no field in between */
		{"Reporting-MTA: x\r\n\r\nno field\r\n"
		 "Final-Recipient: rfc822; a@b.example\r\n",
		 "a@b.example failed |1@acme.example"},
		{"Reporting-MTA: x\r\n", "|1@acme.example"},
		{"", "|1@acme.example"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			report_of(cases[i].status, "message/rfc822");
		g_autoptr(Mail) mail = read_text(state, text);
		g_autofree char *got = describe(mail);
		assert_string_equal(got, cases[i].want);
	}
}

static void
normalises_actions(void **state)
{
	static const struct {
		const char *raw;
		const char *want;
	} cases[] = {
		{"failed", "failed"},	     {"FAILED", "failed"},
		{"failure", "failed"},	     {"Failed (gone)", "failed"},
		{"undeliverable", "failed"}, {"undelivered", "failed"},
		{"delayed", "delayed"},	     {"Delay", "delayed"},
		{"deferred", "delayed"},     {"delivered", "delivered"},
		{"Delivery", "delivered"},   {"success", "delivered"},
		{"relayed", "relayed"},	     {"relay", "relayed"},
		{"expanded", "expanded"},    {"", "failed"},
		{"unheard-of", "failed"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *status =
			g_strdup_printf("Final-Recipient: rfc822; "
					"a@b.example\r\nAction: %s\r\n",
					cases[i].raw);
		g_autofree char *text = report_of(status, "message/rfc822");
		g_autofree char *want = g_strdup_printf(
			"a@b.example %s |1@acme.example", cases[i].want);
		g_autoptr(Mail) mail = read_text(state, text);
		g_autofree char *got = describe(mail);
		assert_string_equal(got, want);
	}
}

static void
finds_the_returned_id_in_any_part(void **state)
{
	static const char *const types[] = {
		"message/rfc822", "text/rfc822-headers",
		"message/rfc822-headers", "message/global",
		"message/global-headers"};
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		g_autofree char *text = report_of(
			"Final-Recipient: rfc822; a@b.example\r\n", types[i]);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_string_equal(mail->bounce->message_id, "1@acme.example");
	}
}

static void
an_answered_id_stands_for_the_returned_one(void **state)
{
	g_autoptr(Mail) mail = read_text(
		state, "In-Reply-To: <1@acme.example>\r\nContent-Type: "
		       "message/delivery-status\r\n\r\n"
		       "Final-Recipient: rfc822; a@b.example\r\n");
	g_autofree char *got = describe(mail);
	assert_string_equal(got, "a@b.example failed |1@acme.example");
}

static const struct {
	const char *name;
	const char *text;
	const char *want;
} letters[] = {
	{"qmail",
	 "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\n"
	 "Subject: failure notice\r\n\r\n"
	 "Hi. This is the qmail-send program at mx.example.\r\n"
	 "I'm afraid I wasn't able to deliver your message to the following "
	 "addresses.\r\nThis is a permanent error; I've given up. Sorry it "
	 "didn't work out.\r\n\r\n<a@b.example>:\r\n"
	 "192.0.2.1 does not like recipient. (#5.1.1)\r\n\r\n"
	 "<c@d.example>:\r\nSorry, no mailbox here by that name.\r\n\r\n"
	 "--- Below this line is a copy of the message.\r\n\r\n"
	 "Return-Path: <support@acme.example>\r\n" ORIGINAL "\r\nx\r\n",
	 "a@b.example failed 5.1.1, c@d.example failed |1@acme.example"},
	{"Exim",
	 "From: Mail Delivery System <Mailer-Daemon@mx.example>\r\n"
	 "X-Failed-Recipients: a@b.example,\r\n c@d.example\r\n\r\n"
	 "This message was created automatically by mail delivery software."
	 "\r\n\r\nA message that you sent could not be delivered to one or "
	 "more of its\r\nrecipients. The following address(es) failed:\r\n"
	 "\r\n  a@b.example\r\n    unrouteable\r\n  c@d.example\r\n\r\n"
	 "------ This is a copy of the message, including all the headers. "
	 "------\r\n\r\n" ORIGINAL "\r\nx\r\n",
	 "a@b.example failed , c@d.example failed |1@acme.example"},
	{"Exim, late",
	 "From: Mailer-Daemon@mx.example\r\n\r\n"
	 "This message was created automatically by mail delivery software."
	 "\r\nA message that you sent has not yet been delivered to one or "
	 "more of its\r\nrecipients after more than 24 hours.\r\n\r\n"
	 "  a@b.example\r\n    Delay reason: refused\r\n",
	 "a@b.example delayed |"},
	{"Sendmail of old",
	 "From: MAILER-DAEMON (Mail Delivery Subsystem)\r\n\r\n"
	 "The original message was received at Fri\r\n\r\n"
	 "   ----- The following addresses had permanent fatal errors -----"
	 "\r\n<a@b.example>\r\n\r\n"
	 "   ----- Transcript of session follows -----\r\n"
	 "550 5.1.1 User unknown\r\n\r\n"
	 "   ----- Original message follows -----\r\n\r\n" ORIGINAL "\r\nx",
	 "a@b.example failed 5.1.1|1@acme.example"},
	{"Exchange of old",
	 "From: System Administrator <postmaster@b.example>\r\n"
	 "Subject: Undeliverable: x\r\n"
	 "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
	 "Your message\r\n\r\n  To:      a@b.example\r\n  Subject: x\r\n\r\n"
	 "did not reach the following recipient(s):\r\n\r\n"
	 "a@b.example on Fri, 20 Nov 2026 09:02:11 +0100\r\n"
	 "    The recipient name is not recognized\r\n"
	 "--b\r\nContent-Type: message/rfc822\r\n\r\n" ORIGINAL "\r\nx\r\n"
	 "--b--\r\n",
	 "a@b.example failed |1@acme.example"},
	{"Notes",
	 "Return-Path: <>\r\nFrom: Postmaster@b.example\r\n"
	 "Subject: DELIVERY FAILURE: User a not listed\r\n"
	 "In-Reply-To: <1@acme.example>\r\n\r\n"
	 "Your message\r\n\r\n  Subject: x\r\n\r\nwas not delivered to:\r\n\r\n"
	 "  a@b.example\r\n\r\nbecause:\r\n\r\n  User a not listed\r\n",
	 "a@b.example failed |1@acme.example"},
	{"Gmail of old",
	 "From: Mail Delivery Subsystem <mailer-daemon@b.example>\r\n\r\n"
	 "Delivery to the following recipient failed permanently:\r\n\r\n"
	 "     a@b.example\r\n\r\nTechnical details: 550 5.1.1 no user\r\n\r\n"
	 "----- Original message -----\r\n\r\n" ORIGINAL "\r\nx\r\n",
	 "a@b.example failed 5.1.1|1@acme.example"},
	{"Postfix without its report",
	 "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\n\r\n"
	 "This is the mail system at host mx.example.\r\n\r\n"
	 "I'm sorry to have to inform you that your message could not\r\n"
	 "be delivered to one or more recipients.\r\n\r\n"
	 "<a@b.example>: host mx.b.example[192.0.2.9] said: 550 5.7.1\r\n"
	 "    refused\r\n",
	 "a@b.example failed 5.7.1|"},
	{"GroupWise",
	 "Return-Path: <>\r\nFrom: Mailer@b.example\r\n\r\n"
	 "The message that you sent was undeliverable to the following:\r\n"
	 "\ta@b.example (user not found)\r\n",
	 "a@b.example failed |"},
	{"Dovecot, in a report of another kind",
	 "Return-Path: <>\r\nFrom: Mail Delivery Subsystem "
	 "<postmaster@b.example>\r\nSubject: Automatically rejected mail\r\n"
	 "Content-Type: multipart/report; boundary=b; "
	 "report-type=disposition-notification\r\n\r\n--b\r\n\r\n"
	 "Your message to <a@b.example> was automatically rejected:\r\n"
	 "Quota exceeded\r\n"
	 "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
	 "Final-Recipient: rfc822;a@b.example\r\n"
	 "Disposition: automatic-action/MDN-sent-automatically; deleted\r\n"
	 "--b\r\nContent-Type: message/rfc822\r\n\r\n" ORIGINAL "\r\nx\r\n"
	 "--b--\r\n",
	 "a@b.example failed |1@acme.example"},
	{"a report that names nobody",
	 "From: MAILER-DAEMON@b.example\r\nContent-Type: multipart/report; "
	 "report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n"
	 "Sorry, we were unable to deliver your message.\r\n\r\n"
	 "<a@b.example>:\r\n550: 5.1.1 User unknown\r\n"
	 "--b\r\nContent-Type: message/rfc822\r\n\r\n" ORIGINAL "\r\nx\r\n"
	 "--b--\r\n",
	 "a@b.example failed 5.1.1|1@acme.example"},
	{"in the returned header alone",
	 "From: MAILER-DAEMON@b.example\r\nSubject: Undelivered mail\r\n"
	 "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
	 "Your mail could not be delivered.\r\n"
	 "--b\r\nContent-Type: message/rfc822\r\n\r\n"
	 "To: Jan <a@b.example>\r\n" ORIGINAL "\r\nx\r\n--b--\r\n",
	 "a@b.example failed |1@acme.example"},
	{"in Dutch",
	 "Return-Path: <>\r\nFrom: postmaster@b.example\r\n\r\n"
	 "Uw bericht kon niet worden bezorgd.\r\n\r\na@b.example: onbekend\r\n",
	 "a@b.example failed |"},
};

static void
reads_letters(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(letters); i++) {
		g_autoptr(Mail) mail = read_text(state, letters[i].text);
		g_autofree char *got = describe(mail);
		if (strcmp(got, letters[i].want) != 0)
			fail_msg("%s: \"%s\" is not \"%s\"", letters[i].name,
				 got, letters[i].want);
	}
}

static void
what_humans_and_other_robots_write_is_none(void **state)
{
	static const char *const texts[] = {
		/* an absence note from the null sender */
		"Return-Path: <>\r\nFrom: jan@b.example\r\n\r\nI am away.\r\n",
		/* about bounces, by a customer */
		"Return-Path: <jan@b.example>\r\nFrom: jan@b.example\r\n"
		"Subject: Fwd: failure notice\r\n\r\nMy mail could not be "
		"delivered to\r\na@b.example, why?\r\n",
		/* about bounces, by the human behind postmaster */
		"Return-Path: <postmaster@b.example>\r\n"
		"From: Jan <postmaster@b.example>\r\n"
		"Subject: Problems with your server\r\n\r\nYour mail could "
		"not be delivered to our users. Please call me.\r\n",
		/* absence notes from the null sender, with a copy */
		"Return-Path: <>\r\nFrom: Jan <jan@b.example>\r\n"
		"Subject: Out of office: Delivery\r\n\r\nI am back on Monday, "
		"ask piet@b.example.\r\n\r\n-----Original Message-----\r\n"
		"From: Acme <support@acme.example>\r\nTo: jan@b.example\r\n",
		"Return-Path: <>\r\nFrom: Jan <jan@b.example>\r\n"
		"Subject: Automatic reply: Order\r\n\r\nI left the company. "
		"Mail cannot be delivered to me any more, please write to\r\n"
		"piet@b.example\r\n",
		/* a mail server's word about something else */
		"Return-Path: <>\r\nFrom: MAILER-DAEMON@b.example\r\n"
		"Subject: Quarantine digest\r\n\r\nThree new mails.\r\n",
		/* a read receipt */
		"Return-Path: <>\r\nContent-Type: multipart/report; "
		"report-type=disposition-notification; boundary=b\r\n\r\n"
		"--b\r\n\r\nread\r\n--b\r\nContent-Type: message/"
		"disposition-notification\r\n\r\nFinal-Recipient: "
		"rfc822;a@b.example\r\n--b--\r\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(Mail) mail = read_text(state, texts[i]);
		assert_null(mail->bounce);
	}
}

/* At SMTP time there is no Return-Path, or one that somebody made up. */
static void
the_envelope_sender_counts(void **state)
{
	static const char letter[] =
		"From: no-reply@b.example\r\nSubject: Undeliverable Mail\r\n"
		"\r\nYour mail could not be delivered to: <a@b.example>\r\n";
	static const char forged[] = "Return-Path: <>\r\n";
	g_autofree char *lying = g_strconcat(forged, letter, NULL);
	g_autoptr(GBytes) honest =
		g_bytes_new_static(letter, sizeof(letter) - 1);
	g_autoptr(GBytes) liar = g_bytes_new_static(lying, strlen(lying));
	g_autoptr(Mail) unknown = mail_read_from(*state, honest, NULL);
	g_autoptr(Mail) null = mail_read_from(*state, honest, "");
	g_autoptr(Mail) human = mail_read_from(*state, liar, "jan@b.example");
	assert_null(unknown->bounce);
	assert_non_null(null->bounce);
	assert_null(human->bounce);
}

/* What went well is told, and is no bounce. */
static void
success_is_no_bounce(void **state)
{
	static const struct {
		const char *status;
		bool want;
	} cases[] = {
		{"Action: failed\r\n", true},
		{"Action: delayed\r\n", true},
		{"Action: delivered\r\n", false},
		{"Action: relayed\r\n", false},
		{"Action: expanded\r\n", false},
		{"Action: delivered\r\n\r\nFinal-Recipient: rfc822;c@d.example"
		 "\r\nAction: failed\r\n",
		 true},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *status =
			g_strconcat("Final-Recipient: rfc822; a@b.example\r\n",
				    cases[i].status, NULL);
		g_autofree char *text = report_of(status, "message/rfc822");
		g_autoptr(Mail) mail = read_text(state, text);
		assert_non_null(mail->bounce);
		assert_int_equal(mail_is_bounce(mail), cases[i].want);
	}
	g_autofree char *text = report_of("", "text/plain");
	g_autoptr(Mail) empty = read_text(state, text);
	g_autoptr(Mail) human = read_text(state, "From: a@b.example\r\n\r\nx");
	assert_true(mail_is_bounce(empty));
	assert_false(mail_is_bounce(human));
}

static void
every_beginning_is_read(void **state)
{
	g_autofree char *report =
		report_of("Final-Recipient: rfc822; a@b.example\r\n"
			  "Action: failed\r\nStatus: 5.1.1\r\n",
			  "message/rfc822");
	for (size_t n = 0; n <= strlen(report); n++) {
		g_autoptr(Mail) mail = read_bytes(state, report, n);
		assert_true(!mail->bounce ||
			    mail->bounce->recipients->len <= 1);
	}
	for (size_t n = 0; n <= strlen(letters[0].text); n++) {
		g_autoptr(Mail) mail = read_bytes(state, letters[0].text, n);
		assert_true(!mail->bounce ||
			    mail->bounce->recipients->len <= 2);
	}
}

static void
hostile_letters_take_no_time(void **state)
{
	static const char *const lines[] = {
		"a@b.example\n",
		"x a@b.example 5.1.1\n",
		"<a@b.example>:\n",
		"To\n\n",
		" \n",
		"-----",
		"Original message ",
		"a@",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		GString *text = g_string_new("From: mailer-daemon@b.example\n"
					     "Subject: failure notice\n\n");
		while (text->len < BOUNCE_BYTES_MAX)
			g_string_append(text, lines[i]);
		clock_t start = clock();
		g_autoptr(Mail) mail = read_text(state, text->str);
		assert_non_null(mail->bounce);
		assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
		g_string_free(text, TRUE);
	}
}

/* Each of many reports names as many recipients as are read, and more. */
static void
hostile_reports_take_no_time(void **state)
{
	GString *status = g_string_new(NULL);
	for (int i = 0; i < 3000; i++)
		g_string_append_printf(
			status, "Final-Recipient: rfc822;%d@b\r\n\r\n", i);
	GString *text = g_string_new("Content-Type: multipart/report; "
				     "boundary=b\r\n\r\n");
	for (int i = 0; i < 300; i++)
		g_string_append_printf(
			text,
			"--b\r\nContent-Type: message/delivery-status"
			"\r\n\r\n%s\r\n",
			status->str);
	clock_t start = clock();
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_int_equal(mail->bounce->recipients->len, BOUNCE_RECIPIENTS_MAX);
	assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
	g_string_free(status, TRUE);
	g_string_free(text, TRUE);
}

static void
reads_a_thousand_recipients(void **state)
{
	g_autoptr(GString) text =
		g_string_new("From: mailer-daemon@b.example\n"
			     "Subject: failure notice\n\n"
			     "I wasn't able to deliver your message.\n");
	for (int i = 0; i < BOUNCE_RECIPIENTS_MAX; i++)
		g_string_append_printf(text, "<%d@b.example>:\nno user\n", i);
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_non_null(mail->bounce);
	assert_int_equal(mail->bounce->recipients->len, BOUNCE_RECIPIENTS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_reports),
		cmocka_unit_test(normalises_actions),
		cmocka_unit_test(finds_the_returned_id_in_any_part),
		cmocka_unit_test(an_answered_id_stands_for_the_returned_one),
		cmocka_unit_test(reads_letters),
		cmocka_unit_test(what_humans_and_other_robots_write_is_none),
		cmocka_unit_test(the_envelope_sender_counts),
		cmocka_unit_test(success_is_no_bounce),
		cmocka_unit_test(every_beginning_is_read),
		cmocka_unit_test(hostile_letters_take_no_time),
		cmocka_unit_test(hostile_reports_take_no_time),
		cmocka_unit_test(reads_a_thousand_recipients),
	};
	return cmocka_run_group_tests_name("bounce", tests, make_reader,
					   free_reader);
}
