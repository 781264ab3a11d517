/* reply: see reply.h */
#include <stdbool.h>
#include <string.h>

#include "reply.h"

/* Lines that one attribution may be wrapped over. */
#define ATTRIBUTION_LINES_MAX 3
/* A header block is looked for in so many lines. */
#define HEADER_LINES_MAX 8
/* What is longer behind a delimiter is no signature. */
#define SIGNATURE_LINES_MAX 15

typedef struct Line {
	const char *text;
	size_t length;
	bool is_dropped;
} Line;

typedef struct Reply {
	const ReplyPatterns *patterns;
	Line *lines;
	size_t n_lines;
	const char *tail; /* the text behind the lines that are looked at */
	bool has_bars;	  /* an attribution was followed by a bar */
} Reply;

static bool
is_blank(const Line *line)
{
	for (size_t i = 0; i < line->length; i++)
		if (!strchr(" \t\r", line->text[i]))
			return false;
	return true;
}

/* ">From" is a line that an mbox has changed, no quote. */
static bool
begins_with(const Line *line, char mark)
{
	size_t i = 0;
	while (i < line->length && i < 3 && line->text[i] == ' ')
		i++;
	return i < line->length && line->text[i] == mark &&
	       !(line->length - i > 5 &&
		 memcmp(line->text + i, ">From ", 6) == 0);
}

/* Bars draw tables, unless a quote began with one. */
static bool
is_quoted(const Reply *reply, size_t i)
{
	const Line *line = &reply->lines[i];
	return begins_with(line, '>') ||
	       (reply->has_bars && begins_with(line, '|'));
}

/* The line without the marks that mail clients put around one. */
static Line
bare(Line line)
{
	while (line.length > 0 && strchr(" \t>|*", *line.text)) {
		line.text++;
		line.length--;
	}
	while (line.length > 0 && strchr(" \t\r*", line.text[line.length - 1]))
		line.length--;
	return line;
}

static bool
matches(const Reply *reply, enum ReplyPattern pattern, const char *text,
	size_t length)
{
	return length > 0 && length <= REPLY_LINE_BYTES_MAX &&
	       pattern_match(reply->patterns->of[pattern], text, length, 0,
			     NULL, 0);
}

static size_t
skip_blank(const Reply *reply, size_t i)
{
	while (i < reply->n_lines && is_blank(&reply->lines[i]))
		i++;
	return i;
}

/* Which kinds of header lines stand from line i on: a bit each, and bit 0
 * for an address among them. */
static unsigned
header_kinds(const Reply *reply, size_t i)
{
	unsigned kinds = 0;
	size_t end = MIN(reply->n_lines, i + HEADER_LINES_MAX);
	for (; i < end; i++) {
		Line line = bare(reply->lines[i]);
		PatternSpan spans[REPLY_HEADER_END];
		bool is_header =
			line.length > 0 &&
			line.length <= REPLY_LINE_BYTES_MAX &&
			pattern_match(reply->patterns->of[REPLY_HEADER],
				      line.text, line.length, 0, spans,
				      REPLY_HEADER_END);
		if (!is_header)
			break;
		kinds |= memchr(line.text, '@', line.length) != NULL;
		for (unsigned kind = 1; kind < REPLY_HEADER_END; kind++)
			if (spans[kind].start != PATTERN_NO_GROUP)
				kinds |= 1U << kind;
	}
	return kinds;
}

/* A sender with an address or a subject: who asks for a ticket "From:
 * Amsterdam To: Paris" is not cut short. */
static bool
is_header_block(const Reply *reply, size_t i)
{
	unsigned kinds = header_kinds(reply, i);
	bool has_from = kinds & 1U << REPLY_HEADER_FROM;
	bool has_subject = kinds & 1U << REPLY_HEADER_SUBJECT;
	bool has_address = kinds & 1U;
	unsigned others =
		kinds & (1U << REPLY_HEADER_DATE | 1U << REPLY_HEADER_TO);
	return has_from && ((has_address && (others || has_subject)) ||
			    (others && has_subject));
}

