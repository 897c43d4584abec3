#include "cli/gpupv_show.h"

#include <inttypes.h>
#include <stdio.h>

#include "gpupv/answer.h"
#include "gpupv/gpus.h"
#include "gpupv/model.h"

static const char *or_unknown(const char *text)
{
	return text == NULL ? "not known" : text;
}

static void show_fact(struct output *out, const char *name, const char *value)
{
	output_format(out, "    %s: ", name);
	output_path(out, or_unknown(value));
	output_text(out, "\n");
}

static void show_gpu(struct output *out, const struct gv_gpupv_gpu *gpu)
{
	const char *fault = gv_gpupv_fault(gpu);
	const char *trouble = gpu_known_trouble(gpu->name);
	output_style(out, STYLE_BOLD);
	output_path(out, gpu->name == NULL ? "a GPU without name" : gpu->name);
	output_style(out, STYLE_PLAIN);
	output_format(out, ": %s%s\n", gv_gpupv_is_paravirtual(gpu->path) ? "GPU-PV" : "GPU-P",
	              fault == NULL ? "" : ", not to be used");
	show_fact(out, "path", gpu->path);
	show_fact(out, "class", gpu->class_name);
	show_fact(out, "status", gpu->status);
	show_fact(out, "driver", gpu->driver);
	if (fault != NULL)
		show_fact(out, "fault", fault);
	if (trouble != NULL)
		show_fact(out, "warning", trouble);
}

void gpupv_show_gpus(struct output *out, const struct gv_gpupv_state *state)
{
	for (size_t i = 0; i < state->gpu_count; i++)
		show_gpu(out, &state->gpus[i]);
	if (!state->gpus_known)
		output_text(out, "The host did not tell its GPUs.\n");
	else if (state->gpu_count == 0)
		output_text(out, "The host has no GPU that can be shared.\n");
}

static void show_problems(struct output *out, const struct gv_gpupv_plan *plan)
{
	for (size_t i = 0; i < plan->problem_count; i++) {
		const struct gv_gpupv_problem *problem = &plan->problems[i];
		output_text(out, "    ");
		output_style(out, problem->check->blocks ? STYLE_RED : STYLE_YELLOW);
		output_text(out, problem->check->blocks ? "error: " : "warning: ");
		output_style(out, STYLE_PLAIN);
		output_path(out, problem->what);
		output_format(out, " [%s]\n        %s\n", problem->check->id,
		              problem->check->remedy);
	}
}

static void show_settings(struct output *out, const struct gv_gpupv_settings *settings)
{
	struct gv_buf text = {0};
	for (unsigned i = 0; i < GV_GPUPV_SETTINGS; i++) {
		gv_buf_format(&text, "    %s: ", gv_gpupv_setting_rows[i].meaning);
		gv_gpupv_show_value(&text, (enum gv_gpupv_setting)i, settings->at[i]);
		gv_buf_char(&text, '\n');
	}
	output_bytes(out, gv_buf_span(&text));
	out->pending.failed |= text.failed;
	gv_buf_dispose(&text);
}

static void show_vm(struct output *out, const struct gv_gpupv_state *state,
                    const struct shown_vm *shown)
{
	const struct gv_gpupv_vm *vm = shown->vm;
	output_style(out, STYLE_BOLD);
	output_path(out, vm->name == NULL ? vm->id : vm->name);
	output_style(out, STYLE_PLAIN);
	output_format(out, ": GPU-PV is %s\n",
	              !vm->adapters_known      ? "not known"
	              : vm->adapter_count == 0 ? "off"
	                                       : "on");
	show_fact(out, "GUID", vm->id);
	show_fact(out, "state", vm->state);
	for (size_t i = 0; i < vm->adapter_count; i++) {
		const struct gv_gpupv_gpu *gpu = gpu_of_path(state, vm->adapters[i].path);
		show_fact(out, "adapter",
		          gpu != NULL && gpu->name != NULL ? gpu->name : vm->adapters[i].path);
	}
	show_settings(out, &vm->settings);
	show_problems(out, &shown->plan);
}

void gpupv_show_status(struct output *out, const struct gv_gpupv_state *state,
                       const struct gv_gpupv_plan *host, const struct shown_vm *vms, size_t count)
{
	output_text(out, "host ");
	output_path(out, or_unknown(state->host.computer));
	if (state->host.build.known)
		output_format(out, ": Windows build %" PRIu64, state->host.build.number);
	output_text(out, "\n");
	show_problems(out, host);
	for (size_t i = 0; i < count; i++)
		show_vm(out, state, &vms[i]);
}

void gpupv_tell_problems(struct output *out, const char *target, const struct gv_gpupv_plan *plan)
{
	for (size_t i = 0; i < plan->problem_count; i++) {
		const struct gv_gpupv_problem *problem = &plan->problems[i];
		output_error(out, target, "%s%s [%s]; %s",
		             problem->check->blocks ? "" : "warning: ", problem->what,
		             problem->check->id, problem->check->remedy);
	}
}

static void add_text(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                     const char *text)
{
	if (text == NULL)
		gv_json_add_null(tree, in, name);
	else
		gv_json_add_text(tree, in, name, text);
}

