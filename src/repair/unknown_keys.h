/*
 * Keys in a document that VMware does not know, or not any more, or not for sure.
 *
 * Knows the table of such keys (gpuvirt/knowledge.h) and documents; knows nothing about other keys:
 * one that is in no table may well be known to VMware.
 */
#ifndef GPUVIRT_REPAIR_UNKNOWN_KEYS_H
#define GPUVIRT_REPAIR_UNKNOWN_KEYS_H

#include <gpuvirt/finding.h>

/* Adds a note for each such key in VMX; FINDINGS->failed tells when memory ran out. */
void unknown_keys_find(struct gv_findings *findings, const struct gv_vmx *vmx);

#endif