/* A separator counts when the other mail follows it. */
static bool
is_separator(const Reply *reply, size_t i)
{
	Line line = bare(reply->lines[i]);
	/* some phones put the header on the same line */
	size_t length = MIN(line.length, REPLY_LINE_BYTES_MAX);
	if (matches(reply, REPLY_HEADED_SEPARATOR, line.text, length))
		return true;
	if (!matches(reply, REPLY_SEPARATOR, line.text, line.length))
		return false;
	size_t next = skip_blank(reply, i + 1);
	return next < reply->n_lines &&
	       (is_quoted(reply, next) || header_kinds(reply, next) > 1);
}

/* A colon ends an attribution, or the address in it. */
static bool
ends_like_attribution(const Line *line)
{
	static const char wide_colon[] = "：";
	size_t n = strlen(wide_colon);
	if (line->length == 0)
		return false;
	return strchr(":>", line->text[line->length - 1]) ||
	       (line->length >= n &&
		memcmp(line->text + line->length - n, wide_colon, n) == 0);
}

static char *
joined(const Reply *reply, size_t i, size_t count)
{
	GString *text = g_string_new(NULL);
	for (size_t k = i; k < i + count; k++) {
		Line line = bare(reply->lines[k]);
		if (k > i)
			g_string_append_c(text, ' ');
		g_string_append_len(text, line.text, (gssize)line.length);
	}
	return g_string_free(text, FALSE);
}

/* An attribution that begins like one: "On ... wrote:". */
static bool
is_headed(const Reply *reply, size_t i, size_t count)
{
	g_autofree char *text = joined(reply, i, count);
	return matches(reply, REPLY_ATTRIBUTION, text, strlen(text));
}

static bool
holds_any(const Line *line, const char *characters)
{
	for (size_t i = 0; i < line->length; i++)
		if (line->text[i] && strchr(characters, line->text[i]))
			return true;
	return false;
}

/* Gmail wraps also what begins with a name or a day. The address or the date
 * begins on the first line: one above that is the sender's. */
static bool
is_wrapped(const Reply *reply, size_t i, const char *text)
{
	const Line *first = &reply->lines[i];
	size_t length = strlen(text);
	return (holds_any(first, "<(") &&
		matches(reply, REPLY_WRAPPED_NAMED, text, length)) ||
	       (holds_any(first, "0123456789") &&
		matches(reply, REPLY_WRAPPED_DAY, text, length));
}

static bool
is_attribution(const Reply *reply, size_t i, size_t count)
{
	Line last = bare(reply->lines[i + count - 1]);
	if (!ends_like_attribution(&last))
		return false;
	if (is_headed(reply, i, count))
		return true;
	g_autofree char *text = joined(reply, i, count);
	size_t length = strlen(text);
	if (count > 1 && !g_ascii_isdigit(*text))
		return is_wrapped(reply, i, text);
	return matches(reply, REPLY_STRONG, text, length) ||
	       matches(reply, REPLY_NAMED, text, length);
}

/* How many lines from i on are an attribution; 0 for none, also when it
 * rather begins in a later one of them. */
static size_t
attribution_lines(const Reply *reply, size_t i)
{
	size_t max = MIN(ATTRIBUTION_LINES_MAX, reply->n_lines - i);
	for (size_t count = 1; count <= max; count++) {
		if (is_blank(&reply->lines[i + count - 1]))
			return 0;
		if (!is_attribution(reply, i, count))
			continue;
		for (size_t later = 1; later < count; later++)
			if (is_headed(reply, i + later, count - later))
				return 0;
		return count;
	}
	return 0;
}

/* A table's row ends with a bar too. */
static bool
is_followed_by_bar(const Reply *reply, size_t i)
{
	i = skip_blank(reply, i);
	if (i == reply->n_lines || !begins_with(&reply->lines[i], '|'))
		return false;
	Line line = bare(reply->lines[i]);
	return line.length <= 1 || line.text[line.length - 1] != '|';
}

static bool
is_followed_by_quote(const Reply *reply, size_t i)
{
	size_t next = skip_blank(reply, i);
	return (next < reply->n_lines && is_quoted(reply, next)) ||
	       is_followed_by_bar(reply, i);
}

/* From here on it is another mail. What is quoted line by line is not, for
 * answers may stand below each of its lines. */
static bool
is_cut(const Reply *reply, size_t i)
{
	Line line = bare(reply->lines[i]);
	if (line.length == 0 || is_quoted(reply, i))
		return false;
	if (matches(reply, REPLY_MARKER, line.text, line.length) ||
	    is_separator(reply, i) || is_header_block(reply, i))
		return true;
	size_t count = attribution_lines(reply, i);
	if (count == 0 || is_followed_by_quote(reply, i + count))
		return false;
	g_autofree char *text = joined(reply, i, count);
	return matches(reply, REPLY_STRONG, text, strlen(text));
}

