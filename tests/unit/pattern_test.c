/* pattern: matches where it should, and ends whatever the text is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <loket/error.h>
#include <loket/pattern.h>

/* Processor time, not time on the wall: other programs do not matter. What is
 * not linear takes far longer. */
#define CPU_S_MAX 60

#define SPANS 4
/* Far above what a match within the limits needs, sanitizers included. */

static Pattern *
compile(const char *source, unsigned flags)
{
	g_autoptr(GError) error = NULL;
	Pattern *pattern = pattern_new(source, flags, &error);
	if (!pattern)
		fail_msg("%s: %s", source, error->message);
	return pattern;
}

static bool
is_in(const char *source, unsigned flags, const char *text)
{
	g_autoptr(Pattern) pattern = compile(source, flags);
	return pattern_is_in(pattern, text);
}

/* "0-2 1-2 none": the spans as text; the caller's. */
static char *
spans_text(const PatternSpan *spans, size_t n)
{
	GString *text = g_string_new(NULL);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			g_string_append_c(text, ' ');
		if (spans[i].start == PATTERN_NO_GROUP &&
		    spans[i].end == PATTERN_NO_GROUP)
			g_string_append(text, "none");
		else
			g_string_append_printf(text, "%zu-%zu", spans[i].start,
					       spans[i].end);
	}
	return g_string_free(text, FALSE);
}

static void
tells_where_each_group_matched(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		const char *text;
		size_t start;
		size_t n;
		const char *want; /* NULL: no match */
	} cases[] = {
		{"#(\\d+)", "re #12 #345", 0, 2, "3-6 4-6"},
		{"#(\\d+)", "re #12 #345", 4, 2, "7-11 8-11"},
		{"#(\\d+)", "re #12 #345", 8, 2, NULL},
		{"(a)|(b)", "b", 0, 3, "0-1 none 0-1"},
		{"(a)|(b)", "a", 0, 3, "0-1 0-1 none"},
		{"(a)(b)(c)", "abc", 0, 1, "0-3"},
		{"(a)(b)(c)", "abc", 0, 2, "0-3 0-1"},
		{"(a)", "a", 0, 4, "0-1 0-1 none none"},
		{"x*", "aa", 2, 1, "2-2"},
		{"a", "\303\251a", 0, 1, "2-3"},
		{"a", "a", 1, 1, NULL},
		{"a", "a", 7, 1, NULL},
		/* the text before start is there, it is only not matched */
		{"^b", "ab", 1, 1, NULL},
		{"\\bb", "ab", 1, 1, NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Pattern) p = compile(cases[i].source, PATTERN_PLAIN);
		PatternSpan spans[SPANS];
		const char *text = cases[i].text;
		bool found = pattern_match(p, text, strlen(text),
					   cases[i].start, spans, cases[i].n);
		g_autofree char *got =
			found ? spans_text(spans, cases[i].n) : NULL;
		if (g_strcmp0(got, cases[i].want) != 0)
			fail_msg("%s in %s: %s", cases[i].source, text, got);
	}
}

static void
needs_no_spans(void **state)
{
	(void)state;
	g_autoptr(Pattern) p = compile("(a)(b)", PATTERN_PLAIN);
	assert_true(pattern_match(p, "xab", 3, 0, NULL, 0));
	assert_false(pattern_match(p, "xab", 3, 2, NULL, 0));
}

static void
heeds_its_flags(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		unsigned flags;
		const char *text;
		bool want;
	} cases[] = {
		{"klacht", PATTERN_PLAIN, "KLACHT", false},
		{"klacht", PATTERN_CASELESS, "KLACHT", true},
		{"\303\251t\303\251", PATTERN_CASELESS, "\303\211T\303\211",
		 true},
		{"^b$", PATTERN_PLAIN, "a\nb\nc", false},
		{"^b$", PATTERN_MULTILINE, "a\nb\nc", true},
		{"a b # c", PATTERN_PLAIN, "ab", false},
		{"a b # c", PATTERN_EXTENDED, "ab", true},
		{"A b", PATTERN_CASELESS | PATTERN_EXTENDED, "xaBx", true},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (is_in(cases[i].source, cases[i].flags, cases[i].text) !=
		    cases[i].want)
			fail_msg("%s in %s", cases[i].source, cases[i].text);
}

