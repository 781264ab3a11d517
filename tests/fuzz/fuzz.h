/*
 * fuzz: what the fuzz targets share.
 *
 * A target hands its input to one parser and asserts what must hold of
 * whatever comes out; the sanitizers and libFuzzer watch memory and time. It
 * runs from the root of the source, and its files go to TMPDIR.
 */
#ifndef LOKET_TESTS_FUZZ_H
#define LOKET_TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include <loket/mail.h>

/* Called by libFuzzer, or by replay.c, for each input; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input up to its first NUL byte, as a string; the caller's. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	return g_strndup((const char *)data, size);
}

static inline void
fuzz_assert_utf8(const char *text)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
}

/* The one reader of the program. */
static inline const MailReader *
fuzz_reader(void)
{
	static MailReader *reader;
	if (!reader)
		reader = mail_reader_new("conf", NULL, NULL);
	g_assert_nonnull(reader);
	return reader;
}

/* The program's own directory. */
static inline const char *
fuzz_directory(void)
{
	static char *directory;
	if (!directory)
		directory = g_dir_make_tmp("loket-fuzz-XXXXXX", NULL);
	g_assert_nonnull(directory);
	return directory;
}

/* Writes the input to a file in it; returns its path, the caller's. */
static inline char *
fuzz_file(const char *name, const uint8_t *data, size_t size)
{
	char *path = g_build_filename(fuzz_directory(), name, NULL);
	FILE *file = fopen(path, "we");
	g_assert_nonnull(file);
	size_t written = fwrite(data, 1, size, file);
	g_assert_true(fclose(file) == 0 && written == size);
	return path;
}

#endif
