/* Observed states, each with what must be found wrong and what is to be done. */
#include "gpupv_states.h"

#include "gpupv/answer.h"
#include "gpupv/gpus.h"
#include "gpupv/model.h"
#include "gpupv/profile.h"

#define SET_ALL                                                                                    \
	"set cacheTypes=on lowMmio=1G highMmio=32G checkpointType=Disabled "                       \
	"automaticCheckpoints=off stopAction=TurnOff"
#define ONE_GPU "[" GPU_A "]"
#define NONE    ""

/* One state. HOST, GPUS and VMS are JSON; NULL is that of a host where all is well. */
static const struct row {
	const char *name;
	enum gv_gpupv_change change;
	const char *host;
	const char *gpus;
	const char *vms;
	const char *gpu;      /* asked for */
	uint64_t high;        /* asked for; 0: not */
	const char *problems; /* ids, in order */
	const char *steps;
} rows[] = {
	/* clang-format off */
	/* Facts 8: the sequence. */
	{"all is well", GV_GPUPV_ENABLE, NULL, NULL, NULL, NULL, 0,
	 NONE, SET_ALL "; add " PATH_A},
	{"nothing is to do", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0, NONE, NONE},
	{"settings alone", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM(ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0, NONE, SET_ALL},
	{"an adapter alone", GV_GPUPV_ENABLE, NULL, NULL, "[" VM(ENABLED) "]", NULL, 0,
	 NONE, "add " PATH_A},
	{"one setting alone", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM("\"stopAction\":\"ShutDown\"," ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "]",
	 NULL, 0, NONE, "set stopAction=TurnOff"},
	{"another GPU's adapter goes", GV_GPUPV_ENABLE, NULL, "[" GPU_A "," GPU_INTEL "]",
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_INTEL))) "]", "RTX", 0,
	 NONE, "remove a1; add " PATH_A},
	{"a second adapter of the same GPU goes", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A) "," ADAPTER("a2", JSON_A))) "]", NULL, 0,
	 NONE, "remove a2"},
	{"a stale adapter goes", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_TWIN))) "]", NULL, 0,
	 NONE, "remove a1; add " PATH_A},
	{"the case of a path does not count", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", "\\\\\\\\?\\\\pci#ven_10de&dev_2684#4&1&0&0008"
	 "#{064092B3-625E-43BF-9EB5-DC845897DD59}\\\\gpuparav"))) "]", NULL, 0, NONE, NONE},
	/* MMIO: facts 1.5. */
	{"more MMIO is kept", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM("\"highMmio\":\"68719476736\"," ENABLED) "]", NULL, 0, NONE, "add " PATH_A},
	{"the user asks for more MMIO", GV_GPUPV_ENABLE, NULL, NULL, "[" VM(ENABLED) "]", NULL,
	 64 * GV_GIB, NONE, "set highMmio=64G; add " PATH_A},
	{"the user asks for less than the profile", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM(ENABLED) "]", NULL, 16 * GV_GIB, NONE, "add " PATH_A},
	{"2^64 - 1 is read exactly and kept", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM("\"highMmio\":\"18446744073709551615\"," ENABLED) "]", NULL, 0,
	 NONE, "add " PATH_A},
	{"36 address bits", GV_GPUPV_ENABLE, HOST("\"addressBits\":36,"), NULL, NULL, NULL, 0,
	 "address-width", NONE},
	{"37 address bits hold 32G", GV_GPUPV_ENABLE, HOST("\"addressBits\":37,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, NONE, "add " PATH_A},
	{"37 address bits hold no 80G", GV_GPUPV_ENABLE, HOST("\"addressBits\":37,"), NULL, NULL,
	 NULL, 80 * GV_GIB, "too-much-mmio", NONE},
	{"37 address bits hold 64.5G", GV_GPUPV_ENABLE, HOST("\"addressBits\":37,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 64 * GV_GIB + 512 * GV_MIB, NONE,
	 "set highMmio=66048M; add " PATH_A},
	{"32 address bits", GV_GPUPV_ENABLE, HOST("\"addressBits\":32,"), NULL, NULL, NULL, 0,
	 "address-width", NONE},
	{"64 address bits", GV_GPUPV_ENABLE, HOST("\"addressBits\":64,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, NONE, "add " PATH_A},
	{"the address width is not known", GV_GPUPV_ENABLE, HOST("\"addressBits\":null,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, "unknown-address-width", "add " PATH_A},
	/* Builds: facts 1.2, 1.7. */
	{"Windows 10 1803", GV_GPUPV_ENABLE, HOST("\"build\":17134,\"instancePath\":false,"
	 "\"listCommand\":\"Get-VMPartitionableGpu\","), NULL, "[" VM(ENABLED) "]", NULL, 0,
	 NONE, "add -"},
	{"before Windows 10 1803", GV_GPUPV_ENABLE, HOST("\"build\":16299,"), NULL, NULL, NULL, 0,
	 "old-build", NONE},
	{"Windows 10 22H2 with an adapter that tells no GPU", GV_GPUPV_ENABLE,
	 HOST("\"build\":19045,\"instancePath\":false,"), NULL,
	 "[" VM(ENABLED "\"adapters\":[{\"id\":\"a1\",\"path\":null}],") "]", NULL, 0, NONE, NONE},
	{"Windows 10 with two GPUs", GV_GPUPV_ENABLE, HOST("\"build\":19045,\"instancePath\":false,"),
	 "[" GPU_A "," GPU_INTEL "]", NULL, "RTX", 0, "windows-chooses", NONE},
	{"Windows 10 with a GPU and an NPU", GV_GPUPV_ENABLE,
	 HOST("\"build\":19045,\"instancePath\":false,"), "[" GPU_A "," GPU_NPU "]", NULL, NULL, 0,
	 "windows-chooses", NONE},
	{"Windows 11 24H2", GV_GPUPV_ENABLE, HOST("\"build\":26100,"), NULL, "[" VM(ENABLED) "]",
	 NULL, 0, "more-mmio", "add " PATH_A},
	{"Windows 11 24H2 with 64G", GV_GPUPV_ENABLE, HOST("\"build\":26100,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 64 * GV_GIB, NONE, "set highMmio=64G; add " PATH_A},
	{"Windows Server 2025", GV_GPUPV_ENABLE, HOST("\"build\":26100,\"server\":true,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 64 * GV_GIB, "server", "set highMmio=64G; add " PATH_A},
	{"Server 2022 that takes a path", GV_GPUPV_ENABLE, HOST("\"build\":20348,\"server\":true,"),
	 NULL, "[" VM(ENABLED) "]", NULL, 0, "server", "add " PATH_A},
	{"the build is not known", GV_GPUPV_ENABLE, HOST("\"build\":null,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, "unknown-build", "add " PATH_A},
	/* The host: facts 2. */
	{"no module", GV_GPUPV_ENABLE, HOST("\"module\":false,\"vmms\":\"NotFound\","), "null",
	 "null", NULL, 0, "no-module vmms-stopped incomplete-host", NONE},
	{"the service does not run", GV_GPUPV_ENABLE, HOST("\"vmms\":\"Stopped\","), NULL, "[]",
	 NULL, 0, "vmms-stopped", NONE},
	{"not elevated", GV_GPUPV_ENABLE, HOST("\"elevated\":false,\"hypervAdministrator\":false,"),
	 NULL, "[]", NULL, 0, "not-elevated", NONE},
	{"not elevated and the group not known", GV_GPUPV_DISABLE,
	 HOST("\"elevated\":false,\"hypervAdministrator\":null,"), NULL, NULL, NULL, 0,
	 "not-elevated", NONE},
	{"a Hyper-V administrator", GV_GPUPV_ENABLE, HOST("\"elevated\":false,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, "administrator-only", "add " PATH_A},
	{"the rights are not known", GV_GPUPV_ENABLE, HOST("\"elevated\":null,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, "unknown-rights", "add " PATH_A},
	{"a device policy", GV_GPUPV_ENABLE, HOST("\"requireSecureDeviceAssignment\":1,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, "device-policy", "add " PATH_A},
	{"a device policy that is off", GV_GPUPV_ENABLE,
	 HOST("\"requireSecureDeviceAssignment\":0,\"requireSupportedDeviceAssignment\":0,"), NULL,
	 "[" VM(ENABLED) "]", NULL, 0, NONE, "add " PATH_A},
	{"unknown is not no", GV_GPUPV_ENABLE, "{}", NULL, NULL, NULL, 0,
	 "unknown-rights unknown-build incomplete-host", NONE},
	{"whether a path is taken is not known", GV_GPUPV_ENABLE, HOST("\"instancePath\":null,"),
	 NULL, NULL, NULL, 0, "incomplete-host", NONE},
	{"to disable the GPUs need not be known", GV_GPUPV_DISABLE, HOST("\"instancePath\":null,"),
	 "null", "[" VM(ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0, NONE, "remove a1"},
	/* The machine: facts 1.4, 2. */
	{"no machine", GV_GPUPV_ENABLE, NULL, NULL, "[]", NULL, 0, "vm-not-found", NONE},
	{"two machines of one name", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM("") "," VM("\"id\":\"" GUID_2 "\",") "]", NULL, 0, "vm-ambiguous", NONE},
	{"running", GV_GPUPV_ENABLE, NULL, NULL, "[" VM("\"state\":\"Running\",") "]", NULL, 0,
	 "vm-not-off", NONE},
	{"paused", GV_GPUPV_DISABLE, NULL, NULL,
	 "[" VM("\"state\":\"Paused\"," ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0,
	 "vm-not-off", NONE},
	{"saved", GV_GPUPV_ENABLE, NULL, NULL, "[" VM("\"state\":\"Saved\",") "]", NULL, 0,
	 "vm-saved", NONE},
	{"fast saved", GV_GPUPV_DISABLE, NULL, NULL, "[" VM("\"state\":\"FastSaved\","
	 ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0, "vm-saved", NONE},
	{"the state is not known", GV_GPUPV_DISABLE, NULL, NULL,
	 "[" VM("\"state\":null," ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0,
	 "incomplete-vm", NONE},
	{"checkpoints", GV_GPUPV_ENABLE, NULL, NULL, "[" VM("\"checkpoints\":2,") "]", NULL, 0,
	 "checkpoints", NONE},
	{"checkpoints do not keep a GPU in", GV_GPUPV_DISABLE, NULL, NULL,
	 "[" VM("\"checkpoints\":2," ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0,
	 NONE, "remove a1"},
	{"generation 1", GV_GPUPV_ENABLE, NULL, NULL, "[" VM("\"generation\":1,") "]", NULL, 0,
	 "generation", NONE},
	{"an old configuration", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM("\"version\":\"8.3\"," ENABLED) "]", NULL, 0, "old-vm-version", "add " PATH_A},
	{"the adapters are not known", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM("\"adapters\":null,") "]", NULL, 0, "incomplete-vm", NONE},
	{"an adapter that could not be put back", GV_GPUPV_DISABLE, NULL, NULL,
	 "[" VM("\"adapters\":[{\"id\":\"a1\"}],") "]", NULL, 0, "unknown-adapter", NONE},
	{"a setting that could not be put back", GV_GPUPV_ENABLE, NULL, NULL,
	 "[" VM("\"stopAction\":\"SomethingNew\",") "]", NULL, 0, "unknown-setting", NONE},
	{"all is wrong at once", GV_GPUPV_ENABLE, NULL, "[]",
	 "[" VM("\"state\":\"Running\",\"checkpoints\":1,\"generation\":1,") "]", NULL, 0,
	 "vm-not-off checkpoints generation no-gpu", NONE},
	/* Lists of GPUs: facts 0, 1.1, 2, 7. */
	{"no GPU", GV_GPUPV_ENABLE, NULL, "[]", NULL, NULL, 0, "no-gpu", NONE},
	{"GPU-P alone", GV_GPUPV_ENABLE, NULL, "[" GPU_SERVER "]", NULL, NULL, 0, "only-gpu-p", NONE},
	{"an NPU alone", GV_GPUPV_ENABLE, NULL, "[" GPU_NPU "]", NULL, NULL, 0, "no-usable-gpu",
	 NONE},
	{"an NPU beside a GPU is not taken", GV_GPUPV_ENABLE, NULL, "[" GPU_NPU "," GPU_A "]",
	 "[" VM(ENABLED) "]", NULL, 0, NONE, "add " PATH_A},
	{"GPU-P beside GPU-PV is not taken", GV_GPUPV_ENABLE, NULL, "[" GPU_SERVER "," GPU_A "]",
	 "[" VM(ENABLED) "]", NULL, 0, NONE, "add " PATH_A},
	{"an NPU that is asked for", GV_GPUPV_ENABLE, NULL, "[" GPU_NPU "," GPU_A "]", NULL,
	 "AI Boost", 0, "unusable-gpu", NONE},
	{"a GPU that does not work", GV_GPUPV_ENABLE, NULL,
	 "[" GPU(JSON_A, "RTX", "PCI", "\"Display\"", "\"Error\"") "]", NULL, NULL, 0,
	 "no-usable-gpu", NONE},
	{"a GPU that does not work is asked for", GV_GPUPV_ENABLE, NULL,
	 "[" GPU(JSON_A, "RTX", "PCI", "\"Display\"", "\"Error\"") "]", NULL, "RTX", 0,
	 "unusable-gpu", NONE},
	{"a GPU of unknown class", GV_GPUPV_ENABLE, NULL,
	 "[" GPU(JSON_A, "RTX", "PCI", "null", "null") "]", NULL, NULL, 0, "no-usable-gpu", NONE},
	{"a GPU of unknown class is asked for", GV_GPUPV_ENABLE, NULL,
	 "[" GPU(JSON_A, "RTX", "PCI", "null", "null") "]", "[" VM(ENABLED) "]", "rtx", 0,
	 "unknown-gpu-class", "add " PATH_A},
	{"two GPUs", GV_GPUPV_ENABLE, NULL, "[" GPU_A "," GPU_INTEL "]", NULL, NULL, 0,
	 "gpu-ambiguous", NONE},
	{"two GPUs and one has been chosen before", GV_GPUPV_ENABLE, NULL,
	 "[" GPU_A "," GPU_INTEL "]", "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_INTEL))) "]",
	 NULL, 0, NONE, NONE},
	{"two GPUs, one by a part of its name", GV_GPUPV_ENABLE, NULL,
	 "[" GPU_A "," GPU_INTEL "]", "[" VM(ENABLED) "]", "uhd", 0, NONE, "add " PATH_INTEL},
	{"identical cards by name", GV_GPUPV_ENABLE, NULL, "[" GPU_A "," GPU_TWIN "]", NULL,
	 "NVIDIA GeForce RTX 4090", 0, "gpu-ambiguous", NONE},
	{"identical cards by path", GV_GPUPV_ENABLE, NULL, "[" GPU_A "," GPU_TWIN "]",
	 "[" VM(ENABLED) "]", PATH_TWIN, 0, NONE, "add " PATH_TWIN},
	{"identical cards by a part of the path", GV_GPUPV_ENABLE, NULL,
	 "[" GPU_A "," GPU_TWIN "]", "[" VM(ENABLED) "]", "4&2&0&0010", 0, NONE,
	 "add " PATH_TWIN},
	{"identical cards by instance id", GV_GPUPV_ENABLE, NULL, "[" GPU_A "," GPU_TWIN "]",
	 "[" VM(ENABLED) "]", "pci\\a\\2", 0, NONE, "add " PATH_TWIN},
	{"five GPUs, two identical", GV_GPUPV_ENABLE, NULL,
	 "[" GPU_A "," GPU_TWIN "," GPU_INTEL "," GPU_NPU "," GPU_SERVER "]", NULL, NULL, 0,
	 "gpu-ambiguous", NONE},
	{"a card as GPU-PV and as GPU-P under one name", GV_GPUPV_ENABLE, NULL,
	 "[" GPU(JSON_A, "NVIDIA A16", "PCI", "\"Display\"", "\"OK\"") "," GPU_SERVER "]",
	 "[" VM(ENABLED) "]", "A16", 0, NONE, "add " PATH_A},
	{"GPU-P that is asked for", GV_GPUPV_ENABLE, NULL, "[" GPU_SERVER "," GPU_A "]", NULL,
	 "A16", 0, "unusable-gpu", NONE},
	{"a GPU that is not there", GV_GPUPV_ENABLE, NULL, NULL, NULL, "Radeon", 0,
	 "gpu-not-found", NONE},
	{"no name at all", GV_GPUPV_ENABLE, NULL, NULL, NULL, "", 0, "gpu-not-found", NONE},
	{"a GPU that crashes hosts", GV_GPUPV_ENABLE, NULL,
	 "[" GPU(JSON_A, "AMD Radeon 890M Graphics", "PCI", "\"Display\"", "\"OK\"") "]",
	 "[" VM(ENABLED) "]", NULL, 0, "known-trouble", "add " PATH_A},
	{"the GPUs are not known", GV_GPUPV_ENABLE, NULL, "null", NULL, NULL, 0,
	 "incomplete-host", NONE},
	/* Disable: facts 8. */
	{"disable removes each adapter", GV_GPUPV_DISABLE, NULL, NULL,
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A) "," ADAPTER("a2", JSON_TWIN))) "]", NULL, 0,
	 NONE, "remove a1; remove a2"},
	{"disabled already, though one may be hidden", GV_GPUPV_DISABLE, NULL, NULL, NULL, NULL, 0,
	 "hidden-adapter", NONE},
	/* As it is: facts 1.5, 7. */
	{"a healthy machine", GV_GPUPV_LOOK, NULL, NULL,
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0, NONE, NONE},
	{"a machine without GPU has no problems", GV_GPUPV_LOOK, NULL, NULL, NULL, NULL, 0, NONE,
	 NONE},
	{"a machine with a GPU and nothing set", GV_GPUPV_LOOK, NULL, NULL,
	 "[" VM(ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0,
	 "small-mmio no-cache-types checkpoints-on saved-at-stop", NONE},
	{"a machine whose GPU is gone", GV_GPUPV_LOOK, NULL, "[" GPU_INTEL "]",
	 "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "]", NULL, 0, "stale-adapter", NONE},
	/* clang-format on */
};

static void add_setting(struct gv_buf *out, enum gv_gpupv_setting setting, struct gv_value value)
{
	if (!value.known)
		return;
	gv_buf_format(out, " %s=", gv_gpupv_setting_rows[setting].member);
	gv_gpupv_show_value(out, setting, value);
}

static void describe_steps(struct gv_buf *out, const struct gv_gpupv_plan *plan)
{
	gv_buf_text(out, "");
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct gv_gpupv_step *step = &plan->steps[i];
		gv_buf_text(out, i == 0 ? "" : "; ");
		if (step->action == GV_GPUPV_ADD)
			gv_buf_format(out, "add %s", step->path == NULL ? "-" : step->path);
		else if (step->action == GV_GPUPV_REMOVE)
			gv_buf_format(out, "remove %s", step->id);
		else
			gv_buf_text(out, "set");
		for (unsigned j = 0; j < GV_GPUPV_SETTINGS; j++)
			add_setting(out, (enum gv_gpupv_setting)j, step->settings.at[j]);
	}
}

static void describe_problems(struct gv_buf *out, const struct gv_gpupv_plan *plan)
{
	gv_buf_text(out, "");
	for (size_t i = 0; i < plan->problem_count; i++) {
		gv_buf_text(out, i == 0 ? "" : " ");
		gv_buf_text(out, plan->problems[i].check->id);
		assert_true(plan->problems[i].what[0] != '\0');
	}
}

static void make_state(struct gv_gpupv_state *state, const struct row *row)
{
	struct gv_buf text = {0};
	struct gv_error err = {0};
	gv_buf_format(&text, ANSWER("%s", "%s", "%s"), row->host != NULL ? row->host : HOST(""),
	              row->gpus != NULL ? row->gpus : ONE_GPU,
	              row->vms != NULL ? row->vms : "[" VM("") "]");
	if (gv_answer_observed(state, gv_buf_span(&text), &err) != GV_OK)
		fail_msg("%s: %s", row->name, err.message);
	gv_buf_dispose(&text);
}

static struct gv_gpupv_wanted wanted_of(const struct row *row)
{
	struct gv_gpupv_wanted wanted = {.change = row->change, .gpu = row->gpu};
	wanted.high_mmio = (struct gv_value){row->high > 0, row->high};
	if (row->change == GV_GPUPV_ENABLE) {
		struct gv_profile profile;
		assert_int_equal(gv_profile_read(&profile, gv_profile_builtin(), NULL), GV_OK);
		wanted.settings = profile.settings;
	}
	return wanted;
}

static void check_row(const struct row *row)
{
	struct gv_gpupv_state state = {0};
	struct gv_gpupv_plan plan = {0};
	struct gv_buf problems = {0};
	struct gv_buf steps = {0};
	struct gv_gpupv_wanted wanted = wanted_of(row);
	make_state(&state, row);
	assert_int_equal(gv_gpupv_plan(&plan, &state, &wanted, NULL), GV_OK);
	describe_problems(&problems, &plan);
	describe_steps(&steps, &plan);
	if (strcmp(problems.at, row->problems) != 0)
		fail_msg("%s: problems \"%s\", not \"%s\"", row->name, problems.at, row->problems);
	if (strcmp(steps.at, row->steps) != 0)
		fail_msg("%s: steps \"%s\", not \"%s\"", row->name, steps.at, row->steps);
	gv_buf_dispose(&problems);
	gv_buf_dispose(&steps);
	gv_gpupv_plan_dispose(&plan);
	gv_gpupv_state_dispose(&state);
}

static void states_give_problems_and_steps(void **state)
{
	(void)state;
	assert_true(COUNT(rows) >= 40);
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

static bool is_asked_for(const char *ids, const char *id)
{
	size_t len = strlen(id);
	for (const char *at = ids; (at = strstr(at, id)) != NULL; at += len) {
		if ((at == ids || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Checks of other tests here, by id. */
static const char elsewhere[] = "hidden-machines partial-answer gpu-gone driver-changed";

static void every_check_is_tested(void **state)
{
	(void)state;
	size_t count = 0;
	const struct gv_gpupv_check *check;
	while ((check = gv_gpupv_check_at(count)) != NULL) {
		bool tested = is_asked_for(elsewhere, check->id);
		for (size_t i = 0; i < COUNT(rows); i++)
			tested |= is_asked_for(rows[i].problems, check->id);
		if (!tested)
			fail_msg("no row has the check %s", check->id);
		assert_true(check->remedy[0] != '\0' &&
		            check->remedy[strlen(check->remedy) - 1] != '.');
		count++;
	}
	assert_true(count > 30);
}

/* Plans the first row's state with what is WANTED and returns the problems, steps. */
static void plan_text(struct gv_buf *out, const struct row *row,
                      const struct gv_gpupv_wanted *wanted, bool host_only)
{
	struct gv_gpupv_state state = {0};
	struct gv_gpupv_plan plan = {0};
	make_state(&state, row);
	assert_int_equal(
		gv_gpupv_plan_vm(&plan, &state, host_only ? NULL : &state.vms[0], wanted, NULL),
		GV_OK);
	describe_problems(out, &plan);
	gv_buf_text(out, "|");
	describe_steps(out, &plan);
	gv_gpupv_plan_dispose(&plan);
	gv_gpupv_state_dispose(&state);
}

static void assert_plan(const struct row *row, const struct gv_gpupv_wanted *wanted, bool host_only,
                        const char *want)
{
	struct gv_buf text = {0};
	plan_text(&text, row, wanted, host_only);
	assert_string_equal(text.at, want);
	gv_buf_dispose(&text);
}

static void a_host_is_looked_at_once_and_not_with_each_machine(void **state)
{
	(void)state;
	const struct row row = {.host = HOST("\"elevated\":false,"
	                                     "\"requireSupportedDeviceAssignment\":true,")};
	const struct gv_gpupv_wanted look = {.change = GV_GPUPV_LOOK};
	assert_plan(&row, &look, true, "hidden-machines device-policy|");
	assert_plan(&row, &look, false, "|");
}

static void a_new_driver_is_noticed(void **state)
{
	(void)state;
	const struct row row = {.vms = "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "]"};
	struct gv_gpupv_wanted look = {.change = GV_GPUPV_LOOK, .driver = "32.0.15.5000"};
	assert_plan(&row, &look, false, "driver-changed|");
	look.driver = "32.0.15.6094";
	assert_plan(&row, &look, false, "|");
	look.driver = NULL;
	assert_plan(&row, &look, false, "|");
}

static void a_state_is_restored_exactly(void **state)
{
	(void)state;
	const struct row row = {.vms = "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "]",
	                        .gpus = "[" GPU_A "," GPU_TWIN "]"};
	const char *const paths[] = {PATH_TWIN, PATH_A, PATH_TWIN};
	struct gv_gpupv_wanted back = {
		.change = GV_GPUPV_RESTORE, .paths = paths, .path_count = COUNT(paths)};
	back.settings.at[GV_GPUPV_STOP_ACTION] = gv_gpupv_read_word(GV_GPUPV_STOP_ACTION, "Save");
	assert_plan(&row, &back, false, "|set stopAction=Save; add " PATH_TWIN "; add " PATH_TWIN);
	back.path_count = 0;
	assert_plan(&row, &back, false, "|remove a1; set stopAction=Save");
}

static void what_had_a_gpu_that_is_gone_is_not_restored(void **state)
{
	(void)state;
	const struct row row = {.name = NULL};
	const char *const paths[] = {PATH_TWIN};
	const struct gv_gpupv_wanted back = {
		.change = GV_GPUPV_RESTORE, .paths = paths, .path_count = 1};
	assert_plan(&row, &back, false, "gpu-gone|");
}

static void windows_10_is_told_no_path_on_the_way_back_either(void **state)
{
	(void)state;
	const struct row row = {.host = HOST("\"build\":19045,\"instancePath\":false,")};
	const char *const paths[] = {PATH_A};
	const struct gv_gpupv_wanted back = {
		.change = GV_GPUPV_RESTORE, .paths = paths, .path_count = 1};
	assert_plan(&row, &back, false, "|add -");
}

static void a_profile_can_leave_settings_alone(void **state)
{
	(void)state;
	const struct row row = {.vms = "[" VM("\"stopAction\":null,") "]"};
	struct gv_gpupv_wanted wanted = {.change = GV_GPUPV_ENABLE};
	assert_plan(&row, &wanted, false, "|add " PATH_A);
	wanted.high_mmio = (struct gv_value){true, 16 * GV_GIB};
	assert_plan(&row, &wanted, false, "|set highMmio=16G; add " PATH_A);
}

static void an_error_of_windows_is_told_with_what_could_be_read(void **state)
{
	(void)state;
	static const char text[] = "{\"version\":1,\"error\":{\"id\":\"X,Y\",\"message\":\"no\"},"
				   "\"host\":" HOST("") ",\"gpus\":null,\"vms\":[]}";
	const struct gv_gpupv_wanted look = {.change = GV_GPUPV_LOOK};
	struct gv_gpupv_state observed = {0};
	struct gv_gpupv_plan plan = {0};
	(void)state;
	assert_int_equal(gv_answer_observed(&observed, gv_span_of(text), NULL), GV_OK);
	assert_int_equal(gv_gpupv_plan(&plan, &observed, &look, NULL), GV_OK);
	assert_int_equal(plan.problem_count, 1);
	assert_string_equal(plan.problems[0].check->id, "partial-answer");
	assert_non_null(strstr(plan.problems[0].what, "no (X,Y)"));
	gv_gpupv_plan_dispose(&plan);
	gv_gpupv_state_dispose(&observed);
}

static void sizes_are_read_and_shown(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t number; /* 0: none */
		const char *shown;
	} sizes[] = {{"64G", 64 * GV_GIB, "64G"},
	             {"1024M", GV_GIB, "1G"},
	             {"3584M", 3584 * GV_MIB, "3584M"},
	             {"1048576", GV_MIB, "1M"},
	             {"2048K", 2 * GV_MIB, "2M"},
	             {"1K", 0, NULL},
	             {"1000000", 0, NULL},
	             {"", 0, NULL},
	             {"G", 0, NULL},
	             {"64GB", 0, NULL},
	             {"-1G", 0, NULL},
	             {"17179869183G", UINT64_MAX - GV_GIB + 1, "17179869183G"},
	             {"17179869184G", 0, NULL},
	             {"18446744073709551616", 0, NULL}};
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint64_t number = 0;
		struct gv_buf shown = {0};
		bool good = gv_gpupv_read_bytes(gv_span_of(sizes[i].text), &number);
		assert_int_equal(good, sizes[i].number != 0);
		assert_int_equal(number, sizes[i].number);
		gv_gpupv_show_bytes(&shown, number);
		if (good)
			assert_string_equal(shown.at, sizes[i].shown);
		gv_buf_dispose(&shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_give_problems_and_steps),
		cmocka_unit_test(every_check_is_tested),
		cmocka_unit_test(a_host_is_looked_at_once_and_not_with_each_machine),
		cmocka_unit_test(a_new_driver_is_noticed),
		cmocka_unit_test(a_state_is_restored_exactly),
		cmocka_unit_test(what_had_a_gpu_that_is_gone_is_not_restored),
		cmocka_unit_test(windows_10_is_told_no_path_on_the_way_back_either),
		cmocka_unit_test(a_profile_can_leave_settings_alone),
		cmocka_unit_test(an_error_of_windows_is_told_with_what_could_be_read),
		cmocka_unit_test(sizes_are_read_and_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
