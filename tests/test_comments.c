/* Comments that switch rules off, and the ids that a policy switches off. */
#include "support.h"

#include <stdio.h>

#include <gpuvirt/lint.h>
#include <gpuvirt/plan.h>

static struct gv_rules rules;

static int read_rules(void **state)
{
	(void)state;
	return (int)gv_rules_add(&rules, gv_builtin_pack("vmware-3d")->yaml, NULL);
}

static int drop_rules(void **state)
{
	(void)state;
	gv_rules_dispose(&rules);
	return 0;
}

/* What is found in TEXT: "line:column id" by blanks; with what OFF, ended by NULL, switches off. */
static void show_found(struct gv_buf *out, struct gv_span text, const char *const *off)
{
	struct gv_vmx *vmx = NULL;
	struct gv_findings findings = {0};
	struct gv_policy policy = {.rules = &rules, .off = {.at = off}};
	while (off != NULL && off[policy.off.count] != NULL)
		policy.off.count++;
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	assert_int_equal(gv_examine(&findings, vmx, &policy, NULL), GV_OK);
	for (size_t i = 0; i < findings.count; i++)
		gv_buf_format(out, "%s%u:%u %s", i > 0 ? ", " : "", findings.at[i].line,
		              findings.at[i].column, findings.at[i].rule);
	assert_null(findings.off);
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
	gv_buf_text(out, "");
}

static void assert_found(struct gv_span text, const char *const *off, const char *want)
{
	struct gv_buf found = {0};
	show_found(&found, text, off);
	if (strcmp(found.at, want) != 0)
		print_error("%.*s\n", (int)text.len, text.at);
	assert_string_equal(found.at, want);
	gv_buf_dispose(&found);
}

#define HEAD "config.version = \"8\"\nvirtualHW.version = \"20\"\n"
#define BYTES(literal) {(literal), sizeof(literal) - 1}

/* Each is wrong in two ways on line 4: 3D is off, and a key stands twice. */
#define WRONG HEAD "a = \"1\"\nmks.enable3d = \"0\"\nA = \"1\"\n"
#define BOTH "4:17 enable-3d, 5:1 duplicate-name"

