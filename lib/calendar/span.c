#include "span.h"

GArray *
spans_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(Span));
}

/* Joins the span at `i` with the next when they touch. */
static void
join_next(GArray *spans, guint i)
{
	Span *span = &g_array_index(spans, Span, i);

	if (i + 1 >= spans->len || span[1].from != span->to)
		return;
	span->to = span[1].to;
	g_array_remove_index(spans, i + 1);
}

bool
spans_add(GArray *spans, Span span)
{
	guint i = 0;

	while (i < spans->len && spans_at(spans, i)->to <= span.from)
		i++;
	if (i < spans->len && spans_at(spans, i)->from < span.to)
		return false;
	g_array_insert_val(spans, i, span);
	join_next(spans, i);
	if (i > 0)
		join_next(spans, i - 1);
	return true;
}

GArray *
spans_without(const GArray *spans, int32_t from, int32_t to)
{
	GArray *rest = spans_new();

	for (guint i = 0; i < spans->len; i++) {
		Span span = *spans_at(spans, i);
		Span before = {span.from, MIN(span.to, from)};
		Span after = {MAX(span.from, to), span.to};

		if (before.from < before.to)
			g_array_append_val(rest, before);
		if (after.from < after.to)
			g_array_append_val(rest, after);
	}
	return rest;
}
