/* token: see include/loket/token.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <loket/error.h>
#include <loket/token.h>

#define KEY_BYTES 32
#define SECRET_FILE_MAX (KEYRING_KEYS_MAX * 128)

typedef struct Key {
	int64_t made_at;
	guint8 bytes[KEY_BYTES];
} Key;

struct Keyring {
	GArray *keys; /* Key, newest last */
};

static const char base32[] = "0123456789abcdefghjkmnpqrstvwxyz";

static bool
random_bytes(void *bytes, size_t length)
{
	return getrandom(bytes, length, 0) == (ssize_t)length;
}

char *
token_random(size_t length)
{
	guint8 bytes[64];
	g_assert(length <= sizeof(bytes));
	if (!random_bytes(bytes, length))
		for (size_t i = 0; i < length; i++)
			bytes[i] = (guint8)g_random_int();
	char *text = g_malloc0(length + 1);
	for (size_t i = 0; i < length; i++)
		text[i] = base32[bytes[i] & 31];
	return text;
}

static bool
key_parse(const char *line, Key *key)
{
	char *end;
	key->made_at = g_ascii_strtoll(line, &end, 10);
	if (end == line || *end != ' ' || strlen(end + 1) != 2 * KEY_BYTES)
		return false;
	for (int i = 0; i < KEY_BYTES; i++) {
		int high = g_ascii_xdigit_value(end[1 + 2 * i]);
		int low = g_ascii_xdigit_value(end[2 + 2 * i]);
		if (high < 0 || low < 0)
			return false;
		key->bytes[i] = (guint8)(high << 4 | low);
	}
	return true;
}

static void
append_key(GString *lines, const Key *key)
{
	g_string_append_printf(lines, "%" G_GINT64_FORMAT " ", key->made_at);
	for (int i = 0; i < KEY_BYTES; i++)
		g_string_append_printf(lines, "%02x", key->bytes[i]);
	g_string_append_c(lines, '\n');
}

static bool
append_new_key(GString *lines, int64_t now)
{
	Key key = {.made_at = now};
	if (!random_bytes(key.bytes, sizeof(key.bytes)))
		return false;
	append_key(lines, &key);
	return true;
}

static bool
write_durably(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	size_t length = strlen(text);
	bool ok = write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

static char *
draft_beside(const char *path)
{
	g_autofree char *unique = token_random(12);
	return g_strconcat(path, ".", unique, NULL);
}

/* Two programs may come here at once: link() lets exactly one of them win. */
static bool
secret_make(const char *path, int64_t now, GError **error)
{
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree char *draft = draft_beside(path);
	bool ok = append_new_key(line, now) &&
		  write_durably(draft, line->str) &&
		  (link(draft, path) == 0 || errno == EEXIST);
	int why = errno;
	(void)unlink(draft);
	if (!ok)
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "%s: cannot make the secret: %s", path,
			    g_strerror(why));
	return ok;
}

static bool
secret_is_private(const char *path, GError **error)
{
	struct stat status;
	if (stat(path, &status) != 0 || !(status.st_mode & 077))
		return true; /* what stat cannot see, reading will tell */
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
		    "%s: open to others (mode %04o), expected 0600", path,
		    (unsigned)status.st_mode & 07777);
	return false;
}

static bool
keyring_add_lines(Keyring *keyring, char **lines, const char *path,
		  GError **error)
{
	for (guint i = 0; lines[i]; i++) {
		Key key;
		if (!*lines[i])
			continue;
		if (!key_parse(lines[i], &key) ||
		    keyring->keys->len >= KEYRING_KEYS_MAX) {
			g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
				    "%s:%u: not a key, expected SECONDS and "
				    "64 hexadecimal digits, at most %d lines",
				    path, i + 1, KEYRING_KEYS_MAX);
			return false;
		}
		g_array_append_val(keyring->keys, key);
	}
	if (keyring->keys->len > 0)
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: holds no key",
		    path);
	return false;
}

static bool
read_secret(const char *path, char **text, GError **error)
{
	gsize length = 0;
	g_autoptr(GError) why = NULL;
	const char *fault = NULL;
	if (!g_file_get_contents(path, text, &length, &why))
		fault = why->message;
	else if (length > SECRET_FILE_MAX)
		fault = "too large for a secret";
	else if (strlen(*text) < length) /* a crash may leave zeroes */
		fault = "holds a NUL byte";
	if (fault)
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: %s",
			    path, fault);
	return !fault;
}

