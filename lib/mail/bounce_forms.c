/*
 * bounce_forms: see bounce_forms.h
 *
 * No two servers write alike, and what is written is only hinted at by a few
 * words. So a letter is weighed by its sender, words and subject, and whom
 * it names is looked for in places of falling worth.
 */
#include <string.h>

#include "bounce_forms.h"

/* The announcement stands in so much of the text. */
#define ANNOUNCEMENT_BYTES_MAX 4096
/* Patterns that are tried on one letter: each may look at all of it, and an
 * address that stands there often would be looked for as often. A letter that
 * names a thousand recipients takes most of it. */
#define MATCHES_MAX 10000
/* Spans of a pattern with an address: the whole and the address. */
#define ADDRESS_SPANS 2

/* An address where it stands in a text; the brackets around it are not it. */
#define ADDRESS                                                                \
	"([^\\s<>()\\[\\]@:;,\"']+@[^\\s<>()\\[\\]@:;,\"']*"                   \
	"[^\\s<>()\\[\\]@:;,\"'.])"
/* Those who help are no recipients. */
#define NOT_A_HELPER                                                           \
	"(?!(?:postmaster|mailer-daemon|abuse|helpdesk|hostmaster)@)"
#define ADDRESS_END "(?=[\\s<>()\\[\\]:;,.\"']|$)"

enum BouncePattern {
	SERVER,	      /* a sender that returns mail */
	POSTMASTER,   /* one that may */
	ANNOUNCEMENT, /* the words of a bounce */
	DELAY,	      /* the words of one that says "not yet" */
	SUBJECT,
	LISTED,	   /* a line that begins with an address */
	LABELLED,  /* a line that ends with one */
	MENTIONED, /* an address anywhere, but of those who help */
	EXPANDED,  /* the address that was written to, behind its alias */
	STATUS,	   /* RFC 3463 */
	COPY,	   /* where the returned mail begins */
	COPIED_ID, /* its Message-ID */
	COPIED_TO, /* its To */
	BOUNCE_PATTERNS,
};

struct BouncePatterns {
	Pattern *of[BOUNCE_PATTERNS];
};

/* The words are looked for in a text without line ends: letters are wrapped
 * anywhere. */
