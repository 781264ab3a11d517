/* authres: what our server found out, and nobody else's word for it. */
#include "mail_fixture.h"

#include <loket/authres.h>

#define FROM "From: Jan <jan@home.example>\r\n"
#define AR "Authentication-Results: mx.acme.example; "
#define OURS                                                                   \
	"Received: from x (y [192.0.2.1]) by mx.acme.example (Postfix)\r\n"    \
	"\twith ESMTP id 1; Fri, 20 Nov 2026 14:31:00 +0100\r\n"
#define FOREIGN "Received: from x by relay.evil.example with SMTP; today\r\n"

static const char *const ids[] = {"mx.acme.example", "mx2.acme.example", NULL};

typedef struct Case {
	const char *name;
	const char *header;
	AuthState want;
} Case;

static void
assert_cases(void **state, const Case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		g_autofree char *text =
			g_strconcat(cases[i].header, "\r\nx", NULL);
		g_autoptr(Mail) mail = read_text(state, text);
		g_autofree char *reason = NULL;
		AuthState got =
			authres_judge(mail, ids, "host.acme.example", &reason);
		assert_non_null(reason);
		if (got != cases[i].want)
			fail_msg("%s: %d is not %d", cases[i].name, got,
				 cases[i].want);
	}
}

static void
results_vouch_for_the_author(void **state)
{
	static const Case cases[] = {
		{"nothing is said", FROM, AUTH_NONE},
		{"no result", AR "none\r\n" FROM, AUTH_NONE},
		{"dmarc passes", AR "dmarc=pass\r\n" FROM, AUTH_PASS},
		{"dmarc passes for the author",
		 AR "dmarc=pass header.from=home.example\r\n" FROM, AUTH_PASS},
		{"dmarc passes for somebody else",
		 AR "dmarc=pass header.from=evil.example\r\n" FROM, AUTH_NONE},
		{"dmarc fails", AR "dmarc=fail\r\n" FROM, AUTH_FAIL},
		{"dmarc says nothing", AR "dmarc=none\r\n" FROM, AUTH_NONE},
		{"dmarc has trouble", AR "dmarc=temperror\r\n" FROM, AUTH_NONE},
		{"spf passes for the author",
		 AR "spf=pass smtp.mailfrom=jan@home.example\r\n" FROM,
		 AUTH_PASS},
		{"spf passes for the author's domain",
		 AR "spf=pass smtp.mailfrom=home.example\r\n" FROM, AUTH_PASS},
		{"spf passes for somebody else",
		 AR "spf=pass smtp.mailfrom=x@evil.example\r\n" FROM,
		 AUTH_NONE},
		{"spf passes for a name in the greeting",
		 AR "spf=pass smtp.helo=home.example\r\n" FROM, AUTH_NONE},
		{"spf passes for nobody", AR "spf=pass\r\n" FROM, AUTH_NONE},
		{"spf fails", AR "spf=fail smtp.mailfrom=home.example\r\n" FROM,
		 AUTH_NONE},
		{"dkim passes for the author",
		 AR "dkim=pass header.d=home.example\r\n" FROM, AUTH_PASS},
		{"dkim passes for the author's identity",
		 AR "dkim=pass header.i=@home.example\r\n" FROM, AUTH_PASS},
		{"dkim passes for somebody else",
		 AR "dkim=pass header.d=esp.example\r\n" FROM, AUTH_NONE},
		{"dkim fails", AR "dkim=fail header.d=home.example\r\n" FROM,
		 AUTH_NONE},
		{"the second result counts, too",
		 AR "spf=none; dkim=pass header.d=home.example\r\n" FROM,
		 AUTH_PASS},
		{"the second field counts, too",
		 AR "spf=none\r\n" AR "dmarc=pass\r\n" FROM, AUTH_PASS},
		{"a failure counts more than a pass",
		 AR "dkim=pass header.d=home.example; dmarc=fail\r\n" FROM,
		 AUTH_FAIL},
	};
	assert_cases(state, cases, G_N_ELEMENTS(cases));
}

