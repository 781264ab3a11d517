/*
 * token: short keyed proofs that a text came from this site.
 *
 * A token is the first 80 bits of HMAC-SHA256 (RFC 2104) over a purpose and
 * a text, in Crockford's base32, lower case: 16 characters that survive mail
 * systems which fold case. It is made with the newest key and believed under
 * every key that was in use within the ring's lifetime.
 *
 * The secret file holds one key a line, newest last: the instant it was made
 * (seconds since the epoch), a space, 64 hexadecimal digits.
 */
#ifndef LOKET_TOKEN_H
#define LOKET_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* Characters of a token. */
#define TOKEN_LENGTH 16
/* The most keys a secret file may hold. */
#define KEYRING_KEYS_MAX 64

typedef struct Keyring Keyring;

/*
 * Reads the secret file at path, mode 0600; makes it, atomically and with a
 * first key, when there is none. A key whose successor was made more than
 * lifetime_s seconds before now is not believed any more. The result is the
 * caller's, immutable, and may be used from many threads.
 * LOKET_ERROR_CONFIG: unreadable, unwritable, malformed, or open to others.
 */
Keyring *keyring_open(const char *path, int64_t lifetime_s, int64_t now,
		      GError **error);

void keyring_free(Keyring *keyring);

/*
 * Adds a new key to the secret file, with which keyrings that are opened from
 * now on make their tokens, and takes out those that are not believed any
 * more. The file stays its owner's. LOKET_ERROR_CONFIG as keyring_open;
 * LOKET_ERROR_PERMANENT: it holds too many keys; LOKET_ERROR_TEMPORARY: it
 * cannot be written now.
 */
bool keyring_rotate(const char *path, int64_t lifetime_s, int64_t now,
		    GError **error);

/* The token of text for a purpose ("ticket", "loop"); the caller's. */
char *token_make(const Keyring *keyring, const char *purpose, const char *text);

/* Whether token is the site's for this purpose and text; without a keyring,
 * NULL, none is. Case is ignored; the time it takes does not tell how much of
 * it was right. */
bool token_is_ours(const Keyring *keyring, const char *purpose,
		   const char *text, const char *token);

/* length characters of Crockford's base32 from the system's randomness; the
 * caller's. length is at most 64. */
char *token_random(size_t length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keyring, keyring_free)

#endif
