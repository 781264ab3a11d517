/* reference: see include/loket/reference.h */
#include <string.h>

#include <loket/number.h>
#include <loket/reference.h>

/* 40 bits: enough that two mails of one ticket never share an id. */
#define UNIQUE_LENGTH 8
#define PURPOSE "ticket"
#define LOOP_PURPOSE "loop"
#define BOUNCE_MARK "b-"
#define ADDRESS_PURPOSE "address"

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

char *
bounce_address(const char *reference, const char *desk_address, char delimiter)
{
	const char *domain = strrchr(desk_address, '@');
	g_autofree char *desk =
		g_strndup(desk_address, (gsize)(domain - desk_address));
	g_autofree char *local = g_strndup(reference, strcspn(reference, "@"));
	return g_strdup_printf("%s%c" BOUNCE_MARK "%s%s", desk, delimiter,
			       local, domain);
}

char *
bounce_address_reference(const Keyring *keyring, const char *address,
			 char delimiter)
{
	const char mark[] = {delimiter, 'b', '-', '\0'};
	g_autofree char *lower = g_ascii_strdown(address, -1);
	const char *extension = delimiter ? g_strrstr(lower, mark) : NULL;
	if (!extension)
		return NULL;
	const char *reference = extension + strlen(mark);
	g_autofree char *number = reference_number(keyring, reference);
	return number ? g_strdup(reference) : NULL;
}

char *
reference_extension(const Keyring *keyring, const char *number)
{
	g_autofree char *token = token_make(keyring, ADDRESS_PURPOSE, number);
	return g_strconcat(number, token, NULL);
}

char *
reference_extension_number(const Keyring *keyring, const char *extension)
{
	if (strlen(extension) != NUMBER_DIGITS + TOKEN_LENGTH)
		return NULL;
	g_autofree char *number = g_strndup(extension, NUMBER_DIGITS);
	return token_is_ours(keyring, ADDRESS_PURPOSE, number,
			     extension + NUMBER_DIGITS)
		       ? g_steal_pointer(&number)
		       : NULL;
}
