/* holidays: the file of a country. */
#include <loket/calendar.h>
#include <loket/error.h>

#include "fuzz.h"

static void
assert_days(const Calendar *calendar)
{
	GDate date;
	g_date_clear(&date, 1);
	g_date_set_dmy(&date, 1, G_DATE_JANUARY, 2026);
	for (int i = 0; i < 366; i++, g_date_add_days(&date, 1)) {
		const char *name = calendar_day_name(calendar, &date, "nl");
		DayKind kind = calendar_day_kind(calendar, &date);
		g_assert_true(kind != DAY_HOLIDAY || (name && *name));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	const CalendarSpec spec = {
		.timezone = "Europe/Amsterdam",
		.holidays = (const char *const[]){"xx", NULL},
		.holiday_dir = fuzz_directory(),
	};
	g_free(fuzz_file("xx.conf", data, size));
	g_autoptr(Calendar) calendar = calendar_new(&spec, &error);
	if (calendar)
		assert_days(calendar);
	else
		g_assert_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG);
	return 0;
}
