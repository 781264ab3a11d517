/* schema: the sections of loket.conf and their keys. */
#ifndef LOKET_CONFIG_SCHEMA_H
#define LOKET_CONFIG_SCHEMA_H

#include <loket/config.h>

#include "syntax.h"

/* When the last of N working days ends. */
enum WorkingDay {
	WORKING_DAY_CLOSING,
	WORKING_DAY_SAME_TIME,
};

/* A calendar section, from which a Calendar is made. */
typedef struct CalendarRecord {
	char *name;
	char *timezone;
	char **hours;
	char **holidays;
	char **leave_out;
	enum WorkingDay working_day;
} CalendarRecord;

typedef struct SeasonRecord {
	char *name;
	char *from, *to;
	char **hours;
} SeasonRecord;

extern const Schema schema_config; /* Config, the whole file */
extern const Schema schema_calendar;
extern const Schema schema_calendar_season; /* SeasonRecord */
extern const Schema schema_team;
extern const Schema schema_agent;
extern const Schema schema_desk;
extern const Schema schema_desk_season; /* ConfigSeason */
extern const Schema schema_type;
extern const Schema schema_field;    /* ConfigField, as the next */
extern const Schema schema_also_tag; /* of the file */
extern const Schema schema_connector;

#endif
