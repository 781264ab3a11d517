/* bounce: see bounce.h */
#include <string.h>

#include "bounce.h"
#include "bounce_forms.h"
#include "header.h"
#include "text.h"

/* How an action may be written, by its beginning. */
static const struct {
	const char *prefix;
	const char *action;
} actions[] = {
	{"delay", "delayed"},	  {"defer", "delayed"},
	{"warn", "delayed"},	  {"deliver", "delivered"},
	{"success", "delivered"}, {"relay", "relayed"},
	{"expand", "expanded"},
};

static const char *
normal_action(const char *raw)
{
	const char *word = raw ? raw + strspn(raw, " \t\r\n") : "";
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++)
		if (g_ascii_strncasecmp(word, actions[i].prefix,
					strlen(actions[i].prefix)) == 0)
			return actions[i].action;
	return "failed";
}

/* RFC 3463 2: class "." subject "." detail, at the front of raw. */
static char *
status_of(const char *raw)
{
	const char *status = raw ? raw + strspn(raw, " \t\r\n") : "";
	size_t length = strspn(status, "0123456789.");
	if (length < 5 || !strchr("245", status[0]) || status[1] != '.')
		length = 0;
	return g_strndup(status, length);
}

/* RFC 3464 2.3.1: address-type ";" address. */
static char *
address_of(const char *raw)
{
	const char *semicolon = strchr(raw, ';');
	const char *address = semicolon ? semicolon + 1 : raw;
	address += strspn(address, " \t\r\n<");
	g_autofree char *bytes =
		g_strndup(address, strcspn(address, " \t\r\n>"));
	return g_utf8_make_valid(bytes, -1);
}

void
bounce_add(MailBounce *bounce, const char *address, const char *action,
	   const char *status)
{
	if (bounce->recipients->len >= BOUNCE_RECIPIENTS_MAX)
		return;
	MailRecipientStatus *recipient = g_new0(MailRecipientStatus, 1);
	recipient->address = address_of(address);
	recipient->action = g_strdup(normal_action(action));
	recipient->status = status_of(status);
	g_ptr_array_add(bounce->recipients, recipient);
}

static void
recipient_free(void *data)
{
	MailRecipientStatus *recipient = data;
	g_free(recipient->address);
	g_free(recipient->action);
	g_free(recipient->status);
	g_free(recipient);
}

void
bounce_free(MailBounce *bounce)
{
	if (!bounce)
		return;
	g_ptr_array_unref(bounce->recipients);
	g_free(bounce->message_id);
	g_free(bounce);
}

MailBounce *
bounce_new(void)
{
	MailBounce *bounce = g_new0(MailBounce, 1);
	bounce->recipients = g_ptr_array_new_with_free_func(recipient_free);
	return bounce;
}

/* The fields of one group of a report. */
enum GroupField {
	FINAL_RECIPIENT,
	ORIGINAL_RECIPIENT,
	ACTION,
	STATUS,
	GROUP_FIELDS,
};

static const char *const group_fields[GROUP_FIELDS] = {
	[FINAL_RECIPIENT] = "Final-Recipient",
	[ORIGINAL_RECIPIENT] = "Original-Recipient",
	[ACTION] = "Action",
	[STATUS] = "Status",
};

static void
take_field(const FieldSpan *field, char *values[GROUP_FIELDS])
{
	for (size_t i = 0; i < GROUP_FIELDS; i++) {
		if (values[i] || !scan_field_is(field, group_fields[i]))
			continue;
		values[i] = g_strndup(field->value, field->value_length);
		return;
	}
}

/* RFC 3464 2.3.1: the original one is the one that was written to; the final
 * one may be an alias's, or no mail address at all. */
static const char *
recipient_of(char *const values[GROUP_FIELDS])
{
	const char *original = values[ORIGINAL_RECIPIENT];
	if (original && strchr(original, '@'))
		return original;
	return values[FINAL_RECIPIENT] ? values[FINAL_RECIPIENT] : original;
}

/* Some reports repeat a group for each try. */
static bool
is_told(const MailBounce *bounce, const char *raw_address,
	const char *raw_action)
{
	g_autofree char *address = address_of(raw_address);
	const char *action = normal_action(raw_action);
	for (guint i = 0; i < bounce->recipients->len; i++) {
		const MailRecipientStatus *told = bounce->recipients->pdata[i];
		if (strcmp(told->action, action) == 0 &&
		    g_ascii_strcasecmp(told->address, address) == 0)
			return true;
	}
	return false;
}

