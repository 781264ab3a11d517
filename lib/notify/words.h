/*
 * words: the words of days, times and lengths of time in one language.
 *
 * Own tables: the text depends on the language of the customer, never on the
 * locale of the process.
 */
#ifndef LOKET_NOTIFY_WORDS_H
#define LOKET_NOTIFY_WORDS_H

#include <glib.h>

/* A day of the calendar, in words. */
typedef struct WordsDay {
	const char *weekday;
	const char *month;
	int year; /* 0 leaves it out */
	int day;
} WordsDay;

typedef struct Words {
	const char *code; /* ISO 639-1 */
	const char *weekdays[7];
	const char *months[12];
	char *(*day)(const WordsDay *day);
	char *(*time)(int hour, int minute);
	/* What stands before, between and after the two: */
	const char *at[3];	    /* a day and a time */
	const char *weekdays_to[3]; /* one weekday to another */
	const char *days_to[3];	    /* one day of the calendar to another */
	const char *from_to[3];	    /* one time to another */
	const char *weekday;	    /* before a single weekday */
	const char *and;	    /* between the last two of several */
	/* One and several of a TargetUnit, after "within". */
	const char *units[4][2];
} Words;

/* The words of a language, a tag as in RFC 5646 of which the first part
 * counts, in any case; NULL: none. */
const Words *words_find(const char *language);

/* Two texts with the words around them; the caller's. */
char *words_pair(const char *const *around, const char *one, const char *two);

/* The texts as a list, "a, b and c"; the caller's, NULL for none. */
char *words_join(const Words *words, const GPtrArray *texts);

#endif
