/*
 * match: what ties a mail to a ticket, looked up in the store.
 */
#ifndef LOKET_INTAKE_MATCH_H
#define LOKET_INTAKE_MATCH_H

#include <loket/decide.h>
#include <loket/intake.h>
#include <loket/number.h>
#include <loket/store.h>

/* What the mail itself names, found before any transaction. */
typedef struct Names {
	GPtrArray *tokens;	/* char *, numbers that our own addresses and
				   ids name */
	GPtrArray *message_ids; /* const char *, nearest first */
	char *conversation;	/* of a Thread-Index; NULL: none */
	GPtrArray *tags;	/* char *, numbers by right tags of ours */
	GPtrArray *also_tags;	/* Field *, tags of another system */
	char *returned;		/* our msg-id of the mail that comes back, by
				   the address it comes to; NULL: none */
} Names;

Names *names_new(const Intake *intake, const Envelope *envelope,
		 const Mail *mail, const Triage *triage);
void names_free(Names *names);
/* Whether the mail names a ticket by a token, a right tag or an also-tag. */
bool names_has_readable(const Names *names);
/* Whether there is anything to look up. */
bool names_is_empty(const Names *names);

/* Fills evidence, inside a transaction; clear it with evidence_clear. */
bool match(StoreTx *tx, const Names *names, const Triage *triage,
	   const GPtrArray *recipients, Evidence *evidence, GError **error);

/* Sets reaches_participant of evidence, whose ticket is there: whether one
 * but the speaker himself is among the recipients. */
bool match_recipients(StoreTx *tx, const Triage *triage,
		      const GPtrArray *recipients, Evidence *evidence,
		      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Names, names_free)

#endif
