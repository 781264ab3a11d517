/* address: see include/loket/address.h */
#include <stdbool.h>
#include <string.h>

#include <loket/address.h>

const char *
address_domain(const char *address)
{
	const char *at = strrchr(address, '@');
	return at ? at + 1 : "";
}

/* HASH=TT=DOMAIN=LOCAL, what follows "SRS0=" and, for a second hop, "==". */
static char *
srs_inner(const char *rest)
{
	g_auto(GStrv) parts = g_strsplit(rest, "=", 4);
	if (g_strv_length(parts) != 4 || !*parts[2] || !*parts[3])
		return NULL;
	return g_strdup_printf("%s@%s", parts[3], parts[2]);
}

/* local is the local part, in lower case. */
static char *
unwrapped(const char *local)
{
	if (g_str_has_prefix(local, "srs0=") ||
	    g_str_has_prefix(local, "srs0+") ||
	    g_str_has_prefix(local, "srs0-"))
		return srs_inner(local + strlen("srs0="));
	if (g_str_has_prefix(local, "srs1=")) {
		const char *inner = strstr(local, "==");
		return inner ? srs_inner(inner + 2) : NULL;
	}
	return NULL;
}

char *
address_canonical(const char *address)
{
	g_autofree char *folded = g_ascii_strdown(address ? address : "", -1);
	char *at = strrchr(folded, '@');
	if (!at)
		return g_steal_pointer(&folded);
	g_autofree char *local = g_strndup(folded, (gsize)(at - folded));
	char *plain = unwrapped(local);
	if (plain)
		return plain;
	if (!g_str_has_prefix(local, "prvs="))
		return g_steal_pointer(&folded);
	const char *end_of_tag = strchr(local + strlen("prvs="), '=');
	if (!end_of_tag)
		return g_steal_pointer(&folded);
	return g_strconcat(end_of_tag + 1, at, NULL);
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
