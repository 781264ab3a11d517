/* log: see log.h */
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "log.h"

#define LINE_MAX_BYTES 2000

/* Set once, before any thread is started. */
static enum LogTarget log_target = LOG_TO_STDERR;

void
log_open(enum LogTarget target)
{
	log_target = target;
	if (target == LOG_TO_SYSLOG)
		openlog("loketd", LOG_PID, LOG_MAIL);
}

/* What a sender wrote can end neither a line nor a terminal's mode. */
static void
make_printable(char *line)
{
	for (char *p = line; *p; p++)
		if ((guchar)*p < ' ' || *p == 127)
			*p = '?';
}

static void write_line(int priority, const char *format, va_list values)
	G_GNUC_PRINTF(2, 0);

static void
write_line(int priority, const char *format, va_list values)
{
	char line[LINE_MAX_BYTES];
	(void)g_vsnprintf(line, sizeof(line), format, values);
	make_printable(line);
	if (log_target == LOG_TO_SYSLOG)
		syslog(priority, "%s", line);
	else
		(void)fprintf(stderr, "loketd: %s\n", line);
}

void
log_info(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	write_line(LOG_INFO, format, values);
	va_end(values);
}

void
log_warning(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	write_line(LOG_WARNING, format, values);
	va_end(values);
}
