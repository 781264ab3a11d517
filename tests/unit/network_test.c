/* network: what lies in a network of the configuration */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loket/error.h>
#include <loket/network.h>

static GArray *
list_of(const char *text)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(Network));
	Network network;
	assert_true(network_parse(text, &network, NULL));
	g_array_append_val(list, network);
	return list;
}

static void
tells_what_lies_in_a_network(void **state)
{
	(void)state;
	static const struct {
		const char *network;
		const char *ip;
		bool want;
	} cases[] = {
		{"192.0.2.0/24", "192.0.2.0", true},
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/24", "::ffff:192.0.2.7", true},
		{"192.0.2.0/24", "IPv6:::ffff:192.0.2.7", true},
		{"192.0.2.8/29", "192.0.2.15", true},
		{"192.0.2.8/29", "192.0.2.16", false},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"0.0.0.0/0", "203.0.113.9", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "192.0.2.1", true},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::1", false},
		{"2001:db8::/32", "IPv6:2001:db8::1", true},
		{"2001:db8::/32", "2001:DB8::A", true},
		{"2001:db8::1", "2001:db8::1", true},
		{"2001:db8::1", "2001:db8::2", false},
		{"0.0.0.0/0", "192.0.2", false},
		{"0.0.0.0/0", "192.0.2.1 ", false},
		{"::/0", "", false},
		{"::/0", "localhost", false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GArray) list = list_of(cases[i].network);
		bool is_in = network_list_contains(list, cases[i].ip);
		if (is_in != cases[i].want)
			fail_msg("%s in %s", cases[i].ip, cases[i].network);
	}
}

static void
has_nothing_in_an_empty_list(void **state)
{
	(void)state;
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Network));
	assert_false(network_list_contains(list, "192.0.2.1"));
	assert_false(network_list_contains(list, NULL));
}

static void
finds_an_address_in_any_of_several(void **state)
{
	(void)state;
	g_autoptr(GArray) list = list_of("192.0.2.0/24");
	Network second;
	assert_true(network_parse("2001:db8::/32", &second, NULL));
	g_array_append_val(list, second);
	assert_true(network_list_contains(list, "192.0.2.1"));
	assert_true(network_list_contains(list, "2001:db8::1"));
	assert_false(network_list_contains(list, "198.51.100.1"));
	assert_false(network_list_contains(list, NULL));
}

static void
refuses_what_is_no_network(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		"/",
		"192.0.2.0/",
		"/24",
		"192.0.2.0/33",
		"192.0.2.0/-1",
		"192.0.2.0/+8",
		"192.0.2.0/ 24",
		"192.0.2.0/24x",
		"192.0.2.1/24",
		"192.0.2/24",
		"192.0.2.0/255.255.255.0",
		"host.example",
		"2001:db8::/129",
		"2001:db8::1/64",
		"[::1]",
		" 192.0.2.1",
		"192.0.2.0/24/24",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		Network network;
		if (network_parse(cases[i], &network, &error))
			fail_msg("took \"%s\"", cases[i]);
		assert_true(g_error_matches(error, LOKET_ERROR,
					    LOKET_ERROR_CONFIG));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_lies_in_a_network),
		cmocka_unit_test(has_nothing_in_an_empty_list),
		cmocka_unit_test(finds_an_address_in_any_of_several),
		cmocka_unit_test(refuses_what_is_no_network),
	};
	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
