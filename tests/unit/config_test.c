/* config: what a loket.conf means, and what is said of a bad one */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include <loket/config.h>
#include <loket/error.h>

#include "../../lib/config/schema.h"

/* A directory for the files of one test. */
typedef struct Site {
	char *directory;
} Site;

static int
make_site(void **state)
{
	Site *site = g_new0(Site, 1);
	site->directory = g_dir_make_tmp("loket-config-XXXXXX", NULL);
	*state = site;
	return site->directory ? 0 : -1;
}

static int
remove_site(void **state)
{
	Site *site = *state;
	GDir *directory = g_dir_open(site->directory, 0, NULL);
	for (const char *name; (name = g_dir_read_name(directory));) {
		g_autofree char *path =
			g_build_filename(site->directory, name, NULL);
		g_remove(path);
	}
	g_dir_close(directory);
	g_rmdir(site->directory);
	g_free(site->directory);
	g_free(site);
	return 0;
}

static char *
site_write(const Site *site, const char *name, const char *text, size_t length)
{
	char *path = g_build_filename(site->directory, name, NULL);
	assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
	return path;
}

static void
site_put(const Site *site, const char *name, const char *text)
{
	g_free(site_write(site, name, text, strlen(text)));
}

static Config *
site_load(const Site *site, const char *text, GError **error)
{
	g_autofree char *path =
		site_write(site, "loket.conf", text, strlen(text));
	return config_load(path, "conf", error);
}

static Config *
load(const Site *site, const char *text)
{
	g_autoptr(GError) error = NULL;
	Config *config = site_load(site, text, &error);
	if (!config)
		fail_msg("%s", error->message);
	return config;
}

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

static ConfigDesk *
only_desk(const Config *config)
{
	assert_int_equal(config->desks->len, 1);
	return g_ptr_array_index(config->desks, 0);
}

static void
assert_list(char **list, const char *want)
{
	g_autofree char *joined = g_strjoinv(" ", list);
	assert_string_equal(joined, want);
}

static void
assert_target(const ConfigDesk *desk, const char *type, enum TargetKind kind,
	      int64_t received, const char *want)
{
	Target target;
	if (!want) {
		assert_false(desk_target(desk, type, kind, received, &target));
		return;
	}
	assert_true(desk_target(desk, type, kind, received, &target));
	g_autofree char *text = target_format(&target);
	assert_string_equal(text, want);
}

enum {
	MARCH = 1772582400,	/* 2026-03-04T00:00:00Z */
	SEPTEMBER = 1788307200, /* 2026-09-02T00:00:00Z */
};

#define DESK "desk \"s\" { addresses = { \"s@acme.example\" } }\n"
#define DESK_WITH(settings)                                                    \
	"desk \"s\" { addresses = { \"s@acme.example\" }\n" settings " }\n"

static const char sample[] =
	"socket = \"unix:/run/loket/milter.sock\"  # or inet:8899@127.0.0.1\n"
	"socket-mode = \"0660\"  socket-group = \"\"  user = \"\"\n"
	"store  = \"sqlite:/var/lib/loket/loket.db\" # or postgresql://...\n"
	"relay  = \"smtp://127.0.0.1:25\"  relay-user = \"\"\n"
	"relay-password-file = \"\"\n"
	"secret = \"/var/lib/loket/secret\"\n"
	"log    = \"syslog\"                # or stderr\n"
	"postmaster = \"postmaster@acme.example\"\n"
	"authserv-id = { \"mx.acme.example\" }\n"
	"insiders = { \"@acme.example\" }\n"
	"trusted-networks = { }             # relays of ours\n"
	"agent-networks   = { }\n"
	"form-hosts       = { }\n"
	"login-domain     = \"\"\n"
	"command-address  = \"\"\n"
	"recipient-delimiter = \"+\"\n"
	"dry-run = false\n"
	"on-failure = \"tempfail\"\n"
	"ack-delay = \"60 seconds\"  duplicate-within = \"7 days\"  "
	"max-connections = 512\n"
	"\n"
	"calendar \"office\" {\n"
	"    timezone = \"Europe/Amsterdam\"\n"
	"    hours    = { \"mon-fri 08:00-17:30\" }\n"
	"    holidays = { \"nl\", \"ics:closed.ics\" }\n"
	"    working-day = \"closing\"\n"
	"    season \"schoolopstart\" { from = \"08-15\" to = \"09-30\" "
	"hours = { } }\n"
	"}\n"
	"team \"tweedelijn\" { address = \"tweedelijn@acme.example\" "
	"lead = \"els@acme.example\" }\n"
	"agent \"jan@acme.example\" { name = \"Jan\" login = { \"jan\" } "
	"mask = true }\n"
	"desk \"support\" {\n"
	"    name = \"Acme Klantenservice\"\n"
	"    tag  = \"ACME\"\n"
	"    addresses = { \"support@acme.example\", "
	"\"help@acme.example\" }\n"
	"    agents    = { \"jan@acme.example\", "
	"\"@service.acme.example\" }\n"
	"    team      = { \"support-team@acme.example\" }   "
	"lead = \"els@acme.example\"\n"
	"    language  = \"nl\"\n"
	"    calendar  = \"office\"\n"
	"    first-response = \"1 working day\"\n"
	"    next-response  = \"1 working day\"\n"
	"    season \"schoolopstart\" "
	"{ first-response = \"3 working days\" }\n"
	"    warn      = \"4 working hours\"\n"
	"    norm      = 90                 # percent\n"
	"    ack       = \"careful\"\n"
	"    subject-tag = \"both\"\n"
	"    mask-agents = true   reply-to-desk = true   "
	"copy-answers = true\n"
	"    reopen-within = \"14 days\"   forward = \"new\"   "
	"keep = \"all\"   retention = \"2 years\"\n"
	"    type \"complaint\" { subject = 'klacht|complaint|plainte' "
	"plan = \"5 working days\" handler = \"kwaliteit@acme.example\" "
	"escalate = \"account-manager\" }\n"
	"    type \"incident\"  { subject = 'storing|outage' "
	"resolution = \"24 hours\" resolution-aim = \"1 hour\" "
	"team = \"tweedelijn\" }\n"
	"    mailbox   = { \"imaps://loket@imap.acme.example/INBOX\" }   "
	"mailbox-password-file = \"\"\n"
	"    flag-near = \"$LoketNear\"   flag-overdue = \"$LoketOverdue\"\n"
	"}\n"
	"connector \"rt\" { preset = \"rt5\" "
	"url = \"https://rt.acme.example\" "
	"secret-file = \"/etc/loket/rt.token\" }\n";

