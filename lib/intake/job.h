/*
 * job: one mail on its way through the store; for the files of this room.
 */
#ifndef LOKET_INTAKE_JOB_H
#define LOKET_INTAKE_JOB_H

#include <loket/intake.h>
#include <loket/notification.h>

#include "match.h"

typedef struct Job {
	/* in, borrowed */
	const Intake *intake;
	const Envelope *envelope;
	const Mail *mail;
	const Triage *triage;
	const Names *names;
	const GPtrArray *fields; /* of Field, the desk's */
	int64_t now;
	/* out, owned */
	GBytes *packed; /* the mail as it is stored; NULL: it is not */
	Evidence evidence;
	Decision *decision;
	Ticket *ticket;	 /* as it stands after the mail; NULL: none */
	Seen *seen;	 /* what is remembered of it; NULL: nothing */
	char *reference; /* our msg-id for it; NULL: it gets none */
	char *reply_to;	 /* where its reader is to answer; NULL: as it came */
	char *sender;	 /* of its envelope from now on; NULL: as it came */
	GPtrArray *told; /* of OutboxItem, what was put into the outbox */
	bool created;
	bool duplicate;
	bool is_dry; /* all was decided, and is undone on purpose */
} Job;

/* Carries the decision out; sets ticket and created. */
bool apply(StoreTx *tx, Job *job, GError **error);

/* Makes what an agent's mail is given on its way, its ticket being known. */
void prepare_departure(Job *job);
/* The Message-ID that the mail has when it leaves; NULL: none that we know.
 * Borrowed. */
const char *message_id_of(const Job *job);

/* The address of the desk whose mail joins the ticket of that number; the
 * caller's. NULL: the desk has none. */
char *keyed_address(const Intake *intake, const ConfigDesk *desk,
		    const char *number);

/* Whether the sender of the envelope is authenticated, not only who speaks. */
bool is_proven(const Triage *triage);

/* Puts a notification of the job's desk into the outbox: desk, instants and
 * cause are filled in. *is_added is false when its key is there already. */
bool tell(StoreTx *tx, const Job *job, NotificationDraft *draft, bool *is_added,
	  GError **error);

/* Tells the postmaster, once a day, that this limit of the site holds
 * acknowledgements. */
bool alert_of_held(StoreTx *tx, const Job *job, const ConfigLimit *limit,
		   GError **error);

/* Puts the acknowledgement of the new ticket into the outbox, or notes why
 * there is none. */
bool acknowledge(StoreTx *tx, Job *job, GError **error);

/* Puts what the agents of the ticket are to know at once into the outbox. */
bool alert_agents(StoreTx *tx, const Job *job, GError **error);

/* Whether the mail was here before: then seen and duplicate are set and its
 * ticket is loaded. */
bool find_seen(StoreTx *tx, Job *job, GError **error);
/* Remembers the mail, or the recipients that a repeat has added. */
bool remember_seen(StoreTx *tx, const Job *job, GError **error);
/* The recipients that were not there before; borrowed, the array is the
 * caller's. */
GPtrArray *fresh_recipients(const Job *job);

/* Lets the recipients that a repeat has added have their effect. */
bool apply_repeat(StoreTx *tx, Job *job, GError **error);

#endif
