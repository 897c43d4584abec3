/* base/walk.h: which files a path means. */
#include "support.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/walk.h"

static char *root;

static int make_root(void **state)
{
	(void)state;
	root = scratch_make();
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	scratch_remove(root);
	return 0;
}

static void make_folder(const char *name)
{
	char *path = path_join(root, name);
	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

static void make_file(const char *name)
{
	char *path = path_join(root, name);
	file_write(path, SPAN("x"));
	free(path);
}

static void make_link(const char *target, const char *name)
{
	char *path = path_join(root, name);
	assert_int_equal(symlink(target, path), 0);
	free(path);
}

static enum gv_status walk(struct gv_paths *paths, const char *path, const char *const *globs,
                           struct gv_error *err)
{
	struct gv_walk how = {.excludes.globs = globs};
	while (globs != NULL && globs[how.excludes.count] != NULL)
		how.excludes.count++;
	return gv_paths_add(paths, path, &how, err);
}

/* Fails unless PATHS are WANT, NULL-ended and relative to the folder BASE. */
static void assert_paths(const struct gv_paths *paths, const char *base, const char *const *want)
{
	size_t len = strlen(base);
	size_t i = 0;
	for (; i < paths->count && want[i] != NULL; i++) {
		const char *path = paths->at[i].path;
		if (strncmp(path, base, len) != 0 || path[len] != '/' ||
		    strcmp(path + len + 1, want[i]) != 0)
			fail_msg("%zu: %s, not %s", i, path, want[i]);
		assert_false(paths->at[i].named);
		assert_null(paths->at[i].trouble);
	}
	if (i < paths->count)
		fail_msg("%s was not to be found", paths->at[i].path);
	if (want[i] != NULL)
		fail_msg("%s was not found", want[i]);
}

static void assert_walk(const char *const *globs, const char *const *want)
{
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, root, globs, &err), GV_OK);
	assert_paths(&paths, root, want);
	gv_paths_dispose(&paths);
}

static void endings_count_in_any_case(void **state)
{
	(void)state;
	static const char *const names[] = {
		"a.vmx", "b.VMX", "c.VmX", "d.vmtx", "e.VMTX", ".vmx", ".hidden.vmx", "f.vmx.vmx",
		/* not these */
		"g.vmxf", "h.vmx~", "i.vmx.bak", "j.vmdk", "k", "vmx", "l.vmx ", "m.vmt",
		"n.avmx.txt", "ovmx", ".gpuvirt-0123456789abcdef.tmp",
	};
	static const char *const want[] = {".hidden.vmx", ".vmx",  "a.vmx",  "b.VMX",     "c.VmX",
	                                   "d.vmtx",      "e.VMTX", "f.vmx.vmx", NULL};
	for (size_t i = 0; i < COUNT(names); i++)
		make_file(names[i]);
	assert_walk(NULL, want);
}

static void paths_are_sorted_by_all_their_bytes(void **state)
{
	(void)state;
	static const char *const folders[] = {"a", "a.vmwarevm", "ab",          "a b",
	                                      "B", "a/z",         "a\xC3\xA9", "a\x01"};
	static const char *const files[] = {
		"a.vmx",   "a-b.vmx", "a/b.vmx",     "a/a.vmx",  "a/z/1.vmx", "a.vmwarevm/a.vmx",
		"ab.vmx",  "ab/x.vmx", "a b/x.vmx",  "B/x.vmx",  "b.vmx",     "a0.vmx",
		"A.vmx",   "a/z.vmx", "a\xC3\xA9/x.vmx", "a\xFF.vmx", "a\x01/x.vmx", "a!.vmx",
	};
	for (size_t i = 0; i < COUNT(folders); i++)
		make_folder(folders[i]);
	for (size_t i = 0; i < COUNT(files); i++)
		make_file(files[i]);
	static const char *const want[] = {
		"A.vmx",     "B/x.vmx", "a\x01/x.vmx", "a b/x.vmx", "a!.vmx",   "a-b.vmx",
		"a.vmwarevm/a.vmx", "a.vmx", "a/a.vmx", "a/b.vmx", "a/z.vmx", "a/z/1.vmx",
		"a0.vmx",    "ab.vmx",  "ab/x.vmx",    "a\xC3\xA9/x.vmx", "a\xFF.vmx",
		"b.vmx",     NULL,
	};
	assert_walk(NULL, want);
	/* and so does a plain sort of the whole paths */
	for (size_t i = 1; want[i] != NULL; i++)
		assert_true(strcmp(want[i - 1], want[i]) < 0);
}

