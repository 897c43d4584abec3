/* gpuvirt/config.h: what is let in, which file holds for a path, and what it says there. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gpuvirt/config.h>

static char *root;
static char *before;

static int enter(void **state)
{
	(void)state;
	char *made = scratch_make();
	before = getcwd(NULL, 0);
	if (before == NULL || chdir(made) != 0)
		return -1;
	root = made;
	return 0;
}

static int leave(void **state)
{
	(void)state;
	int code = chdir(before);
	free(before);
	scratch_remove(root);
	return code;
}

/* Writes TEXT to PATH, whose folders are made. */
static void put(const char *path, const char *text)
{
	char copy[256];
	snprintf(copy, sizeof copy, "%s", path);
	for (char *at = strchr(copy, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(copy, 0777);
		*at = '/';
	}
	file_write(path, gv_span_of(text));
}

static struct gv_configs *start(const char *file)
{
	struct gv_configs *configs = NULL;
	struct gv_error err = {0};
	if (gv_configs_new(&configs, NULL, file, &err) != GV_OK)
		fail_msg("%u:%u: %s", err.line, err.column, err.message);
	return configs;
}

static enum gv_status find_policy(struct gv_configs *configs, const char *path,
                                  const struct gv_policy **out, struct gv_error *err)
{
	const struct gv_config *config = NULL;
	char folder[512] = ".";
	const char *slash = path == NULL ? NULL : strrchr(path, '/');
	if (slash != NULL)
		snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
	enum gv_status status = gv_configs_find(configs, folder, &config, err);
	return status == GV_OK ? gv_configs_policy(configs, config, path, out, err) : status;
}

static const struct gv_policy *policy_of(struct gv_configs *configs, const char *path)
{
	const struct gv_policy *policy = NULL;
	struct gv_error err = {0};
	if (find_policy(configs, path, &policy, &err) != GV_OK)
		fail_msg("%s: %u:%u: %s", path, err.line, err.column, err.message);
	return policy;
}

/* "PACK: ID, ID": the pack of the first rule, and what is off. */
static void assert_policy(struct gv_configs *configs, const char *path, const char *want)
{
	const struct gv_policy *policy = policy_of(configs, path);
	struct gv_buf have = {0};
	gv_buf_format(&have, "%s:", policy->rules->at[0].pack);
	for (size_t i = 0; i < policy->off.count; i++)
		gv_buf_format(&have, "%s %s", i > 0 ? "," : "", policy->off.at[i]);
	if (strcmp(have.at, want) != 0)
		print_error("%s\n", path);
	assert_string_equal(have.at, want);
	gv_buf_dispose(&have);
	assert_ptr_equal(policy, policy_of(configs, path));
}

static void assert_config(struct gv_configs *configs, const char *folder, const char *want)
{
	const struct gv_config *config = NULL;
	assert_int_equal(gv_configs_find(configs, folder, &config, NULL), GV_OK);
	const char *have = config == NULL ? "none" : config->path;
	if (strcmp(have, want) != 0)
		fail_msg("%s: %s, not %s", folder, have, want);
}

static bool is_excluded(struct gv_configs *configs, const char *path)
{
	const struct gv_config *config = NULL;
	const struct gv_config_text *glob = NULL;
	char folder[512] = ".";
	if (strchr(path, '/') != NULL)
		snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
	assert_int_equal(gv_configs_find(configs, folder, &config, NULL), GV_OK);
	assert_int_equal(gv_configs_exclusion(configs, config, path, &glob, NULL), GV_OK);
	return glob != NULL;
}

#define PACK(name, id) \
	"pack: " name "\nrules:\n  - {id: " id ", summary: s, severity: note, key: k, " \
	"ensure: absent, apply: fix}\n"

static void what_is_wrong_is_told_with_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *message; /* with the name of the file */
	} rows[] = {
		{"", "bad/.gpuvirt.yaml:1:1: the file is empty"},
		{"# nothing\n", "bad/.gpuvirt.yaml:1:1: the file is empty"},
		{"rules: [vmware-3d]\n",
		 "bad/.gpuvirt.yaml:1:8: a required field is missing: gpuvirt"},
		{"gpuvirt: 2\n", "bad/.gpuvirt.yaml:1:1: \"2\" is no version of configurations: "
		                 "write gpuvirt: 1"},
		{"gpuvirt: 1\nroot: true\n", "bad/.gpuvirt.yaml:2:1: unknown field root"},
		{"gpuvirt: 1\nrules: vmware-3d\n",
		 "bad/.gpuvirt.yaml:2:8: a list is expected here"},
		{"gpuvirt: 1\nexclude: []\n", "bad/.gpuvirt.yaml:2:10: the list is empty"},
		{"gpuvirt: 1\nexclude: [a, '']\n", "bad/.gpuvirt.yaml:2:14: the text is empty"},
		{"gpuvirt: 1\nexclude: [a, /]\n", "bad/.gpuvirt.yaml:2:14: the glob names nothing "
		                                  "below this folder"},
		{"gpuvirt: 1\nexclude:\n  - a\n  - x/../y\n", "bad/.gpuvirt.yaml:4:5: a glob does "
		                                              "not leave the folder of the file"},
		{"gpuvirt: 1\ndisable: [enable-3d, enabel-3d]\n",
		 "bad/.gpuvirt.yaml:2:22: \"enabel-3d\" is no rule of the packs and no structural "
		 "check"},
		{"gpuvirt: 1\noverrides:\n  - paths: [a]\n    disable: [x]\n",
		 "bad/.gpuvirt.yaml:4:15: \"x\" is no rule of the packs and no structural check"},
		{"gpuvirt: 1\noverrides:\n  - disable: [ctrl-z]\n",
		 "bad/.gpuvirt.yaml:3:14: a required field is missing: paths"},
		{"gpuvirt: 1\noverrides:\n  - paths: [a]\n",
		 "bad/.gpuvirt.yaml:3:5: an override has rules, disable, or both"},
		{"gpuvirt: 1\noverrides:\n  - paths: [a]\n    exclude: [b]\n",
		 "bad/.gpuvirt.yaml:4:5: unknown field exclude"},
		{"gpuvirt: 1\nrules:\n  - vmware-3d\n  - none.yaml\n",
		 "bad/.gpuvirt.yaml:4:5: none.yaml: cannot open: No such file or directory (and no "
		 "built-in pack is called so)"},
		{"gpuvirt: 1\nrules: [vmware-3d, vmware-3d-off]\n",
		 "vmware-3d-off:15:5: contradicts rule \"enable-3d\" of pack \"vmware-3d\""},
		{"gpuvirt: 1\nrules: [wrong.yaml]\n", "bad/wrong.yaml:1:7: a required field is "
		                                      "missing: rules"},
		{"gpuvirt: 1\nrules: &x [a]\nexclude: *x\n",
		 "bad/.gpuvirt.yaml:2:8: anchors are not allowed"},
		{"gpuvirt: 1\ngpuvirt: 1\n",
		 "bad/.gpuvirt.yaml:2:1: this field stands twice: gpuvirt"},
		{"gpuvirt: 1\n---\ngpuvirt: 1\n",
		 "bad/.gpuvirt.yaml:2:1: a second document begins here"},
		{"gpuvirt: [1\n", "bad/.gpuvirt.yaml:2:1: not valid YAML: did not find expected "
		                  "',' or ']'"},
	};
	size_t wrong = 0;
	put("bad/wrong.yaml", "pack: x\n");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct gv_policy *policy = NULL;
		struct gv_configs *configs = start(NULL);
		struct gv_error err = {0};
		struct gv_buf have = {0};
		put("bad/.gpuvirt.yaml", rows[i].text);
		assert_int_not_equal(find_policy(configs, "bad/a.vmx", &policy, &err), GV_OK);
		assert_null(policy);
		gv_buf_format(&have, "%s:%u:%u: %s", gv_configs_culprit(configs), err.line,
		              err.column, err.message);
		if (strcmp(have.at, rows[i].message) != 0)
			print_error("%s\nnot %s\n", have.at, rows[i].message);
		wrong += strcmp(have.at, rows[i].message) != 0;
		gv_buf_dispose(&have);
		gv_configs_free(configs);
	}
	assert_int_equal(wrong, 0);
}

