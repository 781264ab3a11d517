/* due: each line is a target, or an entry of the opening hours. */
#include <loket/calendar.h>
#include <loket/error.h>

#include "fuzz.h"

#define LINES_MAX 20

/* A Friday evening, and an hour that the clock reads twice. */
static const int64_t starts[] = {1795192200, 1792893600};

static void
assert_due(const Calendar *calendar, const Target *target, int64_t start)
{
	const Target warn = {TARGET_WORKING_HOURS, 4};
	int64_t due;
	if (!calendar_due(calendar, target, start, &due, NULL))
		return;
	g_assert_cmpint(due, >=, start);
	if (target->unit == TARGET_WORKING_HOURS)
		g_assert_cmpint(calendar_open_seconds(calendar, start, due), ==,
				target->n * 3600);
	int64_t warn_at = calendar_warn_at(calendar, target, &warn, start, due);
	g_assert_true(warn_at >= start && warn_at <= due);
}

static Calendar *
calendar_of(GPtrArray *hours)
{
	g_autoptr(GError) error = NULL;
	const CalendarSpec spec = {
		.timezone = "Europe/Amsterdam",
		.hours = (const char *const *)hours->pdata,
	};
	Calendar *calendar = calendar_new(&spec, &error);
	if (!calendar)
		g_assert_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG);
	return calendar;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = fuzz_text(data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);
	g_autoptr(GPtrArray) hours = g_ptr_array_new();
	g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(Target));
	for (size_t i = 0; lines[i]; i++) {
		Target target;
		if (target_parse(lines[i], &target, NULL))
			g_array_append_val(targets, target);
		else
			g_ptr_array_add(hours, lines[i]);
	}
	g_ptr_array_add(hours, NULL);
	g_autoptr(Calendar) calendar = calendar_of(hours);
	for (guint i = 0; calendar && i < targets->len; i++)
		for (size_t k = 0; k < G_N_ELEMENTS(starts); k++)
			assert_due(calendar, &g_array_index(targets, Target, i),
				   starts[k]);
	return 0;
}
