/* text: see text.h */
#include <string.h>

#include "text.h"

#define READ_BYTES 16384

/* Text sent as it is, though base64 was declared: its start holds bytes that
 * base64 has not. */
static bool
is_not_base64(GMimeStream *stream)
{
	char head[200];
	ssize_t n = g_mime_stream_read(stream, head, sizeof(head));
	g_mime_stream_reset(stream);
	for (ssize_t i = 0; i < n; i++)
		if (!g_ascii_isalnum(head[i]) && !strchr("+/=\r\n\t ", head[i]))
			return true;
	return false;
}

static GMimeStream *
decoding_stream(GMimeDataWrapper *content, bool is_mislabelled)
{
	GMimeStream *stream = g_mime_data_wrapper_get_stream(content);
	GMimeContentEncoding encoding =
		g_mime_data_wrapper_get_encoding(content);
	g_mime_stream_reset(stream);
	if (is_mislabelled)
		encoding = GMIME_CONTENT_ENCODING_BINARY;
	GMimeStream *decoding = g_mime_stream_filter_new(stream);
	GMimeFilter *filter = g_mime_filter_basic_new(encoding, FALSE);
	g_mime_stream_filter_add(GMIME_STREAM_FILTER(decoding), filter);
	g_object_unref(filter);
	return decoding;
}

bool
text_is_mislabelled(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	if (!content || g_mime_data_wrapper_get_encoding(content) !=
				GMIME_CONTENT_ENCODING_BASE64)
		return false;
	GMimeStream *stream = g_mime_data_wrapper_get_stream(content);
	g_mime_stream_reset(stream);
	return is_not_base64(stream);
}

size_t
text_decode(GMimePart *part, GString *out, size_t max)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	if (!content)
		return 0;
	GMimeStream *stream =
		decoding_stream(content, text_is_mislabelled(part));
	char buffer[READ_BYTES];
	size_t total = 0;
	ssize_t n = 1;
	while (total < max && n > 0) {
		n = g_mime_stream_read(stream, buffer,
				       MIN(sizeof(buffer), max - total));
		if (n > 0 && out)
			g_string_append_len(out, buffer, n);
		total += (size_t)MAX(n, 0);
	}
	g_object_unref(stream);
	return total;
}

size_t
text_clean(char *text, size_t length)
{
	size_t n = 0;
	for (size_t i = 0; i < length; i++) {
		bool crlf = text[i] == '\r' && i + 1 < length &&
			    text[i + 1] == '\n';
		if (text[i] != '\0' && !crlf)
			text[n++] = text[i] == '\r' ? '\n' : text[i];
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
