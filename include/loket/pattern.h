/*
 * pattern: regular expressions against hostile text.
 *
 * PCRE2 with JIT, UTF-8 aware, and with limits on matching: a text that
 * would make a pattern run away counts as not matched. A Pattern is
 * immutable and may be used from many threads at once.
 *
 *	g_autoptr(Pattern) p = pattern_new("#(\\d+)", PATTERN_CASELESS, error);
 *	PatternSpan spans[2];
 *	if (pattern_match(p, text, strlen(text), 0, spans, 2))
 *		number = g_strndup(text + spans[1].start, ...);
 */
#ifndef LOKET_PATTERN_H
#define LOKET_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

/* The most steps one match may take: some milliseconds on today's machines. */
#define PATTERN_MATCH_LIMIT 200000
/* The most memory one match may take, in KiB. */
#define PATTERN_HEAP_LIMIT_KIB 1024
/* The longest expression taken from a configuration, in bytes. */
#define PATTERN_SOURCE_MAX 8192

typedef struct Pattern Pattern;

enum PatternFlags {
	PATTERN_PLAIN = 0,
	PATTERN_CASELESS = 1 << 0,
	PATTERN_MULTILINE = 1 << 1, /* ^ and $ match at each line */
	PATTERN_EXTENDED = 1 << 2,  /* white space and # comments allowed */
};

/* Where a group matched: [start, end) in bytes. A group that took no part
 * has start == end == PATTERN_NO_GROUP. */
typedef struct PatternSpan {
	size_t start;
	size_t end;
} PatternSpan;

#define PATTERN_NO_GROUP ((size_t)-1)

/*
 * Compiles a PCRE2 expression, UTF-8, of at most PATTERN_SOURCE_MAX bytes.
 * The result is the caller's. LOKET_ERROR_CONFIG: the expression is wrong;
 * the message says what and at which offset.
 */
Pattern *pattern_new(const char *source, unsigned flags, GError **error);

/*
 * Looks for the first match at or after byte start of the length bytes at
 * text. Text that is not UTF-8 is matched where it is. spans, of n_spans
 * entries, gets the whole match and the groups; it may be NULL with 0.
 * False: no match, or a limit was reached.
 */
bool pattern_match(const Pattern *pattern, const char *text, size_t length,
		   size_t start, PatternSpan *spans, size_t n_spans);

/* Whether the NUL-terminated text matches anywhere. */
bool pattern_is_in(const Pattern *pattern, const char *text);

/*
 * What a pattern picks out of the first length bytes of text: the first group
 * of the first match, or the whole match where that group took no part. On
 * one line, without controls, cut at max_chars characters, UTF-8. The result
 * is the caller's. NULL: no match, or nothing in it.
 */
char *pattern_pick(const Pattern *pattern, const char *text, size_t length,
		   size_t max_chars);

void pattern_free(Pattern *pattern);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pattern, pattern_free)

#endif