/* A key is old from the making of the next one on: until then it was used. */
static void
drop_old_keys(Keyring *keyring, int64_t oldest)
{
	for (guint i = keyring->keys->len - 1; i-- > 0;)
		if (g_array_index(keyring->keys, Key, i + 1).made_at < oldest)
			g_array_remove_index(keyring->keys, i);
}

Keyring *
keyring_open(const char *path, int64_t lifetime_s, int64_t now, GError **error)
{
	if (access(path, F_OK) != 0 && errno == ENOENT &&
	    !secret_make(path, now, error))
		return NULL;
	g_autofree char *text = NULL;
	if (!secret_is_private(path, error) || !read_secret(path, &text, error))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(Keyring) keyring = g_new0(Keyring, 1);
	keyring->keys = g_array_new(FALSE, TRUE, sizeof(Key));
	if (!keyring_add_lines(keyring, lines, path, error))
		return NULL;
	drop_old_keys(keyring, now - lifetime_s);
	return g_steal_pointer(&keyring);
}

/* The file is its owner's, whoever writes it. */
static bool
replace_secret(const char *path, const char *text)
{
	struct stat old;
	g_autofree char *draft = draft_beside(path);
	bool ok = stat(path, &old) == 0 && write_durably(draft, text) &&
		  chown(draft, old.st_uid, old.st_gid) == 0 &&
		  rename(draft, path) == 0;
	int why = errno;
	if (!ok)
		(void)unlink(draft);
	errno = why;
	return ok;
}

bool
keyring_rotate(const char *path, int64_t lifetime_s, int64_t now,
	       GError **error)
{
	g_autoptr(Keyring) keyring = keyring_open(path, lifetime_s, now, error);
	if (!keyring)
		return false;
	if (keyring->keys->len >= KEYRING_KEYS_MAX) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
			    "%s: holds %d keys that are still believed, "
			    "expected fewer",
			    path, KEYRING_KEYS_MAX);
		return false;
	}
	g_autoptr(GString) lines = g_string_new(NULL);
	for (guint i = 0; i < keyring->keys->len; i++)
		append_key(lines, &g_array_index(keyring->keys, Key, i));
	if (append_new_key(lines, now) && replace_secret(path, lines->str))
		return true;
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
		    "%s: cannot be written: %s", path, g_strerror(errno));
	return false;
}

void
keyring_free(Keyring *keyring)
{
	if (!keyring)
		return;
	g_array_unref(keyring->keys);
	g_free(keyring);
}

static void
token_under(const Key *key, const char *purpose, const char *text,
	    char token[TOKEN_LENGTH + 1])
{
	guint8 digest[32];
	gsize length = sizeof(digest);
	g_autoptr(GHmac) hmac =
		g_hmac_new(G_CHECKSUM_SHA256, key->bytes, KEY_BYTES);
	/* the NUL between them keeps "ab"+"c" apart from "a"+"bc" */
	g_hmac_update(hmac, (const guchar *)purpose,
		      (gssize)strlen(purpose) + 1);
	g_hmac_update(hmac, (const guchar *)text, (gssize)strlen(text));
	g_hmac_get_digest(hmac, digest, &length);
	for (int i = 0; i < TOKEN_LENGTH; i++) {
		int bit = i * 5;
		int two = digest[bit / 8] << 8 | digest[bit / 8 + 1];
		token[i] = base32[two >> (11 - bit % 8) & 31];
	}
	token[TOKEN_LENGTH] = '\0';
}

char *
token_make(const Keyring *keyring, const char *purpose, const char *text)
{
	char *token = g_malloc(TOKEN_LENGTH + 1);
	const Key *newest =
		&g_array_index(keyring->keys, Key, keyring->keys->len - 1);
	token_under(newest, purpose, text, token);
	return token;
}

static bool
is_equal_in_constant_time(const char *ours, const char *theirs)
{
	int difference = 0;
	for (int i = 0; i < TOKEN_LENGTH; i++)
		difference |= ours[i] ^ g_ascii_tolower(theirs[i]);
	return difference == 0;
}

bool
token_is_ours(const Keyring *keyring, const char *purpose, const char *text,
	      const char *token)
{
	if (!keyring || strlen(token) != TOKEN_LENGTH)
		return false;
	bool found = false;
	for (guint i = 0; i < keyring->keys->len; i++) {
		char ours[TOKEN_LENGTH + 1];
		token_under(&g_array_index(keyring->keys, Key, i), purpose,
			    text, ours);
		found |= is_equal_in_constant_time(ours, token);
	}
	return found;
}
