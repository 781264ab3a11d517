/*
 * check_mail: does a notification arrive, and is it signed for its domain?
 *
 * Whether a mail was signed shows only where it arrives: a signing milter
 * stands behind Loket's own. What is looked for is a DKIM-Signature (RFC 6376)
 * of the domain of From or one above it, which DMARC takes for aligned (RFC
 * 7489 3.1.1); whether it holds is for the receiving server to say.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include <loket/address.h>
#include <loket/clock.h>
#include <loket/error.h>
#include <loket/notice.h>
#include <loket/smtp.h>

#include "command.h"

#define ARRIVAL_S 60
#define LOOK_EVERY_US (G_USEC_PER_SEC / 2)
/* Of an mbox, its end; of a mail, far more than ours has. */
#define MAIL_BYTES_MAX (1u << 20)

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

static bool
is_aligned(const char *signer, const char *domain)
{
	size_t n = strlen(signer), m = strlen(domain);
	if (n == 0 || n > m || g_ascii_strcasecmp(domain + m - n, signer) != 0)
		return false;
	return n == m || domain[m - n - 1] == '.';
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
		if (signer && is_aligned(signer, domain))
			return g_steal_pointer(&signer);
		if (signer)
			g_string_append_printf(others, " %s", signer);
	}
	return NULL;
}

/* Whether the server where it arrived says that a signature holds. */
static bool
is_verified(const Mail *mail, const char *signer)
{
	const char *results;
	for (size_t i = 0;
	     (results = mail_header(mail, "Authentication-Results", i)); i++) {
		g_autofree char *lower = g_ascii_strdown(results, -1);
		g_autofree char *name = g_ascii_strdown(signer, -1);
		if (strstr(lower, "dkim=pass") && strstr(lower, name))
			return true;
	}
	return false;
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

static int
judge(const Site *site, GBytes *bytes)
{
	g_autoptr(Mail) mail = mail_read(site->reader, bytes);
	const char *from = mail_from_address(mail);
	g_autoptr(GString) others = g_string_new(NULL);
	if (!from) {
		(void)printf("this is no notification: it has no From\n");
		return EX_DATAERR;
	}
	const char *domain = address_domain(from);
	g_autofree char *signer = find_signer(mail, domain, others);
	if (!signer) {
		print_missing(site, domain, others);
		return EX_UNAVAILABLE;
	}
	(void)printf("signed: by %s for %s%s\n", signer, domain,
		     is_verified(mail, signer)
			     ? ", and verified where it arrived"
			     : "");
	return EX_OK;
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

/* The mail of an mbox (RFC 4155) or file with this Message-ID; NULL: it is not
 * there. */
static GBytes *
mail_in_file(const char *path, const char *id)
{
	g_autoptr(GBytes) bytes = read_end(path);
	const char *text = bytes ? g_bytes_get_data(bytes, NULL) : "";
	const char *found = strstr(text, id);
	if (!found)
		return NULL;
	const char *start = found;
	while (start > text && strncmp(start, "\nFrom ", 6) != 0)
		start--;
	start += *start == '\n';
	const char *end = strstr(found, "\nFrom ");
	return g_bytes_new(start, end ? (gsize)(end - start) : strlen(start));
}

static GBytes *
mail_in_directory(const char *path, const char *id)
{
	GBytes *mail = NULL;
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	for (const char *name; dir && !mail && (name = g_dir_read_name(dir));) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
			mail = mail_in_file(file, id);
	}
	return mail;
}

static GBytes *
mail_in(const char *mailbox, const char *id)
{
	static const char *const parts[] = {"new", "cur"};
	if (!g_file_test(mailbox, G_FILE_TEST_IS_DIR))
		return mail_in_file(mailbox, id);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *path =
			g_build_filename(mailbox, parts[i], NULL);
		GBytes *mail = mail_in_directory(path, id);
		if (mail)
			return mail;
	}
	return NULL;
}

static int
await(const Site *site, const char *mailbox, const char *id)
{
	gint64 deadline =
		g_get_monotonic_time() + (gint64)ARRIVAL_S * G_TIME_SPAN_SECOND;
	while (g_get_monotonic_time() < deadline) {
		g_autoptr(GBytes) mail = mail_in(mailbox, id);
		if (mail)
			return judge(site, mail);
		g_usleep(LOOK_EVERY_US);
	}
	(void)printf("missing: it did not arrive in %s within %d seconds\n",
		     mailbox, ARRIVAL_S);
	return EX_UNAVAILABLE;
}

static OutboxItem *
compose(const Site *site, const char *address)
{
	int64_t now = clock_now();
	const ConfigDesk *desk = g_ptr_array_index(site->config->desks, 0);
	Notice notice = {.kind = "check",
			 .key = "",
			 .state = "waiting",
			 .template = TEMPLATE_CHECK,
			 .desk = desk,
			 .to = address,
			 .at = now,
			 .leaves_at = now};
	return notice_compose(&site->intake, &notice);
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
	if (!send_one(site, item, &error))
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
