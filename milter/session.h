/*
 * session: libmilter's callbacks, and nothing but the way from them to lib/.
 *
 * One Session lives as long as a connection of the mail server; one message
 * after the other passes through it.
 */
#ifndef LOKET_MILTER_SESSION_H
#define LOKET_MILTER_SESSION_H

#include <stdbool.h>

/* Registers the callbacks with libmilter; false when it refuses. */
bool session_register(void);

#endif
