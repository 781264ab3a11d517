/* part: see part.h */
#include <string.h>

#include <loket/mail.h>

#include "header.h"
#include "part.h"

typedef struct Builder {
	GMimeParserOptions *options;
	const char *body;
	const char *cursor;
	const char *end;
	GPtrArray *open; /* Part*, the multiparts around, outermost first */
	Part *leaf;	 /* whose content the lines are; NULL for none */
	size_t n_parts;
	size_t n_dash_lines;
	size_t n_fields;
	size_t field_bytes;
	PartTree *tree;
} Builder;

static void
part_free(void *data)
{
	Part *part = data;
	g_free(part->type);
	g_free(part->charset);
	g_free(part->method);
	g_free(part->report_type);
	g_free(part->smime_type);
	g_free(part->boundary);
	g_free(part->filename);
	if (part->children)
		g_ptr_array_unref(part->children);
	g_free(part);
}

static char *
parameter(GMimeContentType *type, const char *name)
{
	return g_strdup(g_mime_content_type_get_parameter(type, name));
}

static bool
has_parameter(GMimeContentType *type, const char *name, const char *value)
{
	const char *got = g_mime_content_type_get_parameter(type, name);
	return got && g_ascii_strcasecmp(got, value) == 0;
}

/* Of a name given twice, for old readers in ASCII and for others as it is
 * (RFC 6266 4.3), the latter. The result is the caller's. */
static char *
file_name(GMimeParamList *parameters, const char *key)
{
	const char *name = NULL;
	int length = g_mime_param_list_length(parameters);
	for (int i = 0; i < length; i++) {
		GMimeParam *parameter =
			g_mime_param_list_get_parameter_at(parameters, i);
		const char *value = g_mime_param_get_value(parameter);
		if (g_ascii_strcasecmp(g_mime_param_get_name(parameter), key))
			continue;
		if (!name || !g_str_is_ascii(value))
			name = value;
	}
	return g_strdup(name);
}

static void
take_type(Part *part, GMimeContentType *type)
{
	g_autofree char *name = g_mime_content_type_get_mime_type(type);
	g_autofree char *lower = g_ascii_strdown(name, -1);
	part->type = g_utf8_make_valid(lower, -1);
	part->charset = parameter(type, "charset");
	part->method = parameter(type, "method");
	part->report_type = parameter(type, "report-type");
	part->smime_type = parameter(type, "smime-type");
	part->is_flowed = has_parameter(type, "format", "flowed");
	part->is_delsp = has_parameter(type, "delsp", "yes");
	/* the disposition's filename comes before this one */
	if (!part->filename)
		part->filename = file_name(
			g_mime_content_type_get_parameters(type), "name");
	g_autofree char *boundary = parameter(type, "boundary");
	if (boundary && g_str_has_prefix(part->type, "multipart/"))
		part->boundary = g_strconcat("--", boundary, NULL);
}

/* So much of it as is read, on one line. */
static char *
value_of(const Builder *builder, const FieldSpan *field)
{
	FieldSpan head = *field;
	if (head.value_length > PART_FIELD_BYTES_MAX) {
		head.value_length = PART_FIELD_BYTES_MAX;
		builder->tree->is_cut = true;
	}
	return header_unfolded(&head);
}

static void
read_type(const Builder *builder, Part *part, const FieldSpan *field)
{
	g_autofree char *value = value_of(builder, field);
	/* "text" alone is of a time before MIME, and says nothing */
	if (part->type || !strchr(value, '/'))
		return;
	GMimeContentType *type =
		g_mime_content_type_parse(builder->options, value);
	take_type(part, type);
	g_object_unref(type);
}

static void
read_disposition(const Builder *builder, Part *part, const FieldSpan *field)
{
	g_autofree char *value = value_of(builder, field);
	GMimeContentDisposition *disposition =
		g_mime_content_disposition_parse(builder->options, value);
	char *filename = file_name(
		g_mime_content_disposition_get_parameters(disposition),
		"filename");
	part->is_attachment =
		g_mime_content_disposition_is_attachment(disposition);
	if (filename) {
		g_free(part->filename);
		part->filename = filename;
	}
	g_object_unref(disposition);
}

static void
read_encoding(const Builder *builder, Part *part, const FieldSpan *field)
{
	if (part->encoding != GMIME_CONTENT_ENCODING_DEFAULT)
		return;
	g_autofree char *value = g_strstrip(value_of(builder, field));
	value[strcspn(value, " \t;(")] = '\0';
	part->encoding = g_mime_content_encoding_from_string(value);
}

static void
take_field(const Builder *builder, Part *part, const FieldSpan *field)
{
	if (scan_field_is(field, "Content-Type"))
		read_type(builder, part, field);
	else if (scan_field_is(field, "Content-Disposition"))
		read_disposition(builder, part, field);
	else if (scan_field_is(field, "Content-Transfer-Encoding"))
		read_encoding(builder, part, field);
}

/* It keeps its type, and is read as text: better that than nothing. */
static void
make_leaf(Builder *builder, Part *part)
{
	g_clear_pointer(&part->children, g_ptr_array_unref);
	if (!builder->tree->limit)
		builder->tree->is_repaired = true;
}