static void
sees_characters_not_bytes(void **state)
{
	(void)state;
	assert_true(is_in("^.$", PATTERN_PLAIN, "\342\202\254"));
	assert_true(is_in("^\\w+$", PATTERN_PLAIN, "caf\303\251"));
	assert_false(is_in("^..$", PATTERN_PLAIN, "\303\251"));
}

static void
matches_around_what_is_not_utf8(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		const char *text;
		bool want;
	} cases[] = {
		{"#\\d+", "\377\376 #12", true},
		{"#\\d+", "#12 \303", true},
		{"#\\d+", "#1\3502", true},
		{"#12", "#1\3502", false},
		{"a.b", "a\377b", false},
		{"a[^x]b", "a\200b", false},
		{"^caf", "caf\303", true},
		/* an overlong slash is no slash */
		{"/", "\300\257", false},
		/* nor is half of a surrogate pair a character */
		{".", "\355\240\200", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		if (is_in(cases[i].source, PATTERN_PLAIN, cases[i].text) !=
		    cases[i].want)
			fail_msg("case %zu: %s", i, cases[i].source);
}

static void
starts_at_any_byte_of_broken_text(void **state)
{
	(void)state;
	static const char text[] = "\303\251\377\342\202#7";
	g_autoptr(Pattern) p = compile("#\\d", PATTERN_PLAIN);
	for (size_t start = 0; start <= 5; start++) {
		PatternSpan span;
		assert_true(pattern_match(p, text, sizeof(text) - 1, start,
					  &span, 1));
		assert_int_equal(span.start, 5);
		assert_int_equal(span.end, 7);
	}
}

static void
reads_past_a_nul_byte(void **state)
{
	(void)state;
	static const char text[] = "a\0b#1";
	g_autoptr(Pattern) p = compile("#1", PATTERN_PLAIN);
	assert_true(pattern_match(p, text, sizeof(text) - 1, 0, NULL, 0));
	assert_false(pattern_is_in(p, text));
}

static void
gives_up_on_a_text_that_makes_it_run_away(void **state)
{
	(void)state;
	/* 2.4 times as many ways for each a, before the second branch is
	 * tried and would match */
	g_autoptr(Pattern) p = compile("^(?:(?:a|aa|a)+x|a+!)$", PATTERN_PLAIN);
	assert_true(pattern_is_in(p, "aaaaaaaa!"));
	static const size_t lengths[] = {15, 40, 5000};
	clock_t began = clock();
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autofree char *as = g_strnfill(lengths[i], 'a');
		g_autofree char *text = g_strconcat(as, "!", NULL);
		assert_false(pattern_is_in(p, text));
	}
	assert_true(clock() - began < CPU_S_MAX * CLOCKS_PER_SEC);
}

static void
survives_a_text_that_would_need_a_deep_stack(void **state)
{
	(void)state;
	g_autofree char *text = g_strnfill(2000000, 'a');
	g_autoptr(Pattern) nested = compile("^((a)|(b))*$", PATTERN_PLAIN);
	g_autoptr(Pattern) recursive = compile("^(a(?1)?)$", PATTERN_PLAIN);
	clock_t began = clock();
	(void)pattern_is_in(nested, text);
	(void)pattern_is_in(recursive, text);
	assert_true(clock() - began < CPU_S_MAX * CLOCKS_PER_SEC);
	/* and is as good as before */
	assert_true(pattern_is_in(nested, "abab"));
}

static void
says_what_is_wrong_with_an_expression(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"(",	     "a)",	 "[a",	    "a{3,2}", "*a",
		"\\",	     "(?<n",	 "(?P>no)", "\377",   "[z-a]",
		"\\p{Nope}", "(?<=a+)b", "\\1",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		if (pattern_new(wrong[i], PATTERN_PLAIN, &error))
			fail_msg("%s", wrong[i]);
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_CONFIG));
		assert_non_null(strstr(error->message, " at offset "));
	}
	g_autoptr(GError) error = NULL;
	assert_null(pattern_new("ab[", PATTERN_PLAIN, &error));
	assert_true(g_str_has_suffix(error->message, " at offset 3"));
}

