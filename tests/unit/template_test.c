#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib/gstdio.h>
#include <loket/error.h>
#include <loket/template.h>
#include <stdbool.h>
#include <string.h>

static const TemplateValues VALUES = {
	.number = "2600042179",
	.tag = "[ACME #2600042179]",
	.desk = "Acme Service",
	.address = "support@acme.example",
	.due = "Tuesday 24 November at 17:30",
	.working_target = "1 working day",
};

/* name is "LANG/FILE". */
static void
site_add_bytes(const char *dir, const char *name, const char *bytes,
	       gssize length)
{
	g_autofree char *file = g_build_filename(dir, "templates", name, NULL);
	g_autofree char *parent = g_path_get_dirname(file);
	assert_return_code(g_mkdir_with_parents(parent, 0700), 0);
	assert_true(g_file_set_contents(file, bytes, length, NULL));
}

static void
site_add(const char *dir, const char *name, const char *text)
{
	site_add_bytes(dir, name, text, -1);
}

/* A new data directory whose templates lack the acknowledgement. */
static char *
site_new(void)
{
	char *dir = g_dir_make_tmp("template-test-XXXXXX", NULL);
	assert_non_null(dir);
	for (enum TemplateKind kind = 0; kind < TEMPLATE_KINDS; kind++) {
		g_autofree char *name =
			g_strdup_printf("en/%s.txt", template_kind_name(kind));
		if (kind != TEMPLATE_ACK)
			site_add(dir, name, "Subject: x\n\nx\n");
	}
	return dir;
}

static void
remove_tree(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	for (const char *name; dir && (name = g_dir_read_name(dir));) {
		g_autofree char *entry = g_build_filename(path, name, NULL);
		remove_tree(entry);
	}
	if (dir)
		g_dir_close(dir);
	assert_return_code(g_remove(path), 0);
}

static void
site_free(char *dir)
{
	remove_tree(dir);
	g_free(dir);
}

/* The templates of a site whose only text is this English one. */
static Templates *
load_text(const char *text)
{
	char *site = site_new();
	site_add(site, "en/ack.txt", text);
	g_autoptr(GError) error = NULL;
	Templates *templates = templates_load(site, NULL, &error);
	assert_null(error);
	assert_non_null(templates);
	site_free(site);
	return templates;
}

static char *
fill_text(const char *text, const TemplateValues *values)
{
	g_autofree char *file = g_strconcat("Subject: x\n\n", text, NULL);
	g_autoptr(Templates) templates = load_text(file);
	return template_text(
		templates_find(templates, TEMPLATE_ACK, "en", NULL), values);
}

static void
assert_filled(const char *text, const TemplateValues *values, const char *want)
{
	g_autofree char *got = fill_text(text, values);
	assert_string_equal(got, want);
}

static void
fills_in_every_field(void **state)
{
	(void)state;
	assert_filled("{number} {tag} {desk} {address}\n{due}\n", &VALUES,
		      "2600042179 [ACME #2600042179] Acme Service "
		      "support@acme.example\n"
		      "Tuesday 24 November at 17:30\n");
	assert_filled("{number}{number}, (}{desk})", &VALUES,
		      "26000421792600042179, (}Acme Service)\n");
}

static void
fills_in_the_subject(void **state)
{
	(void)state;
	g_autoptr(Templates) templates =
		load_text("Subject: {tag} From {desk}  \n\nx\n");
	const Template *template =
		templates_find(templates, TEMPLATE_ACK, "en", NULL);
	g_autofree char *with_tag = template_subject(template, &VALUES);
	assert_string_equal(with_tag, "[ACME #2600042179] From Acme Service");
	TemplateValues values = VALUES;
	values.tag = "";
	g_autofree char *without_tag = template_subject(template, &values);
	assert_string_equal(without_tag, "From Acme Service");
}

static void
leaves_out_paragraphs_without_a_value(void **state)
{
	(void)state;
	static const char text[] = "First.\n"
				   "\n"
				   "Answer by\n"
				   "{due}.\n"
				   "\n"
				   "{address}\n"
				   "\n"
				   "Last.\n";
	TemplateValues values = VALUES;
	values.due = NULL;
	assert_filled(text, &values,
		      "First.\n\nsupport@acme.example\n\nLast.\n");
	values.address = "";
	assert_filled(text, &values, "First.\n\nLast.\n");
	assert_filled("{due}\n", &values, "");
}

