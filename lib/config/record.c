/* record: see record.h */
#include <loket/error.h>

#include "check.h"
#include "record.h"
#include "setting.h"

static char **
title_of(void *record)
{
	return record;
}

void *
record_find(const GPtrArray *records, const char *title)
{
	for (size_t i = 0; i < records->len; i++) {
		void *record = g_ptr_array_index(records, i);
		if (g_ascii_strcasecmp(*title_of(record), title) == 0)
			return record;
	}
	return NULL;
}

static bool
check_title(const Source *source, cfg_t *section, const Schema *schema,
	    GPtrArray *records, GError **error)
{
	const char *title = cfg_title(section);
	if (!*title || !is_line(title))
		return setting_fail(source, section, NULL, error,
				    "%s has no title, expected %s \"NAME\"",
				    schema->section, schema->section);
	if (record_find(records, title))
		return setting_fail(source, section, NULL, error,
				    "%s \"%s\" is there twice, expected "
				    "another title",
				    schema->section, title);
	return true;
}

bool
record_read_all(const Source *source, cfg_t *parent, const Schema *schema,
		GPtrArray *records, GError **error)
{
	size_t n = cfg_size(parent, schema->section);
	for (size_t i = 0; i < n; i++) {
		cfg_t *section =
			cfg_getnsec(parent, schema->section, (unsigned)i);
		if (!check_title(source, section, schema, records, error))
			return false;
		void *record = g_malloc0(schema->size);
		*title_of(record) = g_strdup(cfg_title(section));
		g_ptr_array_add(records, record);
		if (!setting_read_all(schema->settings, source, section, record,
				      error))
			return false;
	}
	return true;
}

void
record_free(const Schema *schema, void *record)
{
	g_free(*title_of(record));
	setting_clear_all(schema->settings, record);
	g_free(record);
}
