#include "cli/gpupv_machines.h"

#include <stdlib.h>
#include <string.h>

#include "cli/gpupv_profile.h"
#include "cli/gpupv_show.h"
#include "gpupv/powershell.h"
#include "gpupv/spell.h"
#include "platform/os.h"

static enum gv_status run_powershell(void *context, struct gv_buf *answer, enum gv_ps_script script,
                                     struct gv_span request, struct gv_error *err)
{
	return gv_powershell_run(answer, context, script, request, err);
}

/* Fills POWERSHELL, which is the channel's. */
static struct gv_channel open_channel(const struct settings *settings,
                                      struct gv_powershell *powershell)
{
	*powershell = (struct gv_powershell){.program = settings->powershell,
	                                     .computer = settings->computer,
	                                     .seconds = settings->timeout};
	bool here = settings->computer == NULL && gv_os_windows() != GV_OS_NO_WINDOWS;
	return (struct gv_channel){run_powershell, powershell, here ? gv_os_address_bits() : 0};
}

/* Observes TARGET, or all machines when NULL; false after a message. */
static bool observe(struct cli *cli, struct gv_gpupv_state *state, const char *target)
{
	struct gv_powershell powershell;
	struct gv_error err = {0};
	struct gv_channel channel = open_channel(&cli->settings, &powershell);
	if (gv_vm_observe(state, &channel, target, cli->settings.computer, &err) == GV_OK)
		return true;
	output_failure(&cli->out, target, &err);
	return false;
}

enum gv_exit gpupv_machines_gpus(struct cli *cli)
{
	struct gv_gpupv_state state = {0};
	if (!observe(cli, &state, NULL))
		return EXIT_NO;
	if (cli->settings.format != NULL)
		gpupv_show_gpus_json(&cli->out, &state);
	else
		gpupv_show_gpus(&cli->out, &state);
	enum gv_exit status = state.gpus_known ? EXIT_DONE : EXIT_NO;
	if (!state.gpus_known && state.failure != NULL)
		output_error(&cli->out, NULL, "PowerShell says: %s", state.failure);
	gv_gpupv_state_dispose(&state);
	return status;
}

/* What is shown of a host: its problems, and the machines with theirs. */
struct status_view {
	struct gv_gpupv_state state;
	struct gv_gpupv_plan host;
	struct shown_vm *vms;
	size_t count;
	bool bad; /* an undo record cannot be read */
	struct gv_arena arena;
	struct gv_error err;
};

/* A record that cannot be read is told, and the machine shown all the same. */
static enum gv_status look_at(struct cli *cli, struct status_view *view,
                              const struct gv_gpupv_vm *vm)
{
	struct gv_gpupv_wanted wanted = {.change = GV_GPUPV_LOOK};
	struct shown_vm *shown = &view->vms[view->count];
	struct gv_error err = {0};
	if (gv_vm_driver_before(&wanted.driver, &view->arena, &view->state, vm, &err) != GV_OK) {
		output_failure(&cli->out, vm->name, &err);
		view->bad = true;
	}
	shown->vm = vm;
	enum gv_status status =
		gv_gpupv_plan_vm(&shown->plan, &view->state, vm, &wanted, &view->err);
	view->count += status == GV_OK;
	return status;
}

static enum gv_status look_at_all(struct cli *cli, struct status_view *view)
{
	const struct gv_gpupv_wanted wanted = {.change = GV_GPUPV_LOOK};
	size_t count = view->state.vm_count;
	view->vms = calloc(count == 0 ? 1 : count, sizeof *view->vms);
	if (view->vms == NULL)
		return gv_fail_memory(&view->err);
	enum gv_status status =
		gv_gpupv_plan_vm(&view->host, &view->state, NULL, &wanted, &view->err);
	for (size_t i = 0; status == GV_OK && i < count; i++)
		status = look_at(cli, view, &view->state.vms[i]);
	return status;
}

static void drop_view(struct status_view *view)
{
	for (size_t i = 0; i < view->count; i++)
		gv_gpupv_plan_dispose(&view->vms[i].plan);
	free(view->vms);
	gv_gpupv_plan_dispose(&view->host);
	gv_gpupv_state_dispose(&view->state);
	gv_arena_dispose(&view->arena);
}

/* Machines that cannot be seen, and problems of machines, are findings; the host's warnings not. */
static enum gv_exit judge_view(struct cli *cli, const struct status_view *view, const char *target)
{
	bool bad = view->bad || !view->state.vms_known || view->host.blocked;
	for (size_t i = 0; i < view->count; i++)
		bad |= view->vms[i].plan.problem_count > 0;
	if (target != NULL && view->state.vms_known && view->count == 0) {
		output_error(&cli->out, target,
		             "the host has no machine of just this name or GUID");
		bad = true;
	}
	return bad ? EXIT_NO : EXIT_DONE;
}

