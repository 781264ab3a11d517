/*
 * field: what a site's patterns pick out of a mail. Pure.
 *
 * The fields of a desk stand in the subject or the text, the also-tags of a
 * site in the subject: numbers by which another system knew a ticket.
 */
#ifndef LOKET_FIELD_H
#define LOKET_FIELD_H

#include <stdbool.h>

#include <glib.h>

#include <loket/config.h>
#include <loket/mail.h>
#include <loket/store.h>

/* The longest value, in characters; what is longer is cut. */
#define FIELD_CHARS_MAX 200
/* How much of a text is searched, in bytes: the time that a pattern takes may
 * grow with the square of it. */
#define FIELD_BYTES_MAX 32768

/* Adds those of the desk to fields, an array of Field. Of a form the whole
 * text is searched, of other mail what is new in it. */
void fields_add_of_desk(GPtrArray *fields, const ConfigDesk *desk,
			const Mail *mail, bool is_form);

/* Adds the also-tags of the subject, in lower case. */
void fields_add_also_tags(GPtrArray *fields, const Config *config,
			  const Mail *mail);

#endif
