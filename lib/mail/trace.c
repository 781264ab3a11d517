/*
 * trace: what the Received fields tell of a mail's way.
 *
 * RFC 5321 4.4: the date stands behind the last semicolon.
 */
#include <loket/mail.h>

#include "header.h"

/* As many as a mail has that goes in a loop (RFC 5321 6.3). */
#define RECEIVED_MAX 100

/* The last semicolon outside comments (RFC 5322 3.2.2); NULL: none. */
static const char *
last_semicolon(const char *received)
{
	const char *found = NULL;
	int depth = 0;
	for (const char *p = received; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && depth > 0)
			depth--;
		else if (*p == ';' && depth == 0)
			found = p;
	}
	return found;
}

static int64_t
date_of(const char *received)
{
	const char *semicolon = last_semicolon(received);
	g_autoptr(GDateTime) date =
		semicolon ? header_date(semicolon + 1) : NULL;
	return date ? g_date_time_to_unix(date) : 0;
}

int64_t
mail_first_received(const Mail *mail)
{
	int64_t first = 0;
	size_t n = 0;
	for (guint i = 0; i < mail->headers->len && n < RECEIVED_MAX; i++) {
		const MailHeader *header = mail->headers->pdata[i];
		if (g_ascii_strcasecmp(header->name, "Received") != 0)
			continue;
		int64_t date = date_of(header->value);
		if (date > 0 && (first == 0 || date < first))
			first = date;
		n++;
	}
	return first;
}
