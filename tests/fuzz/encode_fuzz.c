/* encode: a header field that we write is read by others as it was meant. */
#include <loket/header.h>

#include "../../lib/mail/header.h"
#include "fuzz.h"

/* No line but the first may begin like a field, none may be too long. */
static void
assert_one_field(const char *field)
{
	g_auto(GStrv) lines = g_strsplit(field, "\r\n", -1);
	guint count = g_strv_length(lines);
	g_assert_true(count >= 2 && !*lines[count - 1]);
	for (guint i = 0; i + 1 < count; i++) {
		g_assert_true(i == 0 || *lines[i] == ' ');
		g_assert_cmpuint(strlen(lines[i]), <=, 998);
		g_assert_null(strpbrk(lines[i], "\r\n"));
	}
}

/* What remains of a text on one line: words, one space between them. */
static char *
words_of(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *words = g_string_new(NULL);
	for (const char *p = valid; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		bool is_gap = c == ' ' || g_unichar_iscntrl(c) || c == 0x2028 ||
			      c == 0x2029;
		if (!is_gap)
			g_string_append_unichar(words, c);
		else if (words->len > 0 && words->str[words->len - 1] != ' ')
			g_string_append_c(words, ' ');
	}
	return g_strchomp(g_string_free(words, FALSE));
}

static void
assert_read_back(const char *text)
{
	static GMimeParserOptions *options;
	if (!options) {
		(void)fuzz_reader();
		options = g_mime_parser_options_new();
	}
	g_autofree char *field = header_encode("Subject", text);
	g_autofree char *read = header_text(options, field);
	g_autofree char *meant = words_of(text);
	g_assert_cmpstr(read, ==, meant);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = fuzz_text(data, size);
	g_autoptr(GString) subject = g_string_new(NULL);
	g_autoptr(GString) mailbox = g_string_new(NULL);
	g_autoptr(GString) plain = g_string_new(NULL);
	header_add_text(subject, "Subject", text);
	header_add_mailbox(mailbox, "From", text, text);
	header_add_plain(plain, "Loket-Loop", text);
	assert_one_field(subject->str);
	assert_one_field(mailbox->str);
	assert_one_field(plain->str);
	assert_read_back(text);
	return 0;
}
