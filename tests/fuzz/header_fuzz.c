/* header: the value of one field, read as each kind of field. */
#include "../../lib/mail/header.h"
#include "../../lib/mail/reader.h"
#include "fuzz.h"

#define IDS_MAX 5

static GMimeParserOptions *
shared_options(void)
{
	static GMimeParserOptions *options;
	if (!options) {
		(void)fuzz_reader();
		options = g_mime_parser_options_new();
	}
	return options;
}

static void
read_text(const char *raw)
{
	g_autofree char *text = header_text(shared_options(), raw);
	fuzz_assert_utf8(text);
	g_assert_null(strpbrk(text, "\r\n"));
}

static void
read_addresses(const char *raw)
{
	g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(
		(GDestroyNotify)mail_address_free);
	(void)header_addresses(shared_options(), raw, addresses);
	g_assert_cmpuint(addresses->len, <=, MAIL_ADDRESSES_MAX);
}

static void
read_ids(const char *raw)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	(void)header_ids(raw, IDS_MAX, ids);
	g_assert_cmpuint(ids->len, <=, IDS_MAX);
	for (guint i = 0; i < ids->len; i++) {
		fuzz_assert_utf8(ids->pdata[i]);
		g_assert_null(strpbrk(ids->pdata[i], "<> \t\r\n"));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *raw = fuzz_text(data, size);
	FieldSpan field = {
		.name = "X",
		.name_length = 1,
		.value = (const char *)data,
		.value_length = size,
	};
	read_text(raw);
	read_addresses(raw);
	read_ids(raw);
	g_autoptr(GDateTime) date = header_date(raw);
	g_assert_true(!date || g_date_time_get_year(date) >= 1980);
	g_autofree char *unfolded = header_unfolded(&field);
	g_assert_null(strpbrk(unfolded, "\r\n"));
	return 0;
}
