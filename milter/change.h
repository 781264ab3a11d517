/*
 * change: edits of a mail, carried out through libmilter.
 */
#ifndef LOKET_MILTER_CHANGE_H
#define LOKET_MILTER_CHANGE_H

#include <stdbool.h>

#include <glib.h>
#include <libmilter/mfapi.h>

#include "message.h"

/*
 * Deletes the Loket-* fields that edits, of Edit, leave standing: lib/ reads a
 * header up to its limits only, and the mail server shows all of it. To be
 * done before the edits, as instances are deleted from the highest down.
 */
bool change_delete_unread(SMFICTX *ctx, const MilterMessage *message,
			  const GPtrArray *edits);

/* Carries out edits, of Edit; has_lead tells whether values are to be given
 * with what follows the colon. */
bool change_make(SMFICTX *ctx, const GPtrArray *edits, bool has_lead);

#endif
