/* html: the text that a reader sees. */
#include "../../lib/mail/html.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *bytes = fuzz_text(data, size);
	g_autofree char *html = g_utf8_make_valid(bytes, -1);
	bool is_whole;
	g_autofree char *text = html_to_text(html, strlen(html), &is_whole);
	g_autofree char *charset = html_charset(bytes, strlen(bytes));
	fuzz_assert_utf8(text);
	g_assert_true(!charset || *charset);
	return 0;
}
