/* desks: see loader.h */
#include <string.h>

#include <loket/clock.h>

#include "check.h"
#include "loader.h"
#include "record.h"
#include "schema.h"
#include "setting.h"

static void
season_free(void *season)
{
	record_free(&schema_desk_season, season);
}

static void
type_free(void *type)
{
	record_free(&schema_type, type);
}

void
desk_free(void *data)
{
	ConfigDesk *desk = data;
	g_clear_pointer(&desk->seasons, g_ptr_array_unref);
	g_clear_pointer(&desk->types, g_ptr_array_unref);
	g_clear_pointer(&desk->fields, g_ptr_array_unref);
	record_free(&schema_desk, desk);
}

/* Gives a text that was left empty its default, which becomes the field's. */
static void
set_default(char **text, char *value)
{
	if (**text) {
		g_free(value);
		return;
	}
	g_free(*text);
	*text = value;
}

static bool
name_desk(const Loader *loader, cfg_t *section, ConfigDesk *desk,
	  GError **error)
{
	set_default(&desk->name, g_strdup(desk->title));
	set_default(&desk->tag, g_utf8_strup(desk->title, -1));
	if (is_tag(desk->tag))
		return true;
	return setting_fail(loader->source, section, NULL, error,
			    "desk \"%s\" cannot have its title as tag, "
			    "expected tag = \"ACME\"",
			    desk->title);
}

static bool
check_addresses(const Loader *loader, cfg_t *section, const ConfigDesk *desk,
		GError **error)
{
	if (!desk->addresses[0])
		return setting_fail(loader->source, section, NULL, error,
				    "desk \"%s\" has no addresses, expected "
				    "addresses = { \"support@acme.example\" }",
				    desk->title);
	for (char **address = desk->addresses; *address; address++) {
		const ConfigDesk *owner =
			config_desk_for(loader->config, *address);
		if (owner != desk)
			return setting_fail(loader->source, section,
					    "addresses", error,
					    "%s is an address of desk \"%s\", "
					    "expected one desk for an address",
					    *address, owner->title);
	}
	return true;
}

/* A key that gives the desk's first address a keyed extension. */
typedef struct Extending {
	const char *key;
	bool is_on;
	/* so long may a local part be that the extension makes it 64
	 * characters (RFC 5321 4.5.3.1.1) */
	int local_max;
} Extending;

static bool
check_extending(const Loader *loader, cfg_t *section, const ConfigDesk *desk,
		const Extending *extending, GError **error)
{
	const char *key = extending->key;
	const char *address = desk->addresses[0];
	if (!extending->is_on)
		return true;
	if (!loader->config->recipient_delimiter)
		return setting_fail(loader->source, section, key, error,
				    "%s is on without recipient-delimiter, "
				    "expected both",
				    key);
	if (strcspn(address, "@") <= (size_t)extending->local_max)
		return true;
	return setting_fail(loader->source, section, key, error,
			    "%s does not fit %s, expected at most %d "
			    "characters before the @",
			    key, address, extending->local_max);
}

static bool
check_extensions(const Loader *loader, cfg_t *section, const ConfigDesk *desk,
		 GError **error)
{
	const Extending bounces = {"bounce-address", desk->bounce_address, 25};
	const Extending replies = {"keyed-replies", desk->keyed_replies, 37};
	return check_extending(loader, section, desk, &bounces, error) &&
	       check_extending(loader, section, desk, &replies, error);
}

static bool
give_calendar(const Loader *loader, cfg_t *section, ConfigDesk *desk,
	      GError **error)
{
	const Config *config = loader->config;
	desk->calendar = *desk->calendar_name
				 ? config_calendar(config, desk->calendar_name)
				 : g_ptr_array_index(config->calendars, 0);
	if (!desk->calendar)
		return setting_fail(loader->source, section, "calendar", error,
				    "calendar is \"%s\", expected the title "
				    "of a calendar section",
				    desk->calendar_name);
	if (!desk->closed_days_count)
		return true;
	Calendar *counting = calendar_counting_closed_days(desk->calendar);
	g_ptr_array_add(config->desk_calendars, counting);
	desk->calendar = counting;
	return true;
}

/* A calendar of its own, for its words alone. */
static bool
give_phone_hours(const Loader *loader, cfg_t *section, ConfigDesk *desk,
		 GError **error)
{
	g_autoptr(GError) why = NULL;
	if (!*desk->phone_hours_text)
		return true;
	if (!*desk->phone)
		return setting_fail(loader->source, section, "phone-hours",
				    error,
				    "phone-hours without phone, expected both");
	for (char **entry = desk->phone_hours_text; *entry; entry++)
		if (g_ascii_isdigit(**entry))
			return setting_fail(loader->source, section,
					    "phone-hours", error,
					    "phone-hours has a date, expected "
					    "weekdays as in \"mon-fri "
					    "09:00-17:00\"");
	CalendarSpec spec = {
		.name = "phone-hours",
		.timezone = "UTC",
		.hours = (const char *const *)desk->phone_hours_text,
	};
	Calendar *calendar = calendar_new(&spec, &why);
	if (!calendar)
		return setting_fail(loader->source, section, "phone-hours",
				    error, "%s", why->message);
	g_ptr_array_add(loader->config->desk_calendars, calendar);
	desk->phone_hours = calendar;
	return true;
}

