/*
 * flood: a mail server's side of the milter protocol, under a flood.
 *
 * usage: flood [--rate=N] [--seconds=N] [--senders=N] [--domains=N]
 *              SOCKET RECIPIENT...
 *
 * Offers mails at a steady rate to a milter on a unix socket, as Postfix does:
 * a session for each of the SMTP clients that write at once, a few mails in
 * each, an ABORT behind every mail. The steps that the milter wants unanswered
 * are not waited for. Each mail differs from all others; the senders and their
 * domains take turns, as do the recipients. Nothing says who a sender really
 * is: they are forged.
 *
 * Prints one line of NAME=NUMBER: the mails that were sent; those that were
 * accepted, that is answered with accept or continue at their end, and the
 * refused, which is all others; how many were done a second; and the median,
 * 99th percentile and maximum of the microseconds between the end of a mail
 * and the answer to it.
 *
 * The protocol is version 6, as in libmilter/mfdef.h.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <libmilter/mfdef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

/* How many SMTP clients write at once, and the mails of a session. */
#define SESSIONS 16
#define SESSION_MAILS 20
/* A milter that is silent for longer is given up. */
#define SILENCE_S 60
/* What an answer may be; Loket's are below 1 kB. */
#define ANSWER_MAX 65536u
/* About 4 kB. */
#define BODY_LINES 50

#define RATE_MAX 100000
#define SECONDS_MAX 600
#define SENDERS_MAX 1000000

/* No answer came to the end of the mail. */
#define UNANSWERED (-1)

/* What is offered to whom; only read while it lasts, but for the last part. */
typedef struct Flood {
	const char *socket;
	char **recipients;
	int n_recipients;
	int n_senders;
	int n_domains;
	int rate; /* mails a second */
	int n_mails;
	gint64 start_us;     /* monotonic */
	gint64 *answered_us; /* by mail: how long its answer took */
	int next;	     /* atomic: the first mail that nobody has taken */
	int n_accepted;	     /* atomic */
} Flood;

typedef struct Mail {
	char *sender;
	const char *recipient;
	char *queue_id;
	char *message_id;
	char *subject;
	GString *body;
} Mail;

static void
mail_init(Mail *mail, const Flood *flood, int n)
{
	int sender = n % flood->n_senders;
	int domain = sender % flood->n_domains;
	mail->sender =
		g_strdup_printf("customer%d@company%d.example", sender, domain);
	mail->recipient = flood->recipients[n % flood->n_recipients];
	mail->queue_id = g_strdup_printf("F%08X", n);
	mail->message_id = g_strdup_printf("<%d.%d@company%d.example>", n,
					   (int)getpid(), domain);
	mail->subject = g_strdup_printf("Question %d about our order", n);
	mail->body = g_string_new("Hello,\r\n\r\n");
	for (int i = 0; i < BODY_LINES; i++)
		g_string_append_printf(mail->body,
				       "%d. Where are parcel %d-%d and the "
				       "bill for it that you promised?\r\n",
				       i + 1, n, i);
}

static void
mail_clear(Mail *mail)
{
	g_free(mail->sender);
	g_free(mail->queue_id);
	g_free(mail->message_id);
	g_free(mail->subject);
	g_string_free(mail->body, TRUE);
}

/* A connection to the milter. What is sent gathers until it has to leave. */
typedef struct Session {
	FILE *in; /* NULL: not connected */
	int fd;
	uint32_t steps; /* SMFIP_*, as agreed */
	int n_mails;
	GString *out;
	GString *answer; /* the kind, SMFIR_*, and its data */
} Session;

static void
put(Session *session, char command, const char *data, size_t size)
{
	uint32_t length = htonl((uint32_t)size + 1);
	g_string_append_len(session->out, (const char *)&length,
			    sizeof(length));
	g_string_append_c(session->out, command);
	g_string_append_len(session->out, data, (gssize)size);
}

/* With its NUL, which parts it from what follows. */
static void
add_string(GString *data, const char *text)
{
	g_string_append_len(data, text, (gssize)strlen(text) + 1);
}

/* The macro of a step that follows. */
static void
put_macro(Session *session, char step, const char *name, const char *value)
{
	GString *data = g_string_new(NULL);
	g_string_append_c(data, step);
	add_string(data, name);
	add_string(data, value);
	put(session, SMFIC_MACRO, data->str, data->len);
	g_string_free(data, TRUE);
}

