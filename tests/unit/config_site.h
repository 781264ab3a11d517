/* config_site: a directory and a configuration for one test. */
#ifndef LOKET_TESTS_CONFIG_SITE_H
#define LOKET_TESTS_CONFIG_SITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include <loket/config.h>
#include <loket/error.h>

/* Every key, as the manual page has it. */
#define FULL_CONF "tests/unit/config/full.conf"
#define CLOSED_ICS "tests/unit/config/closed.ics"

enum {
	MARCH = 1772582400,	/* 2026-03-04T00:00:00Z */
	SEPTEMBER = 1788307200, /* 2026-09-02T00:00:00Z */
};

#define DESK "desk \"s\" { addresses = { \"s@acme.example\" } }\n"
#define DESK_WITH(settings)                                                    \
	"desk \"s\" { addresses = { \"s@acme.example\" }\n" settings " }\n"

/* A directory for the files of one test. */
typedef struct Site {
	char *directory;
} Site;

static inline int
make_site(void **state)
{
	Site *site = g_new0(Site, 1);
	site->directory = g_dir_make_tmp("loket-config-XXXXXX", NULL);
	*state = site;
	return site->directory ? 0 : -1;
}

static inline int
remove_site(void **state)
{
	Site *site = *state;
	GDir *directory = g_dir_open(site->directory, 0, NULL);
	for (const char *name; (name = g_dir_read_name(directory));) {
		g_autofree char *path =
			g_build_filename(site->directory, name, NULL);
		g_remove(path);
	}
	g_dir_close(directory);
	g_rmdir(site->directory);
	g_free(site->directory);
	g_free(site);
	return 0;
}

static inline char *
site_write(const Site *site, const char *name, const char *text, size_t length)
{
	char *path = g_build_filename(site->directory, name, NULL);
	assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
	return path;
}

static inline void
site_put(const Site *site, const char *name, const char *text)
{
	g_free(site_write(site, name, text, strlen(text)));
}

static inline Config *
site_load(const Site *site, const char *text, GError **error)
{
	g_autofree char *path =
		site_write(site, "loket.conf", text, strlen(text));
	return config_load(path, "conf", error);
}

static inline Config *
load(const Site *site, const char *text)
{
	g_autoptr(GError) error = NULL;
	Config *config = site_load(site, text, &error);
	if (!config)
		fail_msg("%s", error->message);
	assert_non_null(config);
	return config;
}

static inline ConfigDesk *
only_desk(const Config *config)
{
	assert_int_equal(config->desks->len, 1);
	return g_ptr_array_index(config->desks, 0);
}

static inline void
assert_list(char **list, const char *want)
{
	g_autofree char *joined = g_strjoinv(" ", list);
	assert_string_equal(joined, want);
}

static inline void
assert_target(const ConfigDesk *desk, const char *type, enum TargetKind kind,
	      int64_t received, const char *want)
{
	Target target;
	if (!want) {
		assert_false(desk_target(desk, type, kind, received, &target));
		return;
	}
	assert_true(desk_target(desk, type, kind, received, &target));
	g_autofree char *text = target_format(&target);
	assert_string_equal(text, want);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, remove_site)

#endif
