/* address: see include/loket/address.h */
#include <string.h>

#include <loket/address.h>
#include <loket/mail.h>

/* RFC 5321 4.5.3.1 */
#define ADDRESS_MAX 254
#define LOCAL_PART_MAX 64
#define LABEL_MAX 63

/* RFC 5322 3.2.3, atext */
#define ATOM_CHARS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"#$&'*+-/=?^_`{|}~"
#define LABEL_CHARS                                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

/* How many parts of the characters, parted by dots, the text is; 0: none. */
static size_t
count_parts(const char *text, const char *characters, size_t part_max)
{
	for (size_t n = 1;; n++) {
		size_t length = strspn(text, characters);
		if (length == 0 || length > part_max)
			return 0;
		if (text[length] != '.')
			return text[length] ? 0 : n;
		text += length + 1;
	}
}

/* RFC 3696 2: the last label is not all digits, as in an IP address. */
static bool
is_public_domain(const char *domain)
{
	if (count_parts(domain, LABEL_CHARS, LABEL_MAX) < 2)
		return false;
	const char *last = strrchr(domain, '.') + 1;
	return strspn(last, "0123456789") < strlen(last) && *domain != '-' &&
	       !strstr(domain, ".-") && !strstr(domain, "-.") &&
	       !g_str_has_suffix(domain, "-");
}

bool
address_is_mailbox(const char *text)
{
	const char *at = strchr(text, '@');
	if (!at || at - text > LOCAL_PART_MAX || strlen(text) > ADDRESS_MAX)
		return false;
	g_autofree char *local = g_strndup(text, (gsize)(at - text));
	return count_parts(local, ATOM_CHARS, LOCAL_PART_MAX) > 0 &&
	       is_public_domain(at + 1);
}

const char *
address_domain(const char *address)
{
	const char *at = strrchr(address, '@');
	return at ? at + 1 : "";
}

char *
address_canonical(const char *address)
{
	g_autofree char *original =
		mail_address_original(address ? address : "");
	return g_ascii_strdown(original, -1);
}

/* Where an unquoted stop character or the end stands. */
static size_t
path_length(const char *path, const char *stops)
{
	bool quoted = false;
	size_t i = 0;
	for (; path[i]; i++) {
		if (path[i] == '\\' && path[i + 1])
			i++;
		else if (path[i] == '"')
			quoted = !quoted;
		else if (!quoted && strchr(stops, path[i]))
			break;
	}
	return i;
}

/* The length of a source route, "@a,@[IPv6:::1]:"; 0 without one. */
static size_t
route_length(const char *path, size_t length)
{
	bool in_literal = false;
	for (size_t i = 0; *path == '@' && i < length; i++) {
		if (path[i] == ':' && !in_literal)
			return i + 1;
		if (path[i] == '[' || path[i] == ']')
			in_literal = path[i] == '[';
	}
	return 0;
}

/* RFC 5321 4.1.2: quotes that are not needed mean nothing. */
static char *
unquoted_local(const char *local, size_t length)
{
	GString *bare = g_string_new(NULL);
	bool is_plain = length > 2 && local[0] == '"';
	for (size_t i = 1; is_plain && i + 1 < length; i++) {
		if (local[i] == '\\')
			i++;
		is_plain = i + 1 < length && local[i] > ' ' &&
			   local[i] != 127 &&
			   !strchr("()<>[]:;@\\,\"", local[i]);
		g_string_append_c(bare, local[i]);
	}
	if (!is_plain) {
		g_string_truncate(bare, 0);
		g_string_append_len(bare, local, (gssize)length);
	}
	return g_string_free(bare, FALSE);
}

/* Of the spellings that mail servers deliver to one mailbox, the plain one:
 * no needless quotes, no dot behind the domain. */
static char *
plain_address(const char *address, size_t length)
{
	g_autofree char *copy = g_strndup(address, length);
	char *at = strrchr(copy, '@');
	if (!at)
		return g_steal_pointer(&copy);
	g_autofree char *local = unquoted_local(copy, (size_t)(at - copy));
	size_t n = strlen(at);
	if (n > 2 && at[n - 1] == '.')
		at[n - 1] = '\0';
	return g_strconcat(local, at, NULL);
}

char *
address_of_path(const char *path)
{
	const char *start = path + strspn(path, " \t");
	bool has_bracket = *start == '<';
	if (has_bracket)
		start++;
	/* ESMTP arguments may follow: some servers hand them over too */
	size_t length = path_length(start, has_bracket ? ">" : " \t");
	/* a source route is accepted and ignored */
	size_t route = route_length(start, length);
	return plain_address(start + route, length - route);
}
