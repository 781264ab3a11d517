/*
 * courier: carries the notifications of the outbox to the relay.
 *
 * A row is reserved in the store before it is offered to the relay and marked
 * after the relay has answered. A crash between the two sends it once more
 * when the reservation ends: the one window that SMTP leaves open.
 */
#ifndef LOKET_COURIER_H
#define LOKET_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include <loket/config.h>
#include <loket/store.h>

/* For how long a row is reserved: longer than one delivery may take. */
#define COURIER_RESERVE_S 120
/* The pauses between attempts double from the first to the longest. */
#define COURIER_PAUSE_FIRST_S 30
#define COURIER_PAUSE_LONGEST_S 3600
/* So many mails are on their way at once, each over a connection of its own
 * that is kept. */
#define COURIER_WORKERS 4

typedef struct Courier Courier;

/* Who is to know what becomes of a row; each may be NULL. */
typedef struct CourierWatch {
	/* It is given up for good, in the transaction that says so: on the
	 * store's own thread. */
	bool (*given_up)(StoreTx *tx, const OutboxItem *item, int64_t at,
			 void *data, GError **error);
	/* The relay has answered, or will not be asked: item->state is "sent",
	 * "failed" or, to be tried again, "waiting". From any thread. */
	void (*answered)(const OutboxItem *item, void *data);
	void *data;
} CourierWatch;

/* Borrows both. LOKET_ERROR_CONFIG: the relay or its password is wrong. */
Courier *courier_new(const Config *config, Store *store, GError **error);
void courier_free(Courier *courier);

/* Before anything is sent; watch is copied, its data must outlive courier. */
void courier_set_watch(Courier *courier, const CourierWatch *watch);

/* Sends once what is due at now, and what was held as far as the site's
 * limits have room; *sent counts what the relay took. What it refused is no
 * error but stands in the rows. With dry-run nothing is sent. */
bool courier_send_due(Courier *courier, int64_t now, unsigned *sent,
		      GError **error);

/* Starts the threads that send whatever becomes due, until courier_free, which
 * waits for the mails that the relay has begun to take. */
void courier_start(Courier *courier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Courier, courier_free)

#endif
