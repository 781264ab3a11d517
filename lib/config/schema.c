/* schema: see schema.h; loket.conf(5) describes the keys */
#include "schema.h"
#include "type.h"

#define AT(field) offsetof(SeasonRecord, field)

static const Setting calendar_season_settings[] = {
	{"from", &type_text, AT(from), ""},
	{"to", &type_text, AT(to), ""},
	{"hours", &type_texts, AT(hours), NULL},
	{0},
};

#undef AT
#define AT(field) offsetof(CalendarRecord, field)

static const Setting calendar_settings[] = {
	{"timezone", &type_zone_name, AT(timezone), ""},
	{"hours", &type_texts, AT(hours), NULL},
	{"holidays", &type_texts, AT(holidays), NULL},
	{"leave-out", &type_texts, AT(leave_out), NULL},
	{"working-day", &type_working_day, AT(working_day), "closing"},
	{0},
};

#undef AT
#define AT(field) offsetof(ConfigTeam, field)

static const Setting team_settings[] = {
	{"address", &type_address, AT(address), ""},
	{"lead", &type_address, AT(lead), ""},
	{"form", &type_pattern, AT(form), ""},
	{0},
};

#undef AT
#define AT(field) offsetof(ConfigAgent, field)

static const Setting agent_settings[] = {
	{"name", &type_text, AT(name), ""},
	{"login", &type_texts, AT(login), NULL},
	{"mask", &type_switch, AT(mask), NULL},
	{0},
};

#undef AT
#define AT(field) offsetof(ConfigConnector, field)

static const Setting connector_settings[] = {
	{"preset", &type_text, AT(preset), ""},
	{"url", &type_web_url, AT(url), ""},
	{"secret-file", &type_text, AT(secret_file), ""},
	{0},
};

#undef AT
#define AT(field) offsetof(ConfigSeason, field)

static const Setting desk_season_settings[] = {
	{"first-response", &type_promise, AT(targets[TARGET_FIRST_RESPONSE]),
	 ""},
	{"next-response", &type_promise, AT(targets[TARGET_NEXT_RESPONSE]), ""},
	{"plan", &type_promise, AT(targets[TARGET_PLAN]), ""},
	{"resolution", &type_promise, AT(targets[TARGET_RESOLUTION]), ""},
	{0},
};

#undef AT
#define AT(field) offsetof(ConfigType, field)

static const Setting type_settings[] = {
	{"subject", &type_pattern, AT(subject), ""},
	{"first-response", &type_promise, AT(targets[TARGET_FIRST_RESPONSE]),
	 ""},
	{"next-response", &type_promise, AT(targets[TARGET_NEXT_RESPONSE]), ""},
	{"plan", &type_promise, AT(targets[TARGET_PLAN]), ""},
	{"resolution", &type_promise, AT(targets[TARGET_RESOLUTION]), ""},
	{"resolution-aim", &type_promise, AT(resolution_aim), ""},
	{"handler", &type_address, AT(handler), ""},
	{"escalate", &type_text, AT(escalate), ""},
	{"team", &type_text, AT(team), ""},
	{0},
};

#undef AT
#define AT(field) offsetof(ConfigField, field)

static const Setting field_settings[] = {
	{"pattern", &type_pattern, AT(pattern), NULL},
	{0},
};

#undef AT
#define AT(field) offsetof(ConfigDesk, field)

static const Setting desk_settings[] = {
	{"name", &type_text, AT(name), ""},
	{"tag", &type_tag, AT(tag), ""},
	{"addresses", &type_addresses, AT(addresses), NULL},
	{"agents", &type_people, AT(agents), NULL},
	{"team", &type_addresses, AT(team), NULL},
	{"lead", &type_address, AT(lead), ""},
	{"ignore", &type_people, AT(ignore), NULL},
	{"form", &type_pattern, AT(form), ""},
	{"language", &type_language, AT(language), "en"},
	{"calendar", &type_text, AT(calendar_name), ""},
	{"phone", &type_text, AT(phone), ""},
	{"phone-hours", &type_texts, AT(phone_hours_text), NULL},
	{"norm-url", &type_web_url, AT(norm_url), ""},
	{"promise-note", &type_bool, AT(promise_note), "true"},
	{"closed-days-count", &type_bool, AT(closed_days_count), "false"},
	{"first-response", &type_promise, AT(targets[TARGET_FIRST_RESPONSE]),
	 "1 working day"},
	{"next-response", &type_promise, AT(targets[TARGET_NEXT_RESPONSE]),
	 "1 working day"},
	{"plan", &type_promise, AT(targets[TARGET_PLAN]), ""},
	{"resolution", &type_promise, AT(targets[TARGET_RESOLUTION]), ""},
	{"warn", &type_target, AT(warn), "4 working hours"},
	{"norm", &type_percent, AT(norm_percent), "90"},
	{"ack", &type_ack, AT(ack), "careful"},
	{"subject-tag", &type_subject_tag, AT(subject_tag), "both"},
	{"mask-agents", &type_bool, AT(mask_agents), "false"},
	{"reply-to-desk", &type_bool, AT(reply_to_desk), "false"},
	{"copy-answers", &type_bool, AT(copy_answers), "false"},
	{"bounce-address", &type_bool, AT(bounce_address), "false"},
	{"withhold-auto-replies", &type_bool, AT(withhold_auto_replies),
	 "false"},
	{"keyed-replies", &type_bool, AT(keyed_replies), "false"},
	{"reply-by", &type_bool, AT(reply_by), "true"},
	{"x-message-flag", &type_bool, AT(x_message_flag), "true"},
	{"importance", &type_bool, AT(importance), "true"},
	{"x-priority", &type_bool, AT(x_priority), "true"},
	{"reopen-within", &type_duration, AT(reopen_within_s), "14 days"},
	{"forward", &type_forward, AT(forward), "new"},
	{"keep", &type_keep, AT(keep), "all"},
	{"retention", &type_duration, AT(retention_s), ""},
	{"mailbox", &type_mailbox_urls, AT(mailbox), NULL},
	{"mailbox-password-file", &type_text, AT(mailbox_password_file), ""},
	{"flag-near", &type_mail_flag, AT(flag_near), "$LoketNear"},
	{"flag-overdue", &type_mail_flag, AT(flag_overdue), "$LoketOverdue"},
	{0},
};

