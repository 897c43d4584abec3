/*
 * One file, end to end: read, recognise, plan, guard, write back atomically.
 *
 * Knows the order of these steps; each of them is another module's work.
 */
#ifndef GPUVIRT_REPAIR_H
#define GPUVIRT_REPAIR_H

#include <gpuvirt/lock.h>
#include <gpuvirt/plan.h>

/* A file above this size is refused unless the caller says otherwise. */
#define GV_DEFAULT_MAX_SIZE ((uint64_t)64 << 20)

/* A reason not to write a file. */
struct gv_refusal {
	const char *guard; /* id, static storage */
	bool forceable;    /* force overrides it */
	char message[600]; /* one line of UTF-8 */
};

enum { GV_MAX_REFUSALS = 8 };

struct gv_refusals {
	struct gv_refusal at[GV_MAX_REFUSALS];
	size_t count;
};

/* The first refusal that FORCE does not override, or NULL; borrowed. */
const struct gv_refusal *gv_refusals_first(const struct gv_refusals *refusals, bool force);

/* What is remembered of a folder from one file of it to the next, for a second at most. */
struct gv_surroundings;

/* The caller's, to be freed; NULL when memory ran out. Not for several threads at once. */
struct gv_surroundings *gv_surroundings_new(void);

/* Frees AROUND; NULL is fine. */
void gv_surroundings_free(struct gv_surroundings *around);

/* True for names that tell of a running or suspended machine: X.lck, X.vmss (gv_walk.is_notable).
 */
bool gv_surroundings_matter(const char *name);

struct gv_folder;

struct gv_repair_options {
	const struct gv_policy *policy;
	uint64_t max_size; /* bytes */
	bool unsafe;       /* make also the repairs that guess */
	bool force;        /* override the guards that can be */
	bool backup;       /* keep the old file as PATH.bak */
	bool write;        /* false: everything but the writing, for check, diff and --dry-run */
	struct gv_surroundings *surroundings; /* for a batch; may be NULL */
	const struct gv_folder *listed;       /* where a walk saw the file; unused when WRITE */
	bool host_wide;     /* a host-wide dictionary of VMware's, and not a machine's */
	bool findings_only; /* plan no text: plan.edits and plan.text stay empty, for check */
	struct gv_lock_options lock; /* against others while a file is written; {0}: try once */
};

/* What became of one file. Zero-initialise; dispose when done. */
struct gv_repair {
	struct gv_buf original; /* the bytes that were read */
	struct gv_vmx *vmx;     /* of ORIGINAL; NULL when it is no VMware configuration */
	struct gv_plan plan;
	struct gv_refusals refusals; /* asked only when the plan changes something */
	const char *what_else;       /* what the file is instead of a .vmx, or NULL */
	bool from_input;             /* read from standard input */
	bool refused;                /* not written because of refusals or what_else */
	bool written;
};

/*
 * Plans the repair of the file PATH (NULL: of standard input, never written) and, with
 * options->write, makes it. Another program's change meanwhile starts over, five times at most.
 * Refusals are no failure. On failure the file has its old bytes (but see gv_file_replace).
 */
enum gv_status gv_repair_file(struct gv_repair *repair, const char *path,
                              const struct gv_repair_options *options, struct gv_error *err);

void gv_repair_dispose(struct gv_repair *repair);

enum gv_change_kind { GV_CHANGE_SET, GV_CHANGE_ADD, GV_CHANGE_UNSET };

/* One wanted change of a key. */
struct gv_change {
	enum gv_change_kind kind;
	struct gv_span name;  /* of unset also all names that begin so, with a "*" at the end */
	struct gv_span value; /* as the user typed it: UTF-8, or bytes of the file's encoding */
};

/*
 * Makes COUNT changes to the file PATH (NULL: to standard input, never written) in one atomic
 * write, or none; the rest as gv_repair_file, without findings. A name that stands several times
 * is brought to one entry by set and to none by unset. GV_EEXIST: a name to add is there.
 * GV_ENOENT: a name to unset is not. GV_EINVAL: a name twice, or a name or value that cannot be
 * written. GV_EREFUSED: a name that belongs to the machine's encryption.
 */
enum gv_status gv_change_file(struct gv_repair *repair, const char *path,
                              const struct gv_change *changes, size_t count,
                              const struct gv_repair_options *options, struct gv_error *err);

/*
 * Plans the same changes to VMX alone, without a file: sets plan->edits, plan->text and
 * plan->changes.
 */
enum gv_status gv_change_plan(struct gv_plan *plan, const struct gv_vmx *vmx,
                              const struct gv_change *changes, size_t count, struct gv_error *err);

/*
 * Swaps the file PATH and its backup, under the same guards, which may set repair->refused.
 * GV_ENOENT: there is no backup.
 */
enum gv_status gv_undo_file(struct gv_repair *repair, const char *path,
                            const struct gv_repair_options *options, struct gv_error *err);

#endif