static const char *const sources[BOUNCE_PATTERNS] = {
	[SERVER] = "mail(?:er)?[-_. ]?daemon|microsoftexchange"
		   "|mail[-_. ]?delivery|delivery[-_. ]?(?:sub)?system",
	[POSTMASTER] =
		"postmaster|\\bmailer@|mdaemon|imss|smtp|anti-?virus|\\bndr@"
		"|(?:mail|system)[-_. ]?administrator"
		"|(?:mail|post)[-_. ]?(?:service|system|server|office)"
		"|postsysteem",
	[ANNOUNCEMENT] =
		/* qmail, and Yahoo after it */
	"This is the qmail-send program at"
	"|(?:wasn't|not|unable to) (?:able to )?deliver (?:your|the) "
	/* Exim, Sendmail, Postfix, Smail, Courier, OpenSMTPD */
	"|created automatically by (?:a )?mail delivery software"
	"|The following addresses had .{0,30}(?:errors|problems)"
	"|This is the (?:Postfix|mail) (?:system |program |delivery agent )?at"
	"|Message log follows"
	"|while attempting to deliver a message"
	/* Exchange, Notes, GroupWise, Gmail, Google Groups */
	"|did not reach (?:the following|some or all of the)"
	"|(?:was|were) (?:not delivered|undeliverable|automatically rejected)"
	"|Delivery to (?:the|these) (?:following )?recipients? "
	"(?:failed|has been delayed|was aborted)"
	"|Delivery has failed to"
	"|group you tried to contact"
	/* MDaemon, LSMTP, USA.net */
	"|(?:did|has|have) not (?:received?|been delivered)"
	"|An error was detected while processing the enclosed message"
	"|encountered (?:an error|delivery problems)"
	/* and all that invent their own */
	"|(?:could|can|may) ?not be (?:delivered|reached|sent)"
	"|(?:could not|cannot|can't|unable to|failed to) deliver"
	"|wasn't (?:able to deliver|delivered to)"
	"|(?:address(?:es)?|recipients?) "
	"(?:failed|rejected|could not be reached)"
	"|mail (?:delivery )?(?:failed|failure)|undeliverable"
	"|delivery failure notification"
	"|kon(?:den)? niet worden (?:bezorgd|afgeleverd)"
	"|(?:konnte|kann) nicht (?:zugestellt|ausgeliefert) werden"
	"|n['’]a pas pu (?:ê|e)tre "
	"(?:remis|d(?:é|e)livr(?:é|e)|distribu(?:é|e))"
	"|no (?:se )?(?:ha )?(?:pudo|podido) (?:ser entregado|entregar)"
	"|non (?:è stato possibile|può essere) (?:recapita|consegna)"
	"|não (?:pôde|foi possível) (?:ser )?entreg"
	"|nie (?:może zostać|mogła zostać|została) dostarczona"
	"|kunne ikke leveres|kunde inte levereras"
	"|не может быть доставлено|送信できません",
	[DELAY] = "not yet been delivered|(?:is|has been|was) delayed"
		  "|will (?:continue to (?:try|attempt)|be retried"
		  "|keep trying|retry)"
		  "|delivery attempts will continue|still trying"
		  "|(?:has been|was) postponed|THIS IS A WARNING"
		  "|only a temporary failure"
		  "|nog niet (?:bezorgd|afgeleverd)",
	[SUBJECT] = "^(?:\\[[^\\]]*\\] ?)?(?:undeliver|non-?delivery"
		    "|(?:mail |message |e-?mail |permanent )?"
		    "delivery (?:status|failure|failed|problem|incomplete"
		    "|has failed|warning|error|report)"
		    "|failure notice|failed mail|returned (?:mail|to sender)"
		    "|mail (?:system error|failure|failed|could not)"
		    "|message (?:not "
		    "delivered|status|delayed|undeliverable|could not)"
		    "|your message (?:to|could|was not)|processing error"
		    "|warning: (?:message|could not send)|delayed mail"
		    "|onbestelbaar|niet bezorgd|unzustellbar"
		    "|(?:message )?non remis|échec|mancata consegna"
		    "|no se puede entregar|não é possível entregar"
		    "|не доставлено)",
	[LISTED] = "^[ \\t>*|-]*(?:[^\\n@]{0,200}\\bSMTP[=:])?[<\\[('\"]*"
		   "(?:rfc822;|mailto:)?" ADDRESS ADDRESS_END,
	[LABELLED] =
		"^(?![^\\n:]*\\bID:)[^\\n@]{1,100}[\\s<(\\[\"':]" NOT_A_HELPER
			ADDRESS "[>)\\]\"'.:]*[ \\t]*$",
	[MENTIONED] = "(?<!-ID: <)(?<![^\\s<(\\[\"':;,])" NOT_A_HELPER ADDRESS
		ADDRESS_END,
	[EXPANDED] = "(?:(?:expanded|generated) from:?|originally addressed "
		     "to|original address:) <?" ADDRESS ADDRESS_END,
	[STATUS] = "(?<![\\d.])[45]\\.\\d{1,3}\\.\\d{1,3}(?![\\d.]*\\d)",
	[COPY] = "^[ \\t]*[-=*_|]{2,}[^\\n@]{0,80}\\b(?:original|copy of"
		 "|returned|unsent|undelivered|header|message text)\\b.*$"
		 "|^[ \\t]*(?:possibly truncated |a copy of |below is a copy "
		 "of )?(?:(?:the|your) )?(?:original|old|returned) message"
		 "(?: headers?| text)?(?: as received)?(?: (?:follows|attached"
		 "|is as follows|below this line))?[:.]?[ \\t]*$"
		 "|^message (?:text|headers?) follows?[:.]?$"
		 "|^(?=[ \\t>]*(?:Return-Path|Received|X-Received"
		 "|DKIM-Signature):)",
	[COPIED_ID] = "^[ \\t>|]*Message-ID:\\s*<([^<>\\s]+)>",
	[COPIED_TO] = "^[ \\t>|]*To:[^\\n@]*?\\b" ADDRESS ADDRESS_END,
};