static bool
flush(Session *session)
{
	const GString *out = session->out;
	size_t sent = 0;
	while (sent < out->len) {
		ssize_t n = send(session->fd, out->str + sent, out->len - sent,
				 MSG_NOSIGNAL);
		if (n < 0)
			return false;
		sent += (size_t)n;
	}
	g_string_truncate(session->out, 0);
	return true;
}

static bool
read_answer(Session *session)
{
	uint32_t length;
	if (fread(&length, sizeof(length), 1, session->in) != 1)
		return false;
	length = ntohl(length);
	if (length < 1 || length > ANSWER_MAX)
		return false;
	g_string_set_size(session->answer, length);
	return fread(session->answer->str, length, 1, session->in) == 1;
}

static bool
is_answered(const Session *session, char kind)
{
	return session->answer->str[0] == kind;
}

/* What the milter may have changed about a step. */
typedef struct Step {
	char command;
	uint32_t unwanted;
	uint32_t silent;
} Step;

static const Step steps[] = {
	{SMFIC_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN},
	{SMFIC_HELO, SMFIP_NOHELO, SMFIP_NR_HELO},
	{SMFIC_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL},
	{SMFIC_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT},
	{SMFIC_DATA, SMFIP_NODATA, SMFIP_NR_DATA},
	{SMFIC_HEADER, SMFIP_NOHDRS, SMFIP_NR_HDR},
	{SMFIC_EOH, SMFIP_NOEOH, SMFIP_NR_EOH},
	{SMFIC_BODY, SMFIP_NOBODY, SMFIP_NR_BODY},
};

static const Step *
step_of(char command)
{
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
		if (steps[i].command == command)
			return &steps[i];
	g_assert_not_reached();
}

/* False: the milter has gone, or does not want the mail. */
static bool
take_step(Session *session, char command, const char *data, size_t size)
{
	const Step *step = step_of(command);
	if (session->steps & step->unwanted)
		return true;
	put(session, command, data, size);
	if (session->steps & step->silent)
		return true;
	return flush(session) && read_answer(session) &&
	       is_answered(session, SMFIR_CONTINUE);
}

static bool
connect_to(Session *session, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval silence = {.tv_sec = SILENCE_S};
	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence,
		       sizeof(silence)) ||
	    !(session->in = fdopen(fd, "r"))) {
		(void)close(fd);
		return false;
	}
	session->fd = fd;
	session->n_mails = 0;
	return true;
}

/* Everything is offered; what the milter wants of it is agreed. */
static bool
negotiate(Session *session)
{
	const uint32_t offer[] = {htonl(SMFI_PROT_VERSION),
				  htonl(SMFI_CURR_ACTS), htonl(SMFI_CURR_PROT)};
	uint32_t agreed[G_N_ELEMENTS(offer)];
	put(session, SMFIC_OPTNEG, (const char *)offer, sizeof(offer));
	if (!flush(session) || !read_answer(session) ||
	    !is_answered(session, SMFIC_OPTNEG) ||
	    session->answer->len < 1 + sizeof(agreed))
		return false;
	memcpy(agreed, session->answer->str + 1, sizeof(agreed));
	session->steps = ntohl(agreed[2]);
	return true;
}

/* The client's name, SMFIA_INET, its port and address (192.0.2.0/24 is of
 * RFC 5737), and what it calls itself. */
static bool
greet(Session *session)
{
	static const char client[] = "client.example\0"
				     "4"
				     "\x30\x39"
				     "192.0.2.7";
	static const char name[] = "client.example";
	return take_step(session, SMFIC_CONNECT, client, sizeof(client)) &&
	       take_step(session, SMFIC_HELO, name, sizeof(name));
}

static void
session_init(Session *session)
{
	*session = (Session){.out = g_string_new(NULL),
			     .answer = g_string_new(NULL)};
}

static void
session_close(Session *session)
{
	if (session->in)
		(void)fclose(session->in);
	session->in = NULL;
	session->steps = 0;
	g_string_truncate(session->out, 0);
}

static void
session_quit(Session *session)
{
	if (!session->in)
		return;
	put(session, SMFIC_QUIT, "", 0);
	(void)flush(session);
	session_close(session);
}

static void
session_clear(Session *session)
{
	session_quit(session);
	g_string_free(session->out, TRUE);
	g_string_free(session->answer, TRUE);
}

