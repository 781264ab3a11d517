/* html: the text that a reader sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <glib.h>

#include "../../lib/mail/html.h"

/* Processor time, not time on the wall: other programs do not matter. What is
 * not linear takes far longer. */
#define CPU_S_MAX 60

static const struct {
	const char *name;
	const char *html;
	const char *want;
} cases[] = {
	{"white space is one space", "<p>a \n\t b</p>", "a b"},
	{"a no-break space is a space", "a&nbsp;&nbsp;b", "a b"},
	{"entities are characters", "&lt;&eacute;&#8364;&gt;", "<é€>"},
	{"paragraphs have a line between", "<p>a</p><p>b</p>", "a\n\nb"},
	{"a break ends a line", "a<br>b<br/>c", "a\nb\nc"},
	{"a division is a line", "<div>a</div><div>b</div>", "a\nb"},
	{"an empty division is an empty line",
	 "<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
	{"inline elements are no lines", "<b>a</b>b <i>c</i>", "ab c"},
	{"unordered lists have dashes", "<ul><li>a</li><li>b</li></ul>",
	 "- a\n- b"},
	{"ordered lists have numbers", "<ol><li>a<li>b</ol>", "1. a\n2. b"},
	{"a list in a list goes its own way",
	 "<ol><li>a<ul><li>x</ul><li>b</ol>", "1. a\n\n- x\n\n2. b"},
	{"cells have a space between",
	 "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
	 "a b\nc"},
	{"a link keeps its target",
	 "see <a href=\"https://x.example/a\">the page</a>.",
	 "see the page <https://x.example/a>."},
	{"a link that says it is not told twice",
	 "<a href=\"https://x.example/\">x.example</a>", "x.example"},
	{"an address that says it is not told twice",
	 "<a href=\"mailto:a@b.example\">a@b.example</a>", "a@b.example"},
	{"a script target is not shown", "<a href=\"javascript:x()\">a</a>",
	 "a"},
	{"pictures give their text", "<img src=\"x\" alt=\"logo\"> a",
	 "logo a"},
	{"scripts and styles are not text",
	 "<style>p {}</style>a<script>b()</script><!-- c -->", "a"},
	{"the head is not text", "<head><title>t</title></head><body>a", "a"},
	{"what is hidden is not text",
	 "<p style=\"color:red; DISPLAY: none\">a</p><p hidden>b</p>c", "c"},
	{"preformatted text keeps its form", "<pre>a\n  b\n</pre>c",
	 "a\n  b\n\nc"},
	{"a blockquote is a quote",
	 "a<blockquote type=\"cite\">b<br>c</blockquote>d",
	 "a\n\n> b\n> c\n\nd"},
	{"a quote in a quote has two marks",
	 "<blockquote>a<blockquote>b</blockquote></blockquote>",
	 "> a\n\n> > b"},
	{"an indented block is no quote",
	 "<blockquote style=\"margin: 0 0 0 40px; border: none\">a"
	 "</blockquote>",
	 "a"},
	{"Gmail's quote is a quote",
	 "<div>a</div><div class=\"gmail_quote\">On x:<br>b</div>",
	 "a\n> On x:\n> b"},
	{"one class of several is enough",
	 "<div>a</div><div class=\"x gmail_quote y\">b</div>", "a\n> b"},
	{"a class that only looks like it is none",
	 "<div>a</div><div class=\"my_gmail_quote\">b</div>", "a\nb"},
	{"Outlook's quote goes to the end",
	 "<div>a</div><div id=\"divRplyFwdMsg\">From: x</div><div>b</div>",
	 "a\n> From: x\n> b"},
	{"so does the one below Outlook's line",
	 "<p>a</p><div><div style='border:none; border-top:solid #E1E1E1 "
	 "1.0pt; padding:3.0pt 0cm 0cm 0cm'><p>From: x</p></div></div><p>b",
	 "a\n\n> From: x\n\n> b"},
	{"and the one below the comment originalMessage",
	 "<p>a</p><!-- originalMessage --><p>b</p>", "a\n\n> b"},
	{"another comment is none", "<p>a</p><!-- Message --><p>b</p>",
	 "a\n\nb"},
	{"Gmail's attribution is of the quote",
	 "<div>a</div><div class=\"gmail_attr\">On x:</div>", "a\n> On x:"},
	{"GMX names its quote", "<div>a</div><div name=\"quote\">b</div>c",
	 "a\n> b\nc"},
	{"open elements end with the text", "<p><b>a<i>b", "ab"},
	{"an end without a begin is nothing", "a</b></div>b", "ab"},
	{"a charset it names is not heeded",
	 "<meta charset=\"iso-8859-1\">\xc3\xa9", "é"},
	{"broken markup is text where it can be", "a < b & c", "a < b & c"},
	{"nothing gives nothing", "", ""},
};

static char *
text_of(const char *html, size_t length)
{
	bool is_whole;
	return html_to_text(html, length, &is_whole);
}

static void
shows_what_a_reader_sees(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			text_of(cases[i].html, strlen(cases[i].html));
		if (strcmp(text, cases[i].want) != 0)
			fail_msg("%s: \"%s\" is not \"%s\"", cases[i].name,
				 text, cases[i].want);
	}
}

