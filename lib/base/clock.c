/* clock: see include/loket/clock.h */
#include <loket/clock.h>

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

int
clock_year(int64_t instant, GTimeZone *zone)
{
	g_autoptr(GDateTime) time = local(instant, zone);
	return time ? g_date_time_get_year(time) : 1970;
}
