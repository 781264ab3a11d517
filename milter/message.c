/* message: see message.h */
#include <string.h>

#include <loket/address.h>

#include "message.h"

MilterMessage *
message_new(const char *sender_path)
{
	MilterMessage *message = g_new0(MilterMessage, 1);
	message->envelope = envelope_new();
	message->envelope->sender = address_of_path(sender_path);
	message->bytes = g_byte_array_new();
	return message;
}

void
message_free(MilterMessage *message)
{
	if (!message)
		return;
	envelope_free(message->envelope);
	g_byte_array_unref(message->bytes);
	g_free(message);
}

static void
append(MilterMessage *message, const void *data, size_t size)
{
	size_t room = MESSAGE_BYTES_MAX - message->bytes->len;
	if (size > room)
		message->is_cut = true;
	(void)g_byte_array_append(message->bytes, data, (guint)MIN(size, room));
}

static void
append_text(MilterMessage *message, const char *text)
{
	append(message, text, strlen(text));
}

/* libmilter ends folded lines with LF; on the wire they ended with CRLF. */
void
message_add_header(MilterMessage *message, const char *name, const char *value,
		   bool has_lead)
{
	append_text(message, name);
	append_text(message, has_lead ? ":" : ": ");
	for (const char *line = value; line;) {
		const char *end = strchr(line, '\n');
		if (!end) {
			append_text(message, line);
			break;
		}
		append(message, line, (size_t)(end - line));
		append_text(message, "\r\n");
		line = end + 1;
	}
	append_text(message, "\r\n");
}

void
message_end_headers(MilterMessage *message)
{
	append_text(message, "\r\n");
}

void
message_add_body(MilterMessage *message, const void *chunk, size_t size)
{
	append(message, chunk, size);
}

GBytes *
message_take_bytes(MilterMessage *message)
{
	GByteArray *bytes = message->bytes;
	message->bytes = g_byte_array_new();
	return g_byte_array_free_to_bytes(bytes);
}
