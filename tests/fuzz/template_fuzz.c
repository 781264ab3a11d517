/* template: a file of a notification's words, its parts, and filling it in. */
#include <glib/gstdio.h>

#include <loket/error.h>
#include <loket/template.h>

#include "fuzz.h"

static void
write_file(const char *name, const uint8_t *data, size_t size)
{
	g_autofree char *file = g_strconcat("templates/en/", name, NULL);
	g_free(fuzz_file(file, data, size));
}

/* Every other kind has to be there; they are written once. */
static void
write_others(void)
{
	static const char words[] = "Subject: x\n\nx\n";
	static bool is_done;
	if (is_done)
		return;
	g_autofree char *directory =
		g_build_filename(fuzz_directory(), "templates", "en", NULL);
	g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
	for (enum TemplateKind kind = 0; kind < TEMPLATE_KINDS; kind++) {
		g_autofree char *name =
			g_strconcat(template_kind_name(kind), ".txt", NULL);
		write_file(name, (const uint8_t *)words, strlen(words));
	}
	is_done = true;
}

/* The same bytes are the text, what it may include, and its HTML. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const TemplateValues values = {
		.number = "2600042179",
		.tag = "[ACME #2600042179]",
		.desk = "Acme\tKlanten\r\nservice <&\">",
		.address = "support@acme.example",
		.notice = "\xe2\x80\xae{number}\xff",
	};
	write_others();
	write_file("ack.txt", data, size);
	write_file("ack.html", data, size);
	write_file("a.part.txt", data, size);
	write_file("b.part.html", data, size);
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
	g_autofree char *html = template_html(template, &values);
	fuzz_assert_utf8(subject);
	fuzz_assert_utf8(text);
	fuzz_assert_utf8(html);
	g_assert_null(strchr(subject, '\n'));
	return 0;
}
