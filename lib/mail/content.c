/* content: see content.h */
#include <stdint.h>
#include <string.h>

#include "charset.h"
#include "content.h"
#include "html.h"
#include "reader.h"
#include "text.h"

/* A longer text says more than that a mail is in HTML. */
#define NOTE_BYTES_MAX 500

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

/* Parts that are noted because we do not look into them, by what stands
 * behind "application/", "x-" or "vnd." not counted, or by the name of a file
 * without a type. The first that fits counts. */
static const struct {
	const char *subtype;
	const char *smime_type; /* NULL for any */
	const char *filename;	/* NULL for none */
	const char *warning;
} opaque_parts[] = {
	{"ms-tnef", NULL, "winmail.dat", "winmail.dat (TNEF) is not read"},
	{"pgp-encrypted", NULL, NULL, "encrypted with PGP"},
	{"pgp-signature", NULL, NULL, "signed with PGP"},
	{"pkcs7-mime", "enveloped-data", NULL, "encrypted with S/MIME"},
	{"pkcs7-mime", "authEnveloped-data", NULL, "encrypted with S/MIME"},
	{"pkcs7-mime", "signed-data", NULL, "signed with S/MIME"},
	{"pkcs7-mime", NULL, "smime.p7m", "encrypted or signed with S/MIME"},
	{"pkcs7-signature", NULL, "smime.p7s", "signed with S/MIME"},
};

