/*
 * loketd: the milter. See loketd(8).
 */
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include <loket/config.h>
#include <loket/error.h>
#include <loket/version.h>

#include "daemon.h"
#include "log.h"
#include "session.h"
#include "socket.h"

#define DEFAULT_CONFIG "/etc/loket/loket.conf"

/* The configuration file; NULL for a wrong command line. */
static const char *
parse_arguments(int argc, char **argv)
{
	if (argc == 1)
		return DEFAULT_CONFIG;
	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		return argv[2];
	return NULL;
}

/* Of a command line without a configuration file. */
static int
tell_usage(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("loketd " LOKET_VERSION "\n");
		return EX_OK;
	}
	bool is_asked = argc == 2 && strcmp(argv[1], "--help") == 0;
	(void)fprintf(is_asked ? stdout : stderr, "usage: loketd [-c FILE]\n");
	return is_asked ? EX_OK : EX_USAGE;
}

/* The socket is opened first, by the user that was started; the store and
 * the secret belong to the user that it becomes. */
static bool
prepare(const char *path, SocketFile *file, GError **error)
{
	g_autofree char *data_dir = config_find_data_dir(error);
	g_autoptr(Config) config =
		data_dir ? config_load(path, data_dir, error) : NULL;
	if (!config)
		return false;
	log_open(config->log);
	return session_register() && socket_open(config, file, error) &&
	       become_user(config, error) && daemon_start(path, error);
}

static int
fail(const GError *error)
{
	/* a configuration error begins with its own FILE:LINE */
	if (!error || g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG)) {
		(void)fprintf(stderr, "%s\n",
			      error ? error->message : "libmilter refused");
		return EX_CONFIG;
	}
	(void)fprintf(stderr, "loketd: %s\n", error->message);
	return EX_TEMPFAIL;
}

/* Returns only when libmilter got a signal itself, or cannot go on. */
static void *
serve(void *data)
{
	(void)data;
	daemon_end(smfi_main() == MI_SUCCESS);
	return NULL;
}

/* Until the end mail is answered, so the socket goes last. */
static void
stop(SocketFile *file)
{
	(void)sd_notify(0, "STOPPING=1");
	daemon_stop();
	socket_remove(file);
	log_info("stopped");
}

int
main(int argc, char **argv)
{
	const char *path = parse_arguments(argc, argv);
	if (!path)
		return tell_usage(argc, argv);
	SocketFile file = {0};
	g_autoptr(GError) error = NULL;
	if (!prepare(path, &file, &error)) {
		socket_remove(&file);
		return fail(error);
	}
	g_thread_unref(g_thread_new("milter", serve, NULL));
	log_info("started version=" LOKET_VERSION);
	(void)sd_notify(0, "READY=1");
	bool is_well = daemon_run();
	stop(&file);
	return is_well ? EX_OK : EX_SOFTWARE;
}
