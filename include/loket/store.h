/*
 * store: tickets, messages and the outbox, durable.
 *
 * Whatever changes goes through store_write: the work is done in a
 * transaction by one writer thread, which takes together whatever waits, and
 * store_write returns when the change is on the disk. Readers see the last
 * committed state and hold nobody up. Several programs may use one store.
 *
 * All functions on a StoreTx fail with LOKET_ERROR_TEMPORARY: the store
 * cannot be read or written now. Nothing of the work is then kept.
 */
#ifndef LOKET_STORE_H
#define LOKET_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <loket/ticket.h>

/* How long store_write waits for its turn, in seconds. */
#define STORE_WAIT_S 20
/* The most works that one commit takes together. */
#define STORE_BATCH_MAX 256
/* The most mails seen that one more makes forgotten; more than one, so that
 * they become fewer. */
#define STORE_FORGET_MAX 100

typedef struct Store Store;
typedef struct StoreTx StoreTx;

enum StoreMode {
	STORE_WRITE, /* makes the store when there is none */
	STORE_READ,  /* a store that is not there reads as an empty one */
	STORE_LATER, /* opens nothing yet, and cannot be written */
};

/* What is done inside a transaction; false undoes all of it. It runs on the
 * writer's thread, once, and must not wait for anything. */
typedef bool StoreWork(StoreTx *tx, void *data, GError **error);

/*
 * Opens the store at url, "sqlite:PATH". The result is the caller's and may
 * be used from many threads. LOKET_ERROR_CONFIG: no such kind of store, or
 * one of a newer schema; LOKET_ERROR_TEMPORARY: it cannot be opened now.
 */
Store *store_open(const char *url, enum StoreMode mode, GError **error);
/* Ends the writer after what waits. NULL is allowed. */
void store_close(Store *store);

/* Runs work and makes it durable. False: nothing of it was done; error is
 * the work's own, or LOKET_ERROR_TEMPORARY. */
bool store_write(Store *store, StoreWork *work, void *data, GError **error);

/* Runs work on one consistent view of the store; it must change nothing. */
bool store_read(Store *store, StoreWork *work, void *data, GError **error);

/* Tickets */

/* Gives the ticket the next number of the site, in the year of its receipt,
 * and adds it with its clocks. LOKET_ERROR_TEMPORARY also when the sequence
 * is used up. */
bool store_ticket_add(StoreTx *tx, Ticket *ticket, int year, GError **error);

/* Writes back state, clocks and all else but number and receipt. */
bool store_ticket_save(StoreTx *tx, const Ticket *ticket, GError **error);

/* *ticket is the caller's; NULL when there is no such number. */
bool store_ticket_get(StoreTx *tx, const char *number, Ticket **ticket,
		      GError **error);

/* The ticket that mail for this number goes to now: itself, or the last of
 * its successors. */
bool store_ticket_find(StoreTx *tx, const char *number, Ticket **ticket,
		       GError **error);

/* What belongs to the ticket from belongs to into now: messages, participants
 * and the memory of mails seen. Its number, links and events stay. */
bool store_ticket_merge(StoreTx *tx, const char *from, const char *into,
			GError **error);

/* When the newest ticket was received; 0 when there is none. */
bool store_newest_receipt(StoreTx *tx, int64_t *at, GError **error);

typedef struct TicketFilter {
	const char *desk;  /* whose they are, or that sees them; NULL: all */
	const char *state; /* NULL: all that are not closed; "all" */
	int64_t due_until; /* 0: no matter */
	int limit;	   /* 0: no limit */
} TicketFilter;

/* Tickets, soonest due first, those without due last. *tickets is the
 * caller's, its elements are freed with it. */
bool store_tickets_list(StoreTx *tx, const TicketFilter *filter,
			GPtrArray **tickets, GError **error);

/* Whether this address is the customer of a ticket. */
bool store_customer_is_known(StoreTx *tx, const char *address, bool *is_known,
			     GError **error);

/* Addresses that may join the ticket; case is folded. */
bool store_participant_add(StoreTx *tx, const char *number, const char *address,
			   GError **error);
bool store_is_participant(StoreTx *tx, const char *number, const char *address,
			  bool *is, GError **error);
/* *addresses holds char*, the caller's. */
bool store_participants_list(StoreTx *tx, const char *number,
			     GPtrArray **addresses, GError **error);

/* Ties two tickets; kind is "doubt" and the like. */
bool store_link_add(StoreTx *tx, const char *number, const char *other,
		    const char *kind, GError **error);

/* Fields: what the site's patterns picked out of a ticket's mails. */

typedef struct Field {
	char *name;
	char *value;
} Field;

Field *field_new(const char *name, const char *value);
void field_free(void *field);

/* The first value of a name stays. */
bool store_field_add(StoreTx *tx, const char *number, const Field *field,
		     GError **error);