/* The header of the part is read; its content begins at the cursor. */
static void
begin_part(Builder *builder, Part *part, const char *default_type)
{
	if (!part->type)
		part->type = g_strdup(default_type);
	part->content = builder->cursor;
	builder->leaf = NULL;
	if (part->boundary) {
		part->children = g_ptr_array_new_with_free_func(part_free);
		g_ptr_array_add(builder->open, part);
		if (builder->open->len > MAIL_DEPTH_MAX)
			builder->tree->limit = "parts nested too deeply";
		return;
	}
	if (g_str_has_prefix(part->type, "multipart/"))
		make_leaf(builder, part);
	builder->leaf = part;
}

static void
count_field(Builder *builder, const FieldSpan *field)
{
	builder->n_fields++;
	builder->field_bytes += field->value_length;
	if (builder->n_fields > PART_HEADERS_MAX ||
	    builder->field_bytes > PART_HEADER_BYTES_MAX)
		builder->tree->limit = "too many header fields in its parts";
}

static void
add_part(Builder *builder, Part *parent)
{
	FieldSpan field;
	if (++builder->n_parts > MAIL_PARTS_MAX) {
		builder->tree->limit = "too many parts";
		return;
	}
	Part *part = g_new0(Part, 1);
	g_ptr_array_add(parent->children, part);
	while (!builder->tree->limit &&
	       scan_field(&builder->cursor, builder->end, &field)) {
		take_field(builder, part, &field);
		count_field(builder, &field);
	}
	if (builder->tree->limit) {
		g_ptr_array_set_size(parent->children,
				     (int)parent->children->len - 1);
		return;
	}
	/* RFC 2046 5.1.5 */
	begin_part(builder, part,
		   strcmp(parent->type, "multipart/digest") == 0
			   ? "message/rfc822"
			   : "text/plain");
}

static void
end_content(Part *part, const char *end)
{
	if (end > part->content)
		part->length = (size_t)(end - part->content);
}

/* Closes the multiparts from this level on. */
static void
close_levels(Builder *builder, size_t level, const char *end)
{
	if (builder->leaf)
		end_content(builder->leaf, end);
	builder->leaf = NULL;
	while (builder->open->len > level) {
		Part *part = builder->open->pdata[builder->open->len - 1];
		g_ptr_array_set_size(builder->open,
				     (int)builder->open->len - 1);
		end_content(part, end);
		if (part->children->len == 0)
			make_leaf(builder, part);
	}
}

/* The boundary, "--" when it is the last, white space: RFC 2046 5.1.1. */
static bool
is_boundary(const char *line, size_t length, const char *boundary, bool *last)
{
	size_t n = strlen(boundary);
	if (length < n || memcmp(line, boundary, n) != 0)
		return false;
	*last = length >= n + 2 && memcmp(line + n, "--", 2) == 0;
	n += *last ? 2 : 0;
	while (n < length && (line[n] == ' ' || line[n] == '\t'))
		n++;
	return n == length;
}

static void
read_dash_line(Builder *builder, const char *line, size_t length)
{
	if (++builder->n_dash_lines > PART_DASH_LINES_MAX) {
		builder->tree->limit =
			"too many lines that look like boundaries";
		return;
	}
	for (size_t i = builder->open->len; i > 0; i--) {
		Part *part = builder->open->pdata[i - 1];
		bool last;
		if (!is_boundary(line, length, part->boundary, &last))
			continue;
		/* the line end before a boundary belongs to it */
		length = scan_bare_length(builder->body, line);
		close_levels(builder, last ? i - 1 : i, builder->body + length);
		if (!last)
			add_part(builder, part);
		return;
	}
}

/* Up to where the last multipart ends, or to the line that meets a limit. */
static const char *
read_lines(Builder *builder)
{
	const char *line = builder->cursor;
	while (builder->open->len > 0 && line < builder->end) {
		const char *next = scan_line(line, builder->end);
		size_t length = scan_bare_length(line, next);
		builder->cursor = next;
		if (length > 2 && line[0] == '-' && line[1] == '-')
			read_dash_line(builder, line, length);
		if (builder->tree->limit)
			return line;
		line = builder->cursor;
	}
	return builder->end;
}

void
part_tree_read(PartTree *tree, GMimeParserOptions *options, const char *header,
	       const char *body, const char *end)
{
	FieldSpan field;
	*tree = (PartTree){.root = g_new0(Part, 1)};
	Builder builder = {
		.options = options,
		.body = body,
		.cursor = header,
		.end = end,
		.open = g_ptr_array_new(),
		.n_parts = 1,
		.tree = tree,
	};
	while (builder.cursor < body &&
	       scan_field(&builder.cursor, body, &field))
		take_field(&builder, tree->root, &field);
	builder.cursor = body;
	begin_part(&builder, tree->root, "text/plain");
	const char *stop = read_lines(&builder);
	tree->length = (size_t)(stop - body);
	tree->is_unclosed = !tree->limit && builder.open->len > 0;
	close_levels(&builder, 0, stop);
	g_ptr_array_unref(builder.open);
}

void
part_tree_clear(PartTree *tree)
{
	if (tree->root)
		part_free(tree->root);
	tree->root = NULL;
}

const char *
part_charset(const Part *part)
{
	const char *charset = part->charset;
	for (guint i = 0; !charset && part->children && i < part->children->len;
	     i++)
		charset = part_charset(part->children->pdata[i]);
	return charset;
}