static void
domains_are_aligned_when_one_is_in_the_other(void **state)
{
	static const Case cases[] = {
		{"a subdomain signs",
		 AR "dkim=pass header.d=mail.home.example\r\n" FROM, AUTH_PASS},
		{"the domain above signs",
		 AR "dkim=pass header.d=home.example\r\n"
		    "From: jan@mail.home.example\r\n",
		 AUTH_PASS},
		{"case does not count",
		 AR "dkim=pass header.d=HOME.Example\r\n" FROM, AUTH_PASS},
		{"a dot at the end does not count",
		 AR "dkim=pass header.d=home.example.\r\n" FROM, AUTH_PASS},
		{"the same end is not the same domain",
		 AR "dkim=pass header.d=me.example\r\n" FROM, AUTH_NONE},
		{"a longer name is not a subdomain",
		 AR "dkim=pass header.d=myhome.example\r\n" FROM, AUTH_NONE},
		{"a top-level domain is nobody's",
		 AR "dkim=pass header.d=example\r\n" FROM, AUTH_NONE},
		{"siblings are strangers",
		 AR "dkim=pass header.d=a.home.example\r\n"
		    "From: jan@b.home.example\r\n",
		 AUTH_NONE},
		{"an international name has two forms",
		 AR "dkim=pass header.d=xn--caf-dma.example\r\n"
		    "From: jan@caf\xc3\xa9.example\r\n",
		 AUTH_PASS},
	};
	assert_cases(state, cases, G_N_ELEMENTS(cases));
}

