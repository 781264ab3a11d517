/* number: numbers keep their check digit, tags are read as people mangle
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <loket/number.h>

/* As much as is read of a header. */
#define SUBJECT_BYTES 1000000
/* Processor time; what is not linear takes far longer. */
#define CPU_S_MAX 3

static void
check_digit_follows_damm(void **state)
{
	(void)state;
	/* 572 gives 4: the worked example of the literature */
	assert_int_equal(number_check_digit("572"), '4');
	assert_int_equal(number_check_digit("260004217"), '9');
}

static void
number_holds_year_and_sequence(void **state)
{
	(void)state;
	g_autofree char *number = number_format(2026, 4217);
	assert_string_equal(number, "2600042179");
	assert_true(number_is_valid(number));
}

static void
number_refuses_what_is_not_one(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",	     "2600042178",  "2600042197",
		"260004217", "26000421790", "26000a2179",
		" 600042179"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		assert_false(number_is_valid(wrong[i]));
}

static void
every_single_error_and_swap_is_found(void **state)
{
	(void)state;
	for (int64_t sequence = 1; sequence < 3000; sequence += 7) {
		g_autofree char *n = number_format(2026, sequence);
		for (int i = 0; i < NUMBER_DIGITS; i++) {
			char kept = n[i];
			for (char c = '0'; c <= '9'; c++) {
				n[i] = c;
				assert_int_equal(number_is_valid(n), c == kept);
			}
			n[i] = kept;
		}
		for (int i = 0; i + 1 < NUMBER_DIGITS; i++) {
			if (n[i] == n[i + 1])
				continue;
			char kept = n[i];
			n[i] = n[i + 1];
			n[i + 1] = kept;
			assert_false(number_is_valid(n));
			n[i + 1] = n[i];
			n[i] = kept;
		}
	}
}

typedef struct TagCase {
	const char *about;
	const char *subject;
	const char *name; /* NULL: no tag */
	bool is_valid;
} TagCase;

static const TagCase tag_cases[] = {
	{"plain", "[ACME #2600042179] Hello", "ACME", true},
	{"reply", "Re: [ACME #2600042179] Hello", "ACME", true},
	{"lower case", "Re: [acme #2600042179]", "acme", true},
	{"spaces", "[ ACME  #  2600042179 ]", "ACME", true},
	{"no space", "[ACME#2600042179]", "ACME", true},
	{"two words", "[Acme  NL #2600042179]", "Acme NL", true},
	{"no-break space", "[ACME\u00a0#2600042179]", "ACME", true},
	{"zero-width space", "[ACME #26000\u200b42179]", "ACME", true},
	{"full-width digits",
	 "[ACME #\uff12\uff16\uff10\uff10\uff10\uff14\uff12\uff11\uff17\uff19]",
	 "ACME", true},
	{"full-width signs", "\uff3bACME \uff032600042179\uff3d", "ACME", true},
	{"entity", "[ACME &#35;2600042179]", "ACME", true},
	{"entities", "&#91;ACME&nbsp;&#x23;2600042179&#x5D;", "ACME", true},
	{"named", "&lsqb;ACME &num;2600042179&rsqb;", "ACME", true},
	{"folded", "[ACME\n #2600042179]", "ACME", true},
	{"wrong check digit", "[ACME #2600042178]", "ACME", false},
	{"nine digits", "[ACME #260004217]", NULL, false},
	{"eleven digits", "[ACME #26000421790]", NULL, false},
	{"no bracket", "ACME #2600042179", NULL, false},
	{"no name", "[#2600042179]", NULL, false},
	{"Arabic digits",
	 "[ACME #\u0662\u0666\u0660\u0660\u0660\u0664\u0662\u0661\u0667\u0669]",
	 NULL, false},
	{"broken UTF-8 before", "\xff\xfe [ACME #2600042179]", "ACME", true},
	{"empty", "", NULL, false},
	{"absent", NULL, NULL, false},
};

