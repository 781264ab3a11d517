/*
 * verdict: what an error means for the SMTP session. Nobody else turns error
 * codes into SMFIS_*.
 */
#ifndef LOKET_MILTER_VERDICT_H
#define LOKET_MILTER_VERDICT_H

#include <glib.h>
#include <libmilter/mfapi.h>

/* Of an error's message in a reply: libmilter takes 980 bytes. */
#define VERDICT_TEXT_MAX 900

/*
 * The answer to a mail that failed with error, its SMTP reply set. The message
 * of a LOKET_ERROR_PERMANENT is told to the sender, with 550 5.7.1 unless it
 * begins with a code of its own, as "552 5.3.4 Too long"; of anything else,
 * NULL too, the sender learns only that he may try again.
 */
sfsistat verdict_of(SMFICTX *ctx, const GError *error);

#endif
