/* scratch: an empty directory for one test. */
#ifndef LOKET_TESTS_SCRATCH_H
#define LOKET_TESTS_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib/gstdio.h>

/* The directory is the test's state. */
static inline int
make_scratch(void **state)
{
	*state = g_dir_make_tmp("loket-unit-XXXXXX", NULL);
	return *state ? 0 : -1;
}

/* The names of what lies in a directory; how many. */
static inline guint
files_in(const char *directory, GPtrArray *paths)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	assert_non_null(dir);
	guint n = 0;
	for (const char *name; (name = g_dir_read_name(dir)); n++)
		if (paths)
			g_ptr_array_add(
				paths, g_build_filename(directory, name, NULL));
	g_dir_close(dir);
	return n;
}

static inline int
remove_scratch(void **state)
{
	g_autofree char *directory = *state;
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	(void)files_in(directory, paths);
	for (guint i = 0; i < paths->len; i++)
		(void)g_remove(paths->pdata[i]);
	return g_rmdir(directory);
}

/* The path of a file in it; the caller's. */
static inline char *
scratch_path(void **state, const char *name)
{
	return g_build_filename(*state, name, NULL);
}

#define IN_SCRATCH(name)                                                       \
	cmocka_unit_test_setup_teardown(name, make_scratch, remove_scratch)

#endif
