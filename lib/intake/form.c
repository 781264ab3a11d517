/* form: see form.h */
#include <string.h>

#include <loket/address.h>

#include "form.h"

/* So many bytes of header and text each are searched: the time that a pattern
 * takes may grow with the square of them. */
#define FORM_BYTES_MAX 32768
/* The longest that may be an address, and one more, so that none is made of
 * the beginning of something longer. */
#define ADDRESS_CHARS 255

bool
form_is_sender(const Config *config, const Envelope *envelope)
{
	if (!network_list_contains(config->form_hosts, envelope->client))
		return false;
	g_autofree char *agent =
		envelope->login ? config_login_address(config, envelope->login)
				: NULL;
	return !agent;
}

/* One line for each field, the subject as it is read. */
static GString *
head_of(const Mail *mail)
{
	GString *head = g_string_new(NULL);
	for (guint i = 0; i < mail->headers->len && head->len < FORM_BYTES_MAX;
	     i++) {
		const MailHeader *header = mail->headers->pdata[i];
		bool is_subject =
			g_ascii_strcasecmp(header->name, "Subject") == 0;
		g_autofree char *value =
			g_strdup(is_subject && mail->subject ? mail->subject
							     : header->value);
		(void)g_strdelimit(value, "\r\n\t", ' ');
		g_string_append_printf(head, "%s: %s\n", header->name, value);
	}
	g_string_truncate(head, FORM_BYTES_MAX);
	return head;
}

/* In the header first: what is typed into a form cannot come before it. */
static char *
pick(const Pattern *pattern, const GString *head, const char *text)
{
	char *found =
		pattern_pick(pattern, head->str, head->len, ADDRESS_CHARS);
	return found ? found
		     : pattern_pick(pattern, text,
				    strnlen(text, FORM_BYTES_MAX),
				    ADDRESS_CHARS);
}

/* As typed; NULL: nobody is stated. */
static char *
stated_address(const Config *config, const Mail *mail)
{
	g_autoptr(GString) head = head_of(mail);
	char *stated = NULL;
	for (guint i = 0; !stated && i < config->form_customer->len; i++)
		stated =
			pick(config->form_customer->pdata[i], head, mail->text);
	if (!stated && mail->reply_to && *mail->reply_to->address)
		stated = g_strdup(mail->reply_to->address);
	return stated;
}

static bool
is_ours(const Config *config, const char *address)
{
	g_autofree char *original = address_canonical(address);
	return config_desk_for(config, original) ||
	       config_is_team_address(config, original) ||
	       config_is_command_address(config, original);
}

char *
form_customer(const Config *config, const Mail *mail)
{
	g_autofree char *stated = stated_address(config, mail);
	if (!stated)
		return NULL;
	bool is_usable = address_is_mailbox(stated) && !is_ours(config, stated);
	return is_usable ? g_steal_pointer(&stated) : g_strdup("");
}

static bool
is_claimed(const Pattern *pattern, const GString *head, const char *text)
{
	return pattern &&
	       (pattern_match(pattern, head->str, head->len, 0, NULL, 0) ||
		pattern_match(pattern, text, strnlen(text, FORM_BYTES_MAX), 0,
			      NULL, 0));
}

const ConfigDesk *
form_desk(const Config *config, const Mail *mail)
{
	g_autoptr(GString) head = head_of(mail);
	for (guint i = 0; i < config->desks->len; i++) {
		const ConfigDesk *desk = config->desks->pdata[i];
		if (is_claimed(desk->form, head, mail->text))
			return desk;
	}
	return NULL;
}

const ConfigTeam *
form_team(const Config *config, const Mail *mail)
{
	g_autoptr(GString) head = head_of(mail);
	for (guint i = 0; i < config->teams->len; i++) {
		const ConfigTeam *team = config->teams->pdata[i];
		if (is_claimed(team->form, head, mail->text))
			return team;
	}
	return NULL;
}
