/* address: two spellings of one mailbox are one key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loket/address.h>

typedef struct Case {
	const char *input;
	const char *want;
} Case;

static void
assert_all(char *(*function)(const char *), const Case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_autofree char *got = function(cases[i].input);
		if (g_strcmp0(got, cases[i].want) != 0)
			fail_msg("%s gives %s", cases[i].input, got);
	}
}

static void
folds_case_and_nothing_else(void **state)
{
	(void)state;
	static const Case cases[] = {
		{NULL, ""},
		{"", ""},
		{"jan@acme.example", "jan@acme.example"},
		{"Jan.De.Vries@ACME.Example", "jan.de.vries@acme.example"},
		{"jan+x@acme.example", "jan+x@acme.example"},
		{"postmaster", "postmaster"},
		{"\"A@B\"@acme.example", "\"a@b\"@acme.example"},
		/* ASCII only: what a server may fold beyond is unknown */
		{"\303\211ric@acme.example", "\303\211ric@acme.example"},
		{"a=b@acme.example", "a=b@acme.example"},
		{"prvs@acme.example", "prvs@acme.example"},
		{"srs0@acme.example", "srs0@acme.example"},
	};
	assert_all(address_canonical, cases, G_N_ELEMENTS(cases));
}

static void
takes_off_what_forwarders_put_around(void **state)
{
	(void)state;
	static const Case cases[] = {
		{"SRS0=HHH=TT=home.example=jan@relay.example",
		 "jan@home.example"},
		{"SRS0+HHH=TT=home.example=jan@relay.example",
		 "jan@home.example"},
		{"SRS0-HHH=TT=home.example=jan@relay.example",
		 "jan@home.example"},
		{"srs0=hhh=tt=Home.Example=Jan@relay.example",
		 "jan@home.example"},
		{"SRS0=HHH=TT=home.example=a=b@relay.example",
		 "a=b@home.example"},
		{"SRS1=GGG=relay.example==HHH=TT=home.example=jan@two.example",
		 "jan@home.example"},
		/* the separator of the first hop is kept by the second */
		{"SRS1=GGG=relay.example=+HHH=TT=home.example=jan@two.example",
		 "jan@home.example"},
		{"SRS1=GGG=relay.example=-HHH=TT=home.example=jan@two.example",
		 "jan@home.example"},
		/* not what it says it is: left as it is */
		{"SRS0=HHH=TT@relay.example", "srs0=hhh=tt@relay.example"},
		{"SRS0=HHH=TT==jan@relay.example",
		 "srs0=hhh=tt==jan@relay.example"},
		{"SRS1=GGG@two.example", "srs1=ggg@two.example"},
	};
	assert_all(address_canonical, cases, G_N_ELEMENTS(cases));
}

static void
takes_off_what_bounce_protection_put_around(void **state)
{
	(void)state;
	static const Case cases[] = {
		{"prvs=1234abcdef=jan@home.example", "jan@home.example"},
		{"PRVS=1234ABCDEF=Jan@home.example", "jan@home.example"},
		{"prvs=jan/1234abcdef@home.example", "jan@home.example"},
		{"btv1==1234abcdef==jan@home.example", "jan@home.example"},
		/* a local part may hold the separator */
		{"prvs=1234abcdef=a=b@home.example", "a=b@home.example"},
		{"btv1==1234abcdef==a=b@home.example", "a=b@home.example"},
		{"prvs=1234abcdef=a/b@home.example", "a/b@home.example"},
	};
	assert_all(address_canonical, cases, G_N_ELEMENTS(cases));
}

