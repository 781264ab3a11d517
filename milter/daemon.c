/* daemon: see daemon.h */
#include <pthread.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

#include "daemon.h"
#include "log.h"

typedef struct Daemon {
	char *config_path;
	GMutex lock;
	Site *site;	  /* under the lock, as is the courier */
	Courier *courier; /* works for site */
	int n_connections;
	MessageBudget budget;
	int is_stopping; /* atomic */
	pthread_t reloader;
} Daemon;

static Daemon self = {.budget = {MESSAGE_BUDGET_BYTES}};

static bool
open_parts(const char *path, Site **site, Courier **courier, GError **error)
{
	g_autoptr(Site) opened = site_open(path, STORE_WRITE, error);
	if (!opened)
		return false;
	*courier = courier_new(opened->config, opened->store, error);
	if (!*courier)
		return false;
	courier_start(*courier);
	*site = g_steal_pointer(&opened);
	return true;
}

/* The new configuration, or the old one and the reason why. */
static void
reload(void)
{
	Site *site;
	Courier *courier;
	g_autoptr(GError) error = NULL;
	if (!open_parts(self.config_path, &site, &courier, &error)) {
		log_warning("kept the old configuration: %s", error->message);
		return;
	}
	g_mutex_lock(&self.lock);
	Site *old_site = self.site;
	Courier *old_courier = self.courier;
	self.site = site;
	self.courier = courier;
	g_mutex_unlock(&self.lock);
	/* sessions at work keep the old site until they end */
	courier_free(old_courier);
	site_unref(old_site);
	log_info("reloaded the configuration");
}

static void
reload_signal(sigset_t *signals)
{
	(void)sigemptyset(signals);
	(void)sigaddset(signals, SIGUSR1);
}

static void *
reloader_main(void *data)
{
	(void)data;
	sigset_t signals;
	reload_signal(&signals);
	int caught;
	while (sigwait(&signals, &caught) == 0 &&
	       !g_atomic_int_get(&self.is_stopping)) {
		(void)sd_notify(0, "RELOADING=1");
		reload();
		(void)sd_notify(0, "READY=1");
	}
	return NULL;
}

/* Every thread started from now on leaves the signals to those who wait for
 * them: the reloader, and libmilter for those that end it. */
static void
block_signals(void)
{
	static const int taken[] = {SIGUSR1, SIGHUP, SIGTERM, SIGINT};
	sigset_t signals;
	(void)sigemptyset(&signals);
	for (size_t i = 0; i < G_N_ELEMENTS(taken); i++)
		(void)sigaddset(&signals, taken[i]);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

bool
daemon_start(const char *config_path, GError **error)
{
	self.config_path = g_strdup(config_path);
	g_mutex_init(&self.lock);
	block_signals();
	if (!open_parts(config_path, &self.site, &self.courier, error))
		return false;
	return pthread_create(&self.reloader, NULL, reloader_main, NULL) == 0;
}

void
daemon_stop(void)
{
	g_atomic_int_set(&self.is_stopping, 1);
	(void)pthread_kill(self.reloader, SIGUSR1);
	(void)pthread_join(self.reloader, NULL);
	courier_free(self.courier);
	site_unref(self.site);
	g_free(self.config_path);
}

Site *
daemon_site(void)
{
	g_mutex_lock(&self.lock);
	Site *site = site_ref(self.site);
	g_mutex_unlock(&self.lock);
	return site;
}

void
daemon_wake_courier(void)
{
	g_mutex_lock(&self.lock);
	courier_wake(self.courier);
	g_mutex_unlock(&self.lock);
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
	bool has_room = self.n_connections < self.site->config->max_connections;
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
