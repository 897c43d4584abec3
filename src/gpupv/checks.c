#include "gpupv/checks.h"

#include <inttypes.h>
#include <string.h>

#include "gpupv/model.h"

/* GPU-PV began with Windows 10 1803 (hyperv facts 1.7); reports of 24H2 wanting more (7). */
enum { FIRST_BUILD = 17134, BUILD_24H2 = 26100 };

/* How much of what is examined must be there for a check to make sense. */
enum level { OF_HOST, OF_FINDING, OF_MACHINE, LEVELS };

#define BIT(change) (1U << (change))
#define ENABLE      BIT(GV_GPUPV_ENABLE)
#define DISABLE     BIT(GV_GPUPV_DISABLE)
#define RESTORE     BIT(GV_GPUPV_RESTORE)
#define LOOK        BIT(GV_GPUPV_LOOK)
#define CHANGES     (ENABLE | DISABLE | RESTORE)
#define BLOCKS      true
#define WARNS       false

static bool is_word(const char *text, const char *word)
{
	return text != NULL && strcmp(text, word) == 0;
}

/* Appends TEXT and returns true, so that a check that finds something is one line. */
static bool found(struct gv_buf *what, const char *text)
{
	gv_buf_text(what, text);
	return true;
}

static struct gv_value setting_of(const struct exam *exam, enum gv_gpupv_setting setting)
{
	return exam->vm->settings.at[setting];
}

static bool is_on(const struct exam *exam)
{
	return exam->vm->adapter_count > 0;
}

static struct gv_value room_of(const struct exam *exam)
{
	struct gv_value bits = exam->state->host.address_bits;
	return (struct gv_value){bits.known, bits.known ? gv_gpupv_high_room(bits.number) : 0};
}

/* What is asked for, by the profile and by the user, whichever is more. */
static struct gv_value asked_high(const struct exam *exam)
{
	struct gv_value profile = exam->wanted->settings.at[GV_GPUPV_HIGH_MMIO];
	struct gv_value user = exam->wanted->high_mmio;
	if (user.known && (!profile.known || user.number > profile.number))
		return user;
	return profile;
}

struct gv_value checks_high_mmio(const struct exam *exam)
{
	struct gv_value asked = asked_high(exam);
	struct gv_value room = room_of(exam);
	struct gv_value current = setting_of(exam, GV_GPUPV_HIGH_MMIO);
	if (asked.known && room.known && asked.number > room.number)
		asked.number = room.number;
	if (asked.known && current.known && current.number > asked.number)
		asked.number = current.number;
	return asked;
}

static bool is_old_build(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value build = exam->state->host.build;
	if (!build.known || build.number >= FIRST_BUILD)
		return false;
	gv_buf_format(what, "the host's Windows is build %" PRIu64, build.number);
	return true;
}

static bool has_no_module(const struct exam *exam, struct gv_buf *what)
{
	return exam->state->host.module == GV_NO &&
	       found(what, "the host has no Hyper-V module for PowerShell");
}

static bool is_vmms_stopped(const struct exam *exam, struct gv_buf *what)
{
	const char *vmms = exam->state->host.vmms;
	if (vmms == NULL || strcmp(vmms, "Running") == 0)
		return false;
	gv_buf_text(what, "the service vmms of the host is in state ");
	return found(what, vmms);
}

static bool lacks_rights(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_host *host = &exam->state->host;
	return host->elevated == GV_NO && host->administrator != GV_YES &&
	       found(what, "PowerShell runs neither elevated nor as a Hyper-V administrator");
}

static bool is_administrator_only(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_host *host = &exam->state->host;
	return host->elevated == GV_NO && host->administrator == GV_YES &&
	       found(what, "PowerShell runs as a Hyper-V administrator, not elevated; whether that "
	                   "suffices for a GPU is not known");
}

static bool may_hide_machines(const struct exam *exam, struct gv_buf *what)
{
	return exam->state->host.elevated == GV_NO &&
	       found(what, "PowerShell does not run elevated: machines may be missing here");
}

