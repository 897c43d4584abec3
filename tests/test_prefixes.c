/* Rules for many names: each finds the lines whose names begin as it says, in one walk for all. */
#include "support.h"

#include "repair/prefixes.h"

/* Prefixes that begin alike, stand twice, differ in case, have no line. */
static const char *const keys[] = {
	"a",    "ab",     "abc.def.ghi.jkl", "ab", "B",    "vmotion.svga.", "vmotion.", "c[", "c{",
	"none", "abc.de", "AB",              "z",  "ab.x", "abcdefghijklm", "scsi0:",   "C`", "C@",
};

static const char text[] =
	"a = \"1\"\n"
	"AB.X = \"1\"\n"
	"abc.def.ghi.jkl.m = \"1\"\n"
	"abc.def.ghi.jk = \"1\"\n"
	"vmotion.svga.supports3D = \"1\"\n"
	"# vmotion.comment = \"1\"\n"
	"vmotion.broken = x y\n"
	"\tVMotion.SVGA = 1\n"
	"c[x = \"1\"\n"
	"c{x = \"1\"\n"
	"c`x = \"1\"\n"
	"c@x = \"1\"\n"
	"bb = \"1\"\r\n"
	"abcdefghijklmnop = \"1\"\r"
	"scsi0:0.present = \"1\"\n"
	"a\n"
	"\n"
	"y = \"1\"";

static struct gv_vmx *vmx;
static struct gv_rule made[COUNT(keys)];
static struct gv_rules rules = {.at = made, .count = COUNT(keys)};

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		made[i] = (struct gv_rule){.key = gv_span_of(keys[i]), .prefix = true};
	made[12].prefix = false; /* "z" is a rule for one name */
	return gv_vmx_parse(&vmx, gv_span_of(text), NULL) == GV_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	gv_vmx_free(vmx);
	return 0;
}

/* The walk for KEY visits what a walk over all lines does. */
static void assert_walk(const struct prefixes *prefixes, struct gv_span key)
{
	struct prefix_walk walk = prefixes_walk(prefixes, key);
	struct gv_line line = {0};
	struct gv_line found;
	while (gv_vmx_next(vmx, &line)) {
		if (line.name.len == 0 || !gv_span_begins_nocase(line.name, key))
			continue;
		assert_true(prefixes_next(prefixes, vmx, &walk, &found));
		assert_int_equal(found.number, line.number);
		assert_int_equal(found.end, line.end);
		assert_span(found.name, line.name);
	}
	assert_false(prefixes_next(prefixes, vmx, &walk, &found));
	assert_false(prefixes_next(prefixes, vmx, &walk, &found));
}

static void each_rule_has_its_lines(void **state)
{
	(void)state;
	struct prefixes prefixes = {0};
	assert_true(prefixes_find(&prefixes, vmx, &rules));
	for (size_t i = 0; i < COUNT(keys); i++) {
		if (made[i].prefix)
			assert_walk(&prefixes, made[i].key);
	}
	prefixes_dispose(&prefixes);
}

static void a_line_is_kept_once(void **state)
{
	(void)state;
	struct prefixes prefixes = {0};
	assert_true(prefixes_find(&prefixes, vmx, &rules));
	for (size_t i = 1; i < prefixes.line_count; i++)
		assert_true(prefixes.lines[i - 1].start < prefixes.lines[i].start);
	assert_int_equal(prefixes.line_count, 14);
	prefixes_dispose(&prefixes);
}

static void rules_for_one_name_walk_nowhere(void **state)
{
	(void)state;
	struct prefixes prefixes = {0};
	struct gv_rules one = {.at = &made[12], .count = 1};
	assert_true(prefixes_find(&prefixes, vmx, &one));
	assert_int_equal(prefixes.count, 0);
	assert_walk(&prefixes, SPAN("z"));
	prefixes_dispose(&prefixes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_has_its_lines),
		cmocka_unit_test(a_line_is_kept_once),
		cmocka_unit_test(rules_for_one_name_walk_nowhere),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
