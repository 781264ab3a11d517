/* address: what an address was before servers on its way rewrote it. */
#include <string.h>

#include <loket/mail.h>

/* Parts of an address in SRS form: hash, time, domain, local part. */
#define SRS_PARTS 4

/* "HHH=TT=domain=local" to "local@domain"; NULL when it is not that. */
static char *
from_srs(const char *tagged)
{
	g_auto(GStrv) parts = g_strsplit(tagged, "=", SRS_PARTS);
	if (g_strv_length(parts) != SRS_PARTS || !*parts[2] || !*parts[3])
		return NULL;
	return g_strdup_printf("%s@%s", parts[3], parts[2]);
}

/* SRS1 wraps the "SRS0" of the hop before, whose separator it keeps:
 * "HHH=hop==HHH=TT=domain=local", "HHH=hop=+HHH=..." */
static char *
from_srs1(const char *tagged)
{
	g_auto(GStrv) parts = g_strsplit(tagged, "=", 3);
	if (g_strv_length(parts) != 3 || !*parts[2] ||
	    !strchr("=+-", *parts[2]))
		return NULL;
	return from_srs(parts[2] + 1);
}

/* "TAG=local" or, as some write it, "local/TAG", and the domain. */
static char *
from_batv(const char *tagged, const char *domain)
{
	const char *equals = strchr(tagged, '=');
	if (equals)
		return g_strconcat(equals + strspn(equals, "="), domain, NULL);
	g_autofree char *local = g_strndup(tagged, strcspn(tagged, "/"));
	return g_strconcat(local, domain, NULL);
}

static bool
begins(const char *text, const char *prefix)
{
	return g_ascii_strncasecmp(text, prefix, strlen(prefix)) == 0;
}

char *
mail_address_original(const char *address)
{
	const char *at = strrchr(address, '@');
	const char *domain = at ? at : address + strlen(address);
	g_autofree char *local = g_strndup(address, domain - address);
	char *original = NULL;
	if (begins(local, "SRS1") && strlen(local) > 5)
		original = from_srs1(local + 5);
	else if (begins(local, "SRS0") && strlen(local) > 5)
		original = from_srs(local + 5);
	else if (begins(local, "prvs="))
		original = from_batv(local + strlen("prvs="), domain);
	else if (begins(local, "btv1=="))
		original = from_batv(local + strlen("btv1=="), domain);
	return original ? original : g_strdup(address);
}
