/*
 * decide: what is to be done with one mail. Pure.
 *
 * Who speaks (triage) and what ties the mail to a ticket (evidence) go in, a
 * Decision comes out: the table of effects, in one place. Nothing here reads
 * or writes the store.
 */
#ifndef LOKET_DECIDE_H
#define LOKET_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <loket/config.h>
#include <loket/mail.h>
#include <loket/ticket.h>
#include <loket/triage.h>

enum EvidenceKind {
	EVIDENCE_NONE,
	EVIDENCE_TOKEN,	       /* an id that we issued */
	EVIDENCE_MESSAGE_ID,   /* an id that the store knows */
	EVIDENCE_CONVERSATION, /* that of a Thread-Index, likewise */
	EVIDENCE_TAG,	       /* a tag with a right check digit */
};

/* What ties a mail to a ticket. A ticket that is named but not believed is in
 * doubted, never in ticket. */
typedef struct Evidence {
	enum EvidenceKind kind;
	Ticket *ticket;		  /* NULL: none is believed */
	char *doubted;		  /* number of a ticket not believed; NULL */
	char *doubt;		  /* why, or how weak the belief is; NULL */
	const char *returned;	  /* our msg-id of the mail that comes back, by
				     the address it comes to; NULL */
	bool reaches_participant; /* one is among the recipients */
	bool is_known;		  /* the customer had a ticket before */
} Evidence;

enum Action {
	ACTION_PASS,  /* unchanged, nothing kept */
	ACTION_STORE, /* kept without a ticket */
	ACTION_NEW,
	ACTION_JOIN,
};

typedef struct ClockStart {
	enum TargetKind kind;
	Target target;
	int64_t due;
	int64_t aim; /* 0: none */
} ClockStart;

typedef struct Decision {
	enum Action action;
	enum Role role;
	const char *direction; /* "in", "out", "internal" */
	const ConfigDesk *desk;
	const char *type;      /* of a new ticket */
	const char *continues; /* number of a ticket closed too long ago to be
				  opened again; NULL */
	const char *forwards;  /* number of the ticket whose mail was sent on
				  to make this one; NULL */
	const char *customer;  /* of a new ticket */
	const char *customer_name;
	enum TicketState state; /* of a new ticket */
	bool customer_wrote;	/* our turn now */
	bool reopens;		/* which it was not */
	bool is_answer;		/* meets a response target */
	bool is_undeliverable;	/* a mail did not reach a recipient */
	bool answer_failed;	/* it did not reach the customer */
	char *unreached;	/* whom it did not reach; NULL: not told */
	char *bounced_agent;	/* who wrote it; NULL: no agent did */
	char *bounced_id;	/* its Message-ID; NULL: not told */
	char *other_agent;	/* who answered just before; NULL: nobody */
	bool goes_out;		/* of an agent's mail to somebody else in a
				   ticket, written or automatic: */
	bool is_masked;		/* the desk stands for the agent */
	bool reply_to_desk;	/* replies are asked for there */
	const char *copy_to;	/* one more recipient; NULL: none */
	GPtrArray *withheld;	/* char *, recipients who do not get it */
	bool acknowledge;
	char *ack_reason; /* why not */
	ClockStart clocks[TARGET_KINDS];
	size_t n_clocks;
} Decision;

/* All that a decision is made from, borrowed. */
typedef struct Case {
	const Config *config;
	const Envelope *envelope;
	const Mail *mail;
	const Triage *triage;
	const Evidence *evidence;
	int64_t now;
} Case;

/*
 * The decision on a case; the caller's, it borrows from the case.
 * LOKET_ERROR_TEMPORARY: a due instant cannot be computed.
 */
Decision *decision_new(const Case *facts, GError **error);
void decision_free(Decision *decision);

void evidence_clear(Evidence *evidence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Decision, decision_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Evidence, evidence_clear)

#endif
