/*
 * html: the text that a reader of an HTML mail sees.
 *
 * Links keep their target, lists their marks, quotes get "> " in front as
 * in plain text: a blockquote, and what mail clients mark as quoted by a
 * class, an id or a name. Scripts, styles and hidden elements give nothing.
 * Nothing is fetched. Elements nested deeper than HTML_DEPTH_MAX end the
 * text, and so does one with more than some HTML_ATTRIBUTES_MAX attributes,
 * for libxml2 is not linear in them.
 */
#ifndef LOKET_MAIL_HTML_H
#define LOKET_MAIL_HTML_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_DEPTH_MAX 400
#define HTML_ATTRIBUTES_MAX 350
/* A longer link is a machine's, and no help to a reader. */
#define HTML_LINK_BYTES_MAX 500

/* html is UTF-8, whatever it says of itself. *is_whole gets whether it did
 * not end before its end. The result is the caller's. */
char *html_to_text(const char *html, size_t length, bool *is_whole);

/* The charset that a meta element names; NULL when none does. The result is
 * the caller's. */
char *html_charset(const char *html, size_t length);

#endif