static bool has_unknown_rights(const struct exam *exam, struct gv_buf *what)
{
	return exam->state->host.elevated == GV_UNKNOWN &&
	       found(what, "whether PowerShell runs elevated is not known");
}

static bool has_unknown_build(const struct exam *exam, struct gv_buf *what)
{
	return !exam->state->host.build.known && found(what, "the host's build is not known");
}

static bool has_policy(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_host *host = &exam->state->host;
	if (host->secure_assignment != GV_YES && host->supported_assignment != GV_YES)
		return false;
	gv_buf_text(what, "a policy of the host may keep GPUs from machines:");
	if (host->secure_assignment == GV_YES)
		gv_buf_text(what, " RequireSecureDeviceAssignment");
	if (host->supported_assignment == GV_YES)
		gv_buf_text(what, " RequireSupportedDeviceAssignment");
	return true;
}

static bool is_server(const struct exam *exam, struct gv_buf *what)
{
	return exam->state->host.server == GV_YES &&
	       found(what, "the host is a Windows Server, where Microsoft supports GPU-P only");
}

/* Appends NAME to the list of what is not known. */
static void miss(struct gv_buf *what, bool missing, const char *name)
{
	if (!missing)
		return;
	gv_buf_text(what, what->len == 0 ? "the host did not tell " : ", ");
	gv_buf_text(what, name);
}

static bool has_failure(const struct exam *exam, struct gv_buf *what)
{
	if (exam->state->failure == NULL)
		return false;
	gv_buf_text(what, "PowerShell could not tell all: ");
	return found(what, exam->state->failure);
}

static bool is_host_incomplete(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_state *state = exam->state;
	bool enables = exam->wanted->change == GV_GPUPV_ENABLE;
	miss(what, state->host.module == GV_UNKNOWN, "whether it has the Hyper-V module");
	miss(what, state->host.vmms == NULL, "the state of its service vmms");
	miss(what, !state->vms_known, "its machines");
	miss(what, enables && !state->gpus_known, "its GPUs");
	miss(what, enables && state->host.instance_path == GV_UNKNOWN,
	     "whether an adapter can be told its GPU");
	return what->len > 0;
}

static bool is_machine_incomplete(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_vm *vm = exam->vm;
	bool enables = exam->wanted->change == GV_GPUPV_ENABLE;
	miss(what, vm->state == NULL, "the state of the machine");
	miss(what, !vm->adapters_known, "its GPU adapters");
	miss(what, enables && !vm->generation.known, "its generation");
	miss(what, enables && !vm->checkpoints.known, "whether it has checkpoints");
	return what->len > 0;
}

static bool is_not_found(const struct exam *exam, struct gv_buf *what)
{
	return exam->vm == NULL && exam->state->vm_count == 0 &&
	       found(what, "the host has no machine of just this name or GUID");
}

static bool is_found_twice(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_state *state = exam->state;
	if (exam->vm != NULL || state->vm_count < 2)
		return false;
	gv_buf_format(what, "%zu machines have this name:", state->vm_count);
	for (size_t i = 0; i < state->vm_count; i++)
		gv_buf_format(what, " %s", state->vms[i].id);
	return true;
}

static bool is_saved(const struct exam *exam, struct gv_buf *what)
{
	return (is_word(exam->vm->state, "Saved") || is_word(exam->vm->state, "FastSaved")) &&
	       found(what, "the machine is saved; its state holds the devices of before");
}

static bool is_not_off(const struct exam *exam, struct gv_buf *what)
{
	const char *state = exam->vm->state;
	bool saved = is_word(state, "Saved") || is_word(state, "FastSaved");
	if (state == NULL || is_word(state, "Off") || saved)
		return false;
	gv_buf_text(what, "the machine is not off; its state is ");
	return found(what, state);
}

static bool has_checkpoints(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value count = exam->vm->checkpoints;
	bool adds = exam->wanted->change == GV_GPUPV_ENABLE || exam->wanted->path_count > 0;
	if (!adds || !count.known || count.number == 0)
		return false;
	gv_buf_format(what, "the machine has %" PRIu64 " checkpoint%s", count.number,
	              count.number == 1 ? "" : "s");
	return true;
}

