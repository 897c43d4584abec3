/* Requests and answers: exact numbers, hostile names, hostile answers. */
#include "gpupv_states.h"

#include "gpupv/answer.h"
#include "gpupv/model.h"

static void names_travel_as_ascii(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *request;
	} names[] = {
		{"win11", "{\"name\":\"win11\"}"},
		{"a'b\"c`d$e[f]g*h?;&|", "{\"name\":\"a'b\\\"c`d$e[f]g*h?;&|\"}"},
		{"\xE2\x80\x98x\xE2\x80\x99 \xE2\x80\x9Cy\xE2\x80\x9D",
	         "{\"name\":\"\\u2018x\\u2019 \\u201cy\\u201d\"}"},
		{"a\nb\r\tc\\", "{\"name\":\"a\\nb\\r\\tc\\\\\"}"},
		{"\xF0\x9F\x92\xBB \xE2\x80\xAE\x7F",
	         "{\"name\":\"\\ud83d\\udcbb \\u202e\\u007f\"}"},
		{GUID_1, "{\"id\":\"" GUID_1 "\"}"},
		{"6F1C4A52-7C1B-4F0E-9D52-0123456789AB",
	         "{\"id\":\"6F1C4A52-7C1B-4F0E-9D52-0123456789AB\"}"},
		{"{" GUID_1 "}", "{\"name\":\"{" GUID_1 "}\"}"},
		{NULL, "null"},
	};
	for (size_t i = 0; i < COUNT(names); i++) {
		struct gv_buf have = {0};
		struct gv_buf want = {0};
		assert_int_equal(gv_request_observe(&have, names[i].name, NULL, NULL), GV_OK);
		gv_buf_format(&want, "{\"version\":1,\"vm\":%s,\"computer\":null}",
		              names[i].request);
		assert_string_equal(have.at, want.at);
		gv_buf_dispose(&have);
		gv_buf_dispose(&want);
	}
}

static void a_name_that_is_no_utf8_is_refused(void **state)
{
	(void)state;
	struct gv_buf out = {0};
	struct gv_error err = {0};
	assert_int_equal(gv_request_observe(&out, "a\xFF", NULL, &err), GV_EINVAL);
	assert_int_equal(gv_request_observe(&out, "a", "b\x80", NULL), GV_EINVAL);
	assert_int_equal(gv_request_apply(&out, "a\xFF", NULL, NULL, 0, NULL), GV_EINVAL);
	assert_string_equal(err.message, "the name is not UTF-8");
	gv_buf_dispose(&out);
}

static void steps_become_a_request(void **state)
{
	(void)state;
	struct gv_gpupv_step steps[] = {{.action = GV_GPUPV_SET},
	                                {.action = GV_GPUPV_REMOVE, .id = "a\\1"},
	                                {.action = GV_GPUPV_ADD, .path = PATH_A},
	                                {.action = GV_GPUPV_ADD}};
	struct gv_buf have = {0};
	struct gv_gpupv_settings *set = &steps[0].settings;
	set->at[GV_GPUPV_CACHE_TYPES] = (struct gv_value){true, 1};
	set->at[GV_GPUPV_HIGH_MMIO] = (struct gv_value){true, UINT64_MAX};
	set->at[GV_GPUPV_CHECKPOINT_TYPE] = (struct gv_value){true, 3};
	assert_int_equal(gv_request_apply(&have, GUID_1, "HOST2", steps, COUNT(steps), NULL),
	                 GV_OK);
	assert_string_equal(have.at, "{\"version\":1,\"vm\":\"" GUID_1
	                             "\",\"computer\":\"HOST2\",\"steps\":["
	                             "{\"do\":\"set-vm\",\"cacheTypes\":true,"
	                             "\"highMmio\":\"18446744073709551615\","
	                             "\"checkpointType\":\"ProductionOnly\"},"
	                             "{\"do\":\"remove-adapter\",\"id\":\"a\\\\1\"},"
	                             "{\"do\":\"add-adapter\",\"path\":\"" JSON_A "\"},"
	                             "{\"do\":\"add-adapter\",\"path\":null}]}");
	gv_buf_dispose(&have);
}

