/* reader: from bytes to Mail, see include/loket/mail.h */
#include <string.h>

#include <libxml/parser.h>

#include <loket/error.h>
#include <loket/mail.h>

#include "content.h"
#include "fields.h"
#include "header.h"
#include "reader.h"
#include "scan.h"
#include "spam.h"

static GMimeParserOptions *
parser_options_new(void)
{
	static const char *fallbacks[] = {"utf-8", "windows-1252", NULL};
	GMimeParserOptions *options = g_mime_parser_options_new();
	g_mime_parser_options_set_fallback_charsets(options, fallbacks);
	return options;
}

MailReader *
mail_reader_new(const char *data_dir, const char *const *languages,
		GError **error)
{
	xmlInitParser();
	g_mime_init();
	g_autoptr(MailReader) reader = g_new0(MailReader, 1);
	reader->options = parser_options_new();
	g_autofree char *conf =
		g_build_filename(data_dir, "languages", "fpdb.conf", NULL);
	reader->language = language_models_new(conf, languages, error);
	if (!reader->language)
		return NULL;
	reader->reply = reply_patterns_new(error);
	if (!reader->reply)
		return NULL;
	reader->bounce = bounce_patterns_new(error);
	return reader->bounce ? g_steal_pointer(&reader) : NULL;
}

void
mail_reader_free(MailReader *reader)
{
	if (!reader)
		return;
	g_mime_parser_options_free(reader->options);
	language_models_free(reader->language);
	reply_patterns_free(reader->reply);
	bounce_patterns_free(reader->bounce);
	g_free(reader);
}

/* Where the body begins. Fields past a limit are passed over; *limit gets
 * where the first of them is, NULL when there is none. */
static const char *
read_headers(Mail *mail, const char *data, const char *end, const char **limit)
{
	const char *cursor = data;
	const char *at = cursor;
	FieldSpan field;
	*limit = NULL;
	for (; scan_field(&cursor, end, &field); at = cursor) {
		if (!*limit && (mail->headers->len == MAIL_HEADERS_MAX ||
				cursor - data > MAIL_HEADER_BYTES_MAX))
			*limit = at;
		if (!*limit)
			g_ptr_array_add(mail->headers, header_new(&field));
	}
	if (mail->headers->len == 0)
		mail_warn(mail, "no header");
	else if (cursor == at)
		mail_warn(mail, "no empty line behind the header");
	return cursor;
}

/* What lies past a limit is one part that nobody looks into. */
static void
attach_rest(Mail *mail, const char *limit, size_t size_bytes)
{
	mail_warn(mail, "%s; the rest is not read", limit);
	content_attach(mail, "", "application/octet-stream", size_bytes);
}

static void
read_parts(const MailReader *reader, Mail *mail, const char *data,
	   const char *end)
{
	const char *body = data + mail->body_offset;
	g_auto(PartTree) tree = {.root = NULL};
	part_tree_read(&tree, reader->options, data, body, end);
	fields_read(reader, mail, part_charset(tree.root));
	content_read(mail, tree.root);
	if (tree.is_unclosed)
		mail_warn(mail, "a multipart does not end");
	if (tree.is_repaired)
		mail_warn(mail, "a multipart without parts is read as text");
	if (tree.is_cut)
		mail_warn(mail,
			  "only the first %d bytes of a Content- field "
			  "are read",
			  PART_FIELD_BYTES_MAX);
	if (tree.limit)
		attach_rest(mail, tree.limit,
			    (size_t)(end - body) - tree.length);
	bounce_read(reader->bounce, mail, tree.root);
}

static void
read_sha256(Mail *mail, const char *body, const char *end)
{
	g_autofree char *sha256 = g_compute_checksum_for_data(
		G_CHECKSUM_SHA256, (const guchar *)body, (gsize)(end - body));
	g_strlcpy(mail->body_sha256, sha256, sizeof(mail->body_sha256));
}

static void
read_whole(const MailReader *reader, Mail *mail, const char *data,
	   const char *end)
{
	const char *limit;
	const char *body = read_headers(mail, data, end, &limit);
	mail->body_offset = (size_t)(body - data);
	read_sha256(mail, body, end);
	spam_read(mail);
	if (limit) {
		fields_read(reader, mail, NULL);
		attach_rest(mail, "too many header fields",
			    (size_t)(end - limit));
	} else {
		read_parts(reader, mail, data, end);
	}
	if (!mail->text)
		mail->text = g_strdup("");
	mail->new_text = reply_new_text(reader->reply, mail->text);
	mail->language =
		g_strdup(language_guess(reader->language, mail->new_text));
}

Mail *
mail_read_from(const MailReader *reader, GBytes *bytes, const char *sender)
{
	size_t length;
	const char *data = g_bytes_get_data(bytes, &length);
	/* an empty GBytes may have no data at all */
	data = data ? data : "";
	const char *start = scan_mbox_line(data, data + length);
	size_t skipped = (size_t)(start - data);
	g_autoptr(GBytes) own =
		g_bytes_new_from_bytes(bytes, skipped, length - skipped);
	Mail *mail = mail_new(own);
	mail->return_path = g_strdup(sender);
	read_whole(reader, mail, start, data + length);
	return mail;
}

Mail *
mail_read(const MailReader *reader, GBytes *bytes)
{
	return mail_read_from(reader, bytes, NULL);
}
