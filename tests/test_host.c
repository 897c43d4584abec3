/* The host-wide files: their table, their paths, which one wins, and changes to them. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gpuvirt/host.h>

static char *root;
static bool vmware_is_open;
static const char *resolved; /* what every path leads to, or NULL: what it does */

int __real_gv_os_resolve(const char *path, char **out);
int __wrap_gv_os_resolve(const char *path, char **out);
int __wrap_gv_os_resolve(const char *path, char **out)
{
	if (resolved == NULL)
		return __real_gv_os_resolve(path, out);
	*out = strdup(resolved);
	return 0;
}

int __wrap_gv_os_list_processes(bool (*each)(void *context, const char *name), void *context);
int __wrap_gv_os_list_processes(bool (*each)(void *context, const char *name), void *context)
{
	(void)(each(context, "vmware-usbarbit") && each(context, "vmware-vmx") && vmware_is_open &&
	       each(context, "vmware"));
	return 0;
}

static struct gv_host_environment environment;
static struct gv_host host;
static struct gv_repair repair;
static struct gv_error err;

static int set_up(void **state)
{
	(void)state;
	root = scratch_make();
	environment = (struct gv_host_environment){
		.system = GV_HOST_LINUX, .root = root, .home = "/home/anna"};
	err = (struct gv_error){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	gv_host_dispose(&host);
	gv_repair_dispose(&repair);
	scratch_remove(root);
	return 0;
}

/* Makes all folders above the file PATH below the root, and the path itself the caller's. */
static char *place_of(const char *path)
{
	char *full = path_join(root, path);
	for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		mkdir(full, 0700);
		*at = '/';
	}
	return full;
}

static void put(const char *path, const char *text)
{
	char *full = place_of(path);
	file_write(full, gv_span_of(text));
	free(full);
}

static const struct gv_host_row *row_called(const char *name)
{
	const struct gv_host_row *row = NULL;
	assert_int_equal(gv_host_choose(&row, &environment, name, &err), GV_OK);
	return row;
}

static char *path_of(const char *name)
{
	struct gv_buf path = {0};
	assert_true(gv_host_path(&path, row_called(name), &environment));
	return path.at;
}

static void every_row_is_whole(void **state)
{
	(void)state;
	size_t count;
	const struct gv_host_row *rows = gv_host_rows(&count);
	size_t of_system[GV_HOST_ANOTHER] = {0};
	for (size_t i = 0; i < count; i++) {
		const struct gv_host_row *row = &rows[i];
		of_system[row->system]++;
		assert_non_null(row->whose);
		assert_true((row->writing == GV_HOST_WRITE_NEVER) <= (row->why != NULL));
		assert_true((row->rank > 0) ==
		            (row->use == GV_HOST_CHAIN || row->use == GV_HOST_PLAYER));
		assert_true((row->base == GV_HOST_ABSOLUTE) == (row->path[0] == '/'));
		assert_true((row->base == GV_HOST_ABSOLUTE) == (gv_host_variable(row) == NULL));
		for (size_t j = 0; j < i; j++)
			assert_false(rows[j].system == row->system &&
			             strcmp(rows[j].name, row->name) == 0);
		bool follows = i > 0 && rows[i - 1].system == row->system && row->rank > 0;
		assert_true(!follows || rows[i - 1].rank <= row->rank);
		assert_null(strstr(row->path, "private"));
	}
	for (size_t i = 0; i < GV_HOST_ANOTHER; i++)
		assert_in_range(of_system[i], 1, GV_HOST_FILES);
}

static void paths_follow_the_environment(void **state)
{
	(void)state;
	static const struct {
		struct gv_host_environment environment;
		const char *name;
		const char *path;
	} table[] = {
		{{GV_HOST_LINUX, NULL, "/home/anna", NULL, NULL},
	         "user",
	         "/home/anna/.vmware/config"},
		{{GV_HOST_LINUX, NULL, NULL, NULL, NULL}, "system", "/etc/vmware/config"},
		{{GV_HOST_LINUX, "tree", "/home/anna", NULL, NULL},
	         "preferences",
	         "tree/home/anna/.vmware/preferences"},
		{{GV_HOST_LINUX, "tree", NULL, NULL, NULL}, "system", "tree/etc/vmware/config"},
		{{GV_HOST_WINDOWS, NULL, NULL, "C:\\Users\\a\\AppData\\Roaming", NULL},
	         "user",
	         "C:\\Users\\a\\AppData\\Roaming/VMware/config.ini"},
		{{GV_HOST_WINDOWS, "tree", NULL, NULL, "C:\\ProgramData"},
	         "system",
	         "tree/ProgramData/VMware/VMware Workstation/config.ini"},
		{{GV_HOST_MACOS, NULL, "/Users/a", NULL, NULL},
	         "preferences",
	         "/Users/a/Library/Preferences/VMware Fusion/preferences"},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		environment = table[i].environment;
		char *path = path_of(table[i].name);
		assert_string_equal(path, table[i].path);
		free(path);
	}
}

