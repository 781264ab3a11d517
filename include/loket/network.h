/*
 * network: IPv4 and IPv6 networks, as a configuration lists them.
 *
 * A Network is an address with a prefix length (RFC 4632, RFC 4291 2.3). An
 * IPv4 address and its IPv4-mapped IPv6 form (RFC 4291 2.5.5.2) are one.
 */
#ifndef LOKET_NETWORK_H
#define LOKET_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/* IPv4 is held in its mapped form, so that one comparison serves both. */
typedef struct Network {
	uint8_t address[16];
	unsigned prefix_bits; /* 0 to 128 */
} Network;

/*
 * Reads "192.0.2.0/24", "2001:db8::/32" or a single address. Bits past the
 * prefix must be zero. LOKET_ERROR_CONFIG: it is none of these.
 */
bool network_parse(const char *text, Network *network, GError **error);

/*
 * Whether ip, an address in text as a mail server gives it ("192.0.2.1",
 * "2001:db8::1", "IPv6:2001:db8::1"), lies in one of the networks, a GArray
 * of Network. False for NULL and for what is no address.
 */
bool network_list_contains(const GArray *networks, const char *ip);

#endif
