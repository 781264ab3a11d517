/* part: the tree of a mail's parts, and the limits of it. */
#include "mail_fixture.h"

#include "../../lib/mail/part.h"

/* Processor time, not time on the wall: other programs do not matter. What is
 * not linear takes far longer. */
#define CPU_S_MAX 60

#define MIXED(B) "Content-Type: multipart/mixed; boundary=" B "\r\n\r\n"

/* The tree as text: types, contents in quotes, children in parentheses. */
static void
describe(GString *out, const Part *part)
{
	g_string_append(out, part->type);
	if (!part->children) {
		g_string_append_printf(out, " \"%.*s\"", (int)part->length,
				       part->content);
		return;
	}
	for (guint i = 0; i < part->children->len; i++) {
		g_string_append(out, i > 0 ? ", " : " (");
		describe(out, part->children->pdata[i]);
	}
	g_string_append_c(out, ')');
}

/* The header of mail goes up to its first empty line. */
static void
read_tree(PartTree *tree, const char *mail, size_t length)
{
	const char *empty = g_strstr_len(mail, (gssize)length, "\r\n\r\n");
	const char *body = empty ? empty + 4 : mail + length;
	part_tree_read(tree, NULL, mail, body, mail + length);
}

static void
follows_the_boundaries(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *mail;
		const char *want;
	} cases[] = {
		{"no header field at all", "A: b\r\n\r\nx\r\n",
		 "text/plain \"x\r\n\""},
		{"two parts",
		 MIXED("b") "--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n--b--",
		 "multipart/mixed (text/plain \"x\", text/plain \"y\")"},
		{"bare line feeds", MIXED("b") "--b\n\nx\n--b\n\ny\n--b--\n",
		 "multipart/mixed (text/plain \"x\", text/plain \"y\")"},
		{"an empty line before the boundary is content",
		 MIXED("b") "--b\r\n\r\nx\r\n\r\n--b--",
		 "multipart/mixed (text/plain \"x\r\n\")"},
		{"a part without header and content", MIXED("b") "--b\r\n--b--",
		 "multipart/mixed (text/plain \"\")"},
		{"a header without content",
		 MIXED("b") "--b\r\nContent-Type: a/b\r\n--b--",
		 "multipart/mixed (a/b \"\")"},
		{"quoted and folded",
		 "Content-Type: MULTIPART/Mixed;\r\n\tboundary=\"b c\"\r\n\r\n"
		 "--b c\r\n\r\nx\r\n--b c--",
		 "multipart/mixed (text/plain \"x\")"},
		{"one in the other",
		 MIXED("a") "--a\r\n" MIXED("b") "--b\r\n\r\nx\r\n--b--\r\n"
						 "--a\r\n\r\ny\r\n--a--",
		 "multipart/mixed (multipart/mixed (text/plain \"x\"), "
		 "text/plain \"y\")"},
		{"the outer boundary ends the inner one",
		 MIXED("a") "--a\r\n" MIXED("b") "--b\r\n\r\nx\r\n"
						 "--a\r\n\r\ny\r\n--a--",
		 "multipart/mixed (multipart/mixed (text/plain \"x\"), "
		 "text/plain \"y\")"},
		{"a boundary that begins like the other",
		 MIXED("a") "--a\r\n" MIXED("ab") "--ab\r\n\r\nx\r\n--ab--\r\n"
						  "--a\r\n\r\ny\r\n--a--",
		 "multipart/mixed (multipart/mixed (text/plain \"x\"), "
		 "text/plain \"y\")"},
		{"what follows the end is nothing",
		 MIXED("b") "--b\r\n\r\nx\r\n--b--\r\nmore\r\n--b\r\n\r\ny",
		 "multipart/mixed (text/plain \"x\")"},
		{"the end is missing", MIXED("b") "--b\r\n\r\nx\r\n",
		 "multipart/mixed (text/plain \"x\r\n\")"},
		{"no part at all", MIXED("b") "just words",
		 "multipart/mixed \"just words\""},
		{"no boundary is named",
		 "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx",
		 "multipart/mixed \"--b\r\n\r\nx\""},
		{"a digest holds mails",
		 "Content-Type: multipart/digest; boundary=b\r\n\r\n"
		 "--b\r\n\r\nSubject: x\r\n\r\ny\r\n--b--",
		 "multipart/digest (message/rfc822 \"Subject: x\r\n\r\ny\")"},
		{"a mail in a mail stays closed",
		 MIXED("b") "--b\r\nContent-Type: message/rfc822\r\n\r\n" MIXED(
			 "c") "--c\r\n\r\nx\r\n--c--\r\n--b--",
		 "multipart/mixed (message/rfc822 \"" MIXED(
			 "c") "--c\r\n\r\nx\r\n--c--\")"},
		{"the first of two types counts",
		 "Content-Type: a/b\r\nContent-Type: c/d\r\n\r\nx",
		 "a/b \"x\""},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(PartTree) tree = {.root = NULL};
		g_autoptr(GString) got = g_string_new(NULL);
		read_tree(&tree, cases[i].mail, strlen(cases[i].mail));
		describe(got, tree.root);
		assert_null(tree.limit);
		if (strcmp(got->str, cases[i].want) != 0)
			fail_msg("%s: %s is not %s", cases[i].name, got->str,
				 cases[i].want);
	}
}