BouncePatterns *
bounce_patterns_new(GError **error)
{
	g_autoptr(BouncePatterns) patterns = g_new0(BouncePatterns, 1);
	for (size_t i = 0; i < BOUNCE_PATTERNS; i++) {
		patterns->of[i] = pattern_new(
			sources[i], PATTERN_CASELESS | PATTERN_MULTILINE,
			error);
		if (!patterns->of[i])
			return NULL;
	}
	return g_steal_pointer(&patterns);
}

void
bounce_patterns_free(BouncePatterns *patterns)
{
	if (!patterns)
		return;
	for (size_t i = 0; i < BOUNCE_PATTERNS; i++)
		pattern_free(patterns->of[i]);
	g_free(patterns);
}

/* A letter that is read. */
typedef struct Letter {
	const BouncePatterns *patterns;
	const Mail *mail;
	char *text;
	size_t length;
	size_t end;	    /* where the returned mail begins */
	char *words;	    /* the head of the text on one line */
	const char *action; /* of all recipients */
	unsigned matches_left;
	MailBounce *bounce;
} Letter;

static bool
letter_finds(Letter *letter, enum BouncePattern pattern, size_t start,
	     size_t end, PatternSpan *spans)
{
	if (letter->matches_left == 0)
		return false;
	letter->matches_left--;
	return pattern_match(letter->patterns->of[pattern], letter->text, end,
			     start, spans, ADDRESS_SPANS);
}

static char *
span_text(const char *text, const PatternSpan *span)
{
	return g_strndup(text + span->start, span->end - span->start);
}

static char *
on_one_line(const char *text, size_t length)
{
	GString *line = g_string_sized_new(length);
	for (const char *p = text; p < text + length; p++) {
		bool is_blank = g_ascii_isspace(*p);
		if (!is_blank)
			g_string_append_c(line, *p);
		else if (line->len > 0 && line->str[line->len - 1] != ' ')
			g_string_append_c(line, ' ');
	}
	return g_string_free(line, FALSE);
}

static void
letter_init(Letter *letter, const BouncePatterns *patterns, const Mail *mail,
	    MailBounce *bounce)
{
	PatternSpan copy[ADDRESS_SPANS];
	*letter = (Letter){.patterns = patterns,
			   .mail = mail,
			   .text = g_strndup(mail->text, BOUNCE_BYTES_MAX),
			   .matches_left = MATCHES_MAX,
			   .bounce = bounce};
	letter->length = letter->end = strlen(letter->text);
	if (letter_finds(letter, COPY, 0, letter->length, copy))
		letter->end = copy[0].start;
	letter->words = on_one_line(letter->text,
				    MIN(letter->end, ANNOUNCEMENT_BYTES_MAX));
	bool is_late = pattern_is_in(patterns->of[DELAY], letter->words);
	letter->action = is_late ? "delayed" : "failed";
}

static void
letter_clear(Letter *letter)
{
	g_free(letter->text);
	g_free(letter->words);
}

static bool
has_address(const GPtrArray *mailboxes, const char *address)
{
	for (guint i = 0; i < mailboxes->len; i++) {
		const MailAddress *mailbox = mailboxes->pdata[i];
		if (g_ascii_strcasecmp(mailbox->address, address) == 0)
			return true;
	}
	return false;
}

/* A letter names whom it is for and whom it is from, too. */
static bool
is_correspondent(const Mail *mail, const char *address)
{
	return has_address(mail->to, address) ||
	       has_address(mail->cc, address) ||
	       has_address(mail->from, address);
}

/* Letters name a recipient in the header they quote and again below. NULL:
 * it is not listed yet. */
static MailRecipientStatus *
listed(const MailBounce *bounce, const char *address)
{
	for (guint i = 0; i < bounce->recipients->len; i++) {
		MailRecipientStatus *status = bounce->recipients->pdata[i];
		if (g_ascii_strcasecmp(status->address, address) == 0)
			return status;
	}
	return NULL;
}

/* A status on a line with the address, as in a transcript, else the first one
 * from start to end. The result is the caller's, NULL when there is none. */
static char *
find_status(Letter *letter, const char *address, size_t start, size_t end)
{
	PatternSpan status[ADDRESS_SPANS];
	const char *stop = letter->text + letter->end;
	const char *at = letter->text;
	while ((at = strstr(at, address)) && at < stop) {
		const char *line = at;
		const char *next = memchr(at, '\n', (size_t)(stop - at));
		next = next ? next : stop;
		while (line > letter->text && line[-1] != '\n')
			line--;
		if (letter_finds(letter, STATUS, (size_t)(line - letter->text),
				 (size_t)(next - letter->text), status))
			return span_text(letter->text, status);
		at = next;
	}
	return letter_finds(letter, STATUS, start, end, status)
		       ? span_text(letter->text, status)
		       : NULL;
}

