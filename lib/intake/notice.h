/*
 * notice: one notification about a ticket, put into the outbox.
 */
#ifndef LOKET_INTAKE_NOTICE_H
#define LOKET_INTAKE_NOTICE_H

#include "job.h"

/* All of it is borrowed. */
typedef struct Notice {
	const char *kind;  /* "ack", "alert" */
	const char *key;   /* of its row: there is but one with it */
	const char *state; /* "waiting", "held" */
	enum TemplateKind template;
	const char *language; /* of who reads it; NULL: the desk's */
	const char *to;
	const char *who;	 /* whom it is about; NULL: nobody */
	const char *in_reply_to; /* msg-id; NULL */
	int64_t due;		 /* 0: none */
	int64_t expires_at;	 /* past it, it is of no use; 0: never */
} Notice;

/* *is_added is false when there is a row with that key already. */
bool queue_notice(StoreTx *tx, const Job *job, const Notice *notice,
		  bool *is_added, GError **error);

#endif
