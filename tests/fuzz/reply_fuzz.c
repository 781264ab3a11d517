/* reply: the lines that the sender wrote now are lines of the text. */
#include "../../lib/mail/reply.h"
#include "fuzz.h"

static const ReplyPatterns *
shared_patterns(void)
{
	static ReplyPatterns *patterns;
	if (!patterns)
		patterns = reply_patterns_new(NULL);
	g_assert_nonnull(patterns);
	return patterns;
}

/* Whether the lines of part are lines of whole, in the same order. */
static bool
has_lines(const char *whole, const char *part)
{
	g_auto(GStrv) wanted = g_strsplit(part, "\n", -1);
	g_auto(GStrv) lines = g_strsplit(whole, "\n", -1);
	size_t found = 0;
	for (size_t i = 0; lines[i] && wanted[found]; i++) {
		g_strchomp(lines[i]);
		g_strchomp(wanted[found]);
		found += strcmp(lines[i], wanted[found]) == 0;
	}
	return !wanted[found];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *bytes = fuzz_text(data, size);
	g_autofree char *text = g_utf8_make_valid(bytes, -1);
	g_autofree char *new_text = reply_new_text(shared_patterns(), text);
	fuzz_assert_utf8(new_text);
	g_assert_true(has_lines(text, new_text));
	return 0;
}
