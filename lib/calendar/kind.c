/* kind: see include/loket/target.h */
#include <string.h>

#include <loket/target.h>

static const char *const names[TARGET_KINDS] = {
	[TARGET_FIRST_RESPONSE] = "first-response",
	[TARGET_NEXT_RESPONSE] = "next-response",
	[TARGET_PLAN] = "plan",
	[TARGET_RESOLUTION] = "resolution",
};

const char *
target_kind_name(enum TargetKind kind)
{
	return names[kind];
}

bool
target_kind_parse(const char *name, enum TargetKind *kind)
{
	for (enum TargetKind k = 0; k < TARGET_KINDS; k++) {
		if (strcmp(names[k], name) != 0)
			continue;
		*kind = k;
		return true;
	}
	return false;
}
