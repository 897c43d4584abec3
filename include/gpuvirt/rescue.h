/*
 * A .vmx that is missing, empty, zeros or cut off: what could stand in its place, which is best,
 * and putting it there.
 *
 * Knows what lies beside a .vmx and how to judge it; writes only what the caller chooses. What is
 * left is always kept.
 */
#ifndef GPUVIRT_RESCUE_H
#define GPUVIRT_RESCUE_H

#include <gpuvirt/repair.h>

/* What has become of the file. docs/rescue.md says how each is told. */
enum gv_damage {
	GV_DAMAGE_NONE,
	GV_DAMAGE_MISSING,
	GV_DAMAGE_EMPTY,
	GV_DAMAGE_ZEROS,   /* all bytes are NUL */
	GV_DAMAGE_CUT,     /* its end is missing */
	GV_DAMAGE_GARBAGE, /* other bytes than text */
	GV_DAMAGE_COUNT
};

enum gv_candidate_kind {
	GV_CANDIDATE_TEMPORARY, /* X.vmx~: VMware's own (facts 4.4) */
	GV_CANDIDATE_BACKUP,    /* X.vmx.bak* */
	GV_CANDIDATE_LOG,       /* vmware*.log: rebuilt from it (facts 4.7) */
};

/* What a candidate is good for, best first. */
enum gv_candidate_state {
	GV_CANDIDATE_WHOLE,
	GV_CANDIDATE_PARTIAL, /* something of it is missing or wrong; the notes say what */
	GV_CANDIDATE_FOREIGN, /* of another machine: only when it is named */
	GV_CANDIDATE_USELESS, /* cannot stand in the place of the file */
};

enum { GV_CANDIDATE_NOTES = 8, GV_CANDIDATES = 64 };

/* Texts are owned by the rescue. */
struct gv_candidate {
	enum gv_candidate_kind kind;
	enum gv_candidate_state state;
	const char *name;   /* in the folder of the file */
	struct gv_buf text; /* what the file would hold; empty when useless */
	struct gv_vmx *vmx; /* of TEXT; NULL when useless */
	size_t entries;
	size_t agrees;    /* entries that are left of which it has name and value */
	uint64_t written; /* nanoseconds since 1970: the newest moment its content is known of */
	const char *notes[GV_CANDIDATE_NOTES]; /* one line each, what is wrong first */
	size_t note_count;
};

/* Zero-initialise; dispose when done. */
struct gv_rescue {
	const char *path; /* borrowed */
	enum gv_damage damage;
	char damage_text[200];                 /* how it is told, printable */
	struct gv_span left;                   /* what is left of the file */
	struct gv_vmx *vmx;                    /* of LEFT */
	struct gv_candidate at[GV_CANDIDATES]; /* best first */
	size_t count;
	size_t passed_over; /* files that might be more candidates, beyond GV_CANDIDATES */
	struct gv_rescue_place *place; /* where it lies, and the file as it was read */
	struct gv_arena arena;
	bool failed; /* memory ran out for a note */
};

/*
 * Looks at the file PATH and at what lies beside it: finds the damage and, if there is any, the
 * candidates, ranked. Files above MAX_SIZE bytes are no candidates. GV_EINVAL: PATH is no file, or
 * is something else than a damaged .vmx. Changes nothing.
 */
enum gv_status gv_rescue_look(struct gv_rescue *rescue, const char *path, uint64_t max_size,
                              struct gv_error *err);

void gv_rescue_dispose(struct gv_rescue *rescue);

/* The best candidate, or NULL when none may be taken without being named. */
const struct gv_candidate *gv_rescue_best(const struct gv_rescue *rescue);

/* The candidate that NAME is the number (from 1) or the name of, or NULL. */
const struct gv_candidate *gv_rescue_find(const struct gv_rescue *rescue, const char *name);

/*
 * Adds to EDITS, empty, what makes the text of CANDIDATE of what is left: settled, by lines.
 * edits->failed tells when memory ran out.
 */
void gv_rescue_edits(struct gv_edits *edits, const struct gv_rescue *rescue,
                     const struct gv_candidate *candidate);

/*
 * Asks the guards of a machine's file: locks, and of what is left read-only and other names. A
 * suspended machine is no reason here, nor is encryption: a candidate that would lose it is
 * useless.
 */
enum gv_status gv_rescue_guard(struct gv_refusals *refusals, const struct gv_rescue *rescue,
                               struct gv_error *err);

/*
 * Puts CANDIDATE, which is not useless, in the place of the file, atomically. What is left stays as
 * PATH.bak; a PATH.bak that is there is named PATH.bak.N first, N the first free number, and
 * *MOVED_TO set to that name, or NULL; it is owned by RESCUE. GV_ECHANGED: the file changed since
 * it was looked at. A file that is missing gets owner and mode of the candidate's file. The guards
 * are not asked.
 */
enum gv_status gv_rescue_write(struct gv_rescue *rescue, const struct gv_candidate *candidate,
                               const char **moved_to, struct gv_error *err);

#endif
