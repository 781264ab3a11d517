/* network: see include/loket/network.h */
#include <arpa/inet.h>
#include <string.h>

#include <loket/error.h>
#include <loket/network.h>

enum {
	ADDRESS_BITS = 128,
	MAPPED_BITS = 96, /* before an IPv4 address in its mapped form */
};

static const uint8_t mapped_prefix[] = {0, 0, 0, 0, 0,	  0,
					0, 0, 0, 0, 0xff, 0xff};

/* Sets bits to the length that a full prefix has in the text's family. */
static bool
parse_address(const char *text, uint8_t address[16], unsigned *bits)
{
	*bits = ADDRESS_BITS;
	if (inet_pton(AF_INET6, text, address) == 1)
		return true;
	*bits = ADDRESS_BITS - MAPPED_BITS;
	memcpy(address, mapped_prefix, sizeof(mapped_prefix));
	return inet_pton(AF_INET, text, address + sizeof(mapped_prefix)) == 1;
}

static bool
has_bits_past(const uint8_t address[16], unsigned prefix_bits)
{
	for (unsigned bit = prefix_bits; bit < ADDRESS_BITS; bit++) {
		if (address[bit / 8] & (0x80 >> bit % 8))
			return true;
	}
	return false;
}

static bool
fail(GError **error, const char *message)
{
	g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_CONFIG, message);
	return false;
}

bool
network_parse(const char *text, Network *network, GError **error)
{
	const char *slash = strchr(text, '/');
	g_autofree char *address =
		slash ? g_strndup(text, slash - text) : g_strdup(text);
	Network parsed;
	unsigned bits;
	if (!parse_address(address, parsed.address, &bits))
		return fail(error, "no IP address");
	guint64 prefix = bits;
	if (slash &&
	    !g_ascii_string_to_unsigned(slash + 1, 10, 0, bits, &prefix, NULL))
		return fail(error, "prefix length out of range");
	parsed.prefix_bits = (unsigned)prefix + ADDRESS_BITS - bits;
	if (has_bits_past(parsed.address, parsed.prefix_bits))
		return fail(error, "bits set past the prefix");
	*network = parsed;
	return true;
}

static bool
contains(const Network *network, const uint8_t address[16])
{
	unsigned whole = network->prefix_bits / 8;
	unsigned rest = network->prefix_bits % 8;
	if (memcmp(network->address, address, whole) != 0)
		return false;
	if (rest == 0)
		return true;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));
	return ((network->address[whole] ^ address[whole]) & mask) == 0;
}

bool
network_list_contains(const GArray *networks, const char *ip)
{
	if (!ip)
		return false;
	if (g_ascii_strncasecmp(ip, "IPv6:", strlen("IPv6:")) == 0)
		ip += strlen("IPv6:");
	uint8_t address[16];
	unsigned bits;
	if (!parse_address(ip, address, &bits))
		return false;
	for (size_t i = 0; i < networks->len; i++) {
		if (contains(&g_array_index(networks, Network, i), address))
			return true;
	}
	return false;
}