/* Texts that a reader could choke on; each is refused and takes little time and memory. */
static void hostile_files_are_refused(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	for (int kind = 0; kind < 4; kind++) {
		const struct gv_policy *policy = NULL;
		struct gv_configs *configs = start(NULL);
		text.len = 0;
		gv_buf_text(&text, "gpuvirt: 1\nexclude: [");
		if (kind == 2)
			for (int i = 0; i < 300000; i++)
				gv_buf_char(&text, 'k');
		if (kind == 2)
			gv_buf_text(&text, ": [");
		for (int i = 0; i < (kind == 1 ? 2000000 : kind == 3 ? 20 : 300000); i++)
			gv_buf_text(&text, kind == 3 ? "[" : "a,");
		put("bad/.gpuvirt.yaml", text.at);
		assert_int_not_equal(find_policy(configs, "bad/a.vmx", &policy, NULL), GV_OK);
		assert_string_equal(gv_configs_culprit(configs), "bad/.gpuvirt.yaml");
		gv_configs_free(configs);
	}
	gv_buf_dispose(&text);
}

static void what_is_no_file_is_told(void **state)
{
	(void)state;
	const struct gv_config *config = NULL;
	struct gv_configs *configs = start(NULL);
	assert_int_equal(mkdir("odd", 0777) | mkdir("odd/.gpuvirt.yaml", 0777), 0);
	assert_int_equal(gv_configs_find(configs, "odd", &config, NULL), GV_EINVAL);
	assert_string_equal(gv_configs_culprit(configs), "odd/.gpuvirt.yaml");
	assert_int_equal(mkdir("gone", 0777) | symlink("nowhere", "gone/.gpuvirt.yaml"), 0);
	assert_int_equal(gv_configs_find(configs, "gone", &config, NULL), GV_ESYSTEM);
	assert_string_equal(gv_configs_culprit(configs), "gone/.gpuvirt.yaml");
	assert_int_equal(gv_configs_find(configs, ".", &config, NULL), GV_OK);
	assert_null(gv_configs_culprit(configs));
	gv_configs_free(configs);
	assert_int_equal(gv_configs_new(&configs, NULL, "none.yaml", NULL), GV_ESYSTEM);
	assert_string_equal(gv_configs_culprit(configs), "none.yaml");
	gv_configs_free(configs);
}

