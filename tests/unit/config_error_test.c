/* config: what is said of a bad loket.conf */
#include "config_site.h"

/* Loads what cannot be, and compares what is said without the directory. */
static void
expect_refusal(const Site *site, const char *name, const char *text,
	       const char *want)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = site_load(site, text, &error);
	if (config)
		fail_msg("%s: was taken", name);
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
	g_autofree char *prefix = g_strconcat(site->directory, "/", NULL);
	g_auto(GStrv) parts = g_strsplit(error->message, prefix, -1);
	g_autofree char *message = g_strjoinv("", parts);
	if (!g_str_has_prefix(message, want))
		fail_msg("%s: said \"%s\", want \"%s\"", name, message, want);
}

static const struct {
	const char *text;
	const char *want;
} site_values[] = {
	{"socket = \"/run/x\"", "socket is \"/run/x\", expected unix:"},
	{"socket = \"inet:x@::1\"", "socket is "},
	{"socket = \"inet:25@\"", "socket is "},
	{"socket = \"unix:\"", "socket is "},
	{"socket = \"\"", "socket is \"\", expected unix:PATH"},
	{"socket-mode = \"0680\"", "socket-mode is \"0680\", expected "
				   "an octal mode"},
	{"socket-mode = \"2000\"", "socket-mode is "},
	{"store = \"mysql://x\"", "store is "},
	{"relay = \"127.0.0.1:25\"", "relay is "},
	{"relay = \"smtp://\"", "relay is "},
	{"relay = \"smtp://x:70000\"", "relay is "},
	{"relay = \"smtp://u:p@x\"", "relay is "},
	{"relay = \"smtp://mail \"", "relay is "},
	{"relay = \"smtp://ma{il\"", "relay is "},
	{"relay = \"smtp://[:]\"", "relay is "},
	{"secret = \"\"", "secret is \"\", expected the path"},
	{"log = file", "log is \"file\", expected one of syslog, "
		       "stderr"},
	{"postmaster = root", "postmaster is \"root\", expected an "
			      "address"},
	{"postmaster = \"a b@c\"", "postmaster is "},
	{"postmaster = \"a@@c\"", "postmaster is "},
	{"postmaster = \"<a@c>\"", "postmaster is "},
	{"postmaster = \"a@c..d\"", "postmaster is "},
	{"authserv-id = { \"\" }", "authserv-id is "},
	{"insiders = { \"acme.example\" }", "insiders is "},
	{"languages = { \"nl\", \"Dutch\" }", "languages is \"Dutch\""},
	{"insiders = { \"@\" }", "insiders is "},
	{"ignore = { \"pest\" }", "ignore is "},
	{"trusted-networks = { \"10.0.0.1/8\" }",
	 "trusted-networks is \"10.0.0.1/8\": bits set past the "
	 "prefix, expected a network"},
	{"form-hosts = { \"www.example\" }",
	 "form-hosts is \"www.example\": no IP address"},
	{"form-customer = { 'a(' }",
	 "form-customer is \"a(\": regular expression: "},
	{"form-customer = { \"\" }", "form-customer is \"\", expected a "},
	{"also-tag \"x\" 'a('", "pattern is \"a(\": regular expression: "},
	{"also-tag \"x\" { pattern = 'a(' }", "pattern is \"a(\": "},
	{"also-tag \"x\" ''", "pattern is \"\", expected a regular"},
	{"also-tag \"x\" { }",
	 "also-tag \"x\" has no pattern, expected also-tag \"x\" 'PATTERN'"},
	{"also-tag 'x' 'a' also-tag 'X' 'b'", "also-tag \"X\" is there twice"},
	{"also-tag \"x\" 'a' 'b'", "unknown key \"b\""},
	{"team \"x\" 'a'", "unknown key \"pattern\", expected one of address "},
	{"login-domain = \"@acme.example\"", "login-domain is "},
	{"recipient-delimiter = \"++\"", "recipient-delimiter is "},
	{"recipient-delimiter = \"x\"", "recipient-delimiter is "},
	{"timezone = \"Europe/Atlantis\"", "timezone is "},
	{"dry-run = perhaps", "dry-run is \"perhaps\", expected true "
			      "or false"},
	{"on-failure = reject", "on-failure is \"reject\", expected "
				"one of tempfail, accept"},
	{"ack-delay = 60", "ack-delay is \"60\", expected a length"},
	{"ack-delay = \"-1 days\"", "ack-delay is "},
	{"ack-delay = \"101 years\"", "ack-delay is "},
	{"ack-delay = \"99999999999999999999 days\"", "ack-delay is "},
	{"ack-delay = \"1.5 hours\"", "ack-delay is "},
	{"max-connections = 0", "max-connections is \"0\", expected a "
				"whole number from 1 to 65535"},
	{"max-connections = 1e3", "max-connections is "},
	{"user = \"\\x07\"", "user is "},
	{"user = \"\\xff\"", "user is "},
};