static void
parts_paragraphs_by_one_empty_line(void **state)
{
	(void)state;
	assert_filled("\n\n\na\n\n\n\n\nb\nc\n\n\n", &VALUES, "a\n\nb\nc\n");
	assert_filled("a\r\n\r\nb\t \r\n", &VALUES, "a\n\nb\n");
	assert_filled("a\n \nb", &VALUES, "a\n\nb\n");
}

static void
wraps_lines_at_72_columns(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		/* seven times "123456789 " and "12" are 72 */
		{"123456789 123456789 123456789 123456789 123456789 "
		 "123456789 123456789 12 3\n",
		 "123456789 123456789 123456789 123456789 123456789 "
		 "123456789 123456789 12\n3\n"},
		{"123456789 123456789 123456789 123456789 123456789 "
		 "123456789 123456789 123\n",
		 "123456789 123456789 123456789 123456789 123456789 "
		 "123456789 123456789\n123\n"},
		/* columns, not bytes: letters of two bytes, then of two
		 * columns, 36 + 1 + 34 of them and too many with 1 + 2 more */
		{"ééééééééé ééééééééé ééééééééé ééééééééé ééééééééé "
		 "ééééééééé ééééééééé éé é\n",
		 "ééééééééé ééééééééé ééééééééé ééééééééé ééééééééé "
		 "ééééééééé ééééééééé éé\né\n"},
		{"日本語日本語日本語日本語日本語日本語 "
		 "日本語日本語日本語日本語日本語日本 日\n",
		 "日本語日本語日本語日本語日本語日本語 "
		 "日本語日本語日本語日本語日本語日本\n日\n"},
		/* a word of 80 stands alone */
		{"a 1234567890123456789012345678901234567890"
		 "1234567890123456789012345678901234567890 b\n",
		 "a\n1234567890123456789012345678901234567890"
		 "1234567890123456789012345678901234567890\nb\n"},
		{"  - kept as it is\n", "  - kept as it is\n"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_filled(cases[i].text, &VALUES, cases[i].want);
}

static void
wraps_what_fields_make_long(void **state)
{
	(void)state;
	assert_filled("We promise you that you will have our answer, by "
		      "{due}, from us.\n",
		      &VALUES,
		      "We promise you that you will have our answer, by "
		      "Tuesday 24 November at\n17:30, from us.\n");
}

static void
takes_values_as_they_are(void **state)
{
	(void)state;
	TemplateValues values = VALUES;
	values.desk = "{number} {x} %s";
	assert_filled("{desk}\n", &values, "{number} {x} %s\n");
	values.desk = "a\nb\r\nc\033d\377";
	assert_filled("{desk}\n", &values, "a b  c d\357\277\275\n");
}

static void
falls_back_to_the_desk_then_to_english(void **state)
{
	(void)state;
	char *site = site_new();
	site_add(site, "en/ack.txt", "Subject: english\n\nx\n");
	site_add(site, "nl/ack.txt", "Subject: nederlands\n\nx\n");
	site_add(site, "fr/ack.txt", "Subject: français\n\nx\n");
	g_autoptr(Templates) templates = templates_load(site, NULL, NULL);
	static const struct {
		const char *language, *fallback, *want;
	} cases[] = {
		{"nl", "fr", "nl"}, {"nl-BE", "fr", "nl"},
		{"NL", "fr", "nl"}, {"nl_BE", NULL, "nl"},
		{"de", "fr", "fr"}, {"de", "fr-FR", "fr"},
		{NULL, "nl", "nl"}, {"", "nl", "nl"},
		{"de", "es", "en"}, {NULL, NULL, "en"},
		{"nll", "n", "en"}, {"../nl", "", "en"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const Template *found =
			templates_find(templates, TEMPLATE_ACK,
				       cases[i].language, cases[i].fallback);
		assert_string_equal(template_language(found), cases[i].want);
	}
	const Template *dutch =
		templates_find(templates, TEMPLATE_ACK, "nl", NULL);
	g_autofree char *subject = template_subject(dutch, &VALUES);
	assert_string_equal(subject, "nederlands");
	site_free(site);
}

static void
assert_refused(const char *site, const char *want_end)
{
	g_autoptr(GError) error = NULL;
	Templates *templates = templates_load(site, NULL, &error);
	assert_null(templates);
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
	if (!strstr(error->message, want_end))
		fail_msg("\"%s\" has no \"%s\"", error->message, want_end);
}

static void
names_file_and_line_of_a_fault(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"Subject: x\n\na\nb {dsek}\n",
		 "/nl/ack.txt:4: unknown field \"{dsek}\""},
		{"Subject: {x}\n\na\n", "/nl/ack.txt:1: unknown field \"{x}\""},
		{"Subject: x\n\n{}\n", "/nl/ack.txt:3: unknown field \"{}\""},
		{"Subject: x\n\n{desk} {desk\n",
		 "/nl/ack.txt:3: unknown field \"{desk\""},
		{"Subject: x\n\n{Desk}\n", "/nl/ack.txt:3: unknown field"},
		{"Subject: x\n\n{desk }\n", "/nl/ack.txt:3: unknown field"},
		{"Subject: x\n\n{{desk}}\n", "/nl/ack.txt:3: unknown field"},
		{"", "/nl/ack.txt:1: "},
		{"Hello\n\nx\n", "/nl/ack.txt:1: "},
		{"Subject:\n\nx\n", "/nl/ack.txt:1: "},
		{"Subject: \n\nx\n", "/nl/ack.txt:1: "},
		{"\nSubject: x\n\nx\n", "/nl/ack.txt:1: "},
		{"Subject: x\nx\n", "/nl/ack.txt:2: "},
		{"Subject: x", "/nl/ack.txt:2: "},
		{"Subject: x\n\n", "/nl/ack.txt:3: no text"},
		{"Subject: x\n\n\n \n", "/nl/ack.txt:3: no text"},
		{"Subject: x\n\na\nb\377\n", "/nl/ack.txt:4: not UTF-8"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *site = site_new();
		site_add(site, "en/ack.txt", "Subject: x\n\nx\n");
		site_add(site, "nl/ack.txt", cases[i].text);
		assert_refused(site, cases[i].want);
		site_free(site);
	}
}

static void
refuses_bytes_that_are_no_text(void **state)
{
	(void)state;
	char *site = site_new();
	static const char with_nul[] = "Subject: x\n\na\0b\n";
	site_add_bytes(site, "en/ack.txt", with_nul, sizeof(with_nul) - 1);
	assert_refused(site, "/en/ack.txt:3: not UTF-8");
	g_autofree char *long_text = g_strnfill(65536, 'a');
	g_autofree char *too_long =
		g_strconcat("Subject: x\n\n", long_text, NULL);
	site_add(site, "en/ack.txt", too_long);
	assert_refused(site, "/en/ack.txt:1: longer than 64 kB");
	site_free(site);
}

static void
needs_english(void **state)
{
	(void)state;
	char *site = site_new();
	assert_refused(site, "/templates/en/ack.txt: missing");
	site_add(site, "nl/ack.txt", "Subject: x\n\nx\n");
	assert_refused(site, "/templates/en/ack.txt: missing");
	site_free(site);
	assert_refused("/nonexistent", "/nonexistent/templates");
}

static void
tells_a_wrong_file_from_one_of_an_editor(void **state)
{
	(void)state;
	char *site = site_new();
	site_add(site, "en/ack.txt", "Subject: x\n\nx\n");
	site_add(site, "en/ack.txt~", "{");
	site_add(site, "en/.ack.txt", "{");
	site_add(site, "en/ack.txt.dpkg-dist", "{");
	site_add(site, ".git/ack.txt", "{");
	site_add(site, "README", "{");
	g_autoptr(Templates) templates = templates_load(site, NULL, NULL);
	assert_non_null(templates);
	site_add(site, "en/akc.txt", "Subject: x\n\nx\n");
	assert_refused(site, "/en/akc.txt:1: ");
	site_free(site);
}

static void
puts_parts_in_their_place(void **state)
{
	(void)state;
	char *site = site_new();
	site_add(site, "en/ack.txt",
		 "Subject: x\n\na\n\n{include end}\n\nb {due}\n");
	site_add(site, "en/end.part.txt", "c {desk}\n{include deeper}\n");
	site_add(site, "en/deeper.part.txt", "{number}\n");
	g_autoptr(GError) error = NULL;
	g_autoptr(Templates) templates = templates_load(site, NULL, &error);
	assert_null(error);
	g_autofree char *text = template_text(
		templates_find(templates, TEMPLATE_ACK, "en", NULL), &VALUES);
	assert_string_equal(text, "a\n\nc Acme Service\n2600042179\n\n"
				  "b Tuesday 24 November at 17:30\n");
	site_free(site);
}

static void
refuses_parts_that_are_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *ack, *part, *other, *want;
	} cases[] = {
		{"{include no}", "x", "x",
		 "/en/ack.txt:3: there is no part \"no\""},
		{"{include part}", "{include part}", "x",
		 "/en/part.part.txt:1: part \"part\" includes itself"},
		{"{include part}", "\n{include other}", "{include part}",
		 "/en/other.part.txt:1: part \"part\" includes itself"},
		{"{include part}", "x\n{dsek}", "x",
		 "/en/part.part.txt:2: unknown field \"{dsek}\""},
		{"a {include part}", "x", "x",
		 "/en/ack.txt:3: unknown field \"{include part}\""},
		{"{include ../part}", "x", "x",
		 "/en/ack.txt:3: unknown field \"{include ../part}\""},
		{"{include part", "x", "x", "/en/ack.txt:3: unknown field"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *site = site_new();
		g_autofree char *ack =
			g_strconcat("Subject: x\n\n", cases[i].ack, "\n", NULL);
		site_add(site, "en/ack.txt", ack);
		site_add(site, "en/part.part.txt", cases[i].part);
		site_add(site, "en/other.part.txt", cases[i].other);
		assert_refused(site, cases[i].want);
		site_free(site);
	}
}

