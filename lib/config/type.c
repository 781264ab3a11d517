/* type: see type.h */
#include <string.h>
#include <sys/types.h>

#include <loket/clock.h>
#include <loket/config.h>

#include "check.h"
#include "duration.h"
#include "type.h"

/* Of what is counted; far more than any site sends. */
#define LIMIT_MAX 1000000

/* A site writes its patterns for mails, whose lines are many. */
#define PATTERN_OF_SITE (PATTERN_CASELESS | PATTERN_MULTILINE)

static bool
read_text(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	*(char **)field = g_strdup(text);
	return true;
}

static bool
read_lower(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	*(char **)field = g_ascii_strdown(text, -1);
	return true;
}

static void
clear_text(void *field)
{
	g_clear_pointer((char **)field, g_free);
}

static void
start_texts(void *field)
{
	*(char ***)field = g_new0(char *, 1);
}

static void
append(char ***list, char *text)
{
	size_t n = g_strv_length(*list);
	*list = g_renew(char *, *list, n + 2);
	(*list)[n] = text;
	(*list)[n + 1] = NULL;
}

static bool
add_text(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	append(field, g_strdup(text));
	return true;
}

static bool
add_lower(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	append(field, g_ascii_strdown(text, -1));
	return true;
}

static void
clear_texts(void *field)
{
	g_clear_pointer((char ***)field, g_strfreev);
}

static void
start_networks(void *field)
{
	*(GArray **)field = g_array_new(FALSE, FALSE, sizeof(Network));
}

static bool
add_network(const SettingType *type, const char *text, void *field,
	    GError **why)
{
	(void)type;
	Network network;
	if (!network_parse(text, &network, why))
		return false;
	g_array_append_val(*(GArray **)field, network);
	return true;
}

static void
clear_array(void *field)
{
	g_clear_pointer((GArray **)field, g_array_unref);
}

static void
start_limits(void *field)
{
	*(GArray **)field = g_array_new(FALSE, FALSE, sizeof(ConfigLimit));
}

/* "10 in 3 hours" */
static bool
add_limit(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	char *rest;
	if (!g_ascii_isdigit(*text))
		return false;
	guint64 most = g_ascii_strtoull(text, &rest, 10);
	ConfigLimit limit = {.most = (int64_t)most};
	if (most < 1 || most > LIMIT_MAX || !g_str_has_prefix(rest, " in ") ||
	    !duration_parse(rest + strlen(" in "), &limit.window_s) ||
	    limit.window_s < 1)
		return false;
	g_array_append_val(*(GArray **)field, limit);
	return true;
}

static bool
read_letter(const SettingType *type, const char *text, void *field,
	    GError **why)
{
	(void)type, (void)why;
	*(char *)field = *text;
	return true;
}

/* The index of the text among the names, in any case; -1: it is none. */
static int
find_name(const char *const *names, const char *text)
{
	for (int i = 0; names[i]; i++) {
		if (g_ascii_strcasecmp(names[i], text) == 0)
			return i;
	}
	return -1;
}

/* The words of libconfuse; those that mean true are at odd places. */
static bool
read_bool(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	const char *const names[] = {"false", "true", "no", "yes",
				     "off",   "on",   NULL};
	int i = find_name(names, text);
	*(bool *)field = i % 2 == 1;
	return i >= 0;
}

static bool
read_switch(const SettingType *type, const char *text, void *field,
	    GError **why)
{
	ConfigSwitch *value = field;
	value->is_set = true;
	return read_bool(type, text, &value->is_on, why);
}

static bool
read_choice(const SettingType *type, const char *text, void *field,
	    GError **why)
{
	(void)why;
	int i = find_name(type->choices, text);
	*(int *)field = i;
	return i >= 0;
}

static bool
read_number(const SettingType *type, const char *text, void *field,
	    GError **why)
{
	(void)why;
	gint64 n;
	if (!g_ascii_string_to_signed(text, 10, type->min, type->max, &n, NULL))
		return false;
	*(int *)field = (int)n;
	return true;
}

static bool
read_mode(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	guint64 mode;
	if (!g_ascii_string_to_unsigned(text, 8, 0, 0777, &mode, NULL))
		return false;
	*(mode_t *)field = (mode_t)mode;
	return true;
}

static bool
read_duration(const SettingType *type, const char *text, void *field,
	      GError **why)
{
	(void)type, (void)why;
	return !*text || duration_parse(text, field);
}

static bool
read_target(const SettingType *type, const char *text, void *field,
	    GError **why)
{
	(void)type, (void)why;
	return target_parse(text, field, NULL);
}

static bool
read_promise(const SettingType *type, const char *text, void *field,
	     GError **why)
{
	ConfigTarget *promise = field;
	promise->is_set = *text != '\0';
	return !*text || read_target(type, text, &promise->target, why);
}

static bool
read_pattern(const SettingType *type, const char *text, void *field,
	     GError **why)
{
	(void)type;
	if (!*text)
		return true;
	*(Pattern **)field = pattern_new(text, PATTERN_OF_SITE, why);
	return *(Pattern **)field != NULL;
}

static void
clear_pattern(void *field)
{
	g_clear_pointer((Pattern **)field, pattern_free);
}

static void
free_pattern(void *pattern)
{
	pattern_free(pattern);
}

static void
start_patterns(void *field)
{
	*(GPtrArray **)field = g_ptr_array_new_with_free_func(free_pattern);
}

static bool
add_pattern(const SettingType *type, const char *text, void *field,
	    GError **why)
{
	(void)type;
	Pattern *pattern = pattern_new(text, PATTERN_OF_SITE, why);
	if (pattern)
		g_ptr_array_add(*(GPtrArray **)field, pattern);
	return pattern != NULL;
}

