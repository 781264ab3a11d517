/* syntax: see syntax.h */
#include <stdarg.h>
#include <string.h>

#include <loket/error.h>

#include "setting.h"
#include "syntax.h"

static int
value_new(cfg_t *section, cfg_opt_t *option, const char *text, void *result)
{
	(void)option;
	Value *value = g_new(Value, 1);
	*value = (Value){.text = g_strdup(text), .line = section->line};
	*(void **)result = value;
	return 0;
}

static void
value_free(void *data)
{
	Value *value = data;
	g_free(value->text);
	g_free(value);
}

static size_t
count_settings(const Schema *schema)
{
	size_t n = 0;
	while (schema->settings[n].key)
		n++;
	return n;
}

static size_t
count_sections(const Schema *schema)
{
	size_t n = 0;
	while (schema->sections && schema->sections[n])
		n++;
	return n;
}

static void
options_free(cfg_opt_t *options)
{
	for (size_t i = 0; options[i].name; i++) {
		if (options[i].subopts)
			options_free(options[i].subopts);
	}
	g_free(options);
}

/* The options as libconfuse wants them, with CFG_END, all zero, behind. */
static cfg_opt_t *
options_new(const Schema *schema)
{
	size_t n_settings = count_settings(schema);
	size_t n_sections = count_sections(schema);
	cfg_opt_t *options = g_new0(cfg_opt_t, n_settings + n_sections + 1);
	for (size_t i = 0; i < n_settings; i++) {
		const Setting *setting = &schema->settings[i];
		cfg_flag_t list = setting_is_list(setting) ? CFGF_LIST : 0;
		options[i] = (cfg_opt_t)CFG_PTR_CB(setting->key, NULL,
						   CFGF_NODEFAULT | list,
						   value_new, value_free);
	}
	for (size_t i = 0; i < n_sections; i++) {
		const Schema *section = schema->sections[i];
		options[n_settings + i] = (cfg_opt_t)CFG_SEC(
			section->section, options_new(section),
			CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	}
	return options;
}

/* What was expected where libconfuse finds a fault, by the start of its
 * message. */
static const struct {
	const char *message;
	const char *expected;
} expectations[] = {
	{"premature end", "KEY = VALUE"},
	{"missing equal sign", "KEY = VALUE"},
	{"missing title", "SECTION \"NAME\" { ... }"},
	{"missing opening brace", "SECTION \"NAME\" { ... }"},
	{"found duplicate title", "another title"},
	{"attempt to append", "KEY = VALUE"},
	{"no sub-section", "a key without |"},
	{"invalid octal number", "an escape from \\001 to \\377"},
	{"bad escape sequence", "an escape such as \\n or \\x41"},
	{"unexpected token", "one value, or a list as { \"A\", \"B\" }"},
};

static void
append_expectation(GString *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(expectations); i++) {
		if (!g_str_has_prefix(text->str, expectations[i].message))
			continue;
		g_string_append_printf(text, ", expected %s",
				       expectations[i].expected);
		return;
	}
}

static void
describe_unknown_key(GString *text, const cfg_t *section, const char *key)
{
	g_string_printf(text, "unknown key \"%s\", expected one of", key);
	for (const cfg_opt_t *option = section->opts; option->name; option++)
		g_string_append_printf(text, " %s", option->name);
}

/*
 * libconfuse hands its callbacks nothing of ours, so what it reports is left
 * as the comment of the section at fault, whose line is then the error's.
 */
G_GNUC_PRINTF(2, 0)
static void
note_error(cfg_t *section, const char *format, va_list args)
{
	if (section->comment)
		return;
	g_autoptr(GString) text = g_string_new(NULL);
	if (g_str_has_prefix(format, "no such option")) {
		describe_unknown_key(text, section, va_arg(args, const char *));
	} else {
		g_string_vprintf(text, format, args);
		append_expectation(text);
	}
	section->comment = strdup(text->str);
}

/* The section with a comment, else the one that was read the furthest. */
static const cfg_t *
section_at_fault(const cfg_t *section)
{
	const cfg_t *fault = section;
	for (const cfg_opt_t *option = section->opts; option->name; option++) {
		if (option->type != CFGT_SEC)
			continue;
		for (unsigned i = 0; i < option->nvalues; i++) {
			const cfg_t *inner =
				section_at_fault(option->values[i]->section);
			if (!fault->comment &&
			    (inner->comment || inner->line > fault->line))
				fault = inner;
		}
	}
	return fault;
}

/* Of an empty key libconfuse says nothing. */
static void
report(const Source *source, const cfg_t *root, GError **error)
{
	const cfg_t *section = section_at_fault(root);
	g_autofree char *place = source_place(source, section->line);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: %s", place,
		    section->comment ? section->comment
				     : "empty key, expected KEY = VALUE");
}

/* The scanner of libconfuse is one for the whole process. */
static int
parse_text(cfg_t *root, const char *text)
{
	G_LOCK_DEFINE_STATIC(scanner);
	G_LOCK(scanner);
	int result = cfg_parse_buf(root, text);
	G_UNLOCK(scanner);
	return result;
}

cfg_t *
syntax_parse(const Source *source, const Schema *schema, GError **error)
{
	cfg_opt_t *options = options_new(schema);
	g_autoptr(cfg_t) root = cfg_init(options, CFGF_NONE);
	options_free(options);
	cfg_set_error_function(root, note_error);
	if (parse_text(root, source_text(source)) != CFG_SUCCESS) {
		report(source, root, error);
		return NULL;
	}
	return g_steal_pointer(&root);
}

size_t
syntax_count(cfg_t *section, const char *key)
{
	return cfg_size(section, key);
}

bool
syntax_is_emptied(cfg_t *section, const char *key)
{
	const cfg_opt_t *option = cfg_getopt(section, key);
	return (option->flags & CFGF_MODIFIED) && option->nvalues == 0;
}

const Value *
syntax_value(cfg_t *section, const char *key, size_t index)
{
	return cfg_getnptr(section, key, (unsigned)index);
}

char *
syntax_place(const Source *source, cfg_t *section, const char *key)
{
	if (key && syntax_count(section, key))
		return source_place(source,
				    syntax_value(section, key, 0)->line);
	bool is_root = !cfg_title(section);
	return is_root ? source_place(source, 1)
		       : source_opening(source, section->line);
}
