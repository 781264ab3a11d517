/* error: see include/loket/error.h */
#include <loket/error.h>

GQuark
loket_error_quark(void)
{
	return g_quark_from_static_string("loket-error-quark");
}

bool
loket_refuse(GError **error, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *why = g_strdup_vprintf(format, values);
	va_end(values);
	g_set_error_literal(error, LOKET_ERROR, LOKET_ERROR_PERMANENT, why);
	return false;
}
