/* endpoint: who answers at a socket, on real sockets. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <loket/endpoint.h>

#include "scratch.h"

static int
listen_at(int family, const void *address, socklen_t length)
{
	int fd = socket(family, SOCK_STREAM, 0);
	assert_return_code(fd, 0);
	assert_return_code(bind(fd, address, length), 0);
	assert_return_code(listen(fd, 4), 0);
	return fd;
}

static int
listen_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	assert_true(strlen(path) < sizeof(address.sun_path));
	(void)g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	return listen_at(AF_UNIX, &address, sizeof(address));
}

static int
listen_inet(in_addr_t host, unsigned *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(host)};
	socklen_t length = sizeof(address);
	int fd = listen_at(AF_INET, &address, length);
	assert_return_code(
		getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* -1 on a machine without IPv6. */
static int
listen_inet6(unsigned *port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6,
				       .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0)
		return -1;
	assert_return_code(listen(fd, 4), 0);
	assert_return_code(
		getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin6_port);
	return fd;
}

static bool
is_live(const char *scheme, const char *rest)
{
	g_autofree char *address = g_strconcat(scheme, rest, NULL);
	return endpoint_is_live(address);
}

static bool
is_live_port(const char *scheme, unsigned port, const char *host)
{
	g_autofree char *address =
		g_strdup_printf("%s%u%s", scheme, port, host);
	return endpoint_is_live(address);
}

static void
names_the_path_of_a_local_socket(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		const char *path;
	} cases[] = {
		{"unix:/run/loket/milter.sock", "/run/loket/milter.sock"},
		{"local:/run/loket/milter.sock", "/run/loket/milter.sock"},
		{"unix:", ""},
		{"inet:8899@127.0.0.1", NULL},
		{"inet6:8899@::1", NULL},
		{"", NULL},
		{"un", NULL},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *path = endpoint_path(cases[i].address);
		if (g_strcmp0(path, cases[i].path) != 0)
			fail_msg("%s: %s", cases[i].address, path);
	}
}

static void
a_socket_lives_while_somebody_listens(void **state)
{
	g_autofree char *path = scratch_path(state, "milter.sock");
	assert_false(is_live("unix:", path));
	int fd = listen_unix(path);
	assert_true(is_live("unix:", path));
	assert_true(is_live("local:", path));
	(void)close(fd);
	/* the file of a daemon that was killed */
	assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
	assert_false(is_live("unix:", path));
}

static void
what_is_no_socket_is_not_live(void **state)
{
	g_autofree char *path = scratch_path(state, "file");
	assert_true(g_file_set_contents(path, "x", 1, NULL));
	assert_false(is_live("unix:", path));
	assert_false(is_live("unix:", *state));
	assert_false(is_live("unix:", ""));
}

static void
a_path_longer_than_any_socket_is_not_live(void **state)
{
	size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	g_autofree char *base = scratch_path(state, "");
	g_autofree char *fill = g_strnfill(room - 1 - strlen(base), 's');
	g_autofree char *longest = g_strconcat(base, fill, NULL);
	g_autofree char *longer = g_strconcat(longest, "s", NULL);
	int fd = listen_unix(longest);
	assert_true(is_live("unix:", longest));
	/* not cut to the one that lives */
	assert_false(is_live("unix:", longer));
	(void)close(fd);
}

static void
a_port_lives_while_somebody_listens(void **state)
{
	(void)state;
	unsigned port;
	int fd = listen_inet(INADDR_LOOPBACK, &port);
	assert_true(is_live_port("inet:", port, "@127.0.0.1"));
	assert_true(is_live_port("inet:", port, "@localhost"));
	assert_true(is_live_port("inet:", port, ""));
	assert_false(is_live_port("inet:", port, "@127.0.0.2"));
	(void)close(fd);
	assert_false(is_live_port("inet:", port, "@127.0.0.1"));
}

static void
a_port_of_ipv6_is_apart_from_one_of_ipv4(void **state)
{
	(void)state;
	unsigned port = 0;
	int fd = listen_inet6(&port);
	if (fd < 0)
		skip();
	assert_true(is_live_port("inet6:", port, "@::1"));
	assert_true(is_live_port("inet6:", port, ""));
	assert_false(is_live_port("inet:", port, ""));
	assert_false(is_live_port("inet:", port, "@localhost"));
	(void)close(fd);
	assert_false(is_live_port("inet6:", port, "@::1"));
}

static void
nobody_answers_at_what_is_no_address(void **state)
{
	(void)state;
	static const char *const addresses[] = {
		"",
		"inet",
		"inet:",
		"inet:@127.0.0.1",
		"inet:no-such-service@127.0.0.1",
		"inet:99999999@127.0.0.1",
		"inet6:@::1",
		"smtp:25",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++)
		if (endpoint_is_live(addresses[i]))
			fail_msg("%s", addresses[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_path_of_a_local_socket),
		IN_SCRATCH(a_socket_lives_while_somebody_listens),
		IN_SCRATCH(what_is_no_socket_is_not_live),
		IN_SCRATCH(a_path_longer_than_any_socket_is_not_live),
		cmocka_unit_test(a_port_lives_while_somebody_listens),
		cmocka_unit_test(a_port_of_ipv6_is_apart_from_one_of_ipv4),
		cmocka_unit_test(nobody_answers_at_what_is_no_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
