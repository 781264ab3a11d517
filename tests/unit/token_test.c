/* token: the secret file, and who believes what under which key. */
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <loket/error.h>
#include <loket/token.h>

#include "scratch.h"

#define BASE32 "0123456789abcdefghjkmnpqrstvwxyz"
#define NOW 1772582400
#define LIFETIME 1000000

/* Keys of bytes 00 to 1f and ff to e0, and a third. */
#define OLD_KEY                                                                \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define NEW_KEY                                                                \
	"fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0"
#define ANY_KEY                                                                \
	"5555555555555555555555555555555555555555555555555555555555555555"

/* By another implementation of HMAC-SHA256, over "ticket", NUL and TEXT. */
#define TEXT "2600042179.abcdefgh"
#define OLD_TOKEN "3v23ymwwbhfx1h2t"
#define NEW_TOKEN "2bcmz7kv42wtcjw9"
/* The same over "loop", NUL and TEXT. */
#define NEW_LOOP_TOKEN "f78by9cr4hgzs3p1"

static char *
put_secret(void **state, const char *text, size_t length, mode_t mode)
{
	char *path = scratch_path(state, "secret");
	assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
	assert_return_code(g_chmod(path, mode), 0);
	return path;
}

static Keyring *
open_text(void **state, const char *text, GError **error)
{
	g_autofree char *path = put_secret(state, text, strlen(text), 0600);
	return keyring_open(path, LIFETIME, NOW, error);
}

static Keyring *
open_right(void **state, const char *text)
{
	g_autoptr(GError) error = NULL;
	Keyring *keyring = open_text(state, text, &error);
	if (!keyring)
		fail_msg("%s", error->message);
	return keyring;
}

static void
assert_refused(const char *what, Keyring *keyring, const GError *error,
	       const char *path)
{
	if (keyring)
		fail_msg("taken: %s", what);
	if (!g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG) ||
	    !strstr(error->message, path))
		fail_msg("%s: %s", what, error->message);
}

static void
makes_a_secret_that_only_its_owner_reads(void **state)
{
	static const mode_t masks[] = {0, 022, 077};
	for (size_t i = 0; i < G_N_ELEMENTS(masks); i++) {
		g_autofree char *path = scratch_path(state, "secret");
		mode_t before = umask(masks[i]);
		g_autoptr(Keyring) keyring =
			keyring_open(path, LIFETIME, NOW, NULL);
		(void)umask(before);
		assert_non_null(keyring);
		struct stat status;
		assert_return_code(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
		assert_int_equal(status.st_nlink, 1);
		assert_int_equal(files_in(*state, NULL), 1);
		assert_return_code(unlink(path), 0);
	}
}

static void
makes_a_secret_of_one_key_of_now(void **state)
{
	g_autofree char *path = scratch_path(state, "secret");
	g_autoptr(Keyring) keyring = keyring_open(path, LIFETIME, NOW, NULL);
	assert_non_null(keyring);
	g_autofree char *text = NULL;
	gsize length;
	assert_true(g_file_get_contents(path, &text, &length, NULL));
	assert_true(g_str_has_prefix(text, G_STRINGIFY(NOW) " "));
	const char *key = strchr(text, ' ') + 1;
	assert_int_equal(strspn(key, "0123456789abcdef"), 64);
	assert_string_equal(key + 64, "\n");
	assert_int_equal(length, strlen(text));
}

static void
two_sites_have_two_secrets(void **state)
{
	g_autofree char *one = scratch_path(state, "one");
	g_autofree char *two = scratch_path(state, "two");
	g_autoptr(Keyring) first = keyring_open(one, LIFETIME, NOW, NULL);
	g_autoptr(Keyring) second = keyring_open(two, LIFETIME, NOW, NULL);
	g_autofree char *token = token_make(first, "ticket", TEXT);
	assert_true(token_is_ours(first, "ticket", TEXT, token));
	assert_false(token_is_ours(second, "ticket", TEXT, token));
}

static void
keeps_the_secret_it_made(void **state)
{
	g_autofree char *path = scratch_path(state, "secret");
	g_autoptr(Keyring) first = keyring_open(path, LIFETIME, NOW, NULL);
	g_autoptr(Keyring) again = keyring_open(path, LIFETIME, NOW + 9, NULL);
	g_autofree char *token = token_make(first, "ticket", TEXT);
	assert_true(token_is_ours(again, "ticket", TEXT, token));
}

/* In a process of its own: its token goes into the pipe. Not a cmocka
 * assertion may run there. */
static void
open_in_child(const char *path, int start, int out)
{
	char byte;
	if (read(start, &byte, 1) != 0)
		_exit(1);
	Keyring *keyring = keyring_open(path, LIFETIME, NOW, NULL);
	if (!keyring)
		_exit(2);
	char *token = token_make(keyring, "ticket", TEXT);
	_exit(write(out, token, TOKEN_LENGTH) == TOKEN_LENGTH ? 0 : 3);
}

enum { CHILDREN = 8 };

/* All begin when the pipe that they read is closed. */
static void
open_at_once(const char *path, char tokens[CHILDREN][TOKEN_LENGTH])
{
	int start[2];
	int out[2];
	pid_t children[CHILDREN];
	assert_return_code(pipe(start), 0);
	assert_return_code(pipe(out), 0);
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		assert_return_code(children[i], 0);
		if (children[i] == 0) {
			(void)close(start[1]);
			open_in_child(path, start[0], out[1]);
		}
	}
	(void)close(start[0]);
	(void)close(start[1]);
	for (int i = 0; i < CHILDREN; i++) {
		int status;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
		assert_int_equal(read(out[0], tokens[i], TOKEN_LENGTH),
				 TOKEN_LENGTH);
	}
	(void)close(out[0]);
	(void)close(out[1]);
}

