/* envelope: see include/loket/envelope.h */
#include <loket/envelope.h>

Envelope *
envelope_new(void)
{
	Envelope *envelope = g_new0(Envelope, 1);
	envelope->recipients = g_ptr_array_new_with_free_func(g_free);
	return envelope;
}

void
envelope_free(Envelope *envelope)
{
	if (!envelope)
		return;
	g_free(envelope->sender);
	g_ptr_array_unref(envelope->recipients);
	g_free(envelope->login);
	g_free(envelope->client);
	g_free(envelope->queue_id);
	g_free(envelope);
}