static void a_path_needs_its_variable(void **state)
{
	(void)state;
	struct gv_buf path = {0};
	environment.home = NULL;
	assert_false(gv_host_path(&path, row_called("user"), &environment));
	assert_null(path.at);
	assert_string_equal(gv_host_variable(row_called("user")), "HOME");
}

static void what_is_chosen(void **state)
{
	(void)state;
	static const struct {
		enum gv_host_system system;
		const char *name;
		const char *chosen; /* NULL: none */
		enum gv_status status;
	} table[] = {
		{GV_HOST_LINUX, NULL, "user", GV_OK},
		{GV_HOST_LINUX, "system", "system", GV_OK},
		{GV_HOST_LINUX, "preferences", "preferences", GV_OK},
		{GV_HOST_LINUX, "site", NULL, GV_EREFUSED},
		{GV_HOST_LINUX, "global", NULL, GV_EREFUSED},
		{GV_HOST_LINUX, "player", NULL, GV_EINVAL},
		{GV_HOST_LINUX, "preferences-private", NULL, GV_EINVAL},
		{GV_HOST_WINDOWS, NULL, "user", GV_OK},
		{GV_HOST_WINDOWS, "player", NULL, GV_EREFUSED},
		{GV_HOST_MACOS, NULL, NULL, GV_EINVAL},
		{GV_HOST_MACOS, "preferences", "preferences", GV_OK},
		{GV_HOST_ANOTHER, NULL, NULL, GV_EINVAL},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		const struct gv_host_row *row = NULL;
		environment.system = table[i].system;
		err = (struct gv_error){0};
		assert_int_equal(gv_host_choose(&row, &environment, table[i].name, &err),
		                 table[i].status);
		if (table[i].chosen == NULL)
			assert_null(row);
		else
			assert_string_equal(row->name, table[i].chosen);
	}
}

/* The name of the file that wins for KEY, or "". */
static const char *winner(const char *key)
{
	struct gv_host_hits hits;
	gv_host_dispose(&host);
	assert_int_equal(gv_host_read(&host, &environment, 1000, &err), GV_OK);
	gv_host_find(&hits, &host, gv_span_of(key));
	return hits.wins == NULL ? "" : hits.wins->file->row->name;
}

static void the_first_of_the_chain_wins(void **state)
{
	(void)state;
	assert_string_equal(winner("mks.a"), "");
	put("home/anna/.vmware/preferences", "mks.a = 1\n");
	assert_string_equal(winner("mks.a"), "preferences");
	put("usr/lib/vmware/settings", "mks.a = 2\n");
	assert_string_equal(winner("mks.a"), "global");
	put("usr/lib/vmware/config", "mks.a = 3\n");
	assert_string_equal(winner("MKS.A"), "site");
	put("etc/vmware/config", "mks.a = 4\n");
	assert_string_equal(winner("mks.a"), "system");
	put("home/anna/.vmware/config", "mks.a = 5\n");
	assert_string_equal(winner("mks.a"), "user");
	assert_string_equal(winner("mks"), "");
}

/* VMware Player's file counts for Player alone. */
static void a_file_of_the_chain_wins_over_players(void **state)
{
	(void)state;
	environment.system = GV_HOST_WINDOWS;
	environment.programdata = "C:\\ProgramData";
	put("ProgramData/VMware/VMware Player/config.ini", "mks.a = 1\r\n");
	assert_string_equal(winner("mks.a"), "player");
	put("ProgramData/VMware/VMware Workstation/config.ini", "mks.a = 2\r\n");
	assert_string_equal(winner("mks.a"), "system");
}

static void of_a_repeated_key_the_last_is_found(void **state)
{
	(void)state;
	struct gv_host_hits hits;
	put("etc/vmware/config", "mks.a = 1\nmks.b = 1\nMKS.A = \"two\"\n");
	assert_string_equal(winner("mks.a"), "system");
	gv_host_find(&hits, &host, SPAN("mks.a"));
	assert_int_equal(hits.count, 1);
	assert_true(hits.wins->repeated);
	assert_int_equal(hits.wins->line.number, 3);
	assert_span(hits.wins->line.value, SPAN("two"));
}