static void
takes_an_expression_up_to_its_limit(void **state)
{
	(void)state;
	g_autofree char *longest = g_strnfill(PATTERN_SOURCE_MAX, 'a');
	g_autofree char *longer = g_strconcat(longest, "a", NULL);
	g_autoptr(Pattern) taken = compile(longest, PATTERN_PLAIN);
	assert_true(pattern_is_in(taken, longest));
	g_autoptr(GError) error = NULL;
	assert_null(pattern_new(longer, PATTERN_PLAIN, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
}

static void
picks_the_group_or_the_match(void **state)
{
	(void)state;
	static const struct {
		const char *pattern;
		const char *text;
		const char *want;
	} cases[] = {
		{"order (\\d+)", "my order 42, order 43", "42"},
		{"order \\d+", "my order 42", "order 42"},
		{"(x)?order", "my order", "order"},
		{"a(.*)b(.*)", "a1b2", "1"},
		{"order", "nothing", NULL},
		{"a(.*)b", "ab", NULL},
		{"a(.*)b", "a \t b", NULL},
		{"a(.*)b", "a  1 \t 2  b", "1 2"},
		{"a([^b]*)b", "a1\r\n2\n\n3b", "1 2 3"},
		{"a(.*)b", "a1\001\0332b", "1 2"},
		{"a(.*)b", "a\302\2401\302\205b", "1"},
		{"a(.*)b", "a12345678b", "12345678"},
		{"a(.*)b", "a123456789b", "12345678"},
		{"a(.*)b", "a1234567 9b", "1234567"},
		{"a(.*)b", "a\303\251\303\251345678\303\2519b",
		 "\303\251\303\251345678"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Pattern) p = compile(cases[i].pattern, PATTERN_PLAIN);
		g_autofree char *got = pattern_pick(p, cases[i].text,
						    strlen(cases[i].text), 8);
		if (g_strcmp0(got, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].pattern, got);
	}
}

static void
picks_out_of_the_length_it_is_given(void **state)
{
	(void)state;
	g_autoptr(Pattern) p = compile("\\d+", PATTERN_PLAIN);
	g_autofree char *first = pattern_pick(p, "a 123", 4, 8);
	assert_string_equal(first, "12");
	g_autofree char *none = pattern_pick(p, "a 123", 2, 8);
	assert_null(none);
}

static void *
match_often(void *data)
{
	const Pattern *p = data;
	size_t wrong = 0;
	for (int i = 0; i < 2000; i++) {
		PatternSpan spans[2];
		g_autofree char *text = g_strdup_printf("re: #%d.", i);
		wrong += !pattern_match(p, text, strlen(text), 0, spans, 2) ||
			 spans[1].start != 5 ||
			 spans[1].end != strlen(text) - 1;
	}
	return GSIZE_TO_POINTER(wrong);
}

static void
serves_many_threads_at_once(void **state)
{
	(void)state;
	g_autoptr(Pattern) p = compile("#(\\d+)", PATTERN_CASELESS);
	GThread *threads[8];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("match", match_often, p);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_null(g_thread_join(threads[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_where_each_group_matched),
		cmocka_unit_test(needs_no_spans),
		cmocka_unit_test(heeds_its_flags),
		cmocka_unit_test(sees_characters_not_bytes),
		cmocka_unit_test(matches_around_what_is_not_utf8),
		cmocka_unit_test(starts_at_any_byte_of_broken_text),
		cmocka_unit_test(reads_past_a_nul_byte),
		cmocka_unit_test(gives_up_on_a_text_that_makes_it_run_away),
		cmocka_unit_test(survives_a_text_that_would_need_a_deep_stack),
		cmocka_unit_test(says_what_is_wrong_with_an_expression),
		cmocka_unit_test(takes_an_expression_up_to_its_limit),
		cmocka_unit_test(picks_the_group_or_the_match),
		cmocka_unit_test(picks_out_of_the_length_it_is_given),
		cmocka_unit_test(serves_many_threads_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
