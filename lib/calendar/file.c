#include <errno.h>
#include <loket/error.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static bool
refuse_file(GError **error, const char *path, const char *reason)
{
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: %s", path,
		    reason);
	return false;
}

/* A FIFO would block its reader, a device would never end. */
static bool
check_file(const char *path, size_t size_max, GError **error)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return refuse_file(error, path, g_strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse_file(error, path, "not a regular file");
	if ((size_t)status.st_size > size_max)
		return refuse_file(error, path, "file too large");
	return true;
}

char *
file_read_text(const char *path, size_t size_max, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autofree char *text = NULL;
	gsize size;

	if (!check_file(path, size_max, error))
		return NULL;
	if (!g_file_get_contents(path, &text, &size, &failure)) {
		refuse_file(error, path, failure->message);
		return NULL;
	}
	if (!g_utf8_validate(text, (gssize)size, NULL)) {
		refuse_file(error, path, "not UTF-8 text");
		return NULL;
	}
	if (g_str_has_prefix(text, BYTE_ORDER_MARK))
		return g_strdup(text + strlen(BYTE_ORDER_MARK));
	return g_steal_pointer(&text);
}

void
file_refuse(GError **error, const char *path, size_t line, const char *format,
	    ...)
{
	g_autofree char *reason = NULL;
	va_list arguments;

	va_start(arguments, format);
	reason = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s:%zu: %s", path,
		    line, reason);
}