static void
processes_that_come_at_once_get_one_key(void **state)
{
	g_autofree char *path = scratch_path(state, "secret");
	for (int round = 0; round < 10; round++) {
		char tokens[CHILDREN][TOKEN_LENGTH];
		open_at_once(path, tokens);
		for (int i = 1; i < CHILDREN; i++)
			assert_memory_equal(tokens[i], tokens[0], TOKEN_LENGTH);
		assert_int_equal(files_in(*state, NULL), 1);
		assert_return_code(unlink(path), 0);
	}
}

static void
believes_old_keys_and_makes_with_the_newest(void **state)
{
	g_autoptr(Keyring) keyring = open_right(
		state, "1772000000 " OLD_KEY "\n1772500000 " NEW_KEY "\n");
	g_autofree char *token = token_make(keyring, "ticket", TEXT);
	assert_string_equal(token, NEW_TOKEN);
	assert_true(token_is_ours(keyring, "ticket", TEXT, NEW_TOKEN));
	assert_true(token_is_ours(keyring, "ticket", TEXT, OLD_TOKEN));
}

static void
believes_a_key_for_its_lifetime_after_its_successor(void **state)
{
	static const struct {
		int64_t since; /* its successor was made */
		bool is_believed;
	} cases[] = {
		{LIFETIME - 1, true},
		{LIFETIME, true},
		{LIFETIME + 1, false},
		{10 * LIFETIME, false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"1 " OLD_KEY "\n%" G_GINT64_FORMAT " " NEW_KEY "\n",
			NOW - cases[i].since);
		g_autoptr(Keyring) keyring = open_right(state, text);
		assert_int_equal(
			token_is_ours(keyring, "ticket", TEXT, OLD_TOKEN),
			cases[i].is_believed);
		assert_true(token_is_ours(keyring, "ticket", TEXT, NEW_TOKEN));
	}
}

static void
believes_the_newest_key_however_old(void **state)
{
	g_autoptr(Keyring) keyring =
		open_right(state, "1 " OLD_KEY "\n2 " NEW_KEY "\n");
	g_autofree char *token = token_make(keyring, "ticket", TEXT);
	assert_string_equal(token, NEW_TOKEN);
	assert_true(token_is_ours(keyring, "ticket", TEXT, NEW_TOKEN));
	assert_false(token_is_ours(keyring, "ticket", TEXT, OLD_TOKEN));
}

