/* people: teams and agents, see loader.h */
#include "check.h"
#include "loader.h"
#include "record.h"
#include "schema.h"
#include "setting.h"

void
team_free(void *team)
{
	record_free(&schema_team, team);
}

void
agent_free(void *agent)
{
	record_free(&schema_agent, agent);
}

static bool
finish_team(const Loader *loader, cfg_t *section, const ConfigTeam *team,
	    GError **error)
{
	if (*team->address)
		return true;
	return setting_fail(loader->source, section, NULL, error,
			    "team \"%s\" has no address, expected address = "
			    "\"team@acme.example\"",
			    team->name);
}

static bool
is_login_taken(const GPtrArray *agents, size_t n, const char *login)
{
	for (size_t i = 0; i < n; i++) {
		const ConfigAgent *agent = g_ptr_array_index(agents, i);
		for (char **l = agent->login; *l; l++) {
			if (g_ascii_strcasecmp(*l, login) == 0)
				return true;
		}
	}
	return false;
}

/* Finishes the agent at index: the ones before it are finished. */
static bool
finish_agent(const Loader *loader, cfg_t *section, size_t index, GError **error)
{
	const GPtrArray *agents = loader->config->agents;
	ConfigAgent *agent = g_ptr_array_index(agents, index);
	if (!is_address(agent->address))
		return setting_fail(loader->source, section, NULL, error,
				    "agent \"%s\" is no address, expected one "
				    "such as agent \"jan@acme.example\"",
				    agent->address);
	g_autofree char *given = agent->address;
	agent->address = g_ascii_strdown(given, -1);
	for (char **login = agent->login; *login; login++) {
		if (is_login_taken(agents, index, *login))
			return setting_fail(loader->source, section, "login",
					    error,
					    "login \"%s\" is another agent's, "
					    "expected one agent for a login",
					    *login);
	}
	return true;
}

static bool
teams_load(const Loader *loader, GError **error)
{
	GPtrArray *teams = loader->config->teams;
	if (!record_read_all(loader->source, loader->root, &schema_team, teams,
			     error))
		return false;
	for (unsigned i = 0; i < teams->len; i++) {
		cfg_t *section = cfg_getnsec(loader->root, "team", i);
		if (!finish_team(loader, section, g_ptr_array_index(teams, i),
				 error))
			return false;
	}
	return true;
}

static bool
agents_load(const Loader *loader, GError **error)
{
	GPtrArray *agents = loader->config->agents;
	if (!record_read_all(loader->source, loader->root, &schema_agent,
			     agents, error))
		return false;
	for (unsigned i = 0; i < agents->len; i++) {
		cfg_t *section = cfg_getnsec(loader->root, "agent", i);
		if (!finish_agent(loader, section, i, error))
			return false;
	}
	return true;
}

bool
people_load(const Loader *loader, GError **error)
{
	return teams_load(loader, error) && agents_load(loader, error);
}
