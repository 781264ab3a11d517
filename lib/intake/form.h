/*
 * form: mail that a web form, or the relay of a marketplace, writes for
 * somebody.
 *
 * It comes from form-hosts, and who is meant stands where the site's patterns
 * find it, or in Reply-To. Anybody may have typed anything into it. Pure.
 */
#ifndef LOKET_INTAKE_FORM_H
#define LOKET_INTAKE_FORM_H

#include <stdbool.h>

#include <loket/config.h>
#include <loket/envelope.h>
#include <loket/mail.h>

/* Whether the mail is a form's. An agent who logs in on such a host speaks
 * for himself. */
bool form_is_sender(const Config *config, const Envelope *envelope);

/*
 * The address of whoever filled in the form, as typed; "" where it is none
 * that may be answered: no mailbox, or one of ours. The caller's. NULL: the
 * form states nobody.
 */
char *form_customer(const Config *config, const Mail *mail);

/* The first desk, or team, that claims the form; NULL: none. */
const ConfigDesk *form_desk(const Config *config, const Mail *mail);
const ConfigTeam *form_team(const Config *config, const Mail *mail);

#endif
