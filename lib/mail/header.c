/* header: see header.h */
#include <string.h>

#include <loket/mail.h>

#include "header.h"
#include "reader.h"

/* Mail is younger than this, and no clock is wrong by that much. */
#define DATE_YEAR_MIN 1980
#define DATE_YEAR_MAX 2099
/* Addresses are read from this much of a field. */
#define ADDRESS_BYTES_MAX 262144

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

/* White space and control characters, each run to one space. */
static char *
tidy(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *tidied = g_string_sized_new(strlen(valid));
	for (const char *p = valid; *p; p++) {
		bool is_space = (unsigned char)*p <= ' ' || *p == 127;
		bool after_space =
			tidied->len == 0 || tidied->str[tidied->len - 1] == ' ';
		if (!is_space)
			g_string_append_c(tidied, *p);
		else if (!after_space)
			g_string_append_c(tidied, ' ');
	}
	return g_strchomp(g_string_free(tidied, FALSE));
}

char *
header_text(GMimeParserOptions *options, const char *raw)
{
	g_autofree char *unfolded = g_mime_utils_header_unfold(raw);
	g_autofree char *decoded =
		g_mime_utils_header_decode_text(options, unfolded);
	return tidy(decoded);
}

static void
add_mailbox(InternetAddress *entry, GPtrArray *addresses)
{
	const char *address = internet_address_mailbox_get_addr(
		INTERNET_ADDRESS_MAILBOX(entry));
	const char *name = internet_address_get_name(entry);
	g_autofree char *tidied = tidy(address ? address : "");
	if (!*tidied)
		return;
	g_ptr_array_add(addresses, mail_address_new(name ? name : "", tidied));
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

bool
header_addresses(GMimeParserOptions *options, const char *raw,
		 GPtrArray *addresses)
{
	g_autofree char *head = g_strndup(raw, ADDRESS_BYTES_MAX);
	InternetAddressList *list = internet_address_list_parse(options, head);
	if (!list)
		return true;
	bool is_whole = add_list(list, addresses);
	g_object_unref(list);
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

/* A field with no bracket at all, but one word with an @. */
static void
add_bare_id(GPtrArray *ids, const char *raw)
{
	g_autofree char *bare = g_strstrip(g_strdup(raw));
	if (strchr(bare, '@') && !strpbrk(bare, " \t\r\n<>"))
		add_id(ids, bare, bare + strlen(bare));
}

bool
header_ids(const char *raw, size_t max, GPtrArray *ids)
{
	const char *open = strchr(raw, '<');
	if (!open)
		add_bare_id(ids, raw);
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
