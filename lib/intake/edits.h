/*
 * edits: a list of edits as it grows; for the files of this room.
 */
#ifndef LOKET_INTAKE_EDITS_H
#define LOKET_INTAKE_EDITS_H

#include <loket/edit.h>

/* Takes the value. */
void edits_add(GPtrArray *edits, enum EditKind kind, const char *name,
	       int instance, char *value);

/* Deletes all instances of a name, from the highest down to first. */
void edits_delete_from(GPtrArray *edits, const Mail *mail, const char *name,
		       int first);

/* Whether any of them is about a field of this name. */
bool edits_have(const GPtrArray *edits, const char *name);

/* In whose name an agent's mail leaves, and to whom besides. */
void edits_for_departure(GPtrArray *edits, const EditPlan *plan);

#endif
