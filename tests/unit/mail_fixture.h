/* What the tests of lib/mail share: one reader, and mails out of text. */
#ifndef LOKET_TESTS_MAIL_FIXTURE_H
#define LOKET_TESTS_MAIL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loket/mail.h>

static inline int
make_reader(void **state)
{
	*state = mail_reader_new("conf", NULL, NULL);
	return *state ? 0 : -1;
}

static inline int
free_reader(void **state)
{
	mail_reader_free(*state);
	return 0;
}

static inline Mail *
read_bytes(void **state, const char *bytes, size_t length)
{
	g_autoptr(GBytes) copy = g_bytes_new(bytes, length);
	return mail_read(*state, copy);
}

static inline Mail *
read_text(void **state, const char *text)
{
	return read_bytes(state, text, strlen(text));
}

static inline bool
has_warning(const Mail *mail, const char *part)
{
	for (guint i = 0; i < mail->warnings->len; i++)
		if (strstr(mail->warnings->pdata[i], part))
			return true;
	return false;
}

#endif