static void
clear_patterns(void *field)
{
	g_clear_pointer((GPtrArray **)field, g_ptr_array_unref);
}

static bool
read_zone(const SettingType *type, const char *text, void *field, GError **why)
{
	(void)type, (void)why;
	*(GTimeZone **)field =
		*text ? clock_zone(text) : g_time_zone_new_local();
	return *(GTimeZone **)field != NULL;
}

static void
clear_zone(void *field)
{
	g_clear_pointer((GTimeZone **)field, g_time_zone_unref);
}

#define TEXT(check, what)                                                      \
	{                                                                      \
		.read = read_text, .clear = clear_text, .is_valid = check,     \
		.expected = what                                               \
	}
#define LOWER(check, what)                                                     \
	{                                                                      \
		.read = read_lower, .clear = clear_text, .is_valid = check,    \
		.expected = what                                               \
	}
#define TEXTS(check, what)                                                     \
	{                                                                      \
		.read = add_text, .start = start_texts, .clear = clear_texts,  \
		.is_valid = check, .expected = what                            \
	}
#define LOWERS(check, what)                                                    \
	{                                                                      \
		.read = add_lower, .start = start_texts, .clear = clear_texts, \
		.is_valid = check, .expected = what                            \
	}
#define CHOICE(...)                                                            \
	{                                                                      \
		.read = read_choice, .choices = (const char *const[])          \
		{                                                              \
			__VA_ARGS__, NULL                                      \
		}                                                              \
	}

const SettingType type_text =
	TEXT(NULL, "UTF-8 text without control characters");
const SettingType type_path = TEXT(is_path, "the path of a file");
const SettingType type_address =
	LOWER(is_address, "an address such as \"jan@acme.example\"");
const SettingType type_domain =
	LOWER(is_domain, "a domain such as \"acme.example\"");
const SettingType type_socket =
	TEXT(is_socket, "unix:PATH, inet:PORT@HOST or inet6:PORT@HOST");
const SettingType type_store =
	TEXT(is_store, "sqlite:PATH or postgresql://...");
const SettingType type_relay =
	TEXT(is_relay, "smtp://HOST:PORT or smtps://HOST:PORT");
const SettingType type_web_url =
	TEXT(is_web_url, "a URL such as \"https://rt.acme.example\"");
const SettingType type_tag =
	TEXT(is_tag, "at most 40 ASCII characters without []#<>\"\\=?");
const SettingType type_language =
	LOWER(is_language, "a language such as \"nl\"");
const SettingType type_zone_name =
	TEXT(is_timezone, "a time zone such as \"Europe/Amsterdam\"");
const SettingType type_mail_flag =
	TEXT(is_mail_flag, "an IMAP keyword such as \"$LoketNear\"");

const SettingType type_texts =
	TEXTS(NULL, "UTF-8 text without control characters");
const SettingType type_addresses =
	LOWERS(is_address, "an address such as \"jan@acme.example\"");
const SettingType type_people =
	LOWERS(is_address_or_domain,
	       "an address or a domain such as \"@acme.example\"");
const SettingType type_domains =
	LOWERS(is_domain, "a name such as \"mx.acme.example\"");
const SettingType type_languages =
	LOWERS(is_language, "a language such as \"nl\"");
const SettingType type_mailbox_urls =
	TEXTS(is_mailbox_url,
	      "a URL such as \"imaps://loket@imap.acme.example/INBOX\"");

const SettingType type_networks = {
	.read = add_network,
	.start = start_networks,
	.clear = clear_array,
	.expected = "a network such as \"192.0.2.0/24\"",
};
const SettingType type_limits = {
	.read = add_limit,
	.start = start_limits,
	.clear = clear_array,
	.expected = "a limit such as \"10 in 3 hours\"",
};
const SettingType type_letter = {
	.read = read_letter,
	.is_valid = is_delimiter,
	.expected = "one punctuation character such as \"+\", or none",
};
const SettingType type_bool = {
	.read = read_bool,
	.expected = "true or false",
};
const SettingType type_switch = {
	.read = read_switch,
	.expected = "true or false",
};
const SettingType type_mode = {
	.read = read_mode,
	.expected = "an octal mode such as \"0660\"",
};
const SettingType type_percent = {
	.read = read_number,
	.min = 1,
	.max = 100,
};
const SettingType type_count = {
	.read = read_number,
	.min = 1,
	.max = 65535,
};
const SettingType type_duration = {
	.read = read_duration,
	.expected = "a length of time such as \"14 days\"",
};
const SettingType type_target = {
	.read = read_target,
	.expected = "a target such as \"1 working day\" or \"24 hours\"",
};
const SettingType type_promise = {
	.read = read_promise,
	.expected = "a target such as \"1 working day\" or \"24 hours\"",
};
const SettingType type_pattern = {
	.read = read_pattern,
	.clear = clear_pattern,
	.expected = "a regular expression in single quotes",
};
const SettingType type_patterns = {
	.read = add_pattern,
	.start = start_patterns,
	.clear = clear_patterns,
	.expected = "a regular expression in single quotes",
};
const SettingType type_zone = {
	.read = read_zone,
	.clear = clear_zone,
	.expected = "a time zone such as \"Europe/Amsterdam\"",
};

const SettingType type_log = CHOICE("syslog", "stderr");
const SettingType type_on_failure = CHOICE("tempfail", "accept");
const SettingType type_ack =
	CHOICE("always", "careful", "authenticated", "known", "never");
const SettingType type_subject_tag = CHOICE("both", "outgoing", "none");
const SettingType type_forward = CHOICE("new", "join");
const SettingType type_keep = CHOICE("all", "text", "headers");

const SettingType type_working_day = CHOICE("closing", "same-time");