/* A client that has written its mails goes, and another one comes. */
static bool
session_open(Session *session, const char *path)
{
	if (session->in && session->n_mails < SESSION_MAILS)
		return true;
	session_quit(session);
	return connect_to(session, path) && negotiate(session) &&
	       greet(session);
}

static bool
send_path(Session *session, char command, const char *address)
{
	g_autofree char *path = g_strdup_printf("<%s>", address);
	return take_step(session, command, path, strlen(path) + 1);
}

/* Postfix has a queue id from the first recipient on. */
static bool
send_envelope(Session *session, const Mail *mail)
{
	if (!send_path(session, SMFIC_MAIL, mail->sender))
		return false;
	put_macro(session, SMFIC_RCPT, "{rcpt_addr}", mail->recipient);
	if (!send_path(session, SMFIC_RCPT, mail->recipient))
		return false;
	put_macro(session, SMFIC_DATA, "i", mail->queue_id);
	return take_step(session, SMFIC_DATA, "", 0);
}

/* Postfix tells the macros of the end of the header before each field. */
static bool
send_field(Session *session, const Mail *mail, const char *name,
	   const char *value)
{
	GString *field = g_string_new(NULL);
	add_string(field, name);
	if (session->steps & SMFIP_HDR_LEADSPC)
		g_string_append_c(field, ' ');
	add_string(field, value);
	put_macro(session, SMFIC_HEADER, "i", mail->queue_id);
	bool ok = take_step(session, SMFIC_HEADER, field->str, field->len);
	g_string_free(field, TRUE);
	return ok;
}

static bool
send_header(Session *session, const Mail *mail)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *date =
		g_date_time_format(now, "%a, %d %b %Y %H:%M:%S +0000");
	const char *const fields[][2] = {
		{"Date", date},
		{"From", mail->sender},
		{"To", mail->recipient},
		{"Subject", mail->subject},
		{"Message-ID", mail->message_id},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "7bit"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (!send_field(session, mail, fields[i][0], fields[i][1]))
			return false;
	put_macro(session, SMFIC_EOH, "i", mail->queue_id);
	return take_step(session, SMFIC_EOH, "", 0);
}

/* All that comes before the end. */
static bool
send_mail(Session *session, const Mail *mail)
{
	return send_envelope(session, mail) && send_header(session, mail) &&
	       take_step(session, SMFIC_BODY, mail->body->str,
			 mail->body->len) &&
	       flush(session);
}

/* What is no answer yet: changes to the mail, and that it takes longer. */
static bool
is_change(const Session *session)
{
	static const char changes[] = {SMFIR_ADDRCPT,	  SMFIR_DELRCPT,
				       SMFIR_ADDRCPT_PAR, SMFIR_REPLBODY,
				       SMFIR_CHGFROM,	  SMFIR_ADDHEADER,
				       SMFIR_INSHEADER,	  SMFIR_CHGHEADER,
				       SMFIR_PROGRESS,	  SMFIR_QUARANTINE};
	return memchr(changes, session->answer->str[0], sizeof(changes));
}

/* The time runs from when the mail has left but for its end. */
static bool
end_mail(Session *session, const Mail *mail, gint64 *took_us)
{
	gint64 start_us = g_get_monotonic_time();
	put_macro(session, SMFIC_BODYEOB, "i", mail->queue_id);
	put(session, SMFIC_BODYEOB, "", 0);
	if (!flush(session))
		return false;
	do {
		if (!read_answer(session))
			return false;
	} while (is_change(session));
	*took_us = g_get_monotonic_time() - start_us;
	return true;
}

static bool
offer(Session *session, const Flood *flood, const Mail *mail, gint64 *took_us)
{
	if (!session_open(session, flood->socket) ||
	    !send_mail(session, mail) || !end_mail(session, mail, took_us))
		return false;
	session->n_mails++;
	put(session, SMFIC_ABORT, "", 0);
	return is_answered(session, SMFIR_ACCEPT) ||
	       is_answered(session, SMFIR_CONTINUE);
}

static void
offer_mail(Session *session, Flood *flood, int n)
{
	Mail mail;
	gint64 took_us = UNANSWERED;
	mail_init(&mail, flood, n);
	if (offer(session, flood, &mail, &took_us))
		(void)g_atomic_int_add(&flood->n_accepted, 1);
	else
		session_quit(session);
	flood->answered_us[n] = took_us;
	mail_clear(&mail);
}

