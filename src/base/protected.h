/*
 * The names that no repair may set or remove.
 *
 * Losing one of them destroys an encrypted machine: the TPM's state and the snapshots become
 * unreadable, and dataFileKey is the only copy of the key of the disks (docs/format.md).
 */
#ifndef GPUVIRT_BASE_PROTECTED_H
#define GPUVIRT_BASE_PROTECTED_H

#include <gpuvirt/text.h>

/* True when NAME, or with PREFIX any name that begins with it, is protected. */
bool gv_name_is_protected(struct gv_span name, bool prefix);

#endif
