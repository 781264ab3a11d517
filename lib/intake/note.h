/* note: what the customer is told because an agent ordered something. */
#ifndef LOKET_INTAKE_NOTE_H
#define LOKET_INTAKE_NOTE_H

#include <loket/notification.h>

/* All of it is borrowed. */
typedef struct Note {
	enum TemplateKind template; /* closing, promise, taken up */
	const Ticket *ticket;
	const ConfigDesk *desk; /* NULL: no longer configured, nobody speaks */
	const char *words;	/* the agent's own; NULL: none */
	int64_t due;		/* what is promised; 0: nothing */
	int64_t plan;		/* the same for a plan; 0 */
	int64_t reopen;		/* until when an answer reopens; 0 */
	const char *event;	/* that tells two notes of a kind apart */
	int64_t at;
} Note;

/* Puts the note into the outbox, with an event of the ticket. *why is the
 * caller's: why the customer is not told; NULL: he is. */
bool note_customer(StoreTx *tx, const Intake *intake, const Note *note,
		   char **why, GError **error);

#endif
