/* A machine from end to end, on a host that is played here: each step fails in turn. */
#include "gpupv_states.h"

#include <stdio.h>
#include <unistd.h>

#include "gpupv/answer.h"
#include "gpupv/model.h"
#include "gpupv/profile.h"
#include "gpupv/vm.h"

enum { MOST_ADAPTERS = 8 };

/* The host: one machine, and what goes wrong. */
static struct host {
	struct gv_gpupv_settings settings;
	char paths[MOST_ADAPTERS][200];
	char ids[MOST_ADAPTERS][8];
	size_t count;
	unsigned next_id;
	const char *state;
	bool windows_10;
	/* Failures; 0: none. Steps count from 1, over all runs since they were set. */
	unsigned fail_at;   /* this step fails, */
	unsigned fail_more; /* and so many behind it */
	unsigned die_at;    /* PowerShell dies without an answer before this step */
	unsigned die_after; /* it dies without an answer behind this run of steps */
	bool lies;          /* steps are said to be done and are not */
	bool deaf;          /* nothing is observed once steps were done */
	unsigned steps;
	unsigned runs;
	unsigned observations;
} host;

static char *home;

static void reset_failures(void)
{
	host.fail_at = host.fail_more = host.die_at = host.die_after = 0;
	host.lies = host.deaf = false;
	host.steps = host.runs = 0;
}

static void add_adapter(const char *path)
{
	assert_true(host.count < MOST_ADAPTERS);
	snprintf(host.paths[host.count], sizeof host.paths[0], "%s", path);
	snprintf(host.ids[host.count], sizeof host.ids[0], "a%u", ++host.next_id);
	host.count++;
}

static bool remove_adapter(const char *id)
{
	for (size_t i = 0; i < host.count; i++) {
		if (strcmp(host.ids[i], id) != 0)
			continue;
		host.count--;
		memmove(host.ids[i], host.ids[i + 1], (host.count - i) * sizeof host.ids[0]);
		memmove(host.paths[i], host.paths[i + 1], (host.count - i) * sizeof host.paths[0]);
		return true;
	}
	return false;
}

static void add_vm(struct gv_json_tree *tree, struct gv_json *vm)
{
	gv_json_add_text(tree, vm, "id", GUID_1);
	gv_json_add_text(tree, vm, "name", "win11");
	gv_json_add_text(tree, vm, "state", host.state);
	gv_json_add_number(tree, vm, "generation", 2);
	gv_json_add_number(tree, vm, "checkpoints", 0);
	gv_settings_add(tree, vm, &host.settings);
	struct gv_json *adapters = gv_json_add_array(tree, vm, "adapters");
	for (size_t i = 0; i < host.count; i++) {
		struct gv_json *one = gv_json_add_object(tree, adapters, NULL);
		gv_json_add_text(tree, one, "id", host.ids[i]);
		if (host.windows_10)
			gv_json_add_null(tree, one, "path");
		else
			gv_json_add_text(tree, one, "path", host.paths[i]);
	}
}

static void answer_observe(struct gv_buf *answer)
{
	struct gv_json_tree tree = {0};
	struct gv_buf vm = {0};
	add_vm(&tree, gv_json_start(&tree));
	gv_json_print(&vm, &tree);
	gv_buf_format(answer, ANSWER("%s", "%s", "[%s]"),
	              host.windows_10 ? HOST("\"instancePath\":false,\"build\":19045,") : HOST(""),
	              host.windows_10 ? "[" GPU_A "]" : "[" GPU_A "," GPU_INTEL "]", vm.at);
	gv_buf_dispose(&vm);
	host.observations++;
}

static void set_vm(const struct gv_json *step)
{
	struct gv_gpupv_settings set;
	assert_int_equal(gv_settings_read(&set, step, NULL), GV_OK);
	for (int i = 0; i < GV_GPUPV_SETTINGS; i++) {
		if (set.at[i].known)
			host.settings.at[i] = set.at[i];
	}
}

