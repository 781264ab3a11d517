/* ics: the site's own closing days. */
#include <loket/calendar.h>
#include <loket/error.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *path = fuzz_file("closed.ics", data, size);
	g_autofree char *entry = g_strconcat("ics:", path, NULL);
	g_autoptr(GError) error = NULL;
	const CalendarSpec spec = {
		.timezone = "Europe/Amsterdam",
		.holidays = (const char *const[]){entry, NULL},
		.leave_out = (const char *const[]){"Meeting", NULL},
	};
	g_autoptr(Calendar) calendar = calendar_new(&spec, &error);
	if (!calendar) {
		g_assert_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG);
		return 0;
	}
	OpenInterval open;
	int64_t from = 1767225600; /* 2026-01-01T00:00:00Z */
	for (int i = 0; i < 300 && calendar_next_open(calendar, from, &open);
	     i++) {
		g_assert_true(open.from < open.to && open.to > from);
		from = open.to;
	}
	return 0;
}
