/* loket check: the configuration, and all that it names. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <loket/courier.h>
#include <loket/error.h>

#include "command.h"

#define USAGE "check [--send ADDRESS [--mailbox PATH] | --received FILE]"

/* A file that is there can be used; one that is not can be made. */
static bool
is_usable(const char *path, GError **error)
{
	g_autofree char *directory = g_path_get_dirname(path);
	bool exists = access(path, F_OK) == 0;
	const char *what = exists ? path : directory;
	if (!exists && access(directory, F_OK) == 0 &&
	    !g_file_test(directory, G_FILE_TEST_IS_DIR))
		errno = ENOTDIR;
	else if (access(what, R_OK | W_OK) == 0)
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
		    "%s: %s, expected to be readable and writable", what,
		    g_strerror(errno));
	return false;
}

static bool
check_store(const Site *site, GError **error)
{
	StoreFigures figures;
	const char *path = strchr(site->config->store, ':') + 1;
	return is_usable(path, error) &&
	       store_read(site->store, read_figures, &figures, error);
}

static bool
check_relay(const Site *site, GError **error)
{
	g_autoptr(Courier) courier =
		courier_new(site->config, site->store, error);
	return courier != NULL;
}

/* The socket's own directory is often made by what starts loketd. */
static bool
check_accounts(const Config *config, GError **error)
{
	if (*config->user && !getpwnam(config->user)) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "%s: no such user", config->user);
		return false;
	}
	if (*config->socket_group && !getgrnam(config->socket_group)) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "%s: no such group, for socket-group",
			    config->socket_group);
		return false;
	}
	return true;
}

static void
print_desks(const Site *site)
{
	for (guint i = 0; i < site->config->desks->len; i++) {
		const ConfigDesk *desk = site->config->desks->pdata[i];
		g_autofree char *addresses = g_strjoinv(", ", desk->addresses);
		(void)printf("desk %s [%s]: %s; calendar %s\n", desk->title,
			     desk->tag, addresses,
			     calendar_name(desk->calendar));
	}
}

static int
check_all(const Invocation *call)
{
	g_autoptr(GError) error = NULL;
	/* opening it reads configuration, calendars and templates */
	g_autoptr(Site) site = site_open(call->config_path, STORE_READ, &error);
	if (!site || !check_accounts(site->config, &error) ||
	    !is_usable(site->config->secret, &error) ||
	    !check_store(site, &error) || !check_relay(site, &error)) {
		(void)command_fail(error);
		return EX_CONFIG;
	}
	print_desks(site);
	(void)printf("configuration, calendars, templates, secret, store: "
		     "right\n");
	return EX_OK;
}

/* How notifications arrive; the secret must be there, as loketd has it. */
static int
check_mail(const Invocation *call, const char *address, const char *mailbox,
	   const char *received)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Site) site = site_open(
		call->config_path, address ? STORE_WRITE : STORE_READ, &error);
	if (!site)
		return command_fail(error);
	return address ? check_send(site, address, mailbox)
		       : check_received(site, received);
}

int
command_check(Invocation *call)
{
	g_autofree char *address = NULL;
	g_autofree char *mailbox = NULL;
	g_autofree char *received = NULL;
	const GOptionEntry options[] = {
		{"send", 0, 0, G_OPTION_ARG_FILENAME, &address, NULL, NULL},
		{"mailbox", 0, 0, G_OPTION_ARG_FILENAME, &mailbox, NULL, NULL},
		{"received", 0, 0, G_OPTION_ARG_FILENAME, &received, NULL,
		 NULL},
		G_OPTION_ENTRY_NULL};
	if (!command_options(call, options) || call->argc != 1 ||
	    (mailbox && !address) || (address && received))
		return command_usage(USAGE);
	return address || received
		       ? check_mail(call, address, mailbox, received)
		       : check_all(call);
}
