/*
 * message: one mail as libmilter hands it over, piece by piece.
 */
#ifndef LOKET_MILTER_MESSAGE_H
#define LOKET_MILTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include <loket/envelope.h>

/* What is kept of one mail at most; mail servers end far below by default. */
#define MESSAGE_BYTES_MAX (256u << 20)

typedef struct MilterMessage {
	Envelope *envelope;
	GByteArray *bytes;
	bool is_cut; /* longer than MESSAGE_BYTES_MAX */
} MilterMessage;

/* An empty one, the envelope with its sender as given to MAIL. */
MilterMessage *message_new(const char *sender_path);
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
