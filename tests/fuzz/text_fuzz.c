/* text: a leaf's content, its first byte naming the transfer encoding and
 * the charset. */
#include "../../lib/mail/charset.h"
#include "../../lib/mail/text.h"
#include "fuzz.h"

#define DECODED_MAX 4096
#define ENCODINGS (GMIME_CONTENT_ENCODING_UUENCODE + 1)

static const char *const charsets[] = {
	NULL,	       "us-ascii",    "utf-8",	"iso-8859-1",
	"iso-8859-15", "iso-2022-jp", "utf-7",	"utf-16",
	"gb2312",      "shift_jis",   "euc-kr", "big5",
	"koi8-r",      "hz-gb-2312",  "x-none", "utf-32le",
};

static void
decode(const Part *part, const char *charset)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	bool is_declared;
	size_t n = text_decode(part, bytes, DECODED_MAX);
	g_assert_true(n == bytes->len && n <= DECODED_MAX);
	g_autofree char *text =
		charset_to_utf8(bytes->str, bytes->len, charset, &is_declared);
	text[text_clean(text, strlen(text))] = '\0';
	fuzz_assert_utf8(text);
	g_assert_null(strchr(text, '\r'));
	g_autofree char *flowed = text_unflow(text, part->is_delsp);
	fuzz_assert_utf8(flowed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	Part part = {
		.encoding = (GMimeContentEncoding)(*data % ENCODINGS),
		.is_delsp = *data & 1,
		.content = (const char *)data + 1,
		.length = size - 1,
	};
	(void)fuzz_reader();
	decode(&part, charsets[*data / ENCODINGS % G_N_ELEMENTS(charsets)]);
	return 0;
}