static void what_a_host_tells_is_read(void **state)
{
	(void)state;
	static const char text[] =
		ANSWER(HOST("\"tomorrow\":{\"a\":[1]},"), "[" GPU_A "," GPU_NPU "]",
	               "[" VM(ADAPTERS(ADAPTER(
			       "a1", JSON_A)) "\"highMmio\":\"18446744073709551615\",") "]");
	struct gv_gpupv_state s = {0};
	assert_int_equal(gv_answer_observed(&s, gv_span_of(text), NULL), GV_OK);
	assert_string_equal(s.host.computer, "PC");
	assert_int_equal(s.host.build.number, 22631);
	assert_int_equal(s.host.server, GV_NO);
	assert_int_equal(s.host.elevated, GV_YES);
	assert_int_equal(s.host.secure_assignment, GV_UNKNOWN);
	assert_int_equal(s.host.address_bits.number, 39);
	assert_true(s.gpus_known && s.vms_known);
	assert_int_equal(s.gpu_count, 2);
	assert_string_equal(s.gpus[0].path, PATH_A);
	assert_string_equal(s.gpus[1].class_name, "ComputeAccelerator");
	assert_int_equal(s.vm_count, 1);
	const struct gv_gpupv_vm *vm = &s.vms[0];
	assert_int_equal(vm->generation.number, 2);
	assert_int_equal(vm->dynamic_memory, GV_YES);
	assert_true(vm->settings.at[GV_GPUPV_HIGH_MMIO].number == UINT64_MAX);
	assert_int_equal(vm->settings.at[GV_GPUPV_CHECKPOINT_TYPE].number, 2);
	assert_int_equal(vm->adapter_count, 1);
	assert_string_equal(vm->adapters[0].id, "a1");
	gv_gpupv_state_dispose(&s);
}

static void what_is_missing_is_unknown_and_never_no(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{\"version\":1,\"host\":{},\"vms\":[{\"id\":\"" GUID_1 "\"}]}",
		"{\"version\":1,\"host\":{\"elevated\":null,\"module\":null,\"build\":null},\"gpus\":"
		"null,\"vms\":[{\"id\":\"" GUID_1 "\",\"cacheTypes\":null,\"highMmio\":null,"
		"\"stopAction\":null,\"adapters\":null,\"generation\":null}]}"};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct gv_gpupv_state s = {0};
		assert_int_equal(gv_answer_observed(&s, gv_span_of(texts[i]), NULL), GV_OK);
		assert_int_equal(s.host.elevated, GV_UNKNOWN);
		assert_int_equal(s.host.module, GV_UNKNOWN);
		assert_false(s.host.build.known || s.gpus_known || s.vms[0].adapters_known);
		assert_null(s.vms[0].state);
		for (int j = 0; j < GV_GPUPV_SETTINGS; j++)
			assert_false(s.vms[0].settings.at[j].known);
		gv_gpupv_state_dispose(&s);
	}
}

/* Answers that are none, and what is said of them. */
static const struct bad {
	const char *text;
	enum gv_status status;
	const char *part;
} bad[] = {
	{"", GV_EPARSE, "no JSON: empty"},
	{"garbage", GV_EPARSE, "no JSON"},
	{"{\"version\":1", GV_EPARSE, "no JSON"},
	{"[]", GV_EPARSE, "version 1"},
	{"{}", GV_EPARSE, "version 1"},
	{"{\"version\":2,\"host\":{}}", GV_EPARSE, "version 1"},
	{"{\"version\":\"1\",\"host\":{}}", GV_EPARSE, "version 1"},
	{"{\"version\":1}", GV_EPARSE, "\"host\""},
	{"{\"version\":1,\"host\":[]}", GV_EPARSE, "\"host\""},
	{"{\"version\":1,\"host\":{\"build\":\"26100\"}}", GV_EPARSE, "\"build\""},
	{"{\"version\":1,\"host\":{\"build\":-1}}", GV_EPARSE, "\"build\""},
	{"{\"version\":1,\"host\":{\"build\":1.5}}", GV_EPARSE, "\"build\""},
	{"{\"version\":1,\"host\":{\"build\":1e300}}", GV_EPARSE, "\"build\""},
	{"{\"version\":1,\"host\":{\"elevated\":\"no\"}}", GV_EPARSE, "\"elevated\""},
	{"{\"version\":1,\"host\":{\"computer\":1}}", GV_EPARSE, "\"computer\""},
	{"{\"version\":1,\"host\":{},\"gpus\":{}}", GV_EPARSE, "\"gpus\""},
	{"{\"version\":1,\"host\":{},\"gpus\":[1]}", GV_EPARSE, "\"gpus\""},
	{"{\"version\":1,\"host\":{},\"vms\":[{}]}", GV_EPARSE, "GUID"},
	{"{\"version\":1,\"host\":{},\"vms\":[{\"id\":\"../../etc/passwd\"}]}", GV_EPARSE, "GUID"},
	{"{\"version\":1,\"host\":{},\"vms\":[{\"id\":\"" GUID_1 "\",\"highMmio\":536870912}]}",
         GV_EPARSE, "\"highMmio\""},
	{"{\"version\":1,\"host\":{},\"vms\":[{\"id\":\"" GUID_1
         "\",\"highMmio\":\"18446744073709551616\"}]}",
         GV_EPARSE, "\"highMmio\""},
	{"{\"version\":1,\"host\":{},\"vms\":[{\"id\":\"" GUID_1 "\",\"cacheTypes\":\"yes\"}]}",
         GV_EPARSE, "\"cacheTypes\""},
	{"{\"version\":1,\"host\":{},\"vms\":[{\"id\":\"" GUID_1 "\",\"stopAction\":3}]}",
         GV_EPARSE, "\"stopAction\""},
	{"{\"version\":1,\"host\":{},\"vms\":[{\"id\":\"" GUID_1 "\",\"adapters\":[{}]}]}",
         GV_EPARSE, "no id"},
	{"{\"version\":1,\"error\":{\"id\":\"E,C\",\"hresult\":\"0x80070005\",\"message\":\"no\"}}",
         GV_ESYSTEM, "PowerShell says: no (E,C, 0x80070005)"},
	{"{\"version\":1,\"error\":{}}", GV_ESYSTEM, "no message"},
};

