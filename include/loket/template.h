/*
 * template: the words of notifications, one file a language and kind.
 *
 * A file is templates/LANG/KIND.txt, UTF-8:
 *
 *   Subject: {tag} We have received your message
 *
 *   Dear customer,
 *
 *   By {due} you will have our answer.
 *
 *   {include footer}
 *
 * The first line is the subject, and the only header field that a template
 * has; the second is empty, the rest is the text. A line of it may have any
 * length: it is wrapped when it is filled in. Fields stand in braces, which
 * mean nothing else; conf/templates/README lists them. A line that includes a
 * part is replaced by LANG/footer.part.txt, which may include others.
 *
 * A paragraph (lines up to an empty one) in which a field has no value is left
 * out as a whole.
 *
 * Where there is a LANG/KIND.html beside it, the mail has an HTML part too,
 * with the same fields, escaped, and parts named footer.part.html.
 */
#ifndef LOKET_TEMPLATE_H
#define LOKET_TEMPLATE_H

#include <glib.h>
#include <stdbool.h>

typedef struct Templates Templates;
typedef struct Template Template;

enum TemplateKind {
	/* The acknowledgement of a new ticket. */
	TEMPLATE_ACK,
	/* The same for what comes on a day on which the desk is closed. */
	TEMPLATE_DESK_CLOSED,
	/* To the customer: his ticket was closed. */
	TEMPLATE_CLOSING,
	/* To the customer: a date was promised. */
	TEMPLATE_PROMISE,
	/* To the customer: somebody has taken up his complaint. */
	TEMPLATE_TAKEN_UP,
	/* To two agents who answered within an hour of each other. */
	TEMPLATE_ANSWERED_TWICE,
	/* To the agent whose answer came back. */
	TEMPLATE_UNDELIVERABLE,
	/* To the postmaster: the site's limit holds acknowledgements. */
	TEMPLATE_ACKS_HELD,
	/* To the postmaster: a notification was given up. */
	TEMPLATE_NOT_SENT,
	/* What `loket check --send` sends. */
	TEMPLATE_CHECK,
	TEMPLATE_KINDS,
};

/* What stands in for the fields; UTF-8, borrowed, NULL or "" for no value. */
typedef struct TemplateValues {
	const char *number;
	const char *tag;
	const char *desk;
	const char *address;
	const char *due;	    /* the promised moment */
	const char *plan;	    /* the same for a plan */
	const char *working_target; /* within what working time */
	const char *clock_target;   /* or time on the clock */
	const char *who;	    /* whom it is about */
	const char *phone;
	const char *phone_hours;
	const char *norm;   /* a URL */
	const char *season; /* by its name */
	const char *closed; /* days before due, with their names */
	const char *opens;  /* when the desk opens again */
	const char *notice; /* that the desk has put up */
	const char *note;   /* what the agent adds */
	const char *reopen; /* until when an answer reopens the ticket */
	const char *name;   /* these two are an authenticated sender's words */
	const char *subject;
	const char *count;
	const char *problem;
} TemplateValues;

/* The name of a kind's file, "ack"; static. */
const char *template_kind_name(enum TemplateKind kind);

/* False when name is no kind. */
bool template_kind_parse(const char *name, enum TemplateKind *kind);

/*
 * Reads every template below templates/ of data_dir, then those below own_dir
 * (NULL or "": none), which stand in for them, file by file. Each kind must
 * exist in English, the last language to fall back to. Immutable afterwards:
 * any thread may use it.
 *
 * Returns NULL with LOKET_ERROR_CONFIG, "FILE:LINE: message" where a file is
 * to blame: an unknown field, another header field, no subject, no text, not
 * UTF-8, a file of an unknown kind, over 64 kB, a part that is missing, that
 * includes itself or is nested too deep.
 */
Templates *templates_load(const char *data_dir, const char *own_dir,
			  GError **error);
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
 * spaces, marks of direction go, 4,000 characters of each are taken. The
 * caller's.
 */
char *template_text(const Template *template, const TemplateValues *values);

/* The HTML with its fields filled in; the caller's. NULL: it has none. */
char *template_html(const Template *template, const TemplateValues *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Templates, templates_free)

#endif
