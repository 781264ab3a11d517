/* body: text, attachments and reports out of a mail's parts. */
#include "mail_fixture.h"

#define MULTIPART(KIND, BODY)                                                  \
	"MIME-Version: 1.0\r\nContent-Type: multipart/" KIND                   \
	"; boundary=b\r\n\r\n" BODY "--b--\r\n"
#define PLAIN(TEXT) "--b\r\nContent-Type: text/plain\r\n\r\n" TEXT "\r\n"
#define HTML(TEXT) "--b\r\nContent-Type: text/html\r\n\r\n" TEXT "\r\n"
#define FILE_PART(TYPE, NAME, TEXT)                                            \
	"--b\r\nContent-Type: " TYPE "\r\nContent-Disposition: attachment; "   \
	"filename=\"" NAME "\"\r\n\r\n" TEXT "\r\n"

static void
chooses_the_text(void **state)
{
	static const struct {
		const char *name;
		const char *mail;
		const char *want;
	} cases[] = {
		{"plain is preferred",
		 MULTIPART("alternative", PLAIN("plain") HTML("<p>html")),
		 "plain"},
		{"also when it comes last",
		 MULTIPART("alternative", HTML("<p>html") PLAIN("plain")),
		 "plain"},
		{"but not when it is blank",
		 MULTIPART("alternative", PLAIN(" \r\n ") HTML("<p>html")),
		 "html"},
		{"texts beside each other are one",
		 MULTIPART("mixed", PLAIN("one") FILE_PART("image/png", "a.png",
							   "x") PLAIN("two")),
		 "one\ntwo"},
		{"an attached text is none",
		 MULTIPART("mixed", PLAIN("one") FILE_PART("text/plain",
							   "a.txt", "two")),
		 "one"},
		{"a part without a type is plain",
		 MULTIPART("mixed", "--b\r\n\r\nplain\r\n"), "plain"},
		{"preamble and epilogue are none",
		 MULTIPART("mixed", "before\r\n" PLAIN("one")) "after", "one"},
		{"a boundary may have white space behind it",
		 MULTIPART("mixed", "--b  \t\r\n\r\none\r\n"), "one"},
		{"a longer line is no boundary",
		 MULTIPART("mixed", PLAIN("one\r\n--bb\r\ntwo")),
		 "one\n--bb\ntwo"},
		{"a type of before MIME is plain text",
		 "Content-Type: text\r\n\r\nwords", "words"},
		{"a multipart without a boundary is plain text",
		 "Content-Type: multipart/mixed\r\n\r\nwords", "words"},
		{"a text alone is text",
		 "Content-Type: TEXT/Plain; name=letter.txt\r\n\r\nwords",
		 "words"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Mail) mail = read_text(state, cases[i].mail);
		g_autofree char *text = g_strchomp(g_strdup(mail->text));
		if (strcmp(text, cases[i].want) != 0)
			fail_msg("%s: \"%s\" is not \"%s\"", cases[i].name,
				 text, cases[i].want);
	}
}

