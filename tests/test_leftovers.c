/* What a killed run left behind: each kind of file, at each moment at which it can have died. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/leftovers.h"
#include "platform/os.h"

static char *root;
static bool maker_lives;

enum gv_os_life __wrap_gv_os_process(int64_t pid, uint64_t *started);
enum gv_os_life __wrap_gv_os_process(int64_t pid, uint64_t *started)
{
	(void)pid;
	*started = 0;
	return maker_lives ? GV_OS_ALIVE : GV_OS_DEAD;
}

static int set_up(void **state)
{
	(void)state;
	root = scratch_make();
	maker_lives = false;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(root);
	return 0;
}

static void put(const char *name, const char *text)
{
	char *path = path_join(root, name);
	file_write(path, gv_span_of(text));
	free(path);
}

static uint64_t inode_of(const char *name)
{
	struct stat st;
	char *path = path_join(root, name);
	assert_int_equal(stat(path, &st), 0);
	free(path);
	return (uint64_t)st.st_ino;
}

static bool is_there(const char *name)
{
	struct stat st;
	char *path = path_join(root, name);
	bool there = lstat(path, &st) == 0;
	free(path);
	return there;
}

static void move(const char *from, const char *to)
{
	char *old = path_join(root, from);
	char *new = path_join(root, to);
	assert_int_equal(rename(old, new), 0);
	free(old);
	free(new);
}

/* NAME holds TEXT, or is not there when that is NULL. */
static void assert_holds(const char *what, const char *name, const char *text)
{
	if (is_there(name) != (text != NULL))
		fail_msg("%s: %s", what, name);
	if (text == NULL)
		return;
	char *path = path_join(root, name);
	struct gv_buf have = file_read(path);
	if (!gv_span_equal(gv_buf_span(&have), gv_span_of(text)))
		fail_msg("%s: %s holds %.*s", what, name, (int)have.len, have.at);
	gv_buf_dispose(&have);
	free(path);
}

static struct gv_leftovers clean(void)
{
	struct gv_leftovers leftovers = {0};
	struct gv_error err = {0};
	assert_int_equal(gv_leftovers_clean(&leftovers, root, &err), GV_OK);
	return leftovers;
}

/* Which file lay in the temporary file's place when the run was killed. */
enum whose {
	OURS,     /* the new text, or a copy: a file of its own */
	ORIGINAL, /* what was to be replaced */
};

enum fate { REMOVED, RESTORED, UNCLEAR };

/* File, backup and temporary file, NULL: not there; the file may be the original or a later one. */
static const struct row {
	const char *what;
	enum gv_temp_use use;
	enum whose temp;
	const char *file;
	bool file_is_original;
	const char *backup;
	bool whole; /* it holds what its name says */
	enum fate fate;
} rows[] = {
	{"killed before the exchange", GV_TEMP_KEEP, OURS, "X", true, NULL, true, REMOVED},
	{"amid the writing", GV_TEMP_KEEP, OURS, "X", true, NULL, false, REMOVED},
	{"the same, older backup", GV_TEMP_KEEP, OURS, "X", true, "B", false, REMOVED},
	{"the same without backup", GV_TEMP_DISCARD, OURS, "X", true, NULL, false, REMOVED},
	{"killed behind the exchange", GV_TEMP_KEEP, ORIGINAL, "X", false, NULL, false, RESTORED},
	{"the same, older backup", GV_TEMP_KEEP, ORIGINAL, "X", false, "B", false, RESTORED},
	{"the same without backup", GV_TEMP_DISCARD, ORIGINAL, "X", false, "B", false, REMOVED},
	{"a third file, or a copied folder", GV_TEMP_KEEP, OURS, "X", false, NULL, false, UNCLEAR},
	{"the same without backup", GV_TEMP_DISCARD, OURS, "X", false, "B", false, UNCLEAR},
	{"replaced by others later", GV_TEMP_KEEP, OURS, "X", false, NULL, true, REMOVED},
	{"the file is gone since", GV_TEMP_KEEP, OURS, NULL, false, NULL, true, REMOVED},
	{"the same amid the writing", GV_TEMP_KEEP, OURS, NULL, false, NULL, false, UNCLEAR},
	{"a new text whose number is the original's by chance", GV_TEMP_KEEP, ORIGINAL, "X", false,
	 "B", true, REMOVED},
	{"only the original is left", GV_TEMP_KEEP, ORIGINAL, NULL, false, "B", false, UNCLEAR},
	{"a copy for the backup", GV_TEMP_COPY, OURS, "X", true, NULL, false, REMOVED},
	{"the same of a file replaced since", GV_TEMP_COPY, OURS, "X", false, "B", true, REMOVED},
	{"undo before its first rename", GV_TEMP_UNDO, OURS, "X", true, "B", true, REMOVED},
	{"undo between its renames", GV_TEMP_UNDO, OURS, "X", false, NULL, true, RESTORED},
	{"the same, a backup made since", GV_TEMP_UNDO, OURS, "X", false, "B", true, UNCLEAR},
	{"the same, the file is gone", GV_TEMP_UNDO, OURS, NULL, false, NULL, true, UNCLEAR},
	{"a report", GV_TEMP_REPORT, OURS, NULL, false, NULL, false, REMOVED},
};

