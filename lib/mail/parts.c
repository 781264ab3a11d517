/* parts: see parts.h */
#include <stdint.h>
#include <string.h>

#include "charset.h"
#include "html.h"
#include "parts.h"
#include "text.h"

typedef struct Walk {
	Mail *mail;
	size_t text_left; /* bytes of text still to be considered */
	size_t n_leaves;
} Walk;

/* Reports of machines, RFC 3464, 8098, 5965. */
static const char *const report_types[] = {
	"delivery-status",
	"disposition-notification",
	"feedback-report",
};

/* Parts that are noted because we do not look into them. */
static const struct {
	const char *type;
	const char *warning;
} opaque_types[] = {
	{"application/ms-tnef", "winmail.dat (TNEF) is not read"},
	{"application/vnd.ms-tnef", "winmail.dat (TNEF) is not read"},
	{"application/pgp-encrypted", "encrypted with PGP"},
	{"application/pgp-signature", "signed with PGP"},
	{"application/pkcs7-mime", "encrypted or signed with S/MIME"},
	{"application/x-pkcs7-mime", "encrypted or signed with S/MIME"},
	{"application/pkcs7-signature", "signed with S/MIME"},
	{"application/x-pkcs7-signature", "signed with S/MIME"},
};

static char *
type_of(GMimeObject *object)
{
	g_autofree char *type = g_mime_content_type_get_mime_type(
		g_mime_object_get_content_type(object));
	g_autofree char *lower = g_ascii_strdown(type, -1);
	return g_utf8_make_valid(lower, -1);
}

void
parts_attach(Mail *mail, const char *filename, const char *type,
	     size_t size_bytes)
{
	MailAttachment *attachment = g_new0(MailAttachment, 1);
	attachment->filename = g_utf8_make_valid(filename, -1);
	attachment->type = g_utf8_make_valid(type, -1);
	attachment->size_bytes = size_bytes;
	g_ptr_array_add(mail->attachments, attachment);
}

/* The last component of a path of any system: RFC 2183 2.3. */
static char *
file_name(GMimePart *part)
{
	const char *name = g_mime_part_get_filename(part);
	if (!name)
		return g_strdup("");
	for (const char *p = name; *p; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;
	char *bare = g_utf8_make_valid(name, -1);
	for (char *p = bare; *p; p++)
		if (g_ascii_iscntrl(*p))
			*p = ' ';
	return g_strstrip(bare);
}

static void
attach(Walk *walk, GMimePart *part, const char *type)
{
	g_autofree char *filename = file_name(part);
	parts_attach(walk->mail, filename, type,
		     text_decode(part, NULL, SIZE_MAX));
}

static void
note_type(Mail *mail, GMimeObject *part, const char *type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(opaque_types); i++)
		if (strcmp(type, opaque_types[i].type) == 0)
			mail_warn(mail, "%s", opaque_types[i].warning);
	for (size_t i = 0; i < G_N_ELEMENTS(report_types); i++)
		if (g_str_has_prefix(type, "message/") &&
		    strcmp(type + strlen("message/"), report_types[i]) == 0)
			mail->report = report_types[i];
	const char *method =
		g_mime_object_get_content_type_parameter(part, "method");
	if (!mail->report && strcmp(type, "text/calendar") == 0 && method &&
	    g_ascii_strcasecmp(method, "REPLY") == 0)
		mail->report = "calendar-reply";
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\n")] == '\0';
}

/* The letter itself: text that is not offered as a file. The first part may
 * carry a name all the same. */
static bool
is_letter(const Walk *walk, GMimePart *part, const char *type)
{
	static const char *const types[] = {"text/plain",    "text/html",
					    "text/enriched", "text/richtext",
					    "text/markdown", NULL};
	const char *disposition =
		g_mime_object_get_disposition(GMIME_OBJECT(part));
	if (!g_strv_contains(types, type))
		return false;
	if (disposition && g_ascii_strcasecmp(disposition, "attachment") == 0)
		return false;
	return walk->n_leaves == 0 || !g_mime_part_get_filename(part);
}

static char *
unflow_if_flowed(GMimeObject *part, char *text)
{
	const char *format =
		g_mime_object_get_content_type_parameter(part, "format");
	const char *delsp =
		g_mime_object_get_content_type_parameter(part, "delsp");
	if (!format || g_ascii_strcasecmp(format, "flowed") != 0)
		return text;
	char *joined = text_unflow(
		text, delsp && g_ascii_strcasecmp(delsp, "yes") == 0);
	g_free(text);
	return joined;
}

/* What the limit may have cut in two: a UTF-8 character, or a whole one. */
static void
drop_half_character(GString *bytes)
{
	for (size_t i = 0; i < 4 && bytes->len > 0; i++) {
		if (!(bytes->str[bytes->len - 1] & 0x80))
			return;
		g_string_truncate(bytes, bytes->len - 1);
	}
}