static void
decodes_what_the_text_is_in(void **state)
{
	static const struct {
		const char *type;
		const char *encoding;
		const char *body;
		const char *want;
	} cases[] = {
		{"text/plain", "7bit", "a\r\nb\n", "a\nb\n"},
		{"text/plain; charset=utf-8", "8bit", "caf\xc3\xa9", "café"},
		{"text/plain; charset=iso-8859-1", "8bit", "caf\xe9", "café"},
		/* browsers and mailers read Latin-1 as windows-1252 */
		{"text/plain; charset=iso-8859-1", "8bit", "\x80 5", "€ 5"},
		{"text/plain; charset=us-ascii", "8bit", "caf\xc3\xa9", "café"},
		{"text/plain; charset=utf-8", "8bit", "caf\xe9", "café"},
		{"text/plain", "8bit", "caf\xe9", "café"},
		{"text/plain; charset=iso-8859-2", "8bit", "\xb1", "ą"},
		{"text/plain; charset=iso-8859-15", "8bit", "\xa4", "€"},
		{"text/plain; charset=koi8-r", "8bit", "\xc4\xc1", "да"},
		{"text/plain; charset=martian", "8bit", "caf\xe9", "café"},
		{"text/plain; charset=\"a//IGNORE\"", "8bit", "caf\xe9",
		 "café"},
		{"text/plain; charset=iso-2022-jp", "7bit", "\x1b$B$\"\x1b(B",
		 "あ"},
		{"text/plain; charset=utf-7", "7bit", "caf+AOk-", "café"},
		{"text/plain; charset=utf-16le", "base64", "YQDpAA==", "aé"},
		/* a NUL character is one that nobody can read */
		{"text/plain; charset=utf-16le", "base64", "YQAAAGIA",
		 "a\xef\xbf\xbd"
		 "b"},
		/* past the last character of Unicode, iconv notwithstanding */
		{"text/plain; charset=utf-8", "8bit",
		 "\xff One byte of so long a line may well be wrong: "
		 "\xf5\xac\x8a\x9d",
		 "\xef\xbf\xbd One byte of so long a line may well be wrong: "
		 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"text/plain; charset=utf-8", "8bit",
		 "\xef\xbb\xbf"
		 "a",
		 "a"},
		{"text/plain; charset=iso-8859-1", "quoted-printable",
		 "caf=E9=\r\n!=20", "café! "},
		{"text/plain; charset=utf-8", "quoted-printable",
		 "a = b=zz =c3=a9", "a = b=zz é"},
		{"text/plain; charset=utf-8", "base64", "Y2Fmw6k=", "café"},
		{"text/plain", "x-uuencode",
		 "begin 644 a\r\n#8V%F\r\n`\r\nend\r\n", "caf"},
		{"text/plain", "  BASE64 (so)", "Y2Fm", "caf"},
		{"text/plain", "base64", "This is no base64, is it?",
		 "This is no base64, is it?"},
		{"text/plain", "8-bit", "as it is", "as it is"},
		{"text/html; charset=iso-8859-1", "8bit", "<p>caf\xe9</p>",
		 "café"},
		{"text/html", "8bit",
		 "<meta charset=\"iso-8859-2\"><p>\xb1</p>", "ą"},
		{"text/html", "8bit", "<p>\xb1</p>", "±"},
		{"text/plain; format=flowed", "7bit", "a \r\nb\r\nc", "a b\nc"},
		{"text/plain; format=flowed; delsp=yes", "7bit", "a \r\nb",
		 "ab"},
		{"text/plain; format=flowed", "7bit", "> a \r\n> b\r\n c",
		 "> a b\nc"},
		{"text/plain; format=flowed", "7bit", "a \r\n-- \r\nb",
		 "a \n-- \nb"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"Content-Type: %s\r\nContent-Transfer-Encoding: %s"
			"\r\n\r\n%s",
			cases[i].type, cases[i].encoding, cases[i].body);
		g_autoptr(Mail) mail = read_text(state, text);
		if (strcmp(mail->text, cases[i].want) != 0)
			fail_msg("%s: \"%s\" is not \"%s\"", cases[i].type,
				 mail->text, cases[i].want);
	}
}

static void
html_replies_end_where_the_quote_begins(void **state)
{
	static const struct {
		const char *client;
		const char *html;
		const char *want;
	} cases[] = {
		{"Outlook",
		 "<p class=MsoNormal>Dank.<o:p></o:p></p><div><div "
		 "style='border:none;border-top:solid #E1E1E1 1.0pt'>"
		 "<p class=MsoNormal><b>Van:</b> Acme &lt;a@b.example&gt;<br>"
		 "<b>Verzonden:</b> vrijdag<br><b>Onderwerp:</b> x</p></div>"
		 "</div><p class=MsoNormal>Hallo</p>",
		 "Dank."},
		{"Outlook on the web",
		 "<div>Dank.</div><div id=\"appendonsend\"></div><hr>"
		 "<div id=\"divRplyFwdMsg\"><b>Från:</b> Acme</div><div>Hallo",
		 "Dank."},
		{"Gmail",
		 "<div dir=\"ltr\">Dank.</div><br><div class=\"gmail_quote "
		 "gmail_quote_container\"><div class=\"gmail_attr\">Op x "
		 "schreef Acme:<br></div><blockquote class=\"gmail_quote\">"
		 "Hallo</blockquote></div>",
		 "Dank."},
		{"Apple Mail",
		 "Dank.<br><div><br><blockquote type=\"cite\"><div>On 20 Nov "
		 "2026, Acme wrote:</div><br><div>Hallo</div></blockquote>",
		 "Dank."},
		{"an iPhone",
		 "Dank.<br><br><div>Verstuurd vanaf mijn iPhone</div><div><br>"
		 "<blockquote type=\"cite\">Op 20 nov. heeft Acme geschreven:"
		 "</blockquote></div><blockquote type=\"cite\">Hallo",
		 "Dank."},
		{"Thunderbird",
		 "<p>Dank.</p><div class=\"moz-cite-prefix\">Op 20-11-2026 om "
		 "09:02 schreef Acme:<br></div><blockquote type=\"cite\"><p>"
		 "Hallo</p></blockquote><p>En nog iets.</p>",
		 "Dank.\n\nEn nog iets."},
		{"Yahoo",
		 "<div>Dank.</div><div class=\"yahoo_quoted\"><div>Op vrijdag "
		 "schreef Acme:</div><div>Hallo</div></div>",
		 "Dank."},
		{"Samsung",
		 "<div>Dank.</div><div>-------- Oorspronkelijk bericht "
		 "--------</div><div>Van: Acme &lt;a@b.example&gt; </div><div>"
		 "Datum: vrijdag </div>Hallo",
		 "Dank."},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat(
			"Content-Type: text/html\r\n\r\n", cases[i].html, NULL);
		g_autoptr(Mail) mail = read_text(state, text);
		if (strcmp(mail->new_text, cases[i].want) != 0)
			fail_msg("%s: \"%s\" is not \"%s\"", cases[i].client,
				 mail->new_text, cases[i].want);
		assert_non_null(strstr(mail->text, "Acme"));
	}
}

