/* template_file: one file of a template, its parts put in their places. */
#ifndef LOKET_NOTIFY_TEMPLATE_FILE_H
#define LOKET_NOTIFY_TEMPLATE_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Where a file is, and where its parts are looked for. */
typedef struct TemplatePlace {
	const char *const *dirs; /* the first that has a part counts; NULL */
	const char *suffix;	 /* of texts or of HTML, ".txt" */
} TemplatePlace;

/*
 * The lines of a file without white space at their end, the caller's; a line
 * "{include NAME}" is replaced by those of NAME.part and the suffix.
 * LOKET_ERROR_CONFIG with "FILE:LINE: ": it cannot be read, is over 64 kB, or
 * 256 kB with its parts, is not UTF-8, has a field that there is not, a part
 * that is missing or that includes itself.
 */
char **template_file_read(const TemplatePlace *place, const char *file,
			  GError **error);

/* Whether a file of that name is a part, of texts or of HTML. */
bool template_file_is_part(const char *name);

/* Sets error to LOKET_ERROR_CONFIG with "FILE:LINE: message"; false. */
bool template_file_fail(const char *file, size_t line, const char *message,
			GError **error);

#endif
