/* text: decoding in pieces gives what decoding at once would. */
#include "mail_fixture.h"

#include "../../lib/mail/text.h"

/* Some of the pieces in which it is decoded. */
#define CONTENT_BYTES 60000
/* A piece may end at any byte of a group or an escape. */
#define SHIFTS 5

static GString *
decoded(const char *content, size_t length, GMimeContentEncoding encoding)
{
	Part part = {
		.content = content, .length = length, .encoding = encoding};
	GString *out = g_string_new(NULL);
	size_t n = text_decode(&part, out, SIZE_MAX);
	assert_int_equal(n, out->len);
	assert_int_equal(text_decode(&part, NULL, SIZE_MAX), n);
	return out;
}

static void
assert_decoded(const char *content, GMimeContentEncoding encoding,
	       const char *want, size_t length)
{
	GString *got = decoded(content, strlen(content), encoding);
	assert_int_equal(got->len, length);
	assert_memory_equal(got->str, want, length);
	g_string_free(got, TRUE);
}

static void
base64_in_pieces_is_the_whole(void **state)
{
	(void)state;
	GString *bytes = g_string_new(NULL);
	for (unsigned i = 0; i < CONTENT_BYTES; i++)
		g_string_append_c(bytes, (char)(i * i % 251));
	g_autofree char *base64 =
		g_base64_encode((const guchar *)bytes->str, bytes->len);
	for (int shift = 0; shift < SHIFTS; shift++) {
		g_autofree char *content =
			g_strdup_printf("%*s%s", shift, "", base64);
		assert_decoded(content, GMIME_CONTENT_ENCODING_BASE64,
			       bytes->str, bytes->len);
	}
	g_string_free(bytes, TRUE);
}

static void
quoted_printable_in_pieces_is_the_whole(void **state)
{
	(void)state;
	for (int shift = 0; shift < SHIFTS; shift++) {
		GString *content = g_string_new(NULL);
		GString *want = g_string_new(NULL);
		g_string_append_printf(content, "%.*s", shift, "xxxxx");
		g_string_append_printf(want, "%.*s", shift, "xxxxx");
		while (content->len < CONTENT_BYTES) {
			g_string_append(content, "=C3=A9= \r\nx");
			g_string_append(want, "\xc3\xa9x");
		}
		assert_decoded(content->str,
			       GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
			       want->str, want->len);
		g_string_free(content, TRUE);
		g_string_free(want, TRUE);
	}
}

static void
every_beginning_is_decoded(void **state)
{
	(void)state;
	static const char content[] =
		"begin 644 a\r\n#8V%F\r\n`\r\nend\r\n=C3=A9= \r\nY2Fmw6k=\r\n";
	static const GMimeContentEncoding encodings[] = {
		GMIME_CONTENT_ENCODING_DEFAULT,
		GMIME_CONTENT_ENCODING_BASE64,
		GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
		GMIME_CONTENT_ENCODING_UUENCODE,
	};
	for (size_t i = 0; i < G_N_ELEMENTS(encodings); i++) {
		for (size_t n = 0; n < sizeof(content); n++) {
			g_autofree char *cut = g_strndup(content, n);
			GString *out = decoded(cut, n, encodings[i]);
			assert_true(out->len <= n + 2);
			g_string_free(out, TRUE);
		}
	}
}

static void
every_beginning_flows(void **state)
{
	(void)state;
	static const char text[] = "> a \n> b\n>> c \n x \ny\n-- \nJan \n";
	for (size_t n = 0; n < sizeof(text); n++) {
		g_autofree char *cut = g_strndup(text, n);
		g_autofree char *plain = text_unflow(cut, false);
		g_autofree char *tight = text_unflow(cut, true);
		assert_true(strlen(tight) <= strlen(plain));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_in_pieces_is_the_whole),
		cmocka_unit_test(quoted_printable_in_pieces_is_the_whole),
		cmocka_unit_test(every_beginning_is_decoded),
		cmocka_unit_test(every_beginning_flows),
	};
	return cmocka_run_group_tests_name("text", tests, make_reader,
					   free_reader);
}
