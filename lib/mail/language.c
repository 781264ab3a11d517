/* language: see include/loket/language.h */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <libexttextcat/textcat.h>

#include <loket/error.h>
#include <loket/language.h>

struct LanguageModels {
	char *conf;
	char **languages; /* those that may be answered; NULL for all */
	GMutex lock;
	GPtrArray *idle; /* handles of the library that nobody uses now */
};

static void *
handle_new(const char *conf, GError **error)
{
	/* the library cannot say what it misses */
	if (access(conf, R_OK) != 0) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: %s",
			    conf, g_strerror(errno));
		return NULL;
	}
	void *handle = textcat_Init(conf);
	if (!handle)
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "%s: a language model it names cannot be read",
			    conf);
	return handle;
}

static void
give_back(LanguageModels *models, void *handle)
{
	g_mutex_lock(&models->lock);
	g_ptr_array_add(models->idle, handle);
	g_mutex_unlock(&models->lock);
}

/* NULL when one more is needed and its files are gone since. */
static void *
take(LanguageModels *models)
{
	void *handle = NULL;
	g_mutex_lock(&models->lock);
	if (models->idle->len > 0)
		handle = g_ptr_array_steal_index(models->idle,
						 models->idle->len - 1);
	g_mutex_unlock(&models->lock);
	return handle ? handle : handle_new(models->conf, NULL);
}

static void
handle_free(void *handle)
{
	textcat_Done(handle);
}

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
	void *first = handle_new(conf, error);
	if (!first)
		return NULL;
	LanguageModels *models = g_new0(LanguageModels, 1);
	models->conf = g_strdup(conf);
	models->languages = languages ? copy_codes(languages) : NULL;
	models->idle = g_ptr_array_new_with_free_func(handle_free);
	g_mutex_init(&models->lock);
	give_back(models, first);
	return models;
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

/* The only candidate, "" when there are none or several. */
static const char *
classify(void *handle, const char *text, size_t length)
{
	candidate_t *found = textcat_GetClassifyFullOutput(handle);
	int n_found = textcat_ClassifyFull(handle, text, length, found);
	/* the names go with the handle; of all there are but a few */
	const char *code = n_found == 1 ? g_intern_string(found[0].name) : "";
	textcat_ReleaseClassifyFullOutput(handle, found);
	return code;
}

const char *
language_guess(LanguageModels *models, const char *text)
{
	size_t length = head_length(text, LANGUAGE_BYTES_MAX);
	if (length < LANGUAGE_BYTES_MIN)
		return "";
	void *handle = take(models);
	if (!handle)
		return "";
	const char *code = classify(handle, text, length);
	give_back(models, handle);
	return may_be_answered(models, code) ? code : "";
}

void
language_models_free(LanguageModels *models)
{
	if (!models)
		return;
	g_ptr_array_unref(models->idle);
	g_mutex_clear(&models->lock);
	g_strfreev(models->languages);
	g_free(models->conf);
	g_free(models);
}
