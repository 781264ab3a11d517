/* limit: how many notifications may leave within a time. */
#ifndef LOKET_INTAKE_LIMIT_H
#define LOKET_INTAKE_LIMIT_H

#include <loket/config.h>
#include <loket/store.h>

/* What is counted, and how many of it there may be; borrowed. */
typedef struct Limit {
	enum OutboxScope scope;
	const char *of;	      /* an address, domain or title; NULL: the site */
	const GArray *limits; /* of ConfigLimit */
	const char *name;     /* "for the address" */
} Limit;

/* *why tells the first that is reached, the caller's; NULL: none is. */
bool limit_is_reached(StoreTx *tx, const char *kind, const Limit *limit,
		      int64_t now, char **why, GError **error);

#endif
