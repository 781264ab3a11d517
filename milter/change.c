/* change: see change.h */
#include <loket/edit.h>

#include "change.h"

/* Which instance of its name the nth of the names is. */
static int
instance_of(const GPtrArray *names, guint nth)
{
	int instance = 0;
	for (guint i = 0; i <= nth; i++)
		instance += g_ascii_strcasecmp(names->pdata[i],
					       names->pdata[nth]) == 0;
	return instance;
}

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
	for (guint i = message->ours->len; i-- > 0;) {
		char *name = message->ours->pdata[i];
		int instance = instance_of(message->ours, i);
		if (instance > count_deletions(edits, name) &&
		    smfi_chgheader(ctx, name, instance, NULL) != MI_SUCCESS)
			return false;
	}
	return true;
}

static int
make_in_header(SMFICTX *ctx, const Edit *edit, bool has_lead)
{
	/* where the space after the colon is ours to keep, it is to write */
	g_autofree char *value = edit->value ? g_strconcat(has_lead ? " " : "",
							   edit->value, NULL)
					     : NULL;
	return edit->kind == EDIT_ADD
		       ? smfi_addheader(ctx, edit->name, value)
		       : smfi_chgheader(ctx, edit->name, edit->instance, value);
}

static int
make(SMFICTX *ctx, const Edit *edit, bool has_lead)
{
	g_autofree char *path = g_strconcat("<", edit->value, ">", NULL);
	switch (edit->kind) {
	case EDIT_SENDER:
		return smfi_chgfrom(ctx, path, NULL);
	case EDIT_ADD_RECIPIENT:
		return smfi_addrcpt(ctx, path);
	case EDIT_DELETE_RECIPIENT:
		return smfi_delrcpt(ctx, path);
	case EDIT_ADD:
	case EDIT_CHANGE:
	case EDIT_DELETE:
		break;
	}
	return make_in_header(ctx, edit, has_lead);
}

bool
change_make(SMFICTX *ctx, const GPtrArray *edits, bool has_lead)
{
	for (guint i = 0; i < edits->len; i++)
		if (make(ctx, edits->pdata[i], has_lead) != MI_SUCCESS)
			return false;
	return true;
}
