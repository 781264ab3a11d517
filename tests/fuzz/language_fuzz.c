/* language: what a text is written in. */
#include <loket/language.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const known[] = {"nl", "en", NULL};
	static LanguageModels *models;
	if (!models)
		models = language_models_new("conf/languages/fpdb.conf", known,
					     NULL);
	g_assert_nonnull(models);
	g_autofree char *bytes = fuzz_text(data, size);
	g_autofree char *text = g_utf8_make_valid(bytes, -1);
	const char *code = language_guess(models, text);
	g_assert_true(!*code || g_strv_contains(known, code));
	return 0;
}