/* A file a level, each with the next one ten times: 10^n lines in all. */
static void
ends_parts_that_grow_without_measure(void **state)
{
	(void)state;
	char *site = site_new();
	site_add(site, "en/ack.txt", "Subject: x\n\n{include p0}\n");
	for (int level = 0; level < 20; level++) {
		g_autofree char *name =
			g_strdup_printf("en/p%d.part.txt", level);
		g_autofree char *line =
			g_strdup_printf("{include p%d}\n", level + 1);
		GString *lines = g_string_new("some words\n");
		for (int i = 0; i < 10; i++)
			g_string_append(lines, line);
		g_autofree char *text = g_string_free(lines, FALSE);
		site_add(site, name, text);
	}
	assert_refused(site, "parts are nested too deep");
	site_add(site, "en/p3.part.txt", "some more words\n");
	assert_refused(site, "too many parts");
	g_autofree char *long_line = g_strnfill(60000, 'x');
	site_add(site, "en/p1.part.txt", long_line);
	assert_refused(site, "longer than 256 kB with its parts");
	site_free(site);
}

static void
takes_the_texts_of_the_site_first(void **state)
{
	(void)state;
	char *site = site_new();
	char *own = g_dir_make_tmp("template-own-XXXXXX", NULL);
	g_autofree char *dutch = g_build_filename(own, "nl", NULL);
	g_autofree char *file = g_build_filename(dutch, "ack.txt", NULL);
	g_autofree char *english = g_build_filename(own, "en", NULL);
	g_autofree char *part = g_build_filename(english, "end.part.txt", NULL);
	site_add(site, "en/ack.txt", "Subject: en\n\n{include end}\n");
	site_add(site, "en/end.part.txt", "shipped\n");
	site_add(site, "nl/ack.txt", "Subject: nl\n\nx\n");
	assert_return_code(g_mkdir(dutch, 0700), 0);
	assert_return_code(g_mkdir(english, 0700), 0);
	assert_true(g_file_set_contents(file, "Subject: eigen\n\n{desk}\n", -1,
					NULL));
	assert_true(g_file_set_contents(part, "our own\n", -1, NULL));
	g_autoptr(GError) error = NULL;
	g_autoptr(Templates) templates = templates_load(site, own, &error);
	assert_null(error);
	g_autofree char *subject = template_subject(
		templates_find(templates, TEMPLATE_ACK, "nl", NULL), &VALUES);
	g_autofree char *text = template_text(
		templates_find(templates, TEMPLATE_ACK, "en", NULL), &VALUES);
	assert_string_equal(subject, "eigen");
	assert_string_equal(text, "our own\n");
	g_autoptr(Templates) none =
		templates_load(site, "/nonexistent", &error);
	assert_null(none);
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
	site_free(own);
	site_free(site);
}