/* The decoded bytes of a letter as UTF-8, with LF. */
static char *
letter_utf8(Walk *walk, GMimePart *part)
{
	const char *charset = g_mime_object_get_content_type_parameter(
		GMIME_OBJECT(part), "charset");
	bool is_wide = charset && charset_is_wide(charset);
	g_autoptr(GString) bytes = g_string_new(NULL);
	walk->text_left -= text_decode(part, bytes, walk->text_left);
	if (walk->text_left == 0)
		drop_half_character(bytes);
	if (text_is_mislabelled(part))
		mail_warn(walk->mail, "text said to be base64 is not");
	/* NUL bytes are half of many a wide character */
	if (!is_wide && memchr(bytes->str, '\0', bytes->len)) {
		mail_warn(walk->mail, "NUL bytes in the text");
		g_string_truncate(bytes, text_clean(bytes->str, bytes->len));
	}
	bool is_declared;
	char *text =
		charset_to_utf8(bytes->str, bytes->len, charset, &is_declared);
	if (charset && !is_declared)
		mail_warn(walk->mail, "text is not in the charset it names");
	text[text_clean(text, strlen(text))] = '\0';
	return text;
}

static char *
letter_text(Walk *walk, GMimePart *part, const char *type)
{
	char *text = letter_utf8(walk, part);
	if (strcmp(type, "text/html") != 0)
		return unflow_if_flowed(GMIME_OBJECT(part), text);
	char *shown = html_to_text(text, strlen(text));
	g_free(text);
	return shown;
}

static void
append_text(GString *text, const char *more)
{
	if (is_blank(more))
		return;
	if (text->len > 0 && text->str[text->len - 1] != '\n')
		g_string_append_c(text, '\n');
	g_string_append(text, more);
}

/* text NULL: only attachments are wanted. */
static void
walk_leaf(Walk *walk, GMimePart *part, GString *text)
{
	g_autofree char *type = type_of(GMIME_OBJECT(part));
	bool letter = is_letter(walk, part, type);
	walk->n_leaves++;
	note_type(walk->mail, GMIME_OBJECT(part), type);
	if (!letter) {
		attach(walk, part, type);
	} else if (text) {
		g_autofree char *more = letter_text(walk, part, type);
		append_text(text, more);
	}
}

static void walk_part(Walk *walk, GMimeObject *object, GString *text);

/* Whether the children of this kind, plain text or not, are looked at now. */
static void
walk_alternatives(Walk *walk, GMimeMultipart *multipart, GString *text,
		  bool plain)
{
	int count = g_mime_multipart_get_count(multipart);
	for (int i = 0; i < count; i++) {
		GMimeObject *child = g_mime_multipart_get_part(multipart, i);
		bool is_plain = g_mime_content_type_is_type(
			g_mime_object_get_content_type(child), "text", "plain");
		if (is_plain != plain)
			continue;
		/* the first one that says something is the text */
		bool wanted = text && text->len == 0;
		walk_part(walk, child, wanted ? text : NULL);
	}
}

static void
walk_multipart(Walk *walk, GMimeMultipart *multipart, GString *text)
{
	GMimeContentType *type =
		g_mime_object_get_content_type(GMIME_OBJECT(multipart));
	if (text && g_mime_content_type_is_type(type, "*", "alternative")) {
		g_autoptr(GString) chosen = g_string_new(NULL);
		walk_alternatives(walk, multipart, chosen, true);
		walk_alternatives(walk, multipart, chosen, false);
		append_text(text, chosen->str);
		return;
	}
	int count = g_mime_multipart_get_count(multipart);
	for (int i = 0; i < count; i++)
		walk_part(walk, g_mime_multipart_get_part(multipart, i), text);
}

static void
walk_part(Walk *walk, GMimeObject *object, GString *text)
{
	if (GMIME_IS_MULTIPART(object))
		walk_multipart(walk, GMIME_MULTIPART(object), text);
	else if (GMIME_IS_PART(object))
		walk_leaf(walk, GMIME_PART(object), text);
}

/* A report of a kind that has no part of its own. */
static void
note_report(Mail *mail, GMimeObject *root)
{
	if (!mail->report &&
	    g_mime_content_type_is_type(g_mime_object_get_content_type(root),
					"multipart", "report"))
		mail->report = "report";
}

/* Conversion may have made it longer than what was considered. */
static void
cap(GString *text)
{
	if (text->len <= MAIL_TEXT_BYTES_MAX)
		return;
	const char *end = g_utf8_find_prev_char(
		text->str, text->str + MAIL_TEXT_BYTES_MAX + 1);
	g_string_truncate(text, (size_t)(end - text->str));
}

void
parts_read(Mail *mail, GMimeObject *root)
{
	Walk walk = {.mail = mail, .text_left = MAIL_TEXT_BYTES_MAX};
	g_autoptr(GString) text = g_string_new(NULL);
	walk_part(&walk, root, text);
	note_report(mail, root);
	if (walk.text_left == 0 || text->len > MAIL_TEXT_BYTES_MAX)
		mail_warn(mail, "only the first %d bytes of text are read",
			  MAIL_TEXT_BYTES_MAX);
	cap(text);
	mail->text = g_strdup(text->str);
}
