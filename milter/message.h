/*
 * message: one mail as libmilter hands it over, piece by piece.
 *
 * A mail that passes a limit is let go of at once and remembers why it cannot
 * be taken; what still comes of it is thrown away.
 */
#ifndef LOKET_MILTER_MESSAGE_H
#define LOKET_MILTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include <loket/envelope.h>

/* What is kept of one mail at most; mail servers end far below by default. */
#define MESSAGE_BYTES_MAX (256u << 20)
/* And of all mails at once: running out of memory would end the daemon. */
#define MESSAGE_BUDGET_BYTES ((gsize)1 << 30)
/* Header fields in our name; deleting one takes the mail server a search. */
#define MESSAGE_OURS_MAX 1000

/* The bytes that all mails of the process may still take; shared by threads. */
typedef struct MessageBudget {
	_Atomic gssize left_bytes;
} MessageBudget;

typedef struct MilterMessage {
	Envelope *envelope;
	GByteArray *bytes;
	GPtrArray *ours; /* char *, the names of Loket-* fields, in order */
	GError *refusal; /* NULL: nothing speaks against the mail */
	MessageBudget *budget;
	size_t held_bytes; /* taken from the budget */
} MilterMessage;

/* An empty one, the envelope with its sender as given to MAIL. Borrows the
 * budget, to which message_free gives back what the mail took. */
MilterMessage *message_new(const char *sender_path, MessageBudget *budget);
void message_free(MilterMessage *message);

/* A header field as libmilter shows it; has_lead tells whether value still
 * has what followed the colon. */
void message_add_header(MilterMessage *message, const char *name,
			const char *value, bool has_lead);
void message_end_headers(MilterMessage *message);
void message_add_body(MilterMessage *message, const void *chunk, size_t size);

/* The mail as one piece; the message's own bytes are gone then. */
GBytes *message_take_bytes(MilterMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MilterMessage, message_free)

#endif