static bool is_first_generation(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value generation = exam->vm->generation;
	if (!generation.known || generation.number >= 2)
		return false;
	gv_buf_format(what, "the machine is of generation %" PRIu64, generation.number);
	return true;
}

/* The number before the point; 0 when there is none. */
static uint64_t major_of(const char *version)
{
	uint64_t major = 0;
	gv_span_number((struct gv_span){version, strcspn(version, ".")}, &major);
	return major;
}

static bool is_old_machine(const struct exam *exam, struct gv_buf *what)
{
	const char *version = exam->vm->version;
	uint64_t major = version == NULL ? 0 : major_of(version);
	if (major == 0 || major >= 9)
		return false;
	gv_buf_text(what, "the machine's configuration is of version ");
	return found(what, version);
}

static bool has_unknown_adapter(const struct exam *exam, struct gv_buf *what)
{
	if (exam->state->host.instance_path != GV_YES)
		return false;
	for (size_t i = 0; i < exam->vm->adapter_count; i++) {
		if (exam->vm->adapters[i].path == NULL)
			return found(what, "an adapter of the machine does not tell its GPU, and "
			                   "could not be put back");
	}
	return false;
}

static bool has_unknown_setting(const struct exam *exam, struct gv_buf *what)
{
	for (unsigned i = 0; i < GV_GPUPV_SETTINGS; i++) {
		struct gv_value current = setting_of(exam, (enum gv_gpupv_setting)i);
		struct gv_value wanted =
			i == GV_GPUPV_HIGH_MMIO ? asked_high(exam) : exam->wanted->settings.at[i];
		if (wanted.known && !current.known)
			miss(what, true, gv_gpupv_setting_rows[i].meaning);
	}
	if (what->len > 0)
		gv_buf_text(what, " of the machine, which could not be put back");
	return what->len > 0;
}

static bool has_no_gpu(const struct exam *exam, struct gv_buf *what)
{
	return exam->choice.result == GPU_NONE_THERE &&
	       found(what, "the host has no GPU that can be shared");
}

static bool has_only_partitions(const struct exam *exam, struct gv_buf *what)
{
	return exam->choice.result == GPU_ONLY_PARTITION &&
	       found(what, "the host shares its GPUs as GPU-P partitions (SR-IOV) only");
}

/* Appends the name of GPU and its fault, which it has. */
static void add_fault(struct gv_buf *what, const struct gv_gpupv_gpu *gpu)
{
	gv_buf_text(what, gpu->name == NULL ? "a GPU without name" : gpu->name);
	gv_buf_text(what, ": ");
	gv_buf_text(what, gv_gpupv_fault(gpu));
}

static bool has_no_good_gpu(const struct exam *exam, struct gv_buf *what)
{
	if (exam->choice.result != GPU_NONE_FITS)
		return false;
	gv_buf_text(what, "no GPU of the host can be used (");
	for (size_t i = 0; i < exam->state->gpu_count; i++) {
		gv_buf_text(what, i == 0 ? "" : "; ");
		add_fault(what, &exam->state->gpus[i]);
	}
	return found(what, ")");
}

static bool is_gpu_not_found(const struct exam *exam, struct gv_buf *what)
{
	if (exam->choice.result != GPU_NOT_FOUND)
		return false;
	gv_buf_text(what, "no GPU of the host is called ");
	return found(what, exam->choice.which);
}

/* True where Windows takes any of several GPUs. */
static bool cannot_choose(const struct exam *exam)
{
	return exam->state->host.instance_path == GV_NO && gpu_count_paravirtual(exam->state) > 1;
}

static bool is_gpu_ambiguous(const struct exam *exam, struct gv_buf *what)
{
	if (exam->choice.result != GPU_AMBIGUOUS || cannot_choose(exam))
		return false;
	gv_buf_text(what, "several GPUs fit: ");
	gpu_list_candidates(what, exam->state, &exam->choice);
	return true;
}

