/* reference: ids that Loket issued come back, and no others do. */
#include <string.h>

#include <loket/number.h>
#include <loket/reference.h>

#include "scratch.h"

#define NUMBER "2600042179"
#define DOMAIN "acme.example"
#define BASE32 "0123456789abcdefghjkmnpqrstvwxyz"
#define KEY "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0"
/* By another implementation of HMAC-SHA256 under KEY, over "ticket", NUL
 * and what stands before the last dot. */
#define ISSUED "2600042179.abcdefgh.2bcmz7kv42wtcjw9"
#define EXTENSION_TOKEN "tzpswhe97qp4f3xe"
#define LOCAL_LENGTH (sizeof(ISSUED) - 1)

static Keyring *
keyring_of(void **state, const char *text)
{
	g_autofree char *path = scratch_path(state, "secret");
	assert_true(g_file_set_contents(path, text, -1, NULL));
	assert_return_code(g_chmod(path, 0600), 0);
	Keyring *keyring = keyring_open(path, 1000, 2000, NULL);
	assert_non_null(keyring);
	return keyring;
}

static bool
is_ours(const Keyring *keyring, const char *message_id)
{
	g_autofree char *number = reference_number(keyring, message_id);
	if (number && strcmp(number, NUMBER) != 0)
		fail_msg("%s gives %s", message_id, number);
	return number != NULL;
}

static void
issues_number_unique_and_token_at_the_domain(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	g_autofree char *id = reference_new(keyring, NUMBER, DOMAIN);
	assert_true(g_str_has_suffix(id, "@" DOMAIN));
	g_auto(GStrv) parts = g_strsplit(id, "@", -1);
	assert_int_equal(g_strv_length(parts), 2);
	g_auto(GStrv) local = g_strsplit(parts[0], ".", -1);
	assert_int_equal(g_strv_length(local), 3);
	assert_string_equal(local[0], NUMBER);
	assert_true(strlen(local[1]) > 0);
	assert_int_equal(strspn(local[1], BASE32), strlen(local[1]));
	assert_int_equal(strlen(local[2]), TOKEN_LENGTH);
	assert_int_equal(strspn(local[2], BASE32), TOKEN_LENGTH);
}

static void
knows_what_it_issued(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	for (int64_t sequence = 1; sequence < 200; sequence++) {
		g_autofree char *number = number_format(2026, sequence);
		g_autofree char *id = reference_new(keyring, number, DOMAIN);
		g_autofree char *found = reference_number(keyring, id);
		assert_string_equal(found, number);
	}
	assert_true(is_ours(keyring, ISSUED "@" DOMAIN));
}

static void
never_issues_an_id_twice(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	g_autoptr(GHashTable) seen =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (int i = 0; i < 2000; i++)
		assert_true(g_hash_table_add(
			seen, reference_new(keyring, NUMBER, DOMAIN)));
}

static void
knows_its_ids_when_gateways_folded_them(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	static const char *const folded[] = {
		"2600042179.ABCDEFGH.2BCMZ7KV42WTCJW9@ACME.EXAMPLE",
		"2600042179.Abcdefgh.2bcmz7kv42WTcjw9@Acme.Example",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(folded); i++)
		assert_true(is_ours(keyring, folded[i]));
}

static void
refuses_ids_that_it_did_not_issue(void **state)
{
	static const char *const foreign[] = {
		"",
		"@",
		".",
		"..@" DOMAIN,
		NUMBER,
		NUMBER "@" DOMAIN,
		NUMBER ".abcdefgh@" DOMAIN,
		/* another ticket, another unique part, no token */
		"2600042187.abcdefgh.2bcmz7kv42wtcjw9@" DOMAIN,
		"2600042179.abcdefgj.2bcmz7kv42wtcjw9@" DOMAIN,
		"2600042179.abcdefgh.0000000000000000@" DOMAIN,
		"2600042179.abcdefgh.                @" DOMAIN,
		/* the token of the same text for another purpose */
		"2600042179.abcdefgh.f78by9cr4hgzs3p1@" DOMAIN,
		/* the dots elsewhere, or something around it */
		"2600042179-abcdefgh-2bcmz7kv42wtcjw9@" DOMAIN,
		"26000421.79abcdefgh.2bcmz7kv42wtcjw9@" DOMAIN,
		"<" ISSUED "@" DOMAIN ">",
		" " ISSUED "@" DOMAIN,
		ISSUED "0@" DOMAIN,
		ISSUED " @" DOMAIN,
		"x." ISSUED "@" DOMAIN,
		ISSUED "." ISSUED "@" DOMAIN,
		"@" ISSUED "@" DOMAIN,
		"CAF+xyz123=abc@mail.gmail.com",
		"\377\376\300.\200@" DOMAIN,
	};
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
		if (is_ours(keyring, foreign[i]))
			fail_msg("%s", foreign[i]);
}

static void
refuses_an_id_with_any_character_changed(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	for (size_t i = 0; i < LOCAL_LENGTH; i++) {
		g_autofree char *id = g_strdup(ISSUED "@" DOMAIN);
		id[i] = id[i] == '7' ? '8' : '7';
		if (is_ours(keyring, id))
			fail_msg("%s", id);
	}
}

static void
refuses_an_id_that_was_cut(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	for (size_t length = 0; length < LOCAL_LENGTH; length++) {
		g_autofree char *head = g_strndup(ISSUED, length);
		g_autofree char *with_domain =
			g_strconcat(head, "@" DOMAIN, NULL);
		const char *tail = &(ISSUED "@" DOMAIN)[length + 1];
		if (is_ours(keyring, head) || is_ours(keyring, with_domain) ||
		    is_ours(keyring, tail))
			fail_msg("cut at %zu", length);
	}
}