static void
drops_every_old_key_among_many(void **state)
{
	g_autoptr(Keyring) keyring =
		open_right(state, "1 " OLD_KEY "\n2 " ANY_KEY "\n3 " OLD_KEY
				  "\n4 " ANY_KEY "\n1772582400 " NEW_KEY "\n");
	assert_false(token_is_ours(keyring, "ticket", TEXT, OLD_TOKEN));
	assert_true(token_is_ours(keyring, "ticket", TEXT, NEW_TOKEN));
}

static void
reads_keys_as_people_leave_them(void **state)
{
	static const char *const texts[] = {
		"1772500000 " NEW_KEY "\n",
		"1772500000 " NEW_KEY,
		"1772500000 " NEW_KEY "\n\n",
		"\n1772500000 " NEW_KEY "\n",
		"1772500000 "
		"FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0"
		"EFEEEDECEBEAE9E8E7E6E5E4E3E2E1E0\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(Keyring) keyring = open_right(state, texts[i]);
		assert_true(token_is_ours(keyring, "ticket", TEXT, NEW_TOKEN));
	}
}

static void
refuses_a_malformed_secret(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		"s3cret\n",
		NEW_KEY "\n",
		" " NEW_KEY "\n",
		"1772500000\n",
		"1772500000 \n",
		"1772500000  " NEW_KEY "\n",
		"1772500000\t" NEW_KEY "\n",
		"1772500000 " NEW_KEY "0\n",
		"1772500000 " NEW_KEY "\r\n",
		"1772500000 " NEW_KEY " # ours\n",
		"1772500000 00"
		"\n",
		"then " NEW_KEY "\n",
		"1772500000 "
		"g0gggggggggggggggggggggggggggggg"
		"gggggggggggggggggggggggggggggggg\n",
		"1772500000 " OLD_KEY "\n1772500001 ff\n",
		"1772500000 " OLD_KEY "1772500001 " NEW_KEY "\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		Keyring *keyring = open_text(state, texts[i], &error);
		assert_refused(texts[i], keyring, error, *state);
	}
}

static void
names_the_line_that_is_no_key(void **state)
{
	g_autoptr(GError) error = NULL;
	assert_null(open_text(state, "1 " OLD_KEY "\n2 " NEW_KEY "\nthree\n",
			      &error));
	assert_non_null(strstr(error->message, "secret:3: "));
	assert_null(strstr(error->message, "0001020304"));
}

/* A crash can leave zeroes where the newest keys should be. */
static void
refuses_a_secret_with_nul_bytes(void **state)
{
	static const char text[] = "1772500000 " OLD_KEY "\n\0\0\0\0";
	g_autofree char *path = put_secret(state, text, sizeof(text) - 1, 0600);
	g_autoptr(GError) error = NULL;
	Keyring *keyring = keyring_open(path, LIFETIME, NOW, &error);
	assert_refused("zeroes", keyring, error, path);
}

static void
refuses_a_secret_that_is_open_to_others(void **state)
{
	static const mode_t open_modes[] = {0640, 0604, 0620, 0602,
					    0610, 0601, 0666, 0677};
	static const char text[] = "1772500000 " NEW_KEY "\n";
	for (size_t i = 0; i < G_N_ELEMENTS(open_modes); i++) {
		g_autofree char *path = put_secret(
			state, text, sizeof(text) - 1, open_modes[i]);
		g_autoptr(GError) error = NULL;
		Keyring *keyring = keyring_open(path, LIFETIME, NOW, &error);
		assert_refused("open", keyring, error, path);
	}
}

static void
refuses_a_secret_that_cannot_be_made_or_read(void **state)
{
	g_autofree char *file = put_secret(state, "x", 1, 0600);
	g_autofree char *below = g_build_filename(file, "secret", NULL);
	g_autofree char *missing =
		scratch_path(state, "no-such-directory/secret");
	const char *const paths[] = {missing, below, *state};
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autoptr(GError) error = NULL;
		Keyring *keyring =
			keyring_open(paths[i], LIFETIME, NOW, &error);
		assert_refused(paths[i], keyring, error, paths[i]);
	}
}

static void
holds_keys_up_to_its_limit(void **state)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i < KEYRING_KEYS_MAX; i++)
		g_string_append_printf(text, "%d %s\n", NOW - 100 + i,
				       i == 0 ? OLD_KEY : ANY_KEY);
	g_autoptr(Keyring) keyring = open_right(state, text->str);
	assert_true(token_is_ours(keyring, "ticket", TEXT, OLD_TOKEN));
	g_string_append(text, "1772582400 " NEW_KEY "\n");
	g_autoptr(GError) error = NULL;
	Keyring *more = open_text(state, text->str, &error);
	assert_refused("one key more", more, error, *state);
}

