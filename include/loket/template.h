/*
 * template: the texts of notifications, one file a language and kind.
 *
 * A file is data_dir/templates/LANG/KIND.txt, UTF-8:
 *
 *   Subject: {tag} We have received your message
 *
 *   Dear customer,
 *
 *   By {due} you will have our answer.
 *
 * The first line is the subject, the second is empty, the rest is the text. A
 * line of it may have any length: it is wrapped when it is filled in. Fields
 * stand in braces, which mean nothing else:
 *
 *   {number}   the ticket's ten digits
 *   {tag}      the whole tag of the ticket, "[ACME #2600042179]"
 *   {desk}     the name of the desk
 *   {address}  the address of the desk
 *   {due}      the promised moment, as date_text() of the template's language
 *   {who}      the address of whom it is about
 *
 * A paragraph (lines up to an empty one) in which a field has no value is left
 * out as a whole.
 */
#ifndef LOKET_TEMPLATE_H
#define LOKET_TEMPLATE_H

#include <glib.h>

typedef struct Templates Templates;
typedef struct Template Template;

enum TemplateKind {
	/* The acknowledgement of a new ticket. */
	TEMPLATE_ACK,
	/* To two agents who answered within an hour of each other. */
	TEMPLATE_ANSWERED_TWICE,
	/* To the agent whose answer came back. */
	TEMPLATE_UNDELIVERABLE,
	TEMPLATE_KINDS,
};

/* What stands in for the fields; UTF-8, borrowed, NULL or "" for no value. */
typedef struct TemplateValues {
	const char *number;
	const char *tag;
	const char *desk;
	const char *address;
	const char *due;
	const char *who;
} TemplateValues;

/*
 * Reads every template below data_dir. Each kind must exist in English, the
 * last language to fall back to. Immutable afterwards: any thread may use it.
 *
 * Returns NULL with LOKET_ERROR_CONFIG, "FILE:LINE: message" where a file is
 * to blame: an unknown field, no subject, no text, not UTF-8, a file of an
 * unknown kind, over 64 kB.
 */
Templates *templates_load(const char *data_dir, GError **error);
void templates_free(Templates *templates);

/*
 * The template of that kind in language, else in fallback (the desk's own
 * language), else in English; never NULL. Both are tags as in RFC 5646, of
 * which the first part counts, in any case, or NULL.
 */
const Template *templates_find(const Templates *templates,
			       enum TemplateKind kind, const char *language,
			       const char *fallback);

/* The language that was found, "nl": for date_text(). */
const char *template_language(const Template *template);

/*
 * The subject with its fields filled in, one line of UTF-8 without white space
 * around it. The caller's.
 */
char *template_subject(const Template *template, const TemplateValues *values);

/*
 * The text with its fields filled in, UTF-8, lines of at most 72 columns (a
 * longer word stands alone), ended by LF. Control characters in values become
 * spaces. The caller's.
 */
char *template_text(const Template *template, const TemplateValues *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Templates, templates_free)

#endif
