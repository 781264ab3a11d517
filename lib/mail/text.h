/*
 * text: the content of a leaf part, as bytes and as UTF-8 text.
 *
 * Repairs what mailers declare wrongly: text that is UTF-8 is read as that,
 * other text as it is declared, the rest as windows-1252.
 */
#ifndef LOKET_MAIL_TEXT_H
#define LOKET_MAIL_TEXT_H

#include <gmime/gmime.h>
#include <stdbool.h>

/* The transfer-decoded content, the first max bytes. Adds it to out unless
 * that is NULL; returns how many bytes there were. */
size_t text_decode(GMimePart *part, GString *out, size_t max);

/* charset: as declared, NULL when it is not. No NUL bytes, LF line ends.
 * The result is the caller's. */
char *text_to_utf8(const char *bytes, size_t length, const char *charset);

/* Joins the lines of format=flowed text. RFC 3676 4. The result is the
 * caller's. */
char *text_unflow(const char *text, bool delsp);

#endif