static bool
load_seasons(const Loader *loader, cfg_t *section, ConfigDesk *desk,
	     GError **error)
{
	desk->seasons = g_ptr_array_new_with_free_func(season_free);
	if (!record_read_all(loader->source, section, &schema_desk_season,
			     desk->seasons, error))
		return false;
	for (unsigned i = 0; i < desk->seasons->len; i++) {
		const ConfigSeason *season =
			g_ptr_array_index(desk->seasons, i);
		if (!calendar_has_season(desk->calendar, season->name))
			return setting_fail(loader->source,
					    cfg_getnsec(section, "season", i),
					    NULL, error,
					    "season \"%s\" has no dates, "
					    "expected a season of that title "
					    "in the desk's calendar",
					    season->name);
	}
	return true;
}

static bool
load_types(const Loader *loader, cfg_t *section, ConfigDesk *desk,
	   GError **error)
{
	desk->types = g_ptr_array_new_with_free_func(type_free);
	if (!record_read_all(loader->source, section, &schema_type, desk->types,
			     error))
		return false;
	for (unsigned i = 0; i < desk->types->len; i++) {
		const ConfigType *type = g_ptr_array_index(desk->types, i);
		if (*type->team && !config_team(loader->config, type->team))
			return setting_fail(loader->source,
					    cfg_getnsec(section, "type", i),
					    "team", error,
					    "team is \"%s\", expected the "
					    "title of a team section",
					    type->team);
	}
	return true;
}

static bool
is_within_reach(const ConfigDesk *desk, const ConfigTarget *promise)
{
	int64_t due;
	return !promise->is_set ||
	       calendar_due(desk->calendar, &promise->target, clock_now(), &due,
			    NULL);
}

static bool
refuse_reach(const Loader *loader, cfg_t *section, const ConfigDesk *desk,
	     const char *key, GError **error)
{
	return setting_fail(loader->source, section, key, error,
			    "%s is out of reach, expected a target that "
			    "calendar \"%s\" reaches within ten years",
			    key, calendar_name(desk->calendar));
}

static bool
check_targets(const Loader *loader, cfg_t *section, const ConfigDesk *desk,
	      const ConfigTarget *targets, GError **error)
{
	for (enum TargetKind kind = 0; kind < TARGET_KINDS; kind++)
		if (!is_within_reach(desk, &targets[kind]))
			return refuse_reach(loader, section, desk,
					    target_kind_name(kind), error);
	return true;
}

static bool
check_all_targets(const Loader *loader, cfg_t *section, const ConfigDesk *desk,
		  GError **error)
{
	if (!check_targets(loader, section, desk, desk->targets, error))
		return false;
	for (unsigned i = 0; i < desk->seasons->len; i++) {
		const ConfigSeason *season = desk->seasons->pdata[i];
		if (!check_targets(loader, cfg_getnsec(section, "season", i),
				   desk, season->targets, error))
			return false;
	}
	for (unsigned i = 0; i < desk->types->len; i++) {
		const ConfigType *type = desk->types->pdata[i];
		cfg_t *place = cfg_getnsec(section, "type", i);
		if (!check_targets(loader, place, desk, type->targets, error))
			return false;
		if (!is_within_reach(desk, &type->resolution_aim))
			return refuse_reach(loader, place, desk,
					    "resolution-aim", error);
	}
	return true;
}

/* Both are kept with a ticket under their titles. */
static bool
load_fields(const Loader *loader, cfg_t *section, ConfigDesk *desk,
	    GError **error)
{
	const GPtrArray *also_tags = loader->config->also_tags;
	desk->fields = g_ptr_array_new_with_free_func(field_section_free);
	if (!fields_load(loader, section, &schema_field, desk->fields, error))
		return false;
	for (unsigned i = 0; i < desk->fields->len; i++) {
		const ConfigField *field = g_ptr_array_index(desk->fields, i);
		if (record_find(also_tags, field->name))
			return setting_fail(loader->source,
					    cfg_getnsec(section, "field", i),
					    NULL, error,
					    "field \"%s\" has the title of an "
					    "also-tag, expected another title",
					    field->name);
	}
	return true;
}

static bool
finish_desk(const Loader *loader, cfg_t *section, ConfigDesk *desk,
	    GError **error)
{
	return name_desk(loader, section, desk, error) &&
	       check_addresses(loader, section, desk, error) &&
	       check_extensions(loader, section, desk, error) &&
	       give_calendar(loader, section, desk, error) &&
	       give_phone_hours(loader, section, desk, error) &&
	       load_seasons(loader, section, desk, error) &&
	       load_types(loader, section, desk, error) &&
	       check_all_targets(loader, section, desk, error) &&
	       load_fields(loader, section, desk, error);
}

bool
desks_load(const Loader *loader, GError **error)
{
	GPtrArray *desks = loader->config->desks;
	if (!record_read_all(loader->source, loader->root, &schema_desk, desks,
			     error))
		return false;
	if (desks->len == 0)
		return setting_fail(loader->source, loader->root, NULL, error,
				    "there is no desk, expected desk \"NAME\" "
				    "{ addresses = { ... } }");
	for (unsigned i = 0; i < desks->len; i++) {
		cfg_t *section = cfg_getnsec(loader->root, "desk", i);
		if (!finish_desk(loader, section, g_ptr_array_index(desks, i),
				 error))
			return false;
	}
	return true;
}
