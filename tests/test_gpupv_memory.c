/*
 * The n-th allocation fails, for every n: each work says so, or its result is the same as ever.
 * The sanitizers see to it that nothing leaks and nothing is used that is not there.
 */
#include "gpupv_states.h"

#include "gpupv/answer.h"
#include "gpupv/profile.h"
#include "gpupv/spell.h"
#include "gpupv/vm.h"
#include "inject_memory.h"

static struct gv_profile profile;
static char *home;

/* A work appends to RESULT what came out; it returns GV_ENOMEM when memory ran out. */
static enum gv_status plan_and_spell(struct gv_buf *result, struct gv_error *err)
{
	static const char text[] = ANSWER(
		HOST("\"build\":26100,"), "[" GPU_A "," GPU_TWIN "," GPU_INTEL "]",
		"[" VM(ADAPTERS(ADAPTER("a1", JSON_TWIN) "," ADAPTER("a2", JSON_INTEL))) "]");
	const struct gv_gpupv_wanted wanted = {
		.change = GV_GPUPV_ENABLE, .gpu = PATH_A, .settings = profile.settings};
	struct gv_gpupv_state state = {0};
	struct gv_gpupv_plan plan = {0};
	enum gv_status status = gv_answer_observed(&state, gv_span_of(text), err);
	if (status == GV_OK)
		status = gv_gpupv_plan(&plan, &state, &wanted, err);
	if (status == GV_OK)
		gv_spell_steps(result, &state, &plan, "  ");
	gv_gpupv_plan_dispose(&plan);
	gv_gpupv_state_dispose(&state);
	return result->failed ? GV_ENOMEM : status;
}

static enum gv_status print_script(struct gv_buf *result, struct gv_error *err)
{
	const struct gv_script script = {.target = "win11",
	                                 .computer = "PC",
	                                 .on = true,
	                                 .gpu = PATH_A,
	                                 .settings = profile.settings};
	return gv_spell_script(result, &script, err);
}

static enum gv_status read_profile(struct gv_buf *result, struct gv_error *err)
{
	struct gv_profile read;
	enum gv_status status = gv_profile_read(&read, gv_profile_builtin(), err);
	if (status == GV_OK)
		gv_buf_text(result, "read");
	return result->failed ? GV_ENOMEM : status;
}

static enum gv_status keep_and_forget(struct gv_buf *result, struct gv_error *err)
{
	const struct gv_record_key key = {"vm", "PC/x"};
	struct gv_record record = {0};
	enum gv_status status = gv_record_push(&key, "enable", SPAN("{\"a\":[null,\"b\"]}"), err);
	if (status == GV_OK)
		status = gv_record_push(&key, "disable", SPAN("{}"), err);
	if (status == GV_OK)
		status = gv_record_read(&record, &key, err);
	if (status == GV_OK)
		status = gv_record_pop(&key, err);
	if (status == GV_OK)
		status = gv_record_pop(&key, err);
	if (status == GV_OK)
		gv_buf_format(result, "%zu", record.count);
	gv_record_dispose(&record);
	return result->failed ? GV_ENOMEM : status;
}

/* Each attempt begins without a record. */
static void clear_home(void)
{
	if (home != NULL)
		scratch_remove(home);
	home = scratch_make();
	assert_int_equal(setenv("XDG_STATE_HOME", home, 1), 0);
}

static size_t attempt_all(enum gv_status (*work)(struct gv_buf *result, struct gv_error *err))
{
	struct gv_buf want = {0};
	struct gv_error none = {0};
	clear_home();
	assert_int_equal(work(&want, &none), GV_OK);
	size_t n = 0;
	do {
		struct gv_buf have = {0};
		struct gv_error err = {0};
		clear_home();
		inject_arm(++n, ENOMEM, INJECT_ON);
		enum gv_status status = work(&have, &err);
		inject_stop();
		if (status == GV_OK)
			assert_span(gv_buf_span(&have), gv_buf_span(&want));
		else if (inject.failures == 0)
			fail_msg("allocation %zu: %s", n, err.message);
		gv_buf_dispose(&have);
	} while (inject.failures > 0);
	gv_buf_dispose(&want);
	return n - 1;
}

static void works_say_so_when_memory_runs_out(void **state)
{
	(void)state;
	assert_true(attempt_all(plan_and_spell) > 5);
	assert_true(attempt_all(print_script) > 3);
	assert_true(attempt_all(read_profile) > 0);
	assert_true(attempt_all(keep_and_forget) > 10);
}

/* The host that the machine is on: plain, or as enable wants it. */
static bool enabled;

static enum gv_status play_host(void *context, struct gv_buf *answer, enum gv_ps_script script,
                                struct gv_span request, struct gv_error *err)
{
	(void)context;
	(void)request;
	(void)err;
	static const char plain[] = ANSWER(HOST(""), "[" GPU_A "]", "[" VM("") "]");
	static const char on[] = ANSWER(HOST(""), "[" GPU_A "]",
	                                "[" VM(ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "]");
	static const char applied[] = "{\"version\":1,\"done\":2,\"error\":null,\"vm\":" VM(
		ENABLED ADAPTERS(ADAPTER("a1", JSON_A))) "}";
	if (script == GV_PS_APPLY)
		enabled = true;
	gv_buf_text(answer, script == GV_PS_APPLY ? applied : enabled ? on : plain);
	return answer->failed ? gv_fail_memory(err) : GV_OK;
}

/* Whatever fails: before the record there is no change, and a change is told of. */
static void a_change_without_memory_is_told(void **state)
{
	(void)state;
	const struct gv_vm_order order = {.channel = {play_host, NULL, 39},
	                                  .verb = GV_VM_ENABLE,
	                                  .target = "win11",
	                                  .settings = profile.settings};
	size_t n = 0;
	do {
		struct gv_vm_outcome outcome = {.result = GV_VM_NOTHING};
		struct gv_error err = {0};
		clear_home();
		enabled = false;
		n++;
		inject_arm(n, ENOMEM, n % 2 == 0 ? INJECT_ON : INJECT_ONCE);
		enum gv_status status = gv_vm_run(&outcome, &order, &err);
		inject_stop();
		bool told = outcome.failure.status == GV_ENOMEM;
		if (enabled)
			assert_true(outcome.result == GV_VM_DONE ||
			            (told && outcome.result == GV_VM_LEFT));
		else
			assert_true(status == GV_ENOMEM || told);
		gv_vm_outcome_dispose(&outcome);
	} while (inject.failures > 0);
	assert_true(n > 20);
}

static int load(void **state)
{
	(void)state;
	return gv_profile_read(&profile, gv_profile_builtin(), NULL) == GV_OK ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	scratch_remove(home);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(works_say_so_when_memory_runs_out),
		cmocka_unit_test(a_change_without_memory_is_told),
	};
	return cmocka_run_group_tests(tests, load, drop);
}
