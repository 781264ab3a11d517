/* verdict: see verdict.h */
#include <loket/error.h>

#include "verdict.h"

/* smfi_setreply takes char *; it changes nothing. */
static char tempfail_code[] = "451";
static char tempfail_status[] = "4.3.0";
static char tempfail_text[] = "Try again later: the mail cannot be recorded";

/* ASCII on one line; libmilter wants '%' doubled. */
static char *
reply_text(const char *message)
{
	GString *text = g_string_new(NULL);
	for (const char *p = message; *p && text->len < VERDICT_TEXT_MAX; p++) {
		g_string_append_c(text, g_ascii_isprint(*p) ? *p : '?');
		if (*p == '%')
			g_string_append_c(text, '%');
	}
	return g_string_free(text, FALSE);
}

static void
set_refusal(SMFICTX *ctx, const char *message)
{
	bool has_code = g_pattern_match_simple("5?? 5.?.? *", message);
	g_autofree char *code = g_strndup(has_code ? message : "550", 3);
	g_autofree char *status =
		g_strndup(has_code ? message + 4 : "5.7.1", 5);
	g_autofree char *text = reply_text(has_code ? message + 10 : message);
	(void)smfi_setreply(ctx, code, status, text);
}

sfsistat
verdict_of(SMFICTX *ctx, const GError *error)
{
	if (g_error_matches(error, LOKET_ERROR, LOKET_ERROR_PERMANENT)) {
		set_refusal(ctx, error->message);
		return SMFIS_REJECT;
	}
	(void)smfi_setreply(ctx, tempfail_code, tempfail_status, tempfail_text);
	return SMFIS_TEMPFAIL;
}
