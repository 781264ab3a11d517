/*
 * intake: the whole way of a mail into a store of our own.
 *
 * The input is lines of the envelope, "from A", "rcpt A", "login L" and
 * "client IP", an empty line, and the mail.
 */
#include <glib/gstdio.h>

#include <loket/edit.h>
#include <loket/intake.h>

#include "fuzz.h"

/* A store that has grown so far is begun anew, for it becomes slow. */
#define MAILS_MAX 2000
/* 2026-11-20T16:00:00Z */
#define NOW 1795190400

static void
set_up(Intake *intake)
{
	g_setenv("LOKET_TEST_DIR", fuzz_directory(), TRUE);
	intake->config = config_load("tests/mail/loket.conf", "conf", NULL);
	intake->reader = fuzz_reader();
	intake->templates = templates_load("conf", NULL, NULL);
	intake->tags = tag_reader_new();
	intake->hostname = "mx.acme.example";
	g_assert_true(intake->config && intake->templates);
	intake->keyring = keyring_open(intake->config->secret, 1, NOW, NULL);
	g_assert_nonnull(intake->keyring);
}

static void
empty_store(Intake *intake)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	const char *path = intake->config->store + strlen("sqlite:");
	store_close(intake->store);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *file = g_strconcat(path, ends[i], NULL);
		(void)g_remove(file);
	}
	intake->store = store_open(intake->config->store, STORE_WRITE, NULL);
	g_assert_nonnull(intake->store);
}

static const Intake *
shared_intake(void)
{
	static Intake intake;
	static unsigned n_mails;
	if (!intake.config)
		set_up(&intake);
	if (n_mails++ % MAILS_MAX == 0)
		empty_store(&intake);
	return &intake;
}

static void
take_line(Envelope *envelope, const char *line)
{
	if (g_str_has_prefix(line, "from ") && !envelope->sender)
		envelope->sender = g_strdup(line + 5);
	else if (g_str_has_prefix(line, "rcpt "))
		g_ptr_array_add(envelope->recipients, g_strdup(line + 5));
	else if (g_str_has_prefix(line, "login ") && !envelope->login)
		envelope->login = g_strdup(line + 6);
	else if (g_str_has_prefix(line, "client ") && !envelope->client)
		envelope->client = g_strdup(line + 7);
}

/* Where the mail begins. */
static size_t
read_envelope(Envelope *envelope, const uint8_t *data, size_t size)
{
	size_t at = 0;
	while (at < size) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t length = end ? (size_t)(end - data) - at : size - at;
		g_autofree char *line = fuzz_text(data + at, length);
		at += length + (end != NULL);
		if (length == 0)
			break;
		take_line(envelope, line);
	}
	return at;
}

/* A field that the mail server adds must not become two. */
static void
assert_edit(const Edit *edit)
{
	const char *end = edit->value ? strchr(edit->value, '\n') : NULL;
	g_assert_true(edit->name && *edit->name && !strchr(edit->name, '\n'));
	g_assert_true((edit->value == NULL) == (edit->kind == EDIT_DELETE));
	for (; end && edit->kind != EDIT_DELETE; end = strchr(end + 1, '\n'))
		g_assert_true(end[1] == ' ' || end[1] == '\t');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Intake *intake = shared_intake();
	g_autoptr(Envelope) envelope = envelope_new();
	size_t at = read_envelope(envelope, data, size);
	g_autoptr(GBytes) bytes = g_bytes_new(data + at, size - at);
	if (!intake_wants(intake, envelope))
		return 0;
	if (!envelope->sender)
		envelope->sender = g_strdup("jan@home.example");
	g_autoptr(GError) error = NULL;
	g_autoptr(IntakeResult) result =
		intake_accept(intake, envelope, bytes, NOW, &error);
	g_assert_no_error(error);
	g_assert_true(!result->number || number_is_valid(result->number));
	fuzz_assert_utf8(result->reason);
	for (guint i = 0; i < result->edits->len; i++)
		assert_edit(result->edits->pdata[i]);
	return 0;
}
