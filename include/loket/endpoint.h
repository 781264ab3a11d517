/*
 * endpoint: the daemon's socket, seen from outside.
 */
#ifndef LOKET_ENDPOINT_H
#define LOKET_ENDPOINT_H

#include <stdbool.h>

/* The path of "unix:PATH" or "local:PATH"; NULL for another kind. Borrowed. */
const char *endpoint_path(const char *address);

/* Whether anybody answers at "unix:PATH", "local:PATH", "inet:PORT@HOST" or
 * "inet6:PORT@HOST", as libmilter writes addresses. */
bool endpoint_is_live(const char *address);

#endif
