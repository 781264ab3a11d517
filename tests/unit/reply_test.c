/* reply: what was written now, and what was there before. */
#include "mail_fixture.h"

#include "../../lib/mail/reply.h"

/* Processor time, not time on the wall: other programs do not matter. What is
 * not linear takes far longer. */
#define CPU_S_MAX 3

#define NEW "Dat werkt.\n\nJan"

static int
make_patterns(void **state)
{
	*state = reply_patterns_new(NULL);
	return *state ? 0 : -1;
}

static int
free_patterns(void **state)
{
	reply_patterns_free(*state);
	return 0;
}

static void
assert_new_text(void **state, const char *text, const char *want)
{
	g_autofree char *got = reply_new_text(*state, text);
	if (strcmp(got, want) != 0)
		fail_msg("of \"%s\": \"%s\" is not \"%s\"", text, got, want);
}

/* As mail clients write them; a line end stands where they wrap. */
static const char *const attributions[] = {
	"On Fri, Nov 20, 2026 at 9:02 AM Ann <a@b.example> wrote:",
	"On Fri, Nov 20, 2026 at 9:02 AM Ann Archer of Acme\n"
	"<a@b.example> wrote:",
	"On Fri, Nov 20, 2026 at 9:02\xe2\x80\xaf"
	"AM Ann <a@b.example>\n"
	"wrote:",
	"On 20/11/2026 09:02, Ann wrote:",
	"On 20 Nov 2026, at 09:02, Ann Archer <a@b.example> wrote:",
	"On Friday 20 November 2026 09:02:11 Ann Archer wrote:",
	"On 2026-11-20 09:02, Acme via Helpdesk sent:",
	"Ann Archer <a@b.example> wrote:",
	"In message <1@b.example> Ann writes:",
	"Op vr 20 nov. 2026 om 09:02 schreef Ann <a@b.example>:",
	"Op 20-11-2026 om 09:02 schreef Ann Archer:",
	"Op 20 nov. 2026 om 09:02 heeft Ann <a@b.example> het volgende\n"
	"geschreven:",
	"Ann Archer schreef op 20-11-2026 9:02:",
	"Op vrijdag 20 november 2026 09:02 heeft Ann verzonden:",
	"Am 20.11.2026 um 09:02 schrieb Ann Archer:",
	"Am Fr., 20. Nov. 2026 um 09:02 Uhr schrieb Ann <a@b.example>:",
	"Am 20.11.2026 um 09:02 hat Ann <a@b.example> geschrieben:",
	"Le ven. 20 nov. 2026 à 09:02, Ann <a@b.example> a écrit :",
	"Le 20/11/2026 à 09:02, Ann nous a dit :",
	"El vie, 20 nov 2026 a las 9:02, Ann (<a@b.example>) escribió:",
	"Ann Archer <a@b.example> schrieb am Fr.,\n20. Nov. 2026, 09:02:",
	"20 nov. 2026 kl. 09:02 skrev Ann <a@b.example>:",
	"fre. 20. nov. 2026 kl. 09:02 skrev Ann Archer <\na@b.example>:",
	"pt., 20 lis 2026 o 09:02 Ann <a@b.example>\nnapisał(a):",
	"Il giorno ven 20 nov 2026 alle ore 09:02 Ann <a@b.example>\n"
	"ha scritto:",
	"Em sex., 20 de nov. de 2026 às 09:02, Ann <a@b.example> escreveu:",
	"Den fre 20 nov. 2026 kl 09:02 skrev Ann <a@b.example>:",
	"På 20.11.2026 09:02 skrev Ann:",
	"pe 20. marrask. 2026 klo 9.02 Ann (a@b.example) kirjoitti:",
	"pt., 20 lis 2026 o 09:02 Ann <a@b.example> napisał(a):",
	"W dniu 20.11.2026 o 09:02, Ann pisze:",
	"Dne 20. 11. 2026 v 9:02 Ann napsal(a):",
	"Vào Th 6, 20 thg 11, 2026 lúc 09:02 Ann đã viết:",
	"пт, 20 нояб. 2026 г. в 09:02, Ann <a@b.example>:",
	"20.11.2026 09:02, Ann пишет:",
	"在 2026年11月20日 09:02,Ann 写道：",
	"2026年11月20日(金) 9:02 Ann <a@b.example>:",
	"2026-11-20 9:02 GMT+01:00 Ann <a@b.example>:",
	"2026/11/20 Ann <a@b.example>",
	"*On 20 Nov 2026 at 09:02, Ann wrote:*",
	"Fri, 20 Nov 2026 09:02:00 +0100\nAnn Archer <a@b.example>:",
	"2026-11-20 09:02\nAnn Archer <a@b.example>:",
	"Ann さんのメッセージ:",
	"Dnia 20.11.2026 o 09:02 Ann napisała:",
	"ke 20. marrask. 2026 klo 9.02 Ann (a@b.example) kirjoitti:",
	"20.11.2026 09:02, пользователь Ann написал(а):",
	"Ann via Acme wrote:",
	"In message <1@b.example>, Ann <a@b.example> writes:",
};

