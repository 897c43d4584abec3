/*
 * Rules against a document: which are violated, where, and the edits that obey them.
 *
 * Knows rules and documents; knows nothing about files.
 */
#ifndef GPUVIRT_REPAIR_EVALUATE_H
#define GPUVIRT_REPAIR_EVALUATE_H

#include <gpuvirt/finding.h>

/* Adds what RULES find in VMX to FINDINGS; findings->failed tells when memory ran out. */
void gv_evaluate(struct gv_findings *findings, const struct gv_vmx *vmx,
                 const struct gv_rules *rules);

#endif
