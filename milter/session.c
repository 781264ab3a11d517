/* session: see session.h */
#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <loket/address.h>
#include <loket/clock.h>
#include <loket/error.h>
#include <loket/network.h>

#include "change.h"
#include "daemon.h"
#include "log.h"
#include "message.h"
#include "session.h"
#include "verdict.h"

#define SESSION_MAGIC 0x4c6f6b65u

typedef struct Session {
	unsigned magic;
	char *client;	      /* IP address; NULL: not over a network */
	unsigned long silent; /* SMFIP_NR_*: stages that are not answered */
	bool has_lead;	      /* header values keep their leading space */
	bool has_room;	      /* within max-connections */
	MilterMessage *message;
} Session;

static Session *
session_of(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);
	g_assert(session && session->magic == SESSION_MAGIC);
	return session;
}

/* CONTINUE in the form that was negotiated for a stage. */
static sfsistat
go_on(const Session *session, unsigned long stage)
{
	return session->silent & stage ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static void
forget_message(Session *session)
{
	g_clear_pointer(&session->message, message_free);
}

static char *
macro(SMFICTX *ctx, const char *name)
{
	g_autofree char *copy = g_strdup(name);
	const char *value = smfi_getsymval(ctx, copy);
	return value && *value ? g_strdup(value) : NULL;
}

/* The same list at each stage: libmilter 8.17.1 mixes them up. */
static void
ask_for_macros(SMFICTX *ctx)
{
	static const int stages[] = {SMFIM_ENVFROM, SMFIM_ENVRCPT, SMFIM_DATA,
				     SMFIM_EOH, SMFIM_EOM};
	char list[] = "i {auth_authen} {rcpt_addr}";
	for (size_t i = 0; i < G_N_ELEMENTS(stages); i++)
		(void)smfi_setsymlist(ctx, stages[i], list);
}

/* The stages that need no answer from us; RCPT is answered for command
 * addresses alone. */
static unsigned long
wanted_silence(void)
{
	unsigned long silent = SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR |
			       SMFIP_NR_EOH | SMFIP_NR_BODY;
	g_autoptr(Site) site = daemon_site();
	if (site && !*site->config->command_address)
		silent |= SMFIP_NR_RCPT;
	return silent;
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long offered_actions,
	     unsigned long offered_steps, unsigned long unused2,
	     unsigned long unused3, unsigned long *actions,
	     unsigned long *steps, unsigned long *reserved2,
	     unsigned long *reserved3)
{
	(void)unused2, (void)unused3;
	*reserved2 = *reserved3 = 0;
	*actions = offered_actions &
		   (SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_ADDRCPT |
		    SMFIF_DELRCPT | SMFIF_CHGFROM);
	Session *session = g_new0(Session, 1);
	session->magic = SESSION_MAGIC;
	session->has_room = daemon_connection_begin();
	session->silent = offered_steps & wanted_silence();
	session->has_lead = offered_steps & SMFIP_HDR_LEADSPC;
	*steps = session->silent |
		 (offered_steps &
		  (SMFIP_NOHELO | SMFIP_NOUNKNOWN | SMFIP_HDR_LEADSPC));
	ask_for_macros(ctx);
	return smfi_setpriv(ctx, session) == MI_SUCCESS ? SMFIS_CONTINUE
							: SMFIS_REJECT;
}

static char *
ip_of(const _SOCK_ADDR *address)
{
	char text[INET6_ADDRSTRLEN];
	const void *ip = NULL;
	if (address && address->sa_family == AF_INET)
		ip = &((const struct sockaddr_in *)(const void *)address)
			      ->sin_addr;
	else if (address && address->sa_family == AF_INET6)
		ip = &((const struct sockaddr_in6 *)(const void *)address)
			      ->sin6_addr;
	if (!ip || !inet_ntop(address->sa_family, ip, text, sizeof(text)))
		return NULL;
	return g_strdup(text);
}

static sfsistat
on_connect(SMFICTX *ctx, char *hostname, _SOCK_ADDR *address)
{
	(void)hostname;
	Session *session = session_of(ctx);
	g_free(session->client);
	session->client = ip_of(address);
	return go_on(session, SMFIP_NR_CONN);
}

static sfsistat
on_envfrom(SMFICTX *ctx, char **arguments)
{
	Session *session = session_of(ctx);
	forget_message(session);
	session->message = message_new(arguments[0], daemon_budget());
	session->message->envelope->client = g_strdup(session->client);
	session->message->envelope->login = macro(ctx, "{auth_authen}");
	return go_on(session, SMFIP_NR_MAIL);
}

/* What the server reads in a recipient: Sendmail names a mailbox of its own
 * without a domain. */
static char *
resolved_recipient(SMFICTX *ctx, const Config *config, const char *given)
{
	g_autofree char *resolved = macro(ctx, "{rcpt_addr}");
	if (!resolved)
		return g_strdup(given);
	if (strchr(resolved, '@'))
		return address_of_path(resolved);
	const char *domain = address_domain(given);
	if (*domain)
		return g_strconcat(resolved, "@", domain, NULL);
	return g_strdup(config_desk_mailbox(config, resolved));
}

/* The address as it was given, or as the server reads it when only that is a
 * desk's: "support", "support%acme.example" and "(x)support@acme.example" are
 * delivered to a desk too. */
static char *
recipient_of(SMFICTX *ctx, const char *path)
{
	g_autoptr(Site) site = daemon_site();
	g_autofree char *given = address_of_path(path);
	if (!site || config_desk_for(site->config, given))
		return g_steal_pointer(&given);
	g_autofree char *read = resolved_recipient(ctx, site->config, given);
	return read && config_desk_for(site->config, read)
		       ? g_steal_pointer(&read)
		       : g_steal_pointer(&given);
}

static sfsistat
on_envrcpt(SMFICTX *ctx, char **arguments)
{
	Session *session = session_of(ctx);
	GPtrArray *recipients = session->message->envelope->recipients;
	if (recipients->len < ENVELOPE_RECIPIENTS_MAX)
		g_ptr_array_add(recipients, recipient_of(ctx, arguments[0]));
	return go_on(session, SMFIP_NR_RCPT);
}

static const char *
id_of(const Envelope *envelope)
{
	return envelope->queue_id ? envelope->queue_id : "-";
}

static void
read_queue_id(SMFICTX *ctx, Envelope *envelope)
{
	g_free(envelope->queue_id);
	envelope->queue_id = macro(ctx, "i");
}

static sfsistat
put_off(SMFICTX *ctx, Session *session, const char *why)
{
	Envelope *envelope = session->message->envelope;
	read_queue_id(ctx, envelope);
	log_warning("%s: deferred: %s", id_of(envelope), why);
	forget_message(session);
	return verdict_of(ctx, NULL);
}

/* Here all recipients are known: what is not ours is let go, and what we have
 * no room for is put off before it is sent. */
static sfsistat
on_data(SMFICTX *ctx)
{
	Session *session = session_of(ctx);
	g_autoptr(Site) site = daemon_site();
	if (!site)
		return put_off(ctx, session, "stopped");
	if (!intake_wants(&site->intake, session->message->envelope)) {
		forget_message(session);
		return SMFIS_ACCEPT;
	}
	if (!session->has_room)
		return put_off(ctx, session, "max-connections are in use");
	if (daemon_is_stopping())
		return put_off(ctx, session, "stopping");
	return SMFIS_CONTINUE;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	Session *session = session_of(ctx);
	message_add_header(session->message, name, value, session->has_lead);
	return go_on(session, SMFIP_NR_HDR);
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	Session *session = session_of(ctx);
	message_end_headers(session->message);
	return go_on(session, SMFIP_NR_EOH);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *chunk, size_t size)
{
	Session *session = session_of(ctx);
	message_add_body(session->message, chunk, size);
	return go_on(session, SMFIP_NR_BODY);
}

/* Of mail between an agent and others nothing is told. */
static void
log_fate(const Envelope *envelope, const IntakeResult *result)
{
	const char *id = id_of(envelope);
	if (result->unrecorded)
		log_warning("%s: %s", id, result->reason);
	else if (result->role == ROLE_UNRELATED && !result->is_kept)
		log_info("%s: passed", id);
	else
		log_info("%s: accepted role=%s number=%s created=%d "
			 "duplicate=%d reason=\"%s\"",
			 id, role_name(result->role),
			 result->number ? result->number : "-", result->created,
			 result->duplicate, result->reason);
}

/* What a dry run keeps back. */
static void
log_unsent(const Envelope *envelope, const IntakeResult *result)
{
	for (guint i = 0; i < result->told->len; i++) {
		const OutboxItem *item = result->told->pdata[i];
		log_info("%s: would send kind=%s to=%s subject=\"%s\"",
			 id_of(envelope), item->kind, item->recipient,
			 item->subject);
	}
}

/* A relay of ours may, an agent may not; our own mail coming back keeps its
 * mark, and a dry run changes nothing. */
static bool
may_use_our_name(const Config *config, const Envelope *envelope, enum Role role)
{
	return config->dry_run || role == ROLE_ECHO ||
	       (role != ROLE_AGENT &&
		network_list_contains(config->trusted_networks,
				      envelope->client));
}

static bool
edit_header(SMFICTX *ctx, const Session *session, const Config *config,
	    const IntakeResult *result)
{
	const MilterMessage *message = session->message;
	if (!may_use_our_name(config, message->envelope, result->role) &&
	    !change_delete_unread(ctx, message, result->edits))
		return false;
	return change_make(ctx, result->edits, session->has_lead);
}

static sfsistat
finish(SMFICTX *ctx, const Session *session, const Config *config,
       const IntakeResult *result)
{
	const Envelope *envelope = session->message->envelope;
	if (!edit_header(ctx, session, config, result)) {
		log_warning("%s: deferred: the header cannot be edited",
			    id_of(envelope));
		return verdict_of(ctx, NULL);
	}
	log_fate(envelope, result);
	if (config->dry_run)
		log_unsent(envelope, result);
	return SMFIS_ACCEPT;
}

static sfsistat
turn_away(SMFICTX *ctx, const Envelope *envelope, const GError *why)
{
	bool is_final =
		g_error_matches(why, LOKET_ERROR, LOKET_ERROR_PERMANENT);
	log_warning("%s: %s: %s", id_of(envelope),
		    is_final ? "refused" : "deferred", why->message);
	return verdict_of(ctx, why);
}

static sfsistat
take_in(SMFICTX *ctx, Session *session)
{
	MilterMessage *message = session->message;
	Envelope *envelope = message->envelope;
	read_queue_id(ctx, envelope);
	if (message->refusal)
		return turn_away(ctx, envelope, message->refusal);
	g_autoptr(GBytes) bytes = message_take_bytes(message);
	g_autoptr(Site) site = daemon_site();
	if (!site)
		return put_off(ctx, session, "stopped");
	g_autoptr(GError) error = NULL;
	g_autoptr(IntakeResult) result = intake_accept(
		&site->intake, envelope, bytes, clock_now(), &error);
	return result ? finish(ctx, session, site->config, result)
		      : turn_away(ctx, envelope, error);
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	Session *session = session_of(ctx);
	daemon_message_begin();
	sfsistat verdict = take_in(ctx, session);
	forget_message(session);
	daemon_message_end();
	return verdict;
}

/* Comes between any two callbacks, also after a mail that was accepted. */
static sfsistat
on_abort(SMFICTX *ctx)
{
	forget_message(session_of(ctx));
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	Session *session = smfi_getpriv(ctx);
	if (!session)
		return SMFIS_CONTINUE;
	forget_message(session);
	g_free(session->client);
	g_free(session);
	(void)smfi_setpriv(ctx, NULL);
	daemon_connection_end();
	return SMFIS_CONTINUE;
}

bool
session_register(void)
{
	static char name[] = "loketd";
	struct smfiDesc description = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_ADDRCPT |
			      SMFIF_DELRCPT | SMFIF_CHGFROM,
		.xxfi_connect = on_connect,
		.xxfi_envfrom = on_envfrom,
		.xxfi_envrcpt = on_envrcpt,
		.xxfi_header = on_header,
		.xxfi_eoh = on_eoh,
		.xxfi_body = on_body,
		.xxfi_eom = on_eom,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_data = on_data,
		.xxfi_negotiate = on_negotiate,
	};
	return smfi_register(description) == MI_SUCCESS;
}