static void
refuses_what_no_key_takes(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(site_values); i++) {
		g_autofree char *text = g_strconcat("\n", site_values[i].text,
						    "\n", DESK, NULL);
		g_autofree char *want = g_strconcat(
			"loket.conf:2: ", site_values[i].want, NULL);
		expect_refusal(*state, site_values[i].text, text, want);
	}
}

static const struct {
	const char *text;
	const char *want;
} desk_values[] = {
	{"tag = \"[X]\"", "tag is \"[X]\", expected at most 40"},
	{"tag = \" X\"", "tag is "},
	{"tag = \"Caf\xc3\xa9\"", "tag is "},
	{"agents = { jan }", "agents is "},
	{"team = { \"@acme.example\" }", "team is "},
	{"language = dutch", "language is \"dutch\", expected a "
			     "language"},
	{"calendar = \"nope\"", "calendar is \"nope\", expected the "
				"title of a calendar section"},
	{"first-response = \"soon\"",
	 "first-response is \"soon\", expected a target"},
	{"first-response = \"\"", "first-response is "},
	{"first-response = \"1 days\"", "first-response is "},
	{"warn = \"\"", "warn is "},
	{"norm = 101", "norm is \"101\", expected a whole number from "
		       "1 to 100"},
	{"norm = \"90%\"", "norm is "},
	{"ack = sometimes", "ack is \"sometimes\", expected one of "
			    "always, careful, authenticated, known, "
			    "never"},
	{"subject-tag = all", "subject-tag is "},
	{"mask-agents = 1", "mask-agents is "},
	{"withhold-auto-replies = 1", "withhold-auto-replies is "},
	{"bounce-address = true "
	 "addresses = { \"abcdefghijklmnopqrstuvwxyz@acme.example\" }",
	 "bounce-address does not fit abcdefghijklmnopqrstuvwxyz@acme.example, "
	 "expected at most 25 characters before the @"},
	{"keyed-replies = true "
	 "addresses = { \"abcdefghijklmnopqrstuvwxyzabcdefghijkl@a.example\" }",
	 "keyed-replies does not fit "
	 "abcdefghijklmnopqrstuvwxyzabcdefghijkl@a.example, "
	 "expected at most 37 characters before the @"},
	{"retention = \"for ever\"", "retention is "},
	{"forward = old", "forward is "},
	{"keep = nothing", "keep is "},
	{"mailbox = { \"pop3://x\" }", "mailbox is "},
	{"flag-near = \"two words\"", "flag-near is "},
	{"season \"x\" { }", "season \"x\" has no dates, expected a "
			     "season of that title"},
	{"type \"x\" { subject = 'a(b' }",
	 "subject is \"a(b\": regular expression: "},
	{"type \"x\" { team = \"y\" }",
	 "team is \"y\", expected the title of a team section"},
	{"type \"x\" { } type \"X\" { }", "type \"X\" is there twice"},
	{"field \"x\" '('", "pattern is \"(\": regular expression: "},
	{"field \"x\" { }",
	 "field \"x\" has no pattern, expected field \"x\" 'PATTERN'"},
	{"form = '('", "form is \"(\": regular expression: "},
	{"nome = \"x\"", "unknown key \"nome\", expected one of name "
			 "tag addresses "},
	{"type \"x\" { tag = \"y\" }",
	 "unknown key \"tag\", expected one of subject "},
};

static void
refuses_what_no_desk_takes(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(desk_values); i++) {
		g_autofree char *text = g_strdup_printf(
			"desk \"s\" {\n addresses = { \"s@acme.example\" }\n"
			"%s }\n",
			desk_values[i].text);
		g_autofree char *want = g_strconcat(
			"loket.conf:3: ", desk_values[i].want, NULL);
		expect_refusal(*state, desk_values[i].text, text, want);
	}
}