static const char closed_ics[] = "BEGIN:VCALENDAR\r\n"
				 "VERSION:2.0\r\n"
				 "PRODID:-//Acme//Closed//NL\r\n"
				 "BEGIN:VEVENT\r\n"
				 "UID:1@acme.example\r\n"
				 "DTSTAMP:20260101T000000Z\r\n"
				 "DTSTART;VALUE=DATE:20261224\r\n"
				 "DTEND;VALUE=DATE:20261225\r\n"
				 "SUMMARY:Gesloten\r\n"
				 "END:VEVENT\r\n"
				 "END:VCALENDAR\r\n";

/* The sample, with the iCalendar file where this test may write. */
static char *
sample_of(const Site *site)
{
	g_autofree char *ics =
		site_write(site, "closed.ics", closed_ics, strlen(closed_ics));
	g_auto(GStrv) parts = g_strsplit(sample, "closed.ics", 2);
	return g_strjoinv(ics, parts);
}

static void
loads_every_key_of_the_site(void **state)
{
	g_autofree char *text = sample_of(*state);
	g_autoptr(Config) config = load(*state, text);
	assert_string_equal(config->socket, "unix:/run/loket/milter.sock");
	assert_int_equal(config->socket_mode, 0660);
	assert_string_equal(config->store, "sqlite:/var/lib/loket/loket.db");
	assert_string_equal(config->relay, "smtp://127.0.0.1:25");
	assert_string_equal(config->secret, "/var/lib/loket/secret");
	assert_int_equal(config->log, LOG_TO_SYSLOG);
	assert_string_equal(config->postmaster, "postmaster@acme.example");
	assert_list(config->authserv_id, "mx.acme.example");
	assert_list(config->insiders, "@acme.example");
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
	g_autofree char *text = sample_of(*state);
	g_autoptr(Config) config = load(*state, text);
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
	g_autofree char *text = sample_of(*state);
	g_autoptr(Config) config = load(*state, text);
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
	const int64_t opening = 1777618800;
	assert_false(calendar_is_open(calendar, opening - 1));
	assert_true(calendar_is_open(calendar, opening));
	assert_true(calendar_is_open(calendar, opening + 8 * 3600 - 1));
	assert_false(calendar_is_open(calendar, opening + 8 * 3600));
	assert_false(calendar_is_open(calendar, opening + 24 * 3600));
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
has_no_extensions_without_a_delimiter(void **state)
{
	g_autoptr(Config) config =
		load(*state, "recipient-delimiter = \"\"\n" DESK);
	assert_non_null(config_desk_for(config, "s@acme.example"));
	assert_null(config_desk_for(config, "s+x@acme.example"));
	assert_false(config_is_command_address(config, ""));
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
refuses_what_no_key_takes(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
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
		{"insiders = { \"@\" }", "insiders is "},
		{"trusted-networks = { \"10.0.0.1/8\" }",
		 "trusted-networks is \"10.0.0.1/8\": bits set past the "
		 "prefix, expected a network"},
		{"form-hosts = { \"www.example\" }",
		 "form-hosts is \"www.example\": no IP address"},
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
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strconcat("\n", cases[i].text, "\n", DESK, NULL);
		g_autofree char *want =
			g_strconcat("loket.conf:2: ", cases[i].want, NULL);
		expect_refusal(*state, cases[i].text, text, want);
	}
}

static void
refuses_what_no_desk_takes(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
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
		{"nome = \"x\"", "unknown key \"nome\", expected one of name "
				 "tag addresses "},
		{"type \"x\" { tag = \"y\" }",
		 "unknown key \"tag\", expected one of subject "},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"desk \"s\" {\n addresses = { \"s@acme.example\" }\n"
			"%s }\n",
			cases[i].text);
		g_autofree char *want =
			g_strconcat("loket.conf:3: ", cases[i].want, NULL);
		expect_refusal(*state, cases[i].text, text, want);
	}
}

