/* relay: a listener that speaks SMTP from a script, on a real socket. */
#ifndef LOKET_TESTS_RELAY_H
#define LOKET_TESTS_RELAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Instead of a reply: the connection ends, or nothing more is said on it. */
static const char DROP[] = "drop";
static const char STALL[] = "stall";

/* What a relay replies; NULL is the usual reply. */
typedef struct Script {
	const char *greeting, *ehlo, *mail, *rcpt, *data, *end;
	/* It hangs up after so many mails; 0 is never. */
	int mails;
	/* It thinks for so long about each sender. */
	int delay_ms;
} Script;

typedef struct Relay {
	const Script *_Atomic script;
	int listener;
	char url[64];
	GThread *thread;
	GPtrArray *conversations; /* of GThread */
	GMutex lock;		  /* of what follows */
	int at_once;
	/* To be read after relay_stop(). */
	GString *heard;
	int connections;
	int most_at_once; /* senders it thinks about */
} Relay;

typedef struct Conversation {
	Relay *relay;
	int fd;
} Conversation;

static inline void
hear(Relay *relay, const char *line)
{
	g_mutex_lock(&relay->lock);
	g_string_append(relay->heard, line);
	g_mutex_unlock(&relay->lock);
}

static inline void
count_at_once(Relay *relay, int change)
{
	g_mutex_lock(&relay->lock);
	relay->at_once += change;
	relay->most_at_once = MAX(relay->most_at_once, relay->at_once);
	g_mutex_unlock(&relay->lock);
}

static inline bool
say(int fd, FILE *in, const char *reply, const char *usual)
{
	if (reply == DROP)
		return false;
	if (reply == STALL) {
		while (getc(in) != EOF)
			continue;
		return false;
	}
	g_autofree char *line =
		g_strconcat(reply ? reply : usual, "\r\n", NULL);
	size_t length = strlen(line);
	return send(fd, line, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* Up to the lone dot. */
static inline bool
hear_mail(Relay *relay, FILE *in)
{
	char line[1024];
	while (fgets(line, sizeof(line), in)) {
		hear(relay, line);
		if (strcmp(line, ".\r\n") == 0)
			return true;
	}
	return false;
}

static inline bool
answer(Relay *relay, const Script *script, const char *command, int fd,
       FILE *in)
{
	if (g_str_has_prefix(command, "EHLO "))
		return say(fd, in, script->ehlo,
			   "250-relay.example\r\n250 AUTH PLAIN LOGIN");
	if (g_str_has_prefix(command, "MAIL ")) {
		count_at_once(relay, 1);
		g_usleep((gulong)script->delay_ms * 1000);
		count_at_once(relay, -1);
		return say(fd, in, script->mail, "250 2.1.0 sender ok");
	}
	if (g_str_has_prefix(command, "RCPT "))
		return say(fd, in, script->rcpt, "250 2.1.5 recipient ok");
	if (!g_str_has_prefix(command, "DATA"))
		return say(fd, in, NULL, "250 2.0.0 ok");
	if (!say(fd, in, script->data, "354 go ahead"))
		return false;
	return script->data || (hear_mail(relay, in) &&
				say(fd, in, script->end, "250 2.0.0 queued"));
}

static inline void
converse(Relay *relay, int fd, FILE *in)
{
	const Script *script = relay->script;
	char line[1024];
	int mails = 0;
	if (!say(fd, in, script->greeting, "220 relay.example ESMTP"))
		return;
	while (fgets(line, sizeof(line), in)) {
		hear(relay, line);
		if (!answer(relay, script, line, fd, in))
			return;
		mails += g_str_has_prefix(line, "DATA");
		if (script->mails && mails == script->mails)
			return;
	}
}

static inline void *
hold_conversation(void *data)
{
	Conversation *conversation = data;
	FILE *in = fdopen(conversation->fd, "r");
	converse(conversation->relay, conversation->fd, in);
	(void)fclose(in);
	g_free(conversation);
	return NULL;
}

static inline void *
relay_run(void *data)
{
	Relay *relay = data;
	int fd;
	while ((fd = accept(relay->listener, NULL, NULL)) >= 0) {
		Conversation *conversation = g_new0(Conversation, 1);
		*conversation = (Conversation){relay, fd};
		relay->connections++;
		g_ptr_array_add(relay->conversations,
				g_thread_new("conversation", hold_conversation,
					     conversation));
	}
	return NULL;
}

static inline Relay *
relay_start(const Script *script)
{
	Relay *relay = g_new0(Relay, 1);
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof(address);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	relay->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_return_code(relay->listener, 0);
	assert_return_code(bind(relay->listener, (struct sockaddr *)&address,
				sizeof(address)),
			   0);
	assert_return_code(listen(relay->listener, 4), 0);
	assert_return_code(getsockname(relay->listener,
				       (struct sockaddr *)&address, &length),
			   0);
	g_snprintf(relay->url, sizeof(relay->url), "smtp://127.0.0.1:%u",
		   ntohs(address.sin_port));
	relay->script = script;
	relay->heard = g_string_new(NULL);
	relay->conversations = g_ptr_array_new();
	g_mutex_init(&relay->lock);
	relay->thread = g_thread_new("relay", relay_run, relay);
	return relay;
}

/* After the client is gone: it keeps a connection that would be waited for. */
static inline void
relay_stop(Relay *relay)
{
	shutdown(relay->listener, SHUT_RDWR);
	g_thread_join(relay->thread);
	for (guint i = 0; i < relay->conversations->len; i++)
		g_thread_join(relay->conversations->pdata[i]);
	close(relay->listener);
}

static inline void
relay_free(Relay *relay)
{
	g_string_free(relay->heard, TRUE);
	g_ptr_array_unref(relay->conversations);
	g_mutex_clear(&relay->lock);
	g_free(relay);
}

/* How often a part stands in a text. */
static inline int
count(const char *text, const char *part)
{
	int n = 0;
	for (const char *p = text; (p = strstr(p, part)); p++)
		n++;
	return n;
}

#endif