static void
cuts_an_attribution_and_its_quote(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(attributions); i++) {
		g_autofree char *text = g_strconcat(NEW "\n\n", attributions[i],
						    "\n\n> Hallo Jan\n>\n",
						    "> Werkt het?\n", NULL);
		assert_new_text(state, text, NEW);
		g_autofree char *tight = g_strconcat(NEW "\n", attributions[i],
						     "\n> Hallo Jan\n", NULL);
		assert_new_text(state, tight, NEW);
		g_autofree char *below = g_strconcat(
			attributions[i], "\n> Hallo Jan\n\n" NEW "\n", NULL);
		assert_new_text(state, below, NEW);
	}
}

static void
keeps_an_attribution_without_a_quote(void **state)
{
	static const char *const texts[] = {
		"My neighbour wrote:\nhello",
		"On Monday he wrote:\n\nI am ill.",
		"Op maandag 2 november schreef u:\nde levering komt morgen.",
		"The steps are these:\n1. open it\n2. close it",
		"On 20 November he wrote:\n\n| 4410 | 12 |\n| 4411 | 14 |",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_new_text(state, texts[i], texts[i]);
}

static void
keeps_answers_below_a_quoted_separator(void **state)
{
	assert_new_text(state,
			"> -----Original Message-----\n"
			"> From: Ann <a@b.example>\n"
			"> Subject: x\n> Which?\nThis.\n> When?\nNow.",
			"This.\nNow.");
}

/* Yahoo quotes without marks; who writes this line is a mail client. */
static void
cuts_a_sure_attribution_without_marks(void **state)
{
	assert_new_text(state,
			NEW "\n\n    Op vrijdag 20 november 2026 om 09:02:11 "
			    "CET schreef Ann <a@b.example>:  \n \n"
			    " Hallo Jan,\n\nWerkt het?\n",
			NEW);
}

static const char *const separators[] = {
	"-----Original Message-----",
	"----- Original Message -----",
	"-----Oorspronkelijk bericht-----",
	"-------- Oorspronkelijk bericht --------",
	"---------- Doorgestuurd bericht ---------",
	"---------- Forwarded message ---------",
	"Begin forwarded message:",
	"-----Ursprüngliche Nachricht-----",
	"-------- Weitergeleitete Nachricht --------",
	"-----Message d'origine-----",
	"-------- Message transféré --------",
	"-----Mensaje original-----",
	"-----Mensagem original-----",
	"-----Messaggio originale-----",
	"-----Oprindelig meddelelse-----",
	"-----Opprinnelig melding-----",
	"-----Ursprungligt meddelande-----",
	"-----Alkuperäinen viesti-----",
	"-----Oryginalna wiadomość-----",
	"-----Původní zpráva-----",
	"-----Eredeti üzenet-----",
	"-----Исходное сообщение-----",
	"-----原始邮件-----",
	"-----元のメッセージ-----",
	"-----Αρχικό μήνυμα-----",
};

static void
cuts_what_a_separator_announces(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(separators); i++) {
		g_autofree char *text = g_strconcat(
			NEW "\n\n", separators[i],
			"\nFrom: Ann\nSent: Friday\nSubject: x\n\nHallo\n",
			NULL);
		assert_new_text(state, text, NEW);
		g_autofree char *quoted = g_strconcat(NEW "\n", separators[i],
						      "\n> Hallo\n", NULL);
		assert_new_text(state, quoted, NEW);
	}
}

