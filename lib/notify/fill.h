/* fill: the fields of a template, and what stands in for them. */
#ifndef LOKET_NOTIFY_FILL_H
#define LOKET_NOTIFY_FILL_H

#include <loket/template.h>
#include <stdbool.h>

enum FillForm {
	FILL_TEXT, /* wrapped */
	FILL_HTML, /* values are escaped */
};

/* The first thing in braces that is no field, with its braces, the caller's;
 * NULL: there is none. */
char *fill_unknown_field(const char *line);

/* One line with its fields filled in; the caller's. */
char *fill_line(const char *line, const TemplateValues *values);

/* Paragraphs, parted by an empty line, without those in which a field has no
 * value; the caller's. */
char *fill_paragraphs(char *const *paragraphs, const TemplateValues *values,
		      enum FillForm form);

#endif
