/*
 * The n-th allocation fails, for every n: a report says so, or is the same as ever. Those of cJSON,
 * which lie in a library of its own, go through its hooks.
 */
#include "support.h"

#include <cjson/cJSON.h>
#include <errno.h>

#include <gpuvirt/baseline.h>

#include "inject_memory.h"

static struct gv_rules rules;
static struct gv_repair repair;

#define TROUBLE \
	".encoding = \"GBK\"\nconfig.version = \"8\"\n" \
	"\xD6\xD0 = \xA1\xB0\xCE\xC4\xA1\xB1\nn = \"\xD6\xD0\"\nn = \"\xCE\xC4\"\n" \
	"bad = \"\xFF\xFF\"\nplain words\na = x y\nvmotion.svga.a = \"1\""

static int make_repair(void **state)
{
	(void)state;
	size_t count;
	struct gv_policy policy = {.rules = &rules};
	cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};
	cJSON_InitHooks(&hooks);
	gv_buf_add(&repair.original, SPAN(TROUBLE));
	return gv_rules_add(&rules, gv_builtin_packs(&count)[0].yaml, NULL) != GV_OK ||
	       gv_vmx_parse(&repair.vmx, gv_buf_span(&repair.original), NULL) != GV_OK ||
	       gv_plan_make(&repair.plan, repair.vmx, &policy, false, NULL) != GV_OK;
}

static int drop_repair(void **state)
{
	(void)state;
	gv_repair_dispose(&repair);
	gv_rules_dispose(&rules);
	return 0;
}

/* The report of one file in FORMAT; false when it says that memory ran out. */
static bool make_report(struct gv_buf *out, const struct gv_format *format,
                        const struct gv_baseline *known)
{
	struct gv_report report = {.run = GV_RUN_DIFF, .program = "1", .rules = &rules,
	                           .folder = "/w", .known = known, .fingerprints = true};
	struct gv_report_totals totals = {0};
	struct gv_report_file file = {0};
	struct gv_error err = {0};
	bool made = gv_report_file_make(&file, &report, "a\xFF", &repair, NULL, &err) == GV_OK;
	assert_int_equal(err.status, made ? GV_OK : GV_ENOMEM);
	if (made) {
		gv_report_totals_add(&totals, &file);
		format->begin(out, &report);
		format->file(out, &report, &file);
		format->end(out, &report, &totals);
		gv_report_statistics(out, &totals);
	}
	gv_report_file_dispose(&file);
	gv_report_totals_dispose(&totals);
	return made && !out->failed;
}

static void fail_each(const struct gv_format *format, const struct gv_baseline *known)
{
	struct gv_buf want = {0};
	size_t failures = 0;
	bool came_to_pass = true;
	assert_true(make_report(&want, format, known));
	for (size_t n = 1; came_to_pass; n++) {
		struct gv_buf have = {0};
		inject_arm(n, ENOMEM, INJECT_ONCE);
		bool made = make_report(&have, format, known);
		inject_stop();
		came_to_pass = inject.failures > 0;
		failures += came_to_pass;
		/* No allocation fails without being told: what a report lacks nobody sees. */
		if (made == came_to_pass)
			fail_msg("%s: allocation %zu failed, and the report did not", format->name,
			         n);
		if (made)
			assert_span(gv_buf_span(&have), gv_buf_span(&want));
		gv_buf_dispose(&have);
	}
	assert_true(failures > 20);
	gv_buf_dispose(&want);
}

static void each_format_is_whole_or_says_no(void **state)
{
	(void)state;
	size_t count;
	const struct gv_format *formats = gv_formats(&count);
	for (size_t i = 0; i < count; i++)
		fail_each(&formats[i], NULL);
	fail_each(gv_baseline_format(), NULL);
}

static void baseline_is_read_whole_or_not(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	struct gv_report report = {.rules = &rules};
	struct gv_report_totals totals = {0};
	struct gv_report_file file = {0};
	report.fingerprints = true;
	assert_int_equal(gv_report_file_make(&file, &report, "a\xFF", &repair, NULL, NULL), GV_OK);
	gv_baseline_format()->begin(&text, &report);
	gv_baseline_format()->file(&text, &report, &file);
	gv_baseline_format()->end(&text, &report, &totals);
	gv_report_file_dispose(&file);
	struct gv_baseline *known = NULL;
	size_t failures = 0;
	for (size_t n = 1; known == NULL; n++) {
		struct gv_error err = {0};
		inject_arm(n, ENOMEM, INJECT_ONCE);
		enum gv_status status = gv_baseline_read(&known, gv_buf_span(&text), &err);
		inject_stop();
		assert_int_equal(status == GV_OK, known != NULL);
		assert_int_equal(err.status, status);
		failures += inject.failures;
	}
	assert_true(failures > 20);
	fail_each(gv_format_find("sarif"), known);
	gv_baseline_free(known);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_is_whole_or_says_no),
		cmocka_unit_test(baseline_is_read_whole_or_not),
	};
	return cmocka_run_group_tests(tests, make_repair, drop_repair);
}
