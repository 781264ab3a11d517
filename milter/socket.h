/*
 * socket: the address on which the mail server finds the milter.
 */
#ifndef LOKET_MILTER_SOCKET_H
#define LOKET_MILTER_SOCKET_H

#include <stdbool.h>

#include <loket/config.h>

/*
 * Opens the configured socket with its mode and group: a stale unix socket,
 * left by a killed daemon, is replaced. LOKET_ERROR_CONFIG: a daemon answers
 * there already, or it cannot be opened.
 */
bool socket_open(const Config *config, GError **error);

/* Takes a unix socket away at the end: as root libmilter leaves it. */
void socket_remove(const Config *config);

/* Becomes the configured user for good; nothing when none is. */
bool become_user(const Config *config, GError **error);

#endif
