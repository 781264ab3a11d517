/* reader: from bytes to Mail, see include/loket/mail.h */
#include <string.h>

#include <libxml/parser.h>

#include <loket/error.h>
#include <loket/mail.h>

#include "fields.h"
#include "header.h"
#include "parts.h"
#include "reader.h"
#include "scan.h"
#include "spam.h"

/* Header fields that, with Content-Type, tell how the body is built. */
static const char *const body_fields[] = {"Content-Transfer-Encoding",
					  "Content-Disposition"};

static void
init_libraries(void)
{
	/* messages inside a mail stay closed */
	static const char *const closed[] = {"rfc822", "rfc2822", "global",
					     "news", "partial"};
	xmlInitParser();
	g_mime_init();
	for (size_t i = 0; i < G_N_ELEMENTS(closed); i++)
		g_mime_object_register_type("message", closed[i],
					    GMIME_TYPE_PART);
}

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
	init_libraries();
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

static void
read_headers(Mail *mail, const char *data, const ScanResult *scan)
{
	const char *cursor = data;
	const char *end = data + mail->body_offset;
	FieldSpan field;
	while (mail->headers->len < scan->n_headers &&
	       scan_field(&cursor, end, &field)) {
		g_ptr_array_add(mail->headers, header_new(&field));
	}
	if (scan->n_headers == 0)
		mail_warn(mail, "no header");
	else if (!scan->is_header_whole)
		mail_warn(mail, "no empty line behind the header");
}

/* A Content-Type that says nothing of the body: "text", of a time before
 * MIME, or a multipart without a boundary. Then it is read as plain text. */
static bool
is_usable_type(const char *value)
{
	if (!strchr(value, '/') || strlen(value) > SCAN_FIELD_BYTES_MAX)
		return false;
	GMimeContentType *type = g_mime_content_type_parse(NULL, value);
	bool is_usable = !g_mime_content_type_is_type(type, "multipart", "*") ||
			 g_mime_content_type_get_parameter(type, "boundary");
	g_object_unref(type);
	return is_usable;
}

static void
append_field(GByteArray *bytes, const char *name, const char *value)
{
	g_autofree char *field = g_strdup_printf("%s: %s\n", name, value);
	g_byte_array_append(bytes, (guint8 *)field, (guint)strlen(field));
}

/* GMime gets the body with the fields that it needs, and nothing of what
 * the scan found too much. */
static GMimeObject *
parse_body(const MailReader *reader, Mail *mail, const char *data,
	   size_t readable)
{
	GByteArray *bytes = g_byte_array_new();
	const char *type = mail_header(mail, "Content-Type", 0);
	if (type && is_usable_type(type))
		append_field(bytes, "Content-Type", type);
	else if (type)
		mail_warn(mail, "Content-Type does not tell how to read it");
	for (size_t i = 0; i < G_N_ELEMENTS(body_fields); i++) {
		const char *value = mail_header(mail, body_fields[i], 0);
		if (value && strlen(value) <= SCAN_FIELD_BYTES_MAX)
			append_field(bytes, body_fields[i], value);
	}
	g_byte_array_append(bytes, (const guint8 *)"\n", 1);
	if (readable > mail->body_offset)
		g_byte_array_append(bytes,
				    (const guint8 *)data + mail->body_offset,
				    (guint)(readable - mail->body_offset));
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *root =
		g_mime_parser_construct_part(parser, reader->options);
	g_object_unref(parser);
	g_object_unref(stream);
	return root;
}

static void
read_body(const MailReader *reader, Mail *mail, const char *data,
	  const ScanResult *scan)
{
	size_t length = g_bytes_get_size(mail->bytes);
	size_t readable = scan->readable - scan->start;
	g_autofree char *sha256 = g_compute_checksum_for_data(
		G_CHECKSUM_SHA256, (const guchar *)data + mail->body_offset,
		length - mail->body_offset);
	g_strlcpy(mail->body_sha256, sha256, sizeof(mail->body_sha256));
	GMimeObject *root = parse_body(reader, mail, data, readable);
	parts_read(mail, root);
	if (!scan->limit && scan->n_open > 0)
		mail_warn(mail, "a multipart does not end");
	if (scan->limit) {
		mail_warn(mail, "%s; the rest is not read", scan->limit);
		parts_attach(mail, "", "application/octet-stream",
			     length - readable);
	}
	bounce_read(reader->bounce, mail, root);
	g_object_unref(root);
}

Mail *
mail_read(const MailReader *reader, GBytes *bytes)
{
	size_t length;
	const char *data = g_bytes_get_data(bytes, &length);
	ScanResult scan = scan_mail(data ? data : "", length);
	g_autoptr(GBytes) own =
		g_bytes_new_from_bytes(bytes, scan.start, length - scan.start);
	Mail *mail = mail_new(own);
	data = g_bytes_get_data(own, NULL);
	mail->body_offset = scan.body - scan.start;
	read_headers(mail, data ? data : "", &scan);
	fields_read(reader, mail);
	spam_read(mail);
	read_body(reader, mail, data ? data : "", &scan);
	mail->new_text = reply_new_text(reader->reply, mail->text);
	g_free(mail->language);
	mail->language =
		g_strdup(language_guess(reader->language, mail->new_text));
	return mail;
}
