/* scan: header fields where they stand. */
#include "../../lib/mail/scan.h"
#include "fuzz.h"

static void
assert_within(const FieldSpan *field, const char *from, const char *to)
{
	g_assert_true(field->name == from && field->name_length > 0);
	g_assert_true(field->value > field->name + field->name_length);
	g_assert_true(field->value + field->value_length <= to);
	g_assert_null(memchr(field->name, ':', field->name_length));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *end = text + size;
	const char *cursor = size > 0 ? scan_mbox_line(text, end) : text;
	const char *before = cursor;
	FieldSpan field;
	g_assert_true(cursor >= text && cursor <= end);
	for (; scan_field(&cursor, end, &field); before = cursor)
		assert_within(&field, before, cursor);
	g_assert_true(cursor >= before && cursor <= end);
	return 0;
}