static void many_files_are_all_found(void **state)
{
	(void)state;
	char name[32];
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "%03d.vmx", i * 7 % 300);
		make_file(name);
	}
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, root, NULL, &err), GV_OK);
	assert_int_equal(paths.count, 300);
	for (size_t i = 1; i < paths.count; i++)
		assert_true(strcmp(paths.at[i - 1].path, paths.at[i].path) < 0);
	gv_paths_dispose(&paths);
}

static void only_regular_files_are_found(void **state)
{
	(void)state;
	char *fifo = path_join(root, "fifo.vmx");
	make_folder("folder.vmx");
	make_file("folder.vmx/inside.vmx");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	free(fifo);
	static const char *const want[] = {"folder.vmx/inside.vmx", NULL};
	assert_walk(NULL, want);
}

static void links_are_not_followed(void **state)
{
	(void)state;
	make_folder("real");
	make_file("real/a.vmx");
	make_link("real/a.vmx", "file.vmx");
	make_link("real", "folder");
	make_link("real", "bundle.vmwarevm");
	make_link("..", "real/up");
	make_link("loop", "loop");
	make_link("loop.vmx", "loop.vmx");
	make_link("nowhere", "dangling.vmx");
	make_link("/", "everything");
	static const char *const want[] = {"real/a.vmx", NULL};
	assert_walk(NULL, want);
}

static void named_link_is_followed(void **state)
{
	(void)state;
	make_folder("real");
	make_file("real/a.vmx");
	make_link("real", "folder");
	make_link("real/a.vmx", "file");
	char *folder = path_join(root, "folder");
	char *file = path_join(root, "file");
	static const char *const want[] = {"a.vmx", NULL};
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, folder, NULL, &err), GV_OK);
	assert_paths(&paths, folder, want);
	assert_int_equal(walk(&paths, file, NULL, &err), GV_OK);
	assert_int_equal(paths.count, 2);
	assert_string_equal(paths.at[1].path, file);
	assert_true(paths.at[1].named);
	gv_paths_dispose(&paths);
	free(folder);
	free(file);
}

/* What a person names is meant, whatever it is called; only what is found can be passed over. */
static void named_file_is_taken_as_it_is(void **state)
{
	(void)state;
	static const char *const names[] = {"a.vmx", "notes.txt", "noending", "a.vmx.bak"};
	static const char *const globs[] = {"*", "*/*", "*.vmx", NULL};
	for (size_t i = 0; i < COUNT(names); i++) {
		struct gv_paths paths = {0};
		struct gv_error err = {0};
		char *path = path_join(root, names[i]);
		file_write(path, SPAN("x"));
		assert_int_equal(walk(&paths, path, globs, &err), GV_OK);
		assert_int_equal(paths.count, 1);
		assert_string_equal(paths.at[0].path, path);
		assert_ptr_not_equal(paths.at[0].path, path);
		assert_true(paths.at[0].named);
		gv_paths_dispose(&paths);
		free(path);
	}
}

