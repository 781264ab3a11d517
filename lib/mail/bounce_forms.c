/* bounce_forms: see bounce_forms.h */
#include <string.h>

#include "bounce_forms.h"

/* The announcement stands in so much of the text. */
#define ANNOUNCEMENT_BYTES_MAX 4096
/* Spans of the recipient pattern: the whole and the address. */
#define RECIPIENT_SPANS 2

enum BouncePattern {
	ANNOUNCEMENT, /* the words of a bounce */
	DELAY,	      /* the words of one that says "not yet" */
	RECIPIENT,    /* a line that begins with an address */
	STATUS,	      /* RFC 3463 */
	SUBJECT,
	COPY, /* what stands above the returned mail */
	BOUNCE_PATTERNS,
};

struct BouncePatterns {
	Pattern *of[BOUNCE_PATTERNS];
};

static const char *const sources[BOUNCE_PATTERNS] = {
	[ANNOUNCEMENT] =
		/* qmail, and Yahoo after it */
	"This is the qmail-send program at"
	"|unable to deliver your message to the following address"
	/* Exim, Sendmail, Postfix, Smail */
	"|created automatically by mail delivery software"
	"|The following addresses had .{0,30}(?:errors|problems)"
	"|This is the (?:Postfix|mail system) (?:program )?at host"
	"|Message log follows"
	/* Exchange, Notes, GroupWise, Gmail, hMailServer */
	"|did not reach (?:the following|some or all of the)"
	"|(?:was|were) not delivered to"
	"|was undeliverable to the following"
	"|Delivery to the following recipients? "
	"(?:failed|has been delayed|was aborted)"
	"|Delivery has failed to these recipients"
	/* and all that invent their own */
	"|could not be delivered to"
	"|(?:could not|cannot|can't|unable to|failed to) deliver"
	"|wasn't able to deliver|wasn't delivered to"
	"|(?:addresses|recipients?) (?:failed|could not be reached)"
	"|mail (?:delivery )?(?:failed|failure)|undeliverable"
	"|kon niet worden (?:bezorgd|afgeleverd)"
	"|konnte nicht zugestellt werden"
	"|n['’]a pas pu être (?:remis|distribué)",
	[DELAY] = "not (?:yet )?been delivered|has been delayed|"
		  "will (?:continue to try|be retried|keep trying)|"
		  "delivery attempts will continue|still trying|"
		  "nog niet (?:bezorgd|afgeleverd)",
	[RECIPIENT] =
		"^[ \\t>]*(?:To:?\\s+)?[<'\"]?(?:smtp:|rfc822;)?"
		"([^\\s<>()@:;,\"']+@[^\\s<>()@:;,\"']+[^\\s<>()@:;,\"'.])"
		"(?=[>'\"\\s:,;.]|$)",
	[STATUS] = "(?<![\\d.])[245]\\.\\d{1,3}\\.\\d{1,3}(?![\\d.]*\\d)",
	[SUBJECT] = "undeliver|delivery|failure|failed|returned mail|"
		    "onbestelbaar|niet bezorgd|unzustellbar|non remis",
	[COPY] = "^-+ ?(?:Below this line is a copy|This is a copy of|"
		 "Original message|Unsent message|Message text|"
		 "The header of the original).*$"
		 "|^\\s*-----\\s*(?:Original|Unsent|Returned) message.*$"
		 "|^Original message (?:headers|follows).*:?$",
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

static bool
begins_with_one_of(const char *address, const char *const *locals)
{
	for (; *locals; locals++)
		if (g_ascii_strncasecmp(address, *locals, strlen(*locals)) == 0)
			return true;
	return false;
}

static bool
is_from(const Mail *mail, const char *const *locals)
{
	if (mail->return_path && begins_with_one_of(mail->return_path, locals))
		return true;
	for (guint i = 0; i < mail->from->len; i++) {
		const MailAddress *from = mail->from->pdata[i];
		if (begins_with_one_of(from->address, locals))
			return true;
	}
	return false;
}

static bool
is_in(const BouncePatterns *patterns, enum BouncePattern pattern,
      const char *text, size_t length)
{
	return pattern_match(patterns->of[pattern], text, length, 0, NULL, 0);
}

/* Letters name a recipient in the header they quote and again below. */
static bool
is_listed(const MailBounce *bounce, const char *address)
{
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const MailRecipientStatus *status =
			bounce->recipients->pdata[i];
		if (g_ascii_strcasecmp(status->address, address) == 0)
			return true;
	}
	return false;
}

