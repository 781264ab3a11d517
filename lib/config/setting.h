/*
 * setting: from the texts of a section to the fields of its record.
 *
 * A table of settings names the keys of a section; the type of each says how
 * a text becomes a value, and what to tell when it does not.
 */
#ifndef LOKET_CONFIG_SETTING_H
#define LOKET_CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "syntax.h"

struct SettingType {
	/*
	 * Makes the value of a text in *field, or adds it when the type is a
	 * list. False: the text is wrong; why may say in what way.
	 */
	bool (*read)(const SettingType *type, const char *text, void *field,
		     GError **why);
	void (*start)(void *field); /* makes an empty list; NULL: no list */
	void (*clear)(void *field); /* NULL: nothing to free */
	bool (*is_valid)(const char *text); /* NULL: every text is */
	const char *expected;		    /* after "expected " */
	const char *const *choices; /* of an enum, in its order, then NULL */
	int min, max;		    /* of a number */
};

/*
 * Reads what the section gives for each of the settings into the record,
 * which is all zero, and the defaults for what it does not give. An empty
 * text is right where it is the default. LOKET_ERROR_CONFIG with
 * "FILE:LINE: "; setting_clear_all() is due all the same.
 */
bool setting_read_all(const Setting *settings, const Source *source,
		      cfg_t *section, void *record, GError **error);

void setting_clear_all(const Setting *settings, void *record);

bool setting_is_list(const Setting *setting);

/* Sets error to what is wrong with the first value of key, or with the
 * section when key is NULL or not given, and returns false. */
bool setting_fail(const Source *source, cfg_t *section, const char *key,
		  GError **error, const char *format, ...) G_GNUC_PRINTF(5, 6);

#endif
