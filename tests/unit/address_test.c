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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_case_and_nothing_else),
		cmocka_unit_test(takes_off_what_forwarders_put_around),
		cmocka_unit_test(takes_off_what_bounce_protection_put_around),
		cmocka_unit_test(the_domain_stands_behind_the_last_at),
		cmocka_unit_test(a_path_is_the_bare_address),
		cmocka_unit_test(any_cut_of_a_path_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
