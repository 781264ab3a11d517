/* spam: see spam.h */
#include <string.h>

#include "spam.h"

/* Header fields of the filters in the field, and how their value begins
 * when they found spam. */
static const struct {
	const char *name;
	const char *value;
} verdicts[] = {
	{"X-Spam-Flag", "YES"},		     /* SpamAssassin, amavis, rspamd */
	{"X-Spam-Status", "Yes"},	     /* SpamAssassin */
	{"X-Spam", "Yes"},		     /* rspamd */
	{"X-Spamd-Result", "default: True"}, /* rspamd, extended */
	{"X-Rspamd-Action", "add header"},   /* rspamd, what it had done */
	{"X-Rspamd-Action", "rewrite subject"},
	{"X-Rspamd-Action", "reject"},
	{"X-Bogosity", "Spam"},	     /* bogofilter */
	{"X-Bogosity", "Yes"},	     /* bogofilter, older */
	{"X-DSPAM-Result", "Spam"},  /* DSPAM */
	{"X-CRM114-Status", "SPAM"}, /* CRM114 */
	{"X-Barracuda-Spam-Flag", "YES"},
	{"X-Proofpoint-Spam-Details", "rule=spam"},
	{"X-MS-Exchange-Organization-SCL", "9"},
};

static bool
begins_with(const char *value, const char *prefix)
{
	value += strspn(value, " \t\n");
	return g_ascii_strncasecmp(value, prefix, strlen(prefix)) == 0;
}

void
spam_read(Mail *mail)
{
	for (size_t i = 0; i < G_N_ELEMENTS(verdicts); i++) {
		size_t count = mail_header_count(mail, verdicts[i].name);
		for (size_t nth = 0; nth < count && !mail->is_spam; nth++)
			mail->is_spam = begins_with(
				mail_header(mail, verdicts[i].name, nth),
				verdicts[i].value);
		if (!mail->is_spam)
			continue;
		mail->spam_reason = g_strdup_printf("%s: %s", verdicts[i].name,
						    verdicts[i].value);
		return;
	}
}
