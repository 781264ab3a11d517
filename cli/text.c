/* text: what a person reads on a terminal. */
#include "command.h"

/* Controls, C1 ones included, and what turns the direction of writing. */
static bool
is_unsafe(gunichar c)
{
	return g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT ||
	       g_unichar_type(c) == G_UNICODE_LINE_SEPARATOR ||
	       g_unichar_type(c) == G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *
text_printable(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
	GString *safe = g_string_new(NULL);
	for (const char *p = valid; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		g_string_append_unichar(safe,
					c != '\n' && is_unsafe(c) ? ' ' : c);
	}
	return g_string_free(safe, FALSE);
}

char *
text_instant(int64_t instant, GTimeZone *zone, const char *format)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant);
	g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
	return g_date_time_format(local, format);
}

char *
text_date(const GDate *date)
{
	return g_strdup_printf("%04d-%02d-%02d", g_date_get_year(date),
			       g_date_get_month(date), g_date_get_day(date));
}
