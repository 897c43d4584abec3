/*
 * Did 3D come on? What VMware's own logs say of the last power-on of a machine.
 *
 * Knows what entries mean, in all generations of the products (facts 3.2 to 3.4), and which log is
 * whose; knows nothing about how a verdict is shown. The texts of causes are gpuvirt/knowledge.h's.
 */
#ifndef GPUVIRT_VERIFY_H
#define GPUVIRT_VERIFY_H

#include <gpuvirt/knowledge.h>
#include <gpuvirt/log.h>
#include <gpuvirt/report.h>

enum gv_3d {
	GV_3D_ON,        /* a renderer with 3D runs */
	GV_3D_OFF,       /* it was not asked for */
	GV_3D_HOST_FAIL, /* it was asked for and the host gave none */
	GV_3D_CRASH,     /* it ran, and the renderer ended while the machine did */
	GV_3D_UNKNOWN,   /* the log does not tell, see enum gv_doubt */
	GV_3D_STATES
};

/* "ON", "OFF", "HOST-FAIL", "CRASH", "UNKNOWN"; static storage. */
const char *gv_3d_name(enum gv_3d state);

/* Why a verdict is UNKNOWN. */
enum gv_doubt {
	GV_DOUBT_NONE,
	GV_DOUBT_NO_LOG,        /* there is no vmware.log */
	GV_DOUBT_STALE,         /* the .vmx was changed behind the log: boot it once */
	GV_DOUBT_OTHER_MACHINE, /* the log is of another .vmx */
	GV_DOUBT_EMPTY,         /* the log has no entry */
	GV_DOUBT_FOREIGN,       /* no line is one of a log of VMware's */
	GV_DOUBT_NOT_STARTED,   /* the power-on failed before graphics came up */
	GV_DOUBT_CUT_SHORT,     /* the log ends before graphics came up */
	GV_DOUBT_SILENT,        /* the logs of this product do not tell */
	GV_DOUBT_NEW_RENDERER,  /* VMware names a renderer that is not known */
	GV_DOUBTS
};

/* A word for programs, "no-log", and a sentence that says what to do; static storage. */
const char *gv_doubt_name(enum gv_doubt doubt);
const char *gv_doubt_says(enum gv_doubt doubt);

/* A line of a log. */
struct gv_evidence {
	bool sandbox;     /* of mksSandbox.log, else of vmware.log */
	bool decisive;    /* the verdict or its cause rests on it */
	uint64_t line;    /* 1-based */
	const char *text; /* printable UTF-8, without the prefix; a long one is cut */
};

enum { GV_MAX_CAUSES = 4, GV_MAX_EVIDENCE = 64 };

/*
 * What logs say of the last power-on in them. Texts are printable UTF-8, owned by the verdict, ""
 * where the log does not say. Zero-initialise; dispose when done.
 */
struct gv_verdict {
	enum gv_3d state;
	enum gv_doubt doubt;
	const char *product;  /* "VMware Workstation" */
	const char *version;  /* "17.6.3" */
	const char *renderer; /* "DX12Renderer" */
	const char *adapter;  /* the GPU that VMware chose, else the first it looked at */
	const char *driver;   /* of it */
	const char *level;    /* DirectX feature level, "11.0" */
	const char *machine;  /* path of the .vmx as the log has it */
	bool resumed;         /* from suspend: nothing was probed anew for the guest */
	const char *causes[GV_MAX_CAUSES]; /* ids, the weightiest first; NULL behind the last */
	struct gv_evidence evidence[GV_MAX_EVIDENCE]; /* by log and line */
	size_t evidence_count;
	struct gv_arena arena;
};

void gv_verdict_dispose(struct gv_verdict *verdict);

struct gv_witness;

/* What is seen in a log, and in the mksSandbox.log of the same run; in a fixed amount of memory. */
enum gv_status gv_witness_new(struct gv_witness **out, struct gv_error *err);
void gv_witness_free(struct gv_witness *witness);

/* Takes an entry of vmware.log, or with SANDBOX of mksSandbox.log, which comes behind. */
void gv_witness_see(struct gv_witness *witness, const struct gv_log_entry *entry, bool sandbox);

/* Makes VERDICT of what was seen. Fails with GV_ENOMEM only. */
enum gv_status gv_verdict_make(struct gv_verdict *verdict, const struct gv_witness *witness,
                               struct gv_error *err);

/* The answer for one path. Zero-initialise; dispose when done. */
struct gv_verification {
	struct gv_verdict verdict;
	char *log;     /* the vmware.log that was read; NULL: none */
	char *sandbox; /* the mksSandbox.log of the same run; NULL: none */
	bool wanted;   /* the .vmx asks for 3D; where it cannot be asked, the log */
	bool rotated;  /* LOG is not vmware.log: one with an older name is newer, or not empty */
	bool touched;  /* the .vmx was written behind the log, but not what 3D depends on */
	struct gv_findings findings; /* the verdict as a report has it: none when all is well */
	const char *finding_path;    /* in which their lines are; borrowed from LOG or the path */
};

struct gv_verify_options {
	const struct gv_knowledge *knowledge;
	uint64_t max_size; /* of a .vmx, bytes */
};

/*
 * Reads the newest log beside the .vmx PATH, or PATH itself when its name ends in .log, and makes
 * RESULT of it. That there is no log, or none that tells, is an answer. Fails when PATH or the log
 * cannot be read. Thread-safe.
 */
enum gv_status gv_verify_path(struct gv_verification *result, const char *path,
                              const struct gv_verify_options *options, struct gv_error *err);

void gv_verification_dispose(struct gv_verification *result);

/* Appends the cause and what helps, or why nothing is known: sentences on one printable line. */
void gv_verification_say(struct gv_buf *out, const struct gv_verification *result,
                         const struct gv_knowledge *knowledge);

/* What findings can be about; *OUT is the caller's to free, its texts are borrowed. */
enum gv_status gv_verify_topics(struct gv_topic **out, size_t *count,
                                const struct gv_knowledge *knowledge, struct gv_error *err);

/* What a report in JSON has besides the findings. */
struct gv_verify_details {
	const struct gv_verification *result;
	const struct gv_knowledge *knowledge;
};

/* For gv_report_details: adds the member "verdict" for OF, a struct gv_verify_details. */
void gv_verify_add_details(struct gv_json_tree *tree, struct gv_json *in, const void *of);

/* True when there is nothing to see to: 3D is on, or off and not wanted. */
bool gv_verification_is_good(const struct gv_verification *result);

#endif
