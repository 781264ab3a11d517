/* lookup: questions to a Config, see include/loket/config.h */
#include <string.h>

#include <loket/config.h>

#include "record.h"

static bool
is_same(const char *a, const char *b)
{
	return g_ascii_strcasecmp(a, b) == 0;
}

static bool
has_address(char **list, const char *address)
{
	for (; *list; list++) {
		if (is_same(*list, address))
			return true;
	}
	return false;
}

/* As it is, or by its "@domain". */
static bool
is_listed(char **people, const char *address)
{
	const char *domain = strrchr(address, '@');
	return domain && domain > address &&
	       (has_address(people, address) || has_address(people, domain));
}

/* The delimiter in a local part; NULL: there is none. */
static const char *
find_delimiter(const Config *config, const char *address)
{
	const char *at = strrchr(address, '@');
	if (!config->recipient_delimiter || !at || at == address)
		return NULL;
	return memchr(address + 1, config->recipient_delimiter,
		      at - address - 1);
}

/* The address without the extension of its local part. */
static char *
without_extension(const Config *config, const char *address)
{
	const char *delimiter = find_delimiter(config, address);
	if (!delimiter)
		return g_strdup(address);
	return g_strdup_printf("%.*s%s", (int)(delimiter - address), address,
			       strrchr(address, '@'));
}

static const ConfigDesk *
desk_with(const Config *config, const char *address)
{
	for (size_t i = 0; i < config->desks->len; i++) {
		const ConfigDesk *desk = g_ptr_array_index(config->desks, i);
		if (has_address(desk->addresses, address))
			return desk;
	}
	return NULL;
}

const ConfigDesk *
config_desk_for(const Config *config, const char *address)
{
	const ConfigDesk *desk = desk_with(config, address);
	if (desk)
		return desk;
	g_autofree char *base = without_extension(config, address);
	return desk_with(config, base);
}

static const char *
mailbox_named(char **addresses, const char *local)
{
	size_t length = strlen(local);
	for (; *addresses; addresses++) {
		if (g_ascii_strncasecmp(*addresses, local, length) == 0 &&
		    (*addresses)[length] == '@')
			return *addresses;
	}
	return NULL;
}

const char *
config_desk_mailbox(const Config *config, const char *local)
{
	const char *found = NULL;
	for (size_t i = 0; !found && i < config->desks->len; i++) {
		const ConfigDesk *desk = g_ptr_array_index(config->desks, i);
		found = mailbox_named(desk->addresses, local);
	}
	return found;
}

char *
config_desk_extension(const Config *config, const char *address)
{
	const char *delimiter = find_delimiter(config, address);
	if (!delimiter || desk_with(config, address) ||
	    !config_desk_for(config, address))
		return NULL;
	return g_strndup(delimiter + 1, strrchr(address, '@') - delimiter - 1);
}

char *
config_extended_address(const Config *config, const ConfigDesk *desk,
			const char *extension)
{
	const char *address = desk_address(desk);
	const char *at = strrchr(address, '@');
	return g_strdup_printf("%.*s%c%s%s", (int)(at - address), address,
			       config->recipient_delimiter, extension, at);
}

const ConfigDesk *
config_desk_by_title(const Config *config, const char *title)
{
	return record_find(config->desks, title);
}

const ConfigTeam *
config_team(const Config *config, const char *name)
{
	return record_find(config->teams, name);
}

const ConfigAgent *
config_agent(const Config *config, const char *address)
{
	return record_find(config->agents, address);
}

/* From the last on, so that a "default" of the file comes before ours. */
bool
config_is_masked(const Config *config, const ConfigDesk *desk,
		 const char *agent)
{
	const ConfigAgent *known = config_agent(config, agent);
	return known && known->mask.is_set ? known->mask.is_on
					   : desk->mask_agents;
}

const Calendar *
config_calendar(const Config *config, const char *name)
{
	for (size_t i = config->calendars->len; i > 0; i--) {
		const Calendar *calendar =
			g_ptr_array_index(config->calendars, i - 1);
		if (is_same(calendar_name(calendar), name))
			return calendar;
	}
	return NULL;
}

