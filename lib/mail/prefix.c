/* prefix: see prefix.h */
#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include <loket/mail.h>

#include "prefix.h"

/* Enough for some prefixes and the first words. */
#define SUBJECT_BYTES_MAX 200

/* Without the colon, and without a counter: "re[2]:", "fw(3):", "re^2:". */
static const struct {
	enum Prefix kind;
	const char *word;
} prefixes[] = {
	{PREFIX_REPLY, "re"},
	{PREFIX_REPLY, "aw"},
	{PREFIX_REPLY, "antw"},
	{PREFIX_REPLY, "antwoord"},
	{PREFIX_REPLY, "antwort"},
	{PREFIX_REPLY, "betr"},
	{PREFIX_REPLY, "ré"},
	{PREFIX_REPLY, "rép"},
	{PREFIX_REPLY, "réf"},
	{PREFIX_REPLY, "ref"},
	{PREFIX_REPLY, "res"},
	{PREFIX_REPLY, "r"},
	{PREFIX_REPLY, "rif"},
	{PREFIX_REPLY, "sv"},
	{PREFIX_REPLY, "svar"},
	{PREFIX_REPLY, "ang"},
	/* a reply in Finnish, a forward in Danish: what it was says References
	 */
	{PREFIX_REPLY, "vs"},
	{PREFIX_REPLY, "odp"},
	{PREFIX_REPLY, "vá"},
	{PREFIX_REPLY, "válasz"},
	{PREFIX_REPLY, "ynt"},
	{PREFIX_REPLY, "yan"},
	{PREFIX_REPLY, "ats"},
	{PREFIX_REPLY, "bls"},
	{PREFIX_REPLY, "απ"},
	{PREFIX_REPLY, "σχετ"},
	{PREFIX_REPLY, "השב"},
	{PREFIX_REPLY, "תגובה"},
	{PREFIX_REPLY, "رد"},
	{PREFIX_REPLY, "отв"},
	{PREFIX_REPLY, "ответ"},
	{PREFIX_REPLY, "від"},
	{PREFIX_REPLY, "отг"},
	{PREFIX_REPLY, "回复"},
	{PREFIX_REPLY, "回覆"},
	{PREFIX_REPLY, "答复"},
	{PREFIX_REPLY, "返信"},
	{PREFIX_REPLY, "회신"},
	{PREFIX_REPLY, "답장"},
	{PREFIX_REPLY, "转回"},
	{PREFIX_REPLY, "tl"},
	{PREFIX_REPLY, "atb"},
	{PREFIX_REPLY, "od"},
	{PREFIX_REPLY, "на"},
	{PREFIX_FORWARD, "fw"},
	{PREFIX_FORWARD, "fwd"},
	{PREFIX_FORWARD, "doorst"},
	{PREFIX_FORWARD, "doorgestuurd"},
	{PREFIX_FORWARD, "wg"},
	{PREFIX_FORWARD, "weitergeleitet"},
	{PREFIX_FORWARD, "tr"},
	{PREFIX_FORWARD, "rv"},
	{PREFIX_FORWARD, "reenv"},
	{PREFIX_FORWARD, "enc"},
	{PREFIX_FORWARD, "i"},
	{PREFIX_FORWARD, "inoltra"},
	{PREFIX_FORWARD, "vb"},
	{PREFIX_FORWARD, "videresendt"},
	{PREFIX_FORWARD, "vl"},
	{PREFIX_FORWARD, "fs"},
	{PREFIX_FORWARD, "frs"},
	{PREFIX_FORWARD, "pd"},
	{PREFIX_FORWARD, "przek"},
	{PREFIX_FORWARD, "předáno"},
	{PREFIX_FORWARD, "továbbítás"},
	{PREFIX_FORWARD, "tov"},
	{PREFIX_FORWARD, "ilt"},
	{PREFIX_FORWARD, "i̇lt"},
	{PREFIX_FORWARD, "edasi"},
	{PREFIX_FORWARD, "persiuntimas"},
	{PREFIX_FORWARD, "trs"},
	{PREFIX_FORWARD, "ct"},
	{PREFIX_FORWARD, "yml"},
	{PREFIX_FORWARD, "πρθ"},
	{PREFIX_FORWARD, "הועבר"},
	{PREFIX_FORWARD, "إعادة توجيه"},
	{PREFIX_FORWARD, "пересл"},
	{PREFIX_FORWARD, "переслано"},
	{PREFIX_FORWARD, "转发"},
	{PREFIX_FORWARD, "轉寄"},
	{PREFIX_FORWARD, "轉發"},
	{PREFIX_FORWARD, "转"},
	{PREFIX_FORWARD, "転送"},
	{PREFIX_FORWARD, "전달"},
	{PREFIX_LABEL, "ext"},
	{PREFIX_LABEL, "extern"},
	{PREFIX_LABEL, "external"},
	{PREFIX_LABEL, "spam"},
	{PREFIX_LABEL, "fyi"},
};

char *
prefix_fold(const char *subject)
{
	g_autofree char *head =
		g_strndup(subject ? subject : "", SUBJECT_BYTES_MAX);
	g_autofree char *valid = g_utf8_make_valid(head, -1);
	/* "ＲＥ：" is "re:" */
	g_autofree char *narrow = g_utf8_normalize(valid, -1, G_NORMALIZE_NFKC);
	return g_utf8_strdown(narrow, -1);
}

/* Behind a counter and the colon; NULL: there is no colon. */
static const char *
behind_colon(const char *text)
{
	text += strspn(text, "[(^-0123456789)] ");
	return *text == ':' ? text + 1 : NULL;
}

/* Behind "[extern]" or "***spam***"; NULL: there is none. */
static const char *
behind_label(const char *text)
{
	const char *bracket = strchr(text, ']');
	if (*text == '[' && bracket)
		return bracket + 1;
	if (!g_str_has_prefix(text, "***"))
		return NULL;
	const char *stars = strstr(text + 3, "***");
	return stars ? stars + 3 : NULL;
}

enum Prefix
prefix_of(const char *subject, const char **rest)
{
	const char *start = subject + strspn(subject, " ");
	const char *label = behind_label(start);
	if (label) {
		*rest = label;
		return PREFIX_LABEL;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		const char *word = prefixes[i].word;
		const char *behind =
			g_str_has_prefix(start, word)
				? behind_colon(start + strlen(word))
				: NULL;
		if (!behind)
			continue;
		*rest = behind;
		return prefixes[i].kind;
	}
	*rest = start;
	return PREFIX_NONE;
}

bool
mail_is_forward(const Mail *mail)
{
	g_autofree char *subject = prefix_fold(mail->subject);
	const char *rest = subject;
	enum Prefix prefix;
	do
		prefix = prefix_of(rest, &rest);
	while (prefix == PREFIX_LABEL);
	return prefix == PREFIX_FORWARD;
}
