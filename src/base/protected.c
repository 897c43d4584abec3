#include "base/protected.h"

static const char *const protected_names[] = {
	"encryption.", "encryptedvm.", "vmx.encryptiontype", "vtpm.", "datafilekey", "cryptostate",
};

bool gv_name_is_protected(struct gv_span name, bool prefix)
{
	for (size_t i = 0; i < sizeof protected_names / sizeof *protected_names; i++) {
		struct gv_span kept = gv_span_of(protected_names[i]);
		if (gv_span_begins_nocase(name, kept) ||
		    (prefix && gv_span_begins_nocase(kept, name)))
			return true;
	}
	return false;
}