static void
fills_in_html_with_escaped_values(void **state)
{
	(void)state;
	char *site = site_new();
	TemplateValues values = VALUES;
	values.desk = "<b>\"A&B\"</b>";
	values.due = NULL;
	site_add(site, "en/ack.txt", "Subject: x\n\nx\n");
	site_add(site, "en/ack.html",
		 "<p title=\"{desk}\">{desk}</p>\n\n<p>{due}</p>\n\n"
		 "{include end}\n");
	site_add(site, "en/end.part.html", "<p>{number}</p>\n");
	g_autoptr(GError) error = NULL;
	g_autoptr(Templates) templates = templates_load(site, NULL, &error);
	assert_null(error);
	g_autofree char *html = template_html(
		templates_find(templates, TEMPLATE_ACK, "en", NULL), &values);
	assert_string_equal(html,
			    "<p title=\"&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;"
			    "\">&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;</p>\n\n"
			    "<p>2600042179</p>\n");
	assert_null(template_html(
		templates_find(templates, TEMPLATE_CLOSING, "en", NULL),
		&values));
	site_add(site, "nl/ack.html", "<p>x</p>\n");
	assert_refused(site, "/nl/ack.html:1: there is no text of it");
	site_free(site);
}

static void
takes_no_other_header_field(void **state)
{
	(void)state;
	char *site = site_new();
	site_add(site, "en/ack.txt", "Subject: x\nReply-To: {who}\n\nx\n");
	assert_refused(site, "/en/ack.txt:2: the line after Subject is not "
			     "empty: it is the only header field");
	site_free(site);
}