void
content_attach(Mail *mail, const char *filename, const char *type,
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
file_name(const Part *part)
{
	const char *name = part->filename ? part->filename : "";
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
attach(Walk *walk, const Part *part)
{
	g_autofree char *filename = file_name(part);
	content_attach(walk->mail, filename, part->type,
		       text_decode(part, NULL, SIZE_MAX));
}

static const char *
known_report(const char *name)
{
	for (size_t i = 0; name && i < G_N_ELEMENTS(report_types); i++)
		if (g_ascii_strcasecmp(name, report_types[i]) == 0)
			return report_types[i];
	return NULL;
}

/* What is an application's own, "application/x-pkcs7-mime" as "pkcs7-mime";
 * NULL for other types. */
static const char *
application(const char *type)
{
	static const char prefix[] = "application/";
	if (!g_str_has_prefix(type, prefix))
		return NULL;
	type += strlen(prefix);
	if (g_str_has_prefix(type, "x-"))
		return type + strlen("x-");
	return g_str_has_prefix(type, "vnd.") ? type + strlen("vnd.") : type;
}

static bool
is_same(const char *got, const char *want)
{
	return got && want && g_ascii_strcasecmp(got, want) == 0;
}

static void
note_opaque(Mail *mail, const Part *part)
{
	const char *subtype = application(part->type);
	bool is_untyped = g_strcmp0(subtype, "octet-stream") == 0;
	for (size_t i = 0; subtype && i < G_N_ELEMENTS(opaque_parts); i++) {
		const char *smime_type = opaque_parts[i].smime_type;
		bool is_type =
			is_same(subtype, opaque_parts[i].subtype) &&
			(!smime_type || is_same(part->smime_type, smime_type));
		bool is_file = is_untyped && is_same(part->filename,
						     opaque_parts[i].filename);
		if (!is_type && !is_file)
			continue;
		mail_warn(mail, "%s", opaque_parts[i].warning);
		return;
	}
}

static void
note_type(Mail *mail, const Part *part)
{
	note_opaque(mail, part);
	const char *report =
		g_str_has_prefix(part->type, "message/")
			? known_report(part->type + strlen("message/"))
			: NULL;
	if (report)
		mail->report = report;
	else if (!mail->report && strcmp(part->type, "text/calendar") == 0 &&
		 part->method && g_ascii_strcasecmp(part->method, "REPLY") == 0)
		mail->report = "calendar-reply";
}

/* A report without the part that it is named after is one all the same. */
static void
note_root(Mail *mail, const Part *root)
{
	const char *report = known_report(root->report_type);
	if (!mail->report && strcmp(root->type, "multipart/report") == 0)
		mail->report = report ? report : "report";
}

static bool
is_blank(const char *text)
{
	return text[strspn(text, " \t\n")] == '\0';
}

/* The letter itself: text that is not offered as a file, or a multipart that
 * has no parts. The first part may carry a name all the same. */
static bool
is_letter(const Walk *walk, const Part *part)
{
	static const char *const types[] = {"text/plain",    "text/html",
					    "text/enriched", "text/richtext",
					    "text/markdown", NULL};
	bool is_text = g_strv_contains(types, part->type) ||
		       g_str_has_prefix(part->type, "multipart/");
	return is_text && !part->is_attachment &&
	       (walk->n_leaves == 0 || !part->filename);
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

static char *
charset_of(const Part *part, const GString *bytes)
{
	if (!part->charset && strcmp(part->type, "text/html") == 0)
		return html_charset(bytes->str, bytes->len);
	return g_strdup(part->charset);
}

/* The decoded bytes of a letter as UTF-8, with LF. */
static char *
letter_utf8(Walk *walk, const Part *part)
{
	g_autoptr(GString) bytes = g_string_new(NULL);
	walk->text_left -= text_decode(part, bytes, walk->text_left);
	g_autofree char *charset = charset_of(part, bytes);
	bool is_wide = charset && charset_is_wide(charset);
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
html_text(Mail *mail, const char *html)
{
	bool is_whole;
	char *text = html_to_text(html, strlen(html), &is_whole);
	if (!is_whole)
		mail_warn(mail, "HTML past its limits; the rest is not read");
	return text;
}

static char *
letter_text(Walk *walk, const Part *part)
{
	g_autofree char *text = letter_utf8(walk, part);
	if (strcmp(part->type, "text/html") == 0)
		return html_text(walk->mail, text);
	return part->is_flowed ? text_unflow(text, part->is_delsp)
			       : g_steal_pointer(&text);
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
walk_leaf(Walk *walk, const Part *part, GString *text)
{
	bool is_text = is_letter(walk, part);
	walk->n_leaves++;
	note_type(walk->mail, part);
	if (!is_text) {
		attach(walk, part);
	} else if (text) {
		g_autofree char *more = letter_text(walk, part);
		append_text(text, more);
	}
}

static void walk_part(Walk *walk, const Part *part, GString *text);

/* The children that are plain text, or those that are not. */
static void
walk_alternatives(Walk *walk, const Part *multipart, GString *text, bool plain)
{
	for (guint i = 0; i < multipart->children->len; i++) {
		const Part *child = multipart->children->pdata[i];
		if ((strcmp(child->type, "text/plain") == 0) != plain)
			continue;
		/* the first one that says something is the text */
		bool is_wanted = text && text->len == 0;
		walk_part(walk, child, is_wanted ? text : NULL);
	}
}

static bool
mentions_html(const GString *text)
{
	g_autofree char *lower = g_ascii_strdown(text->str, -1);
	return strstr(lower, "html") != NULL;
}

/* A plain text that says nothing, or perhaps only that there is HTML. */
static bool
is_stopgap(const GString *plain)
{
	return plain->len == 0 ||
	       (plain->len <= NOTE_BYTES_MAX && mentions_html(plain));
}

static void
walk_alternative(Walk *walk, const Part *multipart, GString *text)
{
	g_autoptr(GString) plain = text ? g_string_new(NULL) : NULL;
	walk_alternatives(walk, multipart, plain, true);
	bool is_open = text && is_stopgap(plain);
	g_autoptr(GString) rich = is_open ? g_string_new(NULL) : NULL;
	walk_alternatives(walk, multipart, rich, false);
	if (!text)
		return;
	/* a customer who writes about HTML does so in both */
	bool is_rich = is_open && rich->len > 0 &&
		       (plain->len == 0 || !mentions_html(rich));
	append_text(text, is_rich ? rich->str : plain->str);
}

static void
walk_part(Walk *walk, const Part *part, GString *text)
{
	if (!part->children) {
		walk_leaf(walk, part, text);
		return;
	}
	if (strcmp(part->type, "multipart/alternative") == 0) {
		walk_alternative(walk, part, text);
		return;
	}
	for (guint i = 0; i < part->children->len; i++)
		walk_part(walk, part->children->pdata[i], text);
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

/* RFC 9580 6.2: a line of its own, behind dashes. */
static void
note_armour(Mail *mail)
{
	static const char armour[] = "-----BEGIN PGP ";
	const char *found = strstr(mail->text, armour);
	if (found && (found == mail->text || found[-1] == '\n'))
		mail_warn(mail, "signed or encrypted with PGP in the text");
}

void
content_read(Mail *mail, const Part *root)
{
	Walk walk = {.mail = mail, .text_left = MAIL_TEXT_BYTES_MAX};
	g_autoptr(GString) text = g_string_new(NULL);
	walk_part(&walk, root, text);
	note_root(mail, root);
	if (walk.text_left == 0 || text->len > MAIL_TEXT_BYTES_MAX)
		mail_warn(mail, "only the first %d bytes of text are read",
			  MAIL_TEXT_BYTES_MAX);
	cap(text);
	mail->text = g_strdup(text->str);
	note_armour(mail);
}
