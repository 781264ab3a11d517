/* limit: how many notifications may leave within a time. */
#ifndef LOKET_INTAKE_LIMIT_H
#define LOKET_INTAKE_LIMIT_H

#include <loket/config.h>
#include <loket/store.h>

/* What is counted, and how many of it there may be; borrowed. */
typedef struct Limit {
	const char *kind;
	enum OutboxScope scope;
	const char *of;	      /* an address, domain or title; NULL: the site */
	const GArray *limits; /* of ConfigLimit */
	const char *name;     /* "for the address" */
} Limit;

/* *reached is the first that is reached, borrowed from limit; NULL: none. */
bool limit_find_reached(StoreTx *tx, const Limit *limit, int64_t now,
			const ConfigLimit **reached, GError **error);

/* "the limit for the address is reached: 10 in 3 h"; the caller's. */
char *limit_describe(const Limit *limit, const ConfigLimit *reached);

#endif
