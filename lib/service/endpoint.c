/* endpoint: see include/loket/endpoint.h */
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>

#include <loket/endpoint.h>

const char *
endpoint_path(const char *address)
{
	static const char *const schemes[] = {"unix:", "local:"};
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (g_str_has_prefix(address, schemes[i]))
			return address + strlen(schemes[i]);
	return NULL;
}

static bool
answers(int family, const struct sockaddr *address, socklen_t length)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_live = fd >= 0 && connect(fd, address, length) == 0;
	if (fd >= 0)
		(void)close(fd);
	return is_live;
}

static bool
unix_is_live(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	(void)g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	return answers(AF_UNIX, (const struct sockaddr *)&address,
		       sizeof(address));
}

static int
family_of(const char *address)
{
	if (g_str_has_prefix(address, "inet6:"))
		return AF_INET6;
	return g_str_has_prefix(address, "inet:") ? AF_INET : AF_UNSPEC;
}

/* Without a host, libmilter listens everywhere, so on loopback too. */
static bool
inet_is_live(const char *address)
{
	struct addrinfo hints = {.ai_family = family_of(address),
				 .ai_socktype = SOCK_STREAM};
	if (hints.ai_family == AF_UNSPEC)
		return false;
	g_auto(GStrv) parts = g_strsplit(strchr(address, ':') + 1, "@", 2);
	bool has_host = parts[0] && parts[1] && *parts[1];
	struct addrinfo *found = NULL;
	if (!parts[0] || getaddrinfo(has_host ? parts[1] : NULL, parts[0],
				     &hints, &found) != 0)
		return false;
	bool is_live =
		answers(found->ai_family, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return is_live;
}

bool
endpoint_is_live(const char *address)
{
	const char *path = endpoint_path(address);
	return path ? unix_is_live(path) : inet_is_live(address);
}
