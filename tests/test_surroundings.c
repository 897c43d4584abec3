/* The names beside a .vmx: which are listed, and how long a listing is trusted. */
#include "support.h"

#include "repair/surroundings.h"

static char *root;
static struct gv_os_dir *dir;
static struct gv_surroundings *around;

static int set_up(void **state)
{
	(void)state;
	root = scratch_make();
	around = gv_surroundings_new();
	return around == NULL || gv_os_open_dir(&dir, NULL, root) != 0;
}

static int tear_down(void **state)
{
	(void)state;
	gv_surroundings_free(around);
	gv_os_close_dir(dir);
	scratch_remove(root);
	return 0;
}

static void put(const char *name)
{
	char *path = path_join(root, name);
	file_write(path, SPAN(""));
	free(path);
}

static void list(const char *folder)
{
	struct gv_error err = {0};
	assert_int_equal(surroundings_list(around, dir, folder, &err), GV_OK);
}

static bool has(const char *name)
{
	for (size_t i = 0; i < around->count; i++) {
		if (strcmp(around->names[i], name) == 0)
			return true;
	}
	return false;
}

static void names_that_matter_are_listed(void **state)
{
	(void)state;
	static const char *const matter[] = {"X.vmem.lck", "X-1.VMDK.lck", "X.vmss", "a.VMSS"};
	static const char *const not[] = {"X.vmx", "X.vmx.lck", "X.vmem", "lck", "X.vmss.bak"};
	for (size_t i = 0; i < COUNT(matter); i++)
		put(matter[i]);
	for (size_t i = 0; i < COUNT(not); i++)
		put(not[i]);
	list(root);
	assert_int_equal(around->count, COUNT(matter));
	for (size_t i = 0; i < COUNT(matter); i++)
		assert_true(has(matter[i]));
}

static void listing_is_trusted_for_a_while(void **state)
{
	(void)state;
	list(root);
	put("X.vmss");
	around->listed_at = gv_os_clock(); /* however slow this machine is */
	list(root);
	assert_int_equal(around->count, 0);
	around->listed_at = gv_os_clock() - SURROUNDINGS_TRUST;
	list(root);
	assert_true(has("X.vmss"));
}

static void another_folder_is_listed_anew(void **state)
{
	(void)state;
	list(root);
	put("X.vmss");
	list("/another");
	assert_true(has("X.vmss"));
	assert_string_equal(around->folder, "/another");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_that_matter_are_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(listing_is_trusted_for_a_while, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_folder_is_listed_anew, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
