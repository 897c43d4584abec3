/*
 * The preconditions of GPU-PV, as a table: what is wrong, and what to do about it.
 *
 * Knows what must hold before a change and of a machine as it is; knows nothing about steps.
 */
#ifndef GPUVIRT_GPUPV_CHECKS_H
#define GPUVIRT_GPUPV_CHECKS_H

#include <gpuvirt/gpupv.h>

#include "gpupv/gpus.h"

/* What is examined. */
struct exam {
	const struct gv_gpupv_state *state;
	const struct gv_gpupv_wanted *wanted;
	const struct gv_gpupv_vm *vm; /* NULL: not found once, or only the host is looked at */
	struct gpu_choice choice;     /* for GV_GPUPV_ENABLE */
};

/*
 * Adds to PLAN the problems of EXAM. What depends on something that is missing is not asked: of a
 * host without the module nothing is said of its machines. False when memory ran out.
 */
bool checks_run(struct gv_gpupv_plan *plan, const struct exam *exam);

/*
 * The high MMIO space that GV_GPUPV_ENABLE wants: the largest of what the settings say, what the
 * user asks for and what the machine has, the first bounded by the host's addresses. Unknown: left
 * alone.
 */
struct gv_value checks_high_mmio(const struct exam *exam);

#endif
