/*
 * error: the one error domain of Loket.
 *
 * The code of an error says what the caller must do, not what went wrong;
 * the message says what went wrong. Only milter/verdict.c turns a code into
 * an SMTP answer, and only the programs' mains turn one into an exit code.
 */
#ifndef LOKET_ERROR_H
#define LOKET_ERROR_H

#include <glib.h>
#include <stdbool.h>

/* The domain of every GError that lib/ returns. */
#define LOKET_ERROR loket_error_quark()

enum LoketError {
	/* Try later: a full disk, a locked store, a dead relay. 451, exit 75 */
	LOKET_ERROR_TEMPORARY,
	/* Refuse: the request itself cannot be done. 5xx, exit 65 */
	LOKET_ERROR_PERMANENT,
	/* Stop at start: the configuration, a template, a calendar. Exit 78 */
	LOKET_ERROR_CONFIG,
};

GQuark loket_error_quark(void);

/* Sets error to LOKET_ERROR_PERMANENT with the message; false. */
bool loket_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
