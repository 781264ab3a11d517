/* tag: tags in a subject, and taking them out of it. */
#include <loket/number.h>

#include "fuzz.h"

static const TagReader *
shared_reader(void)
{
	static TagReader *reader;
	if (!reader)
		reader = tag_reader_new();
	return reader;
}

static bool
is_always(const Tag *tag, void *data)
{
	(void)tag, (void)data;
	return true;
}

static bool
is_never(const Tag *tag, void *data)
{
	(void)tag, (void)data;
	return false;
}

static void
assert_tags(const char *subject)
{
	g_autoptr(GPtrArray) tags = tags_find(shared_reader(), subject);
	g_assert_cmpuint(tags->len, <=, TAGS_MAX);
	for (guint i = 0; i < tags->len; i++) {
		const Tag *tag = tags->pdata[i];
		fuzz_assert_utf8(tag->name);
		g_assert_cmpuint(strlen(tag->number), ==, NUMBER_DIGITS);
		g_assert_true(tag->is_valid == number_is_valid(tag->number));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *raw = fuzz_text(data, size);
	g_autofree char *subject = g_utf8_make_valid(raw, -1);
	g_autofree char *without =
		tags_remove(shared_reader(), raw, is_always, NULL);
	g_autofree char *with =
		tags_remove(shared_reader(), raw, is_never, NULL);
	g_autoptr(GPtrArray) tags = tags_find(shared_reader(), raw);
	assert_tags(subject);
	g_assert_cmpuint(strlen(without), <=, strlen(raw));
	if (tags->len < TAGS_MAX)
		g_assert_cmpstr(with, ==, raw);
	return 0;
}
