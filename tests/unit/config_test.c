/* config: what a loket.conf means */
#include "../../lib/config/schema.h"
#include "config_site.h"

static Config *
load_file(const char *path)
{
	g_autoptr(GError) error = NULL;
	Config *config = config_load(path, "conf", &error);
	if (!config)
		fail_msg("%s", error->message);
	assert_non_null(config);
	return config;
}

static void
loads_every_key_of_the_site(void **state)
{
	(void)state;
	g_autoptr(Config) config = load_file(FULL_CONF);
	assert_string_equal(config->socket, "unix:/run/loket/milter.sock");
	assert_int_equal(config->socket_mode, 0660);
	assert_string_equal(config->store, "sqlite:/var/lib/loket/loket.db");
	assert_string_equal(config->relay, "smtp://127.0.0.1:25");
	assert_string_equal(config->secret, "/var/lib/loket/secret");
	assert_int_equal(config->log, LOG_TO_SYSLOG);
	assert_string_equal(config->postmaster, "postmaster@acme.example");
	assert_list(config->authserv_id, "mx.acme.example");
	assert_list(config->insiders, "@acme.example");
	assert_list(config->languages, "nl fr");
	assert_int_equal(config->recipient_delimiter, '+');
	assert_false(config->dry_run);
	assert_int_equal(config->on_failure, ON_FAILURE_TEMPFAIL);
	assert_int_equal(config->ack_delay_s, 60);
	assert_int_equal(config->duplicate_within_s, 604800);
	assert_int_equal(config->max_connections, 512);
	assert_int_equal(config->connectors->len, 1);
	const ConfigConnector *rt = g_ptr_array_index(config->connectors, 0);
	assert_string_equal(rt->name, "rt");
	assert_string_equal(rt->preset, "rt5");
	assert_string_equal(rt->url, "https://rt.acme.example");
	assert_string_equal(rt->secret_file, "/etc/loket/rt.token");
}

static void
loads_every_key_of_a_desk(void **state)
{
	(void)state;
	g_autoptr(Config) config = load_file(FULL_CONF);
	const ConfigDesk *desk = only_desk(config);
	assert_string_equal(desk->title, "support");
	assert_string_equal(desk->name, "Acme Klantenservice");
	assert_string_equal(desk->tag, "ACME");
	assert_list(desk->addresses, "support@acme.example help@acme.example");
	assert_list(desk->agents, "jan@acme.example @service.acme.example");
	assert_list(desk->team, "support-team@acme.example");
	assert_string_equal(desk->lead, "els@acme.example");
	assert_string_equal(desk->language, "nl");
	assert_ptr_equal(desk->calendar, config_calendar(config, "office"));
	assert_int_equal(desk->warn.unit, TARGET_WORKING_HOURS);
	assert_int_equal(desk->warn.n, 4);
	assert_int_equal(desk->norm_percent, 90);
	assert_int_equal(desk->ack, ACK_CAREFUL);
	assert_int_equal(desk->subject_tag, SUBJECT_TAG_BOTH);
	assert_true(desk->mask_agents);
	assert_true(desk->reply_to_desk);
	assert_true(desk->copy_answers);
	assert_int_equal(desk->reopen_within_s, 1209600);
	assert_int_equal(desk->forward, FORWARD_NEW);
	assert_int_equal(desk->keep, KEEP_ALL);
	assert_int_equal(desk->retention_s, 63072000);
	assert_list(desk->mailbox, "imaps://loket@imap.acme.example/INBOX");
	assert_string_equal(desk->flag_near, "$LoketNear");
	assert_string_equal(desk->flag_overdue, "$LoketOverdue");
}

