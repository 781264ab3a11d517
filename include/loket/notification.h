/*
 * notification: what is told to whom, about what, and the mail made of it.
 *
 * A draft names the words, the desk that speaks and the ticket that it is
 * about; composing it fills in the words and writes the mail around them.
 */
#ifndef LOKET_NOTIFICATION_H
#define LOKET_NOTIFICATION_H

#include <loket/intake.h>

/* How long a notification that promises nothing is tried (RFC 5321
 * 4.5.4.1). */
#define NOTIFICATION_EXPIRE_S (INT64_C(5) * 24 * 3600)

/* All of it is borrowed. */
typedef struct Notice {
	const char *kind;  /* "ack", "alert" */
	const char *key;   /* of its row: there is but one with it */
	const char *state; /* "waiting", "held" */
	enum TemplateKind template;
	const ConfigDesk *desk; /* that speaks */
	const Ticket *ticket;	/* NULL: about none */
	const char *language;	/* of whoever reads it; NULL: the desk's */
	const char *to;
	const char *in_reply_to; /* msg-id; NULL */
	bool is_reply;		 /* a mail of the reader's caused it */
	bool is_authenticated;	 /* its cause was */
	int64_t at;		 /* now */
	int64_t leaves_at;	 /* at the earliest */
	int64_t expires_at;	 /* past it, it is of no use; 0: never */
	int64_t due;		 /* what is promised; 0: nothing */
	int64_t plan;		 /* the same for a plan */
	int64_t reopen;		 /* until when an answer reopens; 0 */
	const Target *target;	 /* within which; NULL */
	TemplateValues values;	 /* those that all this does not tell */
} NotificationDraft;

/* The words of an acknowledgement at an instant: on a day on which the desk is
 * closed, those that say so. */
enum TemplateKind notification_ack_template(const ConfigDesk *desk, int64_t at);

/* Sets what the clocks of the ticket promise: due, target and plan. */
void notification_set_promise(NotificationDraft *draft, const Ticket *ticket);

/* The row of the notification; the caller's. Without a keyring it has its words
 * alone, and no mail. */
OutboxItem *notification_compose(const Intake *intake,
				 const NotificationDraft *draft);

/*
 * Composes it into the outbox. *item is the caller's, NULL when there is a row
 * with that key already.
 */
bool notification_queue(StoreTx *tx, const Intake *intake,
			const NotificationDraft *draft, OutboxItem **item,
			GError **error);

#endif
