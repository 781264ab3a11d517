/*
 * loket setup postfix: the exact change for the Postfix found here.
 *
 * It asks Postfix about itself through postconf(1), prints what to put into
 * main.cf and master.cf, all but the settings as comments, and has postconf
 * change the same where it is told to.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/endpoint.h>

#include "setup.h"

/* Without loketd, mail waits. */
#define ACTION "tempfail"
#define PROTOCOL "6"
#define HEADERS "/^Loket-/ IGNORE"

typedef struct Postfix {
	char *postconf;
	const char *option; /* where it is configured; NULL: its own default */
	char *config_dir;
	char **services; /* those of master.cf that are smtpd: "smtp/inet" */
} Postfix;

static void
postfix_free(Postfix *postfix)
{
	g_free(postfix->postconf);
	g_free(postfix->config_dir);
	g_strfreev(postfix->services);
	g_free(postfix);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Postfix, postfix_free)

/* What postconf answers; NULL when it cannot say. */
static char *
ask(const Postfix *postfix, const char *flag, const char *name)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_strv_builder_add(words, postfix->postconf);
	if (postfix->option)
		g_strv_builder_add_many(words, "-c", postfix->option, NULL);
	g_strv_builder_add_many(words, flag, name, NULL);
	g_auto(GStrv) argv = g_strv_builder_end(words);
	char *answer = NULL;
	int status = 0;
	bool ok = g_spawn_sync(NULL, argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL,
			       NULL, NULL, &answer, NULL, &status, NULL) &&
		  g_spawn_check_wait_status(status, NULL);
	if (!ok)
		g_clear_pointer(&answer, g_free);
	return answer ? g_strchomp(answer) : NULL;
}

static char *
ask_service(const Postfix *postfix, const char *flag, const char *service,
	    const char *name)
{
	g_autofree char *full = g_strjoin("/", service, name, NULL);
	return ask(postfix, flag, full);
}

static bool
is_smtpd(const char *command)
{
	g_auto(GStrv) words = g_strsplit(command, " ", 2);
	return g_strcmp0(words[0], "smtpd") == 0;
}

static char **
find_services(const Postfix *postfix)
{
	static const char field[] = "/command = ";
	g_autofree char *commands = ask(postfix, "-F", "*/*/command");
	g_auto(GStrv) lines = g_strsplit(commands ? commands : "", "\n", -1);
	g_autoptr(GStrvBuilder) services = g_strv_builder_new();
	for (size_t i = 0; lines[i]; i++) {
		char *end = strstr(lines[i], field);
		if (!end || !is_smtpd(end + strlen(field)))
			continue;
		*end = '\0';
		g_strv_builder_add(services, lines[i]);
	}
	return g_strv_builder_end(services);
}

/* NULL: there is none, already told. */
static Postfix *
find_postfix(const char *option)
{
	g_autoptr(Postfix) postfix = g_new0(Postfix, 1);
	postfix->option = option;
	postfix->postconf = g_find_program_in_path("postconf");
	if (!postfix->postconf &&
	    g_file_test("/usr/sbin/postconf", G_FILE_TEST_IS_EXECUTABLE))
		postfix->postconf = g_strdup("/usr/sbin/postconf");
	if (!postfix->postconf) {
		(void)fprintf(stderr, "loket: no Postfix here: postconf is "
				      "neither in PATH nor in /usr/sbin\n");
		return NULL;
	}
	postfix->config_dir = ask(postfix, "-h", "config_directory");
	if (!postfix->config_dir) {
		(void)fprintf(stderr,
			      "loket: no Postfix is configured in %s: %s "
			      "cannot read main.cf there\n",
			      option ? option : "its own directory",
			      postfix->postconf);
		return NULL;
	}
	postfix->services = find_services(postfix);
	return g_steal_pointer(&postfix);
}

/* Whether any smtpd is chrooted, as Debian's are. */
static bool
is_chrooted(const Postfix *postfix)
{
	/* "-" in master.cf means yes to a configuration from before 3.0 */
	g_autofree char *level = ask(postfix, "-h", "compatibility_level");
	bool by_default = g_strcmp0(level, "0") == 0;
	bool found = false;
	for (char **service = postfix->services; *service && !found;
	     service++) {
		g_autofree char *field =
			ask_service(postfix, "-Fh", *service, "chroot");
		found = g_strcmp0(field, "y") == 0 ||
			(by_default && g_strcmp0(field, "-") == 0);
	}
	return found;
}

