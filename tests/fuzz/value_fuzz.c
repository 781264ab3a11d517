/* value: one word of a configuration or a command line, read as each kind
 * of value that a word can have. */
#include <loket/clock.h>
#include <loket/datetext.h>
#include <loket/endpoint.h>
#include <loket/network.h>
#include <loket/number.h>
#include <loket/smtp.h>

#include "../../lib/config/check.h"
#include "../../lib/config/duration.h"
#include "fuzz.h"

static void
read_duration(const char *text)
{
	int64_t seconds = -1;
	if (duration_parse(text, &seconds))
		g_assert_true(seconds >= 0 &&
			      seconds <=
				      DURATION_MAX_YEARS * INT64_C(31536000));
}

static void
read_time(const char *text)
{
	static GTimeZone *zone;
	int64_t instant;
	if (!zone)
		zone = clock_zone("Europe/Amsterdam");
	if (!clock_parse(text, zone, &instant, NULL))
		return;
	g_autofree char *written = clock_rfc3339(instant, zone);
	g_autofree char *words = date_text(instant, zone, "nl", 0);
	fuzz_assert_utf8(words ? words : "");
	int64_t again = 0;
	/* the years that RFC 3339 can tell */
	if (written && clock_parse(written, zone, &again, NULL))
		g_assert_cmpint(again, ==, instant);
}

static void
read_network(const char *text)
{
	Network network;
	if (!network_parse(text, &network, NULL))
		return;
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Network));
	g_autofree char *address = g_strndup(text, strcspn(text, "/"));
	g_array_append_val(list, network);
	g_assert_true(network_list_contains(list, address));
}

static void
read_relay(const char *text)
{
	g_autoptr(SmtpClient) client = smtp_client_new(text, NULL, NULL, NULL);
	/* what `loket check` lets pass must do */
	g_assert_true(!is_relay(text) || client);
}

static void
read_zone(const char *text)
{
	GTimeZone *zone = clock_zone(text);
	g_assert_true(!is_timezone(text) || zone);
	if (zone)
		g_time_zone_unref(zone);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = fuzz_text(data, size);
	read_duration(text);
	read_time(text);
	read_network(text);
	read_zone(text);
	/* as any text of a configuration must be */
	if (is_line(text))
		read_relay(text);
	(void)number_is_valid(text);
	(void)endpoint_path(text);
	(void)is_address_or_domain(text);
	(void)is_mailbox_url(text);
	(void)is_web_url(text);
	(void)is_socket(text);
	(void)is_store(text);
	return 0;
}
