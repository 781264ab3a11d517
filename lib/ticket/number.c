/* number: see include/loket/number.h */
#include <string.h>

#include <loket/number.h>
#include <loket/pattern.h>

/* Damm's weakly totally anti-symmetric quasigroup of order 10: row is the
 * interim digit, column the next one; a right number ends in 0. */
static const char damm[10][10] = {
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

char
number_check_digit(const char *digits)
{
	int interim = 0;
	for (const char *d = digits; *d; d++)
		interim = damm[interim][*d - '0'];
	return (char)('0' + interim);
}

char *
number_format(int year, int64_t sequence)
{
	g_assert(sequence >= 1 && sequence <= NUMBER_SEQUENCE_MAX);
	g_autofree char *digits = g_strdup_printf("%02d%07" G_GINT64_FORMAT,
						  year % 100, sequence);
	return g_strdup_printf("%s%c", digits, number_check_digit(digits));
}

bool
number_is_valid(const char *text)
{
	return strlen(text) == NUMBER_DIGITS &&
	       strspn(text, "0123456789") == NUMBER_DIGITS &&
	       number_check_digit(text) == '0';
}

struct TagReader {
	Pattern *pattern;
};

/* Between the parts of a tag anything may stand that no reader sees: folds,
 * no-break spaces, zero-width characters. What HTML has taken for its own is
 * an entity. */
#define GAP "(?:[\\s\\p{Cf}]|&nbsp;|&#(?:160|xa0|8203|x200b);)*+"
#define DIGIT "[0-9\\x{ff10}-\\x{ff19}]"
#define OPENING "(?:[\\[\\x{ff3b}]|&#0*91;|&#x0*5b;|&lsqb;|&lbrack;)"
#define CLOSING "(?:[\\]\\x{ff3d}]|&#0*93;|&#x0*5d;|&rsqb;|&rbrack;)"
#define SIGN "(?:[#\\x{ff03}]|&#0*35;|&#x0*23;|&num;)"

static const char tag_source[] = OPENING GAP
	"([^\\[\\]#\\x{ff3b}\\x{ff3d}\\x{ff03}]{1,40}?)" GAP SIGN GAP "(" DIGIT
	"(?:" GAP DIGIT "){9})" GAP CLOSING;

TagReader *
tag_reader_new(void)
{
	TagReader *reader = g_new0(TagReader, 1);
	reader->pattern = pattern_new(tag_source, PATTERN_CASELESS, NULL);
	g_assert(reader->pattern);
	return reader;
}

void
tag_reader_free(TagReader *reader)
{
	if (!reader)
		return;
	pattern_free(reader->pattern);
	g_free(reader);
}

static void
tag_free(void *data)
{
	Tag *tag = data;
	g_free(tag->name);
	g_free(tag);
}

static char *
tag_name(const char *text, size_t length)
{
	g_autofree char *written = g_strndup(text, length);
	g_autofree char *plain =
		g_utf8_normalize(written, -1, G_NORMALIZE_NFKC);
	GString *name = g_string_new(NULL);
	bool gap = false;
	for (const char *p = plain ? plain : ""; *p;
	     p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		if (g_unichar_type(c) == G_UNICODE_FORMAT)
			continue;
		if (g_unichar_isspace(c)) {
			gap = name->len > 0;
			continue;
		}
		if (gap)
			g_string_append_c(name, ' ');
		gap = false;
		g_string_append_unichar(name, c);
	}
	return g_string_free(name, FALSE);
}

static Tag *
tag_new(const char *text, const PatternSpan spans[3])
{
	Tag *tag = g_new0(Tag, 1);
	tag->name =
		tag_name(text + spans[1].start, spans[1].end - spans[1].start);
	const char *end = text + spans[2].end;
	size_t n = 0;
	for (const char *p = text + spans[2].start; p < end && n < 10;
	     p += g_utf8_skip[(guchar)*p]) {
		int digit = g_unichar_digit_value(g_utf8_get_char(p));
		if (digit >= 0)
			tag->number[n++] = (char)('0' + digit);
	}
	tag->is_valid = number_is_valid(tag->number);
	g_autofree char *plain = tag_format(tag->name, tag->number);
	size_t length = spans[0].end - spans[0].start;
	tag->is_plain = strlen(plain) == length &&
			memcmp(plain, text + spans[0].start, length) == 0;
	return tag;
}

GPtrArray *
tags_find(const TagReader *reader, const char *subject)
{
	GPtrArray *tags = g_ptr_array_new_with_free_func(tag_free);
	size_t length = subject ? strlen(subject) : 0;
	size_t at = 0;
	PatternSpan spans[3];
	while (tags->len < TAGS_MAX &&
	       pattern_match(reader->pattern, subject ? subject : "", length,
			     at, spans, 3)) {
		g_ptr_array_add(tags, tag_new(subject, spans));
		at = spans[0].end;
	}
	return tags;
}

/* What stands behind more tags than anybody needs is made unreadable as tags:
 * to look for each of them would take a time that grows with their square. */
static void
append_disarmed(GString *kept, const char *rest)
{
	gsize at = kept->len;
	g_string_append(kept, rest);
	for (; at < kept->len; at++)
		if (kept->str[at] == '[' || kept->str[at] == '&')
			kept->str[at] = '(';
	(void)g_string_replace(kept, "\357\274\273", "(", 0);
}

char *
tags_remove(const TagReader *reader, const char *raw,
	    bool (*is_unwanted)(const Tag *tag, void *data), void *data)
{
	GString *kept = g_string_new(NULL);
	size_t length = strlen(raw);
	size_t at = 0;
	int n = 0;
	PatternSpan spans[3];
	for (; n < TAGS_MAX &&
	       pattern_match(reader->pattern, raw, length, at, spans, 3);
	     n++) {
		Tag *tag = tag_new(raw, spans);
		bool drop = is_unwanted(tag, data);
		tag_free(tag);
		size_t end = drop ? spans[0].start : spans[0].end;
		g_string_append_len(kept, raw + at, (gssize)(end - at));
		at = spans[0].end;
		if (drop && raw[at] == ' ')
			at++;
	}
	if (n < TAGS_MAX)
		g_string_append(kept, raw + at);
	else
		append_disarmed(kept, raw + at);
	return g_string_free(kept, FALSE);
}

char *
tag_format(const char *name, const char *number)
{
	return g_strdup_printf("[%s #%s]", name, number);
}