static void
loads_types_teams_and_agents(void **state)
{
	(void)state;
	g_autoptr(Config) config = load_file(FULL_CONF);
	const ConfigDesk *desk = only_desk(config);
	assert_int_equal(desk->types->len, 2);
	const ConfigType *complaint = desk_type(desk, "complaint");
	assert_true(pattern_is_in(complaint->subject, "Re: KLACHT over u"));
	assert_false(pattern_is_in(complaint->subject, "vraag"));
	assert_string_equal(complaint->handler, "kwaliteit@acme.example");
	assert_string_equal(complaint->escalate, "account-manager");
	assert_false(complaint->resolution_aim.is_set);
	const ConfigType *incident = desk_type(desk, "incident");
	assert_true(incident->resolution_aim.is_set);
	assert_int_equal(incident->resolution_aim.target.unit, TARGET_HOURS);
	assert_int_equal(incident->resolution_aim.target.n, 1);
	const ConfigTeam *team = config_team(config, incident->team);
	assert_string_equal(team->address, "tweedelijn@acme.example");
	assert_string_equal(team->lead, "els@acme.example");
	const ConfigAgent *jan = config_agent(config, "Jan@Acme.Example");
	assert_string_equal(jan->name, "Jan");
	assert_true(jan->mask.is_set && jan->mask.is_on);
}

static const char *
field_name(const GPtrArray *fields, guint i)
{
	const ConfigField *field = g_ptr_array_index(fields, i);
	return field->name;
}

static bool
field_is_in(const GPtrArray *fields, guint i, const char *text)
{
	const ConfigField *field = g_ptr_array_index(fields, i);
	return pattern_is_in(field->pattern, text);
}

static void
loads_what_is_picked_out_of_mails(void **state)
{
	g_autoptr(Config) config =
		load(*state, "form-customer = { 'a(\\d)', '^b$' }\n"
			     "also-tag \"rt\" '\\[rt #(\\d+)\\]'  # short\n"
			     "also-tag 'otrs' { pattern = 'Ticket#' }\n"
			     "team \"t\" { address = \"t@acme.example\" "
			     "form = 'kas' }\n" DESK_WITH(
				     "form = 'verkoop'\n"
				     "field \"order\"\t\"order\"\n"
				     "field \"a\" 'x' field \"b\" '{ }'"));
	const ConfigDesk *desk = only_desk(config);
	const ConfigTeam *team = config_team(config, "t");
	assert_int_equal(config->form_customer->len, 2);
	assert_true(pattern_is_in(config->form_customer->pdata[0], "A1"));
	assert_true(pattern_is_in(config->form_customer->pdata[1], "x\nB\n"));
	assert_int_equal(config->also_tags->len, 2);
	assert_string_equal(field_name(config->also_tags, 0), "rt");
	assert_true(field_is_in(config->also_tags, 0, "Re: [RT #12]"));
	assert_string_equal(field_name(config->also_tags, 1), "otrs");
	assert_true(pattern_is_in(team->form, "Kas"));
	assert_true(pattern_is_in(desk->form, "Verkoop"));
	assert_int_equal(desk->fields->len, 3);
	assert_string_equal(field_name(desk->fields, 0), "order");
	assert_true(field_is_in(desk->fields, 0, "Order 1"));
	assert_string_equal(field_name(desk->fields, 2), "b");
	assert_true(field_is_in(desk->fields, 2, "{ }"));
}

static void
assert_limits(const GArray *limits, const ConfigLimit *want, guint n)
{
	assert_int_equal(limits->len, n);
	assert_memory_equal(limits->data, want, n * sizeof(*want));
}

static void
has_limits_of_its_own_or_those_of_the_design(void **state)
{
	static const ConfigLimit hour[] = {{60, 3600}};
	static const ConfigLimit two[] = {{10, 10800}, {40, 86400}};
	static const ConfigLimit own[] = {{1, 1}, {1000000, 3153600000}};
	g_autoptr(Config) plain = load(*state, DESK);
	assert_limits(plain->ack_limit_address, two, 2);
	assert_limits(plain->ack_limit_domain, hour, 1);
	g_autoptr(Config) config =
		load(*state, "ack-limit-domain = { \"1 in 1 second\","
			     " \"1000000 in 100 years\" }\n" DESK);
	assert_limits(config->ack_limit_domain, own, 2);
	assert_limits(config->ack_limit_address, two, 2);
}

