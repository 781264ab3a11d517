/* robot: see include/loket/robot.h */
#include <string.h>

#include <loket/robot.h>

#include "prefix.h"
#include "robot_rules.h"

/* So many soft signs together are one that counts. */
#define SOFT_SIGNS_MIN 2
/* Of a value so much is shown in a reason. */
#define REASON_VALUE_CHARS 60
#define SEPARATORS " \t\r\n,;()"

typedef struct Judge {
	const Mail *mail;
	const char *stated; /* for whom a web form speaks; NULL: it is none */
	char *robot;	    /* the first sure sign */
	char *no_ack;	    /* the first sign against acknowledging */
	GString *soft;	    /* the soft signs */
	unsigned effects;   /* a bit for each RobotEffect seen */
	unsigned n_soft;
	RobotKind kind; /* the first of those seen */
} Judge;

static void
keep_first(char **kept, char *reason)
{
	if (*kept)
		g_free(reason);
	else
		*kept = reason;
}

/* Takes the reason. */
static void
judge_sign(Judge *judge, RobotEffect effect, char *reason)
{
	bool is_repeated =
		effect != ROBOT_SOFT && judge->effects & 1U << effect;
	judge->effects |= 1U << effect;
	if (effect != ROBOT_NO_ACK && !is_repeated && !judge->stated) {
		g_string_append_printf(judge->soft, "%s%s",
				       judge->n_soft > 0 ? " and " : "",
				       reason);
		judge->n_soft++;
	}
	if (effect == ROBOT_SURE)
		keep_first(&judge->robot, reason);
	else if (effect != ROBOT_SOFT)
		keep_first(&judge->no_ack, reason);
	else
		g_free(reason);
}

/* "Name: value", the value on one line and not too long. */
static char *
field_reason(const MailHeader *header)
{
	g_autofree char *valid = g_utf8_make_valid(header->value, -1);
	g_autofree char *value = g_utf8_substring(
		valid, 0, MIN(g_utf8_strlen(valid, -1), REASON_VALUE_CHARS));
	for (char *p = value; *p; p++)
		if (g_ascii_iscntrl(*p))
			*p = ' ';
	return g_strdup_printf("%s: %s", header->name, g_strstrip(value));
}

static bool
is_word_in(const char *word, size_t length, const char *words)
{
	const char *p = words;
	for (; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");
		if (n == length && g_ascii_strncasecmp(p, word, n) == 0)
			return true;
		p += n;
	}
	return false;
}

static bool
has_word(const char *value, const char *words)
{
	const char *p = value;
	for (p += strspn(p, SEPARATORS); *p; p += strspn(p, SEPARATORS)) {
		size_t n = strcspn(p, SEPARATORS);
		if (is_word_in(p, n, words))
			return true;
		p += n;
	}
	return false;
}

static bool
is_named(const MailHeader *header, const char *name)
{
	size_t length = strlen(name);
	if (name[length - 1] == '*')
		return g_ascii_strncasecmp(header->name, name, length - 1) == 0;
	return g_ascii_strcasecmp(header->name, name) == 0;
}

/* Exchange marks mail of humans so when a rule of theirs passes it on. */
static bool
is_passed_on_by_rule(const Mail *mail)
{
	const char *source =
		mail_header(mail, "X-MS-Exchange-Generated-Message-Source", 0);
	bool is_rule = source && (strstr(source, "Mailbox Rules Agent") ||
				  strstr(source, "Transport Rule Agent"));
	return is_rule ||
	       mail_header(mail, "X-MS-Exchange-Inbox-Rules-Loop", 0);
}

static const char *
skip_comments(const char *value)
{
	value += strspn(value, " \t\n");
	while (*value == '(') {
		value += strcspn(value, ")");
		value += *value == ')';
		value += strspn(value, " \t\n");
	}
	return value;
}

