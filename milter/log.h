/*
 * log: the daemon's lines, to syslog or standard error.
 *
 * A line begins with the queue id where there is one, then a lower-case
 * statement, then key=value. No bodies, no secrets.
 */
#ifndef LOKET_MILTER_LOG_H
#define LOKET_MILTER_LOG_H

#include <glib.h>

#include <loket/config.h>

/* Lines go to standard error until this is called. */
void log_open(enum LogTarget target);

void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);
void log_warning(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif
