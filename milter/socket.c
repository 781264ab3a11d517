/* socket: see socket.h */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <grp.h>
#include <libmilter/mfapi.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <loket/endpoint.h>
#include <loket/error.h>

#include "socket.h"

static bool
fail(GError **error, const char *what, const char *why)
{
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG, "%s: %s", what,
		    why);
	return false;
}

/* Takes a stale socket away, and nothing else that may lie there. */
static bool
make_room(const char *path, GError **error)
{
	struct stat status;
	if (lstat(path, &status) != 0)
		return true;
	if (!S_ISSOCK(status.st_mode))
		return fail(error, path, "in the way, expected a socket");
	if (unlink(path) != 0)
		return fail(error, path, g_strerror(errno));
	return true;
}

static bool
set_access(const char *path, const Config *config, GError **error)
{
	if (chmod(path, config->socket_mode) != 0)
		return fail(error, path, g_strerror(errno));
	if (!*config->socket_group)
		return true;
	const struct group *group = getgrnam(config->socket_group);
	if (!group)
		return fail(error, config->socket_group,
			    "no such group, for socket-group");
	if (chown(path, (uid_t)-1, group->gr_gid) != 0)
		return fail(error, path, g_strerror(errno));
	return true;
}

static bool
listen_at(const char *socket, GError **error)
{
	g_autofree char *address = g_strdup(socket);
	/* nobody gets in between the opening and the chmod */
	mode_t umask_before = umask(0177);
	bool ok = smfi_setconn(address) == MI_SUCCESS &&
		  smfi_opensocket(false) == MI_SUCCESS;
	int why = errno;
	(void)umask(umask_before);
	return ok ||
	       fail(error, socket, why ? g_strerror(why) : "cannot be opened");
}

static bool
remember(const char *path, SocketFile *file, GError **error)
{
	struct stat status;
	if (lstat(path, &status) != 0)
		return fail(error, path, g_strerror(errno));
	*file = (SocketFile){.path = g_strdup(path),
			     .device = status.st_dev,
			     .inode = status.st_ino};
	return true;
}

bool
socket_open(const Config *config, SocketFile *file, GError **error)
{
	const char *path = endpoint_path(config->socket);
	if (endpoint_is_live(config->socket))
		return fail(error, config->socket,
			    "in use, expected no other daemon there");
	if (path && !make_room(path, error))
		return false;
	if (!listen_at(config->socket, error))
		return false;
	return !path ||
	       (remember(path, file, error) && set_access(path, config, error));
}

void
socket_remove(SocketFile *file)
{
	struct stat status;
	if (file->path && lstat(file->path, &status) == 0 &&
	    S_ISSOCK(status.st_mode) && status.st_dev == file->device &&
	    status.st_ino == file->inode)
		(void)unlink(file->path);
	g_clear_pointer(&file->path, g_free);
}

bool
become_user(const Config *config, GError **error)
{
	if (!*config->user)
		return true;
	const struct passwd *user = getpwnam(config->user);
	if (!user)
		return fail(error, config->user, "no such user");
	if (geteuid() == user->pw_uid)
		return true;
	if (initgroups(config->user, user->pw_gid) != 0 ||
	    setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		return fail(error, config->user, g_strerror(errno));
	return true;
}
