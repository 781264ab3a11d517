/* site: see include/loket/site.h */
#include <errno.h>
#include <unistd.h>

#include <loket/clock.h>
#include <loket/site.h>

/* Those that mail is recognised to be in; NULL for all. */
static const char *const *
languages_of(const Site *site)
{
	char **languages = site->config ? site->config->languages : NULL;
	return languages && *languages ? (const char *const *)languages : NULL;
}

static bool
open_texts(Site *site, const char *data_dir, GError **error)
{
	site->hostname = g_strdup(g_get_host_name());
	site->tags = tag_reader_new();
	site->reader = mail_reader_new(data_dir, languages_of(site), error);
	if (!site->reader)
		return false;
	site->templates = templates_load(
		data_dir, site->config ? site->config->templates : NULL, error);
	return site->templates != NULL;
}

static bool
open_secret(Site *site, enum StoreMode mode, GError **error)
{
	const Config *config = site->config;
	if (mode != STORE_WRITE && access(config->secret, F_OK) != 0 &&
	    errno == ENOENT)
		return true;
	site->keyring = keyring_open(config->secret, config->key_lifetime_s,
				     clock_now(), error);
	return site->keyring != NULL;
}

static void
fill_intake(Site *site)
{
	site->intake = (Intake){.config = site->config,
				.store = site->store,
				.keyring = site->keyring,
				.reader = site->reader,
				.templates = site->templates,
				.tags = site->tags,
				.hostname = site->hostname};
}

Site *
site_open_bare(GError **error)
{
	g_autofree char *data_dir = config_find_data_dir(error);
	if (!data_dir)
		return NULL;
	g_autoptr(Site) site = g_atomic_rc_box_new0(Site);
	if (!open_texts(site, data_dir, error))
		return NULL;
	fill_intake(site);
	return g_steal_pointer(&site);
}

Site *
site_open(const char *config_path, enum StoreMode mode, GError **error)
{
	g_autofree char *data_dir = config_find_data_dir(error);
	if (!data_dir)
		return NULL;
	g_autoptr(Site) site = g_atomic_rc_box_new0(Site);
	site->config = config_load(config_path, data_dir, error);
	if (!site->config || !open_texts(site, data_dir, error) ||
	    !open_secret(site, mode, error))
		return NULL;
	site->store = store_open(site->config->store, mode, error);
	if (!site->store)
		return NULL;
	fill_intake(site);
	return g_steal_pointer(&site);
}

Site *
site_ref(Site *site)
{
	return g_atomic_rc_box_acquire(site);
}

static void
site_clear(void *data)
{
	Site *site = data;
	store_close(site->store);
	tag_reader_free(site->tags);
	mail_reader_free(site->reader);
	templates_free(site->templates);
	keyring_free(site->keyring);
	config_free(site->config);
	g_free(site->hostname);
}

void
site_unref(Site *site)
{
	if (site)
		g_atomic_rc_box_release_full(site, site_clear);
}
