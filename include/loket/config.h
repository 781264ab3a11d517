/*
 * config: loket.conf as an immutable value.
 *
 * A Config is made whole from one file and the files it includes, checked,
 * and never changed: any number of threads may read it. Whoever wants a new
 * one loads it beside the old. The keys are described in loket.conf(5); a
 * field has the name of its key unless a comment says otherwise.
 *
 * Addresses are held in lower case (ASCII), and every lookup below folds the
 * case of what it is given. Strings are never NULL unless a comment says so:
 * an unset one is "". Lists of strings end with NULL and may be empty.
 *
 *	g_autofree char *data_dir = config_find_data_dir(error);
 *	g_autoptr(Config) config = config_load(path, data_dir, error);
 *	const ConfigDesk *desk = config_desk_for(config, "help@acme.example");
 */
#ifndef LOKET_CONFIG_H
#define LOKET_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

#include <loket/calendar.h>
#include <loket/network.h>
#include <loket/pattern.h>
#include <loket/target.h>

enum OnFailure {
	ON_FAILURE_TEMPFAIL,
	ON_FAILURE_ACCEPT,
};

enum LogTarget {
	LOG_TO_SYSLOG,
	LOG_TO_STDERR,
};

/* The most fields of a desk, and the most also-tags of a site. */
#define CONFIG_FIELDS_MAX 32

/* Who gets an acknowledgement; the order is from most to fewest. */
enum AckPolicy {
	ACK_ALWAYS,
	ACK_CAREFUL,
	ACK_AUTHENTICATED,
	ACK_KNOWN,
	ACK_NEVER,
};

/* Which mails get the tag in their subject. */
enum SubjectTag {
	SUBJECT_TAG_BOTH,
	SUBJECT_TAG_OUTGOING,
	SUBJECT_TAG_NONE,
};

/* What becomes of a forwarded mail of a known thread. */
enum ForwardPolicy {
	FORWARD_NEW,
	FORWARD_JOIN,
};

/* How much of a mail the store keeps. */
enum KeepPolicy {
	KEEP_ALL,
	KEEP_TEXT,
	KEEP_HEADERS,
};

/* So many of something within so long, at any time. */
typedef struct ConfigLimit {
	int64_t most;
	int64_t window_s;
} ConfigLimit;

/* A time promise that may be unset. */
typedef struct ConfigTarget {
	bool is_set;
	Target target;
} ConfigTarget;

/* A switch that may be left to somebody else's default. */
typedef struct ConfigSwitch {
	bool is_set;
	bool is_on;
} ConfigSwitch;

/* A season in which a desk has other targets; its dates are those of the
 * season of the same name in the desk's calendar. */
typedef struct ConfigSeason {
	char *name;
	ConfigTarget targets[TARGET_KINDS];
} ConfigSeason;

/* A type of ticket as a desk defines it. */
typedef struct ConfigType {
	char *name;
	Pattern *subject; /* NULL: no mail is of this type by itself */
	ConfigTarget targets[TARGET_KINDS];
	ConfigTarget resolution_aim;
	char *handler; /* address */
	char *escalate;
	char *team; /* title of a team section */
} ConfigType;

typedef struct ConfigTeam {
	char *name;
	char *address;
	char *lead;    /* address */
	Pattern *form; /* the web forms that are for it; NULL: none */
} ConfigTeam;

/* What is picked out of mails and kept with their tickets: a field of a desk,
 * or an also-tag. */
typedef struct ConfigField {
	char *name;
	Pattern *pattern;
} ConfigField;

typedef struct ConfigAgent {
	char *address;
	char *name; /* "" when not given */
	char **login;
	ConfigSwitch mask; /* unset: mask-agents of the desk holds */
} ConfigAgent;

typedef struct ConfigConnector {
	char *name;
	char *preset;
	char *url;
	char *secret_file;
} ConfigConnector;