static void
only_our_servers_are_believed(void **state)
{
	static const Case cases[] = {
		{"another server",
		 "Authentication-Results: mx.evil.example; dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"another server's failure",
		 "Authentication-Results: mx.evil.example; dmarc=fail\r\n" FROM,
		 AUTH_NONE},
		{"a longer name",
		 "Authentication-Results: mx.acme.example.evil.example; "
		 "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"our name in a comment",
		 "Authentication-Results: mx.evil.example (mx.acme.example); "
		 "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"our other name",
		 "Authentication-Results: mx2.acme.example; "
		 "dmarc=pass\r\n" FROM,
		 AUTH_PASS},
		{"our name in capitals",
		 "Authentication-Results: MX.ACME.EXAMPLE; dmarc=pass\r\n" FROM,
		 AUTH_PASS},
		{"our name with a version",
		 "Authentication-Results: mx.acme.example 1; "
		 "dmarc=pass\r\n" FROM,
		 AUTH_PASS},
		{"the machine's name is no authserv-id",
		 "Authentication-Results: host.acme.example; "
		 "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"no name", "Authentication-Results: ; dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"no name and no semicolon",
		 "Authentication-Results: dmarc=pass\r\n" FROM, AUTH_NONE},
		{"an ARC copy",
		 "ARC-Authentication-Results: i=1; mx.acme.example; "
		 "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
	};
	assert_cases(state, cases, G_N_ELEMENTS(cases));
}

static void
a_pass_counts_only_above_foreign_servers(void **state)
{
	static const Case cases[] = {
		{"above ours", AR "dmarc=pass\r\n" OURS FROM, AUTH_PASS},
		{"below ours", OURS AR "dmarc=pass\r\n" FROM, AUTH_PASS},
		{"below the machine's own name",
		 "Received: from x by host.acme.example; now\r\n" AR
		 "dmarc=pass\r\n" FROM,
		 AUTH_PASS},
		{"below a foreign one", FOREIGN AR "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"below ours and a foreign one",
		 OURS FOREIGN AR "dmarc=pass\r\n" FROM, AUTH_NONE},
		{"below a foreign one and ours",
		 FOREIGN OURS AR "dmarc=pass\r\n" FROM, AUTH_NONE},
		{"a failure below a foreign one",
		 FOREIGN AR "dmarc=fail\r\n" FROM, AUTH_FAIL},
		{"our name is what it came from",
		 "Received: from mx.acme.example by evil.example; now\r\n" AR
		 "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"our name stands in a comment",
		 "Received: from x (by mx.acme.example) by evil.example\r\n" AR
		 "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
		{"no name at all", "Received: x\r\n" AR "dmarc=pass\r\n" FROM,
		 AUTH_NONE},
	};
	assert_cases(state, cases, G_N_ELEMENTS(cases));
}

static void
only_a_single_author_is_authenticated(void **state)
{
	static const Case cases[] = {
		{"two addresses",
		 AR "dmarc=pass\r\nFrom: a@home.example, b@home.example\r\n",
		 AUTH_NONE},
		{"two fields", AR "dmarc=pass\r\n" FROM FROM, AUTH_NONE},
		{"no author", AR "dmarc=pass\r\n", AUTH_NONE},
		{"a failure all the same", AR "dmarc=fail\r\n" FROM FROM,
		 AUTH_FAIL},
		{"no domain", AR "dkim=pass header.d=jan\r\nFrom: jan\r\n",
		 AUTH_NONE},
	};
	assert_cases(state, cases, G_N_ELEMENTS(cases));
}

static void
comments_and_quotes_are_no_results(void **state)
{
	static const Case cases[] = {
		{"folded and commented",
		 "Authentication-Results: (our) mx.acme.example (1);\r\n"
		 "\tdkim=pass (good (2048 bit)) header.d=home.example\r\n" FROM,
		 AUTH_PASS},
		{"spaces around signs",
		 AR "dmarc = pass header.from = home.example\r\n" FROM,
		 AUTH_PASS},
		{"a method with a version", AR "dmarc/1=pass\r\n" FROM,
		 AUTH_PASS},
		{"quoted values",
		 AR "spf=pass smtp.mailfrom=\"jan@home.example\"\r\n" FROM,
		 AUTH_PASS},
		{"a result in a comment", AR "spf=none (; dmarc=pass)\r\n" FROM,
		 AUTH_NONE},
		{"a result in quotes",
		 AR "spf=none reason=\"; dmarc=pass\"\r\n" FROM, AUTH_NONE},
		{"a result in a property",
		 AR "spf=none smtp.mailfrom=dmarc=pass@x\r\n" FROM, AUTH_NONE},
		{"a comment in a domain",
		 AR "dkim=pass header.d=evil.example(.home.example\r\n" FROM,
		 AUTH_NONE},
		{"an escaped end of a comment",
		 AR "spf=none (\\); dmarc=pass)\r\n" FROM, AUTH_NONE},
		{"an escaped end of quotes",
		 AR "spf=none reason=\"\\\"; dmarc=pass\"\r\n" FROM, AUTH_NONE},
		{"a longer word", AR "dmarc=passed\r\n" FROM, AUTH_NONE},
		{"capitals", AR "DMARC=PASS\r\n" FROM, AUTH_PASS},
	};
	assert_cases(state, cases, G_N_ELEMENTS(cases));
}

static void
without_names_nothing_is_believed(void **state)
{
	static const char *const none[] = {NULL};
	g_autoptr(Mail) mail =
		read_text(state, AR "dmarc=pass\r\n" FROM "\r\nx");
	assert_int_equal(authres_judge(mail, NULL, NULL, NULL), AUTH_NONE);
	assert_int_equal(authres_judge(mail, none, NULL, NULL), AUTH_NONE);
	assert_int_equal(authres_judge(mail, ids, NULL, NULL), AUTH_PASS);
}

static void
every_beginning_is_judged(void **state)
{
	static const char text[] =
		"Authentication-Results: mx.acme.example (a \\(b);\r\n dkim="
		"pass reason=\"c \\\" d\" header.d=home.example\r\n" OURS FROM;
	for (size_t n = 0; n < sizeof(text); n++) {
		g_autoptr(Mail) mail = read_bytes(state, text, n);
		(void)authres_judge(mail, ids, "h", NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_vouch_for_the_author),
		cmocka_unit_test(domains_are_aligned_when_one_is_in_the_other),
		cmocka_unit_test(only_our_servers_are_believed),
		cmocka_unit_test(a_pass_counts_only_above_foreign_servers),
		cmocka_unit_test(only_a_single_author_is_authenticated),
		cmocka_unit_test(comments_and_quotes_are_no_results),
		cmocka_unit_test(without_names_nothing_is_believed),
		cmocka_unit_test(every_beginning_is_judged),
	};
	return cmocka_run_group_tests_name("authres", tests, make_reader,
					   free_reader);
}