static void bundle_is_a_folder(void **state)
{
	(void)state;
	make_folder("My VM.vmwarevm");
	make_file("My VM.vmwarevm/My VM.vmx");
	make_file("My VM.vmwarevm/My VM.vmxf");
	static const char *const want[] = {"My VM.vmwarevm/My VM.vmx", NULL};
	assert_walk(NULL, want);
	static const char *const inside[] = {"My VM.vmx", NULL};
	char *bundle = path_join(root, "My VM.vmwarevm");
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, bundle, NULL, &err), GV_OK);
	assert_paths(&paths, bundle, inside);
	gv_paths_dispose(&paths);
	free(bundle);
}

/* A slash at the end of the folder is not doubled. */
static void slash_at_the_end_is_no_other_folder(void **state)
{
	(void)state;
	make_file("a.vmx");
	char *slashed = path_join(root, "");
	char *want = path_join(root, "a.vmx");
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, slashed, NULL, &err), GV_OK);
	assert_int_equal(paths.count, 1);
	assert_string_equal(paths.at[0].path, want);
	gv_paths_dispose(&paths);
	free(slashed);
	free(want);
}

static void lists_add_up(void **state)
{
	(void)state;
	make_folder("b");
	make_folder("a");
	make_file("b/1.vmx");
	make_file("a/2.vmx");
	char *b = path_join(root, "b");
	char *a = path_join(root, "a");
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, b, NULL, &err), GV_OK);
	assert_int_equal(walk(&paths, a, NULL, &err), GV_OK);
	static const char *const want[] = {"b/1.vmx", "a/2.vmx", NULL};
	assert_paths(&paths, root, want);
	gv_paths_dispose(&paths);
	free(a);
	free(b);
}

static void empty_folder_has_no_files(void **state)
{
	(void)state;
	static const char *const want[] = {NULL};
	assert_walk(NULL, want);
	make_folder("empty");
	assert_walk(NULL, want);
}

static void missing_path_is_an_error(void **state)
{
	(void)state;
	make_file("file.vmx");
	static const struct {
		const char *name;
		int code;
	} rows[] = {{"missing", ENOENT}, {"missing.vmx", ENOENT}, {"file.vmx/x.vmx", ENOTDIR}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_paths paths = {0};
		struct gv_error err = {0};
		char *path = path_join(root, rows[i].name);
		assert_int_equal(walk(&paths, path, NULL, &err), GV_ESYSTEM);
		assert_int_equal(err.code, rows[i].code);
		assert_int_equal(paths.count, 0);
		gv_paths_dispose(&paths);
		free(path);
	}
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, "", NULL, &err), GV_ESYSTEM);
	gv_paths_dispose(&paths);
}

static void dangling_link_that_is_named_is_an_error(void **state)
{
	(void)state;
	make_link("nowhere", "dangling.vmx");
	char *path = path_join(root, "dangling.vmx");
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, path, NULL, &err), GV_ESYSTEM);
	assert_int_equal(err.code, ENOENT);
	gv_paths_dispose(&paths);
	free(path);
}

static void make_tree(void)
{
	static const char *const folders[] = {"old", "old/older", "new", "new/old"};
	static const char *const files[] = {"a.vmx", "b.vmx", "old/a.vmx", "old/older/c.vmx",
	                                    "new/a.vmx", "new/old/d.vmx", "new/[x].vmx"};
	for (size_t i = 0; i < COUNT(folders); i++)
		make_folder(folders[i]);
	for (size_t i = 0; i < COUNT(files); i++)
		make_file(files[i]);
}

