/* replay: gives each file that is named to a fuzz target, once. */
#include "fuzz.h"

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		g_autofree char *bytes = NULL;
		gsize length;
		if (!g_file_get_contents(argv[i], &bytes, &length, NULL)) {
			(void)fprintf(stderr, "%s: cannot be read\n", argv[i]);
			return 1;
		}
		/* without the NUL that GLib puts behind it */
		g_autofree uint8_t *exact = g_malloc(MAX(length, 1));
		memcpy(exact, bytes, length);
		(void)LLVMFuzzerTestOneInput(exact, length);
	}
	return 0;
}
