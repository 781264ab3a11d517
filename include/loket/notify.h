/*
 * notify: the mails that Loket itself writes, as bytes for SMTP.
 *
 * A notification is safe for whoever receives it (RFC 3834): it says that a
 * machine wrote it, asks other machines for silence, and carries nothing that
 * a sender wrote but one well-formed msg-id.
 */
#ifndef LOKET_NOTIFY_H
#define LOKET_NOTIFY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One notification. All strings are UTF-8 and borrowed. */
typedef struct Notification {
	/* The desk: address and name in From; name or NULL */
	const char *from_address;
	const char *from_name;
	/* The address in Reply-To; NULL: that of From */
	const char *reply_to;
	/* The recipient: for an acknowledgement, the sender of the envelope */
	const char *to;
	const char *subject;
	/* Lines ended by LF; written as quoted-printable */
	const char *text;
	/* The same as HTML, for clients that prefer it; NULL: none */
	const char *html;
	/* Whether a mail of the recipient caused it, and not a person or the
	 * clock: auto-replied, not auto-generated (RFC 3834 5) */
	bool is_reply;
	/* Our own msg-id, with or without angle brackets */
	const char *message_id;
	/* The Message-ID that is answered, as it came, in angle brackets or
	 * not; NULL, or whatever is no msg-id, writes neither In-Reply-To nor
	 * References */
	const char *in_reply_to;
	/* The keyed mark of Loket-Loop, by which we know our mail again */
	const char *loop_mark;
	/* Date: seconds since 1970 UTC, told in the desk's zone */
	int64_t at;
	GTimeZone *tz;
} Notification;

/*
 * The whole mail (RFC 5322, RFC 2045), its lines ended by CRLF, in pure ASCII
 * but for an address that is not. No value can add a header or a line: control
 * characters become spaces, in an address question marks.
 */
GBytes *notification_render(const Notification *notification);

/*
 * Whether id, in angle brackets or not, is a msg-id as RFC 5322 3.6.4 defines
 * it (without the obsolete forms) of at most 250 characters, brackets counted.
 */
bool message_id_is_valid(const char *id);

#endif
