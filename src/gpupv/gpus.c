#include "gpupv/gpus.h"

#include <string.h>

#include "gpupv/model.h"

/* Of many candidates so many are named. */
enum { MOST_LISTED = 5 };

/* Parts of names, in any case. */
static const struct trouble {
	const char *part;
	const char *what;
} troubles[] = {
	{"V100-SXM2", "starting the machine is reported to crash the host"},
	{"Radeon 890M", "starting the machine is reported to crash the host"},
	{"RX 580", "reported to have no hardware video encoder in the guest"},
	{"GeForce 210", "reported not to work"},
	{"GT 210", "reported not to work"},
	{"HD Graphics 530", "reported not to work"},
	{"MTT S80", "reported not to work"},
};

static bool contains_nocase(const char *text, const char *part)
{
	struct gv_span whole = gv_span_of(text);
	struct gv_span sought = gv_span_of(part);
	for (size_t i = 0; i + sought.len <= whole.len; i++) {
		if (gv_span_begins_nocase(gv_span_part(whole, i, whole.len), sought))
			return true;
	}
	return false;
}

const char *gpu_known_trouble(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof troubles / sizeof *troubles; i++) {
		if (contains_nocase(name, troubles[i].part))
			return troubles[i].what;
	}
	return NULL;
}

const char *gv_gpupv_fault(const struct gv_gpupv_gpu *gpu)
{
	if (!gv_gpupv_is_paravirtual(gpu->path))
		return "a partition of GPU-P (SR-IOV), which is not GPU-PV";
	if (gpu->class_name == NULL)
		return "its device class is not known";
	if (strcmp(gpu->class_name, "Display") != 0)
		return "no display device: an NPU, perhaps";
	if (gpu->status == NULL)
		return "its state is not known";
	return strcmp(gpu->status, "OK") != 0 ? "it does not work: see Device Manager" : NULL;
}

const struct gv_gpupv_gpu *gpu_of_path(const struct gv_gpupv_state *state, const char *path)
{
	for (size_t i = 0; i < state->gpu_count; i++) {
		if (gv_gpupv_same_path(state->gpus[i].path, path))
			return &state->gpus[i];
	}
	return NULL;
}

size_t gpu_count_paravirtual(const struct gv_gpupv_state *state)
{
	size_t count = 0;
	for (size_t i = 0; i < state->gpu_count; i++)
		count += gv_gpupv_is_paravirtual(state->gpus[i].path);
	return count;
}

/* Ways to name a GPU, the most exact first. */
enum way { BY_PATH, BY_INSTANCE, BY_NAME, BY_PART, WAYS };

static bool is_named(const struct gv_gpupv_gpu *gpu, enum way way, const char *which)
{
	const char *const texts[] = {
		[BY_PATH] = gpu->path, [BY_INSTANCE] = gpu->instance_id, [BY_NAME] = gpu->name};
	if (way == BY_PART)
		return (gpu->name != NULL && contains_nocase(gpu->name, which)) ||
		       (gpu->path != NULL && contains_nocase(gpu->path, which));
	return gv_gpupv_same_path(texts[way], which);
}

/* The GPUs that are named so: how many, and the last of them; USABLE: only those without fault. */
static size_t count_named(const struct gv_gpupv_state *state, enum way way, const char *which,
                          bool usable, const struct gv_gpupv_gpu **last)
{
	size_t count = 0;
	for (size_t i = 0; i < state->gpu_count; i++) {
		const struct gv_gpupv_gpu *gpu = &state->gpus[i];
		if (!is_named(gpu, way, which) || (usable && gv_gpupv_fault(gpu) != NULL))
			continue;
		*last = gpu;
		count++;
	}
	return count;
}

/* The most exact way in which WHICH names any GPU; WAYS when there is none. */
static enum way find_way(const struct gv_gpupv_state *state, const char *which)
{
	const struct gv_gpupv_gpu *gpu;
	unsigned way = 0;
	while (way < WAYS && count_named(state, (enum way)way, which, false, &gpu) == 0)
		way++;
	return (enum way)way;
}

