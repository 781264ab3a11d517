/* fields: what was picked out of a ticket's mails. */
#include "sqlite.h"

Field *
field_new(const char *name, const char *value)
{
	Field *field = g_new(Field, 1);
	*field = (Field){.name = g_strdup(name), .value = g_strdup(value)};
	return field;
}

void
field_free(void *data)
{
	Field *field = data;
	g_free(field->name);
	g_free(field->value);
	g_free(field);
}

bool
store_field_add(StoreTx *tx, const char *number, const Field *field,
		GError **error)
{
	return db_run(tx, error,
		      "INSERT OR IGNORE INTO field VALUES (?1, ?2, ?3)", "ttt",
		      number, field->name, field->value);
}

bool
store_fields_list(StoreTx *tx, const char *number, GPtrArray **fields,
		  GError **error)
{
	bool ok;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(field_free);
	sqlite3_stmt *row = db_query(tx, error,
				     "SELECT name, value FROM field"
				     " WHERE ticket = ?1 ORDER BY name",
				     "t", number);
	while (db_next(tx, row, &ok, error)) {
		g_autofree char *name = row_text(row, 0);
		g_autofree char *value = row_text(row, 1);
		g_ptr_array_add(found, field_new(name, value));
	}
	if (ok)
		*fields = g_steal_pointer(&found);
	return ok;
}

bool
store_ticket_of_field(StoreTx *tx, const Field *field, const char *address,
		      char **number, GError **error)
{
	bool ok;
	*number = NULL;
	sqlite3_stmt *row =
		db_query(tx, error,
			 "SELECT field.ticket FROM field LEFT JOIN participant"
			 " ON participant.ticket = field.ticket"
			 " AND address = ?3"
			 " WHERE name = ?1 AND value = ?2"
			 " ORDER BY address IS NULL, field.ticket LIMIT 1",
			 "ttt", field->name, field->value, address);
	while (db_next(tx, row, &ok, error))
		*number = row_text(row, 0);
	return ok;
}
