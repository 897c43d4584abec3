#include "vmx/encryption.h"

static bool has(const struct gv_vmx *vmx, const char *name)
{
	struct gv_line line = {0};
	return gv_vmx_next_named(vmx, gv_span_of(name), &line);
}

static bool has_twice(const struct gv_vmx *vmx, const char *name)
{
	struct gv_line line = {0};
	return gv_vmx_next_named(vmx, gv_span_of(name), &line) &&
	       gv_vmx_next_named(vmx, gv_span_of(name), &line);
}

static bool is_declared_partial(const struct gv_vmx *vmx)
{
	struct gv_line line;
	return gv_vmx_find(vmx, GV_LITERAL("vmx.encryptionType"), &line) &&
	       gv_span_equal_nocase(line.value, GV_LITERAL("partial"));
}

/* vSphere's key-server lockers and the experimental managed TPM keep the hardware in clear. */
static bool is_foreign(const struct gv_vmx *vmx)
{
	return has(vmx, "encryption.bundle") || has(vmx, "encryption.encryptedKey");
}

enum gv_encryption gv_vmx_encryption(const struct gv_vmx *vmx)
{
	bool key_safe = has(vmx, "encryption.keySafe");
	bool data = has(vmx, "encryption.data");
	if (!key_safe && !data && !is_foreign(vmx))
		return GV_ENCRYPTION_NONE;
	if (has_twice(vmx, "encryption.keySafe") || has_twice(vmx, "encryption.data") ||
	    has_twice(vmx, "vmx.encryptionType"))
		return GV_ENCRYPTION_AMBIGUOUS;
	if (is_declared_partial(vmx) || has(vmx, "virtualHW.version") || has(vmx, "config.version"))
		return GV_ENCRYPTION_PARTIAL;
	return key_safe != data && !is_foreign(vmx) ? GV_ENCRYPTION_BROKEN : GV_ENCRYPTION_FULL;
}
