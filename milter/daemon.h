/*
 * daemon: the site that new mails are taken in with, and its courier.
 *
 * libmilter hands its callbacks no pointer of ours before a connection has
 * one, so the daemon is the one thing of the process that is found by name.
 */
#ifndef LOKET_MILTER_DAEMON_H
#define LOKET_MILTER_DAEMON_H

#include <stdbool.h>

#include <loket/site.h>

#include "message.h"

/* Opens the site of the file and starts its courier. From here on, signals
 * wait for daemon_run of the same thread. */
bool daemon_start(const char *config_path, GError **error);

/* Reloads on SIGUSR1, and returns true on SIGTERM, SIGINT or SIGHUP. */
bool daemon_run(void);
/* Makes daemon_run return is_well, from another thread. */
void daemon_end(bool is_well);

/* Waits until the messages at work have their answer, in the time that each
 * has for the store, and closes the site. */
void daemon_stop(void);
/* Whether daemon_stop has begun. */
bool daemon_is_stopping(void);

/* The site as it is now; release with site_unref. NULL: it is closed. */
Site *daemon_site(void);

/* What the mails of all connections share. */
MessageBudget *daemon_budget(void);

/* Counts a connection; false when there are max-connections already: it is
 * for mail that is not ours only. */
bool daemon_connection_begin(void);
void daemon_connection_end(void);

/* Counts a message at work, of which all has come and nothing is answered. */
void daemon_message_begin(void);
void daemon_message_end(void);

#endif
