/* token: a secret file; and, with ours, an id that may be one we issued. */
#include <sys/stat.h>

#include <loket/error.h>
#include <loket/number.h>
#include <loket/reference.h>

#include "fuzz.h"

static const char secret[] = "1 000102030405060708090a0b0c0d0e0f"
			     "101112131415161718191a1b1c1d1e1f\n";

static Keyring *
open_secret(const char *name, const uint8_t *data, size_t size, GError **error)
{
	g_autofree char *path = fuzz_file(name, data, size);
	g_assert_cmpint(chmod(path, 0600), ==, 0);
	return keyring_open(path, 1, 1, error);
}

static const Keyring *
shared_keyring(void)
{
	static Keyring *keyring;
	if (!keyring)
		keyring = open_secret("ours", (const uint8_t *)secret,
				      strlen(secret), NULL);
	g_assert_nonnull(keyring);
	return keyring;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = fuzz_text(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(Keyring) keyring = open_secret("theirs", data, size, &error);
	g_assert_true(keyring ||
		      g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
	/* nobody guesses a token */
	g_assert_null(reference_number(shared_keyring(), text));
	g_assert_false(loop_mark_is_ours(shared_keyring(), text));
	return 0;
}
