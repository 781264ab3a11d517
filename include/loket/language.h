/*
 * language: which language a text is written in.
 *
 * Compares the first LANGUAGE_BYTES_MAX bytes of a text with the models that
 * fpdb.conf lists, by libexttextcat. The library's handle keeps state while
 * it works (about 70 microseconds), so each thread inside has one of its own:
 * there are as many as there were threads at once.
 */
#ifndef LOKET_LANGUAGE_H
#define LOKET_LANGUAGE_H

#include <glib.h>

/* More text does not make the guess better, only slower. */
#define LANGUAGE_BYTES_MAX 400
/* Shorter texts are guessed wrong too often to be guessed at all. */
#define LANGUAGE_BYTES_MIN 25

typedef struct LanguageModels LanguageModels;

/*
 * conf: path of an fpdb.conf, lines of `MODEL-FILE CODE`. languages:
 * NULL-terminated codes that may be answered, NULL for all. The result is
 * the caller's. LOKET_ERROR_CONFIG: the file or a model cannot be read.
 */
LanguageModels *language_models_new(const char *conf,
				    const char *const *languages,
				    GError **error);

/* The ISO 639-1 code of a UTF-8 text; "" when it is short, or could be of
 * several languages, or of none that is known. Static. */
const char *language_guess(LanguageModels *models, const char *text);

void language_models_free(LanguageModels *models);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LanguageModels, language_models_free)

#endif
