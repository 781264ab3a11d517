/* clock: see include/loket/clock.h */
#include <string.h>

#include <loket/clock.h>
#include <loket/error.h>

int64_t
clock_now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static GDateTime *
local(int64_t instant, GTimeZone *zone)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant);
	return utc ? g_date_time_to_timezone(utc, zone) : NULL;
}

char *
clock_rfc3339(int64_t instant, GTimeZone *zone)
{
	g_autoptr(GDateTime) time = instant > 0 ? local(instant, zone) : NULL;
	return time ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S%:z") : NULL;
}

char *
clock_rfc5322(int64_t instant, GTimeZone *zone)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu",
					   "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec"};
	g_autoptr(GDateTime) time = instant > 0 ? local(instant, zone) : NULL;
	if (!time)
		return NULL;
	/* not %a and %b: those follow the locale */
	g_autofree char *rest = g_date_time_format(time, "%Y %H:%M:%S %z");
	return g_strdup_printf("%s, %d %s %s",
			       days[g_date_time_get_day_of_week(time) - 1],
			       g_date_time_get_day_of_month(time),
			       months[g_date_time_get_month(time) - 1], rest);
}

GTimeZone *
clock_zone(const char *name)
{
	static const char allowed[] =
		G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_+-/";
	if (!g_ascii_isalpha(*name) || name[strspn(name, allowed)] != '\0')
		return NULL;
	return g_time_zone_new_identifier(name);
}

int
clock_year(int64_t instant, GTimeZone *zone)
{
	g_autoptr(GDateTime) time = local(instant, zone);
	return time ? g_date_time_get_year(time) : 1970;
}

#define DATE_LENGTH 10 /* "2026-11-24" */
#define TIME_LENGTH 16 /* "2026-11-24T17:30" */

/* With the "T" and the seconds that GLib asks for; NULL: too short or long. */
static char *
completed(const char *text)
{
	size_t length = strlen(text);
	if (length < TIME_LENGTH || length > 2 * TIME_LENGTH)
		return NULL;
	bool has_seconds = text[TIME_LENGTH] == ':';
	g_autofree char *whole =
		g_strdup_printf("%.*s%s%s", TIME_LENGTH, text,
				has_seconds ? "" : ":00", text + TIME_LENGTH);
	if (whole[DATE_LENGTH] == ' ')
		whole[DATE_LENGTH] = 'T';
	return g_steal_pointer(&whole);
}

bool
clock_parse(const char *text, GTimeZone *zone, int64_t *instant, GError **error)
{
	g_autofree char *whole = completed(text);
	g_autoptr(GDateTime) time =
		whole ? g_date_time_new_from_iso8601(whole, zone) : NULL;
	if (!time) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
			    "\"%s\" is no time, expected one such as "
			    "2026-11-24T17:30:00+01:00",
			    text);
		return false;
	}
	*instant = g_date_time_to_unix(time);
	return true;
}
