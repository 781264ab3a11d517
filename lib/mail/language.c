/* language: see include/loket/language.h */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <libexttextcat/textcat.h>

#include <loket/error.h>
#include <loket/language.h>

struct LanguageModels {
	GMutex lock;
	void *handle;
	char **languages; /* those that may be answered; NULL for all */
};

static char **
copy_codes(const char *const *codes)
{
	GPtrArray *copies = g_ptr_array_new();
	for (; *codes; codes++)
		g_ptr_array_add(copies, g_strdup(*codes));
	g_ptr_array_add(copies, NULL);
	return (char **)g_ptr_array_free(copies, FALSE);
}

LanguageModels *
language_models_new(const char *conf, const char *const *languages,
		    GError **error)
{
	g_autoptr(LanguageModels) models = g_new0(LanguageModels, 1);
	g_mutex_init(&models->lock);
	/* the library cannot say what it misses */
	if (access(conf, R_OK) != 0) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: %s",
			    conf, g_strerror(errno));
		return NULL;
	}
	models->handle = textcat_Init(conf);
	if (!models->handle) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "%s: a language model it names cannot be read",
			    conf);
		return NULL;
	}
	if (languages)
		models->languages = copy_codes(languages);
	return g_steal_pointer(&models);
}

/* At most max bytes, ending between characters. */
static size_t
head_length(const char *text, size_t max)
{
	size_t length = strnlen(text, max + 1);
	if (length <= max)
		return length;
	return (size_t)(g_utf8_find_prev_char(text, text + max + 1) - text);
}

static bool
may_be_answered(const LanguageModels *models, const char *code)
{
	return !models->languages ||
	       g_strv_contains((const char *const *)models->languages, code);
}

const char *
language_guess(LanguageModels *models, const char *text)
{
	size_t length = head_length(text, LANGUAGE_BYTES_MAX);
	if (length < LANGUAGE_BYTES_MIN)
		return "";
	g_mutex_lock(&models->lock);
	candidate_t *found = textcat_GetClassifyFullOutput(models->handle);
	int n_found = textcat_ClassifyFull(models->handle, text, length, found);
	/* the names are the handle's own, and so outlive found */
	const char *code = n_found == 1 ? found[0].name : "";
	textcat_ReleaseClassifyFullOutput(models->handle, found);
	g_mutex_unlock(&models->lock);
	return may_be_answered(models, code) ? code : "";
}

void
language_models_free(LanguageModels *models)
{
	if (!models)
		return;
	if (models->handle)
		textcat_Done(models->handle);
	g_mutex_clear(&models->lock);
	g_strfreev(models->languages);
	g_free(models);
}