static void what_is_no_answer_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct gv_gpupv_state s = {0};
		struct gv_error err = {0};
		enum gv_status status = gv_answer_observed(&s, gv_span_of(bad[i].text), &err);
		if (status != bad[i].status || strstr(err.message, bad[i].part) == NULL)
			fail_msg("%s: %s: %s", bad[i].text, gv_status_name(status), err.message);
		assert_null(s.vms);
	}
}

/* An answer with COUNT elements ELEMENT in MEMBER. */
static enum gv_status read_many(const char *member, const char *element, size_t count)
{
	struct gv_buf text = {0};
	struct gv_gpupv_state s = {0};
	gv_buf_format(&text, "{\"version\":1,\"host\":{},\"%s\":[", member);
	for (size_t i = 0; i < count; i++)
		gv_buf_format(&text, "%s%s", i == 0 ? "" : ",", element);
	gv_buf_text(&text, "]}");
	enum gv_status status = gv_answer_observed(&s, gv_buf_span(&text), NULL);
	gv_gpupv_state_dispose(&s);
	gv_buf_dispose(&text);
	return status;
}

static void sizes_are_limited(void **state)
{
	(void)state;
	struct gv_buf large = {0};
	struct gv_gpupv_state s = {0};
	assert_int_equal(read_many("gpus", "{}", 256), GV_OK);
	assert_int_equal(read_many("gpus", "{}", 257), GV_ETOOBIG);
	assert_int_equal(read_many("vms", "{\"id\":\"" GUID_1 "\"}", 4096), GV_OK);
	assert_int_equal(read_many("vms", "{\"id\":\"" GUID_1 "\"}", 4097), GV_ETOOBIG);
	gv_buf_text(&large, "{\"version\":1,\"host\":{\"computer\":\"");
	for (size_t i = 0; i <= 4096; i++)
		gv_buf_char(&large, 'x');
	gv_buf_text(&large, "\"}}");
	assert_int_equal(gv_answer_observed(&s, gv_buf_span(&large), NULL), GV_ETOOBIG);
	while (large.len <= GV_ANSWER_LIMIT && !large.failed)
		gv_buf_text(&large,
		            "                                                             ");
	assert_int_equal(gv_answer_observed(&s, gv_buf_span(&large), NULL), GV_ETOOBIG);
	gv_buf_dispose(&large);
}

static void what_became_of_steps_is_read(void **state)
{
	(void)state;
	static const char failed[] =
		"{\"version\":1,\"done\":1,\"error\":{\"step\":1,\"id\":\"AccessDenied,X\","
		"\"category\":\"PermissionDenied\",\"hresult\":\"0x80070005\",\"message\":\"no\"},"
		"\"vm\":" VM("") "}";
	struct gv_applied applied = {0};
	assert_int_equal(gv_answer_applied(&applied, gv_span_of(failed), NULL), GV_OK);
	assert_true(applied.failed && applied.step.known && applied.vm != NULL);
	assert_int_equal(applied.step.number, 1);
	assert_int_equal(applied.done.number, 1);
	assert_string_equal(applied.message, "no (AccessDenied,X, 0x80070005)");
	gv_applied_dispose(&applied);
	static const char before[] = "{\"version\":1,\"error\":{\"step\":null,\"message\":\"x\"}}";
	assert_int_equal(gv_answer_applied(&applied, gv_span_of(before), NULL), GV_OK);
	assert_true(applied.failed && !applied.step.known && applied.vm == NULL);
	gv_applied_dispose(&applied);
	assert_int_equal(gv_answer_applied(&applied, SPAN("{\"version\":1,\"done\":\"1\"}"), NULL),
	                 GV_EPARSE);
	assert_int_equal(gv_answer_applied(&applied, SPAN("{\"version\":1,\"vm\":{}}"), NULL),
	                 GV_EPARSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_travel_as_ascii),
		cmocka_unit_test(a_name_that_is_no_utf8_is_refused),
		cmocka_unit_test(steps_become_a_request),
		cmocka_unit_test(what_a_host_tells_is_read),
		cmocka_unit_test(what_is_missing_is_unknown_and_never_no),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(sizes_are_limited),
		cmocka_unit_test(what_became_of_steps_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
