/*
 * socket: the address on which the mail server finds the milter.
 */
#ifndef LOKET_MILTER_SOCKET_H
#define LOKET_MILTER_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include <loket/config.h>

/* The file of a unix socket, as it was made. */
typedef struct SocketFile {
	char *path; /* NULL: there is none */
	dev_t device;
	ino_t inode;
} SocketFile;

/*
 * Opens the configured socket with its mode and group: a stale unix socket,
 * left by a killed daemon, is replaced. file gets its file, to be released
 * with socket_remove. LOKET_ERROR_CONFIG: a daemon answers there already, or
 * it cannot be opened.
 */
bool socket_open(const Config *config, SocketFile *file, GError **error);

/* Takes the file away at the end, as libmilter does not, while it is the one
 * that was made. */
void socket_remove(SocketFile *file);

/* Becomes the configured user for good; nothing when none is. */
bool become_user(const Config *config, GError **error);

#endif