/* Makes the folder of ROW; the temporary file's name goes to NAME. */
static void lay_out(const struct row *row, char name[GV_TEMP_SIZE])
{
	put("temp", "T");
	if (row->file != NULL)
		put("my.vmx", row->file);
	if (row->backup != NULL)
		put("my.vmx.bak", row->backup);
	put("another", "");
	uint64_t original = row->temp == ORIGINAL   ? inode_of("temp")
	                    : row->file_is_original ? inode_of("my.vmx")
	                                            : inode_of("another");
	gv_temp_name(name, row->use, original, "my.vmx", gv_span_of(row->whole ? "T" : "Te"));
	move("temp", name);
}

static void each_moment_of_a_kill_has_its_clean_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[GV_TEMP_SIZE];
		const struct row *row = &rows[i];
		set_up(NULL);
		lay_out(row, name);
		struct gv_leftovers had = clean();
		if (had.removed != (row->fate == REMOVED) ||
		    had.restored != (row->fate == RESTORED) ||
		    had.unclear != (row->fate == UNCLEAR))
			fail_msg("%s: %zu removed, %zu restored, %zu unclear", row->what,
			         had.removed, had.restored, had.unclear);
		assert_string_equal(had.name, row->fate == UNCLEAR ? name : "");
		assert_holds(row->what, name, row->fate == UNCLEAR ? "T" : NULL);
		assert_holds(row->what, "my.vmx", row->file);
		assert_holds(row->what, "my.vmx.bak", row->fate == RESTORED ? "T" : row->backup);
		tear_down(NULL);
	}
}

static void what_a_living_run_stages_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[GV_TEMP_SIZE];
		lay_out(&rows[i], name);
	}
	size_t names = folder_count(root);
	maker_lives = true;
	struct gv_leftovers had = clean();
	assert_int_equal(had.removed + had.restored + had.unclear, 0);
	assert_int_equal(folder_count(root), names);
}

static void files_of_other_users_stay(void **state)
{
	char name[GV_TEMP_SIZE];
	(void)state;
	if (geteuid() != 0) {
		fprintf(stderr, "SKIP: only root can give a file away\n");
		skip();
	}
	lay_out(&rows[0], name);
	char *path = path_join(root, name);
	assert_int_equal(chown(path, 4711, 4711), 0);
	assert_int_equal(chmod(root, 0777), 0);
	assert_int_equal(seteuid(4712), 0);
	struct gv_leftovers had = clean();
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(had.removed + had.restored + had.unclear, 0);
	assert_true(is_there(name));
	assert_int_equal(seteuid(4711), 0);
	had = clean();
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(had.removed, 1);
	free(path);
}

static void only_files_are_leftovers(void **state)
{
	char link_name[GV_TEMP_SIZE];
	char folder_name[GV_TEMP_SIZE];
	char fifo_name[GV_TEMP_SIZE];
	(void)state;
	gv_temp_name(link_name, GV_TEMP_KEEP, 1, "my.vmx", (struct gv_span){0});
	gv_temp_name(folder_name, GV_TEMP_KEEP, 1, "my.vmx", (struct gv_span){0});
	gv_temp_name(fifo_name, GV_TEMP_KEEP, 1, "my.vmx", (struct gv_span){0});
	put("my.vmx", "X");
	char *link = path_join(root, link_name);
	char *folder = path_join(root, folder_name);
	char *fifo = path_join(root, fifo_name);
	assert_int_equal(symlink("my.vmx", link), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	struct gv_leftovers had = clean();
	assert_int_equal(had.removed + had.restored + had.unclear, 0);
	assert_int_equal(folder_count(root), 4);
	free(link);
	free(folder);
	free(fifo);
}

static void names_that_users_gave_stay(void **state)
{
	static const char *const names[] = {".gpuvirt-0123456789abcdef.tmp", "my.vmx.tmp",
	                                    ".gpuvirt-k-0-0-0-0-0-0-0-0-0.tmp", "my.vmx~"};
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		put(names[i], "U");
	clean();
	assert_int_equal(folder_count(root), COUNT(names));
}

static void many_are_cleaned_each_by_its_own_file(void **state)
{
	enum { MANY = 300 };
	(void)state;
	for (int i = 0; i < MANY; i++) {
		char name[GV_TEMP_SIZE];
		char file[32];
		snprintf(file, sizeof file, "%d.vmx", i);
		put("temp", file);
		put(file, "X");
		gv_temp_name(name, i % 3 == 0 ? GV_TEMP_DISCARD : GV_TEMP_KEEP, inode_of("temp"),
		             file, (struct gv_span){0});
		move("temp", name);
	}
	struct gv_leftovers had = clean();
	assert_int_equal(had.removed, MANY / 3);
	assert_int_equal(had.restored, MANY - MANY / 3);
	for (int i = 0; i < MANY; i++) {
		char file[32];
		char backup[40];
		snprintf(file, sizeof file, "%d.vmx", i);
		snprintf(backup, sizeof backup, "%d.vmx.bak", i);
		assert_holds("many", file, "X");
		assert_holds("many", backup, i % 3 == 0 ? NULL : file);
	}
}

static void folder_that_is_not_there_is_an_error(void **state)
{
	struct gv_leftovers had = {0};
	struct gv_error err = {0};
	(void)state;
	char *path = path_join(root, "nothing");
	assert_int_equal(gv_leftovers_clean(&had, path, &err), GV_ESYSTEM);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_moment_of_a_kill_has_its_clean_up),
		cmocka_unit_test_setup_teardown(what_a_living_run_stages_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(files_of_other_users_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_files_are_leftovers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_that_users_gave_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_are_cleaned_each_by_its_own_file, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(folder_that_is_not_there_is_an_error, set_up,
	                                        tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