static void do_step(const struct gv_json *step)
{
	const char *what = gv_json_text(gv_json_get(step, "do"));
	const char *path = gv_json_text(gv_json_get(step, "path"));
	if (strcmp(what, "set-vm") == 0)
		set_vm(step);
	else if (strcmp(what, "remove-adapter") == 0)
		assert_true(remove_adapter(gv_json_text(gv_json_get(step, "id"))));
	else if (strcmp(what, "add-adapter") == 0)
		add_adapter(path == NULL ? PATH_A : path);
	else
		fail_msg("unknown step %s", what);
	assert_int_equal(host.windows_10 && path != NULL, false);
}

/* Does the steps; returns false when PowerShell dies. */
static bool do_steps(const struct gv_json *steps, uint64_t *done, bool *failed)
{
	for (const struct gv_json *s = gv_json_first(steps); s != NULL; s = gv_json_next(s)) {
		host.steps++;
		if (host.steps == host.die_at)
			return false;
		*failed = host.fail_at != 0 && host.steps >= host.fail_at &&
		          host.steps <= host.fail_at + host.fail_more;
		if (*failed)
			return true;
		if (!host.lies)
			do_step(s);
		(*done)++;
	}
	return true;
}

static enum gv_status answer_apply(struct gv_buf *answer, const struct gv_json *request,
                                   struct gv_error *err)
{
	struct gv_json_tree tree = {0};
	uint64_t done = 0;
	bool failed = false;
	assert_string_equal(gv_json_text(gv_json_get(request, "vm")), GUID_1);
	host.runs++;
	if (!do_steps(gv_json_get(request, "steps"), &done, &failed) || host.runs == host.die_after)
		return gv_fail(err, GV_EPARSE, "PowerShell gave no answer");
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", 1);
	gv_json_add_number(&tree, root, "done", done);
	if (failed) {
		struct gv_json *error = gv_json_add_object(&tree, root, "error");
		gv_json_add_number(&tree, error, "step", done);
		gv_json_add_text(&tree, error, "message", "refused");
	}
	add_vm(&tree, gv_json_add_object(&tree, root, "vm"));
	gv_json_print(answer, &tree);
	return GV_OK;
}

static enum gv_status play_host(void *context, struct gv_buf *answer, enum gv_ps_script script,
                                struct gv_span request, struct gv_error *err)
{
	struct gv_json *json;
	(void)context;
	assert_int_equal(gv_json_parse(&json, request, NULL), GV_OK);
	enum gv_status status = GV_OK;
	if (script == GV_PS_APPLY)
		status = answer_apply(answer, json, err);
	else if (host.deaf && host.runs > 0)
		status = gv_fail(err, GV_EPARSE, "PowerShell gave no answer");
	else
		answer_observe(answer);
	gv_json_free(json);
	return status;
}

static int make_host(void **state)
{
	(void)state;
	host = (struct host){.state = "Off"};
	host.settings.at[GV_GPUPV_CACHE_TYPES] = (struct gv_value){true, 0};
	host.settings.at[GV_GPUPV_LOW_MMIO] = (struct gv_value){true, 128 * GV_MIB};
	host.settings.at[GV_GPUPV_HIGH_MMIO] = (struct gv_value){true, 512 * GV_MIB};
	host.settings.at[GV_GPUPV_CHECKPOINT_TYPE] = (struct gv_value){true, 2};
	host.settings.at[GV_GPUPV_AUTOMATIC_CHECKPOINTS] = (struct gv_value){true, 1};
	host.settings.at[GV_GPUPV_STOP_ACTION] = (struct gv_value){true, 1};
	home = scratch_make();
	return setenv("XDG_STATE_HOME", home, 1);
}

static int drop_host(void **state)
{
	(void)state;
	scratch_remove(home);
	return 0;
}

/* What the machine is, in a line. */
static void describe(struct gv_buf *out)
{
	for (int i = 0; i < GV_GPUPV_SETTINGS; i++) {
		gv_gpupv_show_value(out, (enum gv_gpupv_setting)i, host.settings.at[i]);
		gv_buf_char(out, ' ');
	}
	for (size_t i = 0; i < host.count; i++)
		gv_buf_format(out, "[%s]", host.paths[i]);
}

