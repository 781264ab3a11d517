/* setting: see setting.h */
#include <stdarg.h>

#include <loket/error.h>

#include "check.h"
#include "setting.h"

static void *
field_of(const Setting *setting, void *record)
{
	return (char *)record + setting->offset;
}

static char *
one_of(const char *const *names)
{
	GString *text = g_string_new("one of");
	for (size_t i = 0; names[i]; i++)
		g_string_append_printf(text, "%s %s", i ? "," : "", names[i]);
	return g_string_free(text, FALSE);
}

static char *
expectation(const SettingType *type)
{
	if (type->choices)
		return one_of(type->choices);
	if (type->max > 0)
		return g_strdup_printf("a whole number from %d to %d",
				       type->min, type->max);
	return g_strdup(type->expected);
}

static bool
wrong_value(const Setting *setting, const Source *source, const Value *value,
	    const GError *why, GError **error)
{
	g_autofree char *place = source_place(source, value->line);
	g_autofree char *expected = expectation(setting->type);
	g_autofree char *text = g_utf8_make_valid(value->text, -1);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
		    "%s: %s is \"%s\"%s%s, expected %s", place, setting->key,
		    text, why ? ": " : "", why ? why->message : "", expected);
	return false;
}

static bool
is_acceptable(const Setting *setting, const char *text)
{
	bool (*is_valid)(const char *) = setting->type->is_valid;
	if (*text)
		return is_line(text) && (!is_valid || is_valid(text));
	bool is_default = setting->fallback && !*setting->fallback;
	return is_default || (is_valid && is_valid(text));
}

static bool
read_value(const Setting *setting, const Source *source, const Value *value,
	   void *field, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (is_acceptable(setting, value->text) &&
	    setting->type->read(setting->type, value->text, field, &why))
		return true;
	return wrong_value(setting, source, value, why, error);
}

static bool
read_setting(const Setting *setting, const Source *source, cfg_t *section,
	     void *field, GError **error)
{
	const SettingType *type = setting->type;
	size_t n = syntax_count(section, setting->key);
	if (type->start)
		type->start(field);
	for (size_t i = 0; i < n; i++) {
		const Value *value = syntax_value(section, setting->key, i);
		if (!read_value(setting, source, value, field, error))
			return false;
	}
	if (n > 0 || !setting->fallback)
		return true;
	bool is_read = type->read(type, setting->fallback, field, NULL);
	g_assert(is_read);
	return true;
}

bool
setting_read_all(const Setting *settings, const Source *source, cfg_t *section,
		 void *record, GError **error)
{
	for (const Setting *s = settings; s->key; s++) {
		if (!read_setting(s, source, section, field_of(s, record),
				  error))
			return false;
	}
	return true;
}

void
setting_clear_all(const Setting *settings, void *record)
{
	for (const Setting *s = settings; s->key; s++) {
		if (s->type->clear)
			s->type->clear(field_of(s, record));
	}
}

bool
setting_is_list(const Setting *setting)
{
	return setting->type->start != NULL;
}

bool
setting_fail(const Source *source, cfg_t *section, const char *key,
	     GError **error, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *message = g_strdup_vprintf(format, args);
	va_end(args);
	g_autofree char *place = syntax_place(source, section, key);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: %s", place,
		    message);
	return false;
}