static void the_nearest_file_holds(void **state)
{
	(void)state;
	put("near/.gpuvirt.yaml", "gpuvirt: 1\ndisable: [ctrl-z]\n");
	put("near/a/b/.gpuvirt.yaml", "gpuvirt: 1\nrules: [vmware-3d-off]\n");
	put("near/a/b/c/x.vmx", "");
	put("near/a/c/x.vmx", "");
	struct gv_configs *configs = start(NULL);
	assert_config(configs, "near", "near/.gpuvirt.yaml");
	assert_config(configs, "near/a/c", "near/.gpuvirt.yaml");
	assert_config(configs, "near/a/b/c", "near/a/b/.gpuvirt.yaml");
	assert_config(configs, "near/a/b", "near/a/b/.gpuvirt.yaml");
	assert_config(configs, "near/a", "near/.gpuvirt.yaml");
	assert_config(configs, ".", "none");
	assert_config(configs, "/", "none");
	assert_config(configs, "near/../near//a/./b/", "near/a/b/.gpuvirt.yaml");
	assert_config(configs, "near/a/b/..", "near/.gpuvirt.yaml");
	assert_config(configs, "not/there", "none");
	assert_policy(configs, "near/x.vmx", "vmware-3d: ctrl-z");
	assert_policy(configs, "near/a/b/x.vmx", "vmware-3d-off:");
	assert_policy(configs, "x.vmx", "vmware-3d:");
	assert_policy(configs, NULL, "vmware-3d:");
	gv_configs_free(configs);
	assert_int_equal(chdir("near/a"), 0);
	configs = start(NULL);
	assert_config(configs, "b/c", "b/.gpuvirt.yaml");
	assert_policy(configs, "b/c/x.vmx", "vmware-3d-off:");
	assert_policy(configs, "x.vmx", "vmware-3d: ctrl-z");
	assert_policy(configs, NULL, "vmware-3d: ctrl-z");
	const struct gv_config *config = NULL;
	assert_int_equal(gv_configs_find(configs, ".", &config, NULL), GV_OK);
	assert_true(config->path[0] == '/'); /* above the working directory */
	gv_configs_free(configs);
	assert_int_equal(chdir(root), 0);
}