static void assert_machine(const char *want)
{
	struct gv_buf have = {0};
	describe(&have);
	assert_string_equal(have.at, want);
	gv_buf_dispose(&have);
}

#define PLAIN   "off 128M 512M Production on Save "
#define ON      "on 1G 32G Disabled off TurnOff [" PATH_A "]"
#define OFF_YET "on 1G 32G Disabled off TurnOff "

static enum gv_vm_result run_with(enum gv_vm_verb verb, const char *gpu, bool dry)
{
	struct gv_vm_outcome outcome = {.result = GV_VM_NOTHING};
	struct gv_error err = {0};
	struct gv_vm_order order = {.channel = {play_host, NULL, 0},
	                            .verb = verb,
	                            .target = "win11",
	                            .gpu = gpu,
	                            .dry_run = dry};
	struct gv_profile profile;
	assert_int_equal(gv_profile_read(&profile, gv_profile_builtin(), NULL), GV_OK);
	order.settings = profile.settings;
	if (gv_vm_run(&outcome, &order, &err) != GV_OK)
		fail_msg("%s", err.message);
	enum gv_vm_result result = outcome.result;
	bool failed = result == GV_VM_ROLLED_BACK || result == GV_VM_LEFT;
	assert_int_equal(failed, outcome.failure.status != GV_OK);
	gv_vm_outcome_dispose(&outcome);
	return result;
}

static enum gv_vm_result run(enum gv_vm_verb verb)
{
	return run_with(verb, verb == GV_VM_ENABLE ? "RTX" : NULL, false);
}

static size_t count_entries(void)
{
	struct gv_record record = {0};
	const struct gv_record_key key = {"vm", "PC/" GUID_1};
	assert_int_equal(gv_record_read(&record, &key, NULL), GV_OK);
	size_t count = record.count;
	gv_record_dispose(&record);
	return count;
}

static void on_and_off_and_back(void **state)
{
	(void)state;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_DONE);
	assert_machine(ON);
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_NOTHING);
	assert_int_equal(count_entries(), 1);
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_DONE);
	assert_machine(PLAIN);
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_NOTHING);
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(ON);
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(PLAIN);
	assert_int_equal(run(GV_VM_UNDO), GV_VM_NO_RECORD);
	assert_machine(PLAIN);
}

static void nothing_to_do_touches_nothing(void **state)
{
	(void)state;
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_NOTHING);
	assert_int_equal(run(GV_VM_UNDO), GV_VM_NO_RECORD);
	assert_int_equal(run_with(GV_VM_ENABLE, "RTX", true), GV_VM_PLANNED);
	assert_int_equal(host.runs, 0);
	assert_int_equal(count_entries(), 0);
	assert_int_equal(folder_count(home), 0);
	assert_machine(PLAIN);
}

static void another_gpu_takes_the_place_of_the_first(void **state)
{
	(void)state;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_DONE);
	assert_int_equal(run_with(GV_VM_ENABLE, "UHD", false), GV_VM_DONE);
	assert_machine(OFF_YET "[" PATH_INTEL "]");
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(ON);
	assert_int_equal(run_with(GV_VM_ENABLE, "UHD", false), GV_VM_DONE);
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_DONE);
	assert_machine(PLAIN); /* not what the second enable found */
}

/* Somebody took the adapter away: disable puts the settings back, and again finds nothing to do. */
static void disable_twice_is_disable_once(void **state)
{
	(void)state;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_DONE);
	host.count = 0;
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_DONE);
	assert_machine(PLAIN);
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_NOTHING);
	assert_machine(PLAIN);
}

