/*
 * charset: bytes to UTF-8, whatever charset they name.
 *
 * Text that is UTF-8 is read as that, other text as it is declared, the rest
 * as windows-1252: mailers declare wrongly more often than bytes are UTF-8
 * by chance.
 */
#ifndef LOKET_MAIL_CHARSET_H
#define LOKET_MAIL_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

/* Whether bytes in this charset may look like ASCII and are not. */
bool charset_is_wide(const char *charset);

/* The name by which iconv knows the charset that is meant, the caller's; NULL
 * when it knows none. */
char *charset_iconv_name(const char *charset);

/*
 * charset: as declared, NULL when it is not. *is_declared gets whether the
 * declared charset was not wrong. The result is the caller's.
 */
char *charset_to_utf8(const char *bytes, size_t length, const char *charset,
		      bool *is_declared);

#endif
