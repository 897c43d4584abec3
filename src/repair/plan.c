#include <gpuvirt/plan.h>

#include <gpuvirt/lint.h>

#include "repair/comments.h"
#include "repair/evaluate.h"
#include "repair/unknown_keys.h"

/* A chain of rules, each giving the next cause to act, is followed this far. */
enum { MAX_ROUNDS = 16 };

/* Finds what is not switched off by OFF. */
static bool find(struct gv_findings *findings, const struct gv_vmx *vmx,
                 const struct gv_rules *rules, const struct gv_ids *off)
{
	findings->off = off;
	gv_lint(findings, vmx);
	unknown_keys_find(findings, vmx);
	gv_evaluate(findings, vmx, rules);
	findings->off = NULL;
	return !findings->failed && !findings->edits.failed;
}

/* Finds again without what comments in VMX switch off. */
static bool heed_comments(struct gv_findings *findings, const struct gv_vmx *vmx,
                          const struct gv_policy *policy)
{
	struct comments comments = {0};
	bool good = comments_read(&comments, vmx, policy);
	struct gv_ids off = {comments.off, comments.off_count};
	if (good && off.count > policy->off.count) {
		gv_findings_dispose(findings);
		good = find(findings, vmx, policy->rules, &off);
	}
	findings->off = &off;
	comments_report(&comments, findings, vmx);
	findings->off = NULL;
	comments_dispose(&comments);
	return good && !findings->failed;
}

enum gv_status gv_examine(struct gv_findings *findings, const struct gv_vmx *vmx,
                          const struct gv_policy *policy, struct gv_error *err)
{
	bool good = find(findings, vmx, policy->rules, &policy->off);
	/* A file without findings, as most are, is not searched for comments. */
	if (good && findings->count > 0 && comments_may_speak(vmx))
		good = heed_comments(findings, vmx, policy);
	gv_findings_sort(findings);
	return good ? GV_OK : gv_fail_memory(err);
}

bool gv_finding_is_fixed(const struct gv_finding *finding, bool unsafe)
{
	return finding->edit_count > 0 &&
	       (finding->fix == GV_FIX_SAFE || (unsafe && finding->fix == GV_FIX_UNSAFE));
}

bool gv_findings_are_fixed(const struct gv_findings *findings, bool unsafe)
{
	for (size_t i = 0; i < findings->edits.count; i++) {
		if (unsafe || !findings->edits.at[i].unsafe)
			return true;
	}
	return false;
}

/* Copies to EDITS, settled, those that are to be made. */
static void choose(struct gv_edits *edits, const struct gv_findings *findings, bool unsafe)
{
	edits->line_ending = findings->edits.line_ending;
	for (size_t i = 0; i < findings->edits.count; i++) {
		if (unsafe || !findings->edits.at[i].unsafe)
			gv_edits_add(edits, &findings->edits.at[i]);
	}
	gv_edits_settle(edits);
}

/* One edit for all that differs: what several rounds of edits amount to. */
static void replace_difference(struct gv_edits *edits, struct gv_span old, struct gv_span new)
{
	size_t shorter = old.len < new.len ? old.len : new.len;
	size_t head = 0;
	while (head < shorter && old.at[head] == new.at[head])
		head++;
	size_t tail = 0;
	while (tail < shorter - head && old.at[old.len - 1 - tail] == new.at[new.len - 1 - tail])
		tail++;
	gv_edits_dispose(edits);
	gv_edits_replace(edits, head, old.len - tail - head,
	                 gv_span_part(new, head, new.len - tail));
}

/* Applies what is to be fixed of FINDINGS, found in TEXT, to *OUT. */
static enum gv_status apply_round(struct gv_edits *edits, const struct gv_findings *findings,
                                  bool unsafe, struct gv_span text, struct gv_buf *out,
                                  struct gv_error *err)
{
	choose(edits, findings, unsafe);
	out->len = 0;
	return gv_edits_apply(edits, text, out, err);
}

/* Examines what the last round made; its findings go to plan->remain. */
static enum gv_status examine_result(struct gv_plan *plan, const struct gv_policy *policy,
                                     struct gv_error *err)
{
	struct gv_vmx *vmx = NULL;
	gv_findings_dispose(&plan->remain);
	enum gv_status status = gv_vmx_parse(&vmx, gv_buf_span(&plan->text), err);
	if (status == GV_OK)
		status = gv_examine(&plan->remain, vmx, policy, err);
	gv_vmx_free(vmx);
	return status;
}

/* Goes on from plan->text until nothing is left to do. */
static enum gv_status settle(struct gv_plan *plan, struct gv_span original,
                             const struct gv_policy *policy, bool unsafe, struct gv_error *err)
{
	enum gv_status status = examine_result(plan, policy, err);
	bool again = status == GV_OK && gv_findings_are_fixed(&plan->remain, unsafe);
	bool composed = again;
	for (int round = 2; status == GV_OK && again; round++) {
		struct gv_edits edits = {0};
		struct gv_buf next = {0};
		if (round > MAX_ROUNDS)
			return gv_fail(err, GV_EINVAL, "the rules undo each other's repairs");
		status = apply_round(&edits, &plan->remain, unsafe, gv_buf_span(&plan->text), &next,
		                     err);
		gv_edits_dispose(&edits);
		gv_buf_dispose(&plan->text);
		plan->text = next;
		if (status == GV_OK)
			status = examine_result(plan, policy, err);
		again = status == GV_OK && gv_findings_are_fixed(&plan->remain, unsafe);
	}
	if (status == GV_OK && composed)
		replace_difference(&plan->edits, original, gv_buf_span(&plan->text));
	return plan->edits.failed ? gv_fail_memory(err) : status;
}

enum gv_status gv_plan_make(struct gv_plan *plan, const struct gv_vmx *vmx,
                            const struct gv_policy *policy, bool unsafe, struct gv_error *err)
{
	struct gv_span text = gv_vmx_text(vmx);
	enum gv_status status = gv_examine(&plan->found, vmx, policy, err);
	if (status != GV_OK || !gv_findings_are_fixed(&plan->found, unsafe))
		return status;
	status = apply_round(&plan->edits, &plan->found, unsafe, text, &plan->text, err);
	if (status == GV_OK)
		status = settle(plan, text, policy, unsafe, err);
	if (status == GV_OK)
		plan->changes = !gv_span_equal(text, gv_buf_span(&plan->text));
	return status;
}

const struct gv_findings *gv_plan_remaining(const struct gv_plan *plan)
{
	return plan->changes ? &plan->remain : &plan->found;
}

void gv_plan_dispose(struct gv_plan *plan)
{
	gv_findings_dispose(&plan->found);
	gv_findings_dispose(&plan->remain);
	gv_edits_dispose(&plan->edits);
	gv_buf_dispose(&plan->text);
	*plan = (struct gv_plan){0};
}
