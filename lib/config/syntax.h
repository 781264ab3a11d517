/*
 * syntax: what libconfuse makes of a prepared text.
 *
 * A Schema says which keys and sections there may be. The values come as
 * texts with the line they stand on; what they mean is for setting.h.
 */
#ifndef LOKET_CONFIG_SYNTAX_H
#define LOKET_CONFIG_SYNTAX_H

#include <confuse.h>
#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "source.h"

typedef struct SettingType SettingType;

/* A key: where its value goes and how it is read. */
typedef struct Setting {
	const char *key;
	const SettingType *type;
	size_t offset;	      /* of the field in its record */
	const char *fallback; /* the default, as a file would give it */
} Setting;

/* A kind of section. The first member of its record is its title. */
typedef struct Schema {
	const char *section;		      /* NULL: the file itself */
	size_t size;			      /* of its record */
	const Setting *settings;	      /* ends with a NULL key */
	const struct Schema *const *sections; /* ends with NULL; or NULL */
} Schema;

/* One text of the file. */
typedef struct Value {
	char *text;
	int line;
} Value;

/*
 * Parses the text of source. The result is for cfg_free(). May be called
 * from any thread. LOKET_ERROR_CONFIG with "FILE:LINE: ": a key or section
 * that the schema does not have, or no syntax of libconfuse's.
 */
cfg_t *syntax_parse(const Source *source, const Schema *schema, GError **error);

/* How many values the section gives to key; 0 also for an empty list. */
size_t syntax_count(cfg_t *section, const char *key);

/* Whether the section says that key has no values: KEY = { }. */
bool syntax_is_emptied(cfg_t *section, const char *key);

/* One of them, borrowed from the section. */
const Value *syntax_value(cfg_t *section, const char *key, size_t index);

/* Where the first value of key stands, or else, with none or key NULL, where
 * the section is opened, the file itself on its first line; "FILE:LINE", the
 * caller's. */
char *syntax_place(const Source *source, cfg_t *section, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cfg_t, cfg_free)

#endif
