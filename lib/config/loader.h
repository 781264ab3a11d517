/* loader: what the steps of loading a configuration share. */
#ifndef LOKET_CONFIG_LOADER_H
#define LOKET_CONFIG_LOADER_H

#include <stdbool.h>

#include <loket/config.h>

#include "syntax.h"

typedef struct Loader {
	const Source *source;
	cfg_t *root;
	const char *data_dir;
	Config *config; /* in the making */
} Loader;

/* Each step reads its sections into the config. LOKET_ERROR_CONFIG with
 * "FILE:LINE: ". */
bool calendars_load(const Loader *loader, GError **error);
bool people_load(const Loader *loader, GError **error); /* teams, agents */
bool also_tags_load(const Loader *loader, GError **error);
bool desks_load(const Loader *loader, GError **error); /* after these three */

/* Reads the sections of one of the two schemas of fields within parent. */
bool fields_load(const Loader *loader, cfg_t *parent, const Schema *schema,
		 GPtrArray *fields, GError **error);

/* Frees of the arrays of a Config. */
void team_free(void *team);
void agent_free(void *agent);
void field_section_free(void *field);
void desk_free(void *desk);

#endif