static void
keeps_hostile_values_on_their_line(void **state)
{
	(void)state;
	TemplateValues values = VALUES;
	values.desk = "a\xe2\x80\xae"
		      "b\xe2\x81\xa6"
		      "c\xe2\x80\x8f"
		      "d\xe2\x80\xa8"
		      "e\xd8\x9c"
		      "f\x7fg\xc2\x85h";
	assert_filled("{desk}\n", &values, "abcd ef g h\n");
	g_autofree char *long_value = g_strnfill(10240, 'x');
	values.desk = long_value;
	g_autofree char *got = fill_text("{desk}\n", &values);
	assert_int_equal(g_utf8_strlen(got, -1), 4000 + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_every_field),
		cmocka_unit_test(fills_in_the_subject),
		cmocka_unit_test(leaves_out_paragraphs_without_a_value),
		cmocka_unit_test(parts_paragraphs_by_one_empty_line),
		cmocka_unit_test(wraps_lines_at_72_columns),
		cmocka_unit_test(wraps_what_fields_make_long),
		cmocka_unit_test(takes_values_as_they_are),
		cmocka_unit_test(falls_back_to_the_desk_then_to_english),
		cmocka_unit_test(puts_parts_in_their_place),
		cmocka_unit_test(refuses_parts_that_are_wrong),
		cmocka_unit_test(ends_parts_that_grow_without_measure),
		cmocka_unit_test(takes_the_texts_of_the_site_first),
		cmocka_unit_test(fills_in_html_with_escaped_values),
		cmocka_unit_test(takes_no_other_header_field),
		cmocka_unit_test(keeps_hostile_values_on_their_line),
		cmocka_unit_test(names_file_and_line_of_a_fault),
		cmocka_unit_test(refuses_bytes_that_are_no_text),
		cmocka_unit_test(needs_english),
		cmocka_unit_test(tells_a_wrong_file_from_one_of_an_editor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
