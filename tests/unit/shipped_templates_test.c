/*
 * The texts that are shipped: each says in each language what it has to, and
 * nothing where there is nothing to say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loket/template.h>
#include <stdbool.h>
#include <string.h>

#define COLUMNS 72
/* Characters of a subject, its tag counted: what a telephone shows of an
 * acknowledgement, and what a list in a mail client shows of the others. */
#define ACK_SUBJECT_MAX 60
#define SUBJECT_MAX 75

static const char *const languages[] = {"nl", "en", "de", "fr"};

/* Values that no text has by itself. */
static const TemplateValues everything = {
	.number = "2600042179",
	.tag = "[ACME #2600042179]",
	.desk = "Acme-desk",
	.address = "support@acme.example",
	.due = "<due>",
	.working_target = "<working>",
	.clock_target = "<clock>",
	.plan = "<plan>",
	.who = "<who>",
	.phone = "<phone>",
	.phone_hours = "<phone-hours>",
	.norm = "<norm>",
	.season = "<season>",
	.closed = "<closed>",
	.opens = "<opens>",
	.notice = "<notice>",
	.note = "<note>",
	.reopen = "<reopen>",
	.name = "<name>",
	.subject = "<subject>",
	.count = "<count>",
	.problem = "<problem>",
};

/* What a customer always has to be told, besides the number; "BSN" that he is
 * not to mail it. */
#define ALWAYS "Acme-desk", "BSN", "<phone>", "<norm>"
#define OF_ACK                                                                 \
	ALWAYS, "<due>", "<working>", "<clock>", "<season>", "<closed>",       \
		"<notice>", "<subject>"

static const struct {
	enum TemplateKind kind;
	bool has_tag;
	const char *says[16]; /* NULL ends them */
} wanted[TEMPLATE_KINDS] = {
	{TEMPLATE_ACK, true, {OF_ACK}},
	{TEMPLATE_DESK_CLOSED, true, {OF_ACK, "<opens>"}},
	{TEMPLATE_CLOSING, true, {ALWAYS, "<note>", "<reopen>"}},
	{TEMPLATE_PROMISE, true, {ALWAYS, "<due>"}},
	{TEMPLATE_TAKEN_UP, true, {ALWAYS, "<plan>"}},
	{TEMPLATE_ANSWERED_TWICE, true, {"Acme-desk", "<who>"}},
	{TEMPLATE_UNDELIVERABLE, true, {"Acme-desk", "<who>", "<due>"}},
	{TEMPLATE_ACKS_HELD, false, {"Acme-desk", "<count>"}},
	{TEMPLATE_NOT_SENT, false, {"Acme-desk", "<who>", "<problem>"}},
	{TEMPLATE_CHECK, false, {"Acme-desk", "loket check --send"}},
};

static int
load_shipped(void **state)
{
	*state = templates_load("conf", NULL, NULL);
	return *state ? 0 : -1;
}

static int
free_shipped(void **state)
{
	templates_free(*state);
	return 0;
}

/* Each in its own language, not in the one that it would fall back to. */
static const Template *
shipped(const Templates *templates, enum TemplateKind kind,
	const char *language)
{
	const Template *found = templates_find(templates, kind, language, NULL);
	if (strcmp(template_language(found), language) != 0)
		fail_msg("no %s in %s", template_kind_name(kind), language);
	return found;
}

static void
assert_says(const char *text, const char *words, const char *kind,
	    const char *language)
{
	if (!strstr(text, words))
		fail_msg("%s in %s does not say %s", kind, language, words);
}

static void
assert_narrow(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		assert_in_range(g_utf8_strlen(*line, -1), 0, COLUMNS);
}

static void
all_say_what_they_have_to(void **state)
{
	for (size_t i = 0; i < TEMPLATE_KINDS * G_N_ELEMENTS(languages); i++) {
		const char *language = languages[i / TEMPLATE_KINDS];
		enum TemplateKind kind = wanted[i % TEMPLATE_KINDS].kind;
		const char *name = template_kind_name(kind);
		const Template *template = shipped(*state, kind, language);
		g_autofree char *text = template_text(template, &everything);
		const char *const *says = wanted[i % TEMPLATE_KINDS].says;
		for (; *says; says++)
			assert_says(text, *says, name, language);
		if (wanted[i % TEMPLATE_KINDS].has_tag)
			assert_says(text, "2600042179", name, language);
		assert_null(strpbrk(text, "{}\r\t"));
		assert_says(text, "\nAcme-desk\n", name, language);
		assert_narrow(text);
	}
}

static void
subjects_begin_with_the_tag_and_are_short(void **state)
{
	for (size_t i = 0; i < TEMPLATE_KINDS * G_N_ELEMENTS(languages); i++) {
		const char *language = languages[i / TEMPLATE_KINDS];
		const Template *template = shipped(
			*state, wanted[i % TEMPLATE_KINDS].kind, language);
		g_autofree char *subject =
			template_subject(template, &everything);
		bool has_tag = g_str_has_prefix(subject, "[ACME #2600042179] ");
		assert_int_equal(has_tag, wanted[i % TEMPLATE_KINDS].has_tag);
		bool is_ack = wanted[i % TEMPLATE_KINDS].kind == TEMPLATE_ACK;
		assert_in_range(g_utf8_strlen(subject, -1), 20,
				is_ack ? ACK_SUBJECT_MAX : SUBJECT_MAX);
	}
}

/* A number, a tag and a desk are all that every ticket has. */
static void
leave_out_what_there_is_not(void **state)
{
	static const TemplateValues least = {.number = "2600042179",
					     .tag = "[ACME #2600042179]",
					     .desk = "Acme-desk",
					     .address = "support@acme.example"};
	for (size_t i = 0; i < TEMPLATE_KINDS * G_N_ELEMENTS(languages); i++) {
		const Template *template =
			shipped(*state, wanted[i % TEMPLATE_KINDS].kind,
				languages[i / TEMPLATE_KINDS]);
		g_autofree char *text = template_text(template, &least);
		assert_null(strpbrk(text, "{}<>"));
		assert_null(strstr(text, "\n\n\n"));
		assert_null(strstr(text, "()"));
		assert_non_null(strstr(text, "\nAcme-desk\n"));
		assert_narrow(text);
	}
}

/* The longest date of each language. */
static void
tell_the_date_on_one_line(void **state)
{
	static const struct {
		const char *language, *due;
	} cases[] = {
		{"nl", "donderdag 24 september 2026 om 17.30 uur"},
		{"en", "Wednesday 23 September 2026 at 17:30"},
		{"de", "Donnerstag, 24. September 2026, 17:30 Uhr"},
		{"fr", "mercredi 23 septembre 2026 à 17 h 30"},
	};
	static const enum TemplateKind kinds[] = {
		TEMPLATE_ACK, TEMPLATE_DESK_CLOSED, TEMPLATE_PROMISE};
	for (size_t i = 0; i < G_N_ELEMENTS(cases) * G_N_ELEMENTS(kinds); i++) {
		const char *due = cases[i % 4].due;
		TemplateValues values = everything;
		values.due = due;
		g_autofree char *text = template_text(
			shipped(*state, kinds[i / 4], cases[i % 4].language),
			&values);
		assert_says(text, due, "a date", cases[i % 4].language);
		assert_narrow(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_say_what_they_have_to),
		cmocka_unit_test(subjects_begin_with_the_tag_and_are_short),
		cmocka_unit_test(leave_out_what_there_is_not),
		cmocka_unit_test(tell_the_date_on_one_line),
	};
	return cmocka_run_group_tests(tests, load_shipped, free_shipped);
}
