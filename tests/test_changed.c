/* config/changed.h with the real git, in a repository made for the test. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/changed.h"

static char *root;
static char *before;

/* Runs the script with sh, quietly; each of its commands must succeed. */
static void script(const char *text)
{
	file_write("script", gv_span_of(text));
	if (system("sh -e script >log 2>&1 || { cat log >&2; exit 1; }") != 0)
		fail_msg("%s", text);
}

static int enter(void **state)
{
	(void)state;
	root = scratch_make();
	before = getcwd(NULL, 0);
	if (before == NULL || chdir(root) != 0)
		return -1;
	/* nobody's configuration, and no repository that this one lies in */
	setenv("HOME", root, 1);
	setenv("XDG_CONFIG_HOME", root, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CEILING_DIRECTORIES", root, 1);
	setenv("LC_ALL", "C", 1);
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_WORK_TREE");
	if (system("git --version >/dev/null 2>&1") != 0)
		return 0;
	script("git init -q -b main repo\n"
	       "cd repo\n"
	       "git config user.email a@b.c; git config user.name n\n"
	       "mkdir -p vms/lab vms/sub other\n"
	       "for name in same edited staged committed deleted renamed replaced 'a b' mode; do\n"
	       "	echo \"$name\" >\"vms/$name.vmx\"\n"
	       "done\n"
	       "echo x >vms/lab/x.vmx; echo o >other/o.vmx; echo '*.tmp.vmx' >.gitignore\n"
	       "git add .; git commit -qm one; git tag first\n"
	       "echo 2 >>vms/committed.vmx; git mv vms/renamed.vmx vms/new.vmx\n"
	       "git commit -qam two; git tag second\n"
	       "echo 2 >>vms/edited.vmx; echo 2 >>vms/staged.vmx; git add vms/staged.vmx\n"
	       "rm vms/deleted.vmx; echo 2 >>'vms/a b.vmx'; echo 2 >>other/o.vmx\n"
	       "echo u >vms/untracked.vmx; echo i >vms/ignored.tmp.vmx\n"
	       "rm vms/replaced.vmx; ln -s same.vmx vms/replaced.vmx\n"
	       "echo n >\"$(printf 'vms/lab/new\\nline.vmx')\"; echo q >\"vms/lab/\\\"q'\\\\.vmx\"\n"
	       "echo u >vms/lab/\xC3\xA9\xE2\x82\xAC.vmx; echo b >\"$(printf 'vms/\\377.vmx')\"\n");
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

static bool has_git(void)
{
	if (access("repo/.git", F_OK) == 0 || access(".git", F_OK) == 0)
		return true;
	print_error("SKIP: there is no git\n");
	return false;
}

static bool has(const struct changed *changed, const char *path)
{
	bool found = false;
	assert_int_equal(changed_has(changed, path, &found, NULL), GV_OK);
	return found;
}

static void add(struct changed *changed, const char *folder, const char *revision)
{
	struct gv_error err = {0};
	if (changed_add(changed, folder, revision, &err) != GV_OK)
		fail_msg("%s: %s", folder, err.message);
}

static void what_differs_has_changed(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool since_first;
		bool since_second;
	} rows[] = {
		{"vms/same.vmx", false, false},
		{"vms/edited.vmx", true, true},
		{"vms/staged.vmx", true, true},
		{"vms/committed.vmx", true, false},
		{"vms/deleted.vmx", false, false},
		{"vms/renamed.vmx", false, false},
		{"vms/new.vmx", true, false},
		{"vms/replaced.vmx", true, true},
		{"vms/a b.vmx", true, true},
		{"vms/untracked.vmx", true, true},
		{"vms/ignored.tmp.vmx", false, false},
		{"vms/lab/x.vmx", false, false},
		{"vms/lab/new\nline.vmx", true, true},
		{"vms/lab/\"q'\\.vmx", true, true},
		{"vms/lab/\xC3\xA9\xE2\x82\xAC.vmx", true, true},
		{"vms/\xFF.vmx", true, true},
		{"other/o.vmx", true, true},
		{"vms", false, false},
		{"vms/lab", false, false},
		{"", false, false},
	};
	if (!has_git())
		skip();
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		static struct changed changed[2];
		char path[64];
		bool second = i >= COUNT(rows);
		const char *name = rows[i % COUNT(rows)].name;
		if (i % COUNT(rows) == 0)
			add(&changed[second], "repo", second ? "second" : "first");
		snprintf(path, sizeof path, "repo/%s", name);
		bool want = second ? rows[i - COUNT(rows)].since_second : rows[i].since_first;
		if (has(&changed[second], path) != want)
			fail_msg("%s since %s", name, second ? "second" : "first");
		if (i % COUNT(rows) == COUNT(rows) - 1) {
			assert_int_equal(changed[second].count, second ? 10 : 12);
			changed_dispose(&changed[second]);
		}
	}
}