/* "inet:PORT@HOST", as libmilter has it, is "inet:HOST:PORT" to Postfix. */
static char *
port_for(const char *address)
{
	bool is_ipv6 = g_str_has_prefix(address, "inet6:");
	g_auto(GStrv) parts = g_strsplit(strchr(address, ':') + 1, "@", 2);
	const char *host = parts[1];
	if (!host || !*host)
		host = is_ipv6 ? "::1" : "127.0.0.1";
	return g_strdup_printf(is_ipv6 ? "inet:[%s]:%s" : "inet:%s:%s", host,
			       parts[0]);
}

/* The socket as Postfix must name it: a chrooted smtpd sees only what lies
 * below the queue, where one that is not finds it by the same name. NULL: it
 * cannot reach it. */
static char *
socket_for(const Postfix *postfix, const char *address)
{
	const char *path = endpoint_path(address);
	if (!path)
		return port_for(address);
	if (!is_chrooted(postfix))
		return g_strconcat("unix:", path, NULL);
	g_autofree char *queue = ask(postfix, "-h", "queue_directory");
	if (!queue || !g_str_has_prefix(path, queue) ||
	    path[strlen(queue)] != '/')
		return NULL;
	return g_strconcat("unix:", path + strlen(queue) + 1, NULL);
}

static int
print_unreachable(const Postfix *postfix, const char *address)
{
	g_autofree char *found = ask(postfix, "-h", "queue_directory");
	const char *queue = found ? found : "/var/spool/postfix";
	(void)fprintf(stderr,
		      "loket: Postfix runs smtpd chrooted in %s and cannot "
		      "reach %s.\nMake a directory that both can reach:\n\n"
		      "    install -d -o loket -g postfix -m 2750 %s/loket\n\n"
		      "set in loket.conf:\n\n"
		      "    socket = \"unix:%s/loket/milter.sock\"\n\n"
		      "and call this again.\n",
		      queue, address, queue, queue);
	return EX_CONFIG;
}

/* Whether an item stands in the value of a parameter, alone or in braces. */
static bool
has_item(const char *value, const char *item)
{
	g_auto(GStrv) items = g_strsplit_set(value ? value : "", ", {}", -1);
	return g_strv_contains((const char *const *)items, item);
}

/* Loket stands last: who may refuse a mail must do so before. Milters that
 * are there keep the action and the protocol that they have. */
static char *
with_loket(const char *milters, const char *socket)
{
	if (!milters || !*milters)
		return g_strdup(socket);
	return g_strdup_printf("%s, { %s, protocol=" PROTOCOL
			       ", default_action=" ACTION " }",
			       milters, socket);
}

/* NULL: Loket is there already. */
static char *
milters_wanted(const Postfix *postfix, const char *socket)
{
	g_autofree char *meant = ask(postfix, "-hx", "smtpd_milters");
	g_autofree char *now = ask(postfix, "-h", "smtpd_milters");
	return has_item(meant, socket) ? NULL : with_loket(now, socket);
}

static void
print_milters(const Postfix *postfix, const char *socket)
{
	g_autofree char *wanted = milters_wanted(postfix, socket);
	if (!wanted) {
		(void)printf("# smtpd_milters names Loket already\n\n");
		return;
	}
	(void)printf("smtpd_milters = %s\n", wanted);
	if (strcmp(wanted, socket) == 0)
		(void)printf("milter_protocol = " PROTOCOL "\n"
			     "milter_default_action = " ACTION "\n");
	(void)printf("\n");
}

static char *
headers_file(const Postfix *postfix)
{
	return g_build_filename(postfix->config_dir, "loket_headers", NULL);
}

/* NULL: Loket's table is there already. */
static char *
header_checks_wanted(const Postfix *postfix)
{
	g_autofree char *file = headers_file(postfix);
	g_autofree char *table = g_strconcat("regexp:", file, NULL);
	g_autofree char *now = ask(postfix, "-h", "smtp_header_checks");
	if (has_item(now, table))
		return NULL;
	return g_strconcat(now ? now : "", now && *now ? ", " : "", table,
			   NULL);
}

