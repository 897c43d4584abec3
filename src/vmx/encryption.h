/*
 * How a document is encrypted, told from its clear lines alone.
 *
 * Knows the layouts of encrypted .vmx files (docs/format.md); decrypts nothing.
 */
#ifndef GPUVIRT_VMX_ENCRYPTION_H
#define GPUVIRT_VMX_ENCRYPTION_H

#include <gpuvirt/vmx.h>

enum gv_encryption {
	GV_ENCRYPTION_NONE,
	GV_ENCRYPTION_PARTIAL,   /* the hardware stands in clear and may be edited */
	GV_ENCRYPTION_FULL,      /* nothing of the machine is visible */
	GV_ENCRYPTION_BROKEN,    /* one of the two encryption lines is missing */
	GV_ENCRYPTION_AMBIGUOUS, /* an encryption line stands twice */
};

enum gv_encryption gv_vmx_encryption(const struct gv_vmx *vmx);

#endif
