/* bounce_forms: see bounce_forms.h */
#include <string.h>

#include "bounce_forms.h"

struct BouncePatterns {
	Pattern *letter;
};

BouncePatterns *
bounce_patterns_new(GError **error)
{
	(void)error;
	return g_new0(BouncePatterns, 1);
}

void
bounce_patterns_free(BouncePatterns *patterns)
{
	g_free(patterns);
}

MailBounce *
bounce_from_letter(const BouncePatterns *patterns, const Mail *mail)
{
	(void)patterns;
	(void)mail;
	return NULL;
}
