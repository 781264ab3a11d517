/* daemon: see daemon.h */
#include <pthread.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include <loket/alert.h>
#include <loket/courier.h>

#include "daemon.h"
#include "log.h"

/* The messages at work have their own time-out, and then some work left. */
#define STOP_WAIT_S (STORE_WAIT_S + 5)
/* libmilter sends an answer after its callback has returned, unseen by us. */
#define ANSWER_US (G_USEC_PER_SEC / 5)

typedef struct Daemon {
	char *config_path;
	pthread_t runner; /* of daemon_run */
	MessageBudget budget;
	int is_stopping; /* atomic */
	int has_failed;	 /* atomic */
	GMutex lock;	 /* for all below */
	GCond idle;	 /* no message is at work */
	Site *site;
	Courier *courier; /* works for site */
	int n_connections;
	int n_messages;
} Daemon;

static Daemon self = {.budget = {MESSAGE_BUDGET_BYTES}};

/* One line tells the fate of each. */
static void
on_answered(const OutboxItem *item, void *data)
{
	(void)data;
	const char *number = item->ticket ? item->ticket : "-";
	if (g_str_equal(item->state, "sent"))
		log_info("outbox-%" G_GINT64_FORMAT
			 ": sent kind=%s number=%s to=<%s> attempts=%d",
			 item->id, item->kind, number, item->recipient,
			 item->attempts);
	else
		log_warning("outbox-%" G_GINT64_FORMAT
			    ": %s kind=%s number=%s to=<%s> attempts=%d "
			    "reason=\"%s\"",
			    item->id,
			    g_str_equal(item->state, "failed") ? "given up"
							       : "deferred",
			    item->kind, number, item->recipient, item->attempts,
			    item->last_error);
}

static bool
open_parts(const char *path, Site **site, Courier **courier, GError **error)
{
	g_autoptr(Site) opened = site_open(path, STORE_WRITE, error);
	if (!opened)
		return false;
	*courier = courier_new(opened->config, opened->store, error);
	if (!*courier)
		return false;
	const CourierWatch watch = {.given_up = alert_not_sent,
				    .answered = on_answered,
				    .data = &opened->intake};
	courier_set_watch(*courier, &watch);
	courier_start(*courier);
	*site = g_steal_pointer(&opened);
	return true;
}

/* Sessions at work keep the old site until they end. */
static void
replace_parts(Site *site, Courier *courier)
{
	g_mutex_lock(&self.lock);
	Site *old_site = self.site;
	Courier *old_courier = self.courier;
	self.site = site;
	self.courier = courier;
	g_mutex_unlock(&self.lock);
	courier_free(old_courier);
	site_unref(old_site);
}

/* The new configuration, or the old one and the reason why. */
static void
reload(void)
{
	Site *site;
	Courier *courier;
	g_autoptr(GError) error = NULL;
	(void)sd_notify(0, "RELOADING=1");
	if (open_parts(self.config_path, &site, &courier, &error)) {
		replace_parts(site, courier);
		log_info("reloaded the configuration");
	} else {
		log_warning("kept the old configuration: %s", error->message);
	}
	(void)sd_notify(0, "READY=1");
}

static void
set_signals(sigset_t *signals)
{
	static const int awaited[] = {SIGUSR1, SIGHUP, SIGTERM, SIGINT};
	(void)sigemptyset(signals);
	for (size_t i = 0; i < G_N_ELEMENTS(awaited); i++)
		(void)sigaddset(signals, awaited[i]);
}

/* Every thread started from now on leaves the signals to those who wait for
 * them. */
static void
block_signals(void)
{
	sigset_t signals;
	set_signals(&signals);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

bool
daemon_start(const char *config_path, GError **error)
{
	self.config_path = g_strdup(config_path);
	self.runner = pthread_self();
	block_signals();
	return open_parts(config_path, &self.site, &self.courier, error);
}

/* A thread of libmilter waits for the same signals, but SIGUSR1. One that comes
 * while this thread does not wait is taken there: within five seconds smfi_main
 * returns, and daemon_end is called. */
bool
daemon_run(void)
{
	sigset_t signals;
	set_signals(&signals);
	int caught;
	while (sigwait(&signals, &caught) == 0 && caught == SIGUSR1)
		reload();
	return !g_atomic_int_get(&self.has_failed);
}

void
daemon_end(bool is_well)
{
	g_atomic_int_set(&self.has_failed, !is_well);
	(void)pthread_kill(self.runner, SIGINT);
}

static void
stop_courier(void)
{
	g_mutex_lock(&self.lock);
	Courier *courier = g_steal_pointer(&self.courier);
	g_mutex_unlock(&self.lock);
	courier_free(courier);
}

static void
wait_until_idle(gint64 deadline)
{
	bool is_in_time = true;
	g_mutex_lock(&self.lock);
	while (self.n_messages > 0 && is_in_time)
		is_in_time =
			g_cond_wait_until(&self.idle, &self.lock, deadline);
	g_mutex_unlock(&self.lock);
	g_usleep(ANSWER_US);
}

static void
close_site(void)
{
	g_mutex_lock(&self.lock);
	Site *site = g_steal_pointer(&self.site);
	g_mutex_unlock(&self.lock);
	site_unref(site);
}

void
daemon_stop(void)
{
	gint64 deadline = g_get_monotonic_time() +
			  (gint64)STOP_WAIT_S * G_TIME_SPAN_SECOND;
	g_atomic_int_set(&self.is_stopping, 1);
	stop_courier();
	wait_until_idle(deadline);
	close_site();
	g_free(self.config_path);
}

bool
daemon_is_stopping(void)
{
	return g_atomic_int_get(&self.is_stopping);
}

Site *
daemon_site(void)
{
	g_mutex_lock(&self.lock);
	Site *site = self.site ? site_ref(self.site) : NULL;
	g_mutex_unlock(&self.lock);
	return site;
}

MessageBudget *
daemon_budget(void)
{
	return &self.budget;
}

bool
daemon_connection_begin(void)
{
	g_mutex_lock(&self.lock);
	bool has_room = self.site &&
			self.n_connections < self.site->config->max_connections;
	self.n_connections++;
	g_mutex_unlock(&self.lock);
	return has_room;
}

void
daemon_connection_end(void)
{
	g_mutex_lock(&self.lock);
	self.n_connections--;
	g_mutex_unlock(&self.lock);
}

void
daemon_message_begin(void)
{
	g_mutex_lock(&self.lock);
	self.n_messages++;
	g_mutex_unlock(&self.lock);
}

void
daemon_message_end(void)
{
	g_mutex_lock(&self.lock);
	if (--self.n_messages == 0)
		g_cond_signal(&self.idle);
	g_mutex_unlock(&self.lock);
}
