/* address: an SMTP path or an address as a key, and a msg-id. */
#include <loket/address.h>
#include <loket/notify.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = fuzz_text(data, size);
	g_autofree char *bare = address_of_path(text);
	g_autofree char *key = address_canonical(text);
	g_autofree char *folded = g_ascii_strdown(key, -1);
	if (address_is_mailbox(text))
		g_assert_true(strlen(text) <= 254 && g_str_is_ascii(text) &&
			      !strpbrk(text, " \t\r\n<>,;:()[]\\\""));
	g_assert_cmpuint(strlen(bare), <=, strlen(text));
	g_assert_cmpstr(key, ==, folded);
	g_assert_null(strchr(address_domain(text), '@'));
	if (message_id_is_valid(text))
		g_assert_true(strlen(text) <= 250 && g_str_is_ascii(text) &&
			      !strpbrk(text, " \t\r\n"));
	return 0;
}