static void
the_domain_stands_behind_the_last_at(void **state)
{
	(void)state;
	static const Case cases[] = {
		{"jan@acme.example", "acme.example"},
		{"\"a@b\"@acme.example", "acme.example"},
		{"jan@ACME.example", "ACME.example"},
		{"jan@", ""},
		{"@acme.example", "acme.example"},
		{"postmaster", ""},
		{"", ""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_string_equal(address_domain(cases[i].input),
				    cases[i].want);
}

static void
a_path_is_the_bare_address(void **state)
{
	(void)state;
	static const Case cases[] = {
		{"<jan@acme.example>", "jan@acme.example"},
		{"jan@acme.example", "jan@acme.example"},
		{"<Jan@Acme.Example>", "Jan@Acme.Example"},
		{" <jan@acme.example>", "jan@acme.example"},
		{"<>", ""},
		{"", ""},
		{"  ", ""},
		{"<Postmaster>", "Postmaster"},
		/* arguments of ESMTP */
		{"<jan@acme.example> SIZE=1000 BODY=8BITMIME",
		 "jan@acme.example"},
		{"jan@acme.example SIZE=1000", "jan@acme.example"},
		{"<> SIZE=1000", ""},
		/* a source route, RFC 5321 appendix C */
		{"<@one.example,@two.example:jan@acme.example>",
		 "jan@acme.example"},
		{"<@one.example:jan@acme.example>", "jan@acme.example"},
		{"@one.example:jan@acme.example", "jan@acme.example"},
		{"<@[IPv6:2001:db8::1]:jan@acme.example>", "jan@acme.example"},
		{"<jan@[IPv6:2001:db8::1]>", "jan@[IPv6:2001:db8::1]"},
		/* quoted local parts, RFC 5321 4.1.2 */
		{"<\"a>b\"@acme.example>", "\"a>b\"@acme.example"},
		{"<\"a\\\">b\"@acme.example>", "\"a\\\">b\"@acme.example"},
		{"<\"a b\"@acme.example>", "\"a b\"@acme.example"},
		{"\"a b\"@acme.example SIZE=1", "\"a b\"@acme.example"},
		{"<\"@x:y\"@acme.example>", "\"@x:y\"@acme.example"},
		/* cut or broken: what there is, and no more */
		{"<jan@acme.example", "jan@acme.example"},
		{"<", ""},
		{"<\"a", "\"a"},
		{"<a\\", "a\\"},
		{"<@one.example", "@one.example"},
		{"<@one.example:", ""},
	};
	assert_all(address_of_path, cases, G_N_ELEMENTS(cases));
}

static void
any_cut_of_a_path_is_read(void **state)
{
	(void)state;
	static const char path[] =
		" <@one.example:\"a\\\">b\"@acme.example> SIZE=1";
	for (size_t length = 0; length < sizeof(path); length++) {
		/* exact, so that reading past the end is seen */
		g_autofree char *cut = g_strndup(path, length);
		g_autofree char *address = address_of_path(cut);
		g_autofree char *canonical = address_canonical(address);
		assert_true(strlen(address) <= length);
		assert_null(strstr(address, "SIZE"));
		assert_string_equal(canonical, address);
	}
}

static void
knows_a_mailbox_on_the_internet(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"jan@acme.example",
		"Jan.de-Vries+x@mail.acme.example",
		"o'neill@acme.example",
		"#$&'*+-/=?^_`{|}~@acme.example",
		"1@2.example",
		"a@xn--caf-dma.example",
		"a@b.c2",
		"a@b--c.example",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (!address_is_mailbox(cases[i]))
			fail_msg("%s", cases[i]);
}

static void
takes_nothing_else_for_a_mailbox(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"@",
		"jan",
		"jan@",
		"@acme.example",
		"jan@acme",
		"jan@localhost",
		"jan@127.0.0.1",
		"jan@[127.0.0.1]",
		"jan@acme.example.",
		"jan@.acme.example",
		"jan@acme..example",
		"jan@-acme.example",
		"jan@acme-.example",
		"jan@acme.-example",
		"jan@acme.example-",
		"jan@ac_me.example",
		"jan@@acme.example",
		"jan@x@acme.example",
		".jan@acme.example",
		"jan.@acme.example",
		"j..n@acme.example",
		"\"jan\"@acme.example",
		"<jan@acme.example>",
		"jan @acme.example",
		" jan@acme.example",
		"jan@acme.example ",
		"jan@acme.example\n",
		"jan@acme.example\nBcc: els@acme.example",
		"jan\\@acme.example",
		"jan,els@acme.example",
		"jan%home.example@acme.example",
		"home.example!jan@acme.example",
		"j\303\244n@acme.example",
		"jan@caf\303\251.example",
		"jan\177@acme.example",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (address_is_mailbox(cases[i]))
			fail_msg("%s", cases[i]);
}

/* RFC 5321 4.5.3.1: 64 for a local part, 63 for a label, 254 in all. */
static void
holds_a_mailbox_to_its_lengths(void **state)
{
	(void)state;
	g_autofree char *label = g_strnfill(63, 'a');
	g_autofree char *domain =
		g_strdup_printf("%s.%s.%.61s", label, label, label);
	assert_int_equal(strlen(domain), 189);
	g_autofree char *longest = g_strdup_printf("%sb@%s", label, domain);
	assert_int_equal(strlen(longest), 254);
	assert_true(address_is_mailbox(longest));
	g_autofree char *local = g_strdup_printf("%sbb@a.example", label);
	assert_false(address_is_mailbox(local));
	g_autofree char *labels = g_strdup_printf("b@%sa.example", label);
	assert_false(address_is_mailbox(labels));
	g_autofree char *all = g_strdup_printf("%sb@%sa", label, domain);
	assert_false(address_is_mailbox(all));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_case_and_nothing_else),
		cmocka_unit_test(takes_off_what_forwarders_put_around),
		cmocka_unit_test(takes_off_what_bounce_protection_put_around),
		cmocka_unit_test(knows_a_mailbox_on_the_internet),
		cmocka_unit_test(takes_nothing_else_for_a_mailbox),
		cmocka_unit_test(holds_a_mailbox_to_its_lengths),
		cmocka_unit_test(the_domain_stands_behind_the_last_at),
		cmocka_unit_test(a_path_is_the_bare_address),
		cmocka_unit_test(any_cut_of_a_path_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
