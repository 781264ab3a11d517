/* message: a mail in the pieces in which a milter gets it. */
#include "../../milter/message.h"
#include "fuzz.h"

/* The first lines are header fields, NAME:VALUE, up to an empty one. */
static const char *
add_headers(MilterMessage *message, char **lines, guint *count)
{
	for (; lines[*count] && *lines[*count]; ++*count) {
		char *value = strchr(lines[*count], ':');
		if (!value)
			break;
		*value++ = '\0';
		message_add_header(message, lines[*count], value,
				   *value == ' ');
	}
	return lines[*count] ? lines[*count] : "";
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static MessageBudget budget = {.left_bytes = 1 << 24};
	gssize before = budget.left_bytes;
	g_autofree char *text = fuzz_text(data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint count = 0;
	{
		g_autoptr(MilterMessage) message =
			message_new(lines[0] ? lines[0] : "", &budget);
		const char *body = add_headers(message, lines, &count);
		message_end_headers(message);
		message_add_body(message, body, strlen(body));
		g_autoptr(GBytes) bytes = message_take_bytes(message);
		g_assert_true(message->refusal || g_bytes_get_size(bytes) >= 2);
	}
	g_assert_true(budget.left_bytes == before);
	return 0;
}