static void add_number(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                       struct gv_value value)
{
	if (value.known)
		gv_json_add_number(tree, in, name, value.number);
	else
		gv_json_add_null(tree, in, name);
}

static void add_tri(struct gv_json_tree *tree, struct gv_json *in, const char *name,
                    enum gv_tri value)
{
	if (value == GV_UNKNOWN)
		gv_json_add_null(tree, in, name);
	else
		gv_json_add_bool(tree, in, name, value == GV_YES);
}

static void add_gpus(struct gv_json_tree *tree, struct gv_json *root,
                     const struct gv_gpupv_state *state)
{
	if (!state->gpus_known) {
		gv_json_add_null(tree, root, "gpus");
		return;
	}
	struct gv_json *list = gv_json_add_array(tree, root, "gpus");
	for (size_t i = 0; i < state->gpu_count; i++) {
		const struct gv_gpupv_gpu *gpu = &state->gpus[i];
		struct gv_json *in = gv_json_add_object(tree, list, NULL);
		add_text(tree, in, "path", gpu->path);
		add_text(tree, in, "name", gpu->name);
		add_text(tree, in, "instanceId", gpu->instance_id);
		add_text(tree, in, "class", gpu->class_name);
		add_text(tree, in, "status", gpu->status);
		add_text(tree, in, "driver", gpu->driver);
		gv_json_add_bool(tree, in, "paravirtual", gv_gpupv_is_paravirtual(gpu->path));
		add_text(tree, in, "fault", gv_gpupv_fault(gpu));
	}
}

static void add_host(struct gv_json_tree *tree, struct gv_json *root,
                     const struct gv_gpupv_host *host)
{
	struct gv_json *in = gv_json_add_object(tree, root, "host");
	add_text(tree, in, "computer", host->computer);
	add_number(tree, in, "build", host->build);
	add_tri(tree, in, "server", host->server);
	add_text(tree, in, "edition", host->edition);
	add_text(tree, in, "powershell", host->powershell);
	add_tri(tree, in, "elevated", host->elevated);
	add_tri(tree, in, "instancePath", host->instance_path);
	add_number(tree, in, "addressBits", host->address_bits);
}

static void add_problems(struct gv_json_tree *tree, struct gv_json *in,
                         const struct gv_gpupv_plan *plan)
{
	struct gv_json *list = gv_json_add_array(tree, in, "problems");
	for (size_t i = 0; i < plan->problem_count; i++) {
		const struct gv_gpupv_problem *problem = &plan->problems[i];
		struct gv_json *one = gv_json_add_object(tree, list, NULL);
		gv_json_add_text(tree, one, "id", problem->check->id);
		gv_json_add_bool(tree, one, "blocks", problem->check->blocks);
		gv_json_add_text(tree, one, "what", problem->what);
		gv_json_add_text(tree, one, "remedy", problem->check->remedy);
	}
}

static void add_vm(struct gv_json_tree *tree, struct gv_json *list, const struct shown_vm *shown)
{
	const struct gv_gpupv_vm *vm = shown->vm;
	struct gv_json *in = gv_json_add_object(tree, list, NULL);
	add_text(tree, in, "id", vm->id);
	add_text(tree, in, "name", vm->name);
	add_text(tree, in, "state", vm->state);
	add_number(tree, in, "generation", vm->generation);
	add_text(tree, in, "version", vm->version);
	add_number(tree, in, "checkpoints", vm->checkpoints);
	add_tri(tree, in, "dynamicMemory", vm->dynamic_memory);
	gv_settings_add(tree, gv_json_add_object(tree, in, "settings"), &vm->settings);
	if (vm->adapters_known) {
		struct gv_json *adapters = gv_json_add_array(tree, in, "adapters");
		for (size_t i = 0; i < vm->adapter_count; i++) {
			struct gv_json *one = gv_json_add_object(tree, adapters, NULL);
			add_text(tree, one, "id", vm->adapters[i].id);
			add_text(tree, one, "path", vm->adapters[i].path);
		}
	} else {
		gv_json_add_null(tree, in, "adapters");
	}
	add_problems(tree, in, &shown->plan);
}

void gpupv_print_json(struct output *out, struct gv_json_tree *tree)
{
	struct gv_buf text = {0};
	gv_json_print(&text, tree);
	gv_buf_char(&text, '\n');
	output_bytes(out, gv_buf_span(&text));
	out->pending.failed |= text.failed;
	gv_buf_dispose(&text);
}

void gpupv_show_gpus_json(struct output *out, const struct gv_gpupv_state *state)
{
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", 1);
	add_host(&tree, root, &state->host);
	add_gpus(&tree, root, state);
	gpupv_print_json(out, &tree);
}

void gpupv_show_status_json(struct output *out, const struct gv_gpupv_state *state,
                            const struct gv_gpupv_plan *host, const struct shown_vm *vms,
                            size_t count)
{
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", 1);
	add_host(&tree, root, &state->host);
	add_gpus(&tree, root, state);
	add_problems(&tree, root, host);
	struct gv_json *list = gv_json_add_array(&tree, root, "machines");
	for (size_t i = 0; i < count; i++)
		add_vm(&tree, list, &vms[i]);
	gpupv_print_json(out, &tree);
}
