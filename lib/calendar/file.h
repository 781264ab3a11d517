/* file: the text files that calendars are made from. */
#ifndef CALENDAR_FILE_H
#define CALENDAR_FILE_H

#include <glib.h>
#include <stddef.h>

/*
 * The text of a regular file, without a byte order mark; the caller's. NULL
 * with LOKET_ERROR_CONFIG that names the path when it cannot be read, is not
 * UTF-8, holds a zero byte or more than size_max bytes.
 */
char *file_read_text(const char *path, size_t size_max, GError **error);

/* Sets an error of a line of a file, "PATH:LINE: reason". */
void file_refuse(GError **error, const char *path, size_t line,
		 const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
