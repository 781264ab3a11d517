/* verdict: see verdict.h */
#include <loket/error.h>

#include "verdict.h"

/* smfi_setreply takes char *; it changes nothing. */
static char tempfail_code[] = "451";
static char tempfail_status[] = "4.3.0";
static char tempfail_text[] = "Try again later: the mail cannot be recorded";
static char reject_code[] = "550";
static char reject_status[] = "5.7.1";
static char reject_text[] = "Refused";

sfsistat
verdict_of(SMFICTX *ctx, const GError *error)
{
	if (g_error_matches(error, LOKET_ERROR, LOKET_ERROR_PERMANENT)) {
		(void)smfi_setreply(ctx, reject_code, reject_status,
				    reject_text);
		return SMFIS_REJECT;
	}
	(void)smfi_setreply(ctx, tempfail_code, tempfail_status, tempfail_text);
	return SMFIS_TEMPFAIL;
}
