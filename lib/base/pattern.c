/* pattern: see include/loket/pattern.h */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include <loket/error.h>
#include <loket/pattern.h>

struct Pattern {
	pcre2_code *code;
	pcre2_match_context *context;
};

static uint32_t
compile_options(unsigned flags)
{
	/* text may hold bytes that are not UTF-8: they match nothing */
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
	if (flags & PATTERN_CASELESS)
		options |= PCRE2_CASELESS;
	if (flags & PATTERN_MULTILINE)
		options |= PCRE2_MULTILINE;
	if (flags & PATTERN_EXTENDED)
		options |= PCRE2_EXTENDED;
	return options;
}

static pcre2_match_context *
limits_new(void)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	if (!context)
		return NULL;
	pcre2_set_match_limit(context, PATTERN_MATCH_LIMIT);
	pcre2_set_heap_limit(context, PATTERN_HEAP_LIMIT_KIB);
	return context;
}

Pattern *
pattern_new(const char *source, unsigned flags, GError **error)
{
	size_t length = strlen(source);
	if (length > PATTERN_SOURCE_MAX) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "regular expression longer than %d bytes",
			    PATTERN_SOURCE_MAX);
		return NULL;
	}
	int code_error;
	PCRE2_SIZE offset;
	g_autoptr(Pattern) pattern = g_new0(Pattern, 1);
	pattern->code = pcre2_compile((PCRE2_SPTR)source, length,
				      compile_options(flags), &code_error,
				      &offset, NULL);
	if (!pattern->code) {
		PCRE2_UCHAR why[128];
		pcre2_get_error_message(code_error, why, sizeof(why));
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "regular expression: %s at offset %zu",
			    (const char *)why, (size_t)offset);
		return NULL;
	}
	/* without JIT it works too, only slower */
	(void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	pattern->context = limits_new();
	return g_steal_pointer(&pattern);
}

bool
pattern_match(const Pattern *pattern, const char *text, size_t length,
	      size_t start, PatternSpan *spans, size_t n_spans)
{
	pcre2_match_data *data =
		pcre2_match_data_create((uint32_t)MAX(n_spans, 1), NULL);
	if (!data)
		return false;
	int rc = pcre2_match(pattern->code, (PCRE2_SPTR)text, length, start, 0,
			     data, pattern->context);
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(data);
	/* 0: more groups than spans, all that there is room for are set */
	size_t n_set = rc > 0 ? (size_t)rc : n_spans;
	for (size_t i = 0; rc >= 0 && i < n_spans; i++) {
		bool set = i < n_set && ovector[2 * i] != PCRE2_UNSET;
		spans[i].start = set ? ovector[2 * i] : PATTERN_NO_GROUP;
		spans[i].end = set ? ovector[2 * i + 1] : PATTERN_NO_GROUP;
	}
	pcre2_match_data_free(data);
	return rc >= 0;
}

bool
pattern_is_in(const Pattern *pattern, const char *text)
{
	return pattern_match(pattern, text, strlen(text), 0, NULL, 0);
}

/* A run of white space and controls is one space, and none at the ends. */
static char *
on_one_line(const char *text, size_t max_chars)
{
	g_autoptr(GString) line = g_string_new(NULL);
	bool gap = false;
	for (const char *p = text; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		bool is_gap = g_unichar_isspace(c) || g_unichar_iscntrl(c);
		if (gap && !is_gap && line->len > 0)
			g_string_append_c(line, ' ');
		if (!is_gap)
			g_string_append_unichar(line, c);
		gap = is_gap;
	}
	glong chars = g_utf8_strlen(line->str, (gssize)line->len);
	return g_strchomp(
		g_utf8_substring(line->str, 0, MIN(chars, (glong)max_chars)));
}

char *
pattern_pick(const Pattern *pattern, const char *text, size_t length,
	     size_t max_chars)
{
	PatternSpan spans[2];
	if (!pattern_match(pattern, text, length, 0, spans, 2))
		return NULL;
	bool has_group = spans[1].start != PATTERN_NO_GROUP;
	const PatternSpan *span = &spans[has_group ? 1 : 0];
	g_autofree char *valid = g_utf8_make_valid(
		text + span->start, (gssize)(span->end - span->start));
	g_autofree char *picked = on_one_line(valid, max_chars);
	return *picked ? g_steal_pointer(&picked) : NULL;
}

void
pattern_free(Pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_context_free(pattern->context);
	pcre2_code_free(pattern->code);
	g_free(pattern);
}