static void
every_beginning_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		size_t length = strlen(cases[i].html);
		for (size_t n = 0; n <= length; n++) {
			g_autofree char *text = text_of(cases[i].html, n);
			assert_non_null(text);
		}
	}
}

static char *
repeated(const char *text, size_t times)
{
	GString *all = g_string_new(NULL);
	for (size_t i = 0; i < times; i++)
		g_string_append(all, text);
	return g_string_free(all, FALSE);
}

/* A minute would be far too long and is far from what it takes. */
static void
hostile_markup_takes_no_time(void **state)
{
	(void)state;
	static const char *const parts[] = {
		"<b>",	   "</b>",     "<table>",  "<p>a",	   "<a href=x>",
		"<",	   "&",	       "<!--",	   "<a ",	   "<li>",
		"<dl>",	   "<select>", "<td></i>", "<blockquote>", "<br>",
		"<script>"};
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *html =
			repeated(parts[i], 300000 / strlen(parts[i]));
		clock_t start = clock();
		g_autofree char *text = text_of(html, strlen(html));
		assert_non_null(text);
		assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
	}
}

static void
deep_nesting_ends_the_text(void **state)
{
	(void)state;
	g_autofree char *deep = repeated("<div>", HTML_DEPTH_MAX + 10);
	g_autofree char *html = g_strconcat("a", deep, "b", NULL);
	bool is_whole;
	g_autofree char *text = html_to_text(html, strlen(html), &is_whole);
	assert_string_equal(text, "a");
	assert_false(is_whole);
	g_autofree char *flat = html_to_text("a", 1, &is_whole);
	assert_string_equal(flat, "a");
	assert_true(is_whole);
}

static char *
element_of(size_t n_attributes)
{
	GString *html = g_string_new("a<p ");
	for (size_t i = 0; i < n_attributes; i++)
		g_string_append_printf(html, " a%zu", i);
	return g_string_free(g_string_append(html, ">b"), FALSE);
}

static void
many_attributes_end_the_text(void **state)
{
	(void)state;
	bool is_whole;
	g_autofree char *many = element_of(100000);
	g_autofree char *some = element_of(HTML_ATTRIBUTES_MAX);
	clock_t start = clock();
	g_autofree char *cut = html_to_text(many, strlen(many), &is_whole);
	assert_string_equal(cut, "a");
	assert_false(is_whole);
	assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
	g_autofree char *whole = html_to_text(some, strlen(some), &is_whole);
	assert_string_equal(whole, "a\n\nb");
	assert_true(is_whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_a_reader_sees),
		cmocka_unit_test(every_beginning_is_read),
		cmocka_unit_test(hostile_markup_takes_no_time),
		cmocka_unit_test(deep_nesting_ends_the_text),
		cmocka_unit_test(many_attributes_end_the_text),
	};
	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
