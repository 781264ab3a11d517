/* loket notice: what a desk has put up for all who write to it. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/clock.h>
#include <loket/error.h>

#include "command.h"

#define USAGE                                                                  \
	"notice [--json] | notice DESK TEXT --until TIME [--lang LANG] | "     \
	"notice DESK --clear"
/* Characters of a notice: it stands in an acknowledgement. */
#define TEXT_MAX 500

typedef struct NoticeCall {
	char *until;
	char *language;
	gboolean clear;
	gboolean as_json;
	const ConfigDesk *desk;
	DeskNotice notice; /* borrows */
} NoticeCall;

typedef struct Listing {
	int64_t now;
	GPtrArray *notices;
} Listing;

static bool
read_notices(StoreTx *tx, void *data, GError **error)
{
	Listing *listing = data;
	return store_desk_notices_list(tx, listing->now, &listing->notices,
				       error);
}

static bool
put_notice(StoreTx *tx, void *data, GError **error)
{
	const NoticeCall *given = data;
	return given->clear
		       ? store_desk_notice_remove(tx, given->desk->title, error)
		       : store_desk_notice_put(tx, &given->notice, error);
}

static json_t *
json_notice(const Site *site, const DeskNotice *notice)
{
	json_t *object = json_object();
	GTimeZone *zone = zone_of_desk(site, notice->desk);
	json_object_set_new(object, "desk", json_text(notice->desk));
	json_object_set_new(object, "language", json_text(notice->language));
	json_object_set_new(object, "text", json_text(notice->text));
	json_object_set_new(object, "until", json_instant(notice->until, zone));
	return object;
}

static void
print_notice(const Site *site, const DeskNotice *notice)
{
	g_autofree char *until = text_instant(
		notice->until, zone_of_desk(site, notice->desk), "%F %R");
	g_autofree char *text = text_printable(notice->text);
	(void)printf("%s%s%s until %s: %s\n", notice->desk,
		     *notice->language ? " " : "", notice->language, until,
		     text);
}

static int
list(const Invocation *call, bool as_json)
{
	g_autoptr(GError) error = NULL;
	Listing listing = {.now = clock_now()};
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	if (!site || !store_read(site->store, read_notices, &listing, &error))
		return command_fail(error);
	g_autoptr(GPtrArray) notices = listing.notices;
	json_t *array = json_array();
	for (guint i = 0; notices && i < notices->len; i++) {
		const DeskNotice *notice = notices->pdata[i];
		if (!as_json)
			print_notice(site, notice);
		(void)json_array_append_new(array, json_notice(site, notice));
	}
	if (as_json)
		print_json(array);
	else
		json_decref(array);
	return EX_OK;
}

/* "17:00" is today's; the caller's. */
static char *
with_date(const char *time, const Calendar *calendar, int64_t now)
{
	if (strlen(time) != strlen("17:00") || time[2] != ':')
		return g_strdup(time);
	GDate today;
	calendar_local_date(calendar, now, &today);
	g_autofree char *date = text_date(&today);
	return g_strconcat(date, "T", time, NULL);
}

/* A time, or a target of the desk's calendar that starts now. */
static bool
parse_until(const NoticeCall *given, int64_t now, int64_t *until,
	    GError **error)
{
	Target target;
	const Calendar *calendar = given->desk->calendar;
	g_autofree char *time = with_date(given->until, calendar, now);
	bool is_told =
		target_parse(given->until, &target, NULL)
			? calendar_due(calendar, &target, now, until, error)
			: clock_parse(time, calendar_timezone(calendar), until,
				      error);
	if (is_told && *until <= now)
		return loket_refuse(error, "\"%s\" is past", given->until);
	return is_told;
}

static bool
read_call(NoticeCall *given, const Site *site, const Invocation *call,
	  GError **error)
{
	given->desk = config_desk_by_title(site->config, call->argv[1]);
	if (!given->desk)
		return loket_refuse(error, "no desk \"%s\"", call->argv[1]);
	if (given->clear)
		return true;
	const char *text = call->argv[2];
	if (!given->language)
		given->language = g_strdup("");
	given->notice = (DeskNotice){
		.desk = given->desk->title,
		.language = given->language,
		.text = call->argv[2],
	};
	if (!g_utf8_validate(text, -1, NULL) ||
	    text[strspn(text, " \t\r\n")] == '\0' ||
	    g_utf8_strlen(text, -1) > TEXT_MAX)
		return loket_refuse(error,
				    "the text is empty, no UTF-8, or longer "
				    "than %d characters",
				    TEXT_MAX);
	return parse_until(given, clock_now(), &given->notice.until, error);
}

static int
put(const Invocation *call, NoticeCall *given)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site =
		site_open(call->config_path, STORE_WRITE, &error);
	if (!site || !read_call(given, site, call, &error) ||
	    !store_write(site->store, put_notice, given, &error))
		return command_fail(error);
	if (given->clear)
		(void)printf("%s: no notice\n", given->desk->title);
	else
		print_notice(site, &given->notice);
	return EX_OK;
}

/* As mails are recognised to be in; lower case. */
static bool
is_language(char *language)
{
	for (char *p = language; *p; p++)
		*p = g_ascii_tolower(*p);
	return strlen(language) == 2 && g_ascii_isalpha(language[0]) &&
	       g_ascii_isalpha(language[1]);
}

/* Either all, or what one desk puts up, or takes down. */
static bool
is_complete(const Invocation *call, const NoticeCall *given)
{
	if (given->clear)
		return call->argc == 2 && !given->until && !given->language;
	return call->argc == 3 && given->until && !given->as_json &&
	       (!given->language || is_language(given->language));
}

int
command_notice(Invocation *call)
{
	NoticeCall given = {0};
	const GOptionEntry options[] = {
		{"until", 0, 0, G_OPTION_ARG_STRING, &given.until, NULL, NULL},
		{"lang", 0, 0, G_OPTION_ARG_STRING, &given.language, NULL,
		 NULL},
		{"clear", 0, 0, G_OPTION_ARG_NONE, &given.clear, NULL, NULL},
		{"json", 0, 0, G_OPTION_ARG_NONE, &given.as_json, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	bool is_right = command_options(call, options);
	int exit_code;
	if (is_right && call->argc == 1 && !given.until && !given.clear &&
	    !given.language)
		exit_code = list(call, given.as_json);
	else if (is_right && is_complete(call, &given))
		exit_code = put(call, &given);
	else
		exit_code = command_usage(USAGE);
	g_free(given.until);
	g_free(given.language);
	return exit_code;
}
