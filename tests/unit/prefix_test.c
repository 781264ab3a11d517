/* prefix: who forwarded a mail, as its subject tells. */
#include "mail_fixture.h"

static const struct {
	const char *subject;
	bool want;
} cases[] = {
	{"Fwd: Factuur", true},
	{"FW: Factuur", true},
	{"fw:Factuur", true},
	{"Fwd[2]: Factuur", true},
	{"Fw(3): Factuur", true},
	{"Doorst: Factuur", true},
	{"Doorgestuurd: Factuur", true},
	{"WG: Rechnung", true},
	{"TR : Facture", true},
	{"Rv: Factura", true},
	{"ENC: Fatura", true},
	{"I: Fattura", true},
	{"VB: Faktura", true},
	{"VL: Lasku", true},
	{"PD: Faktura", true},
	{"Továbbítás: Számla", true},
	{"ПЕРЕСЛ: Счёт", true},
	{"ΠΡΘ: Τιμολόγιο", true},
	{"转发：发票", true},
	{"転送: 請求書", true},
	{"Fwd: Re: Factuur", true},
	{"[EXTERN] FW: Factuur", true},
	{"[ACME #2600042179] Fwd: Factuur", true},
	{"Ext: [x] FW: Factuur", true},
	{"Re: Fwd: Factuur", false},
	{"Antw: FW: Factuur", false},
	{"[ACME #2600042179] Re: Factuur", false},
	{"Factuur", false},
	{"Forward the parcel", false},
	{"Fwd Factuur", false},
	{"Fwded: Factuur", false},
	{"A Fwd: B", false},
	{"VS: Lasku", false},
	{"[Fwd: Factuur", false},
	{":", false},
	{"", false},
};

static void
tells_a_forward_from_a_reply(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("Subject: %s\r\n\r\n",
							cases[i].subject);
		g_autoptr(Mail) mail = read_text(state, text);
		if (mail_is_forward(mail) != cases[i].want)
			fail_msg("%s", cases[i].subject);
	}
}

static void
without_a_subject_nothing_is_forwarded(void **state)
{
	g_autoptr(Mail) mail = read_text(state, "From: a@b.example\r\n\r\n");
	assert_false(mail_is_forward(mail));
}

static void
a_hostile_subject_ends(void **state)
{
	g_autoptr(GString) text = g_string_new("Subject: ");
	for (int i = 0; i < 100000; i++)
		g_string_append(text, "[x] Ext: ");
	g_string_append(text, "Fwd: x\r\n\r\n");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_false(mail_is_forward(mail));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_a_forward_from_a_reply),
		cmocka_unit_test(without_a_subject_nothing_is_forwarded),
		cmocka_unit_test(a_hostile_subject_ends),
	};
	return cmocka_run_group_tests_name("prefix", tests, make_reader,
					   free_reader);
}