static void
makes_a_calendar_of_the_telephone_hours(void **state)
{
	g_autoptr(Config) config =
		load(*state,
		     "desk \"s\" { addresses = { \"a@b.example\" }\n"
		     "phone = \"1\" phone-hours = { \"mon 10:00-11:00\" } }");
	assert_non_null(only_desk(config)->phone_hours);
	g_autoptr(Config) none = load(*state, DESK);
	assert_null(only_desk(none)->phone_hours);
	g_autoptr(GError) error = NULL;
	assert_null(site_load(*state,
			      "desk \"s\" { addresses = { \"a@b.example\" }\n"
			      "phone-hours = { \"mon 11:00-10:00\" } }",
			      &error));
	assert_non_null(strstr(error->message, "loket.conf:2: "));
}

/* One more than there may be is told at its own place. */
static void
takes_fields_up_to_their_limit(void **state)
{
	GString *text = g_string_new("");
	for (int i = 1; i <= CONFIG_FIELDS_MAX; i++)
		g_string_append_printf(text, "also-tag \"%d\" 'x'\n", i);
	g_autofree char *most = g_strconcat(text->str, DESK, NULL);
	g_autoptr(Config) config = load(*state, most);
	assert_int_equal(config->also_tags->len, CONFIG_FIELDS_MAX);
	g_string_append(text, "also-tag \"more\" 'x'\n" DESK);
	g_autoptr(GError) error = NULL;
	assert_null(site_load(*state, text->str, &error));
	assert_non_null(strstr(error->message,
			       ":33: also-tag \"more\" is one too many, "
			       "expected at most 32"));
	g_string_free(text, TRUE);
}

static void
has_a_default_for_all_but_an_address(void **state)
{
	g_autoptr(Config) config = load(*state, DESK);
	const ConfigDesk *desk = only_desk(config);
	assert_string_equal(config->socket, "unix:/run/loket/milter.sock");
	assert_string_equal(config->store, "sqlite:/var/lib/loket/loket.db");
	assert_string_equal(config->postmaster, "postmaster@acme.example");
	assert_list(config->authserv_id, "");
	assert_list(config->insiders, "@acme.example");
	assert_list(config->languages, "");
	assert_int_equal(config->trusted_networks->len, 0);
	assert_int_equal(config->key_lifetime_s, 63072000);
	assert_string_equal(config->command_address, "");
	assert_false(config->agent_dmarc);
	assert_non_null(config->timezone);
	assert_string_equal(desk->name, "s");
	assert_string_equal(desk->tag, "S");
	assert_string_equal(desk->language, "en");
	assert_string_equal(calendar_name(desk->calendar), "default");
	assert_target(desk, NULL, TARGET_FIRST_RESPONSE, MARCH,
		      "1 working day");
	assert_target(desk, NULL, TARGET_NEXT_RESPONSE, MARCH, "1 working day");
	assert_target(desk, NULL, TARGET_PLAN, MARCH, NULL);
	assert_target(desk, "question", TARGET_RESOLUTION, MARCH, NULL);
	assert_int_equal(desk->warn.n, 4);
	assert_int_equal(desk->ack, ACK_CAREFUL);
	assert_false(desk->mask_agents);
	assert_int_equal(desk->retention_s, 0);
}

static void
opens_at_nine_where_nothing_is_said(void **state)
{
	g_autoptr(Config) config =
		load(*state, "timezone = \"Europe/Amsterdam\"\n" DESK);
	const Calendar *calendar = only_desk(config)->calendar;
	/* Friday 1 May 2026, a holiday in many countries: 09:00 is 07:00Z */
	const int64_t opening = 1777618800, hour = 3600;
	assert_false(calendar_is_open(calendar, opening - 1));
	assert_true(calendar_is_open(calendar, opening));
	assert_true(calendar_is_open(calendar, opening + 8 * hour - 1));
	assert_false(calendar_is_open(calendar, opening + 8 * hour));
	assert_false(calendar_is_open(calendar, opening + 24 * hour));
}

