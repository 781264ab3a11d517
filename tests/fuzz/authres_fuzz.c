/* authres: the input is one Authentication-Results field, and one Received
 * field above or below it. */
#include <loket/authres.h>

#include "fuzz.h"

static AuthState
judge(const char *from, const char *first, const char *second)
{
	static const char *const ours[] = {"mx.acme.example", NULL};
	g_autofree char *text =
		g_strdup_printf("From: %s\n%s\n%s\n\n", from, first, second);
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	g_autoptr(Mail) mail = mail_read(fuzz_reader(), bytes);
	g_autofree char *reason = NULL;
	AuthState state =
		authres_judge(mail, ours, "mx2.acme.example", &reason);
	g_assert_true(reason && *reason);
	return state;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char foreign[] = "Received: from a by mx.evil.example; x";
	g_autofree char *value = fuzz_text(data, size);
	g_strdelimit(value, "\r\n", '\t');
	g_autofree char *field =
		g_strconcat("Authentication-Results: ", value, NULL);
	g_autofree char *received = g_strconcat("Received: ", value, NULL);
	(void)judge("jan@home.example", field, received);
	(void)judge("jan@home.example", received, field);
	/* a sender can write what he likes */
	g_assert_cmpint(judge("jan@home.example", foreign, field), !=,
			AUTH_PASS);
	/* nobody vouches for two authors */
	g_assert_cmpint(
		judge("jan@home.example, els@home.example", field, received),
		!=, AUTH_PASS);
	return 0;
}
