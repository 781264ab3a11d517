/*
 * mail: the bytes of one mail in, plain data out.
 *
 * Malformed mail is data, never an error: reading always gives a Mail, and
 * what was odd is said in its warnings. Reading is linear in the size of
 * the mail and bounded by the limits below; what lies past a limit is one
 * opaque part and a warning. RFC 5322, RFC 2045 to 2047, RFC 2231.
 *
 *	g_autoptr(MailReader) reader = mail_reader_new(dir, NULL, error);
 *	g_autoptr(Mail) mail = mail_read(reader, bytes);
 *	puts(mail->new_text);
 */
#ifndef LOKET_MAIL_H
#define LOKET_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* What is read of one mail at most. Real mail stays far below all of it. */
#define MAIL_DEPTH_MAX 100	      /* multiparts nested */
#define MAIL_PARTS_MAX 1000	      /* parts, nested ones included */
#define MAIL_HEADERS_MAX 1000	      /* header fields, not those of parts */
#define MAIL_HEADER_BYTES_MAX 1048576 /* of these header fields */
#define MAIL_TEXT_BYTES_MAX 1048576   /* decoded text considered */
#define MAIL_ADDRESSES_MAX 1000	      /* addresses of one header field */
#define MAIL_REFERENCES_MAX 100	      /* message-ids, the last ones kept */
#define MAIL_WARNINGS_MAX 100

/* A mailbox, RFC 5322 3.4. Neither string is NULL. */
typedef struct MailAddress {
	char *name;    /* display name, decoded, UTF-8; "" when absent */
	char *address; /* addr-spec as written, UTF-8 */
} MailAddress;

/*
 * One header field. The value is raw, as libmilter shows it: not decoded,
 * folding kept as LF and white space, one leading space dropped, no line
 * end; its bytes need not be UTF-8. A NUL byte ends it.
 */
typedef struct MailHeader {
	char *name;
	char *value;
} MailHeader;

/* A part that is not shown as text; a nested message is one of these. */
typedef struct MailAttachment {
	char *filename;	   /* decoded, UTF-8; "" when it has none */
	char *type;	   /* media type, lower case */
	size_t size_bytes; /* decoded */
} MailAttachment;

/* What a delivery status report says of one recipient, RFC 3464 2.3. */
typedef struct MailRecipientStatus {
	char *address;
	char *action; /* failed, delayed, delivered, relayed or expanded;
			 failed where the report states none */
	char *status; /* as "5.1.1"; "" when the report states none */
} MailRecipientStatus;

/* The mail is a delivery status report, in a form of any mail server; not
 * every one is a bounce, see mail_is_bounce. */
typedef struct MailBounce {
	GPtrArray *recipients; /* MailRecipientStatus*, may be empty */
	char *message_id;      /* of the returned mail, without brackets;
				  NULL when it is not told */
} MailBounce;

/*
 * A mail. All strings are UTF-8 unless said otherwise; the arrays are never
 * NULL and own their elements. Header fields repeated against the standard:
 * the first one counts, but From is the sum of all.
 */
typedef struct Mail {
	GBytes *bytes;	    /* as received, without a leading mbox line */
	size_t body_offset; /* where the body begins in bytes */
	GPtrArray *headers; /* MailHeader*, in order */

	char *subject;		/* decoded, unfolded, prefixes and tags
				   kept; NULL when absent */
	GPtrArray *from;	/* MailAddress*, of all From fields */
	MailAddress *reply_to;	/* the first; NULL when absent */
	GPtrArray *to;		/* MailAddress* */
	GPtrArray *cc;		/* MailAddress* */
	char *return_path;	/* the envelope sender; "" is the null
				   sender, NULL when not told */
	GDateTime *date;	/* in its own zone; NULL when absent or
				   absurd, the latter with a warning */
	char *message_id;	/* without brackets; NULL when absent */
	GPtrArray *in_reply_to; /* char*, without brackets */
	GPtrArray *references;	/* char*, without brackets */

	char *text;	/* whole text, LF; "" when there is none */
	char *new_text; /* without quoted text and signature; the whole
			   text when nothing stands above the quote */
	char *language; /* ISO 639-1 of new_text; "" when unknown */

	GPtrArray *attachments; /* MailAttachment* */
	/* the machine's report that it is or holds: "delivery-status",
	 * "disposition-notification", "feedback-report",
	 * "calendar-reply", "report" for a multipart/report of another
	 * kind; NULL for any other mail */
	const char *report;
	MailBounce *bounce;   /* NULL when it is none */
	bool is_spam;	      /* by the verdict of the mail server */
	char *spam_reason;    /* as "X-Spam-Flag: YES"; NULL when not spam */
	GPtrArray *warnings;  /* char*, plain English */
	char body_sha256[65]; /* hex, of the body's bytes as received */
} Mail;

/* What reading needs and is made once: patterns, language models.
 * Immutable to its users, may be used from many threads at once. */
typedef struct MailReader MailReader;

/*
 * data_dir: the directory that holds languages/fpdb.conf, a path. languages:
 * NULL-terminated ISO 639-1 codes that may be recognised, NULL for all there
 * are. The result is the caller's. LOKET_ERROR_CONFIG: a model is missing.
 */
MailReader *mail_reader_new(const char *data_dir, const char *const *languages,
			    GError **error);
void mail_reader_free(MailReader *reader);

/* Reads a whole mail; keeps a reference to bytes. Never NULL, whatever the
 * bytes are. The result is the caller's. */
Mail *mail_read(const MailReader *reader, GBytes *bytes);

/* The same for a mail whose envelope sender is known, "" for the null sender:
 * it becomes return_path, whatever the header says. NULL: it is not known. */
Mail *mail_read_from(const MailReader *reader, GBytes *bytes,
		     const char *sender);
void mail_free(Mail *mail);

/* The raw value of the nth instance (from 0) of a header field, the name in
 * any case; NULL when there are not so many. */
const char *mail_header(const Mail *mail, const char *name, size_t nth);

/* How many instances of a header field there are, the name in any case. */
size_t mail_header_count(const Mail *mail, const char *name);

/* Whether the mail was forwarded by a person, as its subject tells: "Fwd:",
 * "WG:", but not "Re: Fwd:". */
bool mail_is_forward(const Mail *mail);

/* The conversation that a Thread-Index names, the part of it that replies do
 * not change, in base64; NULL when there is none. The caller's. */
char *mail_conversation(const Mail *mail);

/*
 * When the mail was on its way first: the earliest date of its Received fields
 * (RFC 5321 4.4) that a mail can have, in seconds since 1970. The first of them
 * may be new where an old mail is fetched once more. 0: there is none. What
 * the sender wrote himself, Date, does not count.
 */
int64_t mail_first_received(const Mail *mail);

/* The From address when there is exactly one From field with exactly one
 * address, else NULL. */
const char *mail_from_address(const Mail *mail);

/* Whether the mail returns one of ours, or says that it is late: a delivery
 * status report but one that tells of nothing but success. */
bool mail_is_bounce(const Mail *mail);

/* The address before SRS or BATV rewrote it ("SRS0=hash=tt=domain=local@..."
 * to "local@domain"); any other address as it is. The result is the
 * caller's. */
char *mail_address_original(const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MailReader, mail_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mail, mail_free)

#endif
