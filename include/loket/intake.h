/*
 * intake: the one way in for a mail, whoever brings it.
 *
 * Bytes and envelope go in; the mail is read, judged, matched, decided and
 * recorded durably; what comes back is what to tell the sender's server and
 * which header edits to make. The daemon, `loket ingest` and all others that
 * bring mail use the same two calls.
 */
#ifndef LOKET_INTAKE_H
#define LOKET_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#include <loket/config.h>
#include <loket/envelope.h>
#include <loket/mail.h>
#include <loket/number.h>
#include <loket/store.h>
#include <loket/template.h>
#include <loket/token.h>
#include <loket/triage.h>

/* What intake works with; all borrowed, all of it may be shared by threads. */
typedef struct Intake {
	const Config *config;
	Store *store;
	const Keyring *keyring;
	const MailReader *reader;
	const Templates *templates;
	const TagReader *tags;
	const char *hostname;
} Intake;

typedef struct IntakeResult {
	char *number; /* NULL: no ticket */
	char *tag;    /* whole; NULL: no ticket */
	bool created;
	bool duplicate;
	bool is_kept;	 /* something of it is in the store */
	bool unrecorded; /* passed, because the store is away */
	enum Role role;
	char *reason;
	int64_t due;	  /* 0: none */
	GPtrArray *edits; /* of Edit, never NULL */
	GPtrArray *told;  /* of OutboxItem, put into the outbox or, in a dry
			     run, what would have been; never NULL */
	GTimeZone *zone;  /* to tell due in; never NULL */
} IntakeResult;

/* Whether a mail with this envelope is to be brought at all. */
bool intake_wants(const Intake *intake, const Envelope *envelope);

/*
 * Takes one mail in at the instant now. When it returns a result, all that
 * had to be kept is on the disk; it is the caller's. NULL with
 * LOKET_ERROR_TEMPORARY: nothing was kept, the mail must come again.
 */
IntakeResult *intake_accept(const Intake *intake, const Envelope *envelope,
			    GBytes *bytes, int64_t now, GError **error);

void intake_result_free(IntakeResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IntakeResult, intake_result_free)

#endif
