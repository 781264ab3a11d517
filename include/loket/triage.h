/*
 * triage: who is speaking, and to whom? Pure.
 *
 * From the envelope, the login, the client, the headers and what our own mail
 * server found out about the sender; nothing is looked up.
 */
#ifndef LOKET_TRIAGE_H
#define LOKET_TRIAGE_H

#include <stdbool.h>

#include <glib.h>

#include <loket/authres.h>
#include <loket/config.h>
#include <loket/envelope.h>
#include <loket/mail.h>
#include <loket/token.h>

enum Role {
	ROLE_CUSTOMER,
	ROLE_AGENT,
	ROLE_ROBOT,
	ROLE_BOUNCE,
	ROLE_SPAM,
	ROLE_ECHO, /* our own notification coming back */
	ROLE_UNRELATED,
	ROLES,
};

typedef struct Triage {
	enum Role role;
	char *reason;		/* why this role, a phrase in plain English */
	char *from;		/* who speaks: canonical address, "" unknown */
	const char *from_name;	/* borrowed from the mail; "" unknown */
	bool has_one_author;	/* one From field with one address */
	bool is_vacation_reply; /* a machine answers for somebody */
	bool is_report;		/* of what became of a mail: a bounce, or one
				   that tells of nothing but success */
	bool is_insider;	/* one of the site's own people, or a login */
	char *agent;		/* who wrote it or whose program did: the
				   agent's address; NULL: none */
	bool is_authenticated;	/* a login, or a believed pass */
	bool is_own_sender; /* the sender of the envelope is who speaks: what
			       is known of him holds of whom we answer */
	AuthState auth;
	bool is_form;		/* a web form speaks for whoever filled it in */
	char *stated;		/* his address in the form, "" where it is none
				   to be answered; NULL: it states nobody */
	const ConfigTeam *team; /* that the form is for; NULL: none */
	bool may_ack;
	char *ack_reason; /* why not; "" when it may */
	/* of the envelope: */
	const ConfigDesk *desk;	  /* the first that does not ignore him, else
				     the first; NULL: none */
	GPtrArray *others;	  /* char *, the titles of the other desks */
	bool is_ignored;	  /* by the site, or by every desk of these */
	bool has_agent_recipient; /* an agent's own or a team's address */
	bool has_outsider;	  /* one who is neither desk nor insider */
	const char *first_outsider;
} Triage;

/* What triage knows besides the mail; all borrowed. config and keyring may
 * be NULL: a mail looked at without a site. */
typedef struct TriageSite {
	const Config *config;
	const Keyring *keyring;
	const char *hostname;
} TriageSite;

/* The result is the caller's; it borrows from config, envelope and mail. */
Triage *triage_new(const TriageSite *site, const Envelope *envelope,
		   const Mail *mail);
void triage_free(Triage *triage);

/*
 * Whether a mail with this envelope may concern Loket at all: a desk, team or
 * agent among the recipients, or an agent's login or network. Told before the
 * mail itself is seen; what is not ours is let go.
 */
bool triage_is_ours(const Config *config, const Envelope *envelope);

/* Whether an address is a desk's, an agent's or a team's. */
bool triage_is_staff(const Config *config, const char *address);

/* "customer"; static. */
const char *role_name(enum Role role);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Triage, triage_free)

#endif
