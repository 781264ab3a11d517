/* part: the tree of a mail's parts, each within the body. */
#include "../../lib/mail/part.h"
#include "../../lib/mail/scan.h"
#include "fuzz.h"

static GMimeParserOptions *
shared_options(void)
{
	static GMimeParserOptions *options;
	if (!options) {
		(void)fuzz_reader();
		options = g_mime_parser_options_new();
	}
	return options;
}

static size_t
assert_part(const Part *part, const char *body, const char *end)
{
	size_t count = 1;
	fuzz_assert_utf8(part->type);
	g_assert_true(part->content >= body &&
		      part->content + part->length <= end);
	g_assert_true(!part->children || part->children->len > 0);
	for (guint i = 0; part->children && i < part->children->len; i++)
		count += assert_part(part->children->pdata[i], body, end);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *header = size > 0 ? (const char *)data : "";
	const char *end = header + size;
	const char *body = header;
	FieldSpan field;
	while (scan_field(&body, end, &field))
		continue;
	g_auto(PartTree) tree = {.root = NULL};
	part_tree_read(&tree, shared_options(), header, body, end);
	g_assert_cmpuint(tree.length, <=, (size_t)(end - body));
	g_assert_cmpuint(assert_part(tree.root, body, end), <=, MAIL_PARTS_MAX);
	return 0;
}