static void
gives_a_calendar_the_zone_of_the_site(void **state)
{
	g_autoptr(Config) config =
		load(*state, "calendar \"a\" { }\n"
			     "calendar \"b\" { timezone = \"Asia/Tokyo\" }\n"
			     "timezone = \"Europe/Amsterdam\"\n" DESK);
	static const struct {
		const char *calendar;
		const char *zone;
	} cases[] = {
		{"default", "Europe/Amsterdam"},
		{"a", "Europe/Amsterdam"},
		{"b", "Asia/Tokyo"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Calendar *calendar =
			config_calendar(config, cases[i].calendar);
		GTimeZone *zone = calendar_timezone(calendar);
		assert_string_equal(g_time_zone_get_identifier(zone),
				    cases[i].zone);
	}
	assert_null(config_calendar(config, "c"));
}

static void
lets_a_default_calendar_be_written(void **state)
{
	g_autoptr(Config) config = load(
		*state, "calendar \"default\" { hours = { \"sat 10:00-12:00\" }"
			" }\n" DESK_WITH("calendar = \"default\""));
	assert_int_equal(config->calendars->len, 2);
	assert_ptr_equal(only_desk(config)->calendar,
			 g_ptr_array_index(config->calendars, 1));
}

static void
reads_lengths_of_time(void **state)
{
	static const struct {
		const char *text;
		int64_t want_s;
	} cases[] = {
		{"0 seconds", 0},
		{"1 second", 1},
		{"1 seconds", 1},
		{"90 Minutes", 5400},
		{"4 hours", 14400},
		{"14 days", 1209600},
		{"2weeks", 1209600},
		{"1 month", 2592000},
		{"100 years", INT64_C(3153600000)},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"ack-delay = \"%s\"\n%s", cases[i].text, DESK);
		g_autoptr(Config) config = load(*state, text);
		assert_int_equal(config->ack_delay_s, cases[i].want_s);
	}
}

static void
reads_included_files_where_they_stand(void **state)
{
	static const char team[] =
		"agents = { \"jan@acme.example\" } # no newline";
	static const char common[] = "log = stderr\nmax-connections = 9\n";
	site_put(*state, "people.conf", team);
	g_autofree char *site =
		site_write(*state, "site.conf", common, strlen(common));
	g_autofree char *text = g_strdup_printf(
		"log = syslog\ninclude (\"%s\") max-connections = 7\n"
		"desk \"s\" { addresses = { \"s@acme.example\" }\n"
		"include('people.conf') norm = 80 }\n",
		site);
	g_autoptr(Config) config = load(*state, text);
	assert_int_equal(config->log, LOG_TO_STDERR);
	assert_int_equal(config->max_connections, 7);
	assert_list(only_desk(config)->agents, "jan@acme.example");
	assert_int_equal(only_desk(config)->norm_percent, 80);
}

static void
takes_names_from_the_environment(void **state)
{
	g_setenv("LOKET_TEST_SET", "acme", TRUE);
	g_setenv("LOKET_TEST_EMPTY", "", TRUE);
	g_unsetenv("LOKET_TEST_UNSET");
	g_autoptr(Config) config =
		load(*state, "store = \"sqlite:/${LOKET_TEST_SET}.db\"\n"
			     "user = \"${LOKET_TEST_EMPTY}\"\n"
			     "secret = \"${LOKET_TEST_UNSET:-/x}\"\n"
			     "relay-user = ${LOKET_TEST_SET}\n"
			     "# ${LOKET_TEST_UNSET}\n"
			     "socket-group = '${LOKET_TEST_UNSET}'\n" DESK);
	assert_string_equal(config->store, "sqlite:/acme.db");
	assert_string_equal(config->user, "");
	assert_string_equal(config->secret, "/x");
	assert_string_equal(config->relay_user, "acme");
	assert_string_equal(config->socket_group, "${LOKET_TEST_UNSET}");
}

static void
keeps_backslashes_in_single_quotes(void **state)
{
	g_autoptr(Config) config = load(
		*state, DESK_WITH("type \"x\" { subject = '\\bklacht\\d+' }"));
	const ConfigType *type = desk_type(only_desk(config), "x");
	assert_true(pattern_is_in(type->subject, "een klacht12"));
	assert_false(pattern_is_in(type->subject, "eenklacht12"));
}

