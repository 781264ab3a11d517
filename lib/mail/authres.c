/* authres: see include/loket/authres.h */
#include <string.h>

#include <loket/authres.h>

/* Results that are read of one field. */
#define RESULTS_MAX 100
#define WHITE " \t\r\n"

/* What is asked of the fields of one mail. */
typedef struct Question {
	const char *const *authserv_ids;
	const char *hostname;
	char *from_domain; /* of the only author, else NULL */
	AuthState state;
	char *reason;
} Question;

/* Comments nest: RFC 5322 3.2.2. */
static const char *
skip_comment(const char *p)
{
	size_t depth = 0;
	do {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')')
			depth--;
		p++;
	} while (*p && depth > 0);
	return p;
}

/* The content of a quoted string goes to out; what would look like syntax
 * in it becomes "?", for no name or result has that. */
static const char *
copy_quoted(const char *p, GString *out)
{
	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		g_string_append_c(out, strchr(";=\"" WHITE, *p) ? '?' : *p);
	}
	return *p ? p + 1 : p;
}

/* Without comments and quotes, in lower case, no space around "=". */
static char *
plain_value(const char *raw)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *p = raw;
	while (*p) {
		if (*p == '(') {
			p = skip_comment(p);
			g_string_append_c(out, ' ');
		} else if (*p == '"') {
			p = copy_quoted(p, out);
		} else {
			g_string_append_c(out, *p++);
		}
	}
	g_auto(GStrv) sides = g_strsplit(out->str, "=", -1);
	for (size_t i = 0; sides[i]; i++) {
		if (i > 0)
			g_strchug(sides[i]);
		if (sides[i + 1])
			g_strchomp(sides[i]);
	}
	g_autofree char *joined = g_strjoinv("=", sides);
	return g_ascii_strdown(joined, -1);
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; names && *names; names++)
		if (g_ascii_strcasecmp(name, *names) == 0)
			return true;
	return false;
}

/* The domain behind the last "@", or all of it, as DNS knows it; NULL when
 * it is no domain. */
static char *
domain_of(const char *identity)
{
	const char *at = strrchr(identity, '@');
	g_autofree char *domain = g_strdup(at ? at + 1 : identity);
	size_t length = strlen(domain);
	if (length > 0 && domain[length - 1] == '.')
		domain[length - 1] = '\0';
	g_autofree char *ascii = g_hostname_to_ascii(domain);
	return ascii && *ascii ? g_ascii_strdown(ascii, -1) : NULL;
}

/* A domain is in a zone of at least two labels. */
static bool
is_in(const char *domain, const char *zone)
{
	size_t length = strlen(domain);
	size_t n = strlen(zone);
	if (length < n || !strchr(zone, '.') ||
	    strcmp(domain + length - n, zone) != 0)
		return false;
	return length == n || domain[length - n - 1] == '.';
}

bool
authres_is_aligned(const char *domain, const char *from_domain)
{
	g_autofree char *one = g_ascii_strdown(domain, -1);
	g_autofree char *other = g_ascii_strdown(from_domain, -1);
	return is_in(one, other) || is_in(other, one);
}

static bool
is_aligned(const Question *question, const char *identity)
{
	g_autofree char *domain = domain_of(identity);
	return domain && question->from_domain &&
	       authres_is_aligned(domain, question->from_domain);
}

/* The value of a property among the words of a result, NULL when absent. */
static const char *
property(char **words, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 1; words[0] && words[i]; i++)
		if (g_str_has_prefix(words[i], name) && words[i][length] == '=')
			return words[i] + length + 1;
	return NULL;
}

static bool
has_aligned(const Question *question, char **words, const char *name)
{
	const char *identity = property(words, name);
	return identity && is_aligned(question, identity);
}

/* Whether a result vouches for the author. */
static bool
is_pass(const Question *question, const char *result, char **words)
{
	if (strcmp(result, "dmarc=pass") == 0)
		return question->from_domain &&
		       (!property(words, "header.from") ||
			has_aligned(question, words, "header.from"));
	if (strcmp(result, "dkim=pass") == 0)
		return property(words, "header.d")
			       ? has_aligned(question, words, "header.d")
			       : has_aligned(question, words, "header.i");
	return strcmp(result, "spf=pass") == 0 &&
	       has_aligned(question, words, "smtp.mailfrom");
}

static void
answer(Question *question, AuthState state, const char *reason)
{
	question->state = state;
	g_free(question->reason);
	question->reason = g_strdup(reason);
}

/* "method/version=result" without the version, RFC 8601 2.2. */
static char *
without_version(const char *word)
{
	int n = (int)strcspn(word, "/=");
	const char *result = strchr(word, '=');
	return g_strdup_printf("%.*s%s", n, word, result ? result : "");
}

static void
read_result(Question *question, const char *text, bool may_pass)
{
	g_autofree char *bare = g_strstrip(g_strdup(text));
	g_auto(GStrv) words = g_strsplit_set(bare, WHITE, -1);
	if (!words[0])
		return;
	g_autofree char *result = without_version(words[0]);
	if (strcmp(result, "dmarc=fail") == 0)
		answer(question, AUTH_FAIL, result);
	else if (may_pass && question->state == AUTH_NONE &&
		 is_pass(question, result, words))
		answer(question, AUTH_PASS, result);
}

static void
read_field(Question *question, const char *raw, bool may_pass)
{
	g_autofree char *value = plain_value(raw);
	g_auto(GStrv) parts = g_strsplit(value, ";", RESULTS_MAX + 1);
	if (!parts[0])
		return;
	/* a version may stand behind the authserv-id */
	g_strstrip(parts[0]);
	parts[0][strcspn(parts[0], WHITE)] = '\0';
	if (!is_one_of(parts[0], question->authserv_ids))
		return;
	for (size_t i = 1; parts[i] && i <= RESULTS_MAX; i++)
		read_result(question, parts[i], may_pass);
}

/* The name behind "by", RFC 5321 4.4. */
static bool
is_received_here(const Question *question, const char *raw)
{
	g_autofree char *value = plain_value(raw);
	g_auto(GStrv) words = g_strsplit_set(value, WHITE ";", -1);
	size_t i = 0;
	while (words[i] && strcmp(words[i], "by") != 0)
		i++;
	while (words[i] && (!*words[i] || strcmp(words[i], "by") == 0))
		i++;
	if (!words[i])
		return false;
	return is_one_of(words[i], question->authserv_ids) ||
	       (question->hostname &&
		g_ascii_strcasecmp(words[i], question->hostname) == 0);
}

AuthState
authres_judge(const Mail *mail, const char *const *authserv_ids,
	      const char *hostname, char **reason)
{
	const char *from = mail_from_address(mail);
	Question question = {
		.authserv_ids = authserv_ids,
		.hostname = hostname,
		.from_domain = from ? domain_of(from) : NULL,
		.reason = g_strdup(from ? "no result of a server of ours"
					: "not exactly one author"),
	};
	bool is_above = true;
	for (guint i = 0; i < mail->headers->len && question.state != AUTH_FAIL;
	     i++) {
		const MailHeader *header = mail->headers->pdata[i];
		if (g_ascii_strcasecmp(header->name, "Received") == 0)
			is_above = is_above &&
				   is_received_here(&question, header->value);
		else if (g_ascii_strcasecmp(header->name,
					    "Authentication-Results") == 0)
			read_field(&question, header->value, is_above);
	}
	g_free(question.from_domain);
	if (reason)
		*reason = g_steal_pointer(&question.reason);
	g_free(question.reason);
	return question.state;
}