/* Reads up to the empty line behind the group. */
static void
read_group(const char **cursor, const char *end, MailBounce *bounce)
{
	char *values[GROUP_FIELDS] = {NULL};
	FieldSpan field;
	while (scan_field(cursor, end, &field))
		take_field(&field, values);
	const char *address = recipient_of(values);
	if (address && !is_told(bounce, address, values[ACTION]))
		bounce_add(bounce, address, values[ACTION], values[STATUS]);
	for (size_t i = 0; i < GROUP_FIELDS; i++)
		g_free(values[i]);
}

static void
read_status_part(const Part *part, size_t *bytes_left, MailBounce *bounce)
{
	g_autoptr(GString) report = g_string_new(NULL);
	*bytes_left -= text_decode(part, report, *bytes_left);
	const char *cursor = report->str;
	const char *end = cursor + report->len;
	while (cursor < end) {
		const char *group = cursor;
		read_group(&cursor, end, bounce);
		/* a line that is no field is passed over */
		if (cursor == group)
			cursor += strcspn(cursor, "\n") + 1;
	}
}

char *
bounce_id_in(const char *header, size_t length)
{
	const char *cursor = header;
	FieldSpan field;
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	while (ids->len == 0 && scan_field(&cursor, header + length, &field)) {
		if (!scan_field_is(&field, "Message-ID"))
			continue;
		g_autofree char *value =
			g_strndup(field.value, field.value_length);
		(void)header_ids(value, 1, ids);
	}
	return ids->len > 0 ? g_ptr_array_steal_index(ids, 0) : NULL;
}

static void
read_returned_part(const BouncePatterns *patterns, const Part *part,
		   size_t *bytes_left, MailBounce *bounce)
{
	g_autoptr(GString) header = g_string_new(NULL);
	*bytes_left -= text_decode(part, header, *bytes_left);
	if (!bounce->message_id)
		bounce->message_id = bounce_id_in(header->str, header->len);
	if (bounce->recipients->len == 0)
		bounce_add_addressee(patterns, header->str, header->len, NULL,
				     bounce);
}

static void
read_reports(const Part *part, size_t *bytes_left, MailBounce *bounce)
{
	static const char *const types[] = {"message/delivery-status",
					    "message/global-delivery-status",
					    NULL};
	for (guint i = 0; part->children && i < part->children->len; i++)
		read_reports(part->children->pdata[i], bytes_left, bounce);
	if (g_strv_contains(types, part->type))
		read_status_part(part, bytes_left, bounce);
}

static void
read_returned(const BouncePatterns *patterns, const Part *part,
	      size_t *bytes_left, MailBounce *bounce)
{
	static const char *const types[] = {
		"message/rfc822",	  "message/global",
		"message/rfc822-headers", "message/global-headers",
		"text/rfc822-headers",	  NULL};
	for (guint i = 0; part->children && i < part->children->len; i++)
		read_returned(patterns, part->children->pdata[i], bytes_left,
			      bounce);
	if (g_strv_contains(types, part->type))
		read_returned_part(patterns, part, bytes_left, bounce);
}

/* A report that names nobody has a letter beside it that does. */
static void
read_report(const BouncePatterns *patterns, const Part *root, Mail *mail)
{
	size_t bytes_left = BOUNCE_BYTES_MAX;
	mail->bounce = bounce_new();
	read_reports(root, &bytes_left, mail->bounce);
	if (mail->bounce->recipients->len == 0)
		(void)bounce_read_letter(patterns, mail, mail->bounce);
}

/* Exchange answers the mail that it does not return; Exim's warning refers to
 * it. NULL when neither is so. */
static const char *
answered_id(const Mail *mail)
{
	if (mail->in_reply_to->len > 0)
		return mail->in_reply_to->pdata[0];
	if (mail->references->len > 0)
		return mail->references->pdata[mail->references->len - 1];
	return NULL;
}

void
bounce_read(const BouncePatterns *patterns, Mail *mail, const Part *root)
{
	if (g_strcmp0(mail->report, "delivery-status") == 0)
		read_report(patterns, root, mail);
	else
		mail->bounce = bounce_from_letter(patterns, mail);
	if (!mail->bounce)
		return;
	size_t bytes_left = BOUNCE_BYTES_MAX;
	read_returned(patterns, root, &bytes_left, mail->bounce);
	if (!mail->bounce->message_id)
		mail->bounce->message_id = g_strdup(answered_id(mail));
}