typedef struct ConfigDesk {
	char *title;
	char *name;
	char *tag;
	char **addresses;    /* at least one */
	char **agents;	     /* "jan@acme.example", "@acme.example" */
	char **team;	     /* addresses */
	char **ignore;	     /* whose mail is no ticket; as agents */
	char *lead;	     /* address */
	Pattern *form;	     /* the web forms that are for it; NULL: none */
	GPtrArray *fields;   /* of ConfigField, in the order of the file */
	char *language;	     /* ISO 639-1, lower case */
	char *calendar_name; /* "": the built-in one */
	bool closed_days_count;
	const Calendar *calendar; /* what the two above make */
	char *phone;
	char **phone_hours_text;     /* "phone-hours" */
	const Calendar *phone_hours; /* made of it; NULL: not told */
	char *norm_url;
	bool promise_note;
	/* first-response and next-response are always set */
	ConfigTarget targets[TARGET_KINDS];
	GPtrArray *seasons; /* of ConfigSeason */
	GPtrArray *types;   /* of ConfigType, in the order of the file */
	Target warn;
	int norm_percent;
	enum AckPolicy ack;
	enum SubjectTag subject_tag;
	bool mask_agents;
	bool reply_to_desk;
	bool copy_answers;
	bool bounce_address;
	bool withhold_auto_replies;
	bool keyed_replies;
	bool reply_by; /* these four: headers that mail clients act on */
	bool x_message_flag;
	bool importance;
	bool x_priority;
	int64_t reopen_within_s;
	enum ForwardPolicy forward;
	enum KeepPolicy keep;
	int64_t retention_s; /* 0: for ever */
	char **mailbox;	     /* IMAP URLs */
	char *mailbox_password_file;
	char *flag_near;
	char *flag_overdue;
} ConfigDesk;

typedef struct Config {
	char *socket;
	mode_t socket_mode;
	char *socket_group;
	char *user;
	char *store;
	char *relay;
	char *relay_user;
	char *relay_password_file;
	char *secret;
	enum LogTarget log;
	char *postmaster;
	char **authserv_id;
	char **insiders;	  /* as agents of a desk */
	char **ignore;		  /* the same, for all desks */
	char **languages;	  /* that are recognised; empty for all */
	GArray *trusted_networks; /* of Network, as the two below */
	GArray *agent_networks;
	GArray *form_hosts;
	GPtrArray *form_customer; /* of Pattern */
	char *login_domain;
	char *command_address;
	char *templates;	  /* directory of the site's own; "": none */
	char recipient_delimiter; /* '\0': none */
	bool agent_dmarc;
	bool dry_run;
	enum OnFailure on_failure;
	int64_t ack_delay_s;
	int64_t ack_expire_s;
	int64_t ack_max_age_s;
	GArray *ack_limit_address; /* of ConfigLimit, at least one, as below */
	GArray *ack_limit_domain;
	GArray *ack_limit_desk;
	GArray *ack_limit_site;
	int64_t duplicate_within_s;
	int64_t key_lifetime_s;
	int max_connections;
	GTimeZone *timezone;
	GPtrArray *calendars;	   /* of Calendar, the built-in one first */
	GPtrArray *desk_calendars; /* of Calendar, made for single desks */
	GPtrArray *teams;	   /* of ConfigTeam */
	GPtrArray *agents;	   /* of ConfigAgent */
	GPtrArray *desks;	   /* of ConfigDesk, at least one */
	GPtrArray *also_tags;	   /* of ConfigField */
	GPtrArray *connectors;	   /* of ConfigConnector */
} Config;

/*
 * Reads the configuration at path. data_dir is where the data that comes
 * with Loket lies (config_find_data_dir); its holidays/ is used. The result
 * is the caller's. LOKET_ERROR_CONFIG: a file cannot be read or is wrong;
 * the message begins with "FILE:LINE: ", line 1 where none is at fault, and
 * says what was expected.
 */