static void excludes_by_name(void **state)
{
	(void)state;
	static const struct {
		const char *globs[3];
		const char *want[8];
	} rows[] = {
		{{"none"},
		 {"a.vmx", "b.vmx", "new/[x].vmx", "new/a.vmx", "new/old/d.vmx", "old/a.vmx",
		  "old/older/c.vmx"}},
		{{"a.vmx"}, {"b.vmx", "new/[x].vmx", "new/old/d.vmx", "old/older/c.vmx"}},
		{{"old"}, {"a.vmx", "b.vmx", "new/[x].vmx", "new/a.vmx"}},
		{{"old*", "[ab].vmx"}, {"new/[x].vmx"}},
		{{"?.vmx"}, {"new/[x].vmx"}},
		{{"\\[x\\].vmx", "old"}, {"a.vmx", "b.vmx", "new/a.vmx"}},
		{{"*"}, {NULL}},
		/* the whole name, in its own case */
		{{"vmx", "ol"},
		 {"a.vmx", "b.vmx", "new/[x].vmx", "new/a.vmx", "new/old/d.vmx", "old/a.vmx",
		  "old/older/c.vmx"}},
		{{"OLD", "A.VMX"},
		 {"a.vmx", "b.vmx", "new/[x].vmx", "new/a.vmx", "new/old/d.vmx", "old/a.vmx",
		  "old/older/c.vmx"}},
	};
	make_tree();
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_walk(rows[i].globs, rows[i].want);
}

static void excludes_by_path(void **state)
{
	(void)state;
	static const struct {
		const char *glob; /* below the root */
		const char *want[8];
	} rows[] = {
		{"old/*", {"a.vmx", "b.vmx", "new/[x].vmx", "new/a.vmx", "new/old/d.vmx"}},
		{"new/old", {"a.vmx", "b.vmx", "new/[x].vmx", "new/a.vmx", "old/a.vmx",
		             "old/older/c.vmx"}},
		/* "*" is one step of the path */
		{"*.vmx", {"new/[x].vmx", "new/a.vmx", "new/old/d.vmx", "old/a.vmx",
		           "old/older/c.vmx"}},
		{"*/a.vmx", {"a.vmx", "b.vmx", "new/[x].vmx", "new/old/d.vmx", "old/older/c.vmx"}},
		{"*/*/*", {"a.vmx", "b.vmx", "new/[x].vmx", "new/a.vmx", "old/a.vmx"}},
		{"a.vmx", {"b.vmx", "new/[x].vmx", "new/a.vmx", "new/old/d.vmx", "old/a.vmx",
		           "old/older/c.vmx"}},
	};
	make_tree();
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *glob = path_join(root, rows[i].glob);
		const char *const globs[] = {glob, NULL};
		assert_walk(globs, rows[i].want);
		free(glob);
	}
}

/* Root reads every folder: what is tested is done by a child who is nobody. */
static void become_nobody(void)
{
	if (geteuid() != 0)
		return;
	if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
		_exit(3);
}

/* Walks PATH, whose folder "closed" cannot be read; the exit status says what is wrong. */
static int walk_around_closed(const char *path)
{
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	int trouble = 0;
	if (walk(&paths, path, NULL, &err) != GV_OK || paths.count != 3)
		trouble = 10;
	else if (strstr(paths.at[0].path, "/a/1.vmx") == NULL ||
	         strstr(paths.at[1].path, "/closed") == NULL ||
	         strstr(paths.at[2].path, "/z.vmx") == NULL)
		trouble = 11;
	else if (paths.at[0].trouble != NULL || paths.at[2].trouble != NULL)
		trouble = 12;
	else if (paths.at[1].trouble == NULL || paths.at[1].named)
		trouble = 13;
	else if (paths.at[1].trouble->status != GV_ESYSTEM || paths.at[1].trouble->code != EACCES)
		trouble = 14;
	gv_paths_dispose(&paths);
	return trouble;
}

static int walk_closed_itself(const char *path)
{
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	enum gv_status status = walk(&paths, path, NULL, &err);
	int trouble = status != GV_ESYSTEM ? 20 : err.code != EACCES ? 21 : 0;
	gv_paths_dispose(&paths);
	return trouble;
}

static int in_child_as_nobody(int (*work)(const char *), const char *path)
{
	pid_t child = fork();
	if (child == 0) {
		become_nobody();
		_exit(work(path));
	}
	int how = -1;
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFEXITED(how));
	if (WEXITSTATUS(how) == 3) {
		fputs("SKIP: this root cannot become another user\n", stderr);
		skip();
	}
	return WEXITSTATUS(how);
}

