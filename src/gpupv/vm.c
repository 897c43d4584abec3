#include "gpupv/vm.h"

#include <string.h>

#include "gpupv/answer.h"
#include "gpupv/model.h"
#include "gpupv/plan.h"
#include "platform/os.h"

enum { MAX_PATHS = 64 };

static const char *const verbs[] = {
	[GV_VM_ENABLE] = "enable", [GV_VM_DISABLE] = "disable", [GV_VM_UNDO] = "undo"};

/* What a record keeps of a machine. */
struct before {
	struct gv_gpupv_settings settings;
	const char *paths[MAX_PATHS]; /* of the adapters' GPUs; NULL: not known */
	size_t path_count;
	const char *driver;
};

static void make_body(struct gv_buf *out, const struct gv_gpupv_vm *vm,
                      const struct gv_gpupv_gpu *gpu)
{
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	if (vm->name != NULL)
		gv_json_add_text(&tree, root, "name", vm->name);
	if (gpu != NULL && gpu->path != NULL)
		gv_json_add_text(&tree, root, "gpu", gpu->path);
	if (gpu != NULL && gpu->driver != NULL)
		gv_json_add_text(&tree, root, "driver", gpu->driver);
	gv_settings_add(&tree, gv_json_add_object(&tree, root, "settings"), &vm->settings);
	struct gv_json *adapters = gv_json_add_array(&tree, root, "adapters");
	for (size_t i = 0; i < vm->adapter_count; i++) {
		if (vm->adapters[i].path == NULL)
			gv_json_add_null(&tree, adapters, NULL);
		else
			gv_json_add_text(&tree, adapters, NULL, vm->adapters[i].path);
	}
	gv_json_print_ascii(out, &tree);
}

static enum gv_status read_paths(struct before *before, struct gv_arena *arena,
                                 const struct gv_json *json, struct gv_error *err)
{
	enum gv_status status = GV_OK;
	for (const struct gv_json *e = gv_json_first(json); status == GV_OK && e != NULL;
	     e = gv_json_next(e)) {
		if (before->path_count == MAX_PATHS)
			return gv_fail(err, GV_EPARSE, "the undo record has too many adapters");
		status = gv_text_read(&before->paths[before->path_count++], arena, e, "adapters",
		                      err);
	}
	return status;
}

/* Reads the body of a record; its texts go to ARENA. */
static enum gv_status read_body(struct before *before, struct gv_arena *arena,
                                const struct gv_json *body, struct gv_error *err)
{
	struct gv_error inner = {0};
	const struct gv_json *adapters = gv_json_get(body, "adapters");
	*before = (struct before){.path_count = 0};
	enum gv_status status = GV_EPARSE;
	if (gv_json_is_object(gv_json_get(body, "settings")) && gv_json_is_array(adapters))
		status = gv_settings_read(&before->settings, gv_json_get(body, "settings"), &inner);
	if (status == GV_OK)
		status = gv_text_read(&before->driver, arena, gv_json_get(body, "driver"), "driver",
		                      &inner);
	if (status == GV_OK)
		status = read_paths(before, arena, adapters, &inner);
	if (status == GV_OK || status == GV_ENOMEM)
		return status == GV_OK ? GV_OK : gv_fail_memory(err);
	return gv_fail(err, GV_EPARSE, "the undo record of the machine is damaged");
}

/* Appends what tells a machine from all others: its host and its GUID. */
static bool add_identity(struct gv_buf *out, const struct gv_gpupv_state *state,
                         const struct gv_gpupv_vm *vm)
{
	gv_buf_text(out, state->host.computer == NULL ? "" : state->host.computer);
	gv_buf_char(out, '/');
	for (const char *at = vm->id; *at != '\0'; at++)
		gv_buf_char(out, gv_fold(*at));
	return !out->failed;
}