static void trouble_with_one_file_stays_with_it(void **state)
{
	(void)state;
	char *folder = place_of("home/anna/.vmware/config/x");
	put("etc/vmware/config", "mks.a = 1\n");
	put("usr/lib/vmware/config", "\xFF\xFEm\0k\0");
	assert_string_equal(winner("mks.a"), "system");
	assert_int_equal(host.at[0].trouble.status, GV_EINVAL); /* a folder */
	assert_int_equal(host.at[1].trouble.status, GV_OK);
	assert_int_equal(host.at[2].trouble.status, GV_EINVAL); /* UTF-16 */
	assert_null(host.at[2].vmx);
	assert_int_equal(host.at[3].trouble.status, GV_OK); /* not there */
	assert_null(host.at[3].vmx);
	free(folder);
}

static void a_file_above_the_limit_is_not_read(void **state)
{
	(void)state;
	char text[1100];
	memset(text, ' ', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	put("etc/vmware/config", text);
	assert_string_equal(winner("mks.a"), "");
	assert_int_equal(host.at[1].trouble.status, GV_ETOOBIG);
}

static void display_keys(void **state)
{
	(void)state;
	static const char *const yes[] = {"mks.enable3d", "MKS.vk.forceDevice", "svga.x"};
	static const char *const no[] = {"mks", "memsize", "vmotion.svga.a", "xmks.a", ""};
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(gv_host_is_display_key(gv_span_of(yes[i])));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(gv_host_is_display_key(gv_span_of(no[i])));
}

static bool created;
static bool captured = true;
static bool force;

/* Sets mks.a to VALUE, or removes it when VALUE is NULL, in the file of the row NAME. */
static enum gv_status change(const char *name, const char *value, bool write)
{
	struct gv_repair_options options = {
		.max_size = 1000, .backup = true, .write = write, .force = force};
	struct gv_change one = {value == NULL ? GV_CHANGE_UNSET : GV_CHANGE_SET,
	                        GV_LITERAL("mks.a"), gv_span_of(value)};
	struct gv_host_change change = {.row = row_called(name),
	                                .captured = captured,
	                                .changes = &one,
	                                .count = 1,
	                                .options = &options};
	char *path = path_of(name);
	change.path = path;
	gv_repair_dispose(&repair);
	err = (struct gv_error){0};
	enum gv_status status = gv_host_change(&repair, &created, &change, &err);
	free(path);
	return status;
}

static void assert_file(const char *path, struct gv_span want)
{
	char *full = path_join(root, path);
	struct gv_buf text = file_read(full);
	assert_span(gv_buf_span(&text), want);
	gv_buf_dispose(&text);
	free(full);
}

static void only_the_value_changes(void **state)
{
	(void)state;
	put("etc/vmware/config", "# by hand\nlibdir = /usr/lib/vmware\nMks.a=no # why\n");
	assert_int_equal(change("system", "TRUE", true), GV_OK);
	assert_false(created);
	assert_file("etc/vmware/config",
	            SPAN("# by hand\nlibdir = /usr/lib/vmware\nMks.a=\"TRUE\" # why\n"));
	assert_file("etc/vmware/config.bak",
	            SPAN("# by hand\nlibdir = /usr/lib/vmware\nMks.a=no # why\n"));
	assert_int_equal(change("system", NULL, true), GV_OK);
	assert_file("etc/vmware/config", SPAN("# by hand\nlibdir = /usr/lib/vmware\n"));
	assert_int_equal(change("system", NULL, true), GV_ENOENT);
}

static void a_file_that_is_not_there_is_created(void **state)
{
	(void)state;
	free(place_of("home/anna/.vmware/config"));
	mode_t mask = umask(022);
	assert_int_equal(change("user", "a \"b\"", true), GV_OK);
	umask(mask);
	assert_true(created);
	assert_true(repair.written);
	assert_file("home/anna/.vmware/config",
	            SPAN(".encoding = \"UTF-8\"\nmks.a = \"a |22b|22\"\n"));
	char *path = path_of("user");
	struct stat stat_of;
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0644);
	free(path);
}

static void windows_gets_its_line_endings(void **state)
{
	(void)state;
	environment.system = GV_HOST_WINDOWS;
	environment.appdata = "C:\\Users\\a";
	free(place_of("Users/a/VMware/config.ini"));
	assert_int_equal(change("user", "1", true), GV_OK);
	assert_file("Users/a/VMware/config.ini",
	            SPAN(".encoding = \"UTF-8\"\r\nmks.a = \"1\"\r\n"));
}

static void a_dry_run_creates_nothing(void **state)
{
	(void)state;
	char *path = place_of("home/anna/.vmware/config");
	assert_int_equal(change("user", "1", false), GV_OK);
	assert_false(created);
	assert_span(gv_buf_span(&repair.plan.text), SPAN(".encoding = \"UTF-8\"\nmks.a = \"1\"\n"));
	assert_int_equal(repair.plan.edits.count, 1);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
}

