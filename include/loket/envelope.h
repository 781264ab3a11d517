/*
 * envelope: what the mail server knows of a mail beside its bytes.
 */
#ifndef LOKET_ENVELOPE_H
#define LOKET_ENVELOPE_H

#include <glib.h>

/* The most recipients of one mail that are looked at. */
#define ENVELOPE_RECIPIENTS_MAX 10000

/* Strings are owned; NULL where the mail server told nothing. */
typedef struct Envelope {
	char *sender;	       /* MAIL FROM, bare; "" is the null sender; NULL:
				  there is no envelope */
	GPtrArray *recipients; /* char *, RCPT TO, bare, in order */
	char *login;	       /* the SASL login */
	char *client;	       /* IP address; NULL counts as outside */
	char *queue_id;
} Envelope;

Envelope *envelope_new(void);
void envelope_free(Envelope *envelope);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Envelope, envelope_free)

#endif