enum gv_status gv_vm_observe(struct gv_gpupv_state *out, const struct gv_channel *channel,
                             const char *target, const char *computer, struct gv_error *err)
{
	struct gv_buf request = {0};
	struct gv_buf answer = {0};
	enum gv_status status = gv_request_observe(&request, target, computer, err);
	if (status == GV_OK)
		status = channel->run(channel->context, &answer, GV_PS_OBSERVE,
		                      gv_buf_span(&request), err);
	if (status == GV_OK)
		status = gv_answer_observed(out, gv_buf_span(&answer), err);
	if (status == GV_OK && !out->host.address_bits.known) /* no cmdlet tells it */
		out->host.address_bits =
			(struct gv_value){channel->address_bits > 0, channel->address_bits};
	gv_buf_dispose(&request);
	gv_buf_dispose(&answer);
	return status;
}

/* A run of an order. */
struct run {
	const struct gv_vm_order *order;
	struct gv_vm_outcome *out;
	struct gv_record_key key;
	struct gv_record record;
	struct before before; /* that a record tells of */
	struct gv_buf identity;
};

/*
 * What GPU-PV's own settings took the place of: what was before the newest enable of a time without
 * adapters. A disable of such a time is no witness: it finds what somebody left who took the
 * adapters, or a run that was killed.
 */
static enum gv_status find_unplugged(struct run *run, struct gv_gpupv_settings *settings,
                                     struct gv_error *err)
{
	for (size_t i = run->record.count; i-- > 0;) {
		const struct gv_record_entry *entry = &run->record.entries[i];
		if (strcmp(entry->verb, verbs[GV_VM_ENABLE]) != 0)
			continue;
		enum gv_status status = read_body(&run->before, &run->out->arena, entry->body, err);
		if (status != GV_OK)
			return status;
		if (run->before.path_count > 0)
			continue;
		*settings = run->before.settings;
		return GV_OK;
	}
	return GV_OK;
}

static enum gv_status want_undo(struct run *run, struct gv_gpupv_wanted *wanted,
                                struct gv_error *err)
{
	wanted->change = GV_GPUPV_RESTORE;
	if (run->record.count == 0) {
		run->out->result = GV_VM_NO_RECORD;
		return GV_OK;
	}
	enum gv_status status = read_body(&run->before, &run->out->arena,
	                                  run->record.entries[run->record.count - 1].body, err);
	wanted->settings = run->before.settings;
	wanted->paths = run->before.paths;
	wanted->path_count = run->before.path_count;
	return status;
}

/* Reads the record of the machine, and from it what is wanted. */
static enum gv_status make_wanted(struct run *run, struct gv_gpupv_wanted *wanted,
                                  struct gv_error *err)
{
	const struct gv_vm_order *order = run->order;
	const struct gv_gpupv_state *state = &run->out->state;
	static const enum gv_gpupv_change changes[] = {[GV_VM_ENABLE] = GV_GPUPV_ENABLE,
	                                               [GV_VM_DISABLE] = GV_GPUPV_DISABLE,
	                                               [GV_VM_UNDO] = GV_GPUPV_RESTORE};
	*wanted = (struct gv_gpupv_wanted){.change = changes[order->verb]};
	if (order->verb == GV_VM_ENABLE) {
		wanted->gpu = order->gpu;
		wanted->high_mmio = order->high_mmio;
		wanted->settings = order->settings;
	}
	if (!state->vms_known || state->vm_count != 1)
		return GV_OK;
	if (!add_identity(&run->identity, state, &state->vms[0]))
		return gv_fail_memory(err);
	run->key = (struct gv_record_key){"vm", run->identity.at};
	enum gv_status status = gv_record_read(&run->record, &run->key, err);
	if (status == GV_OK && order->verb == GV_VM_DISABLE)
		status = find_unplugged(run, &wanted->settings, err);
	if (status == GV_OK && order->verb == GV_VM_UNDO)
		status = want_undo(run, wanted, err);
	return status;
}

/* Plans the way of VM to the goal of PLAN; preconditions are not asked again. */
static enum gv_status plan_to_goal(struct gv_gpupv_plan *out, const struct gv_gpupv_vm *vm,
                                   const struct gv_gpupv_plan *plan, struct gv_error *err)
{
	out->vm = vm;
	return plan_steps(out, vm, &plan->goal, plan->goal_paths, plan->goal_path_count)
	               ? GV_OK
	               : gv_fail_memory(err);
}

