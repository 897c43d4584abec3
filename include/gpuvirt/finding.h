/*
 * What is to be said about a document, and the edits that would mend it.
 *
 * Knows places, severities and messages; knows nothing about how findings are made or shown.
 */
#ifndef GPUVIRT_FINDING_H
#define GPUVIRT_FINDING_H

#include <gpuvirt/edit.h>
#include <gpuvirt/rules.h>

/* Ids of rules and checks, in no order; borrowed. */
struct gv_ids {
	const char *const *at;
	size_t count;
};

/* True when IDS, which may be NULL, has ID. */
bool gv_ids_have(const struct gv_ids *ids, const char *id);

enum gv_fix {
	GV_FIX_NONE,   /* a person has to decide */
	GV_FIX_SAFE,   /* "fix" does it */
	GV_FIX_UNSAFE, /* it guesses what was meant: only with --unsafe-fixes */
};

struct gv_finding {
	const char *rule; /* id of the rule or check; as long-lived as they are */
	enum gv_severity severity;
	enum gv_fix fix;
	uint32_t line;       /* 1-based */
	uint32_t column;     /* 1-based, in bytes */
	const char *message; /* one printable line of UTF-8, owned by the list */
	size_t order;        /* in which it was found */
	size_t first_edit;   /* its edits: [first_edit, first_edit + edit_count) */
	size_t edit_count;
};

/* Findings and their edits. Zero-initialise; dispose when done. */
struct gv_findings {
	struct gv_finding *at;
	size_t count;
	size_t cap;
	struct gv_edits edits; /* of all findings, also of those that will not be applied */
	struct gv_arena arena;
	const struct gv_ids *off; /* findings of these are dropped; borrowed, NULL: none */
	bool failed;              /* memory ran out: the list is incomplete */
};

void gv_findings_dispose(struct gv_findings *findings);

/*
 * Adds a finding whose edits are those added to findings->edits since it held FIRST_EDIT of them.
 * What MESSAGE holds is copied, and MESSAGE emptied for the next. A finding that is switched off
 * goes, and its edits with it.
 */
void gv_findings_add(struct gv_findings *findings, struct gv_finding finding,
                     struct gv_buf *message);

/* Sorts by line and column; findings of one place keep their order. */
void gv_findings_sort(struct gv_findings *findings);

/* True when FINDING makes the answer "no": an error or a warning, not a note. */
bool gv_finding_counts(const struct gv_finding *finding);

#endif
