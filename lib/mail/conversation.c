/*
 * conversation: what Outlook and Exchange call one.
 *
 * Thread-Index is base64 of MS-OXOMSG 2.2.1.3, PidTagConversationIndex: a
 * reserved byte, five of the time, 16 of a GUID, and five more for each reply.
 */
#include <string.h>

#include <loket/mail.h>

#define ID_BYTES 22
/* Of base64; what is left of the last one's bits belongs to a reply. */
#define ID_CHARACTERS 30

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

char *
mail_conversation(const Mail *mail)
{
	const char *value = mail_header(mail, "Thread-Index", 0);
	char head[] = "000000000000000000000000000000==";
	size_t n = 0;
	for (; value && *value && n < ID_CHARACTERS; value++)
		if (strchr(alphabet, *value))
			head[n++] = *value;
		else if (!g_ascii_isspace(*value))
			break;
	if (n < ID_CHARACTERS)
		return NULL;
	gsize length;
	g_autofree guchar *id = g_base64_decode(head, &length);
	return g_base64_encode(id, ID_BYTES);
}
