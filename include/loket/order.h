/*
 * order: what an agent can order about a ticket.
 *
 * The same code serves every way in which an order is given. An order is done
 * whole or not at all, and answered in words: what was done, or what was
 * wrong and what would be right.
 */
#ifndef LOKET_ORDER_H
#define LOKET_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <loket/intake.h>

typedef struct Order {
	const char *verb;     /* "answered", "close", "merge" ... */
	const char *number;   /* of the ticket */
	const char *argument; /* NULL: none */
	const char *by;	      /* who orders it, for the ticket's events */
} Order;

/* Whether there is an order of this name. */
bool order_exists(const char *verb);

/* How the order is given, "wait N [DATE]"; static, NULL for no order. */
const char *order_usage(const char *verb);

/* Whether the order can be given with an argument, or without. */
bool order_takes(const char *verb, bool has_argument);

/*
 * Carries the order out at the instant now. The transcript, one line, is the
 * caller's. NULL: nothing was done; LOKET_ERROR_PERMANENT when the order is
 * wrong, LOKET_ERROR_TEMPORARY when the store cannot be written now.
 */
char *order_run(const Intake *intake, const Order *order, int64_t now,
		GError **error);

#endif
