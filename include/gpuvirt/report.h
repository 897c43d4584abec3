/*
 * What a run found about files, or did to them, in the formats that other programs read.
 *
 * Knows JSON, SARIF, JUnit, GitHub and GitLab; knows nothing about where the bytes go. A report is
 * made piece by piece: begin once, one piece a file, end once. The pieces of files are made by
 * several threads at once, each into a buffer of its own, and are put behind each other by path.
 */
#ifndef GPUVIRT_REPORT_H
#define GPUVIRT_REPORT_H

#include <gpuvirt/repair.h>

/* What a run does with the files. */
enum gv_run_kind { GV_RUN_CHECK, GV_RUN_DIFF, GV_RUN_FIX, GV_RUN_DRY, GV_RUN_VERIFY, GV_RUN_COUNT };

/* The command that runs so, "check", "fix" also of a dry run; static storage. */
const char *gv_run_name(enum gv_run_kind run);

enum gv_outcome {
	GV_IN_ORDER,     /* nothing to do, notes and accepted findings aside */
	GV_NEEDS_REPAIR, /* something was found, and the run changes nothing about it */
	GV_WOULD_CHANGE, /* a fix would change it */
	GV_REPAIRED,     /* it was changed; findings may remain */
	GV_REFUSED,      /* it must not be changed, or is no VMware configuration */
	GV_FAILED,       /* it could not be read or written */
	GV_NEEDS_CARE,   /* something is not as it should be, whether or not a repair can help */
	GV_OUTCOME_COUNT
};

/* "in-order", "needs-repair", ...; static storage. */
const char *gv_outcome_name(enum gv_outcome outcome);

/* True when a file of RUN can have OUTCOME. */
bool gv_outcome_occurs(enum gv_run_kind run, enum gv_outcome outcome);

/* What a run does about a finding. */
enum gv_state {
	GV_OPEN,      /* nothing: it stands in the file */
	GV_WOULD_FIX, /* a fix would mend it; it stands in the file */
	GV_FIXED,     /* it stood in the file as it was before */
	GV_STATE_COUNT
};

/* "open", "would-fix", "fixed"; static storage. */
const char *gv_state_name(enum gv_state state);

/* What a finding is known by from one run to the next; both 0: not made. */
struct gv_fingerprint {
	uint64_t high;
	uint64_t low;
};

struct gv_baseline;

/* What a finding can be about, where that is neither a rule of a pack nor a structural check. */
struct gv_topic {
	const char *id;
	enum gv_severity severity;
	const char *summary;
	const char *why; /* NULL: SUMMARY says it */
};

/* What all pieces of a report share. All borrowed; not to be changed while pieces are made. */
struct gv_report {
	enum gv_run_kind run;
	const char *program;           /* version of the program */
	const struct gv_rules *rules;  /* those of the run, for their help; NULL: it has none */
	const struct gv_topic *topics; /* what else its findings can be about */
	size_t topic_count;
	const char *folder;              /* working folder, absolute; NULL: not known */
	const char *base;                /* what reports name files from; NULL: folder */
	const struct gv_baseline *known; /* what is accepted (gpuvirt/baseline.h); may be NULL */
	bool unsafe;                     /* as in gv_repair_options */
	bool fingerprints;               /* make them; with KNOWN they are always made */
};

/* One finding as a report has it. */
struct gv_reported {
	const struct gv_finding *finding;
	const struct gv_findings *list; /* which holds its edits */
	struct gv_span text;            /* in which it was found; empty with PATH */
	const char *path;               /* of another file that its line is in; NULL: the file */
	enum gv_state state;
	bool accepted; /* it stands in the baseline */
	struct gv_fingerprint fingerprint;
};

struct gv_json;
struct gv_json_tree;

/* What a file has besides its findings, for formats that can say it. */
struct gv_report_details {
	void (*add)(struct gv_json_tree *tree, struct gv_json *in, const void *of);
	const void *of;
};

/* One file of a run. Borrows what it is made from. */
struct gv_report_file {
	const char *path;               /* as the user named it */
	const struct gv_repair *repair; /* NULL when it failed, or the run repairs nothing */
	const struct gv_report_details *details; /* NULL: none */
	const struct gv_error *failure;          /* NULL unless it failed */
	enum gv_outcome outcome;
	bool needy; /* a finding that counts stays, not accepted, or a fix would change something */
	struct gv_reported *at;
	size_t count;
};

/*
 * Makes FILE of what became of PATH: FAILURE (NULL or status GV_OK: none) or REPAIR, which must
 * outlive it. Of a repaired file the findings that were mended come first, by the lines of the old
 * text, then those that remain, by the lines of the new. Fails with GV_ENOMEM only. Thread-safe.
 */
enum gv_status gv_report_file_make(struct gv_report_file *file, const struct gv_report *report,
                                   const char *path, const struct gv_repair *repair,
                                   const struct gv_error *failure, struct gv_error *err);

/*
 * Makes FILE of what was FOUND about PATH in a run that repairs nothing, FAILURE as above. The
 * lines of the findings are those of the file WHERE. DETAILS may be NULL. All are borrowed.
 */
enum gv_status gv_report_file_found(struct gv_report_file *file, const struct gv_report *report,
                                    const char *path, const struct gv_findings *found,
                                    const char *where, const struct gv_report_details *details,
                                    const struct gv_error *failure, struct gv_error *err);

void gv_report_file_dispose(struct gv_report_file *file);

/* How often a rule had findings that stay. */
struct gv_rule_count {
	const char *rule; /* as long-lived as the rules */
	size_t count;
	size_t fixable; /* of COUNT, those that a fix would mend, with --unsafe-fixes or without */
};

/* What a run came to. Zero-initialise; dispose when done. Not for several threads at once. */
struct gv_report_totals {
	size_t files;
	size_t outcomes[GV_OUTCOME_COUNT];
	size_t needy;
	size_t findings[GV_SEVERITY_COUNT]; /* that stay and are not accepted */
	size_t fixed;                       /* findings mended */
	size_t accepted;
	struct gv_rule_count *rules; /* in no order */
	size_t rule_count;
	size_t rule_cap;
	bool failed; /* memory ran out: the counts by rule are incomplete */
};

void gv_report_totals_add(struct gv_report_totals *totals, const struct gv_report_file *file);

/* Adds what OTHER counted, for totals kept by several threads. */
void gv_report_totals_merge(struct gv_report_totals *totals, const struct gv_report_totals *other);

void gv_report_totals_dispose(struct gv_report_totals *totals);

/*
 * Appends one line a rule to OUT, the most frequent first, those of one count by name: the count,
 * the rule, and how many a fix would mend. Sorts the counts of TOTALS.
 */
void gv_report_statistics(struct gv_buf *out, struct gv_report_totals *totals);

/* A format. All functions append to OUT, and set out->failed when memory runs out. */
struct gv_format {
	const char *name;
	const char *summary;
	bool fingerprints; /* it needs gv_report.fingerprints */
	void (*begin)(struct gv_buf *out, const struct gv_report *report);
	/* The piece of one file, perhaps empty. Thread-safe. */
	void (*file)(struct gv_buf *out, const struct gv_report *report,
	             const struct gv_report_file *file);
	const char *separator; /* between pieces that are not empty */
	void (*end)(struct gv_buf *out, const struct gv_report *report,
	            const struct gv_report_totals *totals);
};

/* All formats, *COUNT of them; static storage. */
const struct gv_format *gv_formats(size_t *count);

/* The format called NAME, or NULL. */
const struct gv_format *gv_format_find(const char *name);

#endif