static void
reads_files_from_other_systems(void **state)
{
	g_autoptr(Config) config =
		load(*state, "log = stderr\r\n# x\r\ninsiders = {\r\n"
			     "\"@a.b\",\r\n\"@c.d\"\r\n}\r\n" DESK);
	assert_int_equal(config->log, LOG_TO_STDERR);
	assert_list(config->insiders, "@a.b @c.d");
}

static void
loads_the_sample_that_comes_with_it(void **state)
{
	(void)state;
	g_autoptr(Config) config = load_file("conf/loket.conf");
	assert_string_equal(only_desk(config)->tag, "SUPPORT");
}

/* The sample with every "# key = value" taken in, so that an example that
 * nobody could use is found. */
static void
loads_the_sample_with_its_comments_taken_in(void **state)
{
	g_autofree char *text = NULL;
	assert_true(g_file_get_contents("conf/loket.conf", &text, NULL, NULL));
	g_autoptr(Pattern) setting =
		pattern_new("^\\s*#\\s*([a-z-]+ (\\+?=|\"[^\"]*\" [{'])|\\}$)",
			    PATTERN_PLAIN, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (pattern_is_in(setting, *line))
			*strchr(*line, '#') = ' ';
	}
	g_autofree char *opened = g_strjoinv("\n", lines);
	g_auto(GStrv) parts = g_strsplit(opened, "/etc/loket/closed.ics", 2);
	g_autofree char *whole = g_strjoinv(CLOSED_ICS, parts);
	g_autoptr(Config) config = load(*state, whole);
	assert_int_equal(only_desk(config)->types->len, 2);
	assert_int_equal(only_desk(config)->seasons->len, 1);
	assert_int_equal(config->connectors->len, 1);
	assert_int_equal(config->teams->len, 1);
	assert_int_equal(config->also_tags->len, 1);
	assert_int_equal(only_desk(config)->fields->len, 1);
}

/* Whether the manual page has the key as an item, with its default. */
static bool
is_documented(const char *page, const Setting *setting)
{
	g_autofree char *item = g_strdup_printf("\n.It Ic %s", setting->key);
	const char *fallback = setting->fallback ? setting->fallback : "";
	for (const char *p = page; (p = strstr(p, item)); p++) {
		g_autofree char *line = g_strndup(p + 1, strcspn(p + 1, "\n"));
		const char *rest = p + strlen(item);
		if ((*rest == ' ' || *rest == '\n') &&
		    g_str_has_suffix(line, fallback))
			return true;
	}
	return false;
}

static void
expect_documented(const char *page, const Schema *schema)
{
	for (const Setting *s = schema->settings; s->key; s++) {
		if (!is_documented(page, s))
			fail_msg("%s with its default %s is not in the manual",
				 s->key, s->fallback);
	}
	for (size_t i = 0; schema->sections && schema->sections[i]; i++)
		expect_documented(page, schema->sections[i]);
}

static void
documents_every_key_and_its_default(void **state)
{
	(void)state;
	g_autofree char *page = NULL;
	assert_true(
		g_file_get_contents("milter/loket.conf.5", &page, NULL, NULL));
	expect_documented(page, &schema_config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(loads_every_key_of_the_site),
		TEST(loads_every_key_of_a_desk),
		TEST(loads_types_teams_and_agents),
		TEST(loads_what_is_picked_out_of_mails),
		TEST(has_limits_of_its_own_or_those_of_the_design),
		TEST(makes_a_calendar_of_the_telephone_hours),
		TEST(takes_fields_up_to_their_limit),
		TEST(has_a_default_for_all_but_an_address),
		TEST(opens_at_nine_where_nothing_is_said),
		TEST(gives_a_calendar_the_zone_of_the_site),
		TEST(lets_a_default_calendar_be_written),
		TEST(reads_lengths_of_time),
		TEST(reads_included_files_where_they_stand),
		TEST(takes_names_from_the_environment),
		TEST(keeps_backslashes_in_single_quotes),
		TEST(reads_files_from_other_systems),
		TEST(loads_the_sample_that_comes_with_it),
		TEST(loads_the_sample_with_its_comments_taken_in),
		TEST(documents_every_key_and_its_default),
	};
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