/* By name. *fields holds Field*, the caller's. */
bool store_fields_list(StoreTx *tx, const char *number, GPtrArray **fields,
		       GError **error);
/* The first ticket with that field which the address takes part in, else the
 * first of all with it. *number is the caller's, NULL when there is none. */
bool store_ticket_of_field(StoreTx *tx, const Field *field, const char *address,
			   char **number, GError **error);

/* Messages */

/* A message to be added; all of it is borrowed. */
typedef struct MessageDraft {
	const char *ticket; /* NULL: stored without one */
	const char *message_id;
	const char *conversation; /* of a Thread-Index; NULL: none */
	const char *role;
	const char *direction; /* in, out, internal */
	const char *from;
	const GPtrArray *to; /* char*; NULL: nobody */
	int64_t at;
	const char *subject;
	const char *new_text;
	const char *attachments; /* JSON array, as in `loket show`; NULL: [] */
	const char *envelope_from;
	const char *queue_id;
	const char *desk;
	const char *reason;
	GBytes *packed; /* the mail, from store_pack; NULL: it is not kept */
} MessageDraft;

/* The whole mail, compressed as the store keeps it; the caller's. Others wait
 * while a transaction lasts, so this is done before. LOKET_ERROR_TEMPORARY:
 * it cannot be compressed. */
GBytes *store_pack(GBytes *raw, GError **error);

bool store_message_add(StoreTx *tx, const MessageDraft *draft, GError **error);

/* A message as it is listed: what its draft said. */
typedef struct Message {
	int64_t id;
	char *ticket;
	char *message_id;
	char *role;
	char *direction;
	char *from;
	GPtrArray *to; /* char* */
	int64_t at;
	char *subject;
	char *new_text;
	char *attachments;
	char *envelope_from;
	char *queue_id;
	char *desk;
	char *reason;
} Message;

/* The ticket of the first message with this Message-ID that has one: whoever
 * copies an id later does not get its ticket's mail. *number is the caller's,
 * NULL when there is none. */
bool store_ticket_of_message(StoreTx *tx, const char *message_id, char **number,
			     GError **error);

/* The ticket of a message with this Message-ID that was made by forwarding
 * mail of the ticket number. */
bool store_ticket_forwarded(StoreTx *tx, const char *message_id,
			    const char *number, char **forwarded,
			    GError **error);

/* The same for the conversation of a Thread-Index. */
bool store_ticket_of_conversation(StoreTx *tx, const char *conversation,
				  char **number, GError **error);

/* The thread of a ticket, oldest first. *messages is the caller's. */
bool store_messages_list(StoreTx *tx, const char *number, GPtrArray **messages,
			 GError **error);

/* The Message-ID of the newest mail of the ticket in a role, the caller's: ""
 * when it has none, NULL when there is no such mail. */
bool store_newest_of_role(StoreTx *tx, const char *number, const char *role,
			  char **message_id, GError **error);

/* Messages stored without a ticket, of a role, newest first. */
bool store_loose_list(StoreTx *tx, const char *role, int limit,
		      GPtrArray **messages, GError **error);

/* Events: what happened to a ticket, in words. */

typedef struct Event {
	int64_t at;
	char *what;
	char *detail;
} Event;

bool store_event_add(StoreTx *tx, const char *number, int64_t at,
		     const char *what, const char *detail, GError **error);
bool store_events_list(StoreTx *tx, const char *number, GPtrArray **events,
		       GError **error);

typedef struct Link {
	char *number;
	char *kind;
} Link;

bool store_links_list(StoreTx *tx, const char *number, GPtrArray **links,
		      GError **error);

/* Mails seen, so that none counts twice */

typedef struct Seen {
	char *ticket;	  /* NULL: stored without one */
	char *recipients; /* addresses, one a line */
	int64_t at;
} Seen;

/* *seen is the caller's; NULL when key was not seen since the instant. */
bool store_seen_get(StoreTx *tx, const char *key, int64_t since, Seen **seen,
		    GError **error);
/* Adds or replaces, and forgets mails from before since: the oldest, at most
 * STORE_FORGET_MAX. */
bool store_seen_put(StoreTx *tx, const char *key, const Seen *seen,
		    int64_t since, GError **error);
void seen_free(Seen *seen);

/* Outbox */

typedef struct OutboxItem {
	int64_t id;
	char *key;   /* no two rows bear the same; as "ack:2600042179" */
	char *kind;  /* ack, closing, alert ... */
	char *state; /* waiting, sent, held, failed */
	char *ticket;
	char *recipient;
	char *subject;
	char *text;
	char *message_id;
	GBytes *mail;	       /* the whole mail; not listed */
	bool is_authenticated; /* its cause was */
	char *desk;
	int attempts;
	int64_t created_at; /* made, or let go after it was held */
	int64_t next_at;
	int64_t expires_at; /* past it, it is of no use to send; 0: never */
	char *last_error;
} OutboxItem;