static void
wait_for_turn(const Flood *flood, int n)
{
	gint64 turn_us =
		flood->start_us + (gint64)n * G_USEC_PER_SEC / flood->rate;
	gint64 early_us = turn_us - g_get_monotonic_time();
	if (early_us > 0)
		g_usleep((gulong)early_us);
}

/* Whoever is free takes the next mail, so that a slow answer delays no other
 * mail while there are sessions left. */
static void *
write_mails(void *data)
{
	Flood *flood = data;
	Session session;
	session_init(&session);
	int n;
	while ((n = g_atomic_int_add(&flood->next, 1)) < flood->n_mails) {
		wait_for_turn(flood, n);
		offer_mail(&session, flood, n);
	}
	session_clear(&session);
	return NULL;
}

/* Returns how long it lasted. */
static gint64
run(Flood *flood)
{
	GThread *threads[SESSIONS];
	flood->start_us = g_get_monotonic_time();
	for (size_t i = 0; i < SESSIONS; i++)
		threads[i] = g_thread_new("session", write_mails, flood);
	for (size_t i = 0; i < SESSIONS; i++)
		(void)g_thread_join(threads[i]);
	return g_get_monotonic_time() - flood->start_us;
}

static int
compare(const void *a, const void *b)
{
	const gint64 *one = a, *other = b;
	return (*one > *other) - (*one < *other);
}

/* Of those that were answered; 0 when none was. */
static gint64
percentile(const Flood *flood, int percent)
{
	int n = flood->n_mails, first = 0;
	while (first < n && flood->answered_us[first] == UNANSWERED)
		first++;
	if (first == n)
		return 0;
	int rank = (int)(((gint64)(n - first) * percent + 99) / 100);
	return flood->answered_us[first + rank - 1];
}

static void
print_result(Flood *flood, gint64 lasted_us)
{
	int accepted = g_atomic_int_get(&flood->n_accepted);
	qsort(flood->answered_us, (size_t)flood->n_mails, sizeof(gint64),
	      compare);
	(void)printf("sent=%d accepted=%d refused=%d rate=%.1f "
		     "p50=%" G_GINT64_FORMAT " p99=%" G_GINT64_FORMAT
		     " max=%" G_GINT64_FORMAT "\n",
		     flood->n_mails, accepted, flood->n_mails - accepted,
		     flood->n_mails * (double)G_USEC_PER_SEC /
			     (double)lasted_us,
		     percentile(flood, 50), percentile(flood, 99),
		     percentile(flood, 100));
}

/* False: the command line is wrong. */
static bool
read_arguments(int argc, char **argv, Flood *flood)
{
	int seconds = 10;
	const GOptionEntry options[] = {
		{"rate", 0, 0, G_OPTION_ARG_INT, &flood->rate, NULL, NULL},
		{"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, NULL, NULL},
		{"senders", 0, 0, G_OPTION_ARG_INT, &flood->n_senders, NULL,
		 NULL},
		{"domains", 0, 0, G_OPTION_ARG_INT, &flood->n_domains, NULL,
		 NULL},
		G_OPTION_ENTRY_NULL};
	GOptionContext *context = g_option_context_new(NULL);
	g_option_context_add_main_entries(context, options, NULL);
	bool ok = g_option_context_parse(context, &argc, &argv, NULL);
	g_option_context_free(context);
	if (!ok || argc < 3 || flood->rate < 1 || flood->rate > RATE_MAX ||
	    seconds < 1 || seconds > SECONDS_MAX || flood->n_senders < 1 ||
	    flood->n_senders > SENDERS_MAX || flood->n_domains < 1)
		return false;
	flood->socket = argv[1];
	flood->recipients = &argv[2];
	flood->n_recipients = argc - 2;
	flood->n_mails = flood->rate * seconds;
	return true;
}

int
main(int argc, char **argv)
{
	Flood flood = {.rate = 1000, .n_senders = 500, .n_domains = 50};
	if (!read_arguments(argc, argv, &flood)) {
		(void)fprintf(stderr, "usage: flood [--rate=N] [--seconds=N] "
				      "[--senders=N] [--domains=N] "
				      "SOCKET RECIPIENT...\n");
		return EX_USAGE;
	}
	flood.answered_us = g_new(gint64, (gsize)flood.n_mails);
	print_result(&flood, run(&flood));
	g_free(flood.answered_us);
	return EX_OK;
}