static void without_a_record_disable_leaves_the_settings(void **state)
{
	(void)state;
	add_adapter(PATH_A);
	add_adapter(PATH_INTEL);
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_DONE);
	assert_machine(PLAIN);
	assert_int_equal(host.settings.at[GV_GPUPV_LOW_MMIO].number == 128 * GV_MIB, true);
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(PLAIN "[" PATH_A "][" PATH_INTEL "]");
}

static void windows_10_is_not_told_a_gpu(void **state)
{
	(void)state;
	host.windows_10 = true;
	assert_int_equal(run_with(GV_VM_ENABLE, NULL, false), GV_VM_DONE);
	assert_machine(ON);
	assert_int_equal(run_with(GV_VM_ENABLE, NULL, false), GV_VM_NOTHING);
	assert_int_equal(run(GV_VM_DISABLE), GV_VM_DONE);
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(ON);
}

/* Starts each failure from the GPU of another, so that there are three kinds of steps. */
static void begin_with_another_gpu(const char **before)
{
	host.count = 0;
	add_adapter(PATH_INTEL);
	*before = PLAIN "[" PATH_INTEL "]";
}

static void a_step_that_fails_takes_the_others_back(void **state)
{
	(void)state;
	const char *before;
	begin_with_another_gpu(&before);
	unsigned at = 0;
	enum gv_vm_result result;
	do {
		reset_failures();
		host.fail_at = ++at;
		result = run(GV_VM_ENABLE);
		if (result == GV_VM_DONE)
			break;
		assert_int_equal(result, GV_VM_ROLLED_BACK);
		assert_machine(before);
		assert_int_equal(count_entries(), 0);
	} while (true);
	assert_int_equal(at, 4); /* three steps */
	assert_machine(ON);
}

static void a_powershell_that_dies_is_found_out(void **state)
{
	(void)state;
	const char *before;
	begin_with_another_gpu(&before);
	for (unsigned at = 1; at <= 3; at++) {
		reset_failures();
		host.die_at = at;
		assert_int_equal(run(GV_VM_ENABLE), GV_VM_ROLLED_BACK);
		assert_machine(before);
		assert_int_equal(count_entries(), 0);
	}
	reset_failures();
	host.die_after = 1;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_ROLLED_BACK);
	assert_machine(before);
}

static void a_way_back_that_fails_keeps_the_record(void **state)
{
	(void)state;
	const char *before;
	begin_with_another_gpu(&before);
	host.fail_at = 3;
	host.fail_more = 1;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_LEFT);
	assert_machine(OFF_YET);
	assert_int_equal(count_entries(), 1);
	reset_failures();
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(before);
	assert_int_equal(count_entries(), 0);
}

static void what_cannot_be_seen_keeps_the_record(void **state)
{
	(void)state;
	host.die_at = 2;
	host.deaf = true;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_LEFT);
	assert_machine(OFF_YET);
	assert_int_equal(count_entries(), 1);
	reset_failures();
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(PLAIN);
}

static void a_host_that_says_done_and_does_nothing_is_found_out(void **state)
{
	(void)state;
	host.lies = true;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_ROLLED_BACK);
	assert_machine(PLAIN);
	assert_int_equal(count_entries(), 0);
}

static void an_undo_that_fails_can_be_tried_again(void **state)
{
	(void)state;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_DONE);
	for (unsigned at = 1; at <= 2; at++) {
		reset_failures();
		host.fail_at = at;
		assert_int_equal(run(GV_VM_UNDO), GV_VM_ROLLED_BACK);
		assert_machine(ON);
		assert_int_equal(count_entries(), 1);
	}
	reset_failures();
	assert_int_equal(run(GV_VM_UNDO), GV_VM_DONE);
	assert_machine(PLAIN);
}

static void an_undo_that_was_done_by_hand_uses_up_the_record(void **state)
{
	(void)state;
	struct host before = host;
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_DONE);
	host = before;
	assert_int_equal(run_with(GV_VM_UNDO, NULL, true), GV_VM_NOTHING);
	assert_int_equal(count_entries(), 1);
	assert_int_equal(run(GV_VM_UNDO), GV_VM_NOTHING);
	assert_int_equal(count_entries(), 0);
}

