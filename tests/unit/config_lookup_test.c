/* config: who is who, and what is promised when */
#include "config_site.h"

static void
takes_type_over_season_over_desk(void **state)
{
	g_autoptr(Config) config =
		load(*state,
		     "calendar \"c\" { timezone = \"Europe/Amsterdam\"\n"
		     "  season \"busy\" { from = \"08-15\" to = \"09-30\" } "
		     "}\n" DESK_WITH(
			     "calendar = \"c\"\n"
			     "first-response = \"1 working day\"\n"
			     "next-response = \"2 working days\"\n"
			     "plan = \"9 working days\"\n"
			     "season \"busy\" { first-response = \"3wd\" }\n"
			     "type \"order\" { first-response = \"4wh\" }\n"));
	const ConfigDesk *desk = only_desk(config);
	static const struct {
		const char *type;
		enum TargetKind kind;
		int64_t received;
		const char *want;
	} cases[] = {
		{NULL, TARGET_FIRST_RESPONSE, MARCH, "1 working day"},
		{NULL, TARGET_FIRST_RESPONSE, SEPTEMBER, "3 working days"},
		{"question", TARGET_FIRST_RESPONSE, SEPTEMBER,
		 "3 working days"},
		{"order", TARGET_FIRST_RESPONSE, SEPTEMBER, "4 working hours"},
		{"Order", TARGET_FIRST_RESPONSE, MARCH, "4 working hours"},
		{"order", TARGET_NEXT_RESPONSE, SEPTEMBER, "2 working days"},
		{"order", TARGET_PLAN, SEPTEMBER, "9 working days"},
		{"order", TARGET_RESOLUTION, SEPTEMBER, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_target(desk, cases[i].type, cases[i].kind,
			      cases[i].received, cases[i].want);
}

static void
judges_a_season_by_the_local_date(void **state)
{
	g_autoptr(Config) config =
		load(*state,
		     "calendar \"c\" { timezone = \"Europe/Amsterdam\"\n"
		     "  season \"busy\" { from = \"08-15\" to = \"09-30\" } "
		     "}\n" DESK_WITH(
			     "calendar = \"c\"\n"
			     "season \"busy\" { first-response = \"3wd\" }"));
	const ConfigDesk *desk = only_desk(config);
	/* 2026-08-15T00:00:00+02:00 */
	const int64_t begins = 1786744800;
	/* 2026-10-01T00:00:00+02:00 */
	const int64_t ends = 1790805600;
	const enum TargetKind kind = TARGET_FIRST_RESPONSE;
	assert_target(desk, NULL, kind, begins - 1, "1 working day");
	assert_target(desk, NULL, kind, begins, "3 working days");
	assert_target(desk, NULL, kind, ends - 1, "3 working days");
	assert_target(desk, NULL, kind, ends, "1 working day");
}

static void
counts_closed_days_where_a_desk_owes_answers(void **state)
{
	g_autoptr(Config) config =
		load(*state, "calendar \"c\" { timezone = \"UTC\"\n"
			     "  hours = { \"mon-fri 09:00-17:00\", "
			     "\"2026-03-04 closed\" } }\n"
			     "desk \"a\" { addresses = { \"a@acme.example\" } "
			     "calendar = \"c\" }\n"
			     "desk \"b\" { addresses = { \"b@acme.example\" } "
			     "calendar = \"c\" closed-days-count = true }\n");
	const ConfigDesk *a = config_desk_by_title(config, "a");
	const ConfigDesk *b = config_desk_by_title(config, "b");
	const int64_t noon = MARCH + 12 * 3600;
	assert_false(calendar_is_open(a->calendar, noon));
	assert_true(calendar_is_open(b->calendar, noon));
}

static const char two_desks[] =
	"login-domain = \"acme.example\"\n"
	"command-address = \"Loket@Acme.Example\"\n"
	"team \"second\" { address = \"second@acme.example\" "
	"lead = \"boss@acme.example\" }\n"
	"agent \"Jan@Acme.Example\" { login = { \"jansen\", \"j.j\" } }\n"
	"agent \"els@acme.example\" { mask = false }\n"
	"desk \"support\" {\n"
	"  addresses = { \"Support@Acme.Example\", \"a+b@acme.example\" }\n"
	"  agents = { \"jan@acme.example\", \"@service.acme.example\" }\n"
	"  team = { \"crew@acme.example\" } lead = \"chief@acme.example\"\n"
	"}\n"
	"desk \"sales\" { addresses = { \"sales@acme.example\", "
	"\"sales@acme.test\", \"a@acme.example\" } }\n";

static void
finds_the_desk_of_an_address(void **state)
{
	g_autoptr(Config) config = load(*state, two_desks);
	static const struct {
		const char *address;
		const char *want;
	} cases[] = {
		{"support@acme.example", "support"},
		{"SUPPORT@ACME.example", "support"},
		{"support+x@acme.example", "support"},
		{"support+x+y@acme.example", "support"},
		{"support+@acme.example", "support"},
		{"sales@acme.test", "sales"},
		{"a+b@acme.example", "support"},
		{"a+c@acme.example", "sales"},
		{"supportx@acme.example", NULL},
		{"support@acme.test", NULL},
		{"support-x@acme.example", NULL},
		{"+support@acme.example", NULL},
		{"support", NULL},
		{"@acme.example", NULL},
		{"", NULL},
		{"@", NULL},
		{"+@+", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const ConfigDesk *desk =
			config_desk_for(config, cases[i].address);
		const char *title = desk ? desk->title : NULL;
		if (g_strcmp0(title, cases[i].want) != 0)
			fail_msg("%s is of %s", cases[i].address, title);
	}
}

static void
finds_the_desk_of_a_mailbox_without_a_domain(void **state)
{
	g_autoptr(Config) config = load(*state, two_desks);
	static const struct {
		const char *local;
		const char *want;
	} cases[] = {
		{"support", "support@acme.example"},
		{"SUPPORT", "support@acme.example"},
		{"sales", "sales@acme.example"},
		{"a", "a@acme.example"},
		{"suppor", NULL},
		{"supportx", NULL},
		{"support@acme.example", NULL},
		{"acme.example", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *got = config_desk_mailbox(config, cases[i].local);
		if (g_strcmp0(got, cases[i].want) != 0)
			fail_msg("%s is %s", cases[i].local, got);
	}
}

static void
finds_the_agent_behind_a_login(void **state)
{
	g_autoptr(Config) config = load(*state, two_desks);
	static const struct {
		const char *login;
		const char *want;
	} cases[] = {
		{"jansen", "jan@acme.example"},
		{"J.J", "jan@acme.example"},
		{"jan", "jan@acme.example"},
		{"Jan@acme.example", "jan@acme.example"},
		{"els", "els@acme.example"},
		{"new@Service.acme.example", "new@service.acme.example"},
		{"piet", NULL},
		{"piet@acme.example", NULL},
		{"jansen@acme.example", NULL},
		{"x@y.service.acme.example", NULL},
		{"@service.acme.example", NULL},
		{"", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *address =
			config_login_address(config, cases[i].login);
		if (g_strcmp0(address, cases[i].want) != 0)
			fail_msg("%s is %s", cases[i].login, address);
	}
}

static void
has_no_agent_behind_a_bare_login_without_a_domain(void **state)
{
	g_autoptr(Config) config =
		load(*state, DESK_WITH("agents = { \"jan@acme.example\" }"));
	assert_null(config_login_address(config, "jan"));
}

static void
knows_the_agents_of_each_desk(void **state)
{
	g_autoptr(Config) config = load(*state, two_desks);
	static const struct {
		const char *desk;
		const char *address;
		bool want;
	} cases[] = {
		{"support", "JAN@acme.example", true},
		{"support", "els@acme.example", false},
		{"support", "any@service.acme.example", true},
		{"sales", "els@acme.example", true},
		{"sales", "jan@acme.example", true},
		{"sales", "any@service.acme.example", false},
		{NULL, "els@acme.example", true},
		{NULL, "any@service.acme.example", true},
		{NULL, "piet@acme.example", false},
		{NULL, "", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const ConfigDesk *desk =
			cases[i].desk
				? config_desk_by_title(config, cases[i].desk)
				: NULL;
		if (config_is_agent_address(config, desk, cases[i].address) !=
		    cases[i].want)
			fail_msg("%s at %s", cases[i].address, cases[i].desk);
	}
}

static void
knows_its_own_people(void **state)
{
	g_autoptr(Config) config = load(*state, two_desks);
	assert_list(config->insiders, "@acme.example @acme.test");
	assert_true(config_is_insider(config, "Who@ACME.test"));
	assert_false(config_is_insider(config, "who@sub.acme.test"));
	assert_false(config_is_insider(config, "@acme.test"));
	assert_true(config_is_team_address(config, "Crew@acme.example"));
	assert_true(config_is_team_address(config, "chief@acme.example"));
	assert_true(config_is_team_address(config, "second@acme.example"));
	assert_true(config_is_team_address(config, "boss@acme.example"));
	assert_false(config_is_team_address(config, "support@acme.example"));
	assert_false(config_is_team_address(config, ""));
	assert_true(config_is_command_address(config, "loket+x@acme.example"));
	assert_false(config_is_command_address(config, "lok@acme.example"));
	const ConfigAgent *els = config_agent(config, "els@acme.example");
	assert_true(els->mask.is_set);
	assert_false(els->mask.is_on);
	assert_false(config_agent(config, "jan@acme.example")->mask.is_set);
}

static void
masks_by_the_agent_before_the_desk(void **state)
{
	g_autoptr(Config) config = load(
		*state, "agent \"els@acme.example\" { mask = false }\n"
			"agent \"bo@acme.example\" { mask = true }\n"
			"agent \"jan@acme.example\" { }\n"
			"desk \"a\" { addresses = { \"a@acme.example\" } "
			"mask-agents = true }\n"
			"desk \"b\" { addresses = { \"b@acme.example\" } }\n");
	static const struct {
		const char *desk;
		const char *agent;
		bool want;
	} cases[] = {
		{"a", "els@acme.example", false},
		{"a", "jan@acme.example", true},
		{"a", "listed@acme.example", true},
		{"b", "BO@acme.example", true},
		{"b", "jan@acme.example", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const ConfigDesk *desk =
			config_desk_by_title(config, cases[i].desk);
		if (config_is_masked(config, desk, cases[i].agent) !=
		    cases[i].want)
			fail_msg("%s at %s", cases[i].agent, cases[i].desk);
	}
}

static void
knows_whom_to_ignore(void **state)
{
	g_autoptr(Config) config =
		load(*state, "ignore = { \"@Spam.example\" }\n"
			     "desk \"a\" { addresses = { \"a@x.example\" } "
			     "ignore = { \"Pest@b.example\" } }\n"
			     "desk \"b\" { addresses = { \"b@x.example\" } }");
	const ConfigDesk *a = config_desk_by_title(config, "a");
	const ConfigDesk *b = config_desk_by_title(config, "b");
	assert_true(config_is_ignored(config, NULL, "who@spam.example"));
	assert_true(config_is_ignored(config, b, "who@SPAM.example"));
	assert_false(config_is_ignored(config, b, "who@sub.spam.example"));
	assert_true(config_is_ignored(config, a, "pest@B.example"));
	assert_false(config_is_ignored(config, b, "pest@b.example"));
	assert_false(config_is_ignored(config, NULL, "pest@b.example"));
	assert_false(config_is_ignored(config, a, "other@b.example"));
	assert_false(config_is_ignored(config, a, ""));
}

static void
has_no_extensions_without_a_delimiter(void **state)
{
	g_autoptr(Config) config =
		load(*state, "recipient-delimiter = \"\"\n" DESK);
	assert_non_null(config_desk_for(config, "s@acme.example"));
	assert_null(config_desk_for(config, "s+x@acme.example"));
	assert_false(config_is_command_address(config, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_type_over_season_over_desk),
		TEST(judges_a_season_by_the_local_date),
		TEST(counts_closed_days_where_a_desk_owes_answers),
		TEST(finds_the_desk_of_an_address),
		TEST(finds_the_desk_of_a_mailbox_without_a_domain),
		TEST(finds_the_agent_behind_a_login),
		TEST(has_no_agent_behind_a_bare_login_without_a_domain),
		TEST(knows_the_agents_of_each_desk),
		TEST(knows_its_own_people),
		TEST(masks_by_the_agent_before_the_desk),
		TEST(knows_whom_to_ignore),
		TEST(has_no_extensions_without_a_delimiter),
	};
	return cmocka_run_group_tests_name("config lookups", tests, NULL, NULL);
}
