/*
 * source: the text of a configuration, ready for libconfuse.
 *
 * libconfuse loses count of the lines behind a comment and inside a string,
 * refuses comments inside a list, closes at the end of the file whatever is
 * open, takes an unset ${NAME} for an empty text, and wants braces around all
 * that a section holds. So what it reads is prepared here: comments are gone,
 * files stand where they were included, every brace and string is closed,
 * every ${NAME} is set, a section that is only a pattern has its braces, and
 * each line knows where it came from.
 */
#ifndef LOKET_CONFIG_SOURCE_H
#define LOKET_CONFIG_SOURCE_H

#include <glib.h>

/* The longest configuration, included files and all. */
#define SOURCE_MAX_BYTES 1048576
/* How deep files may include each other; what includes itself ends here. */
#define SOURCE_MAX_DEPTH 8

typedef struct Source Source;

/*
 * Reads the file at path. LOKET_ERROR_CONFIG with "FILE:LINE: " for a file
 * that cannot be read, is no UTF-8 text, too long, or not whole.
 */
Source *source_read(const char *path, GError **error);

void source_free(Source *source);

/* The prepared text, borrowed. */
const char *source_text(const Source *source);

/* Where a line of the text, from 1, came from: "FILE:LINE"; the caller's. */
char *source_place(const Source *source, int line);

/* As source_place(), for a section or list whose end is on that line: where
 * it was opened. */
char *source_opening(const Source *source, int line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Source, source_free)

#endif