/* What is said of an address stands behind it, up to the next one; said once
 * more, it may be with a status. */
static void
add_said(Letter *letter, const char *address, const char *written, size_t start,
	 size_t end)
{
	PatternSpan span[ADDRESS_SPANS];
	MailRecipientStatus *before = listed(letter->bounce, address);
	if (!before) {
		g_autofree char *status =
			find_status(letter, written, start, end);
		bounce_add(letter->bounce, address, letter->action, status);
	} else if (!*before->status &&
		   letter_finds(letter, STATUS, start, end, span)) {
		g_free(before->status);
		before->status = span_text(letter->text, span);
	}
}

static void
add_found(Letter *letter, enum BouncePattern pattern, const PatternSpan *found)
{
	PatternSpan next[ADDRESS_SPANS] = {{.start = letter->end}};
	PatternSpan expanded[ADDRESS_SPANS];
	size_t start = found->end;
	(void)letter_finds(letter, pattern, start, letter->end, next);
	bool is_expanded =
		letter_finds(letter, EXPANDED, start, next[0].start, expanded);
	g_autofree char *written = span_text(letter->text, found);
	g_autofree char *address =
		span_text(letter->text, is_expanded ? &expanded[1] : found);
	if (!is_correspondent(letter->mail, address))
		add_said(letter, address, written, start, next[0].start);
}

/* Adds the addresses that pattern finds, up to max in all. */
static void
add_all(Letter *letter, enum BouncePattern pattern, size_t max)
{
	PatternSpan spans[ADDRESS_SPANS];
	size_t at = 0;
	while (letter->bounce->recipients->len < max &&
	       letter_finds(letter, pattern, at, letter->end, spans)) {
		add_found(letter, pattern, &spans[1]);
		at = spans[0].end;
	}
}

/* Exim's own field: addresses, commas between them. */
static void
add_failed(Letter *letter)
{
	const char *raw = mail_header(letter->mail, "X-Failed-Recipients", 0);
	g_auto(GStrv) addresses =
		g_strsplit(raw ? raw : "", ",", BOUNCE_RECIPIENTS_MAX);
	for (size_t i = 0; addresses[i]; i++) {
		g_strstrip(addresses[i]);
		g_autofree char *status =
			*addresses[i] ? find_status(letter, addresses[i], 0, 0)
				      : NULL;
		if (*addresses[i])
			bounce_add(letter->bounce, addresses[i], letter->action,
				   status);
	}
}

/* Where there is one recipient any status is his. */
static void
add_only_status(Letter *letter)
{
	PatternSpan span[ADDRESS_SPANS];
	MailRecipientStatus *only = letter->bounce->recipients->pdata[0];
	if (*only->status ||
	    !letter_finds(letter, STATUS, 0, letter->end, span))
		return;
	g_free(only->status);
	only->status = span_text(letter->text, span);
}

/* The places that tell the recipients, in the order of their worth: the
 * first one that names any. */
static void
add_recipients(Letter *letter)
{
	const GPtrArray *recipients = letter->bounce->recipients;
	add_all(letter, LISTED, BOUNCE_RECIPIENTS_MAX);
	if (recipients->len == 0)
		add_failed(letter);
	if (recipients->len == 0)
		add_all(letter, LABELLED, BOUNCE_RECIPIENTS_MAX);
	if (recipients->len == 0)
		add_all(letter, MENTIONED, 1);
	if (recipients->len == 1)
		add_only_status(letter);
}

static void
add_copied_id(Letter *letter)
{
	PatternSpan id[ADDRESS_SPANS];
	if (!letter->bounce->message_id &&
	    letter_finds(letter, COPIED_ID, 0, letter->length, id))
		letter->bounce->message_id = span_text(letter->text, &id[1]);
}