static void unreadable_folder_is_noted_and_the_others_go_on(void **state)
{
	(void)state;
	make_folder("a");
	make_file("a/1.vmx");
	make_folder("closed");
	make_file("closed/2.vmx");
	make_file("z.vmx");
	char *closed = path_join(root, "closed");
	assert_int_equal(chmod(root, 0755), 0);
	assert_int_equal(chmod(closed, 0), 0);
	int around = in_child_as_nobody(walk_around_closed, root);
	int itself = in_child_as_nobody(walk_closed_itself, closed);
	assert_int_equal(chmod(closed, 0755), 0);
	free(closed);
	assert_int_equal(around, 0);
	assert_int_equal(itself, 0);
}

/* Deeper than a path that the system takes in one call. */
static void deep_tree_is_walked_to_its_end(void **state)
{
	(void)state;
	enum { LEVELS = 60 };
	char name[101];
	memset(name, 'd', 100);
	name[100] = '\0';
	char *home = getcwd(NULL, 0);
	assert_int_equal(chdir(root), 0);
	for (int i = 0; i < LEVELS; i++) {
		file_write("x.vmx", SPAN("x"));
		assert_int_equal(mkdir(name, 0755), 0);
		assert_int_equal(chdir(name), 0);
	}
	assert_int_equal(chdir(home), 0);
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	assert_int_equal(walk(&paths, root, NULL, &err), GV_OK);
	assert_int_equal(paths.count, LEVELS);
	for (size_t i = 0; i < paths.count; i++)
		assert_null(paths.at[i].trouble);
	assert_true(strlen(paths.at[0].path) > 4096);
	gv_paths_dispose(&paths);
	/* nftw of the clean-up walks by path too */
	assert_int_equal(chdir(root), 0);
	for (int i = 0; i < LEVELS; i++)
		assert_int_equal(chdir(name), 0);
	for (int i = 0; i < LEVELS; i++) {
		assert_int_equal(chdir(".."), 0);
		assert_int_equal(rmdir(name), 0);
		assert_int_equal(unlink("x.vmx"), 0);
	}
	assert_int_equal(chdir(home), 0);
	free(home);
}

/* What a caller that is asked keeps: how deep each folder lies. */
struct asked {
	size_t depths[8];
	size_t entered;
	const char *fails_at;
};

static enum gv_status note_depth(void *context, struct gv_folder *folder, struct gv_error *err)
{
	struct asked *asked = context;
	const size_t *above = folder->above == NULL ? NULL : folder->above->scope;
	assert_true(asked->entered < COUNT(asked->depths));
	size_t *depth = &asked->depths[asked->entered++];
	*depth = above == NULL ? 1 : *above + 1;
	folder->scope = depth;
	if (asked->fails_at != NULL && strstr(folder->path, asked->fails_at) != NULL)
		return gv_fail(err, GV_EREFUSED, "not here");
	return GV_OK;
}

/* Passes over what ends in "out.vmx" or "out", and all files at the third level. */
static enum gv_status leave_out(void *context, const struct gv_folder *folder, const char *path,
                                bool *out, struct gv_error *err)
{
	(void)context, (void)err;
	assert_int_equal(strncmp(path, folder->path, strlen(folder->path)), 0);
	*out = *(const size_t *)folder->scope == 3 ||
	       gv_span_ends_nocase(gv_span_of(path), GV_LITERAL("out.vmx")) ||
	       gv_span_ends_nocase(gv_span_of(path), GV_LITERAL("out"));
	return GV_OK;
}

