/* messages: the mails themselves, and which were seen before. */
#include <string.h>
#include <zstd.h>

#include <loket/error.h>

#include "sqlite.h"

/* zstd's default: small enough, and fast beside the flush. */
#define COMPRESSION_LEVEL 3

GBytes *
store_pack(GBytes *raw, GError **error)
{
	gsize size;
	const void *data = g_bytes_get_data(raw, &size);
	size_t room = ZSTD_compressBound(size);
	g_autofree void *packed = g_malloc(room);
	size_t length =
		ZSTD_compress(packed, room, data, size, COMPRESSION_LEVEL);
	if (!ZSTD_isError(length))
		return g_bytes_new_take(
			g_realloc(g_steal_pointer(&packed), length), length);
	g_set_error(error, LOKET_ERROR, LOKET_ERROR_TEMPORARY,
		    "store: the mail cannot be compressed: %s",
		    ZSTD_getErrorName(length));
	return NULL;
}

static bool
raw_add(StoreTx *tx, int64_t message, GBytes *packed, GError **error)
{
	gsize length;
	const void *frame = g_bytes_get_data(packed, &length);
	return db_run(tx, error, "INSERT INTO raw VALUES (?1, ?2, ?3)", "iib",
		      message, (int64_t)ZSTD_getFrameContentSize(frame, length),
		      packed);
}

static char *
lines_of(const GPtrArray *texts)
{
	GString *lines = g_string_new(NULL);
	for (guint i = 0; texts && i < texts->len; i++)
		g_string_append_printf(lines, "%s%s", i > 0 ? "\n" : "",
				       (const char *)texts->pdata[i]);
	return g_string_free(lines, FALSE);
}

static GPtrArray *
texts_of(const char *lines)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) parts = g_strsplit(lines ? lines : "", "\n", -1);
	for (guint i = 0; parts[i]; i++)
		if (*parts[i])
			g_ptr_array_add(texts, g_strdup(parts[i]));
	return texts;
}

bool
store_message_add(StoreTx *tx, const MessageDraft *draft, GError **error)
{
	g_autofree char *recipients = lines_of(draft->to);
	bool ok = db_run(
		tx, error,
		"INSERT INTO message (ticket, message_id, role, direction,"
		" sender, recipients, at, subject, new_text, attachments,"
		" envelope_from, queue_id, desk, reason, conversation)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?13, ?14, ?15)",
		"ttttttitttttttt", draft->ticket, draft->message_id,
		draft->role, draft->direction, draft->from, recipients,
		draft->at, draft->subject, draft->new_text,
		draft->attachments ? draft->attachments : "[]",
		draft->envelope_from, draft->queue_id, draft->desk,
		draft->reason, draft->conversation);
	if (!ok)
		return false;
	return !draft->packed ||
	       raw_add(tx, sqlite3_last_insert_rowid(tx->handle), draft->packed,
		       error);
}

static bool
read_number(StoreTx *tx, sqlite3_stmt *row, char **number, GError **error)
{
	bool ok;
	*number = NULL;
	while (db_next(tx, row, &ok, error))
		*number = row_text(row, 0);
	return ok;
}

bool
store_ticket_of_message(StoreTx *tx, const char *message_id, char **number,
			GError **error)
{
	return read_number(
		tx,
		db_query(tx, error,
			 "SELECT ticket FROM message WHERE message_id = ?1"
			 " AND ticket IS NOT NULL ORDER BY id LIMIT 1",
			 "t", message_id),
		number, error);
}

bool
store_ticket_forwarded(StoreTx *tx, const char *message_id, const char *number,
		       char **forwarded, GError **error)
{
	/* links go both ways, and what was made of a ticket is younger */
	return read_number(
		tx,
		db_query(tx, error,
			 "SELECT message.ticket FROM message"
			 " JOIN link ON link.ticket = message.ticket"
			 " WHERE message.message_id = ?1 AND link.other = ?2"
			 " AND link.kind = 'forwarded'"
			 " AND message.ticket > ?2 ORDER BY message.id LIMIT 1",
			 "tt", message_id, number),
		forwarded, error);
}

bool
store_ticket_of_conversation(StoreTx *tx, const char *conversation,
			     char **number, GError **error)
{
	return read_number(
		tx,
		db_query(tx, error,
			 "SELECT ticket FROM message WHERE conversation = ?1"
			 " AND ticket IS NOT NULL ORDER BY id LIMIT 1",
			 "t", conversation),
		number, error);
}