static const struct {
	const char *name;
	const char *text;
	const char *want;
} faults[] = {
	{"no desk", "\n# nothing\n", "loket.conf:1: there is no desk"},
	{"empty file", "", "loket.conf:1: there is no desk"},
	{"no addresses", "\ndesk \"s\" {\n tag = \"X\"\n}\n",
	 "loket.conf:2: desk \"s\" has no addresses, expected "},
	{"empty addresses", "desk \"s\" { addresses = { } }\n",
	 "loket.conf:1: desk \"s\" has no addresses, expected "},
	{"unknown key", DESK "\nsokket = x\n",
	 "loket.conf:3: unknown key \"sokket\", expected one of "
	 "socket "},
	{"unknown section", DESK "dask \"x\" { }\n",
	 "loket.conf:2: unknown key \"dask\""},
	{"question mark", DESK "dry-run? = true\n",
	 "loket.conf:2: unknown key \"dry-run?\""},
	{"behind comments",
	 "# a\n// b\n/* c\n c */ dry-run = true # d\n\n" DESK "norm = 1 # e\n",
	 "loket.conf:7: unknown key \"norm\""},
	{"within a list",
	 "insiders = { # a\n \"@a.example\", // b\n \"b\" }\n" DESK,
	 "loket.conf:3: insiders is \"b\""},
	{"unclosed section", "\n desk \"s\" {\n name = \"x\"\n",
	 "loket.conf:2: section or list is not closed, expected a }"},
	{"unclosed inner section",
	 "desk \"s\" {\n type \"x\" {\n name = \"x\"\n",
	 "loket.conf:2: section or list is not closed"},
	{"forgotten brace", "desk \"s\" {\n type \"x\" {\n }\n" DESK,
	 "loket.conf:1: section or list is not closed"},
	{"unclosed list", DESK "insiders = {\n \"@a.example\",\n",
	 "loket.conf:2: section or list is not closed"},
	{"brace too many", DESK "}\n",
	 "loket.conf:2: } closes nothing, expected a {"},
	{"unclosed text", "store = \"sqlite:/x\nlog = syslog\n" DESK,
	 "loket.conf:1: text is not closed, expected \" before"},
	{"unclosed pattern", DESK_WITH("type \"x\" { subject = 'a }"),
	 "loket.conf:2: text is not closed, expected ' before"},
	{"escaped quote", "store = \"a\\\"\n" DESK,
	 "loket.conf:1: text is not closed"},
	{"cut text", DESK "store = \"sql", "loket.conf:2: text is not closed"},
	{"cut escape", DESK "store = \"sql\\",
	 "loket.conf:2: text is not closed"},
	{"cut comment", DESK "/* x\n",
	 "loket.conf:2: comment is not closed, expected */"},
	{"cut key", DESK "store",
	 "loket.conf:2: premature end of file, expected KEY = VALUE"},
	{"cut value", DESK "store =",
	 "loket.conf:2: premature end of file, expected KEY = VALUE"},
	{"cut variable", DESK "store = \"${HOM",
	 "loket.conf:2: ${ is not closed, expected ${NAME}"},
	{"not UTF-8", DESK "# caf\xe9\n",
	 "loket.conf:2: not text, expected UTF-8"},
	{"no title", "desk { }\n",
	 "loket.conf:1: missing title for section 'desk', expected "},
	{"empty title", "desk \"\" { }\n",
	 "loket.conf:1: desk has no title, expected desk \"NAME\""},
	{"empty key", DESK "desk \"x\" {\n norm = 90 \"\"\n}\n",
	 "loket.conf:3: empty key, expected KEY = VALUE"},
	{"key with a bar", DESK "team|lead = x\n",
	 "loket.conf:2: no sub-section title/index for 'team', "
	 "expected a key without |"},
	{"octal escape", DESK "user = \"\\777\"\n",
	 "loket.conf:2: invalid octal number '\\777', expected "},
	{"no equal sign", DESK "store \"x\"\n",
	 "loket.conf:2: missing equal sign after option 'store', "
	 "expected KEY = VALUE"},
	{"list for one value", DESK "store = { \"x\" }\n",
	 "loket.conf:2: unexpected token '{', expected one value"},
	{"no comma", "insiders = { \"@a.b\" \"@c.d\" }\n" DESK,
	 "loket.conf:1: unexpected token '@c.d', expected one value"},
	{"addition to one value", "store += \"x\"\n" DESK,
	 "loket.conf:1: attempt to append to non-list option "
	 "'store'"},
	{"same title", DESK "\n" DESK,
	 "loket.conf:3: found duplicate title 's', expected another"},
	{"same title in capitals",
	 DESK "desk \"S\" {\n addresses = { \"t@acme.example\" } }\n",
	 "loket.conf:2: desk \"S\" is there twice, expected another"},
	{"same address",
	 DESK "desk \"t\" {\n addresses = { \"S@acme.example\" } }\n",
	 "loket.conf:3: s@acme.example is an address of desk \"s\""},
	{"no tag", "\ndesk \"caf\xc3\xa9\" { addresses = { \"a@b.c\" } }\n",
	 "loket.conf:2: desk \"caf\xc3\xa9\" cannot have its title as "
	 "tag, expected tag = "},
	{"keyed addresses without a delimiter",
	 "recipient-delimiter = \"\"\ndesk \"a\" {\n"
	 "keyed-replies = true addresses = { \"a@b.example\" } }\n",
	 "loket.conf:3: keyed-replies is on without recipient-delimiter, "
	 "expected both"},
	{"agent without address", "agent \"jan\" { }\n" DESK,
	 "loket.conf:1: agent \"jan\" is no address, expected "},
	{"login of two",
	 "agent \"a@b.c\" { login = { \"x\" } }\n"
	 "agent \"d@b.c\" {\n login = { \"X\" } }\n" DESK,
	 "loket.conf:3: login \"X\" is another agent's, expected "},
	{"team without address", "\nteam \"x\" { }\n" DESK,
	 "loket.conf:2: team \"x\" has no address, expected "},
	{"field and also-tag",
	 "also-tag \"x\" 'a'\ndesk \"s\" { addresses = { \"a@b.c\" }\n"
	 "field \"y\" 'b'\nfield \"X\" 'c' }\n",
	 "loket.conf:4: field \"X\" has the title of an also-tag"},
	{"unclosed pattern of a field", DESK "also-tag \"x\" 'a\n",
	 "loket.conf:2: text is not closed, expected ' before"},
	{"behind a pattern", "also-tag \"x\" 'a'\n\nlag = 1\n" DESK,
	 "loket.conf:3: unknown key \"lag\""},
	{"bad hours",
	 "calendar \"c\" {\n hours = { \"mon-fri 09:00-17:00\",\n"
	 "  \"sat 25:00-26:00\" }\n}\n" DESK,
	 "loket.conf:3: "},
	{"never open",
	 "\ncalendar \"c\" {\n hours = { \"2026-12-24 closed\" "
	 "}\n}\n" DESK,
	 "loket.conf:2: "},
	{"no hours at all", "\ncalendar \"c\" {\n hours = { } }\n" DESK,
	 "loket.conf:2: calendar \"c\" is never open, expected "},
	{"target out of reach",
	 "desk \"s\" { addresses = { \"a@b.c\" }\n"
	 "first-response = \"9000 working days\" }\n",
	 "loket.conf:2: first-response is out of reach, expected "},
	{"target of a season out of reach",
	 "calendar \"c\" { season \"a\" { from = \"01-01\" to = \"01-02\" "
	 "} }\ndesk \"s\" { addresses = { \"a@b.c\" } calendar = \"c\"\n"
	 "season \"a\" {\n next-response = \"30000 working hours\" } }\n",
	 "loket.conf:4: next-response is out of reach, expected "},
	{"target of a type out of reach",
	 "desk \"s\" { addresses = { \"a@b.c\" }\ntype \"a\" {\n"
	 " resolution = \"90000 hours\" } }\n",
	 "loket.conf:3: resolution is out of reach, expected "},
	{"aim out of reach",
	 "desk \"s\" { addresses = { \"a@b.c\" }\ntype \"a\" {\n"
	 " resolution-aim = \"9999999 minutes\" } }\n",
	 "loket.conf:3: resolution-aim is out of reach, expected "},
	{"unknown country",
	 "calendar \"c\" {\n holidays = { \"nl\",\n  \"atlantis\" }"
	 "\n}\n" DESK,
	 "loket.conf:3: "},
	{"missing calendar file",
	 "calendar \"c\" {\n holidays = { \"nl\",\n"
	 "  \"ics:/nonexistent.ics\" }\n}\n" DESK,
	 "loket.conf:3: "},
	{"bad season",
	 "calendar \"c\" {\n season \"a\" { from = \"01-01\" "
	 "to = \"01-02\" }\n season \"b\" { from = \"13-01\" "
	 "to = \"01-02\" } }\n" DESK,
	 "loket.conf:3: "},
	{"season without dates", "calendar \"c\" {\n season \"a\" { } }\n" DESK,
	 "loket.conf:2: "},
};

