/* triage: see include/loket/triage.h */
#include <string.h>

#include <loket/address.h>
#include <loket/reference.h>
#include <loket/robot.h>
#include <loket/triage.h>

#include "form.h"

const char *
role_name(enum Role role)
{
	static const char *const names[ROLES] = {
		[ROLE_CUSTOMER] = "customer",	[ROLE_AGENT] = "agent",
		[ROLE_ROBOT] = "robot",		[ROLE_BOUNCE] = "bounce",
		[ROLE_SPAM] = "spam",		[ROLE_ECHO] = "echo",
		[ROLE_UNRELATED] = "unrelated",
	};
	return names[role];
}

static bool
is_own_people(const Config *config, const char *address)
{
	return config_is_insider(config, address) ||
	       config_is_agent_address(config, NULL, address) ||
	       config_is_team_address(config, address) ||
	       config_is_command_address(config, address);
}

static bool
is_agent_or_team(const Config *config, const char *address)
{
	return config_is_agent_address(config, NULL, address) ||
	       config_is_team_address(config, address);
}

/* With NULL for the desk: the site. */
static bool
ignores(const Config *config, const ConfigDesk *desk, const Triage *triage,
	const Envelope *envelope)
{
	g_autofree char *sender = address_canonical(envelope->sender);
	return config_is_ignored(config, desk, triage->from) ||
	       config_is_ignored(config, desk, sender);
}

static void
add_desk(Triage *triage, const ConfigDesk *desk, bool is_ignored)
{
	if (!triage->desk || (triage->is_ignored && !is_ignored)) {
		triage->desk = desk;
		triage->is_ignored = is_ignored;
	} else if (desk != triage->desk && !is_ignored &&
		   !g_ptr_array_find(triage->others, desk->title, NULL)) {
		g_ptr_array_add(triage->others, desk->title);
	}
}

static void
sort_recipients(Triage *triage, const Config *config, const Envelope *envelope)
{
	const GPtrArray *recipients = envelope->recipients;
	for (guint i = 0; i < recipients->len; i++) {
		const char *address = recipients->pdata[i];
		const ConfigDesk *desk = config_desk_for(config, address);
		if (desk) {
			add_desk(triage, desk,
				 ignores(config, desk, triage, envelope));
			continue;
		}
		if (is_agent_or_team(config, address))
			triage->has_agent_recipient = true;
		if (is_own_people(config, address))
			continue;
		if (!triage->has_outsider)
			triage->first_outsider = address;
		triage->has_outsider = true;
	}
	if (!triage->desk)
		triage->is_ignored = ignores(config, NULL, triage, envelope);
}

bool
triage_is_staff(const Config *config, const char *address)
{
	return config_desk_for(config, address) ||
	       is_agent_or_team(config, address);
}

/* Who filled in a form, and for which team. */
static void
read_form(Triage *triage, const Config *config, const Mail *mail)
{
	triage->is_form = true;
	triage->stated = form_customer(config, mail);
	triage->team = form_team(config, mail);
}

/* A form for one desk may be for another by what was filled in. */
static void
choose_desk(Triage *triage, const Config *config, const Envelope *envelope,
	    const Mail *mail)
{
	const ConfigDesk *desk = form_desk(config, mail);
	if (!triage->desk || !desk)
		return;
	triage->desk = desk;
	triage->is_ignored = ignores(config, desk, triage, envelope);
	g_ptr_array_remove(triage->others, desk->title);
}

static bool
is_reply_to(const Mail *mail, const char *address)
{
	return mail->reply_to && strcmp(mail->reply_to->address, address) == 0;
}

static void
find_speaker(Triage *triage, const Config *config, const Envelope *envelope,
	     const Mail *mail)
{
	if (triage->stated) {
		triage->from = address_canonical(triage->stated);
		triage->from_name = is_reply_to(mail, triage->stated)
					    ? mail->reply_to->name
					    : "";
		return;
	}
	const MailAddress *from =
		mail->from->len > 0 ? mail->from->pdata[0] : NULL;
	triage->from =
		address_canonical(from ? from->address : envelope->sender);
	triage->from_name = from ? from->name : "";
	triage->has_one_author = mail_from_address(mail) != NULL;
	triage->is_insider =
		!triage->is_form &&
		(envelope->login ||
		 (config && config_is_insider(config, triage->from)));
}

/* The agent's own address in From, or the desk's. */
static char *
agent_by_login(const Config *config, const Envelope *envelope, const char *from)
{
	g_autofree char *agent =
		envelope->login ? config_login_address(config, envelope->login)
				: NULL;
	bool is_his = agent && (g_ascii_strcasecmp(from, agent) == 0 ||
				config_desk_for(config, from));
	return is_his ? g_steal_pointer(&agent) : NULL;
}

