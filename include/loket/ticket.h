/*
 * ticket: what a ticket is, and how its state and clocks move. Pure.
 *
 * A clock is one running or ended target: it starts at our receipt of a mail
 * and is met by a human agent's answer. At most one response clock runs at a
 * time (first-response, then next-response); an ended clock stays as history.
 */
#ifndef LOKET_TICKET_H
#define LOKET_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <loket/calendar.h>
#include <loket/target.h>

enum TicketState {
	TICKET_OPEN,	/* our turn */
	TICKET_PENDING, /* the customer's turn */
	TICKET_SOLVED,
	TICKET_CLOSED,
	TICKET_STATES,
};

enum TicketFlag {
	FLAG_NONE,
	FLAG_NEAR,    /* from warn before due on */
	FLAG_OVERDUE, /* past due */
};

enum ClockOutcome {
	OUTCOME_OPEN,	 /* it runs, and due is not past, or stands still */
	OUTCOME_OUTSIDE, /* ended outside the norm */
	OUTCOME_MET,
	OUTCOME_LATE,	/* met after due */
	OUTCOME_MISSED, /* past due, and not met yet */
};

typedef struct TicketClock {
	enum TargetKind kind;
	Target target;
	int64_t started_at;
	int64_t due;	  /* as it was promised; never moved */
	int64_t due_now;  /* with the pauses that have an end */
	int64_t aim;	  /* the earlier instant that is aimed at; 0: none */
	int64_t met_at;	  /* 0: not met */
	int64_t ended_at; /* 0: it runs */
	char *met_by;	  /* Message-ID of the answer; NULL */
} TicketClock;

/* A time in which the resolution target does not run: from <= t < to. */
typedef struct TicketPause {
	int64_t from;
	int64_t to; /* 0: until the customer writes */
	char *why;
} TicketPause;

/* An answer that has reached the customer, for all we know. */
typedef struct TicketAnswer {
	char *message_id; /* NULL: not by mail */
	int64_t at;
	char *agent;	 /* address; NULL: not told */
	char *reference; /* our msg-id in its References; NULL: none */
} TicketAnswer;

/* Strings are UTF-8 and owned; NULL where there is nothing. */
typedef struct Ticket {
	char *number;
	char *desk; /* title */
	char *type;
	enum TicketState state;
	char *subject;
	char *customer; /* address */
	char *customer_name;
	char *language;
	char *agent; /* address */
	char *team;
	char *channel;
	int64_t received_at;
	char *queue_id; /* of the mail that made it */
	bool is_confirmed;
	bool is_undeliverable;
	int64_t promise;
	int64_t closed_at;
	char *successor;    /* number of the ticket that its mail goes to now */
	GPtrArray *seen_by; /* char *, titles of other desks, in order */
	GPtrArray *clocks;  /* TicketClock, oldest first */
	GPtrArray *pauses;  /* TicketPause, oldest first */
	GPtrArray *answers; /* TicketAnswer, oldest first */
} Ticket;

Ticket *ticket_new(void);
void ticket_free(Ticket *ticket);

/* Mail of the ticket came to the desk of this title, too; it is copied. */
void ticket_show_to(Ticket *ticket, const char *desk);

/* "open"; static. */
const char *ticket_state_name(enum TicketState state);
/* False when name is no state. */
bool ticket_state_parse(const char *name, enum TicketState *state);
/* "near"; static. */
const char *ticket_flag_name(enum TicketFlag flag);

/* Starts a clock of the kind; due is its end. Borrowed. */
TicketClock *ticket_start_clock(Ticket *ticket, enum TargetKind kind,
				Target target, int64_t started_at, int64_t due);

/* The newest clock of the kind, running or not; NULL when there was none.
 * Borrowed. */
TicketClock *ticket_clock(const Ticket *ticket, enum TargetKind kind);

/* The response clock that runs; NULL when none does. Borrowed. */
TicketClock *ticket_running_response(const Ticket *ticket);

/*
 * Which response clock a customer's mail starts: first-response when nobody
 * of ours was ever asked or wrote, next-response after that. False when one
 * runs already: it keeps its start.
 */
bool ticket_response_wanted(const Ticket *ticket, enum TargetKind *kind);

/* The customer wrote: our turn, also on a ticket that was ended, and a pause
 * is over. calendar may be NULL, as below. */
void ticket_customer_wrote(Ticket *ticket, const Calendar *calendar,
			   int64_t at);

/* A human agent answered the customer with the mail message_id (may be
 * NULL): the running response target is met, and the plan when something is
 * promised; the turn is the customer's. The answer, borrowed. */
TicketAnswer *ticket_answer(Ticket *ticket, const char *message_id, int64_t at);

/* There is nothing to answer: a response clock ends outside the norm. */
void ticket_done(Ticket *ticket, int64_t at);

/*
 * The ticket is ended. The resolution target is met when the customer was
 * answered and nothing of his waits, or is told by a closing note; whatever
 * else runs ends outside the norm.
 */
void ticket_close(Ticket *ticket, const Calendar *calendar, int64_t at,
		  bool has_note);

/*
 * One ticket becomes part of another: its answers go there, and of the clocks
 * that run in both, of a response, a plan or a resolution, the sooner due goes
 * on there. from is ended, the other knows nothing of its number yet.
 */
void ticket_merge(Ticket *into, Ticket *from, int64_t at);

/* Something is promised for the instant; the plan is met when the customer
 * has been answered. */
void ticket_promise(Ticket *ticket, int64_t instant, int64_t at);

/*
 * The customer's turn: the resolution target pauses until the instant, 0 for
 * until he writes. A pause that runs is replaced. calendar is the desk's, NULL
 * when the desk is no longer configured: then no due is moved.
 */
void ticket_wait(Ticket *ticket, const Calendar *calendar, int64_t at,
		 int64_t until, const char *why);

/* The pause that runs at the instant; NULL when none does. Borrowed. */
TicketPause *ticket_pause_at(const Ticket *ticket, int64_t instant);

/* Adds an answer as it was stored; message_id is copied. Borrowed. */
TicketAnswer *ticket_add_answer(Ticket *ticket, const char *message_id,
				int64_t at);

/* The answer with this Message-ID or reference (may be NULL); NULL: there is
 * none. Borrowed. */
const TicketAnswer *ticket_answer_by(const Ticket *ticket, const char *id);

/* Adds a pause as it was stored; why is copied. */
void ticket_add_pause(Ticket *ticket, int64_t from, int64_t to,
		      const char *why);

/* The mail message_id did not reach the customer: all is as if that answer had
 * never been, but a ticket that was ended stays so. Whether a target was met
 * by it. */
bool ticket_answer_failed(Ticket *ticket, const char *message_id);

/* The soonest due of the clocks that run and the promise; 0 for none. A clock
 * that pauses without an end is not due, unless it was past due before. */
int64_t ticket_due(const Ticket *ticket);

/*
 * Near from warn of working time before due on, overdue past it; the worst
 * of the running clocks and the promise. calendar may be NULL (a desk that
 * is no longer configured): then nothing is near.
 */
enum TicketFlag ticket_flag(const Ticket *ticket, const Calendar *calendar,
			    const Target *warn, int64_t now);

/* Whether the target of a clock of the ticket was met. What stands still is
 * not missed. */
enum ClockOutcome ticket_clock_outcome(const Ticket *ticket,
				       const TicketClock *clock, int64_t now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ticket, ticket_free)

#endif
