/*
 * Which of a host's GPUs is meant, and what is known of it.
 *
 * Knows lists of GPUs; knows nothing about machines but their adapters.
 */
#ifndef GPUVIRT_GPUPV_GPUS_H
#define GPUVIRT_GPUPV_GPUS_H

#include <gpuvirt/gpupv.h>

enum gpu_result {
	GPU_FOUND,
	GPU_LIST_UNKNOWN,   /* the host did not tell its GPUs */
	GPU_NONE_THERE,     /* the host shares none */
	GPU_ONLY_PARTITION, /* none is GPU-PV: all are GPU-P partitions */
	GPU_NONE_FITS,      /* those of GPU-PV all have a fault */
	GPU_NOT_FOUND,      /* none is called so */
	GPU_AMBIGUOUS,      /* several fit */
};

struct gpu_choice {
	enum gpu_result result;
	const struct gv_gpupv_gpu *gpu; /* when found */
	const char *which;              /* what was asked for, or NULL */
};

/*
 * Chooses the GPU that WHICH names: its path, else its PnP instance id, else its name, else a part
 * of its name or path, all in any case. Without WHICH the one that VM has an adapter of, else the
 * only one without a fault.
 */
struct gpu_choice gpu_choose(const struct gv_gpupv_state *state, const struct gv_gpupv_vm *vm,
                             const char *which);

/* Appends the GPUs that CHOICE, an ambiguous one, hesitates between, the first few: "NAME (PATH),
 * ...". */
void gpu_list_candidates(struct gv_buf *out, const struct gv_gpupv_state *state,
                         const struct gpu_choice *choice);

/* The GPU of the interface PATH, or NULL. */
const struct gv_gpupv_gpu *gpu_of_path(const struct gv_gpupv_state *state, const char *path);

/* How many devices of STATE offer GPU-PV, faulty or not: Windows 10 takes any of them. */
size_t gpu_count_paravirtual(const struct gv_gpupv_state *state);

/* What users report of a GPU of this name (hyperv facts 1.7, 7), or NULL; static. */
const char *gpu_known_trouble(const char *name);

#endif