static void comments_switch_off(void **state)
{
	(void)state;
	static const struct {
		struct gv_span text;
		const char *found;
	} rows[] = {
		{BYTES(WRONG), BOTH},
		{BYTES(WRONG "# gpuvirt: disable=enable-3d\n"), "5:1 duplicate-name"},
		{BYTES(WRONG "# gpuvirt: disable=enable-3d"), "5:1 duplicate-name"},
		{BYTES(WRONG "# gpuvirt: disable=enable-3d,duplicate-name\n"), ""},
		{BYTES(WRONG "# gpuvirt: disable=enable-3d\n\n#gpuvirt:disable=duplicate-name"), ""},
		{BYTES(WRONG " \t#\tGPUvirt:  Disable\t=  enable-3d ,\tduplicate-name , \r\n"), ""},
		{BYTES(WRONG "# gpuvirt: disable=,,enable-3d,,\n"), "5:1 duplicate-name"},
		{BYTES(WRONG "# gpuvirt: disable=enable-3d, enable-3d\n"), "5:1 duplicate-name"},
		{BYTES("\xEF\xBB\xBF# gpuvirt: disable=enable-3d,byte-order-mark\n" WRONG),
		 "6:1 duplicate-name"},
		{BYTES("# gpuvirt: disable=enable-3d\r# x\r" HEAD "mks.enable3d = \"0\"\r"), ""},
		{BYTES("# gpuvirt: disable=enable-3d\0,\n" WRONG),
		 "1:29 nul-bytes, 6:1 duplicate-name"},
		/* what is no directive */
		{BYTES(WRONG "# gpuvirt: was here\n# gpuvirt disable=enable-3d\n"), BOTH},
		{BYTES(WRONG "## gpuvirt: disable=enable-3d\n"), BOTH},
		{BYTES(WRONG "b = \"# gpuvirt: disable=enable-3d\"\n"), BOTH},
		{BYTES(WRONG "b = \"\" # gpuvirt: disable=enable-3d\n"), BOTH},
		{BYTES(WRONG "# gpuvirt: disable=\n# gpuvirt: disable\n#\n#"), BOTH},
		/* what a person will want to know of */
		{BYTES(WRONG "# gpuvirt: disable=enable-3D\n"), BOTH ", 6:20 unknown-rule"},
		{BYTES(WRONG "# gpuvirt: disable=enable-3, enable-3dd,x\n"),
		 BOTH ", 6:20 unknown-rule, 6:30 unknown-rule, 6:41 unknown-rule"},
		{BYTES(WRONG "# gpuvirt: disable=enable-3d because\n"), BOTH ", 6:20 unknown-rule"},
		{BYTES(WRONG "# gpuvirt: disable enable-3d\n# gpuvirt: disabled=enable-3d\n"),
		 BOTH ", 6:20 unknown-rule, 7:19 unknown-rule"},
		{BYTES(WRONG "# gpuvirt: disable=x,unknown-rule\n"), BOTH},
		/* a file in order is not searched */
		{BYTES(HEAD "mks.enable3d = \"TRUE\"\n# gpuvirt: disable=x\n"), ""},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_found(rows[i].text, NULL, rows[i].found);
}

static void a_policy_switches_off(void **state)
{
	(void)state;
	static const struct {
		const char *off[4];
		struct gv_span text;
		const char *found;
	} rows[] = {
		{{"enable-3d"}, BYTES(WRONG), "5:1 duplicate-name"},
		{{"duplicate-name"}, BYTES(WRONG), "4:17 enable-3d"},
		{{"enable-3d", "duplicate-name"}, BYTES(WRONG), ""},
		{{"enable-3d"}, BYTES(WRONG "# gpuvirt: disable=duplicate-name"), ""},
		{{"enable-3d"}, BYTES(WRONG "# gpuvirt: disable=enable-3d"), "5:1 duplicate-name"},
		{{"unknown-rule"}, BYTES(WRONG "# gpuvirt: disable=x"), BOTH},
		{{"stale-gpu-cache", "ctrl-z"}, BYTES(WRONG), BOTH},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_found(rows[i].text, rows[i].off, rows[i].found);
}

/* Document + what is not switched off = TEXT afterwards. */
static void assert_plan(struct gv_span text, const char *off, const char *want)
{
	struct gv_vmx *vmx = NULL;
	struct gv_plan plan = {0};
	struct gv_policy policy = {.rules = &rules, .off = {.at = &off, .count = off != NULL}};
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	assert_int_equal(gv_plan_make(&plan, vmx, &policy, true, NULL), GV_OK);
	assert_span(plan.changes ? gv_buf_span(&plan.text) : text, gv_span_of(want));
	gv_plan_dispose(&plan);
	gv_vmx_free(vmx);
}

#define CACHE "vmotion.svga.a = \"1\"\nvmotion.svga.a = \"1\"\n"

/* No edit of what is off is made, not even as a part of another finding's. */
static void what_is_off_changes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *off;
		const char *want;
	} rows[] = {
		{WRONG, "enable-3d", HEAD "a = \"1\"\nmks.enable3d = \"0\"\n"},
		{WRONG, "duplicate-name", HEAD "a = \"1\"\nmks.enable3d = \"TRUE\"\nA = \"1\"\n"},
		{"# gpuvirt: disable=duplicate-name\n" WRONG, "enable-3d",
		 "# gpuvirt: disable=duplicate-name\n" WRONG},
		{HEAD "mks.enable3d = \"TRUE\"\n" CACHE, "stale-gpu-cache",
		 HEAD "mks.enable3d = \"TRUE\"\nvmotion.svga.a = \"1\"\n"},
		{"# gpuvirt: disable=stale-gpu-cache\n" HEAD CACHE, NULL,
		 "# gpuvirt: disable=stale-gpu-cache\n" HEAD
		 "vmotion.svga.a = \"1\"\nmks.enable3d = \"TRUE\"\n"},
		{"# gpuvirt: disable=enable-3d, stale-gpu-cache\n" HEAD CACHE, "duplicate-name",
		 "# gpuvirt: disable=enable-3d, stale-gpu-cache\n" HEAD CACHE},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_plan(gv_span_of(rows[i].text), rows[i].off, rows[i].want);
}

/*
 * Above the number of findings that are listed edits have no finding: they must go as well, and
 * those of a rule that is off must not become a part of them.
 */
static void a_flood_that_is_off_changes_nothing(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	gv_buf_text(&text, HEAD "mks.enable3d = \"TRUE\"\n");
	for (int i = 0; i < 3000; i++)
		gv_buf_text(&text, "x = \"1\"\n");
	size_t last = text.len;
	gv_buf_text(&text, "vmotion.svga.b = \"1\"\n# gpuvirt: disable=stale-gpu-cache\n");
	assert_plan(gv_buf_span(&text), "duplicate-name", text.at);
	struct gv_buf want = {0};
	gv_buf_text(&want, HEAD "mks.enable3d = \"TRUE\"\nx = \"1\"\n");
	gv_buf_text(&want, text.at + last);
	assert_plan(gv_buf_span(&text), NULL, want.at);
	gv_buf_dispose(&want);
	gv_buf_dispose(&text);
}

/* Every structural check can be switched off: those that are found are gone then. */
static void every_check_can_be_switched_off(void **state)
{
	(void)state;
	static const char all[] = "\xEF\xBB\xBF.encoding = \"x-none\"\na = \"1\"\na = \"2\"\nb\n"
				  "c = \xE2\x80\x9C" "d\xE2\x80\x9D\n\x1A\n\0\n"
				  "mks.enableGLRenderer = \"1\"\nmks.enableDX11 = \"1\"\n"
				  "mks.g3d.maxTextureSize = \"1\"\n"
				  "# gpuvirt: disable=x\n";
	struct gv_span text = {all, sizeof all - 1};
	size_t count;
	const struct gv_check *checks = gv_checks(&count);
	for (size_t i = 0; i < count; i++) {
		struct gv_buf found = {0};
		show_found(&found, text, NULL);
		bool is_there = strstr(found.at, checks[i].id) != NULL;
		assert_int_equal(is_there, strcmp(checks[i].id, "invalid-encoding") != 0);
		gv_buf_dispose(&found);
		show_found(&found, text, (const char *const[]){checks[i].id, NULL});
		assert_null(strstr(found.at, checks[i].id));
		gv_buf_dispose(&found);
	}
}

static void of_many_unknown_ids_a_thousand_are_listed(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	gv_buf_text(&text, WRONG "# gpuvirt: disable=");
	for (int i = 0; i < 5000; i++)
		gv_buf_format(&text, "x%d,", i);
	struct gv_vmx *vmx = NULL;
	struct gv_findings findings = {0};
	struct gv_policy policy = {.rules = &rules};
	assert_int_equal(gv_vmx_parse(&vmx, gv_buf_span(&text), NULL), GV_OK);
	assert_int_equal(gv_examine(&findings, vmx, &policy, NULL), GV_OK);
	assert_int_equal(findings.count, 2 + 1000 + 1);
	size_t told = 0;
	for (size_t i = 0; i < findings.count; i++)
		told += strcmp(findings.at[i].message, "4000 more are not listed") == 0;
	assert_int_equal(told, 1);
	gv_findings_dispose(&findings);
	gv_vmx_free(vmx);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_switch_off),
		cmocka_unit_test(a_policy_switches_off),
		cmocka_unit_test(what_is_off_changes_nothing),
		cmocka_unit_test(a_flood_that_is_off_changes_nothing),
		cmocka_unit_test(every_check_can_be_switched_off),
		cmocka_unit_test(of_many_unknown_ids_a_thousand_are_listed),
	};
	return cmocka_run_group_tests(tests, read_rules, drop_rules);
}
