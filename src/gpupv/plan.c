#include "gpupv/plan.h"

#include <stdlib.h>
#include <string.h>

#include "gpupv/checks.h"
#include "gpupv/gpus.h"
#include "gpupv/model.h"

static bool add_step(struct gv_gpupv_plan *plan, struct gv_gpupv_step step)
{
	struct gv_gpupv_step *grown =
		gv_grow(plan->steps, plan->step_count, &plan->step_cap, sizeof *grown);
	if (grown == NULL)
		return false;
	plan->steps = grown;
	plan->steps[plan->step_count++] = step;
	return true;
}

static bool add_settings(struct gv_gpupv_plan *plan, const struct gv_gpupv_vm *vm,
                         const struct gv_gpupv_settings *settings)
{
	struct gv_gpupv_step step = {.action = GV_GPUPV_SET};
	bool any = false;
	for (unsigned i = 0; i < GV_GPUPV_SETTINGS; i++) {
		struct gv_value wanted = settings->at[i];
		if (!wanted.known || gv_gpupv_value_is(wanted, vm->settings.at[i]))
			continue;
		step.settings.at[i] = wanted;
		any = true;
	}
	return !any || add_step(plan, step);
}

/* Which adapter serves which wanted path: each once, exact ones before any. */
struct matches {
	bool *kept;   /* by adapter */
	bool *served; /* by path */
};

static void match(struct matches *matches, const struct gv_gpupv_vm *vm, const char *const *paths,
                  size_t count, bool exactly)
{
	for (size_t i = 0; i < count; i++) {
		if (exactly != (paths[i] != NULL))
			continue;
		for (size_t j = 0; !matches->served[i] && j < vm->adapter_count; j++) {
			if (matches->kept[j] ||
			    (exactly && !gv_gpupv_same_path(vm->adapters[j].path, paths[i])))
				continue;
			matches->kept[j] = matches->served[i] = true;
		}
	}
}

/* Removals before additions: a machine never has more adapters than it had or is to have. */
static bool add_adapters(struct gv_gpupv_plan *plan, const struct matches *matches,
                         const struct gv_gpupv_vm *vm, const char *const *paths, size_t count)
{
	bool good = true;
	for (size_t i = 0; good && i < vm->adapter_count; i++) {
		struct gv_gpupv_step step = {.action = GV_GPUPV_REMOVE,
		                             .id = vm->adapters[i].id,
		                             .path = vm->adapters[i].path};
		good = matches->kept[i] || add_step(plan, step);
	}
	for (size_t i = 0; good && i < count; i++) {
		struct gv_gpupv_step step = {.action = GV_GPUPV_ADD, .path = paths[i]};
		good = matches->served[i] || add_step(plan, step);
	}
	return good;
}

static bool plan_adapters(struct gv_gpupv_plan *plan, const struct gv_gpupv_vm *vm,
                          const char *const *paths, size_t count)
{
	size_t size = vm->adapter_count + count;
	bool *marks = gv_arena_alloc(&plan->arena, size == 0 ? 1 : size * sizeof *marks);
	if (marks == NULL)
		return false;
	memset(marks, 0, size * sizeof *marks);
	struct matches matches = {marks, marks + vm->adapter_count};
	match(&matches, vm, paths, count, true);
	match(&matches, vm, paths, count, false);
	return add_adapters(plan, &matches, vm, paths, count);
}

static bool set_goal(struct gv_gpupv_plan *plan, const struct gv_gpupv_settings *settings,
                     const char *const *paths, size_t count)
{
	const char **copy = gv_arena_alloc(&plan->arena, (count + 1) * sizeof *copy);
	if (copy == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		copy[i] = paths[i];
	plan->goal = *settings;
	plan->goal_paths = copy;
	plan->goal_path_count = count;
	return true;
}

bool plan_steps(struct gv_gpupv_plan *plan, const struct gv_gpupv_vm *vm,
                const struct gv_gpupv_settings *settings, const char *const *paths, size_t count)
{
	if (!set_goal(plan, settings, paths, count))
		return false;
	if (count > 0)
		return add_settings(plan, vm, settings) && plan_adapters(plan, vm, paths, count);
	return plan_adapters(plan, vm, paths, count) && add_settings(plan, vm, settings);
}

/* The path that an adapter of GPU is to be given: none where the host takes none. */
static const char *path_for(const struct gv_gpupv_state *state, const struct gv_gpupv_gpu *gpu)
{
	return state->host.instance_path == GV_NO ? NULL : gpu->path;
}

bool plan_back_steps(struct gv_gpupv_plan *plan, const struct gv_gpupv_state *state,
                     const struct gv_gpupv_vm *vm, const struct gv_gpupv_settings *settings,
                     const char *const *paths, size_t count)
{
	bool good = plan_steps(plan, vm, settings, paths, count);
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].action == GV_GPUPV_ADD && state->host.instance_path == GV_NO)
			plan->steps[i].path = NULL;
	}
	return good;
}

static bool plan_change(struct gv_gpupv_plan *plan, const struct exam *exam)
{
	const struct gv_gpupv_wanted *wanted = exam->wanted;
	if (wanted->change == GV_GPUPV_LOOK)
		return true;
	if (wanted->change == GV_GPUPV_RESTORE)
		return plan_back_steps(plan, exam->state, exam->vm, &wanted->settings,
		                       wanted->paths, wanted->path_count);
	if (wanted->change == GV_GPUPV_DISABLE)
		return plan_steps(plan, exam->vm, &wanted->settings, NULL, 0);
	struct gv_gpupv_settings settings = wanted->settings;
	const char *path = path_for(exam->state, exam->choice.gpu);
	settings.at[GV_GPUPV_HIGH_MMIO] = checks_high_mmio(exam);
	return plan_steps(plan, exam->vm, &settings, &path, 1);
}

enum gv_status gv_gpupv_plan_vm(struct gv_gpupv_plan *out, const struct gv_gpupv_state *state,
                                const struct gv_gpupv_vm *vm, const struct gv_gpupv_wanted *wanted,
                                struct gv_error *err)
{
	struct exam exam = {.state = state, .wanted = wanted, .vm = vm};
	struct gv_gpupv_plan plan = {.vm = vm};
	if (wanted->change == GV_GPUPV_ENABLE) {
		exam.choice = gpu_choose(state, vm, wanted->gpu);
		plan.gpu = exam.choice.gpu;
	}
	bool good = checks_run(&plan, &exam);
	if (good && !plan.blocked && vm != NULL)
		good = plan_change(&plan, &exam);
	if (!good) {
		gv_gpupv_plan_dispose(&plan);
		return gv_fail_memory(err);
	}
	*out = plan;
	return GV_OK;
}

enum gv_status gv_gpupv_plan(struct gv_gpupv_plan *out, const struct gv_gpupv_state *state,
                             const struct gv_gpupv_wanted *wanted, struct gv_error *err)
{
	bool once = state->vms_known && state->vm_count == 1;
	return gv_gpupv_plan_vm(out, state, once ? &state->vms[0] : NULL, wanted, err);
}

void gv_gpupv_plan_dispose(struct gv_gpupv_plan *plan)
{
	free(plan->problems);
	free(plan->steps);
	gv_arena_dispose(&plan->arena);
	*plan = (struct gv_gpupv_plan){0};
}
