/* header: see header.h */
#include <string.h>

#include <loket/mail.h>

#include "charset.h"
#include "header.h"
#include "reader.h"

/* Mail is younger than this, and no clock is wrong by that much. */
#define DATE_YEAR_MIN 1980
#define DATE_YEAR_MAX 2099
/* Addresses are read from this much of a field. Behind each colon GMime calls
 * itself, and the stack has an end; behind each comma without an address
 * before it, it looks for one up to the end. */
#define ADDRESS_BYTES_MAX 262144
#define ADDRESS_COLONS_MAX 200
#define ADDRESS_COMMAS_MAX 200

static char *
raw_value(const FieldSpan *field)
{
	const char *from = field->value;
	const char *end = from + field->value_length;
	const char *nul = memchr(from, '\0', field->value_length);
	if (nul)
		end = nul;
	if (from < end && *from == ' ')
		from++;
	GString *value = g_string_sized_new((size_t)(end - from) + 1);
	for (; from < end; from++) {
		bool crlf =
			from[0] == '\r' && from + 1 < end && from[1] == '\n';
		if (!crlf)
			g_string_append_c(value, *from);
	}
	return g_string_free(value, FALSE);
}

MailHeader *
header_new(const FieldSpan *field)
{
	MailHeader *header = g_new0(MailHeader, 1);
	header->name = g_strndup(field->name, field->name_length);
	header->value = raw_value(field);
	return header;
}

/* No control characters, no white space around. */
static char *
tidy(const char *text)
{
	char *tidied = g_utf8_make_valid(text, -1);
	for (char *p = tidied; *p; p++)
		if (g_ascii_iscntrl(*p))
			*p = ' ';
	return g_strstrip(tidied);
}

/* An encoded word, RFC 2047 2: "=?" charset "?" B or Q "?" data "?=", a
 * language perhaps behind the charset, RFC 2231 5. */
typedef struct Word {
	char *charset;
	const char *data;
	const char *end; /* of the data; NULL unless it is base64 */
} Word;

static bool
find_word(const char *text, Word *word)
{
	const char *charset = text + strlen("=?");
	size_t length = strcspn(charset, "*? \t\n");
	const char *mark = charset + length;
	mark += strcspn(mark, "? \t\n");
	bool is_base64 = g_ascii_strncasecmp(mark, "?B?", 3) == 0;
	if (!is_base64 && g_ascii_strncasecmp(mark, "?Q?", 3) != 0)
		return false;
	word->data = mark + 3;
	word->end = NULL;
	if (is_base64) {
		word->end = word->data + strcspn(word->data, "? \t\n");
		if (strncmp(word->end, "?=", 2) != 0)
			return false;
	}
	word->charset = g_strndup(charset, length);
	return true;
}

/* GMime remembers each name that it has met, so it meets no strange ones:
 * "default" is none to it. */
static void
append_charset(GString *out, const char *charset)
{
	g_autofree char *name = charset_iconv_name(charset);
	g_string_append(out, name ? name : "default");
}

static void
append_as_q(GString *out, const Word *word)
{
	g_autofree char *data =
		g_strndup(word->data, (size_t)(word->end - word->data));
	size_t length = 0;
	/* GLib takes no less than two characters */
	if (strlen(data) > 1)
		g_base64_decode_inplace(data, &length);
	for (size_t i = 0; i < length; i++)
		g_string_append_printf(out, "=%02X", (unsigned char)data[i]);
}

/*
 * The encoded words as GMime reads them right. It takes adjacent base64 words
 * for one stream, and so loses what stands behind the first padding:
 * quoted-printable words have none. And it knows few names of charsets.
 */
static char *
with_plain_words(const char *raw)
{
	GString *out = g_string_new(NULL);
	for (const char *next = strstr(raw, "=?"); next;
	     next = strstr(raw, "=?")) {
		Word word;
		g_string_append_len(out, raw, next - raw);
		raw = next + strlen("=?");
		g_string_append(out, "=?");
		if (!find_word(next, &word))
			continue;
		append_charset(out, word.charset);
		g_string_append(out, "?Q?");
		raw = word.data;
		if (word.end) {
			append_as_q(out, &word);
			raw = word.end;
		}
		g_free(word.charset);
	}
	g_string_append(out, raw);
	return g_string_free(out, FALSE);
}