static void
keeps_a_separator_that_announces_nothing(void **state)
{
	static const char text[] = "See this:\n----- Original Message -----\n"
				   "is what the button says.";
	assert_new_text(state, text, text);
}

static const char *const blocks[] = {
	"From: Ann <a@b.example>\nSent: Friday 09:02\nTo: Jan\nSubject: x",
	"*From:* Ann <a@b.example>\n*Sent:* Friday\n*To:* Jan\n*Subject:* x",
	"Van: Ann <a@b.example>\nVerzonden: vrijdag\nAan: Jan\nOnderwerp: x",
	"Van: Ann\nDatum: vrijdag\nAan: Jan\nCC: Els\nOnderwerp: x",
	"Von: Ann <a@b.example>\nGesendet: Freitag\nAn: Jan\nBetreff: x",
	"De : Ann <a@b.example>\nEnvoyé : vendredi\nÀ : Jan\nObjet : x",
	"De: Ann <a@b.example>\nEnviado: viernes\nPara: Jan\nAsunto: x",
	"De: Ann\nEnviada em: sexta\nPara: Jan\nAssunto: x",
	"Da: Ann\nInviato: venerdì\nA: Jan\nOggetto: x",
	"Fra: Ann\nSendt: fredag\nTil: Jan\nEmne: x",
	"Från: Ann\nSkickat: fredag\nTill: Jan\nÄmne: x",
	"Od: Ann\nWysłano: piątek\nDo: Jan\nTemat: x",
	"От: Ann\nДата: пятница\nКому: Jan\nТема: x",
	"差出人: Ann\n日時: 金曜日\n宛先: Jan\n件名: x",
	"发件人：Ann\n日期：周五\n收件人：Jan\n主题：x",
	"Von: Ann\nAn: Jan\nGesendet: Freitag\nBetreff: x",
	"From: Ann <a@b.example>\nDate: Friday",
};

static void
cuts_a_block_of_headers(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
		g_autofree char *text =
			g_strconcat(NEW "\n\n", blocks[i], "\n\nHallo\n", NULL);
		assert_new_text(state, text, NEW);
		g_autofree char *ruled = g_strconcat(
			NEW "\n\n________________________________\n", blocks[i],
			"\n\nHallo\n", NULL);
		assert_new_text(state, ruled, NEW);
	}
}

