/* notices: what a desk has put up for all who write to it. */
#include "sqlite.h"

void
desk_notice_free(DeskNotice *notice)
{
	if (!notice)
		return;
	g_free(notice->desk);
	g_free(notice->language);
	g_free(notice->text);
	g_free(notice);
}

bool
store_desk_notice_put(StoreTx *tx, const DeskNotice *notice, GError **error)
{
	return db_run(tx, error,
		      "INSERT OR REPLACE INTO desk_notice"
		      " (desk, language, text, until) VALUES (?1, ?2, ?3, ?4)",
		      "ttti", notice->desk, notice->language, notice->text,
		      notice->until);
}

bool
store_desk_notice_remove(StoreTx *tx, const char *desk, GError **error)
{
	return db_run(tx, error, "DELETE FROM desk_notice WHERE desk = ?1", "t",
		      desk);
}

static void
free_notice(void *data)
{
	desk_notice_free(data);
}

static DeskNotice *
notice_of_row(sqlite3_stmt *row)
{
	DeskNotice *notice = g_new0(DeskNotice, 1);
	notice->desk = row_text(row, 0);
	notice->language = row_text(row, 1);
	notice->text = row_text(row, 2);
	notice->until = sqlite3_column_int64(row, 3);
	return notice;
}

#define COLUMNS "desk, language, text, until"

bool
store_desk_notice_get(StoreTx *tx, const DeskNoticeReader *reader,
		      DeskNotice **notice, GError **error)
{
	bool ok;
	*notice = NULL;
	sqlite3_stmt *row =
		db_query(tx, error,
			 "SELECT " COLUMNS " FROM desk_notice WHERE desk = ?1"
			 " AND language IN ('', ?2) AND until > ?3"
			 " ORDER BY language DESC LIMIT 1",
			 "tti", reader->desk,
			 reader->language ? reader->language : "", reader->at);
	while (db_next(tx, row, &ok, error))
		*notice = notice_of_row(row);
	return ok;
}

bool
store_desk_notices_list(StoreTx *tx, int64_t now, GPtrArray **notices,
			GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found =
		g_ptr_array_new_with_free_func(free_notice);
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT " COLUMNS " FROM desk_notice"
				     " WHERE until > ?1"
				     " ORDER BY desk, language",
				     "i", now);
	while (db_next(tx, row, &ok, error))
		g_ptr_array_add(found, notice_of_row(row));
	if (ok)
		*notices = g_steal_pointer(&found);
	return ok;
}