enum gv_exit gpupv_machines_status(struct cli *cli, const char *target)
{
	struct status_view view = {.count = 0};
	enum gv_exit status = EXIT_NO;
	if (!observe(cli, &view.state, target))
		return EXIT_NO;
	if (look_at_all(cli, &view) != GV_OK) {
		output_failure(&cli->out, target, &view.err);
	} else {
		(cli->settings.format != NULL ? gpupv_show_status_json : gpupv_show_status)(
			&cli->out, &view.state, &view.host, view.vms, view.count);
		status = judge_view(cli, &view, target);
	}
	drop_view(&view);
	return status;
}

/* Reads what the profile wants of a machine; false after a message. */
static bool read_settings(struct cli *cli, struct gv_gpupv_settings *settings)
{
	struct gv_profile profile;
	if (!gpupv_profile_read(cli, &profile))
		return false;
	*settings = profile.settings;
	return true;
}

static void print_steps(struct cli *cli, const struct gv_vm_outcome *outcome)
{
	struct gv_buf text = {0};
	gv_spell_steps(&text, &outcome->state, &outcome->plan, "    ");
	output_bytes(&cli->out, gv_buf_span(&text));
	cli->out.pending.failed |= text.failed;
	gv_buf_dispose(&text);
}

/* What a verb says of a machine. */
static const struct words {
	const char *would;
	const char *done;
	const char *nothing;
} words[] = {
	[GV_VM_ENABLE] = {"would enable GPU-PV", "GPU-PV is enabled", "GPU-PV is enabled already"},
	[GV_VM_DISABLE] = {"would disable GPU-PV", "GPU-PV is disabled",
                           "GPU-PV is disabled already"},
	[GV_VM_UNDO] = {"would undo the last change", "the last change is undone",
                        "all is as before the last change already"},
};

static void print_headline(struct cli *cli, const char *target, const char *text)
{
	output_path(&cli->out, target);
	output_format(&cli->out, ": %s\n", text);
}

/* True when a shell takes TEXT for one word, and that word. */
static bool is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-.";
	return text[0] != '-' && text[strspn(text, plain)] == '\0';
}

/* The command that goes back, to be copied: a name that a shell would take apart has a GUID. */
static void print_way_back(struct cli *cli, const char *target, const struct gv_vm_outcome *outcome)
{
	const char *computer = cli->settings.computer;
	output_format(&cli->out, "    back: gpuvirt gpupv undo %s",
	              is_plain(target) ? target : outcome->plan.vm->id);
	if (computer != NULL && is_plain(computer))
		output_format(&cli->out, " --computer %s", computer);
	output_text(&cli->out, "\n");
}

/* What still has to be done in the guest, which gpuvirt does not enter. */
static void print_rest(struct cli *cli, const char *target, const struct gv_vm_outcome *outcome)
{
	const struct gv_gpupv_gpu *gpu = outcome->plan.gpu;
	output_text(&cli->out, "    next: copy the host's driver files");
	if (gpu != NULL && gpu->driver != NULL) {
		output_text(&cli->out, " (version ");
		output_path(&cli->out, gpu->driver);
		output_text(&cli->out, ")");
	}
	output_text(&cli->out, " into the guest, see docs/gpupv.md\n");
	print_way_back(cli, target, outcome);
}

/* True when the plan is to disable and no record told of settings to put back. */
static bool keeps_settings(const struct gv_vm_outcome *outcome)
{
	for (int i = 0; i < GV_GPUPV_SETTINGS; i++) {
		if (outcome->plan.goal.at[i].known)
			return false;
	}
	return true;
}

/* Tells of a change that failed, and where that left the machine. */
static void tell_failure(struct cli *cli, const char *target, const struct gv_vm_outcome *outcome)
{
	struct gv_buf steps = {0};
	output_error(&cli->out, target, "%s", outcome->failure.message);
	if (outcome->result == GV_VM_ROLLED_BACK) {
		output_error(&cli->out, target, "the machine is as it was before");
		return;
	}
	output_error(&cli->out, target, "going back failed too: %s", outcome->second.message);
	gv_spell_steps(&steps, &outcome->after, &outcome->left, "    ");
	if (steps.len > 0) {
		print_headline(cli, target, "to be as before it still needs");
		output_bytes(&cli->out, gv_buf_span(&steps));
	} else {
		output_error(&cli->out, target, "what the machine is now is not known");
	}
	gv_buf_dispose(&steps);
	output_error(&cli->out, target,
	             "what was before is kept in %s: gpuvirt gpupv undo tries again",
	             outcome->record.at);
}