static void a_file_is_read_once(void **state)
{
	(void)state;
	put("once/.gpuvirt.yaml", "gpuvirt: 1\ndisable: [ctrl-z]\n");
	put("once/a/x.vmx", "");
	struct gv_configs *configs = start(NULL);
	assert_policy(configs, "once/x.vmx", "vmware-3d: ctrl-z");
	put("once/.gpuvirt.yaml", "gpuvirt: 9\n");
	assert_policy(configs, "once/a/x.vmx", "vmware-3d: ctrl-z");
	assert_policy(configs, "once/y.vmx", "vmware-3d: ctrl-z");
	assert_int_equal(remove("once/.gpuvirt.yaml"), 0);
	assert_policy(configs, "once/b/y.vmx", "vmware-3d: ctrl-z");
	gv_configs_free(configs);
}

/* A search tells what it has seen: no folder is looked into but those with a file. */
static void a_search_tells_what_it_saw(void **state)
{
	(void)state;
	const struct gv_config *above = NULL;
	const struct gv_config *inside = NULL;
	put("seen/.gpuvirt.yaml", "gpuvirt: 1\n");
	put("seen/a/.gpuvirt.yaml", "gpuvirt: 9\n");
	put("seen/b/.gpuvirt.yaml", "gpuvirt: 1\n");
	struct gv_configs *configs = start(NULL);
	assert_int_equal(gv_configs_find(configs, "seen", &above, NULL), GV_OK);
	assert_int_equal(gv_configs_enter(configs, above, "seen/a", false, &inside, NULL), GV_OK);
	assert_ptr_equal(inside, above);
	assert_int_equal(gv_configs_enter(configs, above, "seen/b", true, &inside, NULL), GV_OK);
	assert_string_equal(inside->path, "seen/b/.gpuvirt.yaml");
	assert_int_equal(gv_configs_enter(configs, NULL, "none", false, &inside, NULL), GV_OK);
	assert_null(inside);
	assert_int_equal(gv_configs_enter(configs, above, "seen/a", true, &inside, NULL), GV_EPARSE);
	assert_string_equal(gv_configs_culprit(configs), "seen/a/.gpuvirt.yaml");
	gv_configs_free(configs);
	configs = start("seen/b/.gpuvirt.yaml");
	assert_int_equal(gv_configs_find(configs, ".", &above, NULL), GV_OK);
	assert_int_equal(gv_configs_enter(configs, above, "seen/a", true, &inside, NULL), GV_OK);
	assert_ptr_equal(inside, above);
	gv_configs_free(configs);
}

