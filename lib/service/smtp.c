/*
 * smtp: see include/loket/smtp.h
 *
 * A reply to MAIL, RCPT or DATA is about the mail. One to the connection, to
 * STARTTLS or to the login is about the relay, and says nothing against the
 * mail even when it begins with 5.
 */
#include <curl/curl.h>
#include <loket/error.h>
#include <loket/smtp.h>
#include <string.h>

#define CONNECT_TIMEOUT_S 10L
#define TIMEOUT_S 60U
#define WORDS_MAX 200
/* Bytes kept of a reply, which may have any number of lines. */
#define REPLY_MAX 1000
/* RFC 5321 4.5.3.1: 64 for the local part, 255 for the domain, and the @. */
#define ADDRESS_MAX 320

/* Bad sequence of commands: it is about what the session had before. */
#define BAD_SEQUENCE 503

struct SmtpClient {
	CURL *curl;
	const int *stop; /* NULL: nobody stops it */
};

/* One mail on its way. */
typedef struct Transfer {
	const char *mail;
	size_t size;
	size_t sent;
	/* The relay has said yes to DATA. */
	bool is_started;
	/* The lines of the last 4xx or 5xx reply, and whether they are all. */
	GString *reply;
	bool is_whole;
	char curl_error[CURL_ERROR_SIZE];
	const int *stop;
} Transfer;

/* Called about once a second: whether to give up. A mail that the relay has
 * begun to take is brought to its end. */
static int
watch_for_stop(void *data, curl_off_t total, curl_off_t now, curl_off_t of_all,
	       curl_off_t sent)
{
	const Transfer *transfer = data;
	(void)total, (void)now, (void)of_all, (void)sent;
	return transfer->stop && g_atomic_int_get(transfer->stop) &&
	       !transfer->is_started;
}

static size_t
read_mail(char *buffer, size_t size, size_t count, void *data)
{
	Transfer *transfer = data;
	size_t length = MIN(size * count, transfer->size - transfer->sent);
	memcpy(buffer, transfer->mail + transfer->sent, length);
	transfer->sent += length;
	transfer->is_started = true;
	return length;
}

/* libcurl hands over each line of a reply: RFC 5321 4.2. */
static size_t
read_reply(char *line, size_t size, size_t count, void *data)
{
	Transfer *transfer = data;
	size_t length = size * count;
	if (length < 4 || (line[0] != '4' && line[0] != '5'))
		return length;
	if (transfer->is_whole)
		g_string_truncate(transfer->reply, 0);
	if (transfer->reply->len + length <= REPLY_MAX)
		g_string_append_len(transfer->reply, line, (gssize)length);
	transfer->is_whole = line[3] != '-';
	return length;
}

static bool
is_relay_url(const char *url)
{
	CURLU *parts = curl_url();
	char *scheme = NULL;
	bool ok = parts &&
		  curl_url_set(parts, CURLUPART_URL, url,
			       CURLU_DISALLOW_USER) == CURLUE_OK &&
		  curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) ==
			  CURLUE_OK &&
		  (strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0);
	curl_free(scheme);
	curl_url_cleanup(parts);
	return ok;
}

static char *
read_password(const char *file, GError **error)
{
	if (!file || !*file) {
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
				    "the relay's login has no password file");
		return NULL;
	}
	g_autofree char *text = NULL;
	g_autoptr(GError) cause = NULL;
	if (!g_file_get_contents(file, &text, NULL, &cause)) {
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
				    cause->message);
		return NULL;
	}
	size_t length = strcspn(text, "\r\n");
	if (length == 0) {
		g_set_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
			    "%s:1: no password", file);
		return NULL;
	}
	return g_strndup(text, length);
}

/*
 * Where plain text would do, an attacker takes STARTTLS away and a certificate
 * proves nothing; and the mail server of this machine has a self-made one.
 */
static void
set_starttls(CURL *curl, bool has_login)
{
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 (long)(has_login ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, has_login ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, has_login ? 2L : 0L);
}

static void
set_transport(CURL *curl, const char *relay_url)
{
	curl_easy_setopt(curl, CURLOPT_URL, relay_url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	/* otherwise taken from the environment */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_mail);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, read_reply);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch_for_stop);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
}

SmtpClient *
smtp_client_new(const char *relay_url, const char *user,
		const char *password_file, GError **error)
{
	if (!is_relay_url(relay_url)) {
		/* without the URL: it may hold a password */
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_CONFIG,
				    "the relay is not smtp://HOST[:PORT] or "
				    "smtps://HOST[:PORT]");
		return NULL;
	}
	bool has_login = user && *user;
	g_autofree char *password = NULL;
	if (has_login && !(password = read_password(password_file, error)))
		return NULL;
	g_autoptr(SmtpClient) client = g_new0(SmtpClient, 1);
	client->curl = curl_easy_init();
	if (!client->curl) {
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
				    "libcurl does not start");
		return NULL;
	}
	set_transport(client->curl, relay_url);
	if (g_ascii_strncasecmp(relay_url, "smtps:", strlen("smtps:")) != 0)
		set_starttls(client->curl, has_login);
	if (has_login) {
		curl_easy_setopt(client->curl, CURLOPT_USERNAME, user);
		curl_easy_setopt(client->curl, CURLOPT_PASSWORD, password);
	}
	smtp_client_set_timeout(client, TIMEOUT_S);
	return g_steal_pointer(&client);
}

