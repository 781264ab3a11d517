/*
 * target: what a time promise is about.
 *
 * How long it is, is a Target of calendar.h.
 */
#ifndef LOKET_TARGET_H
#define LOKET_TARGET_H

#include <stdbool.h>

/* The name of a kind is that of its key in loket.conf(5). */
enum TargetKind {
	TARGET_FIRST_RESPONSE,
	TARGET_NEXT_RESPONSE,
	TARGET_PLAN,
	TARGET_RESOLUTION,
	TARGET_KINDS, /* how many there are */
};

/* The key of a kind, "first-response"; static. */
const char *target_kind_name(enum TargetKind kind);

/* False when name is no kind. */
bool target_kind_parse(const char *name, enum TargetKind *kind);

#endif