static void
keeps_words_that_only_look_like_headers(void **state)
{
	static const char *const texts[] = {
		"From: Amsterdam\nTo: Paris\nDate: 3 November",
		"From: my house\nI see the sea.",
		"Van: gisteren af werkt het niet.",
		"Onderwerp: de factuur\nDatum: gisteren",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_new_text(state, texts[i], texts[i]);
}

static void
keeps_answers_between_quotes(void **state)
{
	assert_new_text(state,
			"Ann wrote:\n> Does it work?\n\nYes.\n\n> Always?\n"
			"> Really?\nNo.\n\nJan\n",
			"Yes.\n\nNo.\n\nJan");
}

static void
knows_quotes_by_bars(void **state)
{
	assert_new_text(state,
			"Ann wrote:\n| Does it work?\n|\n||| Or not?\n\nYes.",
			"Yes.");
	assert_new_text(state, "Ann wrote:\n|\n| Does it work?\n\nYes.",
			"Yes.");
	assert_new_text(state, "Yes.\n\n| Op 20-11-2026 schreef Ann:\n| > a",
			"Yes.");
	static const char table[] = "My order:\n| item | price |\n"
				    "|------|-------|\n| shoe | 40 |";
	assert_new_text(state, table, table);
}

static void
drops_signatures(void **state)
{
	static const char *const signatures[] = {
		"-- \nJan Jansen\nAcme\n",
		"-- \n\n\nJan Jansen\n",
		"--\nJan Jansen\nAcme\n",
		"__\nJan Jansen\n",
		"_______\nJan Jansen\n",
		"—\nJan Jansen\n",
		"Sent from my iPhone\n",
		"Sent from my Galaxy\n",
		"Sent from Yahoo Mail on Android\n",
		"Sent with Proton Mail secure email.\n",
		"Get Outlook for iOS <https://aka.ms/x>\n",
		"Verzonden vanaf mijn iPhone\n",
		"Verstuurd vanaf mijn iPad\n",
		"Verzonden met Outlook voor Android\n",
		"Von meinem iPhone gesendet\n",
		"Gesendet von Mail für Windows\n",
		"Envoyé de mon iPhone\n",
		"Envoyé depuis mon mobile\n",
		"Enviado desde mi iPhone\n",
		"Enviado do meu iPhone\n",
		"Inviato da iPhone\n",
		"Sendt fra min iPhone\n",
		"Skickat från min iPhone\n",
		"Wysłane z iPhone'a\n",
		"從我的 iPhone 傳送\n",
		"iPhoneから送信\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++) {
		g_autofree char *text =
			g_strconcat(NEW "\n\n", signatures[i], NULL);
		assert_new_text(state, text, NEW);
		g_autofree char *quoted = g_strconcat(
			NEW "\n\n", signatures[i],
			"\nOp 20-11-2026 om 09:02 schreef Ann:\n> Hallo\n",
			NULL);
		assert_new_text(state, quoted, NEW);
	}
}

static void
keeps_closings_and_long_endings(void **state)
{
	GString *text = g_string_new("Two parts.\n\n--\n");
	for (int i = 0; i < 30; i++)
		g_string_append_printf(text, "line %d\n", i);
	g_string_append(text, "end");
	assert_new_text(state, text->str, text->str);
	g_string_free(text, TRUE);
	static const char parcel[] = "Where is it?\nSent with UPS on Friday.";
	assert_new_text(state, parcel, parcel);
	static const char pakket[] = "Waar blijft het?\nVerzonden via DHL.";
	assert_new_text(state, pakket, pakket);
	static const char closing[] = "Graag een nieuwe factuur.\n\nMet "
				      "vriendelijke groet,\n\nJan Jansen\n"
				      "Directeur";
	assert_new_text(state, closing, closing);
}

static void
the_whole_text_stands_when_nothing_else_is_left(void **state)
{
	static const char *const texts[] = {
		"> only\n> a quote",
		"---------- Forwarded message ---------\nFrom: A\nTo: B",
		"-- \nJan Jansen",
		"Sent from my iPhone",
		"",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_new_text(state, texts[i], texts[i]);
}

static void
cuts_where_answers_were_asked_for(void **state)
{
	assert_new_text(state,
			NEW "\n\n##- Please type your reply above this line "
			    "-##\n\nHallo Jan\n",
			NEW);
	assert_new_text(state,
			NEW "\n\n--- Antwoord boven deze regel ---\nHallo\n",
			NEW);
}

static void
a_from_line_that_an_mbox_changed_is_no_quote(void **state)
{
	assert_new_text(state, "Hello\n>From here it is far.",
			"Hello\n>From here it is far.");
}

static void
every_beginning_is_read(void **state)
{
	static const char text[] =
		"Ja \xc3\xa9\xc3\xa9n.\n\nOp vr 20 nov. 2026 om 09:02 schreef "
		"Ann <a@b.example>:\n> x\n-- \nJan\n-----Original "
		"Message-----\n"
		"From: a@b\nTo: c\n";
	for (size_t n = 0; n <= strlen(text); n++) {
		g_autofree char *part = g_strndup(text, n);
		g_autofree char *got = reply_new_text(*state, part);
		assert_true(strlen(got) <= n);
	}
}

/* A minute would be far too long and is far from what it takes. */
static void
hostile_lines_take_no_time(void **state)
{
	static const char *const lines[] = {"On 3 a b:\n",
					    "From: a\n",
					    "--\n",
					    "-- \n",
					    "-- \nx\n",
					    "> \n",
					    "-----Original Message-----\n",
					    "\n",
					    ":",
					    "On ",
					    "On 20 Nov 2026 10:00 x <a@b>:\n"};
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		GString *text = g_string_new(NULL);
		while (text->len < MAIL_TEXT_BYTES_MAX)
			g_string_append(text, lines[i]);
		clock_t start = clock();
		g_autofree char *got = reply_new_text(*state, text->str);
		assert_true(strlen(got) <= text->len);
		assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
		g_string_free(text, TRUE);
	}
}

/* As long as a line may be that is looked at. */
static void
hostile_long_lines_take_no_time(void **state)
{
	static const char *const lines[][2] = {
		{"1", ":"},
		{"1 ", ":"},
		{"_", ""},
		{"- ", ":"},
		{"20:20 2020 ", ":"},
		{"(", "@)2020:"},
		{"(a@", ")2020:"},
		{"said am 1 ", ":"},
		{"<a@b>", "2020:"},
		{"wrote ", ":"},
		{"2020-01-01 <@", ">"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		GString *line = g_string_new(NULL);
		GString *text = g_string_new(NULL);
		size_t max = REPLY_LINE_BYTES_MAX - strlen(lines[i][1]);
		while (line->len + strlen(lines[i][0]) <= max)
			g_string_append(line, lines[i][0]);
		g_string_append_printf(line, "%s\n", lines[i][1]);
		while (text->len < MAIL_TEXT_BYTES_MAX)
			g_string_append(text, line->str);
		clock_t start = clock();
		g_free(reply_new_text(*state, text->str));
		assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
		g_string_free(line, TRUE);
		g_string_free(text, TRUE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_an_attribution_and_its_quote),
		cmocka_unit_test(keeps_an_attribution_without_a_quote),
		cmocka_unit_test(keeps_answers_below_a_quoted_separator),
		cmocka_unit_test(cuts_a_sure_attribution_without_marks),
		cmocka_unit_test(cuts_what_a_separator_announces),
		cmocka_unit_test(keeps_a_separator_that_announces_nothing),
		cmocka_unit_test(cuts_a_block_of_headers),
		cmocka_unit_test(keeps_words_that_only_look_like_headers),
		cmocka_unit_test(keeps_answers_between_quotes),
		cmocka_unit_test(knows_quotes_by_bars),
		cmocka_unit_test(drops_signatures),
		cmocka_unit_test(keeps_closings_and_long_endings),
		cmocka_unit_test(
			the_whole_text_stands_when_nothing_else_is_left),
		cmocka_unit_test(cuts_where_answers_were_asked_for),
		cmocka_unit_test(a_from_line_that_an_mbox_changed_is_no_quote),
		cmocka_unit_test(every_beginning_is_read),
		cmocka_unit_test(hostile_lines_take_no_time),
		cmocka_unit_test(hostile_long_lines_take_no_time),
	};
	return cmocka_run_group_tests_name("reply", tests, make_patterns,
					   free_patterns);
}
