/* config: a configuration file, and what is looked up in what it says. */
#include <loket/config.h>
#include <loket/error.h>

#include "fuzz.h"

/* "FILE:LINE: what is wrong". The line may be one of an included file. */
static void
assert_told(const GError *error)
{
	g_assert_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG);
	const char *line = strchr(error->message, ':');
	g_assert_true(line && g_ascii_isdigit(line[1]) && line[1] != '0');
	g_assert_nonnull(strstr(line, ": "));
	fuzz_assert_utf8(error->message);
}

static void
assert_desk(const Config *config, const ConfigDesk *desk)
{
	Target target;
	g_assert_nonnull(desk->calendar);
	g_assert_true(desk->addresses[0] && *desk->tag && *desk->name);
	g_assert_true(config_desk_for(config, desk_address(desk)) == desk);
	g_assert_true(config_has_tag(config, desk->tag));
	for (int kind = 0; kind < TARGET_KINDS; kind++)
		(void)desk_target(desk, "question", (enum TargetKind)kind, 0,
				  &target);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *path = fuzz_file("loket.conf", data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = config_load(path, "conf", &error);
	if (!config) {
		assert_told(error);
		return 0;
	}
	g_assert_cmpuint(config->desks->len, >, 0);
	for (guint i = 0; i < config->desks->len; i++)
		assert_desk(config, config->desks->pdata[i]);
	return 0;
}
