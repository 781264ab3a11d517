/* language: what a text is written in, and silence when that is unsure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loket/error.h>
#include <loket/language.h>

#define CONF "conf/languages/fpdb.conf"

static int
make_models(void **state)
{
	*state = language_models_new(CONF, NULL, NULL);
	return *state ? 0 : -1;
}

static int
free_models(void **state)
{
	language_models_free(*state);
	return 0;
}

static void
knows_the_languages_of_its_customers(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{"Wanneer wordt mijn bestelling geleverd?", "nl"},
		{"Ik kan sinds vanmorgen niet meer inloggen.", "nl"},
		{"Where is my order? It should have come last week.", "en"},
		{"I can not log in any more since this morning.", "en"},
		{"Wo bleibt meine Lieferung? Ich warte seit Montag.", "de"},
		{"Ich kann mich seit heute Morgen nicht anmelden.", "de"},
		{"Où est ma commande ? Je l'attends depuis lundi.", "fr"},
		{"Je ne peux plus me connecter depuis ce matin.", "fr"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_string_equal(language_guess(*state, cases[i].text),
				    cases[i].want);
}

static void
says_nothing_when_unsure(void **state)
{
	static const char *const texts[] = {
		"",
		"ok",
		"Hallo",
		"1234567890 1234567890 1234567890",
		"Где мой заказ? Я жду его уже целую неделю.",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_string_equal(language_guess(*state, texts[i]), "");
}

static void
answers_only_what_it_may(void **state)
{
	(void)state;
	static const char *const codes[] = {"nl", "en", NULL};
	g_autoptr(LanguageModels) models =
		language_models_new(CONF, codes, NULL);
	assert_string_equal(
		language_guess(models, "Ik kan niet meer inloggen vandaag."),
		"nl");
	assert_string_equal(
		language_guess(models,
			       "Ich kann mich seit heute nicht anmelden."),
		"");
}

static void
looks_at_the_beginning_only(void **state)
{
	GString *text = g_string_new(NULL);
	while (text->len < LANGUAGE_BYTES_MAX)
		g_string_append(text, "Ik kan niet meer inloggen vandaag. ");
	while (text->len < 100 * LANGUAGE_BYTES_MAX)
		g_string_append(text, "I can not log in any more today. ");
	assert_string_equal(language_guess(*state, text->str), "nl");
	g_string_free(text, TRUE);
}

static void
a_cut_character_does_no_harm(void **state)
{
	GString *text = g_string_new(NULL);
	while (text->len < 2 * LANGUAGE_BYTES_MAX)
		g_string_append(text, "é");
	for (size_t i = 0; i < 4; i++) {
		g_string_prepend_c(text, 'x');
		assert_non_null(language_guess(*state, text->str));
	}
	g_string_free(text, TRUE);
}

static void
a_missing_model_is_an_error(void **state)
{
	(void)state;
	g_autoptr(GError) error = NULL;
	assert_null(language_models_new("conf/none.conf", NULL, &error));
	assert_true(g_error_matches(error, LOKET_ERROR, LOKET_ERROR_CONFIG));
}

static gpointer
guess_often(gpointer models)
{
	size_t wrong = 0;
	for (int i = 0; i < 200; i++)
		wrong += strcmp(language_guess(models, "Ik kan niet meer "
						       "inloggen vandaag."),
				"nl") != 0;
	return GSIZE_TO_POINTER(wrong);
}

static void
many_threads_may_ask(void **state)
{
	GThread *threads[4];
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("guess", guess_often, *state);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_int_equal(GPOINTER_TO_SIZE(g_thread_join(threads[i])),
				 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_languages_of_its_customers),
		cmocka_unit_test(says_nothing_when_unsure),
		cmocka_unit_test(answers_only_what_it_may),
		cmocka_unit_test(looks_at_the_beginning_only),
		cmocka_unit_test(a_cut_character_does_no_harm),
		cmocka_unit_test(a_missing_model_is_an_error),
		cmocka_unit_test(many_threads_may_ask),
	};
	return cmocka_run_group_tests_name("language", tests, make_models,
					   free_models);
}
