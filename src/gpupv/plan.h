/*
 * Steps from what is observed to what is wanted.
 *
 * Knows the order of the steps (hyperv facts 8); which preconditions there are is checks.h's.
 * Its functions are in gpuvirt/gpupv.h.
 */
#ifndef GPUVIRT_GPUPV_PLAN_H
#define GPUVIRT_GPUPV_PLAN_H

#include <gpuvirt/gpupv.h>

/*
 * Appends to PLAN the steps that bring VM to SETTINGS and to one adapter for each of the COUNT
 * PATHS; a path that is NULL stands for any. Before adapters are added the settings change, else
 * behind. They become the plan's goal; PATHS is copied. Preconditions are not asked. False when
 * memory ran out.
 */
bool plan_steps(struct gv_gpupv_plan *plan, const struct gv_gpupv_vm *vm,
                const struct gv_gpupv_settings *settings, const char *const *paths, size_t count);

/* The same with adapters that VM once had: where Windows chooses the GPU it is not told one. */
bool plan_back_steps(struct gv_gpupv_plan *plan, const struct gv_gpupv_state *state,
                     const struct gv_gpupv_vm *vm, const struct gv_gpupv_settings *settings,
                     const char *const *paths, size_t count);

#endif
