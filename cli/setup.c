/*
 * loket setup postfix: the exact change for the Postfix found here.
 *
 * It asks Postfix about itself through postconf(1) and prints what to add;
 * it changes nothing.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/endpoint.h>
#include <loket/error.h>

#include "command.h"

#define USAGE "setup postfix [--config-dir DIR]"

typedef struct Postfix {
	char *postconf;
	const char *config_dir; /* NULL: its own default */
} Postfix;

/* What postconf answers, one line; NULL when it cannot say. */
static char *
ask(const Postfix *postfix, const char *flag, const char *name)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_ptr_array_add(argv, postfix->postconf);
	if (postfix->config_dir) {
		g_ptr_array_add(argv, (char *)(uintptr_t) "-c");
		g_ptr_array_add(argv, (char *)(uintptr_t)postfix->config_dir);
	}
	g_ptr_array_add(argv, (char *)(uintptr_t)flag);
	g_ptr_array_add(argv, (char *)(uintptr_t)name);
	g_ptr_array_add(argv, NULL);
	char *answer = NULL;
	int status = 0;
	bool ok = g_spawn_sync(NULL, (char **)argv->pdata, NULL,
			       G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &answer,
			       NULL, &status, NULL) &&
		  g_spawn_check_wait_status(status, NULL);
	if (!ok)
		g_clear_pointer(&answer, g_free);
	return answer ? g_strchomp(answer) : NULL;
}

/* The field "chroot" of a service; Debian's smtpd is chrooted. */
static bool
is_chrooted(const Postfix *postfix, const char *service)
{
	g_autofree char *field = g_strconcat(service, "/chroot", NULL);
	g_autofree char *answer = ask(postfix, "-F", field);
	return answer && g_str_has_suffix(answer, "= y");
}

/* The socket as Postfix must name it: a chrooted smtpd sees only what lies
 * below the queue directory. NULL: it cannot reach it there. */
static char *
socket_for(const Postfix *postfix, const char *address)
{
	const char *path = endpoint_path(address);
	if (!path)
		return g_strdup(address);
	if (!is_chrooted(postfix, "smtp/inet"))
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

static bool
names_milter(const char *milters, const char *socket)
{
	return milters && strstr(milters, socket) != NULL;
}

/* Loket stands last: who may refuse a mail must do so before. */
static void
print_milters(const Postfix *postfix, const char *socket)
{
	g_autofree char *now = ask(postfix, "-h", "smtpd_milters");
	if (names_milter(now, socket)) {
		(void)printf("# smtpd_milters names Loket already\n");
		return;
	}
	(void)printf("smtpd_milters = %s%s%s\n", now ? now : "",
		     now && *now ? ", " : "", socket);
}

static void
print_change(const Postfix *postfix, const char *socket)
{
	g_autofree char *version = ask(postfix, "-h", "mail_version");
	g_autofree char *config = ask(postfix, "-h", "config_directory");
	g_autofree char *forward = ask(postfix, "-h", "smtp_header_checks");
	(void)printf("# Postfix %s, %s/main.cf\n", version ? version : "?",
		     config ? config : "?");
	print_milters(postfix, socket);
	(void)printf("milter_protocol = 6\n"
		     "milter_default_action = tempfail\n\n"
		     "# keep Loket-* inside when mail is forwarded onward:\n");
	if (forward && *forward)
		(void)printf("# add to %s:\n", forward);
	else
		(void)printf("smtp_header_checks = regexp:%s/loket_headers\n\n"
			     "# and in %s/loket_headers:\n",
			     config ? config : "/etc/postfix",
			     config ? config : "/etc/postfix");
	(void)printf("/^Loket-/ IGNORE\n\n"
		     "# master.cf: where submission has its own \"-o "
		     "smtpd_milters=\", add the same\n"
		     "# socket there; a port that takes mail back from a "
		     "content filter gets\n"
		     "#     -o receive_override_options=no_milters\n"
		     "# and so does the port that \"relay\" of loket.conf "
		     "names.\n"
		     "# then: postfix reload\n");
}

static int
setup_postfix(const Site *site, const char *config_dir)
{
	Postfix postfix = {.postconf = g_find_program_in_path("postconf"),
			   .config_dir = config_dir};
	if (!postfix.postconf &&
	    g_file_test("/usr/sbin/postconf", G_FILE_TEST_IS_EXECUTABLE))
		postfix.postconf = g_strdup("/usr/sbin/postconf");
	if (!postfix.postconf) {
		(void)fprintf(stderr, "loket: no Postfix here: postconf is "
				      "neither in PATH nor in /usr/sbin\n");
		return EX_UNAVAILABLE;
	}
	g_autofree char *socket = socket_for(&postfix, site->config->socket);
	int rc = EX_OK;
	if (socket)
		print_change(&postfix, socket);
	else
		rc = print_unreachable(&postfix, site->config->socket);
	g_free(postfix.postconf);
	return rc;
}

int
command_setup(Invocation *call)
{
	g_autofree char *config_dir = NULL;
	const GOptionEntry options[] = {{"config-dir", 0, 0,
					 G_OPTION_ARG_STRING, &config_dir, NULL,
					 NULL},
					G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 2 ||
	    strcmp(call->argv[1], "postfix") != 0)
		return command_usage(USAGE);
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	if (!site)
		return command_fail(error);
	return setup_postfix(site, config_dir);
}
