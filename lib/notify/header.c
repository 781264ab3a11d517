/*
 * header: see include/loket/header.h
 *
 * Base64 is the only encoding used (RFC 2047 4.1): it needs no table of which
 * characters are safe in which field.
 */
#include <loket/header.h>

#include <stdbool.h>
#include <string.h>

/* RFC 2047 2: a line that holds an encoded word has at most 76 characters. */
#define FOLD_AT 76
/* A longer word is encoded, because only then can it be folded. */
#define PLAIN_WORD_MAX 60
/* Bytes an encoded word carries: 60 characters of base64, 72 in all. */
#define CHUNK_BYTES 45
/* RFC 5321 4.5.3.1: 64 for the local part, 255 for the domain, and the @. */
#define ADDRESS_BYTES 320
#define PLAIN_BYTES 900

static void
add_word(GString *out, const char *word, size_t length)
{
	const char *line = strrchr(out->str, '\n');
	size_t column = line ? strlen(line + 1) : out->len;
	if (column + 1 + length > FOLD_AT)
		g_string_append(out, "\r\n");
	g_string_append_c(out, ' ');
	g_string_append_len(out, word, (gssize)length);
}

static bool
is_control(gunichar c)
{
	/* the separators end a line for some readers */
	return g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029;
}

/* Valid UTF-8 without controls, words parted by one space each. */
static char *
one_line(const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);
	GString *line = g_string_new(NULL);
	for (const char *p = valid; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		if (c != ' ' && !is_control(c))
			g_string_append_unichar(line, c);
		else if (line->len > 0 && line->str[line->len - 1] != ' ')
			g_string_append_c(line, ' ');
	}
	return g_strchomp(g_string_free(line, FALSE));
}

static bool
is_printable_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static bool
is_plain_word(const char *word, size_t length)
{
	/* what looks encoded would be decoded */
	return length <= PLAIN_WORD_MAX && is_printable_ascii(word, length) &&
	       !g_strstr_len(word, (gssize)length, "=?");
}

/* The first bytes of text that fit an encoded word, in whole characters:
 * RFC 2047 5 (3). */
static size_t
chunk_length(const char *text)
{
	const char *p = text;
	while (*p && p + g_utf8_skip[(guchar)*p] <= text + CHUNK_BYTES)
		p += g_utf8_skip[(guchar)*p];
	return (size_t)(p - text);
}

static void
add_encoded(GString *out, const char *text)
{
	while (*text) {
		size_t length = chunk_length(text);
		g_autofree char *base64 =
			g_base64_encode((const guchar *)text, length);
		g_autofree char *word =
			g_strdup_printf("=?UTF-8?B?%s?=", base64);
		add_word(out, word, strlen(word));
		text += length;
	}
}

void
header_add_text(GString *out, const char *name, const char *value)
{
	g_autofree char *line = one_line(value);
	g_string_append_printf(out, "%s:", name);
	const char *rest = line;
	while (*rest) {
		size_t length = strcspn(rest, " ");
		if (!is_plain_word(rest, length))
			break;
		add_word(out, rest, length);
		rest += length;
		rest += strspn(rest, " ");
	}
	add_encoded(out, rest);
	g_string_append(out, "\r\n");
}

/* RFC 5322 3.2.4 */
static char *
quoted_string(const char *text)
{
	GString *quoted = g_string_new("\"");
	for (const char *p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *p);
	}
	g_string_append_c(quoted, '"');
	return g_string_free(quoted, FALSE);
}

static void
add_display_name(GString *out, const char *display)
{
	g_autofree char *name = one_line(display);
	size_t length = strlen(name);
	if (!is_plain_word(name, length)) {
		add_encoded(out, name);
	} else if (length > 0) {
		g_autofree char *quoted = quoted_string(name);
		add_word(out, quoted, strlen(quoted));
	}
}

static bool
is_address_char(gunichar c)
{
	return c != '<' && c != '>' && !g_unichar_isspace(c) && !is_control(c);
}

void
header_add_mailbox(GString *out, const char *name, const char *display,
		   const char *address)
{
	g_string_append_printf(out, "%s:", name);
	if (display)
		add_display_name(out, display);
	g_autofree char *valid = g_utf8_make_valid(address, -1);
	GString *path = g_string_new("<");
	for (const char *p = valid; *p && path->len < ADDRESS_BYTES;
	     p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		g_string_append_unichar(path, is_address_char(c) ? c : '?');
	}
	g_string_append_c(path, '>');
	add_word(out, path->str, path->len);
	g_string_append(out, "\r\n");
	g_string_free(path, TRUE);
}

void
header_add_plain(GString *out, const char *name, const char *value)
{
	g_string_append_printf(out, "%s: ", name);
	for (size_t i = 0; value[i] && i < PLAIN_BYTES; i++) {
		bool ok = value[i] >= ' ' && value[i] <= '~';
		g_string_append_c(out, ok ? value[i] : '?');
	}
	g_string_append(out, "\r\n");
}

/* Takes the field. */
static char *
value_of(GString *field, const char *name)
{
	(void)g_string_replace(field, "\r\n", "\n", 0);
	size_t start = strlen(name) + strlen(": ");
	size_t end = field->len - strlen("\n");
	char *text = start < end ? g_strndup(field->str + start, end - start)
				 : g_strdup("");
	g_string_free(field, TRUE);
	return text;
}

char *
header_encode(const char *name, const char *value)
{
	GString *field = g_string_new(NULL);
	header_add_text(field, name, value);
	return value_of(field, name);
}

char *
header_encode_mailbox(const char *name, const char *display,
		      const char *address)
{
	GString *field = g_string_new(NULL);
	header_add_mailbox(field, name, display, address);
	return value_of(field, name);
}
