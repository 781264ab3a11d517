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

char *
address_of_path(const char *path)
{
	const char *start = path + strspn(path, " \t");
	bool has_bracket = *start == '<';
	if (has_bracket)
		start++;
	/* ESMTP arguments may follow: some servers hand them over too */
	size_t length = path_length(start, has_bracket ? ">" : " \t");
	/* a source route, "@a,@b:", is accepted and ignored */
	const char *colon = *start == '@' ? memchr(start, ':', length) : NULL;
	if (colon) {
		length -= (size_t)(colon + 1 - start);
		start = colon + 1;
	}
	return g_strndup(start, length);
}
