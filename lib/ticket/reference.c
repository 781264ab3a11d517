/* reference: see include/loket/reference.h */
#include <string.h>

#include <loket/number.h>
#include <loket/reference.h>

/* 40 bits: enough that two mails of one ticket never share an id. */
#define UNIQUE_LENGTH 8
#define PURPOSE "ticket"
#define LOOP_PURPOSE "loop"

char *
reference_new(const Keyring *keyring, const char *number, const char *domain)
{
	g_autofree char *unique = token_random(UNIQUE_LENGTH);
	g_autofree char *named = g_strdup_printf("%s.%s", number, unique);
	g_autofree char *token = token_make(keyring, PURPOSE, named);
	return g_strdup_printf("%s.%s@%s", named, token, domain);
}

char *
loop_mark_new(const Keyring *keyring)
{
	g_autofree char *unique = token_random(UNIQUE_LENGTH);
	g_autofree char *token = token_make(keyring, LOOP_PURPOSE, unique);
	return g_strdup_printf("%s.%s", unique, token);
}

bool
loop_mark_is_ours(const Keyring *keyring, const char *mark)
{
	if (strlen(mark) != UNIQUE_LENGTH + 1 + TOKEN_LENGTH ||
	    mark[UNIQUE_LENGTH] != '.')
		return false;
	g_autofree char *unique = g_ascii_strdown(mark, UNIQUE_LENGTH);
	return token_is_ours(keyring, LOOP_PURPOSE, unique,
			     mark + UNIQUE_LENGTH + 1);
}

char *
reference_number(const Keyring *keyring, const char *message_id)
{
	const size_t named_length = NUMBER_DIGITS + 1 + UNIQUE_LENGTH;
	const size_t local_length = named_length + 1 + TOKEN_LENGTH;
	if (strcspn(message_id, "@") != local_length ||
	    message_id[NUMBER_DIGITS] != '.' || message_id[named_length] != '.')
		return NULL;
	/* some gateways fold the case of the whole id */
	g_autofree char *named = g_ascii_strdown(message_id, named_length);
	g_autofree char *token =
		g_strndup(message_id + named_length + 1, TOKEN_LENGTH);
	if (!token_is_ours(keyring, PURPOSE, named, token))
		return NULL;
	return g_strndup(message_id, NUMBER_DIGITS);
}