static void
wrong_labels_are_told(void **state)
{
	g_autoptr(Mail) charset = read_text(
		state, "Content-Type: text/plain; charset=utf-8\r\n\r\n\xe9");
	g_autoptr(Mail) encoding = read_text(
		state, "Content-Transfer-Encoding: base64\r\n\r\nno, not so");
	g_autoptr(Mail) nul = read_bytes(state, "A: b\r\n\r\na\0b", 11);
	assert_true(has_warning(charset, "charset"));
	assert_true(has_warning(encoding, "base64"));
	assert_true(has_warning(nul, "NUL"));
	assert_string_equal(nul->text, "ab");
}

static void
lists_attachments(void **state)
{
	static const struct {
		const char *part;
		const char *filename;
		const char *type;
		size_t size_bytes;
	} cases[] = {
		{FILE_PART("application/pdf", "a.pdf", "12345"), "a.pdf",
		 "application/pdf", 5},
		{"--b\r\nContent-Type: Image/PNG; name=a.png\r\n"
		 "Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n",
		 "a.png", "image/png", 4},
		{FILE_PART("text/plain", "../../etc/passwd", "x"), "passwd",
		 "text/plain", 1},
		{FILE_PART("text/plain", "C:\\\\a\\\\b.txt", "x"), "b.txt",
		 "text/plain", 1},
		{FILE_PART("text/plain", "=?utf-8?B?w6k=?=", "x"), "é",
		 "text/plain", 1},
		{"--b\r\nContent-Type: text/plain\r\nContent-Disposition: "
		 "attachment; filename*0*=utf-8''%C3%A9; filename*1=.txt\r\n"
		 "\r\nx\r\n",
		 "é.txt", "text/plain", 1},
		{"--b\r\nContent-Type: message/rfc822\r\n\r\n"
		 "Subject: inner\r\n\r\nx\r\n",
		 "", "message/rfc822", 19},
		{"--b\r\nContent-Type: application/pgp-keys\r\n\r\nx\r\n", "",
		 "application/pgp-keys", 1},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strconcat("Content-Type: multipart/mixed; "
				    "boundary=b\r\n\r\n" PLAIN("a"),
				    cases[i].part, "--b--\r\n", NULL);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_int_equal(mail->attachments->len, 1);
		const MailAttachment *got = mail->attachments->pdata[0];
		assert_string_equal(got->filename, cases[i].filename);
		assert_string_equal(got->type, cases[i].type);
		assert_int_equal(got->size_bytes, cases[i].size_bytes);
		assert_string_equal(mail->new_text, "a");
	}
}

static void
a_mail_in_a_mail_stays_closed(void **state)
{
	g_autoptr(Mail) mail = read_text(
		state,
		MULTIPART("mixed",
			  PLAIN("outer") "--b\r\nContent-Type: message/rfc822"
					 "\r\n\r\nX-Spam-Flag: YES\r\n"
					 "Content-Type: multipart/report; "
					 "report-type=delivery-status; "
					 "boundary=c\r\n\r\n--c\r\n"
					 "Content-Type: message/"
					 "delivery-status\r\n\r\n"
					 "Final-Recipient: rfc822;a@b\r\n"
					 "--c--\r\n"));
	assert_string_equal(mail->text, "outer");
	assert_int_equal(mail->attachments->len, 1);
	assert_null(mail->report);
	assert_null(mail->bounce);
	assert_false(mail->is_spam);
}