/* RFC 3834 5: a keyword, then parameters; comments anywhere. */
static void
judge_auto_submitted(Judge *judge, const MailHeader *header)
{
	const char *word = skip_comments(header->value);
	size_t n = strcspn(word, SEPARATORS);
	if (is_word_in(word, n, "no"))
		return;
	if (is_word_in(word, n, "auto-replied vacation"))
		judge->kind = MIN(judge->kind, ROBOT_VACATION);
	bool is_rule = is_word_in(word, n, "auto-generated") &&
		       is_passed_on_by_rule(judge->mail);
	judge_sign(judge, is_rule ? ROBOT_NO_ACK : ROBOT_SURE,
		   field_reason(header));
}

static void
judge_header(Judge *judge, const MailHeader *header)
{
	size_t count;
	const RobotHeaderRule *rules = robot_header_rules(&count);
	if (is_named(header, "Auto-Submitted"))
		judge_auto_submitted(judge, header);
	for (size_t i = 0; i < count; i++)
		if (is_named(header, rules[i].name) &&
		    (!rules[i].words ||
		     has_word(header->value, rules[i].words))) {
			judge_sign(judge, rules[i].effect,
				   field_reason(header));
			judge->kind = MIN(judge->kind, rules[i].kind);
		}
}

/* In lower case, without SRS and BATV; the caller's. */
static char *
local_part_of(const char *address)
{
	g_autofree char *original = mail_address_original(address);
	char *lower = g_ascii_strdown(original, -1);
	char *at = strrchr(lower, '@');
	if (at)
		*at = '\0';
	return lower;
}

bool
robot_address_is_silent(const char *address)
{
	size_t count;
	const RobotLocalRule *rules = robot_local_rules(&count);
	g_autofree char *lower = local_part_of(address);
	for (size_t i = 0; i < count; i++)
		if (rules[i].effect != ROBOT_SOFT &&
		    g_pattern_match_simple(rules[i].local, lower))
			return true;
	return false;
}

static void
judge_address(Judge *judge, const char *address, const char *role)
{
	size_t count;
	const RobotLocalRule *rules = robot_local_rules(&count);
	g_autofree char *lower = local_part_of(address);
	for (size_t i = 0; i < count; i++) {
		if (!g_pattern_match_simple(rules[i].local, lower))
			continue;
		g_autofree char *original = mail_address_original(address);
		judge_sign(judge, rules[i].effect,
			   g_strdup_printf("%s %s", role, original));
	}
}

/* Behind "Re:", "Fwd[2]:" and "[EXTERN]", any number of them. */
static const char *
skip_prefixes(const char *subject)
{
	while (prefix_of(subject, &subject) != PREFIX_NONE)
		;
	return subject;
}

static bool
starts_with(const char *subject, const char *start)
{
	size_t length = strlen(start);
	if (!g_str_has_prefix(subject, start))
		return false;
	return !g_ascii_isalpha(start[length - 1]) ||
	       !g_unichar_isalpha(g_utf8_get_char(subject + length));
}

static void
judge_subject(Judge *judge)
{
	size_t count;
	const RobotSubjectRule *rules = robot_subject_rules(&count);
	g_autofree char *subject = prefix_fold(judge->mail->subject);
	const char *bare = skip_prefixes(subject);
	for (size_t i = 0; i < count; i++) {
		/* who answers or forwards a bounce is no machine */
		const char *start =
			rules[i].effect == ROBOT_SOFT ? bare : subject;
		if (!starts_with(start, rules[i].start))
			continue;
		judge_sign(judge, rules[i].effect,
			   g_strdup_printf("subject %s", rules[i].start));
		judge->kind = MIN(judge->kind, rules[i].kind);
		return;
	}
}

/* The envelope sender without brackets, or what stands for it; NULL when
 * nobody is there to be answered. */
static char *
sender_of(const Mail *mail, const char *envelope_sender)
{
	const char *sender =
		envelope_sender ? envelope_sender : mail->return_path;
	if (!sender && mail->from->len > 0)
		sender = ((const MailAddress *)mail->from->pdata[0])->address;
	if (!sender)
		return NULL;
	sender += *sender == '<';
	size_t length = strlen(sender);
	length -= length > 0 && sender[length - 1] == '>';
	return g_strndup(sender, length);
}