/* Fails unless VM, read back, is what PLAN leads to. */
static enum gv_status check_goal(const struct gv_gpupv_vm *vm, const struct gv_gpupv_plan *plan,
                                 struct gv_error *err)
{
	struct gv_gpupv_plan rest = {0};
	if (vm == NULL || !vm->adapters_known)
		return gv_fail(err, GV_ESYSTEM, "the machine could not be read back");
	enum gv_status status = plan_to_goal(&rest, vm, plan, err);
	if (status == GV_OK && rest.step_count > 0)
		status = gv_fail(err, GV_ESYSTEM,
		                 "Windows reported no failure, but the machine read back is not "
		                 "what was asked for");
	gv_gpupv_plan_dispose(&rest);
	return status;
}

static enum gv_status judge(const struct gv_applied *applied, const struct gv_gpupv_plan *plan,
                            struct gv_error *err)
{
	if (applied->failed && applied->step.known)
		return gv_fail(err, GV_ESYSTEM, "step %u of %u failed: %s",
		               (unsigned)applied->step.number + 1, (unsigned)plan->step_count,
		               applied->message);
	if (applied->failed)
		return gv_fail(err, GV_ESYSTEM, "PowerShell says: %s", applied->message);
	return check_goal(applied->vm, plan, err);
}

/* Does the steps of PLAN and looks at what came of it. */
static enum gv_status apply(struct run *run, const struct gv_gpupv_plan *plan, struct gv_error *err)
{
	const struct gv_channel *channel = &run->order->channel;
	struct gv_applied applied = {0};
	struct gv_buf request = {0};
	struct gv_buf answer = {0};
	enum gv_status status = gv_request_apply(&request, plan->vm->id, run->order->computer,
	                                         plan->steps, plan->step_count, err);
	if (status == GV_OK)
		status = channel->run(channel->context, &answer, GV_PS_APPLY, gv_buf_span(&request),
		                      err);
	if (status == GV_OK)
		status = gv_answer_applied(&applied, gv_buf_span(&answer), err);
	if (status == GV_OK)
		status = judge(&applied, plan, err);
	gv_applied_dispose(&applied);
	gv_buf_dispose(&request);
	gv_buf_dispose(&answer);
	return status;
}

/* Makes the machine as it was observed the goal of PLAN. */
static enum gv_status aim_back(struct gv_gpupv_plan *plan, const struct gv_gpupv_vm *was,
                               const struct gv_gpupv_state *now, struct gv_error *err)
{
	const char *paths[MAX_PATHS];
	for (size_t i = 0; i < was->adapter_count; i++)
		paths[i] = was->adapters[i].path;
	plan->vm = &now->vms[0];
	return plan_back_steps(plan, now, plan->vm, &was->settings, paths, was->adapter_count)
	               ? GV_OK
	               : gv_fail_memory(err);
}

/* What leads back from what the machine is now goes to out->left. */
static enum gv_status plan_back(struct run *run, struct gv_error *err)
{
	struct gv_vm_outcome *out = run->out;
	gv_gpupv_plan_dispose(&out->left);
	gv_gpupv_state_dispose(&out->after);
	enum gv_status status = gv_vm_observe(&out->after, &run->order->channel, out->plan.vm->id,
	                                      run->order->computer, err);
	if (status == GV_OK && (out->after.vm_count != 1 || !out->after.vms[0].adapters_known))
		status = gv_fail(err, GV_ESYSTEM, "the machine could not be read back");
	if (status == GV_OK)
		status = aim_back(&out->left, out->plan.vm, &out->after, err);
	return status;
}

static void roll_back(struct run *run)
{
	struct gv_vm_outcome *out = run->out;
	struct gv_error after = {0};
	enum gv_status status = plan_back(run, &out->second);
	if (status == GV_OK && out->left.step_count > 0)
		status = apply(run, &out->left, &out->second);
	if (status == GV_OK) {
		out->result = GV_VM_ROLLED_BACK;
		return;
	}
	out->result = GV_VM_LEFT;
	if (plan_back(run, &after) != GV_OK)
		gv_gpupv_plan_dispose(&out->left);
	else if (out->left.step_count == 0)
		out->result = GV_VM_ROLLED_BACK; /* it was done, though nobody said so */
}