static void
refuses_a_file_too_large_for_a_secret(void **state)
{
	g_autofree char *blank = g_strnfill(10000000, '\n');
	g_autofree char *text =
		g_strconcat("1772500000 " NEW_KEY "\n", blank, NULL);
	g_autoptr(GError) error = NULL;
	Keyring *keyring = open_text(state, text, &error);
	assert_refused("large", keyring, error, *state);
}

static void
turns_keys_and_believes_old_ones_for_their_time(void **state)
{
	g_autofree char *path = scratch_path(state, "secret");
	g_autoptr(Keyring) first = keyring_open(path, 100, 1000, NULL);
	g_autofree char *old = token_make(first, "ticket", "x");
	assert_true(keyring_rotate(path, 100, 2000, NULL));
	g_autoptr(Keyring) second = keyring_open(path, 100, 2100, NULL);
	g_autofree char *new = token_make(second, "ticket", "x");
	assert_string_not_equal(new, old);
	assert_true(token_is_ours(second, "ticket", "x", old));
	assert_false(token_is_ours(first, "ticket", "x", new));
	g_autoptr(Keyring) third = keyring_open(path, 100, 2101, NULL);
	assert_false(token_is_ours(third, "ticket", "x", old));
	assert_true(token_is_ours(third, "ticket", "x", new));
}