static void
message_free(void *data)
{
	Message *message = data;
	char *texts[] = {message->ticket,	 message->message_id,
			 message->role,		 message->direction,
			 message->from,		 message->subject,
			 message->new_text,	 message->attachments,
			 message->envelope_from, message->queue_id,
			 message->desk,		 message->reason};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_ptr_array_unref(message->to);
	g_free(message);
}

#define MESSAGE_COLUMNS                                                        \
	"id, ticket, message_id, role, direction, sender, recipients, at,"     \
	" subject, new_text, attachments, envelope_from, queue_id, desk,"      \
	" reason"

static Message *
message_of_row(sqlite3_stmt *row)
{
	g_autofree char *recipients = row_text(row, 6);
	Message *message = g_new0(Message, 1);
	message->id = sqlite3_column_int64(row, 0);
	message->ticket = row_text(row, 1);
	message->message_id = row_text(row, 2);
	message->role = row_text(row, 3);
	message->direction = row_text(row, 4);
	message->from = row_text(row, 5);
	message->to = texts_of(recipients);
	message->at = sqlite3_column_int64(row, 7);
	message->subject = row_text(row, 8);
	message->new_text = row_text(row, 9);
	message->attachments = row_text(row, 10);
	message->envelope_from = row_text(row, 11);
	message->queue_id = row_text(row, 12);
	message->desk = row_text(row, 13);
	message->reason = row_text(row, 14);
	return message;
}

static bool
messages_read(StoreTx *tx, sqlite3_stmt *row, GPtrArray **messages,
	      GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found =
		g_ptr_array_new_with_free_func(message_free);
	while (db_next(tx, row, &ok, error))
		g_ptr_array_add(found, message_of_row(row));
	if (ok)
		*messages = g_steal_pointer(&found);
	return ok;
}

bool
store_messages_list(StoreTx *tx, const char *number, GPtrArray **messages,
		    GError **error)
{
	return messages_read(tx,
			     db_query(tx, error,
				      "SELECT " MESSAGE_COLUMNS " FROM message"
				      " WHERE ticket = ?1 ORDER BY id",
				      "t", number),
			     messages, error);
}

bool
store_newest_of_role(StoreTx *tx, const char *number, const char *role,
		     char **message_id, GError **error)
{
	bool ok;
	*message_id = NULL;
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT coalesce(message_id, '')"
				     " FROM message"
				     " WHERE ticket = ?1 AND role = ?2"
				     " ORDER BY id DESC LIMIT 1",
				     "tt", number, role);
	while (db_next(tx, row, &ok, error))
		*message_id = row_text(row, 0);
	return ok;
}

bool
store_loose_list(StoreTx *tx, const char *role, int limit, GPtrArray **messages,
		 GError **error)
{
	return messages_read(tx,
			     db_query(tx, error,
				      "SELECT " MESSAGE_COLUMNS " FROM message"
				      " WHERE ticket IS NULL AND role = ?1"
				      " ORDER BY id DESC LIMIT ?2",
				      "ti", role,
				      (int64_t)(limit > 0 ? limit : -1)),
			     messages, error);
}

void
seen_free(Seen *seen)
{
	if (!seen)
		return;
	g_free(seen->ticket);
	g_free(seen->recipients);
	g_free(seen);
}

bool
store_seen_get(StoreTx *tx, const char *key, int64_t since, Seen **seen,
	       GError **error)
{
	bool ok;
	*seen = NULL;
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT ticket, recipients, at FROM seen"
				     " WHERE key = ?1 AND at >= ?2",
				     "ti", key, since);
	while (db_next(tx, row, &ok, error)) {
		*seen = g_new0(Seen, 1);
		(*seen)->ticket = row_text(row, 0);
		(*seen)->recipients = row_text(row, 1);
		(*seen)->at = sqlite3_column_int64(row, 2);
	}
	return ok;
}

static bool
forget_seen(StoreTx *tx, int64_t since, GError **error)
{
	return db_run(tx, error,
		      "DELETE FROM seen WHERE key IN (SELECT key FROM seen"
		      " WHERE at < ?1 ORDER BY at LIMIT ?2)",
		      "ii", since, (int64_t)STORE_FORGET_MAX);
}

bool
store_seen_put(StoreTx *tx, const char *key, const Seen *seen, int64_t since,
	       GError **error)
{
	return db_run(tx, error,
		      "INSERT OR REPLACE INTO seen VALUES (?1, ?2, ?3, ?4)",
		      "ttti", key, seen->ticket, seen->recipients, seen->at) &&
	       forget_seen(tx, since, error);
}
