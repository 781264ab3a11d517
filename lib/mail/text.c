/* text: see text.h */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

#define READ_BYTES 16384
/* Of so many bytes of a declared charset, one may be wrong. */
#define BYTES_PER_ERROR 50
#define CHARSET_NAME_MAX 40
#define REPLACEMENT "\xef\xbf\xbd"

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
decoding_stream(GMimeDataWrapper *content)
{
	GMimeStream *stream = g_mime_data_wrapper_get_stream(content);
	GMimeContentEncoding encoding =
		g_mime_data_wrapper_get_encoding(content);
	g_mime_stream_reset(stream);
	if (encoding == GMIME_CONTENT_ENCODING_BASE64 && is_not_base64(stream))
		encoding = GMIME_CONTENT_ENCODING_BINARY;
	GMimeStream *decoding = g_mime_stream_filter_new(stream);
	GMimeFilter *filter = g_mime_filter_basic_new(encoding, FALSE);
	g_mime_stream_filter_add(GMIME_STREAM_FILTER(decoding), filter);
	g_object_unref(filter);
	return decoding;
}

size_t
text_decode(GMimePart *part, GString *out, size_t max)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	if (!content)
		return 0;
	GMimeStream *stream = decoding_stream(content);
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

/* Names that iconv knows and that carry no options for it. */
static bool
is_charset_name(const char *charset)
{
	size_t length = strlen(charset);
	size_t plain = strspn(charset, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789-_.:");
	return length > 0 && length == plain && length <= CHARSET_NAME_MAX;
}

/* Charsets whose bytes may look like UTF-8, and are not. */
static bool
hides_in_ascii(const char *charset)
{
	static const char *const prefixes[] = {"iso-2022", "utf-7",  "hz",
					       "utf-16",   "utf-32", "ucs"};
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_ascii_strncasecmp(charset, prefixes[i],
					strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* NULL when iconv does not know the charset. Bytes that are wrong become
 * replacement characters and are counted. */
static char *
convert(const char *bytes, size_t length, const char *charset, size_t *errors)
{
	GIConv converter = g_iconv_open("UTF-8", charset);
	*errors = 0;
	if (converter == (GIConv)-1)
		return NULL;
	GString *text = g_string_sized_new(length + length / 4 + 1);
	char *from = (char *)(uintptr_t)bytes;
	while (length > 0) {
		char buffer[READ_BYTES];
		char *to = buffer;
		size_t room = sizeof(buffer);
		size_t done = g_iconv(converter, &from, &length, &to, &room);
		int reason = errno;
		g_string_append_len(text, buffer, to - buffer);
		if (done != (size_t)-1 || reason == EINVAL)
			break;
		if (reason != E2BIG) {
			g_string_append(text, REPLACEMENT);
			from++;
			length--;
			++*errors;
		}
	}
	g_iconv_close(converter);
	return g_string_free(text, FALSE);
}

static char *
convert_declared(const char *bytes, size_t length, const char *charset)
{
	if (!charset || !is_charset_name(charset))
		return NULL;
	const char *name = g_mime_charset_iconv_name(
		g_mime_charset_iso_to_windows(charset));
	size_t errors;
	g_autofree char *text = convert(bytes, length, name, &errors);
	if (!text || errors > length / BYTES_PER_ERROR)
		return NULL;
	return g_steal_pointer(&text);
}

/* A last character that the end of the text cuts in two is taken off. */
static bool
is_utf8(const char *bytes, size_t *length)
{
	const char *end;
	if (g_utf8_validate_len(bytes, *length, &end))
		return true;
	size_t rest = *length - (size_t)(end - bytes);
	*length -= rest;
	return g_utf8_get_char_validated(end, (gssize)rest) == (gunichar)-2;
}

static char *
decode_charset(const char *bytes, size_t length, const char *charset)
{
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		return decode_charset(bytes + 3, length - 3, "utf-8");
	if (charset && hides_in_ascii(charset)) {
		char *text = convert_declared(bytes, length, charset);
		if (text)
			return text;
	}
	size_t valid = length;
	if (is_utf8(bytes, &valid))
		return g_strndup(bytes, valid);
	char *text = convert_declared(bytes, length, charset);
	size_t errors;
	return text ? text : convert(bytes, length, "WINDOWS-1252", &errors);
}

/* No NUL bytes, no carriage returns. */
static size_t
clean(char *text, size_t length)
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

char *
text_to_utf8(const char *bytes, size_t length, const char *charset)
{
	bool is_wide = charset && hides_in_ascii(charset);
	g_autofree char *copy = g_memdup2(bytes, length);
	/* NUL bytes are half of many a character of UTF-16 */
	if (!is_wide && copy)
		length = clean(copy, length);
	char *text = decode_charset(copy ? copy : "", length, charset);
	text[clean(text, strlen(text))] = '\0';
	return text;
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