/* Writes the record, unless this is an undo, which has one. */
static enum gv_status keep(struct run *run, struct gv_error *err)
{
	struct gv_vm_outcome *out = run->out;
	struct gv_buf body = {0};
	enum gv_status status = gv_record_path(&out->record, &run->key, err);
	if (status == GV_OK && run->order->verb != GV_VM_UNDO) {
		make_body(&body, out->plan.vm, out->plan.gpu);
		status = body.failed ? gv_fail_memory(err)
		                     : gv_record_push(&run->key, verbs[run->order->verb],
		                                      gv_buf_span(&body), err);
	}
	gv_buf_dispose(&body);
	return status;
}

/* The record of an undo that is done, and of a change that was rolled back, is used up. */
static bool is_used_up(const struct run *run)
{
	bool undoes = run->order->verb == GV_VM_UNDO;
	enum gv_vm_result used = undoes ? GV_VM_DONE : GV_VM_ROLLED_BACK;
	return run->out->result == used || (undoes && run->out->result == GV_VM_NOTHING);
}

static enum gv_status carry_out(struct run *run, struct gv_error *err)
{
	struct gv_vm_outcome *out = run->out;
	gv_os_note_endings();
	enum gv_status status = keep(run, err);
	if (status != GV_OK)
		return status;
	out->result = GV_VM_DONE;
	if (apply(run, &out->plan, &out->failure) != GV_OK)
		roll_back(run);
	return is_used_up(run) ? gv_record_pop(&run->key, err) : GV_OK;
}

static enum gv_status run_wanted(struct run *run, const struct gv_gpupv_wanted *wanted,
                                 struct gv_error *err)
{
	struct gv_vm_outcome *out = run->out;
	enum gv_status status = gv_gpupv_plan(&out->plan, &out->state, wanted, err);
	if (status != GV_OK)
		return status;
	if (out->plan.blocked || out->plan.vm == NULL)
		out->result = GV_VM_BLOCKED;
	else if (out->plan.step_count == 0)
		out->result = GV_VM_NOTHING;
	else if (run->order->dry_run)
		out->result = GV_VM_PLANNED;
	else
		return carry_out(run, err);
	return is_used_up(run) && !run->order->dry_run ? gv_record_pop(&run->key, err) : GV_OK;
}

enum gv_status gv_vm_run(struct gv_vm_outcome *out, const struct gv_vm_order *order,
                         struct gv_error *err)
{
	struct run run = {.order = order, .out = out};
	struct gv_gpupv_wanted wanted;
	enum gv_status status =
		gv_vm_observe(&out->state, &order->channel, order->target, order->computer, err);
	if (status == GV_OK)
		status = make_wanted(&run, &wanted, err);
	if (status == GV_OK && out->result != GV_VM_NO_RECORD)
		status = run_wanted(&run, &wanted, err);
	gv_record_dispose(&run.record);
	gv_buf_dispose(&run.identity);
	return status;
}

void gv_vm_outcome_dispose(struct gv_vm_outcome *outcome)
{
	gv_gpupv_plan_dispose(&outcome->plan);
	gv_gpupv_plan_dispose(&outcome->left);
	gv_gpupv_state_dispose(&outcome->state);
	gv_gpupv_state_dispose(&outcome->after);
	gv_buf_dispose(&outcome->record);
	gv_arena_dispose(&outcome->arena);
	*outcome = (struct gv_vm_outcome){0};
}

enum gv_status gv_vm_driver_before(const char **out, struct gv_arena *arena,
                                   const struct gv_gpupv_state *state, const struct gv_gpupv_vm *vm,
                                   struct gv_error *err)
{
	struct gv_record record = {0};
	struct before before = {.driver = NULL};
	struct gv_buf identity = {0};
	if (!add_identity(&identity, state, vm))
		return gv_fail_memory(err);
	const struct gv_record_key key = {"vm", identity.at};
	enum gv_status status = gv_record_read(&record, &key, err);
	for (size_t i = record.count; status == GV_OK && i-- > 0;) {
		if (strcmp(record.entries[i].verb, verbs[GV_VM_ENABLE]) != 0)
			continue;
		status = read_body(&before, arena, record.entries[i].body, err);
		break;
	}
	if (status == GV_OK)
		*out = before.driver;
	gv_record_dispose(&record);
	gv_buf_dispose(&identity);
	return status;
}
