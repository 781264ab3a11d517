/* datadir: where the data that comes with Loket lies */
#include <limits.h>
#include <unistd.h>

#include <loket/config.h>
#include <loket/error.h>

static bool
is_data_dir(const char *directory)
{
	g_autofree char *holidays =
		g_build_filename(directory, "holidays", NULL);
	return g_file_test(holidays, G_FILE_TEST_IS_DIR);
}

/* ../conf beside the directory of this program; NULL when there is no /proc
 * to tell where that is. */
static char *
checkout_dir(void)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program));
	if (length <= 0 || length == sizeof(program))
		return NULL;
	program[length] = '\0';
	g_autofree char *directory = g_path_get_dirname(program);
	g_autofree char *parent = g_path_get_dirname(directory);
	return g_build_filename(parent, "conf", NULL);
}

char *
config_find_data_dir(GError **error)
{
	g_autofree char *checkout = checkout_dir();
	if (checkout && is_data_dir(checkout))
		return g_steal_pointer(&checkout);
	if (is_data_dir(LOKET_DATADIR))
		return g_strdup(LOKET_DATADIR);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
		    "no holidays/ in %s or %s, expected the data that comes "
		    "with Loket",
		    checkout ? checkout : "../conf", LOKET_DATADIR);
	return NULL;
}
