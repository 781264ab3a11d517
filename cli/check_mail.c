/*
 * check_mail: does a notification arrive, and is it signed for its domain?
 *
 * Whether a mail was signed shows only where it arrives: a signing milter
 * stands behind Loket's own. What is looked for is a DKIM-Signature (RFC 6376)
 * that is aligned with From (RFC 7489 3.1.1). Whether it holds is for the
 * server to say where it arrived, if that is one of ours.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <glib/gstdio.h>

#include <loket/address.h>
#include <loket/authres.h>
#include <loket/clock.h>
#include <loket/error.h>
#include <loket/notification.h>
#include <loket/reference.h>
#include <loket/smtp.h>

#include "command.h"

#define ARRIVAL_S 60
#define LOOK_EVERY_US (G_USEC_PER_SEC / 2)
/* Of an mbox, its end; of a mail, far more than ours has. */
#define MAIL_BYTES_MAX (1u << 20)
/* Between this machine's clock and that of a file server. */
#define CLOCK_SLACK_S 300

/* The value of a tag of a signature, "d" (RFC 6376 3.2); the caller's, NULL:
 * it has none. */
static char *
tag_value(const char *signature, const char *name)
{
	g_auto(GStrv) tags = g_strsplit(signature, ";", -1);
	for (char **tag = tags; *tag; tag++) {
		char *equals = strchr(*tag, '=');
		if (!equals)
			continue;
		*equals = '\0';
		if (strcmp(g_strstrip(*tag), name) == 0)
			return g_strdup(g_strstrip(equals + 1));
	}
	return NULL;
}

/* The domain that signed for the one of From, the caller's; NULL: none did,
 * and *others are those that signed for themselves. */
static char *
find_signer(const Mail *mail, const char *domain, GString *others)
{
	const char *signature;
	for (size_t i = 0; (signature = mail_header(mail, "DKIM-Signature", i));
	     i++) {
		g_autofree char *signer = tag_value(signature, "d");
		if (signer && authres_is_aligned(signer, domain))
			return g_steal_pointer(&signer);
		if (signer)
			g_string_append_printf(others, " %s", signer);
	}
	return NULL;
}

static void
print_missing(const Site *site, const char *domain, const GString *others)
{
	if (others->len > 0)
		(void)printf("not signed for %s, but for%s: DMARC wants the "
			     "domain of From\n",
			     domain, others->str);
	else
		(void)printf("not signed: it has no DKIM-Signature of %s\n",
			     domain);
	(void)printf("missing: the mail server at %s must sign what comes "
		     "from this host for %s.\nA signing milter stands behind "
		     "Loket's in smtpd_milters of that port, and takes this "
		     "host for one of its own (OpenDKIM: InternalHosts, "
		     "SigningTable).\n",
		     site->config->relay, domain);
}

/* What our own servers say of it. */
static AuthState
verdict_of(const Site *site, const Mail *mail)
{
	return authres_judge(mail,
			     (const char *const *)site->config->authserv_id,
			     site->hostname, NULL);
}

static int
judge_signature(const Site *site, const Mail *mail, const char *domain)
{
	g_autoptr(GString) others = g_string_new(NULL);
	g_autofree char *signer = find_signer(mail, domain, others);
	AuthState verdict = verdict_of(site, mail);
	if (!signer) {
		print_missing(site, domain, others);
		return EX_UNAVAILABLE;
	}
	if (verdict == AUTH_FAIL) {
		(void)printf("signed by %s for %s, but it failed where it "
			     "arrived: is the key published?\n",
			     signer, domain);
		return EX_UNAVAILABLE;
	}
	(void)printf("signed: by %s for %s%s\n", signer, domain,
		     verdict == AUTH_PASS ? ", and verified where it arrived"
					  : "");
	return EX_OK;
}

/* Anybody's signed mail would prove nothing. */
static bool
is_ours(const Site *site, const Mail *mail)
{
	const char *from = mail_from_address(mail);
	const char *mark = mail_header(mail, LOOP_HEADER, 0);
	return from && mark && site->keyring &&
	       config_desk_for(site->config, from) &&
	       loop_mark_is_ours(site->keyring, mark);
}

static int
judge(const Site *site, GBytes *bytes)
{
	g_autoptr(Mail) mail = mail_read(site->reader, bytes);
	if (!is_ours(site, mail)) {
		(void)printf("this is no notification of this site: From is "
			     "no desk's, or " LOOP_HEADER " not ours\n");
		return EX_DATAERR;
	}
	return judge_signature(site, mail,
			       address_domain(mail_from_address(mail)));
}

/* At most the last MAIL_BYTES_MAX; NULL when it cannot be read. */
static GBytes *
read_end(const char *path)
{
	FILE *in = fopen(path, "rb");
	if (!in)
		return NULL;
	if (fseek(in, -(long)MAIL_BYTES_MAX, SEEK_END) != 0)
		(void)fseek(in, 0, SEEK_SET);
	char *text = g_malloc(MAIL_BYTES_MAX + 1);
	size_t size = fread(text, 1, MAIL_BYTES_MAX, in);
	(void)fclose(in);
	text[size] = '\0';
	return g_bytes_new_take(text, size);
}