static const ConfigAgent *
agent_with_login(const Config *config, const char *login)
{
	for (size_t i = 0; i < config->agents->len; i++) {
		const ConfigAgent *agent = g_ptr_array_index(config->agents, i);
		if (has_address(agent->login, login))
			return agent;
	}
	return NULL;
}

char *
config_login_address(const Config *config, const char *login)
{
	const ConfigAgent *agent = agent_with_login(config, login);
	if (agent)
		return g_strdup(agent->address);
	bool is_bare = !strchr(login, '@') && *config->login_domain;
	g_autofree char *address =
		is_bare ? g_strconcat(login, "@", config->login_domain, NULL)
			: g_strdup(login);
	if (!config_is_agent_address(config, NULL, address))
		return NULL;
	return g_ascii_strdown(address, -1);
}

/* A desk that lists no agents has all that the site describes. */
static bool
is_agent_of(const Config *config, const ConfigDesk *desk, const char *address)
{
	if (!desk->agents[0])
		return config_agent(config, address) != NULL;
	return is_listed(desk->agents, address);
}

bool
config_is_agent_address(const Config *config, const ConfigDesk *desk,
			const char *address)
{
	if (desk)
		return is_agent_of(config, desk, address);
	for (size_t i = 0; i < config->desks->len; i++) {
		if (is_agent_of(config, g_ptr_array_index(config->desks, i),
				address))
			return true;
	}
	return config_agent(config, address) != NULL;
}

bool
config_is_insider(const Config *config, const char *address)
{
	return is_listed(config->insiders, address);
}

bool
config_is_ignored(const Config *config, const ConfigDesk *desk,
		  const char *address)
{
	return is_listed(config->ignore, address) ||
	       (desk && is_listed(desk->ignore, address));
}

bool
config_is_team_address(const Config *config, const char *address)
{
	if (!*address)
		return false;
	for (size_t i = 0; i < config->desks->len; i++) {
		const ConfigDesk *desk = g_ptr_array_index(config->desks, i);
		if (has_address(desk->team, address) ||
		    is_same(desk->lead, address))
			return true;
	}
	for (size_t i = 0; i < config->teams->len; i++) {
		const ConfigTeam *team = g_ptr_array_index(config->teams, i);
		if (is_same(team->address, address) ||
		    is_same(team->lead, address))
			return true;
	}
	return false;
}

bool
config_is_command_address(const Config *config, const char *address)
{
	g_autofree char *base = without_extension(config, address);
	return *config->command_address &&
	       is_same(config->command_address, base);
}

const ConfigType *
desk_type(const ConfigDesk *desk, const char *name)
{
	return name ? record_find(desk->types, name) : NULL;
}

static const ConfigSeason *
season_at(const ConfigDesk *desk, int64_t instant)
{
	const char *name = calendar_season_at(desk->calendar, instant);
	return name ? record_find(desk->seasons, name) : NULL;
}

bool
desk_target(const ConfigDesk *desk, const char *type_name, enum TargetKind kind,
	    int64_t received, Target *target)
{
	const ConfigType *type = desk_type(desk, type_name);
	const ConfigSeason *season = season_at(desk, received);
	const ConfigTarget *promises[] = {
		type ? &type->targets[kind] : NULL,
		season ? &season->targets[kind] : NULL,
		&desk->targets[kind],
	};
	for (size_t i = 0; i < G_N_ELEMENTS(promises); i++) {
		if (!promises[i] || !promises[i]->is_set)
			continue;
		*target = promises[i]->target;
		return true;
	}
	return false;
}

const char *
desk_address(const ConfigDesk *desk)
{
	return desk->addresses[0];
}

bool
config_has_tag(const Config *config, const char *name)
{
	for (guint i = 0; i < config->desks->len; i++) {
		const ConfigDesk *desk = config->desks->pdata[i];
		if (g_ascii_strcasecmp(desk->tag, name) == 0)
			return true;
	}
	return false;
}