static void only_what_lies_below_the_folder_is_named(void **state)
{
	(void)state;
	struct changed changed = {0};
	if (!has_git())
		skip();
	add(&changed, "repo/vms/lab", "first");
	assert_int_equal(changed.count, 3);
	assert_true(has(&changed, "repo/vms/lab/\xC3\xA9\xE2\x82\xAC.vmx"));
	assert_false(has(&changed, "repo/vms/edited.vmx"));
	add(&changed, "repo/other/", "first");
	assert_int_equal(changed.count, 4);
	assert_true(has(&changed, "repo/other/o.vmx"));
	add(&changed, "./repo/vms/../other", "first");
	assert_int_equal(changed.count, 4);
	changed_dispose(&changed);
}

static void paths_are_compared_as_they_are_written(void **state)
{
	(void)state;
	struct changed changed = {0};
	struct gv_buf whole = {0};
	if (!has_git())
		skip();
	char *here = getcwd(NULL, 0);
	assert_int_equal(symlink("repo/vms", "link"), 0);
	add(&changed, "link", "first");
	assert_true(has(&changed, "link/edited.vmx"));
	assert_true(has(&changed, "./link//lab/../edited.vmx"));
	assert_false(has(&changed, "repo/vms/edited.vmx"));
	gv_buf_format(&whole, "%s/link/edited.vmx", here);
	assert_true(has(&changed, whole.at));
	changed_dispose(&changed);
	assert_int_equal(chdir("repo/vms"), 0);
	add(&changed, ".", "first");
	assert_true(has(&changed, "edited.vmx"));
	assert_true(has(&changed, "../vms/lab/\"q'\\.vmx"));
	assert_false(has(&changed, "../other/o.vmx"));
	changed_dispose(&changed);
	assert_int_equal(chdir("../.."), 0);
	gv_buf_dispose(&whole);
	free(here);
}

/* Settings that change what git diff prints. */
static void settings_of_git_do_not_matter(void **state)
{
	(void)state;
	struct changed changed = {0};
	if (!has_git())
		skip();
	script("cd repo; git config diff.noprefix true; git config diff.relative false\n"
	       "git config diff.external false; git config color.ui always\n"
	       "git config diff.renames copies; git config core.quotePath true\n"
	       "git config diff.mnemonicPrefix true; git config core.pager false\n"
	       "git config status.showUntrackedFiles no; git config diff.orderFile /dev/null");
	add(&changed, "repo", "first");
	assert_int_equal(changed.count, 12);
	assert_true(has(&changed, "repo/vms/new.vmx"));
	changed_dispose(&changed);
}

static void ranges_are_revisions_too(void **state)
{
	(void)state;
	struct changed changed = {0};
	if (!has_git())
		skip();
	add(&changed, "repo/vms", "first..second");
	assert_true(has(&changed, "repo/vms/committed.vmx"));
	assert_false(has(&changed, "repo/vms/edited.vmx"));
	assert_true(has(&changed, "repo/vms/untracked.vmx"));
	changed_dispose(&changed);
}

/* The beginning of what is said. */
static void assert_failure(const char *folder, const char *revision, enum gv_status status,
                           const char *message)
{
	struct changed changed = {0};
	struct gv_error err = {0};
	assert_int_equal(changed_add(&changed, folder, revision, &err), status);
	if (strncmp(err.message, message, strlen(message)) != 0 || strchr(err.message, '\n') != NULL)
		fail_msg("%s", err.message);
	changed_dispose(&changed);
}

static void failures_are_told_in_gits_words(void **state)
{
	(void)state;
	if (!has_git())
		skip();
	assert_int_equal(mkdir("none", 0777), 0);
	assert_failure("repo", "nix", GV_EINVAL, "git: bad revision 'nix' (exit status 128)");
	assert_failure("repo", "", GV_EINVAL, "\"\" is no revision");
	assert_failure("repo", "--output=stolen", GV_EINVAL, "\"--output=stolen\" is no revision");
	assert_int_equal(access("repo/stolen", F_OK), -1);
	/* a name of a file is none of a revision */
	assert_failure("repo", "vms", GV_EINVAL, "git: bad revision 'vms'");
	assert_failure("none", "first", GV_EINVAL, "git: ");
	assert_failure("gone", "first", GV_EINVAL, "git: cannot change to 'gone'");
}

static void an_absent_git_is_told(void **state)
{
	(void)state;
	char *path = strdup(getenv("PATH"));
	setenv("PATH", "/nowhere", 1);
	assert_failure(".", "first", GV_ENOENT, "cannot find the program git");
	setenv("PATH", path, 1);
	free(path);
}

static void nothing_is_changed_before_git_was_asked(void **state)
{
	(void)state;
	struct changed changed = {0};
	assert_false(has(&changed, "a.vmx"));
	changed_dispose(&changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_has_changed),
		cmocka_unit_test(only_what_lies_below_the_folder_is_named),
		cmocka_unit_test(paths_are_compared_as_they_are_written),
		cmocka_unit_test(ranges_are_revisions_too),
		cmocka_unit_test(failures_are_told_in_gits_words),
		cmocka_unit_test(settings_of_git_do_not_matter),
		cmocka_unit_test(an_absent_git_is_told),
		cmocka_unit_test(nothing_is_changed_before_git_was_asked),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
