/* A replacement in its steps: staged, committed, dropped. test_file.c has it as a whole. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/replace.h"

static size_t syncs;

int __wrap_gv_os_sync(int file);
int __wrap_gv_os_sync(int file)
{
	(void)file;
	syncs++;
	return 0;
}

static char *root;
static char *file_path;
static struct gv_file was;
static struct gv_place place;
static struct gv_staged staged;
static struct gv_error err;

static int set_up(void **state)
{
	(void)state;
	root = scratch_make();
	char *folder = path_join(root, "folder");
	mkdir(folder, 0700);
	file_path = path_join(folder, "my.vmx");
	free(folder);
	file_write(file_path, SPAN("old"));
	syncs = 0;
	err = (struct gv_error){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	gv_staged_drop(&staged);
	gv_file_dispose(&was);
	free(file_path);
	scratch_remove(root);
	return 0;
}

static void stage(bool backup, bool durable)
{
	assert_int_equal(gv_file_read(&was, file_path, 100, &err), GV_OK);
	assert_int_equal(gv_place_enter(&place, file_path, &err), GV_OK);
	assert_int_equal(gv_stage(&staged, &place, &was, SPAN("new text"), backup, durable, &err),
	                 GV_OK);
	assert_null(place.dir);
	assert_null(place.folder);
}

static void assert_file(const char *name, struct gv_span want)
{
	char *folder = path_join(root, "folder");
	char *path = path_join(folder, name);
	struct gv_buf have = file_read(path);
	assert_span(gv_buf_span(&have), want);
	gv_buf_dispose(&have);
	free(path);
	free(folder);
}

static size_t names_in(const char *folder)
{
	char *path = path_join(root, folder);
	size_t names = folder_count(path);
	free(path);
	return names;
}

static void staging_leaves_the_file_alone(void **state)
{
	(void)state;
	stage(true, false);
	assert_file("my.vmx", SPAN("old"));
	assert_file(staged.temp, SPAN("new text"));
	assert_int_equal(names_in("folder"), 2);
	gv_staged_drop(&staged);
	assert_file("my.vmx", SPAN("old"));
	assert_int_equal(names_in("folder"), 1);
	gv_staged_drop(&staged); /* a second one does nothing */
}

static void text_is_synced_when_asked_for(void **state)
{
	(void)state;
	stage(false, false);
	assert_int_equal(syncs, 0);
	assert_int_equal(gv_staged_sync(&staged, &err), GV_OK);
	assert_int_equal(syncs, 1);
	gv_staged_drop(&staged);
	gv_file_dispose(&was);
	stage(false, true);
	assert_int_equal(syncs, 2);
}

static void commit_gives_the_name_and_keeps_the_backup(void **state)
{
	(void)state;
	for (int backup = 0; backup < 2; backup++) {
		file_write(file_path, SPAN("old"));
		stage(backup == 1, true);
		assert_int_equal(gv_place_hold(&staged.place, 1000, &err), GV_OK);
		assert_int_equal(gv_staged_commit(&staged, &err), GV_OK);
		assert_file("my.vmx", SPAN("new text"));
		assert_int_equal(names_in("folder"), 1 + backup);
		if (backup == 1)
			assert_file("my.vmx.bak", SPAN("old"));
		gv_staged_drop(&staged);
		gv_file_dispose(&was);
		assert_int_equal(names_in("folder"), 1 + backup);
	}
}

static void changed_file_is_not_committed(void **state)
{
	(void)state;
	stage(true, true);
	file_write(file_path, SPAN("odd"));
	assert_int_equal(gv_staged_commit(&staged, &err), GV_ECHANGED);
	assert_file("my.vmx", SPAN("odd"));
	gv_staged_drop(&staged);
	assert_int_equal(names_in("folder"), 1);
}

static void closed_place_is_entered_again(void **state)
{
	(void)state;
	stage(false, true);
	gv_place_close(&staged.place);
	assert_int_equal(gv_place_reenter(&staged.place, &err), GV_OK);
	assert_int_equal(gv_staged_commit(&staged, &err), GV_OK);
	assert_file("my.vmx", SPAN("new text"));
}

static void drop_finds_a_closed_place(void **state)
{
	(void)state;
	stage(false, true);
	gv_place_close(&staged.place);
	gv_staged_drop(&staged);
	assert_int_equal(names_in("folder"), 1);
}

/* What lies in another folder of that name is not ours. */
static void exchanged_folder_is_not_touched(void **state)
{
	static const bool by_link[] = {false, true};
	(void)state;
	for (size_t i = 0; i < COUNT(by_link); i++) {
		char *folder = path_join(root, "folder");
		char *aside = path_join(root, by_link[i] ? "aside 1" : "aside 0");
		char *other = path_join(root, "other");
		stage(false, true);
		char *same_name = path_join(by_link[i] ? other : folder, staged.temp);
		gv_place_close(&staged.place);
		assert_int_equal(rename(folder, aside), 0);
		assert_int_equal(mkdir(by_link[i] ? other : folder, 0700), 0);
		if (by_link[i])
			assert_int_equal(symlink("other", folder), 0);
		file_write(file_path, SPAN("of another"));
		file_write(same_name, SPAN("of another"));
		assert_int_equal(gv_place_reenter(&staged.place, &err), GV_ECHANGED);
		gv_staged_drop(&staged);
		assert_file("my.vmx", SPAN("of another"));
		assert_int_equal(names_in("folder"), 2);
		gv_file_dispose(&was);
		err = (struct gv_error){0};
		unlink(same_name);
		free(same_name);
		free(folder);
		free(aside);
		free(other);
	}
}

static void name_of_the_staged_file_tells_what_is_displaced(void **state)
{
	static const struct {
		bool backup;
		bool two_names;
		enum gv_temp_use use;
	} rows[] = {
		{true, false, GV_TEMP_KEEP},
		{false, false, GV_TEMP_DISCARD},
		{true, true, GV_TEMP_DISCARD}, /* the backup is a copy */
		{false, true, GV_TEMP_DISCARD},
	};
	(void)state;
	char *second = path_join(root, "second");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_temp temp;
		if (rows[i].two_names)
			assert_true(link(file_path, second) == 0 || i > 2);
		stage(rows[i].backup, false);
		assert_true(gv_temp_read(&temp, staged.temp));
		assert_int_equal(temp.use, rows[i].use);
		assert_true(temp.original == was.stat.inode);
		assert_int_equal(temp.target, gv_temp_target("my.vmx"));
		gv_staged_drop(&staged);
		gv_file_dispose(&was);
	}
	free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(staging_leaves_the_file_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_is_synced_when_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(commit_gives_the_name_and_keeps_the_backup, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(changed_file_is_not_committed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(closed_place_is_entered_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(drop_finds_a_closed_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(exchanged_folder_is_not_touched, set_up, tear_down),
		cmocka_unit_test_setup_teardown(name_of_the_staged_file_tells_what_is_displaced,
	                                        set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
