#include "support.h"

#include "config/glob.h"

static void globs_match_paths(void **state)
{
	(void)state;
	static const struct {
		const char *glob;
		const char *path;
		bool matches;
		bool covers;
	} rows[] = {
		/* without a slash: at any depth */
		{"a.vmx", "a.vmx", true, true},
		{"a.vmx", "x/y/a.vmx", true, true},
		{"*.vmx", "x/y/a.vmx", true, true},
		{"*.vmx", "x/y/a.vmtx", false, false},
		{"lab", "x/lab/a.vmx", false, true},
		{"lab/", "x/lab", true, true},
		{"lab/", "x/lab/a.vmx", false, true},
		{"la", "lab", false, false},
		{"[lm]a?", "lab", true, true},
		{"*", "x", true, true},
		{"**", "x/y", true, true},
		{".*", ".x", true, true},
		{"*", ".x", true, true},
		/* with one: from the folder on */
		{"x/a.vmx", "x/a.vmx", true, true},
		{"x/a.vmx", "y/x/a.vmx", false, false},
		{"/a.vmx", "a.vmx", true, true},
		{"/a.vmx", "x/a.vmx", false, false},
		{"./x/./a.vmx", "x/a.vmx", true, true},
		{"x/*", "x/a", true, true},
		{"x/*", "x", false, false},
		{"x/*", "x/y/a", false, true},
		{"x/y", "x/y/z/a", false, true},
		{"*/a", "x/a", true, true},
		{"*/a", "a", false, false},
		/* any depth */
		{"**/a", "a", true, true},
		{"**/a", "x/y/a", true, true},
		{"**/a", "x/a/y", false, true},
		{"x/**", "x", true, true},
		{"x/**", "x/y/a", true, true},
		{"x/**", "y/x", false, false},
		{"x/**/a", "x/a", true, true},
		{"x/**/a", "x/y/z/a", true, true},
		{"x/**/a", "x/y/z/b", false, false},
		{"x/**/y/**/a", "x/1/y/2/y/a", true, true},
		{"**/y/*/a", "y/y/1/a", true, true},
		{"**/lab/*.vmx", "x/lab/lab/a.vmx", true, true},
		{"**/lab/*/x", "lab/1/y/lab/2/x", true, true},
		{"x/**/**/a", "x/a", true, true},
		{"a**", "abc", true, true},
		{"x/*.vmx", "x/y.vmx/z", false, true},
		{"\\*", "*", true, true},
		{"\\*", "x", false, false},
		/* the folder itself */
		{"x", "", false, false},
		{"**", "", true, true},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parts glob = {0};
		struct parts path = {0};
		assert_true(glob_parse(&glob, rows[i].glob));
		assert_true(parts_add(&path, gv_span_of(rows[i].path)));
		if (glob_matches(&glob, &path) != rows[i].matches ||
		    glob_covers(&glob, &path) != rows[i].covers)
			fail_msg("%s with %s", rows[i].glob, rows[i].path);
		parts_dispose(&glob);
		parts_dispose(&path);
	}
}

/* A glob that goes wrong at its end for each start must not take exponential time. */
static void hostile_globs_take_no_time(void **state)
{
	(void)state;
	struct parts glob = {0};
	struct parts path = {0};
	for (int i = 0; i < 300; i++)
		assert_true(parts_add(&glob, SPAN("**/a")));
	assert_true(parts_add(&glob, SPAN("b")));
	for (int i = 0; i < 1000; i++)
		assert_true(parts_add(&path, SPAN("a")));
	assert_false(glob_matches(&glob, &path));
	assert_false(glob_covers(&glob, &path));
	parts_dispose(&glob);
	parts_dispose(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_match_paths),
		cmocka_unit_test(hostile_globs_take_no_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