static void
knows_ids_of_an_old_key_but_not_of_another_site(void **state)
{
	g_autoptr(Keyring) turned =
		keyring_of(state, "1500 " KEY "\n1900 "
				  "55555555555555555555555555555555"
				  "55555555555555555555555555555555\n");
	assert_true(is_ours(turned, ISSUED "@" DOMAIN));
	g_autoptr(Keyring) other =
		keyring_of(state, "1900 "
				  "55555555555555555555555555555555"
				  "55555555555555555555555555555555\n");
	assert_false(is_ours(other, ISSUED "@" DOMAIN));
}

static void
makes_an_address_for_what_comes_back(void **state)
{
	(void)state;
	static const struct {
		const char *desk;
		char delimiter;
		const char *want;
	} cases[] = {
		{"support@" DOMAIN, '+', "support+b-" ISSUED "@" DOMAIN},
		{"a+b-c@" DOMAIN, '+', "a+b-c+b-" ISSUED "@" DOMAIN},
		{"support@" DOMAIN, '-', "support-b-" ISSUED "@" DOMAIN},
		/* RFC 5321 4.5.3.1.1: 64 characters */
		{"abcdefghijklmnopqrstuvwxy@" DOMAIN, '+',
		 "abcdefghijklmnopqrstuvwxy+b-" ISSUED "@" DOMAIN},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *address = bounce_address(
			ISSUED "@" DOMAIN, cases[i].desk, cases[i].delimiter);
		assert_string_equal(address, cases[i].want);
		assert_in_range(strcspn(address, "@"), 1, 64);
	}
}

static void
knows_the_addresses_that_it_made(void **state)
{
	static const struct {
		const char *address;
		char delimiter;
		bool want;
	} cases[] = {
		{"support+b-" ISSUED "@" DOMAIN, '+', true},
		{"SUPPORT+B-2600042179.ABCDEFGH.2BCMZ7KV42WTCJW9@ACME.EXAMPLE",
		 '+', true},
		{"a+b-c+b-" ISSUED "@" DOMAIN, '+', true},
		{"support-b-" ISSUED "@" DOMAIN, '-', true},
		{"support-b-" ISSUED "@" DOMAIN, '+', false},
		{"support+b-" ISSUED "@" DOMAIN, '\0', false},
		{"support+" ISSUED "@" DOMAIN, '+', false},
		{"support+b-x" ISSUED "@" DOMAIN, '+', false},
		{"support+b-2600042187.abcdefgh.2bcmz7kv42wtcjw9@" DOMAIN, '+',
		 false},
		{"support+b-2600042179.abcdefgh.2bcmz7kv42wtcjw@" DOMAIN, '+',
		 false},
		{"support+b-@" DOMAIN, '+', false},
		{"support@" DOMAIN, '+', false},
		{"", '+', false},
	};
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *found = bounce_address_reference(
			keyring, cases[i].address, cases[i].delimiter);
		if ((found != NULL) != cases[i].want)
			fail_msg("%s", cases[i].address);
		if (found)
			assert_string_equal(found, ISSUED "@" DOMAIN);
	}
}

static bool
is_extension(const Keyring *keyring, const char *extension)
{
	g_autofree char *number =
		reference_extension_number(keyring, extension);
	if (number && strcmp(number, NUMBER) != 0)
		fail_msg("%s gives %s", extension, number);
	return number != NULL;
}

static void
knows_the_extensions_that_it_issued(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	g_autofree char *extension = reference_extension(keyring, NUMBER);
	/* by another implementation, over "address", NUL and the number */
	assert_string_equal(extension, NUMBER EXTENSION_TOKEN);
	assert_true(is_extension(keyring, extension));
	g_autofree char *folded = g_ascii_strup(extension, -1);
	assert_true(is_extension(keyring, folded));
}

static void
refuses_extensions_that_it_did_not_issue(void **state)
{
	g_autoptr(Keyring) keyring = keyring_of(state, "2000 " KEY "\n");
	static const char *const cases[] = {
		"",
		NUMBER,
		"2600042188" EXTENSION_TOKEN,
		NUMBER "0123456789abcdef",
		NUMBER "2bcmz7kv42wtcjw9",
		NUMBER EXTENSION_TOKEN "0",
		NUMBER "." EXTENSION_TOKEN,
		ISSUED,
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (is_extension(keyring, cases[i]))
			fail_msg("%s", cases[i]);
	for (size_t n = 0; n < strlen(NUMBER EXTENSION_TOKEN); n++) {
		g_autofree char *cut = g_strndup(NUMBER EXTENSION_TOKEN, n);
		assert_false(is_extension(keyring, cut));
		g_autofree char *other = g_strdup(NUMBER EXTENSION_TOKEN);
		other[n] = other[n] == '7' ? '8' : '7';
		assert_false(is_extension(keyring, other));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(issues_number_unique_and_token_at_the_domain),
		IN_SCRATCH(knows_what_it_issued),
		IN_SCRATCH(never_issues_an_id_twice),
		IN_SCRATCH(knows_its_ids_when_gateways_folded_them),
		IN_SCRATCH(refuses_ids_that_it_did_not_issue),
		IN_SCRATCH(refuses_an_id_with_any_character_changed),
		IN_SCRATCH(refuses_an_id_that_was_cut),
		IN_SCRATCH(knows_the_extensions_that_it_issued),
		IN_SCRATCH(refuses_extensions_that_it_did_not_issue),
		IN_SCRATCH(knows_ids_of_an_old_key_but_not_of_another_site),
		IN_SCRATCH(makes_an_address_for_what_comes_back),
		IN_SCRATCH(knows_the_addresses_that_it_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