/* True when GPU has a fault for certain, and not only one that could not be ruled out. */
static bool is_surely_faulty(const struct gv_gpupv_gpu *gpu)
{
	return !gv_gpupv_is_paravirtual(gpu->path) ||
	       (gpu->class_name != NULL && !is_word(gpu->class_name, "Display")) ||
	       (gpu->status != NULL && !is_word(gpu->status, "OK"));
}

static bool is_gpu_faulty(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_gpu *gpu = exam->choice.gpu;
	if (gpu == NULL || !is_surely_faulty(gpu))
		return false;
	add_fault(what, gpu);
	return true;
}

static bool is_gpu_unsure(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_gpu *gpu = exam->choice.gpu;
	if (gpu == NULL || gv_gpupv_fault(gpu) == NULL || is_surely_faulty(gpu))
		return false;
	add_fault(what, gpu);
	return true;
}

static bool is_windows_choosing(const struct exam *exam, struct gv_buf *what)
{
	return cannot_choose(exam) &&
	       found(what, "this Windows has several GPUs and cannot be told which one to take");
}

static bool has_known_trouble(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_gpu *gpu = exam->choice.gpu;
	const char *trouble = gpu == NULL ? NULL : gpu_known_trouble(gpu->name);
	if (trouble == NULL)
		return false;
	gv_buf_format(what, "%s: ", gpu->name);
	return found(what, trouble);
}

static bool has_no_room(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value bits = exam->state->host.address_bits;
	if (!asked_high(exam).known || !bits.known ||
	    gv_gpupv_high_room(bits.number) >= GV_GPUPV_LEAST_HIGH)
		return false;
	gv_buf_format(what,
	              "the host's processor has %" PRIu64 " address bits, too few for high MMIO "
	              "space above 63.5G",
	              bits.number);
	return true;
}

static bool asks_for_too_much(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value user = exam->wanted->high_mmio;
	struct gv_value room = room_of(exam);
	uint64_t most = room.known ? room.number : GV_GPUPV_MOST_HIGH;
	if (!user.known || user.number <= most || most < GV_GPUPV_LEAST_HIGH)
		return false;
	gv_gpupv_show_bytes(what, user.number);
	gv_buf_text(what, " of high MMIO space do not fit; at most ");
	gv_gpupv_show_bytes(what, most);
	return found(what, " do");
}

static bool is_width_unknown(const struct exam *exam, struct gv_buf *what)
{
	return asked_high(exam).known && !exam->state->host.address_bits.known &&
	       found(what, "how many address bits the host's processor has is not known, so the "
	                   "high MMIO space may be too large");
}

static bool may_want_more(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value build = exam->state->host.build;
	struct gv_value high = checks_high_mmio(exam);
	return build.known && build.number >= BUILD_24H2 && high.known &&
	       high.number < 64 * GV_GIB &&
	       found(what, "on Windows 11 24H2 and later some guests are reported to hang, or to "
	                   "show code 43, with less than 64G of high MMIO space");
}

static bool may_hide_adapter(const struct exam *exam, struct gv_buf *what)
{
	return exam->vm->adapters_known && !is_on(exam) &&
	       found(what, "the machine has no adapter that the host tells of; after a GPU was "
	                   "swapped one may be hidden, and keep the machine from starting");
}

static bool is_old_gpu_gone(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_wanted *wanted = exam->wanted;
	for (size_t i = 0; exam->state->gpus_known && i < wanted->path_count; i++) {
		if (wanted->paths[i] == NULL || gpu_of_path(exam->state, wanted->paths[i]) != NULL)
			continue;
		gv_buf_text(what, "the GPU that the machine had is no longer there: ");
		return found(what, wanted->paths[i]);
	}
	return false;
}

static bool has_small_mmio(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value high = setting_of(exam, GV_GPUPV_HIGH_MMIO);
	if (!is_on(exam) || !high.known || high.number >= GV_GPUPV_LEAST_HIGH)
		return false;
	gv_buf_text(what, "its high MMIO space is only ");
	gv_gpupv_show_bytes(what, high.number);
	return true;
}

static bool lacks_cache_types(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value value = setting_of(exam, GV_GPUPV_CACHE_TYPES);
	return is_on(exam) && value.known && value.number == 0 &&
	       found(what, "the guest does not control cache types");
}

