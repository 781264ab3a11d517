/*
 * reply: which lines of a text its sender wrote now.
 *
 * Quotes, what introduces them, and signatures are told by their lines:
 * `>` or `|`, attributions ("Op ... schreef Jan:"), separators ("-----Original
 * Message-----"), blocks of header fields as Outlook writes them, the
 * signature dashes. A separator or an attribution counts only when a quote
 * or a header follows, and the whole text stands when nothing else is left:
 * it is better to keep a quote than to lose a word.
 */
#ifndef LOKET_MAIL_REPLY_H
#define LOKET_MAIL_REPLY_H

#include <glib.h>

#include <loket/pattern.h>

/* Boundaries are looked for in so many lines; later lines are kept. */
#define REPLY_LINES_MAX 20000
/* A longer line introduces nothing. */
#define REPLY_LINE_BYTES_MAX 500

/* The kinds of lines of a header block, groups of the header pattern. */
enum ReplyHeader {
	REPLY_HEADER_FROM = 1,
	REPLY_HEADER_DATE,
	REPLY_HEADER_TO,
	REPLY_HEADER_SUBJECT,
	REPLY_HEADER_END,
};

enum ReplyPattern {
	REPLY_ATTRIBUTION,	/* one to three lines, joined by a space */
	REPLY_NAMED,		/* one that begins with a name, on one line */
	REPLY_WRAPPED_NAMED,	/* such a one over several lines */
	REPLY_WRAPPED_DAY,	/* one that begins with a day of the week */
	REPLY_STRONG,		/* an attribution that nobody writes himself */
	REPLY_SEPARATOR,	/* a line that announces another mail */
	REPLY_HEADED_SEPARATOR, /* with the first header line behind it */
	REPLY_MARKER,		/* a line above which answers were asked for */
	REPLY_HEADER,		/* a line of a header block */
	REPLY_DELIMITER,	/* a line that begins a signature */
	REPLY_CLOSING,		/* "Sent from my phone" */
	REPLY_PATTERNS,
};

typedef struct ReplyPatterns {
	Pattern *of[REPLY_PATTERNS];
} ReplyPatterns;

ReplyPatterns *reply_patterns_new(GError **error);
void reply_patterns_free(ReplyPatterns *patterns);

/* text: UTF-8, LF. The result is the caller's. */
char *reply_new_text(const ReplyPatterns *patterns, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReplyPatterns, reply_patterns_free)

#endif