static void a_running_machine_is_left(void **state)
{
	(void)state;
	host.state = "Running";
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_BLOCKED);
	assert_int_equal(host.runs, 0);
	assert_int_equal(folder_count(home), 0);
}

static void no_record_no_change(void **state)
{
	(void)state;
	struct gv_vm_outcome outcome = {.result = GV_VM_NOTHING};
	struct gv_error err = {0};
	char *path = path_join(home, "gpuvirt");
	file_write(path, SPAN("in the way"));
	const struct gv_vm_order order = {.channel = {play_host, NULL, 0},
	                                  .verb = GV_VM_ENABLE,
	                                  .target = "win11",
	                                  .gpu = "RTX"};
	assert_int_not_equal(gv_vm_run(&outcome, &order, &err), GV_OK);
	assert_int_equal(host.runs, 0);
	assert_machine(PLAIN);
	gv_vm_outcome_dispose(&outcome);
	free(path);
}

static void damaged_bodies_are_refused(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"{}",
		"{\"settings\":{},\"adapters\":{}}",
		"{\"settings\":[],\"adapters\":[]}",
		"{\"settings\":{},\"adapters\":[1]}",
		"{\"settings\":{\"lowMmio\":5},\"adapters\":[]}",
		"{\"settings\":{},\"adapters\":[],\"driver\":{}}",
	};
	const struct gv_record_key key = {"vm", "PC/" GUID_1};
	const struct gv_vm_order order = {
		.channel = {play_host, NULL, 0}, .verb = GV_VM_UNDO, .target = "win11"};
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct gv_vm_outcome outcome = {.result = GV_VM_NOTHING};
		struct gv_error err = {0};
		assert_int_equal(gv_record_push(&key, "enable", gv_span_of(bodies[i]), NULL),
		                 GV_OK);
		assert_int_equal(gv_vm_run(&outcome, &order, &err), GV_EPARSE);
		assert_string_equal(err.message, "the undo record of the machine is damaged");
		gv_vm_outcome_dispose(&outcome);
	}
	assert_int_equal(host.runs, 0);
}

static void the_driver_of_the_last_enable_is_known(void **state)
{
	(void)state;
	struct gv_gpupv_state seen = {0};
	struct gv_arena arena = {0};
	const struct gv_channel channel = {play_host, NULL, 0};
	const char *driver = "none";
	assert_int_equal(gv_vm_observe(&seen, &channel, NULL, NULL, NULL), GV_OK);
	assert_int_equal(gv_vm_driver_before(&driver, &arena, &seen, &seen.vms[0], NULL), GV_OK);
	assert_null(driver);
	assert_int_equal(run(GV_VM_ENABLE), GV_VM_DONE);
	assert_int_equal(gv_vm_driver_before(&driver, &arena, &seen, &seen.vms[0], NULL), GV_OK);
	assert_string_equal(driver, "32.0.15.6094");
	gv_arena_dispose(&arena);
	gv_gpupv_state_dispose(&seen);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_host, drop_host)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(on_and_off_and_back),
		TEST(nothing_to_do_touches_nothing),
		TEST(another_gpu_takes_the_place_of_the_first),
		TEST(disable_twice_is_disable_once),
		TEST(without_a_record_disable_leaves_the_settings),
		TEST(windows_10_is_not_told_a_gpu),
		TEST(a_step_that_fails_takes_the_others_back),
		TEST(a_powershell_that_dies_is_found_out),
		TEST(a_way_back_that_fails_keeps_the_record),
		TEST(what_cannot_be_seen_keeps_the_record),
		TEST(a_host_that_says_done_and_does_nothing_is_found_out),
		TEST(an_undo_that_fails_can_be_tried_again),
		TEST(an_undo_that_was_done_by_hand_uses_up_the_record),
		TEST(a_running_machine_is_left),
		TEST(no_record_no_change),
		TEST(damaged_bodies_are_refused),
		TEST(the_driver_of_the_last_enable_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