static void
drop(Reply *reply, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		reply->lines[i].is_dropped = true;
}

/* The ruler and the empty lines above the other mail belong to it. */
static void
cut(Reply *reply, size_t i)
{
	while (i > 0) {
		const Line *line = &reply->lines[i - 1];
		size_t n = 0;
		while (n < line->length && strchr("-_=* \t\r", line->text[n]))
			n++;
		if (n < line->length)
			break;
		i--;
	}
	drop(reply, i, reply->n_lines);
	reply->tail = "";
}

/* Where the signature that line i would begin ends; i when it is none. */
static size_t
signature_end(const Reply *reply, size_t i)
{
	Line line = reply->lines[i];
	if (!matches(reply, REPLY_DELIMITER, line.text, line.length))
		return i;
	bool is_exact = line.length == 3 && memcmp(line.text, "-- ", 3) == 0;
	size_t n_full = 0;
	size_t end = i + 1;
	for (; end < reply->n_lines; end++) {
		if (is_quoted(reply, end) || is_cut(reply, end))
			break;
		size_t count = attribution_lines(reply, end);
		if (count > 0 && is_followed_by_quote(reply, end + count))
			break;
		n_full += !is_blank(&reply->lines[end]);
		if (!is_exact && n_full > SIGNATURE_LINES_MAX)
			return i;
	}
	return end;
}

static void
drop_quotes(Reply *reply)
{
	for (size_t i = 0; i < reply->n_lines;) {
		size_t count = attribution_lines(reply, i);
		size_t signature = signature_end(reply, i);
		if (is_cut(reply, i)) {
			cut(reply, i);
			return;
		}
		if (count > 0 && is_followed_by_quote(reply, i + count)) {
			drop(reply, i, i + count);
			i += count;
			reply->has_bars |= is_followed_by_bar(reply, i);
		} else if (signature > i) {
			drop(reply, i, signature);
			i = signature;
		} else {
			reply->lines[i].is_dropped = is_quoted(reply, i);
			i++;
		}
	}
}

/* "Sent from my phone", below all that is kept. */
static void
drop_closing(Reply *reply)
{
	for (size_t i = reply->n_lines; i > 0; i--) {
		Line line = bare(reply->lines[i - 1]);
		if (reply->lines[i - 1].is_dropped || line.length == 0)
			continue;
		if (!matches(reply, REPLY_CLOSING, line.text, line.length))
			return;
		reply->lines[i - 1].is_dropped = true;
	}
}

static char *
kept_text(const Reply *reply)
{
	GString *text = g_string_new(NULL);
	bool after_gap = true;
	for (size_t i = 0; i < reply->n_lines; i++) {
		const Line *line = &reply->lines[i];
		bool is_gap = line->is_dropped || is_blank(line);
		/* one empty line is enough, also where a quote was */
		bool is_kept = !line->is_dropped && !(is_gap && after_gap);
		if (is_kept) {
			g_string_append_len(text, line->text,
					    (gssize)line->length);
			g_string_append_c(text, '\n');
		}
		after_gap = is_gap && (after_gap || is_kept);
	}
	g_string_append(text, reply->tail);
	return g_strchomp(g_string_free(text, FALSE));
}

static void
split(Reply *reply, const char *text)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
	while (*text && lines->len < REPLY_LINES_MAX) {
		size_t length = strcspn(text, "\n");
		Line line = {.text = text, .length = length};
		g_array_append_val(lines, line);
		text += length + (text[length] == '\n');
	}
	reply->n_lines = lines->len;
	reply->lines = (Line *)(void *)g_array_free(lines, FALSE);
	reply->tail = text;
}

char *
reply_new_text(const ReplyPatterns *patterns, const char *text)
{
	Reply reply = {.patterns = patterns};
	split(&reply, text);
	drop_quotes(&reply);
	drop_closing(&reply);
	char *kept = kept_text(&reply);
	g_free(reply.lines);
	if (*kept)
		return kept;
	g_free(kept);
	return g_strchomp(g_strdup(text + strspn(text, "\n")));
}