static enum gv_exit tell_outcome(struct cli *cli, enum gv_vm_verb verb, const char *target,
                                 const struct gv_vm_outcome *outcome)
{
	gpupv_tell_problems(&cli->out, target, &outcome->plan);
	switch (outcome->result) {
	case GV_VM_NOTHING:
		print_headline(cli, target, words[verb].nothing);
		return EXIT_DONE;
	case GV_VM_NO_RECORD:
		output_error(&cli->out, target, "there is no change of this user's to undo");
		return EXIT_NO;
	case GV_VM_BLOCKED:
		return EXIT_NO;
	case GV_VM_PLANNED:
	case GV_VM_DONE:
		print_headline(cli, target,
		               outcome->result == GV_VM_DONE ? words[verb].done
		                                             : words[verb].would);
		print_steps(cli, outcome);
		if (verb == GV_VM_ENABLE && outcome->result == GV_VM_DONE)
			print_rest(cli, target, outcome);
		if (verb == GV_VM_DISABLE && keeps_settings(outcome))
			output_text(&cli->out,
			            "    the settings stay: no undo record tells what they "
			            "were before\n");
		return EXIT_DONE;
	case GV_VM_ROLLED_BACK:
	case GV_VM_LEFT:
		tell_failure(cli, target, outcome);
		return EXIT_NO;
	}
	return EXIT_NO;
}

/* A user who wanted to stop has waited: for what, and then the program ends as was asked. */
static void tell_ending(struct cli *cli, const char *target)
{
	cli->ending = gv_os_ending();
	if (cli->ending != 0)
		output_error(
			&cli->out, target,
			"was to be stopped meanwhile; a change that has begun is brought to its end first");
}

enum gv_exit gpupv_machines_change(struct cli *cli, const char *target, enum gv_vm_verb verb)
{
	const struct settings *settings = &cli->settings;
	struct gv_powershell powershell;
	struct gv_vm_order order = {.channel = open_channel(settings, &powershell),
	                            .verb = verb,
	                            .target = target,
	                            .computer = settings->computer,
	                            .dry_run = settings->dry_run,
	                            .gpu = settings->gpu,
	                            .high_mmio = {settings->mmio_high > 0, settings->mmio_high}};
	struct gv_vm_outcome outcome = {.result = GV_VM_NOTHING};
	struct gv_error err = {0};
	if (verb == GV_VM_ENABLE && !read_settings(cli, &order.settings))
		return EXIT_MISUSE;
	enum gv_status status = gv_vm_run(&outcome, &order, &err);
	bool began = outcome.result == GV_VM_DONE || outcome.result == GV_VM_ROLLED_BACK ||
	             outcome.result == GV_VM_LEFT;
	enum gv_exit result = EXIT_NO;
	if (status == GV_OK || began)
		result = tell_outcome(cli, verb, target, &outcome);
	if (status != GV_OK)
		output_failure(&cli->out, target, &err);
	tell_ending(cli, target);
	gv_vm_outcome_dispose(&outcome);
	if (status == GV_EINVAL)
		return EXIT_MISUSE;
	return status == GV_OK ? result : EXIT_NO;
}

enum gv_exit gpupv_machines_script(struct cli *cli, const char *target, bool on)
{
	struct gv_script script = {.target = target,
	                           .computer = cli->settings.computer,
	                           .on = on,
	                           .gpu = cli->settings.gpu};
	struct gv_buf text = {0};
	struct gv_error err = {0};
	if (on && !read_settings(cli, &script.settings))
		return EXIT_MISUSE;
	struct gv_value *high = &script.settings.at[GV_GPUPV_HIGH_MMIO];
	if (cli->settings.mmio_high > high->number)
		*high = (struct gv_value){true, cli->settings.mmio_high};
	if (script.gpu != NULL && !gv_gpupv_is_paravirtual(script.gpu)) {
		output_error(&cli->out, NULL,
		             "a script cannot look for a GPU: give --gpu the whole path, which "
		             "ends in \\GPUPARAV (gpuvirt gpupv gpus prints it on the host)");
		return EXIT_MISUSE;
	}
	enum gv_status status = gv_spell_script(&text, &script, &err);
	if (status == GV_OK)
		output_bytes(&cli->out, gv_buf_span(&text));
	else
		output_failure(&cli->out, target, &err);
	gv_buf_dispose(&text);
	return status == GV_OK ? EXIT_DONE : EXIT_MISUSE;
}
