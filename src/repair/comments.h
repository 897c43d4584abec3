/*
 * Comments in a document that switch rules off: "# gpuvirt: disable=RULE, RULE".
 *
 * Knows comment lines, rules and structural checks; knows nothing about what they find.
 *
 *   directive = ws "#" ws "gpuvirt:" ws "disable" ws "=" ws id *( ws "," ws id ) ws
 *
 * on a comment line of VMware's grammar, "gpuvirt" and "disable" in any case.
 */
#ifndef GPUVIRT_REPAIR_COMMENTS_H
#define GPUVIRT_REPAIR_COMMENTS_H

#include <gpuvirt/plan.h>

/* An id that nothing has. */
struct comments_unknown {
	struct gv_span id; /* borrowed from the document */
	uint32_t line;
	uint32_t column;
};

/* Zero-initialise; dispose when done. */
struct comments {
	const char **off; /* the ids of the policy, and those that comments add */
	size_t off_count;
	size_t off_cap;
	uint32_t *lines; /* of the comments that add them, in the same order */
	size_t line_count;
	size_t line_cap;
	struct comments_unknown *unknown; /* the first of them */
	size_t unknown_count;
	size_t unknown_cap;
	size_t unlisted; /* more of them */
};

/* False when no comment of VMX can be a directive; one fast look. */
bool comments_may_speak(const struct gv_vmx *vmx);

/* Reads the directives of VMX. Returns false when memory ran out. */
bool comments_read(struct comments *comments, const struct gv_vmx *vmx,
                   const struct gv_policy *policy);

/* Adds a note for each id that nothing has. */
void comments_report(const struct comments *comments, struct gv_findings *findings,
                     const struct gv_vmx *vmx);

void comments_dispose(struct comments *comments);

#endif