static bool makes_checkpoints(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value type = setting_of(exam, GV_GPUPV_CHECKPOINT_TYPE);
	return is_on(exam) && type.known && type.number != 0 &&
	       found(what, "checkpoints are not disabled; with a GPU they cannot be made");
}

static bool saves_at_stop(const struct exam *exam, struct gv_buf *what)
{
	struct gv_value save = gv_gpupv_read_word(GV_GPUPV_STOP_ACTION, "Save");
	return is_on(exam) && gv_gpupv_value_is(setting_of(exam, GV_GPUPV_STOP_ACTION), save) &&
	       found(what, "it is to be saved when the host stops; whether that works with a GPU "
	                   "is not known");
}

static bool has_stale_adapter(const struct exam *exam, struct gv_buf *what)
{
	const struct gv_gpupv_vm *vm = exam->vm;
	for (size_t i = 0; exam->state->gpus_known && i < vm->adapter_count; i++) {
		const char *path = vm->adapters[i].path;
		if (path == NULL || gpu_of_path(exam->state, path) != NULL)
			continue;
		gv_buf_text(what, "it has an adapter of a GPU that the host no longer offers: ");
		return found(what, path);
	}
	return false;
}

static bool has_new_driver(const struct exam *exam, struct gv_buf *what)
{
	const char *before = exam->wanted->driver;
	for (size_t i = 0; before != NULL && i < exam->vm->adapter_count; i++) {
		const struct gv_gpupv_gpu *gpu =
			gpu_of_path(exam->state, exam->vm->adapters[i].path);
		if (gpu == NULL || gpu->driver == NULL || strcmp(gpu->driver, before) == 0)
			continue;
		gv_buf_text(what, "the host's driver is ");
		gv_buf_text(what, gpu->driver);
		gv_buf_text(what, ", and was ");
		gv_buf_text(what, before);
		return found(what, " when GPU-PV was enabled");
	}
	return false;
}

#define ASK_ON_HOST "run gpuvirt gpupv on the host itself, in an elevated terminal"