int
check_received(const Site *site, const char *file)
{
	g_autoptr(GBytes) bytes = read_end(file);
	if (bytes)
		return judge(site, bytes);
	(void)fprintf(stderr, "loket: %s cannot be read\n", file);
	return EX_NOINPUT;
}

static const char *
find(const char *text, size_t size, const char *words)
{
	size_t length = strlen(words);
	for (const char *p = text; size >= length; p++, size--)
		if (*p == *words && memcmp(p, words, length) == 0)
			return p;
	return NULL;
}

/* The mail of an mbox (RFC 4155) or file with this Message-ID; NULL: it is not
 * there. */
static GBytes *
mail_in_file(const char *path, const char *id)
{
	gsize size = 0;
	g_autoptr(GBytes) bytes = read_end(path);
	const char *text = bytes ? g_bytes_get_data(bytes, &size) : NULL;
	const char *found = text ? find(text, size, id) : NULL;
	if (!found)
		return NULL;
	const char *start = found;
	while (start > text && strncmp(start, "\nFrom ", 6) != 0)
		start--;
	start += *start == '\n';
	size_t rest = size - (size_t)(found - text);
	const char *end = find(found, rest, "\nFrom ");
	return g_bytes_new(start, (gsize)((end ? end : text + size) - start));
}

/* Files from before the mail was sent are none of it. */
static bool
is_recent(const char *path, int64_t since)
{
	GStatBuf status;
	return g_stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       status.st_mtime >= since - CLOCK_SLACK_S;
}

static GBytes *
mail_in_directory(const char *path, const char *id, int64_t since)
{
	GBytes *mail = NULL;
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	for (const char *name; dir && !mail && (name = g_dir_read_name(dir));) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		if (is_recent(file, since))
			mail = mail_in_file(file, id);
	}
	return mail;
}

static GBytes *
mail_in(const char *mailbox, const char *id, int64_t since)
{
	static const char *const parts[] = {"new", "cur"};
	GBytes *mail = NULL;
	if (!g_file_test(mailbox, G_FILE_TEST_IS_DIR))
		return mail_in_file(mailbox, id);
	for (size_t i = 0; i < G_N_ELEMENTS(parts) && !mail; i++) {
		g_autofree char *path =
			g_build_filename(mailbox, parts[i], NULL);
		mail = mail_in_directory(path, id, since);
	}
	return mail;
}

/* One that is not there may come with its first mail. */
static bool
check_mailbox(const char *mailbox, GError **error)
{
	g_autofree char *inbox = g_build_filename(mailbox, "new", NULL);
	if (!g_file_test(mailbox, G_FILE_TEST_IS_DIR) ||
	    g_file_test(inbox, G_FILE_TEST_IS_DIR))
		return true;
	return loket_refuse(error, "%s is no Maildir and no mbox", mailbox);
}

static int
await(const Site *site, const char *mailbox, const char *id)
{
	gint64 deadline =
		g_get_monotonic_time() + (gint64)ARRIVAL_S * G_TIME_SPAN_SECOND;
	int64_t since = clock_now();
	while (g_get_monotonic_time() < deadline) {
		g_autoptr(GBytes) mail = mail_in(mailbox, id, since);
		if (mail)
			return judge(site, mail);
		g_usleep(LOOK_EVERY_US);
	}
	bool exists = g_file_test(mailbox, G_FILE_TEST_EXISTS);
	(void)printf("missing: it did not arrive in %s within %d seconds%s\n",
		     mailbox, ARRIVAL_S, exists ? "" : ": it is not there");
	return EX_UNAVAILABLE;
}

static OutboxItem *
compose(const Site *site, const char *address)
{
	int64_t now = clock_now();
	const ConfigDesk *desk = g_ptr_array_index(site->config->desks, 0);
	NotificationDraft draft = {.kind = "check",
				   .key = "",
				   .state = "waiting",
				   .template = TEMPLATE_CHECK,
				   .desk = desk,
				   .to = address,
				   .at = now,
				   .leaves_at = now};
	return notification_compose(&site->intake, &draft);
}

static bool
send_one(const Site *site, const OutboxItem *item, GError **error)
{
	const Config *config = site->config;
	g_autoptr(SmtpClient) smtp =
		smtp_client_new(config->relay, config->relay_user,
				config->relay_password_file, error);
	if (!smtp)
		return false;
	if (config->dry_run)
		return loket_refuse(error, "dry-run: nothing is sent");
	return smtp_send(smtp, "", item->recipient, item->mail, error);
}

int
check_send(const Site *site, const char *address, const char *mailbox)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(OutboxItem) item = compose(site, address);
	if ((mailbox && !check_mailbox(mailbox, &error)) ||
	    !send_one(site, item, &error))
		return command_fail(error);
	(void)printf("the relay %s has taken it for %s, Message-ID <%s>\n",
		     site->config->relay, address, item->message_id);
	(void)fflush(stdout);
	if (mailbox)
		return await(site, mailbox, item->message_id);
	(void)printf("missing: whether it was signed shows where it arrives; "
		     "save its source there, and let\n"
		     "\tloket check --received FILE\n"
		     "look at it, or name the mailbox on this machine with "
		     "--mailbox\n");
	return EX_UNAVAILABLE;
}
