/*
 * daemon: the site that new mails are taken in with, and its courier.
 *
 * libmilter hands its callbacks no pointer of ours before a connection has
 * one, so the daemon is the one thing of the process that is found by name.
 */
#ifndef LOKET_MILTER_DAEMON_H
#define LOKET_MILTER_DAEMON_H

#include <stdbool.h>

#include <loket/courier.h>
#include <loket/site.h>

#include "message.h"

/* Opens the site of the file and starts its courier and the thread that
 * reloads on SIGUSR1. */
bool daemon_start(const char *config_path, GError **error);
void daemon_stop(void);

/* The site as it is now; release with site_unref. */
Site *daemon_site(void);

/* A notification may have been queued. */
void daemon_wake_courier(void);

/* What the mails of all connections share. */
MessageBudget *daemon_budget(void);

/* Counts a connection; false when there are max-connections already: it is
 * for mail that is not ours only. */
bool daemon_connection_begin(void);
void daemon_connection_end(void);

#endif