/* RFC 5322 2.2.3: the line ends go, the white space behind them stays. */
static char *
unfolded(const char *raw, size_t length)
{
	GString *line = g_string_sized_new(length + 1);
	for (size_t i = 0; i < length; i++)
		if (raw[i] != '\n')
			g_string_append_c(line, raw[i] == '\r' ? ' ' : raw[i]);
	return g_string_free(line, FALSE);
}

/* Whether the value behind "*=" begins with a charset: that of a parameter in
 * one piece or of its piece 0, RFC 2231 4.1. */
static bool
begins_with_charset(const char *line, const char *value)
{
	const char *mark = value - strlen("*=");
	const char *digits = mark;
	while (digits > line && g_ascii_isdigit(digits[-1]))
		digits--;
	bool is_piece = digits > line && digits < mark && digits[-1] == '*';
	return !is_piece || (mark - digits == 1 && *digits == '0');
}

/* The charsets of extended parameters by names that GMime may remember. */
static char *
with_plain_parameters(const char *line)
{
	GString *out = g_string_new(NULL);
	const char *from = line;
	for (const char *value = strstr(line, "*="); value;
	     value = strstr(value, "*=")) {
		value += strlen("*=");
		value += *value == '"';
		size_t length = strcspn(value, "'\"; \t");
		if (length == 0 || value[length] != '\'' ||
		    !begins_with_charset(line, value - (value[-1] == '"')))
			continue;
		g_autofree char *charset = g_strndup(value, length);
		g_string_append_len(out, from, value - from);
		append_charset(out, charset);
		from = value + length;
		value = from;
	}
	g_string_append(out, from);
	return g_string_free(out, FALSE);
}

char *
header_unfolded(const FieldSpan *field)
{
	g_autofree char *raw = raw_value(field);
	g_autofree char *line = unfolded(raw, strlen(raw));
	g_autofree char *words = with_plain_words(line);
	return with_plain_parameters(words);
}

/* Behind the last encoded word that may be whole. */
static const char *
words_end(const char *text)
{
	const char *last = g_strrstr(text, "?=");
	return last ? last + strlen("?=") : text;
}

/* GMime looks for the end of a word once for each "=?" that has none, up to
 * the end of the text; so it does not get to see these. */
char *
header_text(GMimeParserOptions *options, const char *raw)
{
	g_autofree char *plain = with_plain_words(raw);
	g_autofree char *line = g_mime_utils_header_unfold(plain);
	const char *end = words_end(line);
	g_autofree char *words = g_strndup(line, end - line);
	g_autofree char *decoded =
		g_mime_utils_header_decode_text(options, words);
	g_autofree char *whole = g_strconcat(decoded, end, NULL);
	return tidy(whole);
}

static void
add_mailbox(InternetAddress *entry, GPtrArray *addresses)
{
	const char *address = internet_address_mailbox_get_addr(
		INTERNET_ADDRESS_MAILBOX(entry));
	const char *name = internet_address_get_name(entry);
	g_autofree char *tidy_address = tidy(address ? address : "");
	g_autofree char *tidy_name = tidy(name ? name : "");
	if (*tidy_address)
		g_ptr_array_add(addresses,
				mail_address_new(tidy_name, tidy_address));
}

/* Groups (RFC 5322 3.4) give their members. */
static bool
add_list(InternetAddressList *list, GPtrArray *addresses)
{
	int length = internet_address_list_length(list);
	for (int i = 0; i < length; i++) {
		InternetAddress *entry =
			internet_address_list_get_address(list, i);
		if (addresses->len >= MAIL_ADDRESSES_MAX)
			return false;
		if (INTERNET_ADDRESS_IS_MAILBOX(entry))
			add_mailbox(entry, addresses);
		else if (!add_list(internet_address_group_get_members(
					   INTERNET_ADDRESS_GROUP(entry)),
				   addresses))
			return false;
	}
	return true;
}

