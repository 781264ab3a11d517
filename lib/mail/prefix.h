/*
 * prefix: what mail clients put before a subject, "Re:", "Doorst:", "WG:".
 */
#ifndef LOKET_MAIL_PREFIX_H
#define LOKET_MAIL_PREFIX_H

enum Prefix {
	PREFIX_NONE,
	PREFIX_REPLY,
	PREFIX_FORWARD,
	PREFIX_LABEL, /* "[EXTERN]", "Ext:", a tag: of no client */
};

/* The beginning of a subject in lower case, which is all that decides; "" for
 * NULL. The caller's. */
char *prefix_fold(const char *subject);

/* Which prefix a folded subject begins with; *rest is what stands behind it,
 * the subject itself where there is none. */
enum Prefix prefix_of(const char *subject, const char **rest);

#endif
