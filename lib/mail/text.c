/* text: see text.h */
#include <string.h>

#include "scan.h"
#include "text.h"

/* Decoded at once; no decoder makes it twice as long. */
#define READ_BYTES 16384
#define HEAD_BYTES 200
/* No word of a language is so long. */
#define BASE64_LINE_MIN 60

static bool
is_base64(const char *from, const char *end)
{
	while (from < end &&
	       (g_ascii_isalnum(*from) || strchr("+/=\r\n\t ", *from)))
		from++;
	return from == end;
}

/* How much of the content's first bytes is base64: the lines before the
 * first one that holds another byte. */
static size_t
base64_length(const Part *part, size_t max)
{
	const char *end = part->content + MIN(part->length, max);
	const char *line = part->content;
	while (line < end) {
		const char *next = scan_line(line, end);
		if (!is_base64(line, next))
			break;
		line = next;
	}
	return (size_t)(line - part->content);
}

/* Text sent as it is, though base64 was declared: its start holds bytes that
 * base64 has not, and no full or last line of base64 before them. */
bool
text_is_mislabelled(const Part *part)
{
	size_t length = base64_length(part, HEAD_BYTES);
	if (part->encoding != GMIME_CONTENT_ENCODING_BASE64 ||
	    length == MIN(part->length, HEAD_BYTES))
		return false;
	size_t word = 0;
	while (word < length && !g_ascii_isspace(part->content[word]))
		word++;
	while (length > 0 && g_ascii_isspace(part->content[length - 1]))
		length--;
	return word < BASE64_LINE_MIN &&
	       (length == 0 || part->content[length - 1] != '=');
}

/* The lines of uuencode stand behind one that says "begin". */
static size_t
data_start(const Part *part)
{
	if (part->encoding != GMIME_CONTENT_ENCODING_UUENCODE)
		return 0;
	const char *end = part->content + part->length;
	const char *begin =
		g_strstr_len(part->content, (gssize)part->length, "begin ");
	return begin ? (size_t)(scan_line(begin, end) - part->content) : 0;
}

/* What is decoded, and where to. */
typedef struct Decoding {
	GMimeEncoding decoder;
	GString *out; /* NULL: only the bytes are counted */
	size_t left;
	size_t total;
} Decoding;

static void
decode_bytes(Decoding *decoding, const char *bytes, size_t length)
{
	char buffer[READ_BYTES * 2];
	size_t n =
		g_mime_encoding_step(&decoding->decoder, bytes, length, buffer);
	n = MIN(n, decoding->left);
	if (decoding->out)
		g_string_append_len(decoding->out, buffer, (gssize)n);
	decoding->left -= n;
	decoding->total += n;
}

/* How far it is to blanks between the sign of a soft line break and the line
 * end, and how many these are: RFC 2045 6.7 (3) has them ignored. */
static size_t
length_to_blanks(const char *from, const char *end, size_t max, size_t *blanks)
{
	const char *stop = from + MIN(max, (size_t)(end - from));
	const char *sign = from;
	while ((sign = memchr(sign, '=', (size_t)(stop - sign)))) {
		const char *behind = ++sign;
		while (behind < end && (*behind == ' ' || *behind == '\t'))
			behind++;
		*blanks = (size_t)(behind - sign);
		if (behind < end && (*behind == '\r' || *behind == '\n'))
			return (size_t)(sign - from);
	}
	*blanks = 0;
	return (size_t)(stop - from);
}

static void
decode_span(Decoding *decoding, GMimeContentEncoding encoding, const char *from,
	    const char *end)
{
	g_mime_encoding_init_decode(&decoding->decoder, encoding);
	while (from < end && decoding->left > 0) {
		size_t blanks = 0;
		size_t n = MIN(READ_BYTES, (size_t)(end - from));
		if (encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
			n = length_to_blanks(from, end, READ_BYTES, &blanks);
		decode_bytes(decoding, from, n);
		from += n + blanks;
	}
	/* senders forget the padding */
	if (encoding == GMIME_CONTENT_ENCODING_BASE64 &&
	    decoding->decoder.state > 1)
		decode_bytes(decoding,
			     "==", (size_t)(4 - decoding->decoder.state));
}

size_t
text_decode(const Part *part, GString *out, size_t max)
{
	Decoding decoding = {.out = out, .left = max};
	const char *end = part->content + part->length;
	const char *rest = end;
	if (text_is_mislabelled(part))
		rest = part->content;
	/* the footers that servers put behind a text are no base64 */
	else if (out && part->encoding == GMIME_CONTENT_ENCODING_BASE64)
		rest = part->content + base64_length(part, part->length);
	decode_span(&decoding, part->encoding, part->content + data_start(part),
		    rest);
	decode_span(&decoding, GMIME_CONTENT_ENCODING_BINARY, rest, end);
	return decoding.total;
}

size_t
text_clean(char *text, size_t length)
{
	size_t n = 0;
	for (size_t i = 0; i < length; i++) {
		bool crlf = text[i] == '\r' && i + 1 < length &&
			    text[i + 1] == '\n';
		if (text[i] == '\0' || crlf)
			continue;
		text[n++] = text[i];
		if (text[n - 1] == '\r')
			text[n - 1] = '\n';
	}
	return n;
}

static size_t
quote_depth(const char *line)
{
	return strspn(line, ">");
}

/* Takes a line's stuffing and, when it flows on, its space. True: it does. */
static bool
trim_flowed(char **line, bool delsp)
{
	char *text = *line + quote_depth(*line);
	if (*text == ' ')
		text++;
	size_t length = strlen(text);
	*line = text;
	if (length == 0 || text[length - 1] != ' ' || strcmp(text, "-- ") == 0)
		return false;
	if (delsp)
		text[length - 1] = '\0';
	return true;
}

static void
append_marks(GString *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		g_string_append_c(out, '>');
	if (depth > 0)
		g_string_append_c(out, ' ');
}

char *
text_unflow(const char *text, bool delsp)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *out = g_string_sized_new(strlen(text));
	bool flows = false;
	size_t depth = 0;
	for (size_t i = 0; lines[i]; i++) {
		char *line = lines[i];
		size_t own_depth = quote_depth(line);
		bool joins = flows && own_depth == depth;
		bool flows_on = trim_flowed(&line, delsp);
		if (i > 0 && (!joins || strcmp(line, "-- ") == 0)) {
			g_string_append_c(out, '\n');
			joins = false;
		}
		if (!joins)
			append_marks(out, own_depth);
		g_string_append(out, line);
		flows = flows_on;
		depth = own_depth;
	}
	return g_string_free(out, FALSE);
}
