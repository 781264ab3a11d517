/* text: see text.h */
#include <string.h>

#include "scan.h"
#include "text.h"

/* Decoded at once; no decoder makes it twice as long. */
#define READ_BYTES 16384
#define HEAD_BYTES 200

/* Text sent as it is, though base64 was declared: its start holds bytes that
 * base64 has not. */
bool
text_is_mislabelled(const Part *part)
{
	size_t length = MIN(part->length, HEAD_BYTES);
	if (part->encoding != GMIME_CONTENT_ENCODING_BASE64)
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = part->content[i];
		if (!g_ascii_isalnum(c) && !strchr("+/=\r\n\t ", c))
			return true;
	}
	return false;
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

size_t
text_decode(const Part *part, GString *out, size_t max)
{
	GMimeEncoding decoder;
	char buffer[READ_BYTES * 2];
	size_t total = 0;
	g_mime_encoding_init_decode(&decoder,
				    text_is_mislabelled(part)
					    ? GMIME_CONTENT_ENCODING_BINARY
					    : part->encoding);
	for (size_t at = data_start(part); at < part->length && total < max;) {
		size_t n = MIN(READ_BYTES, part->length - at);
		size_t decoded = g_mime_encoding_step(
			&decoder, part->content + at, n, buffer);
		decoded = MIN(decoded, max - total);
		if (out)
			g_string_append_len(out, buffer, (gssize)decoded);
		total += decoded;
		at += n;
	}
	return total;
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
