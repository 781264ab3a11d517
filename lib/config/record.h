/* record: sections of one kind to an array of records. */
#ifndef LOKET_CONFIG_RECORD_H
#define LOKET_CONFIG_RECORD_H

#include <stdbool.h>

#include <glib.h>

#include "syntax.h"

/*
 * Reads all sections of the schema within parent and adds a record for each
 * to records, which frees them, in the order of the file. Titles are unique
 * in any case. LOKET_ERROR_CONFIG with "FILE:LINE: ".
 */
bool record_read_all(const Source *source, cfg_t *parent, const Schema *schema,
		     GPtrArray *records, GError **error);

/* The record with this title, in any case; borrowed. NULL: none. */
void *record_find(const GPtrArray *records, const char *title);

/* Frees what the schema put into the record, and the record. */
void record_free(const Schema *schema, void *record);

#endif
