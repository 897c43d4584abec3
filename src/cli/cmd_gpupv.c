/* gpupv: GPU paravirtualisation of Hyper-V machines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gpuvirt/gpupv.h>

#include "cli/command.h"
#include "cli/gpupv_files.h"
#include "cli/gpupv_profile.h"
#include "cli/gpupv_show.h"
#include "cli/suggest.h"
#include "gpupv/model.h"
#include "gpupv/powershell.h"
#include "gpupv/profile.h"
#include "gpupv/spell.h"
#include "gpupv/vm.h"
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

/* True when --output-format asks for JSON; sets *GOOD to false for a format that is not made here.
 */
static bool wants_json(struct cli *cli, bool *good)
{
	const struct gv_format *format = cli->settings.format;
	*good = format == NULL || strcmp(format->name, "json") == 0;
	if (!*good)
		output_error(&cli->out, NULL, "gpupv prints text or json, not %s", format->name);
	return format != NULL;
}

static enum gv_exit show_gpus(struct cli *cli)
{
	struct gv_gpupv_state state = {0};
	bool good;
	bool json = wants_json(cli, &good);
	if (!good)
		return EXIT_MISUSE;
	if (!observe(cli, &state, NULL))
		return EXIT_NO;
	if (json)
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

/* Shows the machine TARGET, or all when NULL. */
static enum gv_exit show_target(struct cli *cli, const char *target, bool json)
{
	struct status_view view = {.count = 0};
	enum gv_exit status = EXIT_NO;
	if (!observe(cli, &view.state, target))
		return EXIT_NO;
	if (look_at_all(cli, &view) != GV_OK) {
		output_failure(&cli->out, target, &view.err);
	} else {
		(json ? gpupv_show_status_json : gpupv_show_status)(
			&cli->out, &view.state, &view.host, view.vms, view.count);
		status = judge_view(cli, &view, target);
	}
	drop_view(&view);
	return status;
}

static enum gv_exit worse(enum gv_exit a, enum gv_exit b)
{
	return a > b ? a : b;
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

static enum gv_exit show_profile(struct cli *cli)
{
	output_bytes(&cli->out, gv_profile_builtin());
	return EXIT_DONE;
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
	output_text(&cli->out, " into the guest, see docs/gpupv.md\n    back: gpuvirt gpupv undo ");
	output_path(&cli->out, target);
	output_text(&cli->out, "\n");
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

static enum gv_exit change_vm(struct cli *cli, enum gv_vm_verb verb, const char *target)
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

static enum gv_exit script_vm(struct cli *cli, bool on, const char *target)
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

/* Options that ask a host mean nothing to a file, and those of files nothing to a machine. */
#define OF_HOSTS                                                                                   \
	(OPTION_BIT(OPTION_POWERSHELL) | OPTION_BIT(OPTION_COMPUTER) |                             \
	 OPTION_BIT(OPTION_TIMEOUT) | OPTION_BIT(OPTION_MMIO_HIGH))
#define OF_FILES (OPTION_BIT(OPTION_FORCE) | OPTION_BIT(OPTION_NO_BACKUP))

/* True unless one of the OPTIONS was given, which WHAT does not have. */
static bool goes_without(struct cli *cli, const char *target, uint64_t options, const char *what)
{
	for (int i = 0; i < OPTIONS; i++) {
		if ((cli->settings.given & options & OPTION_BIT(i)) == 0)
			continue;
		output_error(&cli->out, target, "%s has no --%s", what, option_rows[i].name);
		return false;
	}
	return true;
}

/* What can be asked of a target. */
enum request { REQUEST_STATUS, REQUEST_ENABLE, REQUEST_DISABLE, REQUEST_UNDO, REQUEST_SCRIPT };

static enum gv_exit serve_vm(struct cli *cli, enum request request, const char *target)
{
	bool json = cli->settings.format != NULL;
	if (cli->settings.mode != MODE_NONE) {
		output_error(&cli->out, target, "a Hyper-V machine has no --mode");
		return EXIT_MISUSE;
	}
	if (!goes_without(cli, target, OF_FILES, "a Hyper-V machine"))
		return EXIT_MISUSE;
	switch (request) {
	case REQUEST_STATUS:
		return show_target(cli, target, json);
	case REQUEST_ENABLE:
		return change_vm(cli, GV_VM_ENABLE, target);
	case REQUEST_DISABLE:
		return change_vm(cli, GV_VM_DISABLE, target);
	case REQUEST_UNDO:
		return change_vm(cli, GV_VM_UNDO, target);
	case REQUEST_SCRIPT:
		return script_vm(cli, strcmp(cli->arguments[1], "enable") == 0, target);
	}
	return EXIT_MISUSE;
}

static enum gv_exit serve_file(struct cli *cli, enum request request, const char *target)
{
	if (!goes_without(cli, target, OF_HOSTS, "a file"))
		return EXIT_MISUSE;
	switch (request) {
	case REQUEST_STATUS:
		return gpupv_files_status(cli, target);
	case REQUEST_ENABLE:
		return gpupv_files_change(cli, target, true);
	case REQUEST_DISABLE:
		return gpupv_files_change(cli, target, false);
	case REQUEST_UNDO:
		return gpupv_files_undo(cli, target);
	case REQUEST_SCRIPT:
		break;
	}
	output_error(&cli->out, target, "a file needs no script: take the file to the other host");
	return EXIT_MISUSE;
}

/* Kinds of targets, told apart by the name; what no row before takes is a machine. */
static const struct target_kind {
	const char *name; /* the end of the name, or all of it behind the last separator */
	bool whole;
	enum gv_exit (*serve)(struct cli *cli, enum request request, const char *target);
} kinds[] = {
	{".7b", false, serve_file},
	{".wsb", false, serve_file},
	{".wslconfig", true, serve_file},
	{"wsl.conf", true, serve_file},
	{"", false, serve_vm},
};

static bool is_of_kind(const struct target_kind *kind, const char *target)
{
	struct gv_span name = gv_span_of(target);
	for (size_t i = name.len; kind->whole && i > 0; i--) {
		if (name.at[i - 1] == '/' || name.at[i - 1] == '\\') {
			name = gv_span_part(name, i, name.len);
			break;
		}
	}
	struct gv_span sought = gv_span_of(kind->name);
	return kind->whole ? gv_span_equal_nocase(name, sought) : gv_span_ends_nocase(name, sought);
}

static enum gv_exit serve(struct cli *cli, enum request request, const char *target)
{
	const struct target_kind *kind = kinds;
	if (target[0] == '\0') {
		output_error(&cli->out, NULL, "a target has a name");
		return EXIT_MISUSE;
	}
	while (!is_of_kind(kind, target))
		kind++;
	return kind->serve(cli, request, target);
}

static enum gv_exit show_status(struct cli *cli)
{
	enum gv_exit status = EXIT_DONE;
	bool good;
	bool json = wants_json(cli, &good);
	if (!good)
		return EXIT_MISUSE;
	if (cli->settings.all == (cli->count > 1)) {
		output_error(&cli->out, NULL, "gpupv status takes targets, or --all");
		return EXIT_MISUSE;
	}
	if (json && cli->count > 2) {
		output_error(&cli->out, NULL, "as json one target can be shown, or --all");
		return EXIT_MISUSE;
	}
	if (cli->settings.all)
		return show_target(cli, NULL, json);
	for (int i = 1; i < cli->count; i++)
		status = worse(status, serve(cli, REQUEST_STATUS, cli->arguments[i]));
	return status;
}

static enum gv_exit enable(struct cli *cli)
{
	return serve(cli, REQUEST_ENABLE, cli->arguments[1]);
}

static enum gv_exit disable(struct cli *cli)
{
	return serve(cli, REQUEST_DISABLE, cli->arguments[1]);
}

static enum gv_exit undo(struct cli *cli)
{
	return serve(cli, REQUEST_UNDO, cli->arguments[1]);
}

#define ALWAYS (OPTION_BIT(OPTION_COLOR) | OPTION_BIT(OPTION_HELP))
#define ASKS                                                                                       \
	(ALWAYS | OPTION_BIT(OPTION_POWERSHELL) | OPTION_BIT(OPTION_COMPUTER) |                    \
	 OPTION_BIT(OPTION_TIMEOUT))
#define SHOWS (ASKS | OPTION_BIT(OPTION_OUTPUT_FORMAT))
#define DRY   (OPTION_BIT(OPTION_DRY_RUN))
#define SETS                                                                                       \
	(OPTION_BIT(OPTION_GPU) | OPTION_BIT(OPTION_MMIO_HIGH) | OPTION_BIT(OPTION_PROFILE) |      \
	 OPTION_BIT(OPTION_MODE))

static enum gv_exit script(struct cli *cli)
{
	const char *verb = cli->arguments[1];
	if (strcmp(verb, "disable") == 0 && (cli->settings.given & SETS) != 0) {
		output_error(&cli->out, NULL,
		             "gpupv script disable takes no GPU, size, profile or mode");
		return EXIT_MISUSE;
	}
	if (strcmp(verb, "enable") == 0 || strcmp(verb, "disable") == 0)
		return serve(cli, REQUEST_SCRIPT, cli->arguments[2]);
	output_error(&cli->out, NULL, "gpupv script enable TARGET, or gpupv script disable TARGET");
	return EXIT_MISUSE;
}

/* clang-format off */
const struct command_verb gpupv_verbs[] = {
	{"gpus", "", "list the GPUs that the host can share", SHOWS, 0, 0, show_gpus},
	{"status", "TARGET... | --all", "show what is on, and what is wrong with it",
	 SHOWS | OPTION_BIT(OPTION_ALL), 0, -1, show_status},
	{"enable", "TARGET", "give the machine a GPU", ASKS | SETS | DRY | OF_FILES, 1, 1,
	 enable},
	{"disable", "TARGET", "take its GPUs, and put back the settings of before",
	 ASKS | DRY | OF_FILES, 1, 1, disable},
	{"undo", "TARGET", "go back to exactly the state before the last change",
	 ASKS | DRY | OF_FILES, 1, 1, undo},
	{"script", "enable|disable TARGET", "print PowerShell that does it, for another host; "
	 "asks no host", ALWAYS | SETS | OPTION_BIT(OPTION_COMPUTER), 2, 2, script},
	{"profile", "", "print the profile that is built in", ALWAYS, 0, 0, show_profile},
	{NULL, NULL, NULL, 0, 0, 0, NULL},
};
/* clang-format on */

/* True unless an option was given that VERB does not take. */
static bool takes_options(struct cli *cli, const struct command_verb *verb)
{
	uint64_t extra = cli->settings.given & ~verb->options;
	for (int i = 0; i < OPTIONS; i++) {
		if ((extra & OPTION_BIT(i)) == 0)
			continue;
		output_error(&cli->out, NULL, "gpupv %s does not take --%s", verb->name,
		             option_rows[i].name);
		return false;
	}
	return true;
}

static enum gv_exit refuse_verb(struct cli *cli, const char *name)
{
	for (const struct command_verb *verb = gpupv_verbs; verb->name != NULL; verb++) {
		if (!suggest_is_near(name, verb->name))
			continue;
		output_error(&cli->out, NULL, "gpupv has no verb \"%s\"; did you mean %s?", name,
		             verb->name);
		return EXIT_MISUSE;
	}
	output_error(&cli->out, NULL, "gpupv has no verb \"%s\"; gpuvirt gpupv --help lists them",
	             name);
	return EXIT_MISUSE;
}

enum gv_exit cmd_gpupv(struct cli *cli)
{
	const struct command_verb *verb = gpupv_verbs;
	int count = cli->count - 1;
	while (verb->name != NULL && strcmp(verb->name, cli->arguments[0]) != 0)
		verb++;
	if (verb->name == NULL)
		return refuse_verb(cli, cli->arguments[0]);
	if (count < verb->least || (verb->most >= 0 && count > verb->most)) {
		output_error(&cli->out, NULL, "usage: gpuvirt gpupv %s%s%s", verb->name,
		             verb->arguments[0] != '\0' ? " " : "", verb->arguments);
		return EXIT_MISUSE;
	}
	return takes_options(cli, verb) ? verb->run(cli) : EXIT_MISUSE;
}