static void
print_header_checks(const Postfix *postfix)
{
	g_autofree char *file = headers_file(postfix);
	g_autofree char *wanted = header_checks_wanted(postfix);
	if (wanted)
		(void)printf("# Loket-* stays inside when mail is forwarded "
			     "onward; make this file first:\n"
			     "#     echo '" HEADERS "' > %s\n"
			     "smtp_header_checks = %s\n\n",
			     file, wanted);
}

/* postconf -P takes no blanks; between the items of a list a comma is enough.
 */
static char *
without_blanks(const char *list)
{
	g_auto(GStrv) items = g_strsplit_set(list, ", \t", -1);
	g_autoptr(GString) out = g_string_new(NULL);
	for (size_t i = 0; items[i]; i++) {
		bool follows = out->len > 0 && out->str[out->len - 1] != '{';
		if (*items[i] && follows && *items[i] != '}')
			g_string_append_c(out, ',');
		g_string_append(out, items[i]);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* A service that was given no milters at all is to have none. NULL: it needs
 * no change. */
static char *
service_wanted(const Postfix *postfix, const char *service, const char *socket)
{
	g_autofree char *meant =
		ask_service(postfix, "-Phx", service, "smtpd_milters");
	if (!meant || !*meant || has_item(meant, socket))
		return NULL;
	g_autofree char *own =
		ask_service(postfix, "-Ph", service, "smtpd_milters");
	g_autofree char *list = with_loket(own, socket);
	return without_blanks(list);
}

static void
print_service(const Postfix *postfix, const char *service, const char *socket)
{
	g_autofree char *wanted = service_wanted(postfix, service, socket);
	if (wanted)
		(void)printf("# %s has milters of its own in master.cf:\n"
			     "#     postconf -c %s -P "
			     "'%s/smtpd_milters=%s'\n\n",
			     service, postfix->config_dir, service, wanted);
}

static void
print_change(const Postfix *postfix, const char *socket)
{
	g_autofree char *version = ask(postfix, "-h", "mail_version");
	(void)printf("# Postfix %s: into %s/main.cf, in the place of the "
		     "same names\n",
		     version ? version : "?", postfix->config_dir);
	print_milters(postfix, socket);
	print_header_checks(postfix);
	for (char **service = postfix->services; *service; service++)
		print_service(postfix, *service, socket);
	(void)printf("# A port that only takes mail back, from a content "
		     "filter or as the \"relay\" of\n"
		     "# loket.conf, gets in master.cf\n"
		     "#     -o receive_override_options=no_milters\n"
		     "# but not port 25, also where it is the relay: Loket "
		     "knows its own mail.\n"
		     "# Then: postfix reload\n");
}

/* In main.cf, or with a service in master.cf. */
static bool
set(const Postfix *postfix, const char *service, const char *name,
    const char *value)
{
	g_autofree char *setting =
		g_strdup_printf("%s%s%s=%s", service ? service : "",
				service ? "/" : "", name, value);
	g_autofree char *done = ask(postfix, service ? "-P" : "-e", setting);
	if (!done)
		(void)fprintf(stderr, "loket: %s cannot set %s in %s\n",
			      postfix->postconf, setting, postfix->config_dir);
	return done != NULL;
}

static bool
take_out(const Postfix *postfix, const char *name)
{
	g_autofree char *done = ask(postfix, "-X", name);
	if (!done)
		(void)fprintf(stderr, "loket: %s cannot take %s out of %s\n",
			      postfix->postconf, name, postfix->config_dir);
	return done != NULL;
}

static bool
apply_milters(const Postfix *postfix, const char *socket)
{
	g_autofree char *wanted = milters_wanted(postfix, socket);
	if (!wanted)
		return true;
	if (strcmp(wanted, socket) == 0 &&
	    (!set(postfix, NULL, "milter_protocol", PROTOCOL) ||
	     !set(postfix, NULL, "milter_default_action", ACTION)))
		return false;
	return set(postfix, NULL, "smtpd_milters", wanted);
}

static bool
apply_header_checks(const Postfix *postfix)
{
	g_autofree char *file = headers_file(postfix);
	g_autofree char *wanted = header_checks_wanted(postfix);
	g_autoptr(GError) error = NULL;
	if (!wanted)
		return true;
	if (!g_file_set_contents(file, HEADERS "\n", -1, &error)) {
		(void)fprintf(stderr, "loket: %s\n", error->message);
		return false;
	}
	return set(postfix, NULL, "smtp_header_checks", wanted);
}

static bool
apply_service(const Postfix *postfix, const char *service, const char *socket)
{
	g_autofree char *wanted = service_wanted(postfix, service, socket);
	return !wanted || set(postfix, service, "smtpd_milters", wanted);
}

static bool
apply_change(const Postfix *postfix, const char *socket)
{
	bool ok = apply_header_checks(postfix);
	for (char **service = postfix->services; ok && *service; service++)
		ok = apply_service(postfix, *service, socket);
	return ok && apply_milters(postfix, socket);
}

/* The length of the list's first item, with what parts it from the next. */
static size_t
item_length(const char *list)
{
	size_t length = *list == '{' ? strcspn(list, "}") : 0;
	length += strcspn(list + length, ", \t");
	return length + strspn(list + length, ", \t");
}

/* A list without an item, alone or in braces. */
static char *
without_item(const char *list, const char *item)
{
	g_autoptr(GString) rest = g_string_new(NULL);
	for (size_t length; *list; list += length) {
		length = item_length(list);
		g_autofree char *next = g_strndup(list, length);
		if (!has_item(next, item))
			g_string_append(rest, next);
	}
	while (rest->len > 0 && strchr(", \t", rest->str[rest->len - 1]))
		g_string_truncate(rest, rest->len - 1);
	return g_string_free(g_steal_pointer(&rest), FALSE);
}

static bool
undo_item(const Postfix *postfix, const char *name, const char *item)
{
	g_autofree char *now = ask(postfix, "-h", name);
	if (!has_item(now, item))
		return true;
	g_autofree char *then = without_item(now, item);
	return *then ? set(postfix, NULL, name, then) : take_out(postfix, name);
}

static bool
undo_service(const Postfix *postfix, const char *service, const char *socket)
{
	g_autofree char *now =
		ask_service(postfix, "-Ph", service, "smtpd_milters");
	if (!has_item(now, socket))
		return true;
	g_autofree char *list = without_item(now, socket);
	g_autofree char *then = without_blanks(list);
	return set(postfix, service, "smtpd_milters", then);
}

/* They are for all milters: without any they may go. */
static bool
undo_defaults(const Postfix *postfix)
{
	g_autofree char *milters = ask(postfix, "-h", "smtpd_milters");
	g_autofree char *local = ask(postfix, "-h", "non_smtpd_milters");
	if ((milters && *milters) || (local && *local))
		return true;
	return take_out(postfix, "milter_protocol") &&
	       take_out(postfix, "milter_default_action");
}

static bool
undo_change(const Postfix *postfix, const char *socket)
{
	g_autofree char *file = headers_file(postfix);
	g_autofree char *table = g_strconcat("regexp:", file, NULL);
	g_autofree char *now = ask(postfix, "-h", "smtpd_milters");
	bool ok = undo_item(postfix, "smtp_header_checks", table) &&
		  undo_item(postfix, "smtpd_milters", socket) &&
		  (!has_item(now, socket) || undo_defaults(postfix));
	for (char **service = postfix->services; ok && *service; service++)
		ok = undo_service(postfix, *service, socket);
	if (ok)
		(void)remove(file);
	return ok;
}

static int
change(const Postfix *postfix, const char *socket, enum SetupMode mode)
{
	bool ok = mode == SETUP_APPLY ? apply_change(postfix, socket)
				      : undo_change(postfix, socket);
	if (ok)
		(void)printf("# %s is as it should be. Then: postfix reload\n",
			     postfix->config_dir);
	return ok ? EX_OK : EX_CANTCREAT;
}

int
setup_postfix(const Config *config, const char *config_dir, enum SetupMode mode)
{
	g_autoptr(Postfix) postfix = find_postfix(config_dir);
	if (!postfix)
		return EX_UNAVAILABLE;
	g_autofree char *socket = socket_for(postfix, config->socket);
	if (!socket)
		return print_unreachable(postfix, config->socket);
	if (mode != SETUP_PRINT)
		return change(postfix, socket, mode);
	print_change(postfix, socket);
	return EX_OK;
}
