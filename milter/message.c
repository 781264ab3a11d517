/* message: see message.h */
#include <stdatomic.h>
#include <string.h>

#include <loket/address.h>
#include <loket/error.h>

#include "message.h"

#define OUR_PREFIX "Loket-"

MilterMessage *
message_new(const char *sender_path, MessageBudget *budget)
{
	MilterMessage *message = g_new0(MilterMessage, 1);
	message->envelope = envelope_new();
	message->envelope->sender = address_of_path(sender_path);
	message->bytes = g_byte_array_new();
	message->ours = g_ptr_array_new_with_free_func(g_free);
	message->budget = budget;
	return message;
}

static bool
hold(MilterMessage *message, size_t size)
{
	_Atomic gssize *left = &message->budget->left_bytes;
	if (atomic_fetch_sub(left, (gssize)size) < (gssize)size) {
		(void)atomic_fetch_add(left, (gssize)size);
		return false;
	}
	message->held_bytes += size;
	return true;
}

static void
drop_bytes(MilterMessage *message)
{
	g_byte_array_unref(message->bytes);
	message->budget->left_bytes += (gssize)message->held_bytes;
	message->held_bytes = 0;
}

void
message_free(MilterMessage *message)
{
	if (!message)
		return;
	drop_bytes(message);
	envelope_free(message->envelope);
	g_ptr_array_unref(message->ours);
	g_clear_error(&message->refusal);
	g_free(message);
}

static void
refuse(MilterMessage *message, enum LoketError code, const char *why)
{
	g_set_error_literal(&message->refusal, LOKET_ERROR, code, why);
	drop_bytes(message);
	message->bytes = g_byte_array_new();
}

static void
append(MilterMessage *message, const void *data, size_t size)
{
	if (message->refusal)
		return;
	if (size > MESSAGE_BYTES_MAX - message->bytes->len)
		refuse(message, LOKET_ERROR_PERMANENT,
		       "552 5.3.4 The mail is longer than 256 MiB");
	else if (!hold(message, size))
		refuse(message, LOKET_ERROR_TEMPORARY,
		       "too much mail is under way at once");
	else
		(void)g_byte_array_append(message->bytes, data, (guint)size);
}

static void
append_text(MilterMessage *message, const char *text)
{
	append(message, text, strlen(text));
}

static void
note_ours(MilterMessage *message, const char *name)
{
	if (message->refusal ||
	    g_ascii_strncasecmp(name, OUR_PREFIX, strlen(OUR_PREFIX)) != 0)
		return;
	if (message->ours->len < MESSAGE_OURS_MAX)
		g_ptr_array_add(message->ours, g_strdup(name));
	else
		refuse(message, LOKET_ERROR_PERMANENT,
		       "550 5.6.0 Too many " OUR_PREFIX "* header fields");
}

/* libmilter ends folded lines with LF; on the wire they ended with CRLF. */
void
message_add_header(MilterMessage *message, const char *name, const char *value,
		   bool has_lead)
{
	note_ours(message, name);
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
