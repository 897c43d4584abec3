/*
 * Whether bytes are a VMware configuration at all, or what else they are.
 *
 * Knows how other files look; a document that is one, however damaged, is let through.
 */
#ifndef GPUVIRT_VMX_RECOGNISE_H
#define GPUVIRT_VMX_RECOGNISE_H

#include <gpuvirt/vmx.h>

/*
 * Returns NULL when VMX is a VMware configuration, or may be a part of one; else what it is
 * instead, as words that follow "not a VMware configuration: ". Static storage.
 */
const char *gv_vmx_what_else(const struct gv_vmx *vmx);

/* True when TEXT is UTF-16, by its mark or its look. */
bool gv_vmx_is_utf16(struct gv_span text);

/* True when VMX has too many control bytes to be a text; NUL bytes do not count. */
bool gv_vmx_is_binary(const struct gv_vmx *vmx);

/*
 * Returns NULL when VMX may be any dictionary of VMware's, an empty one too; else what it is
 * instead, in the same words.
 */
const char *gv_vmx_no_dictionary(const struct gv_vmx *vmx);

#endif
