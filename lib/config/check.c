/* check: see check.h */
#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

#include <loket/clock.h>

#include "check.h"

enum {
	ADDRESS_MAX = 254,   /* RFC 5321 4.5.3.1.3, without the brackets */
	LOCAL_PART_MAX = 64, /* RFC 5321 4.5.3.1.1 */
	DOMAIN_MAX = 253,
	TAG_MAX = 40, /* leaves room for the number on one header line */
	PORT_MAX = 65535,
};

bool
is_line(const char *text)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (const char *p = text; *p; p += g_utf8_skip[(guchar)*p]) {
		if (g_unichar_iscntrl(g_utf8_get_char(p)))
			return false;
	}
	return true;
}

static bool
is_label_char(unsigned char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '_' || c >= 0x80;
}

bool
is_domain(const char *text)
{
	if (!*text || strlen(text) > DOMAIN_MAX)
		return false;
	char before = '.';
	for (const char *p = text; *p; before = *p++) {
		if (*p == '.' ? before == '.' : !is_label_char(*p))
			return false;
	}
	return before != '.';
}

bool
is_address(const char *text)
{
	const char *at = strrchr(text, '@');
	if (!at || at == text || at - text > LOCAL_PART_MAX)
		return false;
	size_t local = strcspn(text, " <>()[]\\,;:\"@");
	return local == (size_t)(at - text) && is_domain(at + 1) &&
	       strlen(text) <= ADDRESS_MAX;
}

bool
is_address_or_domain(const char *text)
{
	return *text == '@' ? is_domain(text + 1) : is_address(text);
}

static bool
is_port(const char *text, size_t length)
{
	g_autofree char *digits = g_strndup(text, length);
	guint64 port;
	return g_ascii_string_to_unsigned(digits, 10, 1, PORT_MAX, &port, NULL);
}

static bool
is_inet_socket(const char *text)
{
	size_t port = strcspn(text, "@");
	return is_port(text, port) && (!text[port] || text[port + 1]);
}

bool
is_socket(const char *text)
{
	if (g_str_has_prefix(text, "unix:"))
		return text[strlen("unix:")] != '\0';
	if (g_str_has_prefix(text, "inet:"))
		return is_inet_socket(text + strlen("inet:"));
	if (g_str_has_prefix(text, "inet6:"))
		return is_inet_socket(text + strlen("inet6:"));
	return false;
}

bool
is_store(const char *text)
{
	if (g_str_has_prefix(text, "sqlite:"))
		return text[strlen("sqlite:")] != '\0';
	return g_str_has_prefix(text, "postgresql://") ||
	       g_str_has_prefix(text, "postgres://");
}

/* GLib takes any characters for a host, libcurl does not. */
static bool
is_host(const char *text)
{
	uint8_t address[16];
	return is_domain(text) || inet_pton(AF_INET6, text, address) == 1;
}

static bool
is_url(const char *text, const char *const *schemes)
{
	g_autofree char *scheme = NULL, *host = NULL;
	if (!g_uri_split(text, G_URI_FLAGS_NONE, &scheme, NULL, &host, NULL,
			 NULL, NULL, NULL, NULL))
		return false;
	return scheme && g_strv_contains(schemes, scheme) && host &&
	       is_host(host);
}

bool
is_relay(const char *text)
{
	const char *const schemes[] = {"smtp", "smtps", NULL};
	const char *path = strstr(text, "://");
	return is_url(text, schemes) && !strpbrk(path + 3, "/?#@");
}

bool
is_web_url(const char *text)
{
	const char *const schemes[] = {"http", "https", NULL};
	return is_url(text, schemes);
}

bool
is_mailbox_url(const char *text)
{
	const char *const schemes[] = {"imap", "imaps", NULL};
	return is_url(text, schemes);
}

bool
is_tag(const char *text)
{
	size_t length = strlen(text);
	if (length == 0 || length > TAG_MAX)
		return false;
	for (const char *p = text; *p; p++) {
		if (!g_ascii_isprint(*p) || strchr("[]#<>\"\\=?", *p))
			return false;
	}
	return text[0] != ' ' && text[length - 1] != ' ';
}

bool
is_language(const char *text)
{
	size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return (letters == 2 || letters == 3) && text[letters] == '\0';
}

bool
is_timezone(const char *text)
{
	g_autoptr(GTimeZone) zone = clock_zone(text);
	return zone != NULL;
}

bool
is_path(const char *text)
{
	return *text != '\0';
}

bool
is_delimiter(const char *text)
{
	return !*text ||
	       (g_ascii_ispunct(text[0]) && text[0] != '@' && text[1] == '\0');
}

bool
is_mail_flag(const char *text)
{
	const char *atom = *text == '\\' ? text + 1 : text;
	for (const char *p = atom; *p; p++) {
		if (!g_ascii_isgraph(*p) || strchr("(){%*\"\\]", *p))
			return false;
	}
	return *atom != '\0';
}