static void
tells_what_it_does_not_open(void **state)
{
	static const struct {
		const char *type;
		const char *warning;
	} cases[] = {
		{"application/ms-tnef", "winmail.dat"},
		{"application/pgp-encrypted", "PGP"},
		{"application/octet-stream; name=WINMAIL.DAT", "winmail.dat"},
		{"application/vnd.ms-tnef", "winmail.dat"},
		{"application/pgp-signature", "signed with PGP"},
		{"application/pkcs7-mime", "encrypted or signed with S/MIME"},
		{"application/x-pkcs7-mime; smime-type=enveloped-data",
		 "encrypted with S/MIME"},
		{"application/pkcs7-mime; smime-type=signed-data",
		 "signed with S/MIME"},
		{"application/octet-stream; name=smime.p7m", "S/MIME"},
		{"application/pkcs7-signature", "S/MIME"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat(
			"Content-Type: ", cases[i].type, "\r\n\r\nx", NULL);
		g_autoptr(Mail) mail = read_text(state, text);
		assert_true(has_warning(mail, cases[i].warning));
		assert_int_equal(mail->attachments->len, 1);
	}
}

static void
knows_reports_of_machines(void **state)
{
	static const struct {
		const char *mail;
		const char *want;
	} cases[] = {
		{MULTIPART("report; report-type=x",
			   PLAIN("a") "--b\r\nContent-Type: message/"
				      "disposition-notification\r\n\r\nx\r\n"),
		 "disposition-notification"},
		{MULTIPART("mixed", PLAIN("a") "--b\r\nContent-Type: message/"
					       "feedback-report\r\n\r\nx\r\n"),
		 "feedback-report"},
		{MULTIPART("report; report-type=new", PLAIN("a")), "report"},
		{MULTIPART("report; report-type=Delivery-Status", PLAIN("a")),
		 "delivery-status"},
		{MULTIPART("mixed",
			   PLAIN("a") "--b\r\nContent-Type: text/calendar; "
				      "method=REPLY\r\n\r\nx\r\n"),
		 "calendar-reply"},
		{MULTIPART("mixed",
			   PLAIN("a") "--b\r\nContent-Type: text/calendar; "
				      "method=REQUEST\r\n\r\nx\r\n"),
		 NULL},
		{MULTIPART("mixed", PLAIN("a")), NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Mail) mail = read_text(state, cases[i].mail);
		if (cases[i].want)
			assert_string_equal(mail->report, cases[i].want);
		else
			assert_null(mail->report);
	}
}

static void
a_multipart_cut_short_is_read_and_told(void **state)
{
	g_autoptr(Mail) mail = read_text(
		state, "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
		       "--b\r\n\r\nhalf a");
	assert_string_equal(mail->text, "half a");
	assert_true(has_warning(mail, "does not end"));
}

static void
every_beginning_of_a_multipart_is_read(void **state)
{
	static const char text[] = MULTIPART(
		"mixed", PLAIN("caf\xc3\xa9") HTML("<ul><li>a</ul>") FILE_PART(
				 "application/pdf", "a.pdf", "12345"));
	for (size_t n = 0; n < sizeof(text); n++) {
		g_autoptr(Mail) mail = read_bytes(state, text, n);
		assert_true(g_utf8_validate(mail->text, -1, NULL));
		assert_true(mail->attachments->len <= 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_the_text),
		cmocka_unit_test(decodes_what_the_text_is_in),
		cmocka_unit_test(html_replies_end_where_the_quote_begins),
		cmocka_unit_test(wrong_labels_are_told),
		cmocka_unit_test(lists_attachments),
		cmocka_unit_test(a_mail_in_a_mail_stays_closed),
		cmocka_unit_test(tells_what_it_does_not_open),
		cmocka_unit_test(knows_reports_of_machines),
		cmocka_unit_test(a_multipart_cut_short_is_read_and_told),
		cmocka_unit_test(every_beginning_of_a_multipart_is_read),
	};
	return cmocka_run_group_tests_name("body", tests, make_reader,
					   free_reader);
}
