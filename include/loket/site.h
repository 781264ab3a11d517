/*
 * site: one configuration and all that works by it, opened together.
 *
 * The programs open a site and hand its parts on; a reload opens a new site
 * beside the old one, which lives on until its last user lets go.
 */
#ifndef LOKET_SITE_H
#define LOKET_SITE_H

#include <loket/intake.h>

typedef struct Site {
	Config *config;
	Keyring *keyring;
	Templates *templates;
	MailReader *reader;
	TagReader *tags;
	Store *store;
	char *hostname;
	Intake intake; /* borrows from all of the above */
} Site;

/*
 * Opens the site of a configuration file: STORE_WRITE makes the store and the
 * secret where they are missing; the other modes make nothing, and the keyring
 * is then NULL when there is no secret yet. The result is the caller's,
 * released with site_unref. Errors are those of the parts; the message names
 * the file.
 */
Site *site_open(const char *config_path, enum StoreMode mode, GError **error);

/* The parts that need no configuration, with the defaults of a site without
 * desks: for reading mails only. config, store and keyring are NULL. */
Site *site_open_bare(GError **error);

Site *site_ref(Site *site);
void site_unref(Site *site);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Site, site_unref)

#endif