static void
names_the_line_of_every_fault(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
		expect_refusal(*state, faults[i].name, faults[i].text,
			       faults[i].want);
}

/* No part of the sample that lacks its end may pass for a configuration:
 * the last section but one, the desk, is whole only near the end. */
static void
refuses_every_cut_of_a_file(void **state)
{
	g_autofree char *text = NULL;
	assert_true(g_file_get_contents(FULL_CONF, &text, NULL, NULL));
	const char *connector = strstr(text, "\nconnector \"rt\"");
	size_t whole = connector - text;
	for (size_t length = 0; length < whole; length += 7) {
		g_autofree char *path =
			site_write(*state, "cut.conf", text, length);
		g_autoptr(GError) error = NULL;
		g_autoptr(Config) config = config_load(path, "conf", &error);
		if (config)
			fail_msg("took the first %zu bytes", length);
		g_autofree char *prefix = g_strconcat(path, ":", NULL);
		assert_true(g_str_has_prefix(error->message, prefix));
		char *after;
		const char *line = error->message + strlen(prefix);
		assert_true(g_ascii_strtoull(line, &after, 10) > 0);
		assert_true(g_str_has_prefix(after, ": "));
	}
}

static void
refuses_a_file_that_is_not_there(void **state)
{
	const Site *site = *state;
	g_autoptr(GError) error = NULL;
	assert_null(config_load("/nonexistent/loket.conf", "conf", &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
	assert_string_equal(error->message,
			    "/nonexistent/loket.conf:1: No such file or "
			    "directory, expected a file that can be read");
	g_clear_error(&error);
	assert_null(config_load(site->directory, "conf", &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
}

static void
refuses_a_file_without_end(void **state)
{
	(void)state;
	g_autoptr(GError) error = NULL;
	assert_null(config_load("/dev/zero", "conf", &error));
	assert_non_null(strstr(error->message, "too long"));
}

static void
refuses_a_file_with_null_bytes(void **state)
{
	static const char text[] = DESK "log = sys\0log\n";
	g_autofree char *path =
		site_write(*state, "null.conf", text, sizeof(text) - 1);
	g_autoptr(GError) error = NULL;
	assert_null(config_load(path, "conf", &error));
	assert_non_null(strstr(error->message, "null.conf:2: not text"));
}

static void
names_the_included_file_at_fault(void **state)
{
	static const struct {
		const char *included;
		const char *text;
		const char *want;
	} cases[] = {
		{"log = syslog\nlag = x\n", "include(\"b.conf\")\n" DESK,
		 "b.conf:2: unknown key \"lag\""},
		{"# a\nlog = never\n", "\ninclude(\"b.conf\")\n" DESK,
		 "b.conf:2: log is \"never\""},
		{"\ndesk \"x\" {\n", "include(\"b.conf\")\n}\n" DESK,
		 "b.conf:2: section or list is not closed"},
		{"}\n", "desk \"x\" {\ninclude(\"b.conf\")\n" DESK,
		 "b.conf:1: } closes nothing"},
		{"log = syslog\n", "include(\"b.conf\")\nlag = x\n",
		 "loket.conf:2: unknown key \"lag\""},
		{"\n\n\n", "include(\"b.conf\") lag = x\n",
		 "loket.conf:1: unknown key \"lag\""},
		{"include(\"b.conf\")\n", "include(\"b.conf\")\n",
		 "b.conf:1: files include each other too deeply"},
		{"", "\ninclude(\"c.conf\")\n",
		 "loket.conf:2: c.conf: No such file or directory"},
		{"\xff", "include(\"b.conf\")\n", "b.conf:1: not text"},
		{"", "include b.conf\n",
		 "loket.conf:1: include without a file, expected include("},
		{"", "include(\"b.conf\n", "loket.conf:1: include without"},
		{"", "include(", "loket.conf:1: include without a file"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		site_put(*state, "b.conf", cases[i].included);
		expect_refusal(*state, cases[i].text, cases[i].text,
			       cases[i].want);
	}
}

static void
refuses_an_unset_name_of_the_environment(void **state)
{
	g_unsetenv("LOKET_TEST_UNSET");
	static const char *const cases[] = {
		"\nuser = \"${LOKET_TEST_UNSET}\"\n" DESK,
		"\nuser = \"x${LOKET_TEST_UNSET}\"\n" DESK,
		"\nuser = ${LOKET_TEST_UNSET}\n" DESK,
		"\ninsiders = { \"@a.b\", \"${LOKET_TEST_UNSET}\" }\n" DESK,
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		expect_refusal(*state, cases[i], cases[i],
			       "loket.conf:2: ${LOKET_TEST_UNSET} is not set, "
			       "expected it in the environment");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_what_no_key_takes),
		TEST(refuses_what_no_desk_takes),
		TEST(names_the_line_of_every_fault),
		TEST(refuses_every_cut_of_a_file),
		TEST(refuses_a_file_that_is_not_there),
		TEST(refuses_a_file_without_end),
		TEST(refuses_a_file_with_null_bytes),
		TEST(names_the_included_file_at_fault),
		TEST(refuses_an_unset_name_of_the_environment),
	};
	return cmocka_run_group_tests_name("config errors", tests, NULL, NULL);
}