static void
turning_leaves_out_keys_past_their_time(void **state)
{
	g_autofree char *path = scratch_path(state, "secret");
	for (int64_t now = 1000; now <= 9000; now += 1000)
		assert_true(keyring_rotate(path, 1500, now, NULL));
	g_autofree char *text = NULL;
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	assert_int_equal(g_strv_length(lines), 4);
	assert_true(g_str_has_prefix(lines[0], "7000 "));
	assert_true(g_str_has_prefix(lines[1], "8000 "));
	assert_true(g_str_has_prefix(lines[2], "9000 "));
	assert_string_equal(lines[3], "");
	GStatBuf status;
	assert_return_code(g_stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void
turns_no_more_keys_than_a_file_holds(void **state)
{
	g_autofree char *path = scratch_path(state, "secret");
	g_autoptr(GError) error = NULL;
	keyring_free(keyring_open(path, 1000, 1, NULL));
	for (int i = 1; i < KEYRING_KEYS_MAX; i++)
		assert_true(keyring_rotate(path, 1000, 1, NULL));
	g_autofree char *before = NULL;
	assert_true(g_file_get_contents(path, &before, NULL, NULL));
	assert_false(keyring_rotate(path, 1000, 1, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_PERMANENT));
	g_autofree char *after = NULL;
	assert_true(g_file_get_contents(path, &after, NULL, NULL));
	assert_string_equal(after, before);
}

static void
turns_nothing_that_is_malformed(void **state)
{
	g_autofree char *path = scratch_path(state, "secret");
	g_autoptr(GError) error = NULL;
	assert_true(g_file_set_contents(path, "nonsense\n", -1, NULL));
	assert_return_code(g_chmod(path, 0600), 0);
	assert_false(keyring_rotate(path, 1000, 1, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
}

static void
without_a_secret_no_token_is_ours(void **state)
{
	(void)state;
	assert_false(token_is_ours(NULL, "ticket", "x", "0123456789abcdef"));
}

static void
a_token_is_for_one_purpose_and_one_text(void **state)
{
	g_autoptr(Keyring) keyring =
		open_right(state, "1772500000 " NEW_KEY "\n");
	assert_true(token_is_ours(keyring, "loop", TEXT, NEW_LOOP_TOKEN));
	assert_false(token_is_ours(keyring, "ticket", TEXT, NEW_LOOP_TOKEN));
	assert_false(
		token_is_ours(keyring, "ticket", "2600042179.", NEW_TOKEN));
	g_autofree char *one = token_make(keyring, "a", "bc");
	g_autofree char *other = token_make(keyring, "ab", "c");
	assert_string_not_equal(one, other);
	assert_false(token_is_ours(keyring, "ab", "c", one));
}

static void
a_token_survives_folding_of_its_case(void **state)
{
	g_autoptr(Keyring) keyring =
		open_right(state, "1772500000 " NEW_KEY "\n");
	g_autofree char *upper = g_ascii_strup(NEW_TOKEN, -1);
	assert_true(token_is_ours(keyring, "ticket", TEXT, upper));
	assert_true(token_is_ours(keyring, "ticket", TEXT, "2BcMz7Kv42WtCjW9"));
}

static void
no_other_token_is_ours(void **state)
{
	g_autoptr(Keyring) keyring =
		open_right(state, "1772500000 " NEW_KEY "\n");
	for (size_t at = 0; at < TOKEN_LENGTH; at++) {
		g_autofree char *token = g_strdup(NEW_TOKEN);
		for (const char *c = BASE32; *c; c++) {
			token[at] = *c;
			assert_int_equal(
				token_is_ours(keyring, "ticket", TEXT, token),
				*c == NEW_TOKEN[at]);
		}
		/* cut here */
		token[at] = '\0';
		assert_false(token_is_ours(keyring, "ticket", TEXT, token));
	}
	assert_false(token_is_ours(keyring, "ticket", TEXT, NEW_TOKEN "0"));
	assert_false(token_is_ours(keyring, "ticket", TEXT, NEW_TOKEN " "));
	assert_false(token_is_ours(keyring, "ticket", TEXT, " " NEW_TOKEN));
}

static void
random_text_is_base32_of_the_length_asked(void **state)
{
	(void)state;
	static const size_t lengths[] = {0, 1, 8, 64};
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autofree char *text = token_random(lengths[i]);
		assert_int_equal(strlen(text), lengths[i]);
		assert_int_equal(strspn(text, BASE32), lengths[i]);
	}
}

static void
random_text_does_not_repeat(void **state)
{
	(void)state;
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	bool used[256] = {false};
	for (int i = 0; i < 2000; i++) {
		char *text = token_random(16);
		for (const char *c = text; *c; c++)
			used[(guchar)*c] = true;
		assert_true(g_hash_table_add(seen, text));
	}
	for (const char *c = BASE32; *c; c++)
		assert_true(used[(guchar)*c]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(makes_a_secret_that_only_its_owner_reads),
		IN_SCRATCH(makes_a_secret_of_one_key_of_now),
		IN_SCRATCH(two_sites_have_two_secrets),
		IN_SCRATCH(keeps_the_secret_it_made),
		IN_SCRATCH(processes_that_come_at_once_get_one_key),
		IN_SCRATCH(believes_old_keys_and_makes_with_the_newest),
		IN_SCRATCH(believes_a_key_for_its_lifetime_after_its_successor),
		IN_SCRATCH(believes_the_newest_key_however_old),
		IN_SCRATCH(drops_every_old_key_among_many),
		IN_SCRATCH(reads_keys_as_people_leave_them),
		IN_SCRATCH(refuses_a_malformed_secret),
		IN_SCRATCH(names_the_line_that_is_no_key),
		IN_SCRATCH(refuses_a_secret_with_nul_bytes),
		IN_SCRATCH(refuses_a_secret_that_is_open_to_others),
		IN_SCRATCH(refuses_a_secret_that_cannot_be_made_or_read),
		IN_SCRATCH(holds_keys_up_to_its_limit),
		IN_SCRATCH(refuses_a_file_too_large_for_a_secret),
		IN_SCRATCH(turns_keys_and_believes_old_ones_for_their_time),
		IN_SCRATCH(turning_leaves_out_keys_past_their_time),
		IN_SCRATCH(turns_no_more_keys_than_a_file_holds),
		IN_SCRATCH(turns_nothing_that_is_malformed),
		cmocka_unit_test(without_a_secret_no_token_is_ours),
		IN_SCRATCH(a_token_is_for_one_purpose_and_one_text),
		IN_SCRATCH(a_token_survives_folding_of_its_case),
		IN_SCRATCH(no_other_token_is_ours),
		cmocka_unit_test(random_text_is_base32_of_the_length_asked),
		cmocka_unit_test(random_text_does_not_repeat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
