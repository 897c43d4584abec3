/*
 * What is wrong with a document by the rules and the structural checks, and the text that is
 * right. Pure: no files. check is "findings", diff is "edits", fix is "text written back", so the
 * three cannot disagree.
 */
#ifndef GPUVIRT_PLAN_H
#define GPUVIRT_PLAN_H

#include <gpuvirt/finding.h>

/* What holds for a file. Borrowed; never changed, so several threads may read it. */
struct gv_policy {
	const struct gv_rules *rules;
	struct gv_ids off; /* rules and structural checks that are switched off */
};

/*
 * Puts into FINDINGS, which are empty, what the structural checks and the rules of POLICY find in
 * VMX, sorted by place. What POLICY or a comment in VMX switches off finds nothing
 * (docs/config.md). Fails with GV_ENOMEM only.
 */
enum gv_status gv_examine(struct gv_findings *findings, const struct gv_vmx *vmx,
                          const struct gv_policy *policy, struct gv_error *err);

/* True when "fix" acts on FINDING, with UNSAFE also on what has to be guessed. */
bool gv_finding_is_fixed(const struct gv_finding *finding, bool unsafe);

/* True when "fix" acts on any of FINDINGS. */
bool gv_findings_are_fixed(const struct gv_findings *findings, bool unsafe);

/* What a repair would do. Zero-initialise; dispose when done. */
struct gv_plan {
	struct gv_findings found;  /* in the document as it is */
	struct gv_findings remain; /* in the repaired text; empty and unused when !changes */
	struct gv_edits edits;     /* settled; document + edits = text */
	struct gv_buf text;        /* the repaired text, when changes */
	bool changes;
};

/*
 * Plans the repair of VMX. A repair may give another rule cause to act: planning goes on until
 * nothing is left to do, so that a second repair finds nothing. Fails with GV_EINVAL when rules
 * undo each other without end, with GV_ENOMEM, GV_ETOOBIG.
 */
enum gv_status gv_plan_make(struct gv_plan *plan, const struct gv_vmx *vmx,
                            const struct gv_policy *policy, bool unsafe, struct gv_error *err);

/* What a person still has to look at after the repair; borrowed from PLAN. */
const struct gv_findings *gv_plan_remaining(const struct gv_plan *plan);

void gv_plan_dispose(struct gv_plan *plan);

#endif
