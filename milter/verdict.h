/*
 * verdict: what an error means for the SMTP session. Nobody else turns error
 * codes into SMFIS_*.
 */
#ifndef LOKET_MILTER_VERDICT_H
#define LOKET_MILTER_VERDICT_H

#include <glib.h>
#include <libmilter/mfapi.h>

/* The answer to a mail that failed with error, its SMTP reply set. */
sfsistat verdict_of(SMFICTX *ctx, const GError *error);

#endif