/* The lines that begin with an address, up to the returned mail. */
static void
add_listed(const BouncePatterns *patterns, MailBounce *bounce, const char *text,
	   size_t length, const char *action)
{
	PatternSpan spans[RECIPIENT_SPANS];
	size_t at = 0;
	while (bounce->recipients->len < BOUNCE_RECIPIENTS_MAX &&
	       pattern_match(patterns->of[RECIPIENT], text, length, at, spans,
			     RECIPIENT_SPANS)) {
		PatternSpan next = {.start = length};
		PatternSpan status;
		g_autofree char *address = g_strndup(
			text + spans[1].start, spans[1].end - spans[1].start);
		at = spans[0].end;
		(void)pattern_match(patterns->of[RECIPIENT], text, length, at,
				    &next, 1);
		bool has_status = pattern_match(patterns->of[STATUS], text,
						next.start, at, &status, 1);
		if (!is_listed(bounce, address))
			bounce_add(bounce, address, action,
				   has_status ? text + status.start : NULL);
	}
}

/* Exim's own field: addresses, commas between them. */
static void
add_failed(const char *raw, MailBounce *bounce)
{
	g_auto(GStrv) addresses = g_strsplit(raw, ",", BOUNCE_RECIPIENTS_MAX);
	for (size_t i = 0; addresses[i]; i++) {
		g_strstrip(addresses[i]);
		if (*addresses[i])
			bounce_add(bounce, addresses[i], NULL, NULL);
	}
}

/* How sure the sender makes it that this is a bounce. */
typedef enum Sender {
	SENDER_ORDINARY,
	SENDER_POSTMASTER, /* a server, or the human behind it */
	SENDER_SERVER,
} Sender;

static Sender
sender_of(const Mail *mail)
{
	static const char *const servers[] = {"mailer-daemon", "mail-daemon",
					      "microsoftexchange", NULL};
	static const char *const humans[] = {"postmaster", "mdaemon", NULL};
	bool is_null = mail->return_path && !*mail->return_path;
	if (is_null || is_from(mail, servers))
		return SENDER_SERVER;
	return is_from(mail, humans) ? SENDER_POSTMASTER : SENDER_ORDINARY;
}

/* Reads what the letter says above the returned mail, and its id. */
static MailBounce *
read_letter(const BouncePatterns *patterns, const Mail *mail)
{
	const char *text = mail->text;
	size_t length = strnlen(text, BOUNCE_BYTES_MAX);
	PatternSpan copy;
	size_t end = length;
	MailBounce *bounce = bounce_new();
	if (pattern_match(patterns->of[COPY], text, length, 0, &copy, 1)) {
		const char *header = text + copy.end;
		header += strspn(header, " \t\n");
		bounce->message_id = bounce_id_in(header, strlen(header));
		end = copy.start;
	}
	size_t head = MIN(end, ANNOUNCEMENT_BYTES_MAX);
	bool is_late = is_in(patterns, DELAY, text, head);
	const char *failed = mail_header(mail, "X-Failed-Recipients", 0);
	if (failed)
		add_failed(failed, bounce);
	else
		add_listed(patterns, bounce, text, end,
			   is_late ? "delayed" : "failed");
	return bounce;
}

/* A human who is postmaster writes about bounces, too. */
static bool
is_plausible(const BouncePatterns *patterns, const Mail *mail,
	     const MailBounce *bounce, Sender sender)
{
	const char *subject = mail->subject ? mail->subject : "";
	if (sender == SENDER_SERVER)
		return true;
	return bounce->recipients->len > 0 &&
	       (bounce->message_id ||
		is_in(patterns, SUBJECT, subject, strlen(subject)));
}

MailBounce *
bounce_from_letter(const BouncePatterns *patterns, const Mail *mail)
{
	Sender sender = sender_of(mail);
	bool is_exims = mail_header(mail, "X-Failed-Recipients", 0) != NULL;
	size_t head = strnlen(mail->text, ANNOUNCEMENT_BYTES_MAX);
	if (!is_exims && (sender == SENDER_ORDINARY ||
			  !is_in(patterns, ANNOUNCEMENT, mail->text, head)))
		return NULL;
	MailBounce *bounce = read_letter(patterns, mail);
	if (is_exims || is_plausible(patterns, mail, bounce, sender))
		return bounce;
	bounce_free(bounce);
	return NULL;
}
