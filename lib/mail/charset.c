/* charset: see charset.h */
#include <errno.h>
#include <string.h>

#include <glib.h>

#include "charset.h"

#define CONVERT_BYTES 4096
/* Of so many bytes of a declared charset, one may be wrong. */
#define BYTES_PER_ERROR 50
#define CHARSET_NAME_MAX 40
#define REPLACEMENT "\xef\xbf\xbd"

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

bool
charset_is_wide(const char *charset)
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
 * replacement characters and are counted; so does, uncounted, what iconv
 * takes for a character and Unicode does not, and NUL. */
static char *
convert(const char *bytes, size_t length, const char *charset, size_t *errors)
{
	GIConv converter = g_iconv_open("UTF-8", charset);
	*errors = 0;
	/* iconv's own mark: NOLINTNEXTLINE(performance-no-int-to-ptr) */
	if (converter == (GIConv)-1)
		return NULL;
	g_autoptr(GString) text = g_string_sized_new(length + length / 4 + 1);
	g_autofree char *copy = g_memdup2(bytes, length);
	char *from = copy;
	while (length > 0) {
		char buffer[CONVERT_BYTES];
		char *to = buffer;
		size_t room = sizeof(buffer);
		size_t done = g_iconv(converter, &from, &length, &to, &room);
		int reason = errno;
		g_string_append_len(text, buffer, to - buffer);
		if (done != (size_t)-1)
			break;
		if (reason != E2BIG) {
			g_string_append(text, REPLACEMENT);
			from++;
			length--;
			++*errors;
		}
	}
	g_iconv_close(converter);
	return g_utf8_make_valid(text->str, (gssize)text->len);
}

static bool
is_known(const char *name)
{
	GIConv converter = g_iconv_open("UTF-8", name);
	/* iconv's own mark: NOLINTNEXTLINE(performance-no-int-to-ptr) */
	if (converter == (GIConv)-1)
		return false;
	g_iconv_close(converter);
	return true;
}

/* As senders misspell them: "iso8859_15", "cp-1252", "x-sjis". */
static char *
known_spelling(const char *charset)
{
	static const char *const spellings[][2] = {
		{"_", "-"},
		{"-", ""},
		{"x-", ""},
		{"windows-", "CP"},
	};
	if (is_known(charset))
		return g_strdup(charset);
	for (size_t i = 0; i < G_N_ELEMENTS(spellings); i++) {
		g_autoptr(GString) name = g_string_new(charset);
		if (g_string_replace(name, spellings[i][0], spellings[i][1],
				     0) > 0 &&
		    is_known(name->str))
			return g_strdup(name->str);
	}
	return NULL;
}

/* What is sent under a charset's name is in one that holds it. GMime's own
 * table is of no use: it keeps every name that it was ever asked for. */
char *
charset_iconv_name(const char *charset)
{
	static const char *const holders[][2] = {
		{"iso-8859-1", "WINDOWS-1252"},
		{"latin1", "WINDOWS-1252"},
		{"us-ascii", "WINDOWS-1252"},
		{"ascii", "WINDOWS-1252"},
		{"iso-8859-9", "WINDOWS-1254"},
		{"iso-8859-8-i", "WINDOWS-1255"},
		{"gb2312", "GB18030"},
		{"gbk", "GB18030"},
		{"big5", "BIG5-HKSCS"},
		{"shift_jis", "CP932"},
		{"euc-kr", "CP949"},
		{"ks_c_5601-1987", "CP949"},
		{"x-mac-roman", "MACINTOSH"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(holders); i++)
		if (g_ascii_strcasecmp(charset, holders[i][0]) == 0)
			return g_strdup(holders[i][1]);
	return is_charset_name(charset) ? known_spelling(charset) : NULL;
}

static char *
convert_declared(const char *bytes, size_t length, const char *charset)
{
	g_autofree char *name = charset ? charset_iconv_name(charset) : NULL;
	if (!name)
		return NULL;
	size_t errors;
	g_autofree char *text = convert(bytes, length, name, &errors);
	if (!text || errors > length / BYTES_PER_ERROR)
		return NULL;
	return g_steal_pointer(&text);
}

static char *
decode(const char *bytes, size_t length, const char *charset, bool *is_declared)
{
	*is_declared = true;
	if (charset && charset_is_wide(charset)) {
		char *text = convert_declared(bytes, length, charset);
		if (text)
			return text;
	}
	if (g_utf8_validate_len(bytes, length, NULL))
		return g_strndup(bytes, length);
	char *text = convert_declared(bytes, length, charset);
	size_t errors;
	*is_declared = text != NULL;
	return text ? text : convert(bytes, length, "WINDOWS-1252", &errors);
}

char *
charset_to_utf8(const char *bytes, size_t length, const char *charset,
		bool *is_declared)
{
	static const char mark[] = "\xef\xbb\xbf";
	if (length >= 3 && memcmp(bytes, mark, 3) == 0)
		return decode(bytes + 3, length - 3, "utf-8", is_declared);
	return decode(bytes, length, charset, is_declared);
}
