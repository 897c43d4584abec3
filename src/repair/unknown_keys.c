#include "repair/unknown_keys.h"

#include <stdatomic.h>

#include <gpuvirt/knowledge.h>
#include <gpuvirt/lint.h>

/* The structural check that tells of a key, by its status. */
static const char *const checks[GV_KEY_STATUSES] = {
	[GV_KEY_GONE] = "gone-key",
	[GV_KEY_NONEXISTENT] = "nonexistent-key",
	[GV_KEY_UNCONFIRMED] = "unconfirmed-key",
};

/*
 * How the names begin, made when the first document is asked; 0: not yet. Any thread may make them:
 * all make the same.
 */
static _Atomic uint32_t beginnings[GV_FLAGGED_KEYS];

static uint32_t beginning_of(size_t row, struct gv_span name)
{
	uint32_t known = atomic_load_explicit(&beginnings[row], memory_order_relaxed);
	if (known != 0)
		return known;
	known = gv_vmx_beginning(name);
	atomic_store_explicit(&beginnings[row], known, memory_order_relaxed);
	return known;
}

/* Which product runs the machine is not in the file; the hardware version tells which cannot. */
static void tell_product(struct gv_buf *message, const struct gv_vmx *vmx)
{
	struct gv_line line;
	uint64_t version;
	if (gv_vmx_find(vmx, GV_LITERAL("virtualHW.version"), &line) &&
	    gv_span_number(gv_span_trim(line.value), &version) && version >= 22)
		gv_buf_text(message,
		            "; virtualHW.version 22 and above need Workstation 25 or later");
	else
		gv_buf_text(message, "; which product runs the machine the file does not say");
}

/* Adds what there is to say of KEY, if VMX has it. */
static void tell(struct gv_findings *findings, const struct gv_vmx *vmx,
                 const struct gv_flagged_key *key)
{
	struct gv_line line = {0};
	struct gv_buf message = {0};
	const struct gv_check *check = gv_check(checks[key->status]);
	if (!gv_vmx_next_named(vmx, key->name, &line))
		return;
	gv_buf_add(&message, key->name);
	gv_buf_format(&message, ": %s", key->why);
	if (key->status == GV_KEY_GONE)
		tell_product(&message, vmx);
	gv_findings_add(findings,
	                (struct gv_finding){
				.rule = check->id,
				.severity = check->severity,
				.fix = GV_FIX_NONE,
				.line = line.number,
				.column = (uint32_t)(line.name_at - line.start + 1),
				.first_edit = findings->edits.count,
			},
	                &message);
	gv_buf_dispose(&message);
}

void unknown_keys_find(struct gv_findings *findings, const struct gv_vmx *vmx)
{
	const struct gv_flagged_key *keys = gv_flagged_keys();
	for (size_t i = 0; i < GV_FLAGGED_KEYS; i++) {
		if (gv_vmx_may_begin_as(vmx, beginning_of(i, keys[i].name)))
			tell(findings, vmx, &keys[i]);
	}
}