/* A gateway tells who writes as the desk in the envelope, if it does. */
static char *
agent_by_network(const Config *config, const Envelope *envelope,
		 const char *from)
{
	const char *sender = envelope->sender;
	if (!network_list_contains(config->agent_networks, envelope->client))
		return NULL;
	if (config_is_agent_address(config, NULL, from))
		return g_ascii_strdown(from, -1);
	if (!config_desk_for(config, from))
		return NULL;
	bool is_told = sender && config_is_agent_address(config, NULL, sender);
	return g_ascii_strdown(is_told ? sender : from, -1);
}

/* Design 8.2: an agent is a login, not a From line. Why, is put in *reason. */
static char *
agent_behind(const Config *config, const Envelope *envelope, const Mail *mail,
	     const char *auth_reason, const char **reason)
{
	const char *from = mail_from_address(mail);
	if (!from)
		return NULL;
	char *agent = agent_by_login(config, envelope, from);
	*reason = "agent by login";
	/* who logs in says who he is, wherever he comes from */
	if (agent || (envelope->login && *envelope->login))
		return agent;
	agent = agent_by_network(config, envelope, from);
	*reason = "agent by network";
	if (agent)
		return agent;
	*reason = "agent by dmarc=pass";
	return config->agent_dmarc &&
			       config_is_agent_address(config, NULL, from) &&
			       g_strcmp0(auth_reason, "dmarc=pass") == 0
		       ? g_ascii_strdown(from, -1)
		       : NULL;
}

/* Whether a mail comes in our name: from the null sender, or from a desk. */
static bool
is_in_our_name(const Config *config, const Envelope *envelope, const Mail *mail)
{
	const char *from = mail_from_address(mail);
	return (envelope->sender && !*envelope->sender) ||
	       (config && from && config_desk_for(config, from));
}

/* By the loop mark, or by its Message-ID. Whoever got one of ours can write
 * that into his own mail, which must not vanish. */
static bool
is_echo(const TriageSite *site, const Envelope *envelope, const Mail *mail)
{
	if (!site->keyring)
		return false;
	const char *mark = mail_header(mail, LOOP_HEADER, 0);
	if (mark && loop_mark_is_ours(site->keyring, mark))
		return true;
	if (!mail->message_id || !is_in_our_name(site->config, envelope, mail))
		return false;
	g_autofree char *number =
		reference_number(site->keyring, mail->message_id);
	return number != NULL;
}

/* What the mail itself says of its writer. */
static void
judge_content(Triage *triage, const RobotVerdict *robot, const Mail *mail)
{
	triage->role = ROLE_CUSTOMER;
	if (mail_is_bounce(mail)) {
		triage->role = ROLE_BOUNCE;
		triage->is_report = true;
		triage->reason = g_strdup("delivery status report");
	} else if (mail->is_spam) {
		triage->role = ROLE_SPAM;
		triage->reason = g_strdup(mail->spam_reason);
	} else if (triage->is_ignored) {
		triage->role = ROLE_UNRELATED;
		triage->reason = g_strdup("the sender is to be ignored");
	} else if (robot->is_robot) {
		triage->role = ROLE_ROBOT;
		triage->is_report = mail->bounce != NULL;
		triage->is_vacation_reply =
			g_strcmp0(robot->kind, "vacation reply") == 0;
		triage->reason =
			robot->kind ? g_strdup_printf("%s: %s", robot->kind,
						      robot->reason)
				    : g_strdup(robot->reason);
	} else {
		triage->reason = g_strconcat(
			"written ",
			triage->is_form ? "in a form" : "by a person",
			robot->kind ? " on a " : NULL, robot->kind, NULL);
	}
}

/* Also behind a forwarder that has wrapped the address. */
static bool
is_desk(const Config *config, const char *sender)
{
	g_autofree char *original = address_canonical(sender);
	return config_desk_for(config, original) != NULL;
}

/* A form's mailer writes in the name of whom it likes. */
static bool
is_sent_by_desk(const Triage *triage, const Config *config,
		const Envelope *envelope, const Mail *mail)
{
	const char *from = mail_from_address(mail);
	return !triage->stated &&
	       ((envelope->sender && is_desk(config, envelope->sender)) ||
		(from && is_desk(config, from)));
}