static void
judge_sender(Judge *judge, const char *envelope_sender)
{
	const Mail *mail = judge->mail;
	g_autofree char *sender = sender_of(mail, envelope_sender);
	if (!sender)
		judge_sign(judge, ROBOT_NO_ACK,
			   g_strdup("no sender to be answered"));
	else if (!*sender)
		judge_sign(judge, ROBOT_SURE, g_strdup("null envelope sender"));
	if (judge->stated) {
		judge_address(judge, judge->stated, "the form's");
		return;
	}
	if (sender && *sender)
		judge_address(judge, sender, "sender");
	g_autofree char *original = mail_address_original(sender ? sender : "");
	for (guint i = 0; i < mail->from->len; i++) {
		const MailAddress *from = mail->from->pdata[i];
		/* one address is one sign, wherever it stands */
		if (g_ascii_strcasecmp(from->address, original) != 0)
			judge_address(judge, from->address, "From");
	}
}

static RobotKind
kind_of_report(const char *report)
{
	if (strcmp(report, "delivery-status") == 0)
		return ROBOT_DELIVERY;
	if (strcmp(report, "feedback-report") == 0)
		return ROBOT_FEEDBACK;
	if (strcmp(report, "calendar-reply") == 0)
		return ROBOT_CALENDAR;
	if (strcmp(report, "disposition-notification") == 0)
		return ROBOT_RECEIPT;
	return ROBOT_ANY;
}

static void
judge_content(Judge *judge)
{
	const Mail *mail = judge->mail;
	if (mail_is_bounce(mail))
		judge_sign(judge, ROBOT_SURE, g_strdup("a returned mail"));
	else if (mail->report)
		judge_sign(judge, ROBOT_SURE,
			   g_strdup_printf("a machine's %s", mail->report));
	if (mail->report)
		judge->kind = kind_of_report(mail->report);
	if (mail->is_spam)
		judge_sign(judge, ROBOT_NO_ACK, g_strdup(mail->spam_reason));
}

static void
conclude(Judge *judge, RobotVerdict *out)
{
	static const char *const kinds[] = {
		[ROBOT_DELIVERY] = "delivery report",
		[ROBOT_FEEDBACK] = "feedback report",
		[ROBOT_CALENDAR] = "calendar reply",
		[ROBOT_RECEIPT] = "read receipt",
		[ROBOT_CHALLENGE] = "challenge-response",
		[ROBOT_VACATION] = "vacation reply",
		[ROBOT_LIST_MAIL] = "mailing list",
		[ROBOT_ANY] = NULL,
	};
	bool many = judge->n_soft >= SOFT_SIGNS_MIN;
	out->is_robot = judge->robot || many;
	/* people write to lists, too, and all of them about their holidays */
	if (out->is_robot || judge->kind == ROBOT_LIST_MAIL)
		out->kind = kinds[judge->kind];
	out->may_ack = !out->is_robot && !judge->no_ack;
	if (judge->robot)
		out->reason = g_steal_pointer(&judge->robot);
	else if (many)
		out->reason = g_strdup(judge->soft->str);
	else if (judge->no_ack)
		out->reason = g_steal_pointer(&judge->no_ack);
	else
		out->reason = g_strdup("");
	g_free(judge->robot);
	g_free(judge->no_ack);
	g_string_free(judge->soft, TRUE);
}

void
robot_judge(const Mail *mail, const char *envelope_sender, const char *stated,
	    RobotVerdict *out)
{
	*out = (RobotVerdict){.reason = NULL};
	Judge judge = {.mail = mail,
		       .stated = stated,
		       .soft = g_string_new(NULL),
		       .kind = ROBOT_ANY};
	judge_content(&judge);
	for (guint i = 0; i < mail->headers->len; i++)
		judge_header(&judge, mail->headers->pdata[i]);
	judge_sender(&judge, envelope_sender);
	judge_subject(&judge);
	conclude(&judge, out);
}

void
robot_verdict_clear(RobotVerdict *verdict)
{
	g_clear_pointer(&verdict->reason, g_free);
}
