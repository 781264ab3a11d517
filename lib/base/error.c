/* error: see include/loket/error.h */
#include <loket/error.h>

GQuark
loket_error_quark(void)
{
	return g_quark_from_static_string("loket-error-quark");
}