static void overrides_hold_where_they_cover(void **state)
{
	(void)state;
	put("over/servers/x.vmx", "");
	put("over/packs/mine.yaml", PACK("mine", "my-rule"));
	put("over/.gpuvirt.yaml",
	    "gpuvirt: 1\n"
	    "rules: [vmware-3d, packs/mine.yaml]\n"
	    "disable: [my-rule]\n"
	    "overrides:\n"
	    "  - paths: [servers, 'db*.vmx']\n"
	    "    rules: [vmware-3d-off]\n"
	    "  - paths: [servers/lab/*]\n"
	    "    rules: [./packs/mine.yaml]\n"
	    "    disable: [ctrl-z]\n"
	    "  - paths: [/old.vmx]\n"
	    "    disable: [nul-bytes, disable-3d]\n");
	struct gv_configs *configs = start(NULL);
	static const struct {
		const char *path;
		const char *want;
	} rows[] = {
		{"over/x.vmx", "vmware-3d: my-rule"},
		{"over/servers/x.vmx", "vmware-3d-off: my-rule"},
		{"over/a/servers/b/x.vmx", "vmware-3d-off: my-rule"},
		{"over/db1.vmx", "vmware-3d-off: my-rule"},
		{"over/a/db1.vmx", "vmware-3d-off: my-rule"},
		{"over/servers/lab/x.vmx", "mine: my-rule, ctrl-z"},
		{"over/servers/lab/a/x.vmx", "mine: my-rule, ctrl-z"},
		{"over/a/servers/lab/x.vmx", "vmware-3d-off: my-rule"},
		{"over/old.vmx", "vmware-3d: my-rule, nul-bytes, disable-3d"},
		{"over/a/old.vmx", "vmware-3d: my-rule"},
		{"x/../over/./old.vmx", "vmware-3d: my-rule, nul-bytes, disable-3d"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_policy(configs, rows[i].path, rows[i].want);
	assert_ptr_equal(policy_of(configs, "over/servers/a.vmx"), policy_of(configs, "over/db2.vmx"));
	assert_ptr_equal(policy_of(configs, "over/a.vmx"), policy_of(configs, "over/b/c.vmx"));
	bool covers = false;
	const struct gv_config *config = NULL;
	assert_int_equal(gv_configs_find(configs, "over", &config, NULL), GV_OK);
	assert_int_equal(config->override_count, 3);
	assert_int_equal(config->overrides[1].line, 7);
	assert_int_equal(gv_configs_covers(configs, config, 2, "over/old.vmx", &covers, NULL), GV_OK);
	assert_true(covers);
	assert_int_equal(gv_configs_covers(configs, config, 1, "over/old.vmx", &covers, NULL), GV_OK);
	assert_false(covers);
	assert_int_equal(chdir("over/servers"), 0);
	gv_configs_free(configs);
	configs = start(NULL);
	assert_policy(configs, NULL, "vmware-3d: my-rule");
	assert_policy(configs, "x.vmx", "vmware-3d-off: my-rule");
	gv_configs_free(configs);
	assert_int_equal(chdir(root), 0);
}

static void rules_of_the_command_line_replace_the_others(void **state)
{
	(void)state;
	struct gv_rules rules = {0};
	struct gv_configs *configs = NULL;
	put("mine/.gpuvirt.yaml", "gpuvirt: 1\nrules: [vmware-3d]\ndisable: [enable-3d]\n"
	                          "overrides: [{paths: [b], rules: [vmware-3d-off]}]\n");
	assert_int_equal(gv_rules_add(&rules, SPAN(PACK("own", "own-rule")), NULL), GV_OK);
	assert_int_equal(gv_configs_new(&configs, &rules, NULL, NULL), GV_OK);
	assert_policy(configs, "mine/a.vmx", "own: enable-3d");
	assert_policy(configs, "mine/b/a.vmx", "own: enable-3d");
	assert_policy(configs, "a.vmx", "own:");
	gv_configs_free(configs);
	gv_rules_dispose(&rules);
}

static void a_file_that_is_named_is_the_only_one(void **state)
{
	(void)state;
	put("named/ci/my.yaml", "gpuvirt: 1\nrules: [pack.yaml]\nexclude: [named/old]\n"
	                        "overrides: [{paths: [named/b, 'q*.vmx'], disable: [ctrl-z]}]\n");
	put("named/ci/pack.yaml", PACK("near-the-file", "x"));
	put("named/b/.gpuvirt.yaml", "gpuvirt: 9\n");
	struct gv_configs *configs = start("named/ci/my.yaml");
	assert_policy(configs, "named/a.vmx", "near-the-file:");
	assert_policy(configs, "named/b/a.vmx", "near-the-file: ctrl-z");
	assert_policy(configs, "/named/b/a.vmx", "near-the-file:");
	assert_policy(configs, "/q1.vmx", "near-the-file: ctrl-z");
	assert_policy(configs, NULL, "near-the-file:");
	assert_true(is_excluded(configs, "named/old"));
	assert_false(is_excluded(configs, "old"));
	gv_configs_free(configs);
}

static void what_is_excluded_is_passed_over(void **state)
{
	(void)state;
	put("ex/.gpuvirt.yaml", "gpuvirt: 1\nexclude: ['template*', a/b, '**/x/*.vmx']\n");
	put("ex/own/.gpuvirt.yaml", "gpuvirt: 1\n");
	struct gv_configs *configs = start(NULL);
	static const struct {
		const char *path;
		bool excluded;
	} rows[] = {
		{"ex/template.vmx", true}, {"ex/a/template", true},  {"ex/a/templates/y.vmx", false},
		{"ex/a/b", true},          {"ex/c/a/b", false},      {"ex/a/b/y.vmx", false},
		{"ex/x/y.vmx", true},      {"ex/z/x/y.vmx", true},   {"ex/y.vmx", false},
		{"template.vmx", false},   {"ex/own/template.vmx", false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (is_excluded(configs, rows[i].path) != rows[i].excluded)
			fail_msg("%s", rows[i].path);
	}
	gv_configs_free(configs);
}

/* Whoever stands in a folder that was removed may name files elsewhere. */
static void no_working_directory_is_needed(void **state)
{
	(void)state;
	char name[300];
	put("elsewhere/.gpuvirt.yaml", "gpuvirt: 1\ndisable: [ctrl-z]\n");
	assert_int_equal(mkdir("removed", 0777) | chdir("removed") | rmdir("../removed"), 0);
	struct gv_configs *configs = start(NULL);
	snprintf(name, sizeof name, "%s/elsewhere/a.vmx", root);
	assert_policy(configs, name, "vmware-3d: ctrl-z");
	assert_policy(configs, "a.vmx", "vmware-3d:");
	gv_configs_free(configs);
	assert_int_equal(chdir(root), 0);
}

/* Thousands of folders, with and without files of their own. */
static void many_folders_are_kept(void **state)
{
	(void)state;
	struct gv_configs *configs = start(NULL);
	put("many/.gpuvirt.yaml", "gpuvirt: 1\ndisable: [ctrl-z]\n");
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 3000; i++) {
			char path[64];
			snprintf(path, sizeof path, "many/%d/.gpuvirt.yaml", i);
			if (round == 0 && i % 10 == 0)
				put(path, "gpuvirt: 1\ndisable: [nul-bytes]\n");
			snprintf(path, sizeof path, "many/%d/a.vmx", i);
			assert_policy(configs, path, i % 10 == 0 ? "vmware-3d: nul-bytes"
			                                         : "vmware-3d: ctrl-z");
		}
	}
	gv_configs_free(configs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(hostile_files_are_refused),
		cmocka_unit_test(what_is_no_file_is_told),
		cmocka_unit_test(the_nearest_file_holds),
		cmocka_unit_test(a_file_is_read_once),
		cmocka_unit_test(a_search_tells_what_it_saw),
		cmocka_unit_test(overrides_hold_where_they_cover),
		cmocka_unit_test(rules_of_the_command_line_replace_the_others),
		cmocka_unit_test(a_file_that_is_named_is_the_only_one),
		cmocka_unit_test(what_is_excluded_is_passed_over),
		cmocka_unit_test(no_working_directory_is_needed),
		cmocka_unit_test(many_folders_are_kept),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
