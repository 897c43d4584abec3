/* Rescuing a file: every failure leaves all texts that there were, and what was chosen is written.
 */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gpuvirt/rescue.h>

#include "base/create.h"
#include "platform/os.h"

#include "inject.h"

#define WHOLE                                                                                      \
	"config.version = \"8\"\nvirtualHW.version = \"21\"\ndisplayName = \"A\"\n"                \
	"memsize = \"1\"\n"
#define OLDER "config.version = \"8\"\nvirtualHW.version = \"18\"\ndisplayName = \"A\"\n"
#define LEFT  "config.version = \"8\"\nvirtual"

#define FAIL_IN(symbol, arguments, call)                                                           \
	int __real_##symbol arguments;                                                             \
	int __wrap_##symbol arguments;                                                             \
	int __wrap_##symbol arguments                                                              \
	{                                                                                          \
		return inject_now(#symbol) ? inject.code : __real_##symbol call;                   \
	}

FAIL_IN(gv_os_create, (struct gv_os_dir * dir, const char *name, int *file), (dir, name, file))
FAIL_IN(gv_os_create_shared, (struct gv_os_dir * dir, const char *name, int *file),
        (dir, name, file))
FAIL_IN(gv_os_write, (int file, const void *bytes, size_t size), (file, bytes, size))
FAIL_IN(gv_os_sync, (int file), (file))
FAIL_IN(gv_os_hold_dir, (struct gv_os_dir * dir, uint64_t limit), (dir, limit))
FAIL_IN(gv_os_rename_new, (struct gv_os_dir * dir, const char *from, const char *to),
        (dir, from, to))
FAIL_IN(gv_os_rename, (struct gv_os_dir * dir, const char *from, const char *to), (dir, from, to))
FAIL_IN(gv_os_swap, (struct gv_os_dir * dir, const char *a, const char *b), (dir, a, b))
FAIL_IN(gv_os_sync_dir, (struct gv_os_dir * dir), (dir))

static char *root;
static char *path;
static struct gv_rescue rescue;
static struct gv_error err;

static int set_up(void **state)
{
	(void)state;
	root = scratch_make();
	path = path_join(root, "my.vmx");
	err = (struct gv_error){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	inject_stop();
	gv_rescue_dispose(&rescue);
	free(path);
	scratch_remove(root);
	return 0;
}

static void put(const char *name, struct gv_span text)
{
	char *full = path_join(root, name);
	file_write(full, text);
	free(full);
}

static bool is_there(const char *name)
{
	char *full = path_join(root, name);
	bool there = access(full, F_OK) == 0;
	free(full);
	return there;
}

static bool holds(const char *name, const char *text)
{
	if (!is_there(name))
		return false;
	char *full = path_join(root, name);
	struct gv_buf have = file_read(full);
	bool same = gv_span_equal(gv_buf_span(&have), gv_span_of(text));
	gv_buf_dispose(&have);
	free(full);
	return same;
}

static void look(void)
{
	gv_rescue_dispose(&rescue);
	assert_int_equal(gv_rescue_look(&rescue, path, 100000, &err), GV_OK);
}

static void only_what_is_damaged_is_rescued(void **state)
{
	(void)state;
	put("my.vmx", SPAN(WHOLE));
	put("my.vmx.bak", SPAN(OLDER));
	look();
	assert_int_equal(rescue.damage, GV_DAMAGE_NONE);
}

/* Repairs and VMware itself take single keys away, or append some. */
static void half_of_the_keys_must_be_gone(void **state)
{
	(void)state;
	put("my.vmx", SPAN("config.version = \"8\"\nvirtualHW.version = \"21\"\n"));
	put("my.vmx.bak", SPAN(WHOLE));
	look();
	assert_int_equal(rescue.damage, GV_DAMAGE_NONE);
	put("my.vmx", SPAN("config.version = \"8\"\n"));
	look();
	assert_int_equal(rescue.damage, GV_DAMAGE_CUT);
	put("my.vmx", SPAN("guestOS = \"other\"\n")); /* which the backup does not have */
	look();
	assert_int_equal(rescue.damage, GV_DAMAGE_NONE);
}

/* A last line without an ending is not VMware's; a whole line may be the last. */
static void what_goes_on_elsewhere_is_cut_off(void **state)
{
	(void)state;
	static const struct {
		const char *left;
		enum gv_damage damage;
	} table[] = {
		{"config.version = \"8\"\nvirtualHW.version = \"21\"\ndisplayName = \"A\"",
	         GV_DAMAGE_CUT},
		{"config.version = \"8\"\nvirtualHW.version = \"21\"\ndisplayName = \"A\"\n",
	         GV_DAMAGE_NONE},
		{"config.version = \"8\"\nvirtualHW.version = \"21\"\ndisplayName = \"B\"",
	         GV_DAMAGE_NONE},
	};
	put("my.vmx.bak", SPAN(WHOLE));
	for (size_t i = 0; i < COUNT(table); i++) {
		put("my.vmx", gv_span_of(table[i].left));
		look();
		assert_int_equal(rescue.damage, table[i].damage);
	}
}

static void what_agrees_comes_before_what_is_newer(void **state)
{
	(void)state;
	put("my.vmx~", SPAN(WHOLE));
	put("my.vmx.bak", SPAN(OLDER));
	put("my.vmx", SPAN("config.version = \"8\"\nvirtualHW.version = \"18\"\ndisp"));
	look();
	assert_string_equal(gv_rescue_best(&rescue)->name, "my.vmx.bak");
	assert_int_equal(gv_rescue_best(&rescue)->agrees, 2);
	put("my.vmx", SPAN("config.version = \"8\"\nvirtualHW.version = \"21\"\ndisp"));
	look();
	assert_string_equal(gv_rescue_best(&rescue)->name, "my.vmx~");
}

static void candidates_have_numbers_and_names(void **state)
{
	(void)state;
	put("my.vmx.bak", SPAN(WHOLE));
	put("my.vmx.bak.1", SPAN(""));
	look();
	assert_int_equal(rescue.count, 2);
	assert_ptr_equal(gv_rescue_find(&rescue, "1"), &rescue.at[0]);
	assert_ptr_equal(gv_rescue_find(&rescue, "2"), &rescue.at[1]);
	assert_ptr_equal(gv_rescue_find(&rescue, "my.vmx.bak.1"), &rescue.at[1]);
	assert_int_equal(rescue.at[1].state, GV_CANDIDATE_USELESS);
	static const char *const none[] = {"0", "3", "99999999999999999999", "", "my.vmx", "-1"};
	for (size_t i = 0; i < COUNT(none); i++)
		assert_null(gv_rescue_find(&rescue, none[i]));
}

static void no_more_candidates_than_there_is_room_for(void **state)
{
	(void)state;
	for (int i = 0; i < GV_CANDIDATES + 3; i++) {
		char name[40];
		snprintf(name, sizeof name, "my.vmx.bak.%d", i);
		put(name, SPAN(WHOLE));
	}
	look();
	assert_int_equal(rescue.count, GV_CANDIDATES);
	assert_int_equal(rescue.passed_over, 3);
}

static enum gv_status write_best(void)
{
	const char *moved_to;
	look();
	return gv_rescue_write(&rescue, gv_rescue_best(&rescue), &moved_to, &err);
}

static void a_file_that_came_meanwhile_stays(void **state)
{
	(void)state;
	const char *moved_to;
	put("my.vmx.bak", SPAN(WHOLE));
	look();
	put("my.vmx", SPAN("another\n"));
	assert_int_equal(gv_rescue_write(&rescue, gv_rescue_best(&rescue), &moved_to, &err),
	                 GV_EEXIST);
	assert_true(holds("my.vmx", "another\n"));
	assert_int_equal(folder_count(root), 2);
}

static void what_changed_meanwhile_stays(void **state)
{
	(void)state;
	const char *moved_to;
	put("my.vmx", SPAN(LEFT));
	put("my.vmx.bak", SPAN(WHOLE));
	look();
	put("my.vmx", SPAN("another\n"));
	assert_int_equal(gv_rescue_write(&rescue, gv_rescue_best(&rescue), &moved_to, &err),
	                 GV_ECHANGED);
	assert_null(moved_to);
	assert_true(holds("my.vmx", "another\n"));
	assert_true(holds("my.vmx.bak", WHOLE));
	assert_int_equal(folder_count(root), 2);
}

/* Empties the folder. */
static void start_over(void)
{
	int unused = tear_down(NULL);
	unused |= set_up(NULL);
	assert_int_equal(unused, 0);
}

/* Whatever call fails, the file is missing or whole, and nothing else is in its folder. */
static void any_failure_of_a_creation(void **state)
{
	(void)state;
	size_t succeeded = 0;
	for (size_t at = 1; succeeded == 0; at++) {
		start_over();
		put("my.vmx.bak", SPAN(WHOLE));
		look();
		const char *moved_to;
		inject_arm(at, ENOSPC, INJECT_ONCE);
		enum gv_status status =
			gv_rescue_write(&rescue, gv_rescue_best(&rescue), &moved_to, &err);
		inject_stop();
		succeeded += inject.failures == 0;
		assert_int_equal(status, inject.failures == 0 ? GV_OK : GV_ESYSTEM);
		bool named = inject.failures == 0 || strcmp(inject.symbol, "gv_os_sync_dir") == 0;
		assert_int_equal(is_there("my.vmx"), named);
		assert_true(!named || holds("my.vmx", WHOLE));
		assert_int_equal(folder_count(root), named ? 2 : 1);
	}
	assert_in_range(inject.calls, 5, 20);
}

static bool is_somewhere(const char *text)
{
	static const char *const names[] = {"my.vmx", "my.vmx.bak", "my.vmx.bak.1"};
	bool found = false;
	for (size_t i = 0; i < COUNT(names); i++)
		found |= holds(names[i], text);
	return found;
}

/* Whatever call fails, none of the texts is lost, and the file is old or new. */
static void any_failure_of_a_replacement(void **state)
{
	(void)state;
	size_t succeeded = 0;
	for (size_t at = 1; succeeded == 0; at++) {
		start_over();
		put("my.vmx", SPAN(LEFT));
		put("my.vmx.bak", SPAN(OLDER));
		put("my.vmx~", SPAN(WHOLE));
		look();
		const char *moved_to;
		inject_arm(at, ENOSPC, INJECT_ONCE);
		enum gv_status status = gv_rescue_write(&rescue, gv_rescue_find(&rescue, "my.vmx~"),
		                                        &moved_to, &err);
		inject_stop();
		succeeded += inject.failures == 0;
		assert_int_equal(status, inject.failures == 0 ? GV_OK : GV_ESYSTEM);
		assert_true(is_somewhere(LEFT));
		assert_true(is_somewhere(OLDER));
		bool new = inject.failures == 0 || strcmp(inject.symbol, "gv_os_sync_dir") == 0;
		assert_true(holds("my.vmx", new ? WHOLE : LEFT));
		assert_true(holds("my.vmx.bak", new ? LEFT : OLDER));
		assert_int_equal(moved_to != NULL, new);
		assert_int_equal(folder_count(root), new ? 4 : 3);
	}
	assert_in_range(inject.calls, 6, 20);
}

/* The disk stays full. */
static void a_full_disk(void **state)
{
	(void)state;
	const char *moved_to;
	put("my.vmx", SPAN(""));
	put("my.vmx.bak", SPAN(WHOLE));
	look();
	inject_arm(3, ENOSPC, INJECT_ON);
	enum gv_status status = gv_rescue_write(&rescue, gv_rescue_best(&rescue), &moved_to, &err);
	inject_stop();
	assert_int_equal(status, GV_ESYSTEM);
	assert_true(holds("my.vmx", ""));
	assert_true(is_somewhere(WHOLE));
}

static void a_new_file_is_made_once(void **state)
{
	(void)state;
	assert_int_equal(gv_create_new(path, SPAN("one"), NULL, &err), GV_OK);
	assert_true(holds("my.vmx", "one"));
	assert_int_equal(gv_create_new(path, SPAN("two"), NULL, &err), GV_EEXIST);
	assert_true(holds("my.vmx", "one"));
	assert_int_equal(folder_count(root), 1);
}

static void a_new_file_is_like_another(void **state)
{
	(void)state;
	struct stat stat_of;
	char *like = path_join(root, "like");
	put("like", SPAN("x"));
	assert_int_equal(chmod(like, 0604), 0);
	assert_int_equal(gv_create_new(path, SPAN("one"), like, &err), GV_OK);
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0604);
	free(like);
}

static void rescued_once_there_is_nothing_to_rescue(void **state)
{
	(void)state;
	put("my.vmx", SPAN("\0\0\0\0"));
	put("my.vmx.bak", SPAN(WHOLE));
	assert_int_equal(write_best(), GV_OK);
	assert_true(holds("my.vmx", WHOLE));
	assert_true(holds("my.vmx.bak.1", WHOLE));
	look();
	assert_int_equal(rescue.damage, GV_DAMAGE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_is_damaged_is_rescued, set_up, tear_down),
		cmocka_unit_test_setup_teardown(half_of_the_keys_must_be_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_goes_on_elsewhere_is_cut_off, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(what_agrees_comes_before_what_is_newer, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(candidates_have_numbers_and_names, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(no_more_candidates_than_there_is_room_for, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_came_meanwhile_stays, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(what_changed_meanwhile_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(any_failure_of_a_creation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(any_failure_of_a_replacement, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_disk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_file_is_made_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_file_is_like_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rescued_once_there_is_nothing_to_rescue, set_up,
	                                        tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