/* A precondition, how much it needs, before which changes it is asked, and how it fails. */
static const struct row {
	struct gv_gpupv_check check;
	enum level level;
	unsigned changes;
	bool (*fails)(const struct exam *exam, struct gv_buf *what);
} rows[] = {
	/* clang-format off */
	{{"old-build", BLOCKS,
	 "GPU-PV needs Windows 10 1803 (build 17134) or later"},
	 OF_HOST, CHANGES | LOOK, is_old_build},
	{{"no-module", BLOCKS,
	 "switch on the Windows feature Hyper-V with its management tools; Windows Home "
	 "has none"},
	 OF_HOST, CHANGES | LOOK, has_no_module},
	{{"vmms-stopped", BLOCKS,
	 "switch on the Windows feature Hyper-V, or start the service: Start-Service "
	 "vmms"},
	 OF_HOST, CHANGES | LOOK, is_vmms_stopped},
	{{"not-elevated", BLOCKS,
	 "run it in a terminal that was opened as administrator"},
	 OF_HOST, CHANGES, lacks_rights},
	{{"administrator-only", WARNS,
	 "if it fails run it in a terminal that was opened as administrator"},
	 OF_HOST, CHANGES, is_administrator_only},
	{{"hidden-machines", WARNS,
	 "run it in a terminal that was opened as administrator"},
	 OF_HOST, LOOK, may_hide_machines},
	{{"unknown-rights", WARNS,
	 "if it fails run it in a terminal that was opened as administrator"},
	 OF_HOST, CHANGES, has_unknown_rights},
	{{"unknown-build", WARNS,
	 "GPU-PV needs Windows 10 1803 (build 17134) or later"},
	 OF_HOST, ENABLE | LOOK, has_unknown_build},
	{{"device-policy", WARNS,
	 "if adding the GPU is refused, set it to 0 yourself, in "
	 "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\HyperV; it is for the whole host, "
	 "so gpuvirt never does"},
	 OF_HOST, ENABLE | LOOK, has_policy},
	{{"server", WARNS,
	 "consumer GPUs are not supported there, but are reported to work"},
	 OF_HOST, ENABLE, is_server},
	{{"partial-answer", WARNS,
	 ASK_ON_HOST},
	 OF_HOST, CHANGES | LOOK, has_failure},
	{{"incomplete-host", BLOCKS,
	 ASK_ON_HOST},
	 OF_HOST, CHANGES, is_host_incomplete},
	{{"vm-not-found", BLOCKS,
	 "gpuvirt gpupv status --all lists the machines; upper and lower case count"},
	 OF_FINDING, CHANGES, is_not_found},
	{{"vm-ambiguous", BLOCKS,
	 "give the GUID of the one that is meant"},
	 OF_FINDING, CHANGES, is_found_twice},
	{{"incomplete-vm", BLOCKS,
	 ASK_ON_HOST},
	 OF_MACHINE, CHANGES, is_machine_incomplete},
	{{"vm-saved", BLOCKS,
	 "start it and shut it down, or delete its saved state"},
	 OF_MACHINE, CHANGES, is_saved},
	{{"vm-not-off", BLOCKS,
	 "shut it down first"},
	 OF_MACHINE, CHANGES, is_not_off},
	{{"checkpoints", BLOCKS,
	 "delete them, and let Hyper-V merge their disks: a machine that has some is "
	 "reported not to start with a GPU"},
	 OF_MACHINE, ENABLE | RESTORE, has_checkpoints},
	{{"generation", BLOCKS,
	 "GPU-PV needs generation 2; it is chosen when a machine is made"},
	 OF_MACHINE, ENABLE, is_first_generation},
	{{"old-vm-version", WARNS,
	 "if it does not start: Update-VMVersion"},
	 OF_MACHINE, ENABLE, is_old_machine},
	{{"unknown-adapter", BLOCKS,
	 "remove it in PowerShell: Remove-VMGpuPartitionAdapter"},
	 OF_MACHINE, CHANGES, has_unknown_adapter},
	{{"unknown-setting", BLOCKS,
	 "set it in Hyper-V Manager, or let enable leave it alone: --profile FILE with "
	 "\"leave\""},
	 OF_MACHINE, ENABLE | DISABLE, has_unknown_setting},
	{{"no-gpu", BLOCKS,
	 "install the driver of the GPU's maker (WDDM 2.4 or later) on the host"},
	 OF_MACHINE, ENABLE, has_no_gpu},
	{{"only-gpu-p", BLOCKS,
	 "gpuvirt sets up GPU-PV only; for GPU-P see Microsoft's documentation of GPU "
	 "partitioning"},
	 OF_MACHINE, ENABLE, has_only_partitions},
	{{"no-usable-gpu", BLOCKS,
	 "gpuvirt gpupv gpus lists them; mend what Device Manager shows"},
	 OF_MACHINE, ENABLE, has_no_good_gpu},
	{{"gpu-not-found", BLOCKS,
	 "gpuvirt gpupv gpus lists them"},
	 OF_MACHINE, ENABLE, is_gpu_not_found},
	{{"gpu-ambiguous", BLOCKS,
	 "name one by --gpu PATH; the part between the last two # tells identical cards "
	 "apart"},
	 OF_MACHINE, ENABLE, is_gpu_ambiguous},
	{{"unusable-gpu", BLOCKS,
	 "gpuvirt gpupv gpus lists those that can be used"},
	 OF_MACHINE, ENABLE, is_gpu_faulty},
	{{"unknown-gpu-class", WARNS,
	 "make sure that Device Manager shows it as a display adapter that works"},
	 OF_MACHINE, ENABLE, is_gpu_unsure},
	{{"windows-chooses", BLOCKS,
	 "disable the other GPUs in Device Manager until the machine has started, or go "
	 "to Windows 11"},
	 OF_MACHINE, ENABLE, is_windows_choosing},
	{{"known-trouble", WARNS,
	 "docs/gpupv.md has more; save your work on the host before you start the "
	 "machine"},
	 OF_MACHINE, ENABLE, has_known_trouble},
	{{"address-width", BLOCKS,
	 "it cannot be moved lower by the Hyper-V module; use a host with a newer "
	 "processor"},
	 OF_MACHINE, ENABLE, has_no_room},
	{{"too-much-mmio", BLOCKS,
	 "ask for less by --mmio-high"},
	 OF_MACHINE, ENABLE, asks_for_too_much},
	{{"unknown-address-width", WARNS,
	 "if the machine does not start and names the upper MMIO region: gpuvirt gpupv "
	 "undo"},
	 OF_MACHINE, ENABLE, is_width_unknown},
	{{"more-mmio", WARNS,
	 "if yours does: --mmio-high 64G"},
	 OF_MACHINE, ENABLE, may_want_more},
	{{"hidden-adapter", WARNS,
	 "if it does: make a new machine with the same disks"},
	 OF_MACHINE, DISABLE, may_hide_adapter},
	{{"gpu-gone", BLOCKS,
	 "gpuvirt gpupv enable takes a GPU that is there, disable takes none"},
	 OF_MACHINE, RESTORE, is_old_gpu_gone},
	{{"small-mmio", WARNS,
	 "guests report code 43 below 8G; gpuvirt gpupv enable sets 32G"},
	 OF_MACHINE, LOOK, has_small_mmio},
	{{"no-cache-types", WARNS,
	 "gpuvirt gpupv enable switches it on"},
	 OF_MACHINE, LOOK, lacks_cache_types},
	{{"checkpoints-on", WARNS,
	 "gpuvirt gpupv enable disables them"},
	 OF_MACHINE, LOOK, makes_checkpoints},
	{{"saved-at-stop", WARNS,
	 "gpuvirt gpupv enable sets TurnOff"},
	 OF_MACHINE, LOOK, saves_at_stop},
	{{"stale-adapter", WARNS,
	 "the machine will not start so; gpuvirt gpupv enable replaces it"},
	 OF_MACHINE, LOOK, has_stale_adapter},
	{{"driver-changed", WARNS,
	 "copy the host's driver files into the guest again, else it shows code 43; this "
	 "warning stays until GPU-PV is disabled and enabled again"},
	 OF_MACHINE, LOOK, has_new_driver},
	/* clang-format on */
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct gv_gpupv_check *gv_gpupv_check_at(size_t index)
{
	return index < ROWS ? &rows[index].check : NULL;
}

static bool add_problem(struct gv_gpupv_plan *plan, const struct gv_gpupv_check *check,
                        struct gv_span what)
{
	struct gv_gpupv_problem *grown =
		gv_grow(plan->problems, plan->problem_count, &plan->problem_cap, sizeof *grown);
	const char *text = gv_arena_copy(&plan->arena, what).at;
	if (grown != NULL)
		plan->problems = grown;
	if (grown == NULL || text == NULL)
		return false;
	plan->problems[plan->problem_count++] = (struct gv_gpupv_problem){check, text};
	plan->blocked |= check->blocks;
	return true;
}

static bool run_row(struct gv_gpupv_plan *plan, const struct exam *exam, const struct row *row)
{
	struct gv_buf what = {0};
	bool good = true;
	if (row->fails(exam, &what))
		good = !what.failed && add_problem(plan, &row->check, gv_buf_span(&what));
	gv_buf_dispose(&what);
	return good;
}

/* The levels that make sense: of a machine that is looked at the host was asked before. */
static bool is_asked(const struct exam *exam, const struct row *row)
{
	bool looks = exam->wanted->change == GV_GPUPV_LOOK;
	if (((row->changes >> exam->wanted->change) & 1) == 0)
		return false;
	if (row->level == OF_MACHINE)
		return exam->vm != NULL;
	return !looks || exam->vm == NULL;
}

bool checks_run(struct gv_gpupv_plan *plan, const struct exam *exam)
{
	bool good = true;
	for (int level = OF_HOST; good && !plan->blocked && level < LEVELS; level++) {
		for (size_t i = 0; good && i < ROWS; i++) {
			if (rows[i].level == (enum level)level && is_asked(exam, &rows[i]))
				good = run_row(plan, exam, &rows[i]);
		}
	}
	return good;
}