static void
tag_is_read_in_every_form(void **state)
{
	(void)state;
	g_autoptr(TagReader) reader = tag_reader_new();
	for (size_t i = 0; i < G_N_ELEMENTS(tag_cases); i++) {
		const TagCase *c = &tag_cases[i];
		g_autoptr(GPtrArray) tags = tags_find(reader, c->subject);
		if (tags->len != (c->name ? 1 : 0))
			fail_msg("%s: %u tags", c->about, tags->len);
		if (!c->name)
			continue;
		const Tag *tag = tags->pdata[0];
		assert_string_equal(tag->name, c->name);
		assert_int_equal(tag->is_valid, c->is_valid);
		if (c->is_valid)
			assert_string_equal(tag->number, "2600042179");
	}
}

static void
tags_end_at_their_limit(void **state)
{
	(void)state;
	GString *subject = g_string_new(NULL);
	for (int i = 0; i < 10000; i++)
		g_string_append(subject, "[ACME #2600042179]");
	g_autofree char *text = g_string_free(subject, FALSE);
	g_autoptr(TagReader) reader = tag_reader_new();
	g_autoptr(GPtrArray) tags = tags_find(reader, text);
	assert_int_equal(tags->len, TAGS_MAX);
}

static bool
is_not(const Tag *tag, void *data)
{
	return strcmp(tag->number, data) != 0;
}

static void
removal_takes_only_the_unwanted(void **state)
{
	(void)state;
	char wanted[] = "2600042179";
	g_autoptr(TagReader) reader = tag_reader_new();
	g_autofree char *kept = tags_remove(
		reader, "Re: [ACME #2600000018] [ACME #2600042179] x", is_not,
		wanted);
	assert_string_equal(kept, "Re: [ACME #2600042179] x");
	g_autofree char *same = tags_remove(reader, "no tag", is_not, wanted);
	assert_string_equal(same, "no tag");
}

static void
removal_leaves_no_tag_behind_its_limit(void **state)
{
	(void)state;
	GString *subject = g_string_new(NULL);
	for (int i = 0; i < TAGS_MAX; i++)
		g_string_append(subject, "[B #2600000018]");
	g_string_append(subject, "[ACME #2600000018]\uff3bACME #2600000018]");
	g_autofree char *text = g_string_free(subject, FALSE);
	char any[] = "2600000018";
	g_autoptr(TagReader) reader = tag_reader_new();
	g_autofree char *kept = tags_remove(reader, text, is_not, any);
	assert_true(
		g_str_has_suffix(kept, "(ACME #2600000018](ACME #2600000018]"));
}

static void
hostile_subjects_take_no_time(void **state)
{
	static const char *const units[] = {
		"[",
		"[A #",
		"[A #1",
		"&#91;",
		"&#0",
		"[                                                    "
		"                                      ",
		"[a                                                   "
		"                                      ",
	};
	(void)state;
	g_autoptr(TagReader) reader = tag_reader_new();
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		GString *subject = g_string_new(NULL);
		while (subject->len < SUBJECT_BYTES)
			g_string_append(subject, units[i]);
		clock_t start = clock();
		g_autoptr(GPtrArray) tags = tags_find(reader, subject->str);
		assert_int_equal(tags->len, 0);
		assert_true(clock() - start < CPU_S_MAX * CLOCKS_PER_SEC);
		g_string_free(subject, TRUE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_digit_follows_damm),
		cmocka_unit_test(number_holds_year_and_sequence),
		cmocka_unit_test(number_refuses_what_is_not_one),
		cmocka_unit_test(every_single_error_and_swap_is_found),
		cmocka_unit_test(tag_is_read_in_every_form),
		cmocka_unit_test(tags_end_at_their_limit),
		cmocka_unit_test(hostile_subjects_take_no_time),
		cmocka_unit_test(removal_takes_only_the_unwanted),
		cmocka_unit_test(removal_leaves_no_tag_behind_its_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