#undef AT
#define AT(field) offsetof(Config, field)

static const Setting config_settings[] = {
	{"socket", &type_socket, AT(socket), "unix:/run/loket/milter.sock"},
	{"socket-mode", &type_mode, AT(socket_mode), "0660"},
	{"socket-group", &type_text, AT(socket_group), ""},
	{"user", &type_text, AT(user), ""},
	{"store", &type_store, AT(store), "sqlite:/var/lib/loket/loket.db"},
	{"relay", &type_relay, AT(relay), "smtp://127.0.0.1:25"},
	{"relay-user", &type_text, AT(relay_user), ""},
	{"relay-password-file", &type_text, AT(relay_password_file), ""},
	{"secret", &type_path, AT(secret), "/var/lib/loket/secret"},
	{"log", &type_log, AT(log), "syslog"},
	{"postmaster", &type_address, AT(postmaster), ""},
	{"authserv-id", &type_domains, AT(authserv_id), NULL},
	{"insiders", &type_people, AT(insiders), NULL},
	{"languages", &type_languages, AT(languages), NULL},
	{"ignore", &type_people, AT(ignore), NULL},
	{"trusted-networks", &type_networks, AT(trusted_networks), NULL},
	{"agent-networks", &type_networks, AT(agent_networks), NULL},
	{"form-hosts", &type_networks, AT(form_hosts), NULL},
	{"form-customer", &type_patterns, AT(form_customer), NULL},
	{"agent-dmarc", &type_bool, AT(agent_dmarc), "false"},
	{"login-domain", &type_domain, AT(login_domain), ""},
	{"command-address", &type_address, AT(command_address), ""},
	{"templates", &type_text, AT(templates), ""},
	{"recipient-delimiter", &type_letter, AT(recipient_delimiter), "+"},
	{"timezone", &type_zone, AT(timezone), ""},
	{"dry-run", &type_bool, AT(dry_run), "false"},
	{"on-failure", &type_on_failure, AT(on_failure), "tempfail"},
	{"ack-delay", &type_duration, AT(ack_delay_s), "60 seconds"},
	{"ack-expire", &type_duration, AT(ack_expire_s), "4 hours"},
	{"ack-max-age", &type_duration, AT(ack_max_age_s), "1 day"},
	{"ack-limit-address", &type_limits, AT(ack_limit_address), NULL},
	{"ack-limit-domain", &type_limits, AT(ack_limit_domain), NULL},
	{"ack-limit-desk", &type_limits, AT(ack_limit_desk), NULL},
	{"ack-limit-site", &type_limits, AT(ack_limit_site), NULL},
	{"duplicate-within", &type_duration, AT(duplicate_within_s), "7 days"},
	{"key-lifetime", &type_duration, AT(key_lifetime_s), "2 years"},
	{"max-connections", &type_count, AT(max_connections), "512"},
	{0},
};

#undef AT

const Schema schema_calendar_season = {
	.section = "season",
	.size = sizeof(SeasonRecord),
	.settings = calendar_season_settings,
};

const Schema schema_calendar = {
	.section = "calendar",
	.size = sizeof(CalendarRecord),
	.settings = calendar_settings,
	.sections = (const Schema *const[]){&schema_calendar_season, NULL},
};

const Schema schema_team = {
	.section = "team",
	.size = sizeof(ConfigTeam),
	.settings = team_settings,
};

const Schema schema_agent = {
	.section = "agent",
	.size = sizeof(ConfigAgent),
	.settings = agent_settings,
};

const Schema schema_connector = {
	.section = "connector",
	.size = sizeof(ConfigConnector),
	.settings = connector_settings,
};

const Schema schema_desk_season = {
	.section = "season",
	.size = sizeof(ConfigSeason),
	.settings = desk_season_settings,
};

const Schema schema_type = {
	.section = "type",
	.size = sizeof(ConfigType),
	.settings = type_settings,
};

const Schema schema_field = {
	.section = "field",
	.size = sizeof(ConfigField),
	.settings = field_settings,
};

const Schema schema_also_tag = {
	.section = "also-tag",
	.size = sizeof(ConfigField),
	.settings = field_settings,
};

const Schema schema_desk = {
	.section = "desk",
	.size = sizeof(ConfigDesk),
	.settings = desk_settings,
	.sections = (const Schema *const[]){&schema_desk_season, &schema_type,
					    &schema_field, NULL},
};

const Schema schema_config = {
	.size = sizeof(Config),
	.settings = config_settings,
	.sections = (const Schema *const[]){&schema_calendar, &schema_team,
					    &schema_agent, &schema_desk,
					    &schema_also_tag, &schema_connector,
					    NULL},
};
