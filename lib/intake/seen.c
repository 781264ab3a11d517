/*
 * seen: the same mail twice is one mail.
 *
 * Design 8.6. A mail comes again when a 250 was lost, when two servers bring
 * it, or when its recipients were split. A repeat counts nothing; recipients
 * that were not there before are remembered.
 */
#include <string.h>

#include <loket/address.h>

#include "job.h"

/* Without a Message-ID two mails alike may well be two. */
#define WINDOW_WITHOUT_ID_S 3600

static void
add_part(GChecksum *sum, const char *part)
{
	/* with the NUL, so that parts cannot run into one another */
	const char *text = part ? part : "";
	g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
}

static char *
key_of(const Job *job, const char *message_id, const char *sender)
{
	const Mail *mail = job->mail;
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	add_part(sum, message_id);
	g_autofree char *canonical = address_canonical(sender);
	add_part(sum, canonical);
	add_part(sum, mail->body_sha256);
	static const char *const also[] = {"From", "Reply-To", "Date",
					   "Subject"};
	for (size_t i = 0; !message_id && i < G_N_ELEMENTS(also); i++)
		add_part(sum, mail_header(mail, also[i], 0));
	return g_strdup(g_checksum_get_string(sum));
}

static char *
key_before(const Job *job)
{
	return key_of(job, job->mail->message_id, job->envelope->sender);
}

/* Of the mail as it leaves: a content filter may bring that again. */
static char *
key_after(const Job *job)
{
	return key_of(job, message_id_of(job),
		      job->sender ? job->sender : job->envelope->sender);
}

static int64_t
window_of(const Job *job)
{
	int64_t window_s = job->intake->config->duplicate_within_s;
	return job->mail->message_id ? window_s
				     : MIN(window_s, WINDOW_WITHOUT_ID_S);
}

bool
find_seen(StoreTx *tx, Job *job, GError **error)
{
	g_autofree char *key = key_before(job);
	if (!store_seen_get(tx, key, job->now - window_of(job), &job->seen,
			    error))
		return false;
	job->duplicate = job->seen != NULL;
	return !job->seen || !job->seen->ticket ||
	       store_ticket_get(tx, job->seen->ticket, &job->ticket, error);
}

/* The recipients of the times before, in lower case. */
static GHashTable *
recipients_before(const Seen *seen)
{
	GHashTable *before =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(seen ? seen->recipients : "", "\n",
					 ENVELOPE_RECIPIENTS_MAX);
	for (guint i = 0; lines[i]; i++)
		g_hash_table_add(before, g_ascii_strdown(lines[i], -1));
	return before;
}

GPtrArray *
fresh_recipients(const Job *job)
{
	GPtrArray *fresh = g_ptr_array_new();
	const GPtrArray *all = job->envelope->recipients;
	g_autoptr(GHashTable) before = recipients_before(job->seen);
	for (guint i = 0; i < all->len; i++) {
		g_autofree char *folded = g_ascii_strdown(all->pdata[i], -1);
		if (!g_hash_table_contains(before, folded))
			g_ptr_array_add(fresh, all->pdata[i]);
	}
	return fresh;
}

static char *
recipients_now(const Job *job)
{
	g_autoptr(GPtrArray) fresh = fresh_recipients(job);
	GString *lines = g_string_new(job->seen ? job->seen->recipients : "");
	for (guint i = 0; i < fresh->len; i++)
		g_string_append_printf(lines, "%s\n",
				       (const char *)fresh->pdata[i]);
	if (job->decision->copy_to)
		g_string_append_printf(lines, "%s\n", job->decision->copy_to);
	return g_string_free(lines, FALSE);
}

bool
remember_seen(StoreTx *tx, const Job *job, GError **error)
{
	g_autofree char *before = key_before(job);
	g_autofree char *after = key_after(job);
	g_autofree char *recipients = recipients_now(job);
	Seen seen = {.ticket = job->ticket ? job->ticket->number : NULL,
		     .recipients = recipients,
		     .at = job->seen ? job->seen->at : job->now};
	int64_t since = job->now - job->intake->config->duplicate_within_s;
	return store_seen_put(tx, before, &seen, since, error) &&
	       (strcmp(before, after) == 0 ||
		store_seen_put(tx, after, &seen, since, error));
}
