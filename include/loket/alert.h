/*
 * alert: what our own people are told as it happens.
 */
#ifndef LOKET_ALERT_H
#define LOKET_ALERT_H

#include <loket/intake.h>

/* Tells the postmaster, once a day for each kind, that a notification was
 * given up at now: item is the first. An alert that cannot be sent makes no
 * other. data is the Intake, as for the watch of a courier. */
bool alert_not_sent(StoreTx *tx, const OutboxItem *item, int64_t now,
		    void *data, GError **error);

#endif
