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

static bool
inet_is_live(const char *address)
{
	const char *colon = strchr(address, ':');
	g_auto(GStrv) parts = g_strsplit(colon ? colon + 1 : "", "@", 2);
	if (!parts[0])
		return false;
	bool has_host = parts[1] && *parts[1];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	if (getaddrinfo(has_host ? parts[1] : "localhost", parts[0], &hints,
			&found) != 0)
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