static void
names_the_line_of_every_fault(void **state)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want;
	} cases[] = {
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
		 "# a\n// b\n/* c\n c */ dry-run = true # d\n\n" DESK
		 "norm = 1 # e\n",
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
		{"cut text", DESK "store = \"sql",
		 "loket.conf:2: text is not closed"},
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
		{"no tag",
		 "\ndesk \"caf\xc3\xa9\" { addresses = { \"a@b.c\" } }\n",
		 "loket.conf:2: desk \"caf\xc3\xa9\" cannot have its title as "
		 "tag, expected tag = "},
		{"agent without address", "agent \"jan\" { }\n" DESK,
		 "loket.conf:1: agent \"jan\" is no address, expected "},
		{"login of two",
		 "agent \"a@b.c\" { login = { \"x\" } }\n"
		 "agent \"d@b.c\" {\n login = { \"X\" } }\n" DESK,
		 "loket.conf:3: login \"X\" is another agent's, expected "},
		{"team without address", "\nteam \"x\" { }\n" DESK,
		 "loket.conf:2: team \"x\" has no address, expected "},
		{"bad hours",
		 "calendar \"c\" {\n hours = { \"mon-fri 09:00-17:00\",\n"
		 "  \"sat 25:00-26:00\" }\n}\n" DESK,
		 "loket.conf:3: "},
		{"never open",
		 "\ncalendar \"c\" {\n hours = { \"2026-12-24 closed\" "
		 "}\n}\n" DESK,
		 "loket.conf:2: "},
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
		{"season without dates",
		 "calendar \"c\" {\n season \"a\" { } }\n" DESK,
		 "loket.conf:2: "},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		expect_refusal(*state, cases[i].name, cases[i].text,
			       cases[i].want);
}

/* No part of the sample that lacks its end may pass for a configuration:
 * the last section but one, the desk, is whole only near the end. */
static void
refuses_every_cut_of_a_file(void **state)
{
	g_autofree char *text = sample_of(*state);
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
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config =
		config_load("conf/loket.conf", "conf", &error);
	if (!config)
		fail_msg("%s", error->message);
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
		pattern_new("^\\s*#\\s*([a-z-]+ (\\+?=|\"[^\"]*\" \\{)|\\}$)",
			    PATTERN_PLAIN, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (pattern_is_in(setting, *line))
			*strchr(*line, '#') = ' ';
	}
	g_autofree char *opened = g_strjoinv("\n", lines);
	g_autofree char *ics = site_write(*state, "closed.ics", closed_ics,
					  strlen(closed_ics));
	g_auto(GStrv) parts = g_strsplit(opened, "/etc/loket/closed.ics", 2);
	g_autofree char *whole = g_strjoinv(ics, parts);
	g_autoptr(Config) config = load(*state, whole);
	assert_int_equal(only_desk(config)->types->len, 2);
	assert_int_equal(only_desk(config)->seasons->len, 1);
	assert_int_equal(config->connectors->len, 1);
	assert_int_equal(config->teams->len, 1);
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, remove_site)
	const struct CMUnitTest tests[] = {
		TEST(loads_every_key_of_the_site),
		TEST(loads_every_key_of_a_desk),
		TEST(loads_types_teams_and_agents),
		TEST(has_a_default_for_all_but_an_address),
		TEST(opens_at_nine_where_nothing_is_said),
		TEST(gives_a_calendar_the_zone_of_the_site),
		TEST(lets_a_default_calendar_be_written),
		TEST(takes_type_over_season_over_desk),
		TEST(judges_a_season_by_the_local_date),
		TEST(counts_closed_days_where_a_desk_owes_answers),
		TEST(finds_the_desk_of_an_address),
		TEST(finds_the_agent_behind_a_login),
		TEST(has_no_agent_behind_a_bare_login_without_a_domain),
		TEST(knows_the_agents_of_each_desk),
		TEST(knows_its_own_people),
		TEST(has_no_extensions_without_a_delimiter),
		TEST(reads_lengths_of_time),
		TEST(refuses_what_no_key_takes),
		TEST(refuses_what_no_desk_takes),
		TEST(names_the_line_of_every_fault),
		TEST(refuses_every_cut_of_a_file),
		TEST(refuses_a_file_that_is_not_there),
		TEST(refuses_a_file_without_end),
		TEST(refuses_a_file_with_null_bytes),
		TEST(reads_included_files_where_they_stand),
		TEST(names_the_included_file_at_fault),
		TEST(takes_names_from_the_environment),
		TEST(refuses_an_unset_name_of_the_environment),
		TEST(keeps_backslashes_in_single_quotes),
		TEST(reads_files_from_other_systems),
		TEST(loads_the_sample_that_comes_with_it),
		TEST(loads_the_sample_with_its_comments_taken_in),
		TEST(documents_every_key_and_its_default),
	};
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
