/* change: see change.h */
#include <loket/edit.h>

#include "change.h"

static int
count_deletions(const GPtrArray *edits, const char *name)
{
	int n = 0;
	for (guint i = 0; i < edits->len; i++) {
		const Edit *edit = edits->pdata[i];
		n += edit->kind == EDIT_DELETE &&
		     g_ascii_strcasecmp(edit->name, name) == 0;
	}
	return n;
}

bool
change_delete_unread(SMFICTX *ctx, const MilterMessage *message,
		     const GPtrArray *edits)
{
	GHashTableIter iter;
	g_hash_table_iter_init(&iter, message->ours);
	void *name, *count;
	while (g_hash_table_iter_next(&iter, &name, &count)) {
		int n_read = count_deletions(edits, name);
		for (int n = GPOINTER_TO_INT(count); n > n_read; n--)
			if (smfi_chgheader(ctx, name, n, NULL) != MI_SUCCESS)
				return false;
	}
	return true;
}

static bool
make(SMFICTX *ctx, const Edit *edit, bool has_lead)
{
	/* where the space after the colon is ours to keep, it is to write */
	g_autofree char *value = edit->value ? g_strconcat(has_lead ? " " : "",
							   edit->value, NULL)
					     : NULL;
	int rc = edit->kind == EDIT_ADD ? smfi_addheader(ctx, edit->name, value)
					: smfi_chgheader(ctx, edit->name,
							 edit->instance, value);
	return rc == MI_SUCCESS;
}

bool
change_make(SMFICTX *ctx, const GPtrArray *edits, bool has_lead)
{
	for (guint i = 0; i < edits->len; i++)
		if (!make(ctx, edits->pdata[i], has_lead))
			return false;
	return true;
}