static void the_caller_is_asked_on_the_way_down(void **state)
{
	(void)state;
	static const char *const folders[] = {"a", "a/b", "out", "out/c", "d"};
	static const char *const files[] = {"x.vmx", "out.vmx", "a/x.vmx", "a/b/x.vmx", "out/x.vmx",
	                                    "out/c/x.vmx", "d/x.vmx"};
	static const char *const want[] = {"a/x.vmx", "d/x.vmx", "x.vmx", NULL};
	for (size_t i = 0; i < COUNT(folders); i++)
		make_folder(folders[i]);
	for (size_t i = 0; i < COUNT(files); i++)
		make_file(files[i]);
	for (unsigned workers = 1; workers <= 3; workers++) {
		struct gv_paths paths = {0};
		struct asked asked = {0};
		struct gv_pool *pool = gv_pool_new(workers);
		struct gv_walk how = {.pool = pool, .enter = note_depth, .leaves_out = leave_out,
		                      .context = &asked};
		assert_int_equal(gv_paths_add(&paths, root, &how, NULL), GV_OK);
		assert_paths(&paths, root, want);
		assert_int_equal(asked.entered, 4); /* nothing below "out" */
		assert_int_equal(*(const size_t *)paths.at[0].folder->scope, 2);
		gv_paths_dispose(&paths);
		gv_pool_free(pool);
	}
}

static void the_caller_may_end_the_search(void **state)
{
	(void)state;
	struct gv_paths paths = {0};
	struct gv_error err = {0};
	struct asked asked = {.fails_at = "/a/b"};
	struct gv_walk how = {.enter = note_depth, .context = &asked};
	make_folder("a");
	make_folder("a/b");
	make_file("a/x.vmx");
	assert_int_equal(gv_paths_add(&paths, root, &how, &err), GV_EREFUSED);
	assert_string_equal(err.message, "not here");
	gv_paths_dispose(&paths);
}

/* Seen in the listing of the folder above, gone when it is listed itself. */
static bool remove_meanwhile(const char *name)
{
	char *path = path_join(root, name);
	rmdir(path);
	free(path);
	return false;
}

/* Whoever has a lock for a moment makes a folder for it; any other that goes is told of. */
static void a_lock_that_is_released_meanwhile_is_no_trouble(void **state)
{
	static const struct {
		const char *name;
		bool trouble;
	} rows[] = {{"x.vmx.lck", false}, {"x.vmx.LCK", false}, {"folder", true}};
	(void)state;
	make_file("x.vmx");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_paths paths = {0};
		struct gv_walk how = {.is_notable = remove_meanwhile};
		make_folder(rows[i].name);
		assert_int_equal(gv_paths_add(&paths, root, &how, NULL), GV_OK);
		assert_int_equal(paths.count, rows[i].trouble ? 2 : 1);
		assert_int_equal(paths.at[0].trouble != NULL, rows[i].trouble);
		gv_paths_dispose(&paths);
	}
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOT(endings_count_in_any_case),
		WITH_ROOT(paths_are_sorted_by_all_their_bytes),
		WITH_ROOT(many_files_are_all_found),
		WITH_ROOT(only_regular_files_are_found),
		WITH_ROOT(links_are_not_followed),
		WITH_ROOT(named_link_is_followed),
		WITH_ROOT(named_file_is_taken_as_it_is),
		WITH_ROOT(bundle_is_a_folder),
		WITH_ROOT(slash_at_the_end_is_no_other_folder),
		WITH_ROOT(lists_add_up),
		WITH_ROOT(empty_folder_has_no_files),
		WITH_ROOT(missing_path_is_an_error),
		WITH_ROOT(dangling_link_that_is_named_is_an_error),
		WITH_ROOT(excludes_by_name),
		WITH_ROOT(excludes_by_path),
		WITH_ROOT(unreadable_folder_is_noted_and_the_others_go_on),
		WITH_ROOT(a_lock_that_is_released_meanwhile_is_no_trouble),
		WITH_ROOT(deep_tree_is_walked_to_its_end),
		WITH_ROOT(the_caller_is_asked_on_the_way_down),
		WITH_ROOT(the_caller_may_end_the_search),
	};
	umask(022); /* another user is to read the trees */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