/* *is_added is false when a row with that key is there already. */
bool store_outbox_add(StoreTx *tx, const OutboxItem *item, bool *is_added,
		      GError **error);
/* The whole outbox, oldest first. */
bool store_outbox_list(StoreTx *tx, GPtrArray **items, GError **error);
/* Takes the next row that is due at now, with its mail, and reserves it until
 * the instant: nobody else takes it before. What somebody is to hear of a
 * ticket he hears in order: a row waits for those before it. NULL when none
 * is due. */
bool store_outbox_take(StoreTx *tx, int64_t now, int64_t until,
		       OutboxItem **item, GError **error);
/* What became of it: state, next_at and last_error are written. */
bool store_outbox_save(StoreTx *tx, const OutboxItem *item, GError **error);
/* A row that was given up waits again, due now; *why not, static: there is no
 * such row, it was not given up, or is of no use any more. NULL: it does. */
bool store_outbox_retry(StoreTx *tx, int64_t id, int64_t now, const char **why,
			GError **error);
/* When the next row is due; 0 when nothing waits. */
bool store_outbox_next(StoreTx *tx, int64_t *next_at, GError **error);

/* Whether there is a row with that key. */
bool store_outbox_has(StoreTx *tx, const char *key, bool *has, GError **error);
/* What waits of a kind about a ticket, or is held, is not sent any more: it
 * has failed, for the reason why. */
bool store_outbox_withdraw(StoreTx *tx, const char *number, const char *kind,
			   const char *why, GError **error);
/* The same for what ought to have left: it was tried in vain, or is held. */
bool store_outbox_withdraw_late(StoreTx *tx, const char *number,
				const char *kind, const char *why,
				GError **error);

/* Which rows are counted: all that are not held, those to an address, or from
 * unauthenticated causes those to a domain or of a desk. */
enum OutboxScope {
	OUTBOX_SITE,
	OUTBOX_ADDRESS,
	OUTBOX_DOMAIN,
	OUTBOX_DESK,
};

typedef struct OutboxWindow {
	const char *kind;
	enum OutboxScope scope;
	/* A domain, a title, NULL for the site; or an address, which stands for
	 * all that are the same mailbox for all we know: in any case, behind
	 * SRS and BATV, whatever follows a plus. */
	const char *of;
	int64_t since;
	int64_t most; /* it is not counted further */
} OutboxWindow;

/* How many rows were made in the window. */
bool store_outbox_count(StoreTx *tx, const OutboxWindow *window, int64_t *count,
			GError **error);

/* Whether rows of a kind are held. */
bool store_outbox_has_held(StoreTx *tx, const char *kind, bool *has,
			   GError **error);
/* Held rows of a kind that are of no use at now any more have failed, for the
 * reason why; their tickets have an event. */
bool store_outbox_expire_held(StoreTx *tx, const char *kind, int64_t now,
			      const char *why, GError **error);
/* Lets at most so many held rows of a kind go, oldest first: they are made
 * now, and due when they would have been, or now. */
bool store_outbox_release(StoreTx *tx, const char *kind, int64_t most,
			  int64_t now, GError **error);

void outbox_item_free(OutboxItem *item);

/* Notices: what a desk has put up for all who write to it. */

typedef struct DeskNotice {
	char *desk;	/* title */
	char *language; /* of whom it is for; "": of everybody */
	char *text;
	int64_t until; /* it is not shown from then on */
} DeskNotice;

void desk_notice_free(DeskNotice *notice);

/* In the place of the desk's notice in that language. */
bool store_desk_notice_put(StoreTx *tx, const DeskNotice *notice,
			   GError **error);
/* Takes down all notices of the desk. */
bool store_desk_notice_remove(StoreTx *tx, const char *desk, GError **error);
/* Who asks for one. */
typedef struct DeskNoticeReader {
	const char *desk;
	const char *language; /* NULL: not known */
	int64_t at;
} DeskNoticeReader;

/* What is up for a reader: the notice in his language, else the one for
 * everybody. *notice is the caller's, NULL for none. */
bool store_desk_notice_get(StoreTx *tx, const DeskNoticeReader *reader,
			   DeskNotice **notice, GError **error);
/* What is up at now. *notices holds DeskNotice*, the caller's. */
bool store_desk_notices_list(StoreTx *tx, int64_t now, GPtrArray **notices,
			     GError **error);

/* Figures for `loket status`. */
typedef struct StoreFigures {
	int64_t tickets;
	int64_t open;
	int64_t messages;
	int64_t outbox_waiting;
	int64_t outbox_held;
	int64_t outbox_failed;
} StoreFigures;

bool store_figures(StoreTx *tx, StoreFigures *figures, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeskNotice, desk_notice_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Seen, seen_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutboxItem, outbox_item_free)

#endif