void
smtp_client_free(SmtpClient *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	g_free(client);
}

void
smtp_client_set_timeout(SmtpClient *client, unsigned int timeout_s)
{
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, (long)timeout_s);
	/* the answer to QUIT is not part of the whole */
	curl_easy_setopt(client->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
			 (long)timeout_s);
}

void
smtp_client_set_stop(SmtpClient *client, const int *stop)
{
	client->stop = stop;
}

/* What libcurl would put into a command line as it is. */
static bool
is_safe_address(const char *address)
{
	if (strlen(address) > ADDRESS_MAX ||
	    !g_utf8_validate(address, -1, NULL))
		return false;
	for (const char *p = address; *p; p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		if (g_unichar_iscntrl(c) || g_unichar_isspace(c) || c == '<' ||
		    c == '>')
			return false;
	}
	return true;
}

/* libcurl neither mends nor stuffs a line that ends in LF alone. */
static bool
has_only_crlf(const char *mail, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (mail[i] == '\n' && (i == 0 || mail[i - 1] != '\r'))
			return false;
		if (mail[i] == '\r' && (i + 1 == size || mail[i + 1] != '\n'))
			return false;
	}
	return true;
}

static bool
check_sendable(const char *sender, const char *recipient,
	       const Transfer *transfer, GError **error)
{
	const char *fault = NULL;
	if (!is_safe_address(sender))
		fault = "the sender's address cannot be sent";
	else if (!*recipient || !is_safe_address(recipient))
		fault = "the recipient's address cannot be sent";
	else if (!has_only_crlf(transfer->mail, transfer->size))
		fault = "the mail has a CR or LF alone";
	if (fault)
		g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_PERMANENT,
				    fault);
	return !fault;
}

static CURLcode
perform(CURL *curl, const char *sender, const char *recipient,
	Transfer *transfer)
{
	struct curl_slist *recipients = curl_slist_append(NULL, recipient);
	if (!recipients)
		return CURLE_OUT_OF_MEMORY;
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
			 (curl_off_t)transfer->size);
	curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->curl_error);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
	CURLcode result = curl_easy_perform(curl);
	/* a server that refuses at the end of the data may keep the mail's
	 * transaction open, and libcurl resets none */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT,
			 result == CURLE_OK ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
	curl_slist_free_all(recipients);
	return result;
}

/* One line of at most WORDS_MAX characters, words parted by one space. */
static char *
one_line(const char *words)
{
	g_autofree char *valid = g_utf8_make_valid(words, -1);
	GString *line = g_string_new(NULL);
	long length = 0;
	for (const char *p = valid; *p && length < WORDS_MAX;
	     p += g_utf8_skip[(guchar)*p]) {
		gunichar c = g_utf8_get_char(p);
		if (!g_unichar_isprint(c))
			c = ' ';
		if (c == ' ' && g_str_has_suffix(line->str, " "))
			continue;
		g_string_append_unichar(line, c);
		length++;
	}
	return g_strstrip(g_string_free(line, FALSE));
}

/* The reply that ended the transfer, 0 when there was none. */
static long
reply_code(CURL *curl)
{
	long code = 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	return code;
}

static void
set_send_error(CURL *curl, CURLcode result, const Transfer *transfer,
	       GError **error)
{
	long code = reply_code(curl);
	/* CURLE_SEND_ERROR: MAIL, RCPT or DATA was refused */
	bool is_refused = code >= 500 && code != BAD_SEQUENCE &&
			  (result == CURLE_SEND_ERROR || transfer->is_started);
	const char *words = curl_easy_strerror(result);
	if (code >= 400)
		words = transfer->reply->str;
	else if (result == CURLE_ABORTED_BY_CALLBACK)
		words = "stopped before the relay took it";
	else if (*transfer->curl_error)
		words = transfer->curl_error;
	g_autofree char *line = one_line(words);
	g_set_error_literal(error, LOKET_ERROR,
			    is_refused ? LOKET_ERROR_PERMANENT
				       : LOKET_ERROR_TEMPORARY,
			    line);
}

bool
smtp_send(SmtpClient *client, const char *sender, const char *recipient,
	  GBytes *mail, GError **error)
{
	Transfer transfer = {.is_whole = true, .stop = client->stop};
	transfer.mail = g_bytes_get_data(mail, &transfer.size);
	if (!check_sendable(sender, recipient, &transfer, error))
		return false;
	g_autoptr(GString) reply = g_string_new(NULL);
	transfer.reply = reply;
	CURLcode result = perform(client->curl, sender, recipient, &transfer);
	if (result != CURLE_OK)
		set_send_error(client->curl, result, &transfer, error);
	return result == CURLE_OK;
}
