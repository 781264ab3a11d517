/* address: see include/loket/address.h */
#include <stdbool.h>
#include <string.h>

#include <loket/address.h>
#include <loket/mail.h>

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
	return g_strndup(start + route, length - route);
}
