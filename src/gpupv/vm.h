/*
 * One Hyper-V machine from end to end: observe, plan, keep what was, do the steps, read back, and
 * on a failure go back.
 *
 * Knows the order of these; how a host is reached is the channel's.
 */
#ifndef GPUVIRT_GPUPV_VM_H
#define GPUVIRT_GPUPV_VM_H

#include <gpuvirt/gpupv.h>

#include "gpupv/powershell.h"
#include "gpupv/record.h"

/* How a host is asked: as gv_powershell_run, which is behind it outside of tests. */
struct gv_channel {
	enum gv_status (*run)(void *context, struct gv_buf *answer, enum gv_ps_script script,
	                      struct gv_span request, struct gv_error *err);
	void *context;
	unsigned address_bits; /* of this processor where it is the host's; 0: the host's is another
	                        */
};

enum gv_vm_verb { GV_VM_ENABLE, GV_VM_DISABLE, GV_VM_UNDO };

struct gv_vm_order {
	struct gv_channel channel;
	enum gv_vm_verb verb;
	const char *target;   /* GUID or exact name */
	const char *computer; /* NULL: this host */
	bool dry_run;
	const char *gpu;                   /* GV_VM_ENABLE: which; NULL: the only one */
	struct gv_value high_mmio;         /* GV_VM_ENABLE: what the user asks for */
	struct gv_gpupv_settings settings; /* GV_VM_ENABLE: the profile */
};

enum gv_vm_result {
	GV_VM_NOTHING,     /* all is as wanted: untouched */
	GV_VM_NO_RECORD,   /* there is nothing to undo: untouched */
	GV_VM_BLOCKED,     /* preconditions do not hold: untouched */
	GV_VM_PLANNED,     /* a dry run: untouched */
	GV_VM_DONE,        /* done, and read back */
	GV_VM_ROLLED_BACK, /* a step failed; all is as before */
	GV_VM_LEFT,        /* a step failed, and going back failed too */
};

/* Zero-initialise; dispose when done. */
struct gv_vm_outcome {
	enum gv_vm_result result;
	struct gv_gpupv_state state; /* before */
	struct gv_gpupv_plan plan;
	struct gv_error failure; /* of the step, when rolled back or left */
	struct gv_error second;  /* of going back, when left */
	struct gv_gpupv_plan
		left; /* what would still lead back; without steps when that is not known */
	struct gv_gpupv_state after;
	struct gv_buf record; /* path of the undo record, once it was written */
	struct gv_arena arena;
};

/* Observes the machine TARGET, or all when NULL. *OUT is the caller's to dispose of. */
enum gv_status gv_vm_observe(struct gv_gpupv_state *out, const struct gv_channel *channel,
                             const char *target, const char *computer, struct gv_error *err);

/*
 * Carries out ORDER. What became of the machine is in *OUT, also when this fails: a failure tells
 * that it could not be observed, or that the undo record could not be read, written or taken away.
 * The record is durable before the first change. From then on the signals that ask a program to end
 * are only noted (gv_os_note_endings): the machine is not left half-way, the caller ends
 * afterwards.
 */
enum gv_status gv_vm_run(struct gv_vm_outcome *out, const struct gv_vm_order *order,
                         struct gv_error *err);

void gv_vm_outcome_dispose(struct gv_vm_outcome *outcome);

/*
 * Sets *OUT to the driver's version when VM was last enabled, in ARENA; NULL when no record tells.
 */
enum gv_status gv_vm_driver_before(const char **out, struct gv_arena *arena,
                                   const struct gv_gpupv_state *state, const struct gv_gpupv_vm *vm,
                                   struct gv_error *err);

#endif
