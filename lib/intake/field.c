/* field: see include/loket/field.h */
#include <string.h>

#include <loket/field.h>

static char *
pick(const ConfigField *field, const char *text)
{
	return text ? pattern_pick(field->pattern, text,
				   strnlen(text, FIELD_BYTES_MAX),
				   FIELD_CHARS_MAX)
		    : NULL;
}

void
fields_add_of_desk(GPtrArray *fields, const ConfigDesk *desk, const Mail *mail,
		   bool is_form)
{
	const char *text = is_form ? mail->text : mail->new_text;
	for (guint i = 0; i < desk->fields->len; i++) {
		const ConfigField *field = desk->fields->pdata[i];
		g_autofree char *value = pick(field, mail->subject);
		if (!value)
			value = pick(field, text);
		if (value)
			g_ptr_array_add(fields, field_new(field->name, value));
	}
}

void
fields_add_also_tags(GPtrArray *fields, const Config *config, const Mail *mail)
{
	for (guint i = 0; i < config->also_tags->len; i++) {
		const ConfigField *tag = config->also_tags->pdata[i];
		g_autofree char *number = pick(tag, mail->subject);
		g_autofree char *folded =
			number ? g_ascii_strdown(number, -1) : NULL;
		if (folded)
			g_ptr_array_add(fields, field_new(tag->name, folded));
	}
}
