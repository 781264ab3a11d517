/* check: whether a text has the form that a key wants. */
#ifndef LOKET_CONFIG_CHECK_H
#define LOKET_CONFIG_CHECK_H

#include <stdbool.h>

/* UTF-8 without control characters. The checks below suppose it. */
bool is_line(const char *text);

/* A mail address as it stands in an envelope, "jan@acme.example". */
bool is_address(const char *text);

/* An address, or "@acme.example" for all of a domain. */
bool is_address_or_domain(const char *text);

/* A domain name, "acme.example" (RFC 1035 2.3.1, digits and UTF-8 too). */
bool is_domain(const char *text);

/* A milter socket: unix:PATH, inet:PORT[@HOST] or inet6:PORT[@HOST]. */
bool is_socket(const char *text);

/* sqlite:PATH or a postgresql URI. */
bool is_store(const char *text);

/* smtp://HOST[:PORT] or smtps://HOST[:PORT]. */
bool is_relay(const char *text);

/* An http or https URL. */
bool is_web_url(const char *text);

/* An imap or imaps URL (RFC 5092). */
bool is_mailbox_url(const char *text);

/* What may stand before the number in "[TAG #2600042179]": ASCII that needs
 * no encoding in a header, without brackets and #. */
bool is_tag(const char *text);

/* A language as in ISO 639: two or three letters. */
bool is_language(const char *text);

/* A name of the IANA time zone database, "Europe/Amsterdam". */
bool is_timezone(const char *text);

/* Not empty. */
bool is_path(const char *text);

/* One punctuation character other than @, or none. */
bool is_delimiter(const char *text);

/* A keyword or flag of IMAP (RFC 9051 9, flag). */
bool is_mail_flag(const char *text);

#endif
