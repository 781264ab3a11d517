/*
 * span: the open intervals of one day on the wall clock, as a GArray of Span
 * that is sorted and holds neither empty, touching nor overlapping ones.
 */
#ifndef CALENDAR_SPAN_H
#define CALENDAR_SPAN_H

#include "day.h"

/* Seconds of the day, 0 to 86400: open when from <= second < to. */
typedef struct Span {
	int32_t from, to;
} Span;

GArray *spans_new(void);

static inline const Span *
spans_at(const GArray *spans, size_t i)
{
	return &g_array_index(spans, Span, i);
}

static inline int32_t
spans_opening(const GArray *spans)
{
	return spans_at(spans, 0)->from;
}

static inline int32_t
spans_closing(const GArray *spans)
{
	return spans_at(spans, spans->len - 1)->to;
}

/* Adds a span that is not empty. False, with nothing added, when it
 * overlaps. */
bool spans_add(GArray *spans, Span span);

/* A new array: the spans without what lies from `from` up to the later `to`.
 */
GArray *spans_without(const GArray *spans, int32_t from, int32_t to);

#endif