static void
every_beginning_is_a_tree(void **state)
{
	(void)state;
	static const char mail[] = MIXED("a") "--a\r\n" MIXED(
		"b") "--b\r\nContent-Type: text/html"
		     "; charset=utf-8\r\nContent-Transfer-Encoding: "
		     "base64\r\n\r\n"
		     "eA==\r\n--b--\r\n--a\r\n\r\ny\r\n--a--\r\n";
	for (size_t n = 0; n < sizeof(mail); n++) {
		g_auto(PartTree) tree = {.root = NULL};
		g_autoptr(GString) got = g_string_new(NULL);
		read_tree(&tree, mail, n);
		describe(got, tree.root);
		assert_true(got->len > 0);
	}
}

/* Builds a mail of at least 2 MB: a beginning, and the same again. */
static GString *
hostile(const char *start, const char *again)
{
	GString *mail = g_string_new(start);
	size_t length = strlen(again);
	while (mail->len < 2000000)
		g_string_append_len(mail, again, (gssize)length);
	return mail;
}

static void
limits_end_the_tree(void **state)
{
	GString *deep = g_string_new(NULL);
	for (int i = 0; i < MAIL_DEPTH_MAX + 5; i++)
		g_string_append_printf(
			deep,
			"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n"
			"--b%d\r\n",
			i, i);
	const struct {
		const char *start;
		const char *again;
		const char *limit;
	} cases[] = {
		{MIXED("b"), "--b\r\n\r\nx\r\n", "too many parts"},
		{MIXED("b"), "--b\r\nA: b\r\nC: d\r\n", "too many parts"},
		{MIXED("b") "--b\r\n\r\n", "--x\r\n",
		 "too many lines that look like boundaries"},
		{MIXED("b") "--b\r\n", "A: b\r\n",
		 "too many header fields in its parts"},
		{deep->str, "x\r\n", "parts nested too deeply"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GString *text = hostile(cases[i].start, cases[i].again);
		clock_t start = clock();
		g_autoptr(Mail) mail = read_bytes(state, text->str, text->len);
		/* GMime's parser took up to 5 s and a gigabyte */
		assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
		assert_true(has_warning(mail, cases[i].limit));
		const MailAttachment *rest =
			mail->attachments->pdata[mail->attachments->len - 1];
		assert_string_equal(rest->type, "application/octet-stream");
		assert_true(rest->size_bytes > 0);
		g_string_free(text, TRUE);
	}
	g_string_free(deep, TRUE);
}

static void
what_was_read_before_a_limit_is_kept(void **state)
{
	GString *text = g_string_new(MIXED("b") "--b\r\n\r\nHello\r\n");
	for (int i = 0; i < MAIL_PARTS_MAX; i++)
		g_string_append(text, "--b\r\nContent-Type: a/b\r\n\r\nx\r\n");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_string_equal(mail->text, "Hello");
	/* the multipart and the letter are parts, too; the rest is one */
	assert_int_equal(mail->attachments->len, MAIL_PARTS_MAX - 2 + 1);
	g_string_free(text, TRUE);
}

static void
headers_past_the_limit_are_not_read(void **state)
{
	GString *text = g_string_new("Subject: x\r\n");
	for (int i = 0; i < MAIL_HEADERS_MAX; i++)
		g_string_append(text, "A: b\r\n");
	g_string_append(text, "To: a@b.example\r\n\r\nbody");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_int_equal(mail->headers->len, MAIL_HEADERS_MAX);
	assert_string_equal(mail->subject, "x");
	assert_int_equal(mail->to->len, 0);
	assert_string_equal(mail->text, "");
	assert_int_equal(mail->body_offset, text->len - strlen("body"));
	assert_true(has_warning(mail, "too many header fields"));
	const MailAttachment *rest = mail->attachments->pdata[0];
	/* two fields, the empty line, the body */
	assert_int_equal(rest->size_bytes, strlen("A: b\r\n"
						  "To: a@b.example\r\n"
						  "\r\nbody"));
	g_string_free(text, TRUE);
}

static void
headers_of_many_bytes_are_not_read(void **state)
{
	GString *text = hostile("Subject: x\r\nA: ", "yyyyyyyyyyyyyyyy");
	g_string_append(text, "\r\n\r\nbody");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_int_equal(mail->headers->len, 1);
	assert_true(has_warning(mail, "too many header fields"));
	g_string_free(text, TRUE);
}

static void
a_field_past_the_limit_is_read_to_it(void **state)
{
	GString *text = g_string_new("Content-Type: text/html");
	while (text->len < 2 * PART_FIELD_BYTES_MAX)
		g_string_append(text, "; a=b");
	g_string_append(text, "\r\n\r\n<p>x");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_string_equal(mail->text, "x");
	assert_true(has_warning(mail, "of a Content- field are read"));
	g_string_free(text, TRUE);
}

static void
text_past_the_limit_is_not_read(void **state)
{
	GString *text =
		hostile("Content-Type: text/plain; charset=utf-8\r\n\r\n",
			"\xc3\xa9\xc3\xa9x");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_true(strlen(mail->text) <= MAIL_TEXT_BYTES_MAX);
	assert_true(strlen(mail->text) > MAIL_TEXT_BYTES_MAX - 8);
	assert_true(g_utf8_validate(mail->text, -1, NULL));
	assert_true(has_warning(mail, "first 1048576 bytes"));
	assert_false(has_warning(mail, "charset"));
	g_string_free(text, TRUE);
}

static GString *
long_from(const char *again)
{
	GString *text = g_string_new("From: ");
	while (text->len < MAIL_HEADER_BYTES_MAX - 100)
		g_string_append(text, again);
	return g_string_append(text, "\r\n\r\nx");
}

static void
addresses_past_the_limit_are_not_read(void **state)
{
	GString *text = long_from("a@b.example, ");
	g_autoptr(Mail) mail = read_text(state, text->str);
	assert_int_equal(mail->from->len, MAIL_ADDRESSES_MAX);
	assert_true(has_warning(mail, "only the first addresses of From"));
	g_string_free(text, TRUE);
}

/* Groups in groups ended GMime's stack. */
static void
hostile_addresses_are_survived(void **state)
{
	static const char *const parts[] = {"a:", "(",	"<",  "\"", ",", "a,b",
					    "a ", "@,", "a.", "a;", "=?"};
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		GString *text = long_from(parts[i]);
		clock_t start = clock();
		g_autoptr(Mail) mail = read_text(state, text->str);
		assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
		assert_true(mail->from->len <= MAIL_ADDRESSES_MAX);
		assert_string_equal(mail->text, "x");
		g_string_free(text, TRUE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_boundaries),
		cmocka_unit_test(every_beginning_is_a_tree),
		cmocka_unit_test(limits_end_the_tree),
		cmocka_unit_test(what_was_read_before_a_limit_is_kept),
		cmocka_unit_test(headers_past_the_limit_are_not_read),
		cmocka_unit_test(headers_of_many_bytes_are_not_read),
		cmocka_unit_test(a_field_past_the_limit_is_read_to_it),
		cmocka_unit_test(text_past_the_limit_is_not_read),
		cmocka_unit_test(addresses_past_the_limit_are_not_read),
		cmocka_unit_test(hostile_addresses_are_survived),
	};
	return cmocka_run_group_tests_name("part", tests, make_reader,
					   free_reader);
}
