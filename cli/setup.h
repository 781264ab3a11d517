/*
 * setup: the change that makes a mail server show its mail to Loket.
 *
 * Each returns an exit code of sysexits(3) and has told what is wrong. The
 * directory is that of the server's configuration; NULL: its own default.
 */
#ifndef LOKET_CLI_SETUP_H
#define LOKET_CLI_SETUP_H

#include <loket/config.h>

enum SetupMode {
	SETUP_PRINT, /* says what to change */
	SETUP_APPLY, /* changes it */
	SETUP_UNDO,  /* takes back what was changed */
};

/* About main.cf and master.cf. */
int setup_postfix(const Config *config, const char *config_dir,
		  enum SetupMode mode);
/* About sendmail.mc, of which the site makes its sendmail.cf. */
int setup_sendmail(const Config *config, const char *config_dir,
		   enum SetupMode mode);

#endif