Config *config_load(const char *path, const char *data_dir, GError **error);

void config_free(Config *config);

/*
 * The directory of the data that comes with Loket: conf beside the directory
 * that this program lies in, else the installed one. The result is the
 * caller's. LOKET_ERROR_CONFIG: there is neither.
 */
char *config_find_data_dir(GError **error);

/*
 * The desk that address belongs to, without what follows the recipient
 * delimiter in its local part: support+x@ is support@. An address that is a
 * desk's as it stands comes first. NULL: no desk's.
 */
const ConfigDesk *config_desk_for(const Config *config, const char *address);

/* The first address of a desk with this local part, for a mail server that
 * names its own mailboxes without a domain. Borrowed; NULL: no desk's. */
const char *config_desk_mailbox(const Config *config, const char *local);

/* What follows the recipient delimiter in an address that is a desk's without
 * it: "x" of support+x@. The caller's; NULL: nothing does. */
char *config_desk_extension(const Config *config, const char *address);

/* The address of the desk with an extension, which config_desk_extension finds
 * there; the caller's. There must be a recipient delimiter. */
char *config_extended_address(const Config *config, const ConfigDesk *desk,
			      const char *extension);

/* The address that a desk speaks from: its first. Borrowed. */
const char *desk_address(const ConfigDesk *desk);

/* Whether a desk's tag has this name, in any case. */
bool config_has_tag(const Config *config, const char *name);

/* The desk with this title, in any case. NULL: none. */
const ConfigDesk *config_desk_by_title(const Config *config, const char *title);

/* The team section with this title, in any case. NULL: none. */
const ConfigTeam *config_team(const Config *config, const char *name);

/* The agent section with this address. NULL: none; a listed address may be
 * an agent's all the same. */
const ConfigAgent *config_agent(const Config *config, const char *address);

/* Whether the desk stands as the sender of this agent's answers. */
bool config_is_masked(const Config *config, const ConfigDesk *desk,
		      const char *agent);

/*
 * The calendar with this title. "default" is the built-in one, Monday to
 * Friday 09:00-17:00, unless the file has one of that name. NULL: none.
 */
const Calendar *config_calendar(const Config *config, const char *name);

/*
 * The address of the agent behind a SASL login: that of the agent section
 * with this login, or the login itself when it is an agent's address, or the
 * bare login at login-domain when that is one. Lower-cased, the caller's.
 * NULL: no agent's login.
 */
char *config_login_address(const Config *config, const char *login);

/*
 * Whether address is an agent's of the desk: listed there in agents as it
 * is or by its "@domain"; where a desk lists none, it has an agent section.
 * With NULL for the desk: of any desk, or it has an agent section.
 */
bool config_is_agent_address(const Config *config, const ConfigDesk *desk,
			     const char *address);

/* Whether address is one of the site's own people: listed in insiders as it
 * is or by its "@domain". */
bool config_is_insider(const Config *config, const char *address);

/* Whether mail from address is to be ignored by the desk, or, with NULL, by
 * the whole site. */
bool config_is_ignored(const Config *config, const ConfigDesk *desk,
		       const char *address);

/* Whether mail to address goes to a team: that of a desk (team, lead) or of
 * a team section (address, lead). */
bool config_is_team_address(const Config *config, const char *address);

/* Whether address is the command address, its extension ignored. */
bool config_is_command_address(const Config *config, const char *address);

/* The desk's type of this name. NULL: the desk says nothing about it. */
const ConfigType *desk_type(const ConfigDesk *desk, const char *name);

/*
 * The target of this kind that holds for a ticket of the given type (may be
 * NULL) received at the given instant: the type's, else that of the season
 * which the local date of receipt lies in, else the desk's. False: none.
 */
bool desk_target(const ConfigDesk *desk, const char *type, enum TargetKind kind,
		 int64_t received, Target *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

#endif
