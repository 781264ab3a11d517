/*
 * reference: the msg-ids that Loket itself issues.
 *
 * NUMBER.UNIQUE.TOKEN@DOMAIN: in the Message-ID of every notification and in
 * an entry that Loket adds to the References of agents' answers (RFC 5322
 * 3.6.4). NUMBERTOKEN: the extension of an address, "support+NUMBERTOKEN@",
 * that a customer may be asked to write to. The token is keyed, so whoever
 * sends such an id back has had a mail of this thread; the number alone would
 * prove nothing.
 */
#ifndef LOKET_REFERENCE_H
#define LOKET_REFERENCE_H

#include <loket/token.h>

/* A new msg-id of the ticket, without angle brackets; the caller's. */
char *reference_new(const Keyring *keyring, const char *number,
		    const char *domain);

/* The header field of the loop mark in our notifications. */
#define LOOP_HEADER "Loket-Loop"

/* A new keyed mark, by which we know a notification again whose Message-ID
 * was rewritten on the way; the caller's. */
char *loop_mark_new(const Keyring *keyring);

bool loop_mark_is_ours(const Keyring *keyring, const char *mark);

/* The number of the ticket that a msg-id (without angle brackets) was issued
 * for, the caller's; NULL when it is not ours. */
char *reference_number(const Keyring *keyring, const char *message_id);

/* The address of a desk to which a mail with this msg-id of ours is sent back:
 * "support+b-NUMBER.UNIQUE.TOKEN@acme.example" with the delimiter '+'; the
 * caller's. */
char *bounce_address(const char *reference, const char *desk_address,
		     char delimiter);

/* The msg-id that such an address was made for, in lower case, the caller's;
 * NULL when it is none of ours. */
char *bounce_address_reference(const Keyring *keyring, const char *address,
			       char delimiter);

/* The extension of an address whose mail is for the ticket; the caller's. */
char *reference_extension(const Keyring *keyring, const char *number);

/* The number of the ticket that an extension was issued for, the caller's;
 * NULL when it is not ours. */
char *reference_extension_number(const Keyring *keyring, const char *extension);

#endif
