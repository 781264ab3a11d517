/* loket deadline: when a target that starts at an instant is due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <loket/clock.h>
#include <loket/error.h>

#include "command.h"

#define USAGE                                                                  \
	"deadline --calendar C --target T --from TIME\n"                       \
	"       loket [-c FILE] deadline --batch < LINES"

typedef struct Question {
	const char *from;
	const char *calendar;
	const char *target;
} Question;

static const Calendar *
find_calendar(const Config *config, const char *name, GError **error)
{
	const Calendar *calendar = config_calendar(config, name);
	if (!calendar)
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
			    "no calendar \"%s\"", name);
	return calendar;
}

/* The due instant in the calendar's zone; the caller's. */
static char *
answer(const Config *config, const Question *question, GError **error)
{
	const Calendar *calendar =
		find_calendar(config, question->calendar, error);
	if (!calendar)
		return NULL;
	GTimeZone *zone = calendar_timezone(calendar);
	Target target;
	int64_t from;
	int64_t due;
	if (!target_parse(question->target, &target, error) ||
	    !clock_parse(question->from, zone, &from, error) ||
	    !calendar_due(calendar, &target, from, &due, error))
		return NULL;
	return clock_rfc3339(due, zone);
}

/* TIME, CALENDAR and TARGET parted by tabs; cut in place. */
static bool
split_line(char *line, size_t length, Question *question, GError **error)
{
	char *first = strchr(line, '\t');
	char *second = first ? strchr(first + 1, '\t') : NULL;
	if (strlen(line) != length || !second || strchr(second + 1, '\t')) {
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
				    "expected TIME, CALENDAR and TARGET, "
				    "parted by tabs");
		return false;
	}
	*first = *second = '\0';
	*question = (Question){line, first + 1, second + 1};
	return true;
}

/* A line that cannot be answered says why in the place of its answer. */
static bool
answer_line(const Config *config, char *line, size_t length)
{
	Question question;
	g_autoptr(GError) error = NULL;
	g_autofree char *due = NULL;
	(void)fwrite(line, 1, length, stdout);
	if (split_line(line, length, &question, &error))
		due = answer(config, &question, &error);
	(void)printf("\t%s%s\n",
		     due ? "" : "error: ", due ? due : error->message);
	return due != NULL;
}

/* Cuts the end of the line, LF or CRLF; its length without. */
static size_t
cut_end(char *line, size_t length)
{
	if (length > 0 && line[length - 1] == '\n')
		line[--length] = '\0';
	if (length > 0 && line[length - 1] == '\r')
		line[--length] = '\0';
	return length;
}

static int
answer_batch(const Config *config)
{
	bool all = true;
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	while ((length = getline(&line, &room, stdin)) >= 0)
		all &= answer_line(config, line, cut_end(line, (size_t)length));
	free(line);
	if (ferror(stdin) || fflush(stdout) != 0 || ferror(stdout)) {
		(void)fprintf(stderr, "loket: not all lines were %s\n",
			      ferror(stdin) ? "read" : "written");
		return EX_IOERR;
	}
	return all ? EX_OK : EX_DATAERR;
}

int
command_deadline(Invocation *call)
{
	g_autofree char *calendar = NULL;
	g_autofree char *target = NULL;
	g_autofree char *from = NULL;
	gboolean batch = FALSE;
	const GOptionEntry options[] = {
		{"calendar", 0, 0, G_OPTION_ARG_STRING, &calendar, NULL, NULL},
		{"target", 0, 0, G_OPTION_ARG_STRING, &target, NULL, NULL},
		{"from", 0, 0, G_OPTION_ARG_STRING, &from, NULL, NULL},
		{"batch", 0, 0, G_OPTION_ARG_NONE, &batch, NULL, NULL},
		G_OPTION_ENTRY_NULL};
	bool is_right = command_options(call, options) && call->argc == 1;
	bool has_all = calendar && target && from;
	bool has_any = calendar || target || from;
	if (!is_right || (batch ? has_any : !has_all))
		return command_usage(USAGE);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = load_config(call, &error);
	if (!config)
		return command_fail(error);
	if (batch)
		return answer_batch(config);
	Question question = {from, calendar, target};
	g_autofree char *due = answer(config, &question, &error);
	if (!due) {
		(void)fprintf(stderr, "loket: %s\n", error->message);
		return EX_DATAERR;
	}
	(void)puts(due);
	return EX_OK;
}
