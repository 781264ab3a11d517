/*
 * loket setup sendmail: the line that sendmail.mc needs.
 *
 * The site makes sendmail.cf of it with m4; Loket writes only between two
 * comments of its own, so that it can take out all that it has put in.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <loket/endpoint.h>

#include "setup.h"

#define DEFAULT_DIR "/etc/mail"
#define BEGIN "dnl Loket: begin\n"
#define END "dnl Loket: end\n"

typedef struct McFile {
	char *path; /* without symbolic links */
	char *text; /* as it is */
	char *bare; /* without what stands between our comments */
} McFile;

static void
mc_file_free(McFile *mc)
{
	free(mc->path);
	g_free(mc->text);
	g_free(mc->bare);
	g_free(mc);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(McFile, mc_file_free)

/* NULL: our first comment has lost its second. */
static char *
without_block(const char *text)
{
	const char *begin = strstr(text, BEGIN);
	if (!begin)
		return g_strdup(text);
	const char *end = strstr(begin, END);
	if (!end)
		return NULL;
	return g_strdup_printf("%.*s%s", (int)(begin - text), text,
			       end + strlen(END));
}

/* NULL with *code: it cannot be used, already told. */
static McFile *
read_mc(const char *config_dir, int *code)
{
	g_autoptr(McFile) mc = g_new0(McFile, 1);
	g_autofree char *name = g_build_filename(
		config_dir ? config_dir : DEFAULT_DIR, "sendmail.mc", NULL);
	mc->path = realpath(name, NULL);
	*code = EX_UNAVAILABLE;
	if (!mc->path ||
	    !g_file_get_contents(mc->path, &mc->text, NULL, NULL)) {
		(void)fprintf(stderr,
			      "loket: no Sendmail is configured here: %s "
			      "cannot be read\n",
			      name);
		return NULL;
	}
	*code = EX_CONFIG;
	mc->bare = without_block(mc->text);
	if (!mc->bare) {
		(void)fprintf(stderr,
			      "loket: in %s there is \"%.*s\" without its "
			      "\"%.*s\"; take out by hand what is Loket's\n",
			      mc->path, (int)strlen(BEGIN) - 1, BEGIN,
			      (int)strlen(END) - 1, END);
		return NULL;
	}
	return g_steal_pointer(&mc);
}

static bool
begins(const char *line, const char *word)
{
	line += strspn(line, " \t");
	return strncmp(line, word, strlen(word)) == 0;
}

/* Where the first mailer is defined: milters that are named behind it are not
 * seen. What m4 throws away does not count. NULL: nowhere. */
static const char *
find_mailer(const char *text)
{
	bool is_kept = true;
	while (*text) {
		if (begins(text, "divert("))
			is_kept = !begins(text, "divert(-1)");
		if (is_kept &&
		    (begins(text, "MAILER(") || begins(text, "MAILER_DEF")))
			return text;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return NULL;
}

/* "inet:8899" means all addresses to us, and nothing to Sendmail. */
static char *
line_for(const char *address)
{
	bool is_complete = endpoint_path(address) || strchr(address, '@');
	const char *host =
		g_str_has_prefix(address, "inet6:") ? "@::1" : "@127.0.0.1";
	return g_strdup_printf("INPUT_MAIL_FILTER(`loket', `S=%s%s, F=T, "
			       "T=S:10s;R:30s;E:5m')dnl\n",
			       address, is_complete ? "" : host);
}

/* The directory on the way to a file that everybody may write to; NULL: none.
 * The caller's. */
static char *
open_directory(const char *path)
{
	g_autofree char *directory = g_path_get_dirname(path);
	while (strlen(directory) > 1) {
		struct stat status;
		if (stat(directory, &status) == 0 &&
		    (status.st_mode & S_IWOTH) != 0)
			return g_steal_pointer(&directory);
		char *parent = g_path_get_dirname(directory);
		g_free(directory);
		directory = parent;
	}
	return NULL;
}

/* Sendmail takes no socket that somebody else could have put there. */
static bool
is_reachable(const char *address)
{
	const char *path = endpoint_path(address);
	g_autofree char *open = path ? open_directory(path) : NULL;
	if (open)
		(void)fprintf(
			stderr,
			"loket: Sendmail refuses the socket %s: everybody "
			"may write to %s.\nSet in loket.conf:\n\n"
			"    socket = \"unix:/run/loket/milter.sock\"\n\n"
			"and call this again.\n",
			address, open);
	return !open;
}

/* A daemon with milters of its own has no others. */
static void
print_daemons(const McFile *mc)
{
	g_auto(GStrv) lines = g_strsplit(mc->bare, "\n", -1);
	for (char **line = lines; *line; line++) {
		if (begins(*line, "DAEMON_OPTIONS(") &&
		    (strstr(*line, " I=") || strstr(*line, ",I=") ||
		     strstr(*line, "InputMailFilters=")))
			(void)printf("# has milters of its own; where it takes "
				     "mail from outside or\n"
				     "# from agents, add loket to them:\n"
				     "#     %s\n",
				     *line);
	}
}

static void
print_next_step(const McFile *mc)
{
	g_autofree char *directory = g_path_get_dirname(mc->path);
	(void)printf("# Then: make -C %s, and start Sendmail anew\n",
		     directory);
}

static int
print_change(const McFile *mc, const char *line)
{
	if (strstr(mc->text, line)) {
		(void)printf("# %s names Loket already\n", mc->path);
		return EX_OK;
	}
	(void)printf("# into %s, in front of the first MAILER and\n"
		     "# behind the other milters\n"
		     "%s",
		     mc->path, line);
	print_daemons(mc);
	print_next_step(mc);
	return EX_OK;
}

/* Owner and mode stay; whoever reads meanwhile sees the old file or the new. */
static bool
replace(const char *path, const char *text, GError **error)
{
	struct stat status;
	if (stat(path, &status) != 0 ||
	    !g_file_set_contents_full(path, text, -1,
				      G_FILE_SET_CONTENTS_CONSISTENT |
					      G_FILE_SET_CONTENTS_DURABLE,
				      (int)status.st_mode & 07777, error))
		return false;
	return chown(path, status.st_uid, status.st_gid) == 0;
}

static int
write_mc(const McFile *mc, const char *text)
{
	g_autoptr(GError) error = NULL;
	if (strcmp(text, mc->text) == 0) {
		(void)printf("# %s is as it should be\n", mc->path);
		return EX_OK;
	}
	if (!replace(mc->path, text, &error)) {
		(void)fprintf(stderr, "loket: %s\n",
			      error ? error->message : g_strerror(errno));
		return EX_CANTCREAT;
	}
	(void)printf("# %s is changed\n", mc->path);
	print_next_step(mc);
	return EX_OK;
}

static int
apply_change(const McFile *mc, const char *line)
{
	const char *place = find_mailer(mc->bare);
	if (strstr(mc->bare, line))
		return print_change(mc, line);
	if (!place) {
		(void)fprintf(
			stderr,
			"loket: %s defines no MAILER itself; put this "
			"in front of the first\none, wherever that is:\n\n"
			"%s",
			mc->path, line);
		return EX_CONFIG;
	}
	g_autofree char *text =
		g_strdup_printf("%.*s" BEGIN "%s" END "%s",
				(int)(place - mc->bare), mc->bare, line, place);
	int code = write_mc(mc, text);
	if (code == EX_OK)
		print_daemons(mc);
	return code;
}

int
setup_sendmail(const Config *config, const char *config_dir,
	       enum SetupMode mode)
{
	int code;
	g_autoptr(McFile) mc = read_mc(config_dir, &code);
	if (!mc)
		return code;
	if (mode == SETUP_UNDO)
		return write_mc(mc, mc->bare);
	if (!is_reachable(config->socket))
		return EX_CONFIG;
	g_autofree char *line = line_for(config->socket);
	return mode == SETUP_APPLY ? apply_change(mc, line)
				   : print_change(mc, line);
}