/* Stray words of a name are no addresses beside one that has a domain. */
static void
drop_without_domain(GPtrArray *addresses)
{
	bool has_domain = false;
	for (guint i = 0; i < addresses->len; i++) {
		const MailAddress *address = addresses->pdata[i];
		has_domain |= strchr(address->address, '@') != NULL;
	}
	for (guint i = addresses->len; has_domain && i > 0; i--) {
		const MailAddress *address = addresses->pdata[i - 1];
		if (!strchr(address->address, '@'))
			g_ptr_array_remove_index(addresses, i - 1);
	}
}

/* Outlook shows semicolons between addresses, and people type them. Where no
 * colon opens a group, one can mean nothing else. */
static void
part_with_commas(char *line)
{
	bool is_quoted = false;
	if (strchr(line, ':'))
		return;
	for (char *p = line; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '"')
			is_quoted = !is_quoted;
		else if (*p == ';' && !is_quoted)
			*p = ',';
	}
}

static size_t
address_length(const char *raw)
{
	size_t colons = 0;
	size_t commas = 0;
	size_t n = 0;
	for (; raw[n] && n < ADDRESS_BYTES_MAX; n++) {
		colons += raw[n] == ':';
		commas += raw[n] == ',' || raw[n] == ';';
		if (raw[n] == '@')
			commas = 0;
		if (colons > ADDRESS_COLONS_MAX || commas > ADDRESS_COMMAS_MAX)
			break;
	}
	return n;
}

bool
header_addresses(GMimeParserOptions *options, const char *raw,
		 GPtrArray *addresses)
{
	size_t length = address_length(raw);
	g_autofree char *line = unfolded(raw, length);
	part_with_commas(line);
	g_autofree char *plain = with_plain_words(line);
	InternetAddressList *list = internet_address_list_parse(options, plain);
	if (!list)
		return true;
	bool is_whole = add_list(list, addresses) && !raw[length];
	g_object_unref(list);
	drop_without_domain(addresses);
	return is_whole;
}

/* The id without white space inside, which folding may have left. */
static char *
id_between(const char *from, const char *end)
{
	GString *id = g_string_new(NULL);
	for (; from < end; from++)
		if ((unsigned char)*from > ' ')
			g_string_append_c(id, *from);
	g_autofree char *bytes = g_string_free(id, FALSE);
	return g_utf8_make_valid(bytes, -1);
}

static void
add_id(GPtrArray *ids, const char *from, const char *end)
{
	if (end - from > HEADER_ID_BYTES_MAX)
		return;
	g_autofree char *id = id_between(from, end);
	if (*id)
		g_ptr_array_add(ids, g_steal_pointer(&id));
}

/* A field with no bracket at all, but with words that all hold an @. */
static void
add_bare_ids(GPtrArray *ids, const char *raw)
{
	static const char gaps[] = " \t\r\n,>";
	guint before = ids->len;
	for (raw += strspn(raw, gaps); *raw; raw += strspn(raw, gaps)) {
		size_t length = strcspn(raw, gaps);
		if (!memchr(raw, '@', length)) {
			g_ptr_array_set_size(ids, (int)before);
			return;
		}
		add_id(ids, raw, raw + length);
		raw += length;
	}
}

bool
header_ids(const char *raw, size_t max, GPtrArray *ids)
{
	const char *open = strchr(raw, '<');
	if (!open)
		add_bare_ids(ids, raw);
	while (open) {
		const char *close = open + 1 + strcspn(open + 1, "<>");
		if (*close == '>')
			add_id(ids, open + 1, close);
		open = *close == '<' ? close : strchr(close, '<');
	}
	if (ids->len <= max)
		return true;
	g_ptr_array_remove_range(ids, 0, ids->len - (unsigned)max);
	return false;
}

GDateTime *
header_date(const char *raw)
{
	g_autofree char *text = g_strstrip(g_strdup(raw));
	GDateTime *date = g_mime_utils_header_decode_date(text);
	if (!date)
		return NULL;
	int year = g_date_time_get_year(date);
	if (year >= DATE_YEAR_MIN && year <= DATE_YEAR_MAX)
		return date;
	g_date_time_unref(date);
	return NULL;
}
