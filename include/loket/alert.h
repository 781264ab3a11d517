/*
 * alert: what our own people are told as it happens.
 */
#ifndef LOKET_ALERT_H
#define LOKET_ALERT_H

#include <loket/intake.h>

/* Tells the postmaster, once a day, that a notification was given up at now:
 * item is the first. An alert that cannot be sent makes no other. */
bool alert_not_sent(StoreTx *tx, const Intake *intake, const OutboxItem *item,
		    int64_t now, GError **error);

#endif