/* A desk that is answered answers: a loop. NULL: no sign of one. */
static const char *
sign_of_loop(const Triage *triage, const Config *config,
	     const Envelope *envelope, const Mail *mail)
{
	const char *loop;
	if (is_sent_by_desk(triage, config, envelope, mail))
		return "the sender is a desk";
	if (envelope->sender &&
	    (config_is_team_address(config, envelope->sender) ||
	     config_is_command_address(config, envelope->sender)))
		return "the sender is a list of ours";
	for (size_t i = 0; (loop = mail_header(mail, "X-Loop", i)); i++) {
		g_autofree char *address = address_of_path(loop);
		if (config_desk_for(config, address))
			return "X-Loop is a desk";
	}
	return NULL;
}

/* Whether the mail's sender may be answered at all, whatever the policy. */
static void
judge_ack(Triage *triage, const Config *config, const RobotVerdict *robot,
	  const Envelope *envelope, const Mail *mail)
{
	const char *loop =
		config ? sign_of_loop(triage, config, envelope, mail) : NULL;
	const char *why = "";
	if (triage->role == ROLE_SPAM)
		why = triage->reason;
	else if (triage->role == ROLE_BOUNCE)
		why = "bounce";
	else if (triage->role == ROLE_ECHO)
		why = "our own mail";
	else if (triage->role == ROLE_UNRELATED)
		why = triage->reason;
	else if (!robot->may_ack)
		why = robot->reason;
	else if (triage->stated && !*triage->stated)
		why = "the form states no address to be answered";
	else if (triage->auth == AUTH_FAIL)
		why = "dmarc=fail";
	else if (loop)
		why = loop;
	triage->may_ack = !*why;
	triage->ack_reason = g_strdup(why);
}

/* A pass is about the domain that From shows. Where an address stands inside
 * another one (SRS), the domain that wrote it down proves nothing about it. */
static bool
is_vouched_for(const Triage *triage, const Mail *mail)
{
	const char *shown = mail_from_address(mail);
	return triage->auth == AUTH_PASS && shown &&
	       g_ascii_strcasecmp(address_domain(shown),
				  address_domain(triage->from)) == 0;
}

/* Whether the envelope names as its sender who speaks in the mail. */
static bool
is_own_sender(const Triage *triage, const Envelope *envelope)
{
	g_autofree char *sender = address_canonical(envelope->sender);
	return *sender && strcmp(sender, triage->from) == 0;
}

static void
judge_writer(Triage *triage, const TriageSite *site, const Envelope *envelope,
	     const Mail *mail)
{
	g_auto(RobotVerdict) robot;
	robot_judge(mail, envelope->sender, triage->stated, &robot);
	g_autofree char *auth_reason = NULL;
	const char *const *ids =
		site->config ? (const char *const *)site->config->authserv_id
			     : NULL;
	triage->auth = authres_judge(mail, ids, site->hostname, &auth_reason);
	triage->is_authenticated =
		!triage->is_form &&
		(envelope->login || is_vouched_for(triage, mail));
	triage->is_own_sender = is_own_sender(triage, envelope);
	const char *as_agent = NULL;
	if (site->config && !triage->is_form)
		triage->agent = agent_behind(site->config, envelope, mail,
					     auth_reason, &as_agent);
	if (is_echo(site, envelope, mail)) {
		triage->role = ROLE_ECHO;
		triage->reason = g_strdup("our own notification");
	} else if (triage->agent && !robot.is_robot) {
		triage->role = ROLE_AGENT;
		triage->reason = g_strdup(as_agent);
		triage->is_authenticated = true;
	} else {
		judge_content(triage, &robot, mail);
	}
	judge_ack(triage, site->config, &robot, envelope, mail);
}

Triage *
triage_new(const TriageSite *site, const Envelope *envelope, const Mail *mail)
{
	Triage *triage = g_new0(Triage, 1);
	triage->others = g_ptr_array_new();
	if (site->config && form_is_sender(site->config, envelope))
		read_form(triage, site->config, mail);
	find_speaker(triage, site->config, envelope, mail);
	if (site->config)
		sort_recipients(triage, site->config, envelope);
	if (triage->is_form)
		choose_desk(triage, site->config, envelope, mail);
	judge_writer(triage, site, envelope, mail);
	return triage;
}

void
triage_free(Triage *triage)
{
	if (!triage)
		return;
	g_free(triage->reason);
	g_free(triage->from);
	g_free(triage->stated);
	g_free(triage->agent);
	g_free(triage->ack_reason);
	g_ptr_array_unref(triage->others);
	g_free(triage);
}

bool
triage_is_ours(const Config *config, const Envelope *envelope)
{
	for (guint i = 0; i < envelope->recipients->len; i++) {
		const char *address = envelope->recipients->pdata[i];
		if (triage_is_staff(config, address))
			return true;
	}
	g_autofree char *agent =
		envelope->login ? config_login_address(config, envelope->login)
				: NULL;
	return agent || config->agent_dmarc ||
	       network_list_contains(config->agent_networks, envelope->client);
}
