/* fields: see loader.h */
#include "loader.h"
#include "record.h"
#include "schema.h"
#include "setting.h"

void
field_section_free(void *field)
{
	record_free(&schema_field, field);
}

bool
fields_load(const Loader *loader, cfg_t *parent, const Schema *schema,
	    GPtrArray *fields, GError **error)
{
	const char *name = schema->section;
	if (!record_read_all(loader->source, parent, schema, fields, error))
		return false;
	for (unsigned i = 0; i < fields->len; i++) {
		const ConfigField *field = g_ptr_array_index(fields, i);
		cfg_t *section = cfg_getnsec(parent, name, i);
		if (i == CONFIG_FIELDS_MAX)
			return setting_fail(
				loader->source, section, NULL, error,
				"%s \"%s\" is one too many, "
				"expected at most %d",
				name, field->name, CONFIG_FIELDS_MAX);
		if (!field->pattern)
			return setting_fail(
				loader->source, section, NULL, error,
				"%s \"%s\" has no pattern, "
				"expected %s \"%s\" 'PATTERN'",
				name, field->name, name, field->name);
	}
	return true;
}

bool
also_tags_load(const Loader *loader, GError **error)
{
	return fields_load(loader, loader->root, &schema_also_tag,
			   loader->config->also_tags, error);
}
