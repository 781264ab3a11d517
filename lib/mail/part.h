/*
 * part: the tree of a mail's parts, RFC 2045 and 2046.
 *
 * GMime's own parser is not linear in hostile input, neither in time nor in
 * memory, so the lines are followed here, in one pass and without a copy;
 * GMime reads the header fields and decodes. Messages inside a mail stay
 * closed: each is one leaf. Past a limit the tree ends.
 */
#ifndef LOKET_MAIL_PART_H
#define LOKET_MAIL_PART_H

#include <gmime/gmime.h>
#include <stdbool.h>

/* Lines that begin with two dashes: each is compared with the boundaries of
 * all multiparts that are open. */
#define PART_DASH_LINES_MAX 100000
/* Header fields of all parts below the top one, and their bytes. */
#define PART_HEADERS_MAX 10000
#define PART_HEADER_BYTES_MAX 1048576
/* So much of one field is read: GMime is not linear in the parameters. */
#define PART_FIELD_BYTES_MAX 8192

typedef struct Part {
	char *type;	   /* media type, lower case, UTF-8 */
	char *charset;	   /* of the Content-Type; NULL when absent */
	char *method;	   /* of a calendar; NULL when absent */
	char *report_type; /* of a report; NULL when absent */
	char *smime_type;  /* RFC 8551 3.2.2; NULL when absent */
	char *boundary;	   /* with "--" in front; NULL unless a multipart */
	char *filename;	   /* decoded; NULL when absent */
	bool is_flowed;	   /* RFC 3676 */
	bool is_delsp;
	bool is_attachment; /* by its Content-Disposition */
	GMimeContentEncoding encoding;
	const char *content; /* raw, borrowed from the mail's bytes */
	size_t length;
	GPtrArray *children; /* Part*, at least one; NULL for a leaf, and a
				multipart without parts is one */
} Part;

typedef struct PartTree {
	Part *root;
	size_t length;	   /* of the body, as far as it was read */
	const char *limit; /* that was met; NULL for none */
	bool is_unclosed;  /* a multipart does not end */
	bool is_repaired;  /* a multipart has no parts */
	bool is_cut;	   /* a field is longer than what is read of one */
} PartTree;

/* Reads the body, as its header says; both are borrowed as long as the tree
 * lives. The tree is cleared with part_tree_clear. */
void part_tree_read(PartTree *tree, GMimeParserOptions *options,
		    const char *header, const char *body, const char *end);
void part_tree_clear(PartTree *tree);

/* The charset of the first part that names one, borrowed; NULL for none. */
const char *part_charset(const Part *part);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PartTree, part_tree_clear)

#endif
