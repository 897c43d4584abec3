/*
 * Hosts, GPUs and Hyper-V machines as text and as JSON.
 *
 * Knows what a person and a program want to see; asks and changes nothing.
 */
#ifndef GPUVIRT_CLI_GPUPV_SHOW_H
#define GPUVIRT_CLI_GPUPV_SHOW_H

#include <gpuvirt/gpupv.h>

#include "base/json.h"
#include "cli/output.h"

/* One machine and what is wrong with it. */
struct shown_vm {
	const struct gv_gpupv_vm *vm;
	struct gv_gpupv_plan plan; /* of GV_GPUPV_LOOK */
};

/* Prints the GPUs of STATE. */
void gpupv_show_gpus(struct output *out, const struct gv_gpupv_state *state);
void gpupv_show_gpus_json(struct output *out, const struct gv_gpupv_state *state);

/* Prints what is wrong with the host, a plan of GV_GPUPV_LOOK, and the COUNT machines. */
void gpupv_show_status(struct output *out, const struct gv_gpupv_state *state,
                       const struct gv_gpupv_plan *host, const struct shown_vm *vms, size_t count);
void gpupv_show_status_json(struct output *out, const struct gv_gpupv_state *state,
                            const struct gv_gpupv_plan *host, const struct shown_vm *vms,
                            size_t count);

/* Prints TREE and a line end, and disposes of it. */
void gpupv_print_json(struct output *out, struct gv_json_tree *tree);

/* Writes the problems of PLAN to standard error, a line each, behind TARGET. */
void gpupv_tell_problems(struct output *out, const char *target, const struct gv_gpupv_plan *plan);

#endif