void
bounce_add_addressee(const BouncePatterns *patterns, const char *header,
		     size_t length, const char *action, MailBounce *bounce)
{
	PatternSpan to[ADDRESS_SPANS];
	if (!pattern_match(patterns->of[COPIED_TO], header, length, 0, to,
			   ADDRESS_SPANS))
		return;
	g_autofree char *address = span_text(header, &to[1]);
	bounce_add(bounce, address, action, NULL);
}

/* How sure the sender makes it that this is a bounce. */
typedef enum Sender {
	SENDER_ORDINARY,
	SENDER_POSTMASTER, /* a server, or the human behind it */
	SENDER_NULL,	   /* a server, of those that also tell of holidays */
	SENDER_SERVER,
} Sender;

static bool
is_from(const BouncePatterns *patterns, const Mail *mail,
	enum BouncePattern pattern)
{
	if (mail->return_path &&
	    pattern_is_in(patterns->of[pattern], mail->return_path))
		return true;
	for (guint i = 0; i < mail->from->len; i++) {
		const MailAddress *from = mail->from->pdata[i];
		const char *at = strrchr(from->address, '@');
		size_t length = at ? (size_t)(at + 1 - from->address)
				   : strlen(from->address);
		if (pattern_is_in(patterns->of[pattern], from->name) ||
		    pattern_match(patterns->of[pattern], from->address, length,
				  0, NULL, 0))
			return true;
	}
	return false;
}

static Sender
sender_of(const BouncePatterns *patterns, const Mail *mail)
{
	bool is_null = mail->return_path && !*mail->return_path;
	bool may_be_human = is_from(patterns, mail, POSTMASTER);
	if (is_from(patterns, mail, SERVER) || (is_null && may_be_human))
		return SENDER_SERVER;
	if (is_null)
		return SENDER_NULL;
	return may_be_human ? SENDER_POSTMASTER : SENDER_ORDINARY;
}

static bool
is_plausible(const Letter *letter)
{
	const BouncePatterns *patterns = letter->patterns;
	const char *subject = letter->mail->subject;
	bool has_subject =
		subject && pattern_is_in(patterns->of[SUBJECT], subject);
	bool has_words =
		pattern_is_in(patterns->of[ANNOUNCEMENT], letter->words) ||
		pattern_is_in(patterns->of[DELAY], letter->words);
	bool has_recipient = letter->bounce->recipients->len > 0;
	bool has_copy =
		letter->bounce->message_id || letter->end < letter->length;
	switch (sender_of(patterns, letter->mail)) {
	case SENDER_SERVER:
		return has_subject || has_words;
	case SENDER_NULL:
		/* who is away says so, too, and whom to write to instead */
		return has_subject ? has_words || has_recipient || has_copy
				   : has_words && has_copy;
	case SENDER_POSTMASTER:
		return has_recipient && has_subject + has_words + has_copy >= 2;
	case SENDER_ORDINARY:
		break;
	}
	return false;
}

static bool
read_letter(Letter *letter)
{
	/* Exim's field says it all, whoever sent the mail */
	bool is_bounce =
		mail_header(letter->mail, "X-Failed-Recipients", 0) != NULL;
	if (!is_bounce && !letter->mail->report &&
	    sender_of(letter->patterns, letter->mail) == SENDER_ORDINARY)
		return false;
	add_recipients(letter);
	add_copied_id(letter);
	is_bounce = is_bounce || is_plausible(letter);
	if (letter->bounce->recipients->len == 0)
		bounce_add_addressee(letter->patterns,
				     letter->text + letter->end,
				     letter->length - letter->end,
				     letter->action, letter->bounce);
	return is_bounce;
}

bool
bounce_read_letter(const BouncePatterns *patterns, const Mail *mail,
		   MailBounce *bounce)
{
	Letter letter;
	letter_init(&letter, patterns, mail, bounce);
	bool is_bounce = read_letter(&letter);
	letter_clear(&letter);
	return is_bounce;
}

MailBounce *
bounce_from_letter(const BouncePatterns *patterns, const Mail *mail)
{
	if (!mail_header(mail, "X-Failed-Recipients", 0) &&
	    sender_of(patterns, mail) == SENDER_ORDINARY)
		return NULL;
	MailBounce *bounce = bounce_new();
	if (bounce_read_letter(patterns, mail, bounce))
		return bounce;
	bounce_free(bounce);
	return NULL;
}
