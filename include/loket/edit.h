/*
 * edit: changes to the header and envelope of a mail, as a milter can make
 * them. Pure.
 *
 * Instances of a name are counted from 1, as the client sent them. Edits are
 * to be carried out in order: deletions come from the highest instance down,
 * because Postfix counts anew after each.
 */
#ifndef LOKET_EDIT_H
#define LOKET_EDIT_H

#include <stdbool.h>

#include <glib.h>

#include <loket/decide.h>
#include <loket/number.h>

enum EditKind {
	EDIT_ADD,    /* a new field at the end */
	EDIT_CHANGE, /* another value for an instance */
	EDIT_DELETE, /* an instance */
	EDIT_SENDER, /* another sender in the envelope */
	EDIT_ADD_RECIPIENT,
	EDIT_DELETE_RECIPIENT,
};

typedef struct Edit {
	enum EditKind kind;
	char *name;   /* of the field; in words for the envelope's */
	int instance; /* of CHANGE and DELETE */
	char *value;  /* folded with LF, ASCII but for what was there before;
			 NULL for DELETE; a bare address of the envelope */
} Edit;

/* Which mail is edited, and for what; all borrowed. */
typedef struct EditPlan {
	const Config *config;
	const TagReader *tags;
	const Mail *mail;
	const Triage *triage;
	const Decision *decision;
	const Ticket *ticket;  /* NULL: no ticket */
	const char *doubt;     /* NULL: none */
	const char *reference; /* msg-id to add to References; NULL */
	const char *reply_to;  /* keyed address for replies; NULL: none */
	const char *sender;    /* of the envelope from now on; NULL: as it is */
	bool is_trusted;       /* Loket-* headers are kept */
	int64_t now;
} EditPlan;

/* The edits of a mail; elements are Edit, freed with the array. */
GPtrArray *edits_new(const EditPlan *plan);

/* One edit in words, for logs and `loket ingest`: "add Loket-Ticket:
 * 2600042179", "add envelope recipient: support@acme.example"; the
 * caller's. */
char *edit_describe(const Edit *edit);

#endif
