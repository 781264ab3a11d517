/* config: see include/loket/config.h */
#include <string.h>

#include <loket/error.h>

#include "loader.h"
#include "record.h"
#include "schema.h"
#include "setting.h"

#define HOUR_S 3600

static void
free_calendar(void *calendar)
{
	calendar_free(calendar);
}

static void
connector_free(void *connector)
{
	record_free(&schema_connector, connector);
}

static Config *
config_new(void)
{
	Config *config = g_new0(Config, 1);
	config->calendars = g_ptr_array_new_with_free_func(free_calendar);
	config->desk_calendars = g_ptr_array_new_with_free_func(free_calendar);
	config->teams = g_ptr_array_new_with_free_func(team_free);
	config->agents = g_ptr_array_new_with_free_func(agent_free);
	config->desks = g_ptr_array_new_with_free_func(desk_free);
	config->also_tags = g_ptr_array_new_with_free_func(field_section_free);
	config->connectors = g_ptr_array_new_with_free_func(connector_free);
	return config;
}

void
config_free(Config *config)
{
	if (!config)
		return;
	g_ptr_array_unref(config->connectors);
	g_ptr_array_unref(config->also_tags);
	g_ptr_array_unref(config->desks);
	g_ptr_array_unref(config->agents);
	g_ptr_array_unref(config->teams);
	g_ptr_array_unref(config->desk_calendars);
	g_ptr_array_unref(config->calendars);
	setting_clear_all(schema_config.settings, config);
	g_free(config);
}

static char *
domain_of(char *address)
{
	return strrchr(address, '@');
}

/* The domains of the desks' addresses, each once: "@acme.example". */
static char **
desk_domains(const Config *config)
{
	g_autoptr(GPtrArray) domains = g_ptr_array_new();
	for (size_t i = 0; i < config->desks->len; i++) {
		const ConfigDesk *desk = g_ptr_array_index(config->desks, i);
		for (char **a = desk->addresses; *a; a++) {
			char *domain = domain_of(*a);
			if (!g_ptr_array_find_with_equal_func(
				    domains, domain, g_str_equal, NULL))
				g_ptr_array_add(domains, domain);
		}
	}
	g_ptr_array_add(domains, NULL);
	return g_strdupv((char **)domains->pdata);
}

/* Design 8.5 */
static void
set_default_limits(Config *config)
{
	static const ConfigLimit address[] = {{10, 3 * HOUR_S},
					      {40, 24 * HOUR_S}};
	static const ConfigLimit domain[] = {{60, HOUR_S}};
	static const ConfigLimit desk[] = {{300, HOUR_S}};
	static const ConfigLimit site[] = {{3000, HOUR_S}};
	const struct {
		GArray *limits;
		const ConfigLimit *defaults;
		guint n;
	} all[] = {
		{config->ack_limit_address, address, G_N_ELEMENTS(address)},
		{config->ack_limit_domain, domain, G_N_ELEMENTS(domain)},
		{config->ack_limit_desk, desk, G_N_ELEMENTS(desk)},
		{config->ack_limit_site, site, G_N_ELEMENTS(site)},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		if (all[i].limits->len == 0)
			g_array_append_vals(all[i].limits, all[i].defaults,
					    all[i].n);
}

/* What the site's settings are by default depends on its desks. */
static void
set_defaults(Config *config)
{
	set_default_limits(config);
	if (!config->insiders[0]) {
		g_strfreev(config->insiders);
		config->insiders = desk_domains(config);
	}
	if (!*config->postmaster) {
		const ConfigDesk *desk = g_ptr_array_index(config->desks, 0);
		g_free(config->postmaster);
		config->postmaster = g_strconcat(
			"postmaster", domain_of(desk->addresses[0]), NULL);
	}
}

/* A relative name is one beside the file that it stands in, wherever the
 * program runs. */
static bool
find_templates(const Loader *loader, const char *path, GError **error)
{
	Config *config = loader->config;
	if (!*config->templates)
		return true;
	if (!g_path_is_absolute(config->templates)) {
		g_autofree char *beside = g_path_get_dirname(path);
		g_autofree char *name = config->templates;
		config->templates = g_build_filename(beside, name, NULL);
	}
	return g_file_test(config->templates, G_FILE_TEST_IS_DIR) ||
	       setting_fail(loader->source, loader->root, "templates", error,
			    "templates is \"%s\", expected a directory",
			    config->templates);
}

static bool
load(const Loader *loader, GError **error)
{
	Config *config = loader->config;
	bool is_loaded =
		setting_read_all(schema_config.settings, loader->source,
				 loader->root, config, error) &&
		calendars_load(loader, error) && people_load(loader, error) &&
		also_tags_load(loader, error) && desks_load(loader, error) &&
		record_read_all(loader->source, loader->root, &schema_connector,
				config->connectors, error);
	if (is_loaded)
		set_defaults(config);
	return is_loaded;
}

Config *
config_load(const char *path, const char *data_dir, GError **error)
{
	g_autoptr(Source) source = source_read(path, error);
	if (!source)
		return NULL;
	g_autoptr(cfg_t) root = syntax_parse(source, &schema_config, error);
	if (!root)
		return NULL;
	g_autoptr(Config) config = config_new();
	Loader loader = {
		.source = source,
		.root = root,
		.data_dir = data_dir,
		.config = config,
	};
	if (!load(&loader, error) || !find_templates(&loader, path, error))
		return NULL;
	return g_steal_pointer(&config);
}
