/*
 * number: ticket numbers and the tags that carry them in subjects.
 *
 * A number is ten digits: the last two of the year of receipt, seven of one
 * sequence for the whole site, and a check digit by H. M. Damm's order-10
 * quasigroup ("Total anti-symmetrische Quasigruppen", 2004), which finds
 * every single wrong digit and every swap of neighbours. A tag is the form a
 * number has in a subject: "[ACME #2600042179]".
 *
 * A number is not a secret: it says which ticket is meant, never that the
 * sender may join it.
 */
#ifndef LOKET_NUMBER_H
#define LOKET_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define NUMBER_DIGITS 10
/* The sequence runs from 1 to this; past it numbers are used up. */
#define NUMBER_SEQUENCE_MAX 9999999
/* The most tags read from one subject. */
#define TAGS_MAX 20
/* The longest tag name, in characters. */
#define TAG_NAME_MAX 40

/* The check digit, '0' to '9', of a string of digits. */
char number_check_digit(const char *digits);

/* The number for a year (the century is dropped) and a sequence from 1 to
 * NUMBER_SEQUENCE_MAX; the caller's. */
char *number_format(int year, int64_t sequence);

/* Whether text is exactly ten digits with a right check digit. */
bool number_is_valid(const char *text);

typedef struct Tag {
	char *name; /* as written, white space folded */
	char number[NUMBER_DIGITS + 1];
	bool is_valid; /* the check digit is right */
	bool is_plain; /* written just as tag_format writes it */
} Tag;

typedef struct TagReader TagReader;

/* Compiles the pattern of tags once; the result is the caller's, immutable,
 * and may be used from many threads. */
TagReader *tag_reader_new(void);
void tag_reader_free(TagReader *reader);

/*
 * Finds the tags in a decoded subject (UTF-8, may be NULL), in order, at most
 * TAGS_MAX: any case, with spaces of any kind, invisible characters and
 * full-width forms. Elements are Tag, freed with the array.
 */
GPtrArray *tags_find(const TagReader *reader, const char *subject);

/*
 * A copy of a raw Subject field (as in the mail, undecoded and folded) with
 * the plainly written tags taken out for which is_unwanted(tag, data) says
 * so; behind the first TAGS_MAX tags nothing stays that reads as one. What is
 * left around a tag may make another one. The caller's.
 */
char *tags_remove(const TagReader *reader, const char *raw,
		  bool (*is_unwanted)(const Tag *tag, void *data), void *data);

/* "[NAME #NUMBER]"; the caller's. */
char *tag_format(const char *name, const char *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TagReader, tag_reader_free)

#endif
