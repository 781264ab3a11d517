/*
 * text: the content of a leaf part, as bytes, and the form of its lines.
 */
#ifndef LOKET_MAIL_TEXT_H
#define LOKET_MAIL_TEXT_H

#include "part.h"

/* Whether the content is said to be base64, and is sent as it is. */
bool text_is_mislabelled(const Part *part);

/* The transfer-decoded content, the first max bytes. Adds it to out unless
 * that is NULL; returns how many bytes there were. */
size_t text_decode(const Part *part, GString *out, size_t max);

/* Takes out NUL bytes and makes line ends LF, in place. Returns the new
 * length. */
size_t text_clean(char *text, size_t length);

/* Joins the lines of format=flowed text. RFC 3676 4. The result is the
 * caller's. */
char *text_unflow(const char *text, bool delsp);

#endif
