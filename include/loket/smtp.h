/*
 * smtp: the way out for notifications, to the site's own mail server.
 *
 * A client keeps its connection between mails and belongs to one thread at a
 * time. TLS: always with an "smtps://" relay; with an "smtp://" relay by
 * STARTTLS, which a login requires and which is otherwise used where offered.
 * The certificate is checked unless plain text would have done as well. The
 * program ignores SIGPIPE.
 */
#ifndef LOKET_SMTP_H
#define LOKET_SMTP_H

#include <glib.h>
#include <stdbool.h>

typedef struct SmtpClient SmtpClient;

/*
 * A client of relay_url, "smtp://HOST[:PORT]" or "smtps://HOST[:PORT]". With
 * user (NULL or "" for no login) the first line of password_file is the
 * password. Nothing is connected yet.
 *
 * Returns NULL with LOKET_ERROR_CONFIG for another kind of URL or a password
 * that cannot be read.
 */
SmtpClient *smtp_client_new(const char *relay_url, const char *user,
			    const char *password_file, GError **error);
void smtp_client_free(SmtpClient *client);

/*
 * The longest that one smtp_send() may take, 60 s when never set; connecting
 * takes at most 10 s of it.
 */
void smtp_client_set_timeout(SmtpClient *client, unsigned int timeout_s);

/* Once *stop, read atomically, is not 0, a transfer ends within about a second,
 * LOKET_ERROR_TEMPORARY, unless the relay has begun to take the mail. stop is
 * borrowed. */
void smtp_client_set_stop(SmtpClient *client, const int *stop);

/*
 * Hands mail to the relay for one recipient; true once the relay has taken it.
 * sender is the sender of the envelope, "" for the null sender. mail is a whole
 * mail with CRLF line ends.
 *
 * LOKET_ERROR_PERMANENT when the relay refuses the mail (5xx but 503) or when
 * mail or an address cannot be sent at all: a bare CR or LF, a control
 * character, a space or an angle bracket in an address. LOKET_ERROR_TEMPORARY
 * for everything else: 4xx, no connection, no answer in time, a login or
 * certificate that fails. The message holds the relay's own words, one line of
 * at most 200 characters.
 */
bool smtp_send(SmtpClient *client, const char *sender, const char *recipient,
	       GBytes *mail, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmtpClient, smtp_client_free)

#endif
