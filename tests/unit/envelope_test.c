/* envelope: begins with nothing told, and owns what it is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loket/envelope.h>

static void
begins_with_nothing_told(void **state)
{
	(void)state;
	g_autoptr(Envelope) envelope = envelope_new();
	/* not "": that would be the null sender */
	assert_null(envelope->sender);
	assert_null(envelope->login);
	assert_null(envelope->client);
	assert_null(envelope->queue_id);
	assert_non_null(envelope->recipients);
	assert_int_equal(envelope->recipients->len, 0);
}

/* The leak checker of the sanitized run is what this one asks. */
static void
owns_what_it_is_given(void **state)
{
	(void)state;
	Envelope *envelope = envelope_new();
	envelope->sender = g_strdup("customer@home.example");
	envelope->login = g_strdup("jan");
	envelope->client = g_strdup("192.0.2.1");
	envelope->queue_id = g_strdup("4XyZ");
	for (int i = 0; i < 100; i++)
		g_ptr_array_add(envelope->recipients,
				g_strdup_printf("r%d@acme.example", i));
	assert_string_equal(envelope->recipients->pdata[99],
			    "r99@acme.example");
	envelope_free(envelope);
}

static void
frees_what_is_not_there(void **state)
{
	(void)state;
	envelope_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_nothing_told),
		cmocka_unit_test(owns_what_it_is_given),
		cmocka_unit_test(frees_what_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