/* A card may offer GPU-PV and GPU-P under one name: of several those with a fault do not count. */
static struct gpu_choice choose_named(const struct gv_gpupv_state *state, const char *which)
{
	struct gpu_choice choice = {GPU_FOUND, NULL, which};
	enum way way = find_way(state, which);
	if (way == WAYS || which[0] == '\0') {
		choice.result = GPU_NOT_FOUND;
		return choice;
	}
	if (count_named(state, way, which, false, &choice.gpu) > 1 &&
	    count_named(state, way, which, true, &choice.gpu) != 1) {
		choice.gpu = NULL;
		choice.result = GPU_AMBIGUOUS;
	}
	return choice;
}

/* The usable GPU that all adapters of VM are of, or NULL. */
static const struct gv_gpupv_gpu *gpu_in_use(const struct gv_gpupv_state *state,
                                             const struct gv_gpupv_vm *vm)
{
	const struct gv_gpupv_gpu *gpu = NULL;
	for (size_t i = 0; vm != NULL && i < vm->adapter_count; i++) {
		const struct gv_gpupv_gpu *one = gpu_of_path(state, vm->adapters[i].path);
		if (one == NULL || gv_gpupv_fault(one) != NULL || (gpu != NULL && one != gpu))
			return NULL;
		gpu = one;
	}
	return gpu;
}

static struct gpu_choice choose_only(const struct gv_gpupv_state *state)
{
	struct gpu_choice choice = {GPU_FOUND, NULL, NULL};
	size_t usable = 0;
	for (size_t i = 0; i < state->gpu_count; i++) {
		if (gv_gpupv_fault(&state->gpus[i]) != NULL)
			continue;
		choice.gpu = &state->gpus[i];
		usable++;
	}
	if (usable > 1)
		choice = (struct gpu_choice){GPU_AMBIGUOUS, NULL, NULL};
	else if (usable == 0)
		choice.result = gpu_count_paravirtual(state) > 0 ? GPU_NONE_FITS
		                : state->gpu_count > 0           ? GPU_ONLY_PARTITION
		                                                 : GPU_NONE_THERE;
	return choice;
}

struct gpu_choice gpu_choose(const struct gv_gpupv_state *state, const struct gv_gpupv_vm *vm,
                             const char *which)
{
	if (!state->gpus_known)
		return (struct gpu_choice){GPU_LIST_UNKNOWN, NULL, which};
	if (which != NULL)
		return choose_named(state, which);
	const struct gv_gpupv_gpu *used = gpu_in_use(state, vm);
	if (used != NULL)
		return (struct gpu_choice){GPU_FOUND, used, NULL};
	return choose_only(state);
}

static bool is_candidate(const struct gv_gpupv_state *state, const struct gpu_choice *choice,
                         const struct gv_gpupv_gpu *gpu)
{
	if (choice->which == NULL)
		return gv_gpupv_fault(gpu) == NULL;
	return is_named(gpu, find_way(state, choice->which), choice->which);
}

void gpu_list_candidates(struct gv_buf *out, const struct gv_gpupv_state *state,
                         const struct gpu_choice *choice)
{
	size_t count = 0;
	for (size_t i = 0; i < state->gpu_count; i++) {
		const struct gv_gpupv_gpu *gpu = &state->gpus[i];
		if (!is_candidate(state, choice, gpu) || ++count > MOST_LISTED)
			continue;
		gv_buf_text(out, count == 1 ? "" : ", ");
		gv_buf_text(out, gpu->name == NULL ? "a GPU without name" : gpu->name);
		gv_buf_text(out, " (");
		gv_buf_text(out, gpu->path == NULL ? "no path" : gpu->path);
		gv_buf_text(out, ")");
	}
	if (count > MOST_LISTED)
		gv_buf_format(out, " and %zu more", count - MOST_LISTED);
}
