/* template: a file of a notification's words, and filling it in. */
#include <glib/gstdio.h>

#include <loket/error.h>
#include <loket/template.h>

#include "fuzz.h"

static void
write_template(const uint8_t *data, size_t size)
{
	g_autofree char *directory =
		g_build_filename(fuzz_directory(), "templates", "en", NULL);
	g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
	g_free(fuzz_file("templates/en/ack.txt", data, size));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const TemplateValues values = {
		.number = "2600042179",
		.tag = "[ACME #2600042179]",
		.desk = "Acme\tKlanten\r\nservice",
		.address = "support@acme.example",
	};
	write_template(data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(Templates) templates =
		templates_load(fuzz_directory(), NULL, &error);
	if (!templates) {
		g_assert_error(error, LOKET_ERROR, LOKET_ERROR_CONFIG);
		return 0;
	}
	const Template *template =
		templates_find(templates, TEMPLATE_ACK, "nl-BE", NULL);
	g_autofree char *subject = template_subject(template, &values);
	g_autofree char *text = template_text(template, &values);
	fuzz_assert_utf8(subject);
	fuzz_assert_utf8(text);
	g_assert_null(strchr(subject, '\n'));
	return 0;
}