static void nothing_is_unset_in_a_file_that_is_not_there(void **state)
{
	(void)state;
	char *path = place_of("home/anna/.vmware/config");
	assert_int_equal(change("user", NULL, true), GV_ENOENT);
	assert_int_equal(access(path, F_OK), -1);
	free(path);
}

static void a_folder_that_is_not_there_is_not_made(void **state)
{
	(void)state;
	assert_int_equal(change("user", "1", true), GV_ENOENT);
	assert_non_null(strstr(err.message, "folder is not there"));
	assert_int_equal(folder_count(root), 0);
}

static void a_link_to_nowhere_is_not_filled(void **state)
{
	(void)state;
	char *path = place_of("etc/vmware/config");
	assert_int_equal(symlink("elsewhere/config", path), 0);
	assert_int_equal(change("system", "1", true), GV_ESYSTEM);
	free(path);
}

static void a_link_is_followed_and_stays(void **state)
{
	(void)state;
	char *path = place_of("etc/vmware/config");
	put("real/config", "mks.a = 1\n");
	assert_int_equal(symlink("../../real/config", path), 0);
	assert_int_equal(change("system", "2", true), GV_OK);
	assert_file("real/config", SPAN("mks.a = \"2\"\n"));
	struct stat stat_of;
	assert_int_equal(lstat(path, &stat_of), 0);
	assert_true(S_ISLNK(stat_of.st_mode));
	free(path);
}

static void what_is_no_dictionary_is_refused(void **state)
{
	(void)state;
	char *path = place_of("etc/vmware/config");
	file_write(path, SPAN("\0\0\0\0\0\0\0\0"));
	assert_int_equal(change("system", "1", true), GV_OK);
	assert_true(repair.refused);
	assert_non_null(repair.what_else);
	assert_false(repair.written);
	free(path);
}

static void an_empty_file_is_one(void **state)
{
	(void)state;
	put("etc/vmware/config", "");
	assert_int_equal(change("system", "1", true), GV_OK);
	assert_file("etc/vmware/config", SPAN("mks.a = \"1\"\n"));
}

static void another_users_folder_is_refused(void **state)
{
	(void)state;
	if (geteuid() == 0) {
		fprintf(stderr, "SKIP: root may write in every folder\n");
		skip();
	}
	char *path = place_of("etc/vmware/config");
	*strrchr(path, '/') = '\0';
	assert_int_equal(chmod(path, 0500), 0);
	assert_int_equal(change("system", "1", true), GV_EREFUSED);
	assert_int_equal(chmod(path, 0700), 0);
	free(path);
}

static void preferences_wait_for_vmware_to_be_closed(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool captured;
		bool open;
		bool force;
		enum gv_status status;
	} table[] = {
		{"preferences", false, false, false, GV_OK},
		{"preferences", false, true, false, GV_EREFUSED},
		{"preferences", false, true, true, GV_OK},
		{"preferences", true, true, false, GV_OK},
		{"user", false, true, false, GV_OK},
	};
	free(place_of("home/anna/.vmware/config"));
	for (size_t i = 0; i < COUNT(table); i++) {
		captured = table[i].captured;
		vmware_is_open = table[i].open;
		force = table[i].force;
		assert_int_equal(change(table[i].name, "1", false), table[i].status);
	}
	captured = true;
	vmware_is_open = force = false;
}

static void a_file_of_nixos_is_refused(void **state)
{
	(void)state;
	put("etc/vmware/config", "mks.a = 1\n");
	resolved = "/nix/store/0123-config";
	enum gv_status status = change("system", "2", true);
	resolved = NULL;
	assert_int_equal(status, GV_EREFUSED);
	assert_non_null(strstr(err.message, "extraConfig"));
	assert_file("etc/vmware/config", SPAN("mks.a = 1\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_row_is_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(paths_follow_the_environment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_path_needs_its_variable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_chosen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_first_of_the_chain_wins, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_of_the_chain_wins_over_players, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(of_a_repeated_key_the_last_is_found, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(trouble_with_one_file_stays_with_it, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_file_above_the_limit_is_not_read, set_up,
	                                        tear_down),
		cmocka_unit_test(display_keys),
		cmocka_unit_test_setup_teardown(only_the_value_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_not_there_is_created, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(windows_gets_its_line_endings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_dry_run_creates_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_unset_in_a_file_that_is_not_there,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_not_made, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_link_to_nowhere_is_not_filled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_link_is_followed_and_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_dictionary_is_refused, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(an_empty_file_is_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_users_folder_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(preferences_wait_for_vmware_to_be_closed, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_file_of_nixos_is_refused, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
