/* calendars: see loader.h */
#include <string.h>

#include <loket/error.h>

#include "loader.h"
#include "record.h"
#include "schema.h"
#include "setting.h"

static void
calendar_record_free(void *record)
{
	record_free(&schema_calendar, record);
}

static void
season_record_free(void *record)
{
	record_free(&schema_calendar_season, record);
}

/* The site's zone as its file names it; NULL: the machine's. */
static const char *
site_zone(const Loader *loader)
{
	if (!syntax_count(loader->root, "timezone"))
		return NULL;
	return syntax_value(loader->root, "timezone", 0)->text;
}

/* NULL for an empty list, which says nothing. */
static const char *const *
as_list(char **texts)
{
	return texts[0] ? (const char *const *)texts : NULL;
}

static GArray *
season_specs(const GPtrArray *seasons)
{
	GArray *specs = g_array_new(FALSE, FALSE, sizeof(SeasonSpec));
	for (size_t i = 0; i < seasons->len; i++) {
		const SeasonRecord *season = g_ptr_array_index(seasons, i);
		SeasonSpec spec = {
			.name = season->name,
			.from = season->from,
			.to = season->to,
			.hours = as_list(season->hours),
		};
		g_array_append_val(specs, spec);
	}
	return specs;
}

static bool
mentions(const GError *error, const char *what, const char *name)
{
	g_autofree char *words = g_strdup_printf("%s \"%s\"", what, name);
	return strstr(error->message, words) != NULL;
}

/* A calendar is refused as a whole; which of its holidays is at fault shows
 * when each is tried alone. */
static bool
is_right_alone(const CalendarSpec *spec, const char *holiday)
{
	CalendarSpec alone = {
		.timezone = spec->timezone,
		.holidays = (const char *const[]){holiday, NULL},
		.leave_out = spec->leave_out,
		.holiday_dir = spec->holiday_dir,
	};
	g_autoptr(Calendar) calendar = calendar_new(&alone, NULL);
	return calendar != NULL;
}

static char *
place_at_fault(const Loader *loader, cfg_t *section, const CalendarSpec *spec,
	       const GError *error)
{
	for (unsigned i = 0; i < spec->n_seasons; i++) {
		if (mentions(error, "season", spec->seasons[i].name))
			return syntax_place(loader->source,
					    cfg_getnsec(section, "season", i),
					    NULL);
	}
	for (size_t i = 0; i < syntax_count(section, "hours"); i++) {
		const Value *hours = syntax_value(section, "hours", i);
		if (mentions(error, "hours", hours->text))
			return source_place(loader->source, hours->line);
	}
	for (size_t i = 0; i < syntax_count(section, "holidays"); i++) {
		const Value *holiday = syntax_value(section, "holidays", i);
		if (!is_right_alone(spec, holiday->text))
			return source_place(loader->source, holiday->line);
	}
	return syntax_place(loader->source, section, NULL);
}

static Calendar *
calendar_make(const Loader *loader, cfg_t *section, const CalendarSpec *spec,
	      GError **error)
{
	GError *why = NULL;
	Calendar *calendar = calendar_new(spec, &why);
	if (calendar)
		return calendar;
	g_autofree char *place = place_at_fault(loader, section, spec, why);
	g_propagate_prefixed_error(error, why, "%s: ", place);
	return NULL;
}

static Calendar *
calendar_load(const Loader *loader, cfg_t *section, CalendarRecord *record,
	      GError **error)
{
	g_autoptr(GPtrArray) seasons =
		g_ptr_array_new_with_free_func(season_record_free);
	if (!record_read_all(loader->source, section, &schema_calendar_season,
			     seasons, error))
		return NULL;
	g_autoptr(GArray) season_list = season_specs(seasons);
	g_autofree char *holiday_dir =
		g_build_filename(loader->data_dir, "holidays", NULL);
	bool has_zone = *record->timezone != '\0';
	CalendarSpec spec = {
		.name = record->name,
		.timezone = has_zone ? record->timezone : site_zone(loader),
		.hours = as_list(record->hours),
		.holidays = as_list(record->holidays),
		.leave_out = as_list(record->leave_out),
		.seasons = (const SeasonSpec *)season_list->data,
		.n_seasons = season_list->len,
		.holiday_dir = holiday_dir,
		.same_time = record->working_day == WORKING_DAY_SAME_TIME,
	};
	return calendar_make(loader, section, &spec, error);
}

static bool
check_hours(const Loader *loader, cfg_t *section, GError **error)
{
	return !syntax_is_emptied(section, "hours") ||
	       setting_fail(loader->source, section, NULL, error,
			    "calendar \"%s\" is never open, expected hours = "
			    "{ \"mon-fri 09:00-17:00\" }",
			    cfg_title(section));
}

static bool
add_built_in(const Loader *loader, GError **error)
{
	CalendarSpec spec = {.name = "default", .timezone = site_zone(loader)};
	Calendar *calendar = calendar_new(&spec, error);
	if (!calendar)
		return false;
	g_ptr_array_add(loader->config->calendars, calendar);
	return true;
}

bool
calendars_load(const Loader *loader, GError **error)
{
	if (!add_built_in(loader, error))
		return false;
	g_autoptr(GPtrArray) records =
		g_ptr_array_new_with_free_func(calendar_record_free);
	if (!record_read_all(loader->source, loader->root, &schema_calendar,
			     records, error))
		return false;
	for (unsigned i = 0; i < records->len; i++) {
		cfg_t *section = cfg_getnsec(loader->root, "calendar", i);
		if (!check_hours(loader, section, error))
			return false;
		Calendar *calendar = calendar_load(
			loader, section, g_ptr_array_index(records, i), error);
		if (!calendar)
			return false;
		g_ptr_array_add(loader->config->calendars, calendar);
	}
	return true;
}
