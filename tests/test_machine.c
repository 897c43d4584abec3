/* Where the doctor's facts come from: captured trees, whose links stay inside, and this machine. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/machine.h"

static char *outside; /* a folder beside the tree */
static char *root;
static struct machine *machine;

static void put(const char *path, struct gv_span text)
{
	char *whole = path_join(root, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(whole, 0777);
		*slash = '/';
	}
	file_write(whole, text);
	free(whole);
}

static void link_to(const char *path, const char *target)
{
	char *whole = path_join(root, path);
	assert_int_equal(symlink(target, whole), 0);
	free(whole);
}

static int set_up(void **state)
{
	(void)state;
	outside = scratch_make();
	root = path_join(outside, "root");
	mkdir(root, 0777);
	put("doctor/environ", SPAN("HOME=/home/kim\nEMPTY=\nTWICE=1\r\nHOMELESS=x\0TWICE=2\nBAD\n"));
	put("doctor/commands/glxinfo", SPAN("said\n"));
	put("etc/inside", SPAN("inside"));
	put("a/b/c", SPAN("c"));
	assert_int_equal(machine_open(&machine, root, NULL), GV_OK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	machine_close(machine);
	scratch_remove(outside);
	free(root);
	return 0;
}

static void links_stay_inside(void **state)
{
	(void)state;
	char *secret = path_join(outside, "secret");
	file_write(secret, SPAN("secret"));
	link_to("absolute", "/etc/inside");
	link_to("climbs", "../../../../../../etc/inside");
	link_to("a/folder", "../etc/");
	link_to("out", secret);
	link_to("beside", "../secret");
	link_to("self", "self");
	link_to("a/b/up", "../..");
	link_to("chain", "absolute");
	static const struct {
		const char *path;
		enum presence presence;
		const char *text;
	} rows[] = {
		{"/etc/inside", PRESENT, "inside"},
		{"//etc/./inside", PRESENT, "inside"},
		{"/absolute", PRESENT, "inside"},
		{"/climbs", PRESENT, "inside"},
		{"/chain", PRESENT, "inside"},
		{"/a/folder/inside", PRESENT, "inside"},
		{"/a/b/up/etc/inside", PRESENT, "inside"},
		{"/../../etc/inside", PRESENT, "inside"},
		{"/a/b/../../../../a/b/c", PRESENT, "c"},
		{"/out", ABSENT, NULL},
		{"/beside", ABSENT, NULL},
		{"/../secret", ABSENT, NULL},
		{"/self", HIDDEN, NULL},
		{"/self/x", HIDDEN, NULL},
		{"/etc", HIDDEN, NULL}, /* a folder */
		{"/etc/inside/x", ABSENT, NULL},
		{"/nothing", ABSENT, NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_span text = {0};
		struct gv_error why = {0};
		enum presence presence = machine_read(machine, rows[i].path, &text, &why);
		if (presence != rows[i].presence)
			fail_msg("%s: %d, not %d", rows[i].path, (int)presence,
			         (int)rows[i].presence);
		assert_int_equal(presence == HIDDEN, why.message[0] != '\0');
		if (presence == PRESENT)
			assert_span(text, gv_span_of(rows[i].text));
	}
	free(secret);
}

static void a_place_is_told_that_is_not_there_yet(void **state)
{
	(void)state;
	struct gv_buf have = {0};
	char *want = path_join(root, "etc/new/file");
	link_to("way", "/etc/new");
	assert_true(machine_locate(machine, "/way/file", &have));
	assert_string_equal(have.at, want);
	gv_buf_dispose(&have);
	free(want);
}

static void folders_are_listed_in_order(void **state)
{
	(void)state;
	struct machine_names names;
	struct gv_error why = {0};
	put("list/b", SPAN(""));
	put("list/a", SPAN(""));
	link_to("listed", "/list");
	assert_int_equal(machine_list(machine, "/listed", &names, &why), PRESENT);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.at[0], "a");
	assert_string_equal(names.at[1], "b");
	assert_int_equal(machine_list(machine, "/none", &names, &why), ABSENT);
	assert_int_equal(names.count, 0);
	for (int i = 0; i < 4100; i++) {
		char name[32];
		snprintf(name, sizeof name, "many/%d", i);
		put(name, SPAN(""));
	}
	assert_int_equal(machine_list(machine, "/many", &names, &why), PRESENT);
	assert_int_equal(names.count, 4096);
}

static void the_end_of_a_link_is_told(void **state)
{
	(void)state;
	link_to("a/driver", "../bus/drivers/nouveau");
	link_to("card", "/a");
	assert_string_equal(machine_link(machine, "/card/driver"), "nouveau");
	assert_null(machine_link(machine, "/a/b"));
	assert_null(machine_link(machine, "/none/driver"));
}

static void the_environment_is_a_file(void **state)
{
	(void)state;
	assert_true(machine_is_captured(machine));
	assert_true(machine_knows_environment(machine));
	assert_string_equal(machine_variable(machine, "HOME"), "/home/kim");
	assert_string_equal(machine_variable(machine, "HOMELESS"), "x");
	assert_string_equal(machine_variable(machine, "TWICE"), "2");
	assert_null(machine_variable(machine, "EMPTY"));
	assert_null(machine_variable(machine, "BAD"));
	assert_null(machine_variable(machine, "PATH"));
}

static void no_program_is_run_for_a_tree(void **state)
{
	(void)state;
	struct gv_span said;
	struct gv_error why = {0};
	assert_int_equal(machine_ask(machine, PROGRAM_GLXINFO, &said, &why), PRESENT);
	assert_span(said, SPAN("said\n"));
	assert_int_equal(machine_ask(machine, PROGRAM_ID, &said, &why), ABSENT);
	assert_int_equal(machine_usable(machine, "/etc/inside", &why), HIDDEN);
}

static void large_files_are_not_read(void **state)
{
	(void)state;
	struct gv_buf large = {0};
	struct gv_span text;
	struct gv_error why = {0};
	char *room = gv_buf_reserve(&large, (1 << 20) + 1);
	memset(room, 'x', (1 << 20) + 1);
	put("large", (struct gv_span){room, (1 << 20) + 1});
	assert_int_equal(machine_read(machine, "/large", &text, &why), HIDDEN);
	assert_string_equal(why.message, "too large to be looked at");
	put("large", (struct gv_span){room, 1 << 20});
	assert_int_equal(machine_read(machine, "/large", &text, &why), PRESENT);
	int read = 1;
	while (machine_read(machine, "/large", &text, &why) == PRESENT)
		read++;
	assert_int_equal(read, 63); /* with the small files it is more than 64 MiB */
	assert_false(machine_failed(machine));
	gv_buf_dispose(&large);
}

static void a_root_must_be_a_folder(void **state)
{
	(void)state;
	struct machine *other = NULL;
	struct gv_error err = {0};
	char *file = path_join(root, "etc/inside");
	assert_int_equal(machine_open(&other, "/nowhere/at/all", &err), GV_ESYSTEM);
	assert_int_equal(machine_open(&other, file, &err), GV_EINVAL);
	assert_null(other);
	free(file);
}

/* A folder of programs of its own takes the place of PATH. */
static void programs_of_this_machine_are_run(void **state)
{
	(void)state;
	struct machine *here = NULL;
	struct gv_span said;
	struct gv_error why = {0};
	char *program = path_join(root, "id");
	put("id", SPAN("#!/bin/sh\necho out; echo err >&2; exit 3\n"));
	assert_int_equal(chmod(program, 0755), 0);
	setenv("PATH", root, 1);
	assert_int_equal(machine_open(&here, NULL, NULL), GV_OK);
	assert_false(machine_is_captured(here));
	assert_int_equal(machine_ask(here, PROGRAM_ID, &said, &why), PRESENT);
	assert_span(said, SPAN("out\nerr\n"));
	assert_int_equal(machine_ask(here, PROGRAM_GLXINFO, &said, &why), ABSENT);
	assert_int_equal(machine_ask(here, PROGRAM_DXDIAG, &said, &why), HIDDEN);
	assert_int_equal(machine_usable(here, program, &why), PRESENT);
	assert_string_equal(machine_variable(here, "PATH"), root);
	machine_close(here);
	free(program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(links_stay_inside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_place_is_told_that_is_not_there_yet, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(folders_are_listed_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_a_link_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_environment_is_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_program_is_run_for_a_tree, set_up, tear_down),
		cmocka_unit_test_setup_teardown(large_files_are_not_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_root_must_be_a_folder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(programs_of_this_machine_are_run, set_up,
	                                        tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
