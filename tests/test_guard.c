#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/replace.h"
#include "base/walk.h"
#include "repair/guard.h"

#define HEAD ".encoding = \"UTF-8\"\nconfig.version = \"8\"\nvirtualHW.version = \"20\"\n"

/* Containers differ. */
bool __wrap_gv_os_sees_host(void);
bool __wrap_gv_os_sees_host(void)
{
	return true;
}

/* A scratch folder with a healthy X.vmx in it. */
struct scene {
	char *folder;
	char *vmx;
	struct gv_refusals refusals; /* of the last ask */
};

static int make_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	assert_non_null(scene);
	scene->folder = scratch_make();
	scene->vmx = path_join(scene->folder, "X.vmx");
	file_write(scene->vmx, SPAN(HEAD));
	*state = scene;
	return 0;
}

static int remove_scene(void **state)
{
	struct scene *scene = *state;
	scratch_remove(scene->folder);
	free(scene->vmx);
	free(scene);
	return 0;
}

static void put(const struct scene *scene, const char *name, struct gv_span text)
{
	char *path = path_join(scene->folder, name);
	file_write(path, text);
	free(path);
}

static void make_folder(const struct scene *scene, const char *name)
{
	char *path = path_join(scene->folder, name);
	assert_int_equal(mkdir(path, 0777), 0);
	free(path);
}

/* Puts the lock folder NAME with a member that holds TEXT, padded to SIZE bytes. */
static void put_lock(const struct scene *scene, const char *name, const char *text, size_t size)
{
	char member[300];
	char bytes[512] = {0};
	make_folder(scene, name);
	snprintf(member, sizeof member, "%s/M00001.lck", name);
	snprintf(bytes, sizeof bytes, "%s", text);
	put(scene, member, (struct gv_span){bytes, size});
}

static void put_process_lock(const struct scene *scene, const char *name, int64_t pid,
                             const char *program)
{
	char machine[80];
	char text[256];
	uint64_t started;
	assert_int_equal(gv_os_machine_id(machine, sizeof machine), 0);
	gv_os_process(pid, &started);
	snprintf(text, sizeof text, "%s %" PRId64 "-%" PRIu64 "%s 1 X 0 lc=1", machine, pid,
	         started, program);
	put_lock(scene, name, text, 512);
}

/* The id of a process that has ended and been waited for. */
static int64_t dead_pid(void)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return child;
}

/* Asks as repair does: in the folder of PATH, or of the text alone when it is NULL. */
static enum gv_status ask(struct gv_refusals *refusals, const char *path,
                          const struct gv_file *file, const struct gv_vmx *vmx,
                          struct gv_error *err)
{
	struct gv_place place = {0};
	struct guard_question question = {.path = path, .file = file, .vmx = vmx};
	if (path != NULL) {
		assert_int_equal(gv_place_enter(&place, path, err), GV_OK);
		question.place = &place;
	}
	enum gv_status status = guard_ask(refusals, &question, err);
	gv_place_leave(&place);
	return status;
}

/* Asks about the file PATH as repair does. */
static void ask_path(struct scene *scene, const char *path)
{
	struct gv_file file = {0};
	struct gv_vmx *vmx = NULL;
	struct gv_error err = {0};
	memset(&scene->refusals, 0x5A, sizeof scene->refusals);
	assert_int_equal(gv_file_read(&file, path, 1 << 20, &err), GV_OK);
	assert_int_equal(gv_vmx_parse(&vmx, gv_buf_span(&file.text), &err), GV_OK);
	assert_int_equal(ask(&scene->refusals, path, &file, vmx, &err), GV_OK);
	gv_vmx_free(vmx);
	gv_file_dispose(&file);
}

static void assert_free(struct scene *scene)
{
	ask_path(scene, scene->vmx);
	if (scene->refusals.count > 0)
		fail_msg("%s: %s", scene->refusals.at[0].guard, scene->refusals.at[0].message);
}

/* One refusal, by GUARD, whose message is MESSAGE or, ending in "...", begins so. */
static void assert_refused(struct scene *scene, const char *guard, const char *message)
{
	ask_path(scene, scene->vmx);
	assert_int_equal(scene->refusals.count, 1);
	assert_string_equal(scene->refusals.at[0].guard, guard);
	size_t len = strlen(message);
	if (len > 3 && strcmp(message + len - 3, "...") == 0)
		scene->refusals.at[0].message[len - 3] = '\0';
	else
		len += 3;
	assert_memory_equal(scene->refusals.at[0].message, message, len - 3);
	assert_int_equal(strlen(scene->refusals.at[0].message), len - 3);
}

static void nothing_stands_against_a_machine_at_rest(void **state)
{
	struct scene *scene = *state;
	put(scene, "X.nvram", SPAN("x"));
	put(scene, "X.vmsd", SPAN(""));
	put(scene, "X.vmx~", SPAN("x"));
	put(scene, "X.vmx.bak", SPAN("x"));
	put(scene, "X-Snapshot1.vmsn", SPAN("x"));
	assert_free(scene);
}

/* It is waited for when it comes to writing; VMware behind it in the queue is refused all the same. */
static void another_gpuvirt_is_no_refusal(void **state)
{
	struct scene *scene = *state;
	put_process_lock(scene, "X.vmx.lck", getppid(), "(gpuvirt)");
	assert_free(scene);
	put(scene, "X.vmx.lck/M00002.lck", SPAN("garbage"));
	assert_refused(scene, "locked", "the lock X.vmx.lck cannot be judged: M00002.lck ...");
}

static void refusals_for_a_lock_are_told_from_others(void **state)
{
	struct scene *scene = *state;
	put(scene, "X.vmss", SPAN(""));
	ask_path(scene, scene->vmx);
	assert_int_equal(scene->refusals.count, 1);
	assert_false(guard_found_lock(&scene->refusals));
	put_process_lock(scene, "X.vmdk.lck", getpid(), "(vmware)");
	ask_path(scene, scene->vmx);
	assert_int_equal(scene->refusals.count, 2);
	assert_true(guard_found_lock(&scene->refusals));
}

static void a_live_owner_of_any_lock_is_named(void **state)
{
	struct scene *scene = *state;
	static const char *const locks[] = {"X.vmx.lck", "564d1234.vmem.lck",
					    "disk-000001.vmdk.lck", "Other.VMDK.lck"};
	for (size_t i = 0; i < COUNT(locks); i++) {
		char want[200];
		put_process_lock(scene, locks[i], getpid(), "(vmware-vmx)");
		snprintf(want, sizeof want, "the machine runs or is open in VMware: vmware-vmx, "
		         "process %d, holds %s; close it there", (int)getpid(), locks[i]);
		assert_refused(scene, "running", want);
		char *folder = path_join(scene->folder, locks[i]);
		scratch_remove(folder);
	}
	assert_free(scene);
}

static void an_owner_without_name_is_a_program(void **state)
{
	struct scene *scene = *state;
	char want[200];
	put_process_lock(scene, "X.vmx.lck", getpid(), "");
	snprintf(want, sizeof want, "the machine runs or is open in VMware: a program, process %d, "
	         "holds X.vmx.lck; close it there", (int)getpid());
	assert_refused(scene, "running", want);
}

static void each_held_lock_is_told(void **state)
{
	struct scene *scene = *state;
	put_process_lock(scene, "X.vmx.lck", getpid(), "(vmware)");
	put_process_lock(scene, "X.vmem.lck", getpid(), "(vmware-vmx)");
	ask_path(scene, scene->vmx);
	assert_int_equal(scene->refusals.count, 2);
}

static void locks_of_dead_owners_do_not_count(void **state)
{
	struct scene *scene = *state;
	put_process_lock(scene, "X.vmx.lck", dead_pid(), "(vmware)");
	put_process_lock(scene, "X.vmem.lck", dead_pid(), "(vmware-vmx)");
	make_folder(scene, "X.vmdk.lck");
	assert_free(scene);
}

static void locks_of_other_files_do_not_count(void **state)
{
	struct scene *scene = *state;
	put_process_lock(scene, "Y.vmx.lck", getpid(), "(vmware)");
	put_process_lock(scene, "X.lck", getpid(), "(vmware)");
	put_process_lock(scene, "X.vmx.bak.lck", getpid(), "(vmware)");
	assert_free(scene);
}

static void a_lock_of_another_machine_is_foreign(void **state)
{
	struct scene *scene = *state;
	put_lock(scene, "X.vmx.lck", "uuid=1-2 2147483647-1(vmware.exe) 1 X 1 lc=1", 512);
	assert_refused(scene, "locked", "X.vmx.lck was taken on another machine (uuid=1-2), which "
	               "cannot be asked: close the machine there");
}

static void a_lock_that_cannot_be_read_is_told(void **state)
{
	struct scene *scene = *state;
	put_lock(scene, "X.vmx.lck", "garbage", 100);
	assert_refused(scene, "locked", "the lock X.vmx.lck cannot be judged: M00001.lck does not "
	               "read as VMware writes them");
}

static void a_lock_that_is_a_file_is_told(void **state)
{
	struct scene *scene = *state;
	put(scene, "X.vmx.lck", SPAN("x"));
	assert_refused(scene, "locked", "the lock X.vmx.lck cannot be judged: ...");
}

static void names_of_locks_are_shown_safely(void **state)
{
	struct scene *scene = *state;
	put_lock(scene, "a\x1B[2J\n.vmdk.lck", "uuid=\x1B 1-1(x) 1 X 1", 512);
	assert_refused(scene, "locked", "a\\x1B[2J\\n.vmdk.lck was taken on another machine "
	               "(uuid=?), ...");
}

static void a_checkpoint_state_means_suspended(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *text;
		const char *message; /* NULL: not suspended */
	} rows[] = {
		{HEAD "checkpoint.vmState = \"\"\n", NULL},
		{HEAD "checkpoint.vmState =\n", NULL},
		{HEAD "# checkpoint.vmState = \"X.vmss\"\n", NULL},
		{HEAD "checkpoint.vmState.readOnly = \"FALSE\"\n", NULL},
		{HEAD "checkpoint.vmState = \"X.vmss\"\n",
		 "the machine is suspended (checkpoint.vmState is \"X.vmss\") and its resume reads "
		 "the keys a repair removes: resume it and shut it down"},
		{HEAD "Checkpoint.VMState = X-1a.vmss\n", "the machine is suspended "
		 "(checkpoint.vmState is \"X-1a.vmss\")..."},
		{HEAD "checkpoint.vmState = \"a\x1B\"\n", "the machine is suspended "
		 "(checkpoint.vmState is \"a\\x1B\")..."},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		file_write(scene->vmx, gv_span_of(rows[i].text));
		if (rows[i].message == NULL)
			assert_free(scene);
		else
			assert_refused(scene, "suspended", rows[i].message);
	}
}

/* Which of them counts cannot be known, and a repair removes the one that says so. */
static void a_checkpoint_state_counts_wherever_it_stands(void **state)
{
	struct scene *scene = *state;
	file_write(scene->vmx, SPAN(HEAD "checkpoint.vmState = \"\"\n"
	                            "checkpoint.vmState = \"X.vmss\"\n"));
	assert_refused(scene, "suspended", "the machine is suspended (checkpoint.vmState is "
	               "\"X.vmss\")...");
}

static void a_suspended_state_of_the_machine_beside_it_counts(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *name;
		bool counts;
	} rows[] = {
		{"X.vmss", true},           {"x.VMSS", true},        {"X-1a2b3c4d.vmss", true},
		{"X-1A2B3C4D.vmss", true},  {"Other.vmss", false},   {"X-clone.vmss", false},
		{"XX.vmss", false},         {"X-.vmss", false},      {"X-1a2b 2.vmss", false},
		{"X-1a-2b.vmss", false},    {"X.vmss~", false},      {"X.vmsn", false},
		{"X1a2b3c4d.vmss", false},  {".vmss", false},        {"aX.vmss", false},
		{"X.vmx.vmss", false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *path = path_join(scene->folder, rows[i].name);
		file_write(path, SPAN("x"));
		ask_path(scene, scene->vmx);
		if (scene->refusals.count != (rows[i].counts ? 1 : 0))
			fail_msg("%s", rows[i].name);
		if (rows[i].counts)
			assert_string_equal(scene->refusals.at[0].guard, "suspended");
		assert_int_equal(unlink(path), 0);
		free(path);
	}
}

static void a_suspended_state_is_named(void **state)
{
	struct scene *scene = *state;
	put(scene, "X-1a2b3c4d.vmss", SPAN("x"));
	assert_refused(scene, "suspended", "the machine is suspended (X-1a2b3c4d.vmss lies beside "
	               "it) and its resume reads the keys a repair removes: resume it and shut it "
	               "down");
}

/*
 * The machine a.vmss.vmx is another than a. Valgrind sees a name read past its end when it comes
 * last in its folder, hence the many folders.
 */
static void a_stem_may_end_like_a_suspended_state(void **state)
{
	struct scene *scene = *state;
	for (char letter = 'a'; letter <= 'p'; letter++) {
		char name[32];
		snprintf(name, sizeof name, "%c", letter);
		make_folder(scene, name);
		snprintf(name, sizeof name, "%c/%c.vmss", letter, letter);
		put(scene, name, SPAN("x"));
		snprintf(name, sizeof name, "%c/%c.vmss.vmx", letter, letter);
		put(scene, name, SPAN(HEAD));
		char *path = path_join(scene->folder, name);
		ask_path(scene, path);
		assert_int_equal(scene->refusals.count, 0);
		free(path);
	}
}

static void only_what_can_be_edited_of_an_encrypted_machine_is_let_through(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *text;
		const char *message; /* NULL: may be edited */
	} rows[] = {
		{".encoding = \"UTF-8\"\ndisplayName = \"x\"\nencryption.keySafe = \"k\"\n"
		 "encryption.data = \"d\"\n", "the configuration is encrypted as a whole: ..."},
		{".encoding = \"UTF-8\"\nencryption.keysafe = \"k\"\nENCRYPTION.DATA = \"d\"\n",
		 "the configuration is encrypted as a whole: ..."},
		{"displayName = \"x\"\nencryption.data = \"d\"\n",
		 "one of encryption.keySafe and encryption.data is missing: ..."},
		{"displayName = \"x\"\nencryption.keySafe = \"k\"\n",
		 "one of encryption.keySafe and encryption.data is missing: ..."},
		{HEAD "encryption.keySafe = \"k\"\nencryption.data = \"d\"\n"
		 "encryption.data = \"d\"\n",
		 "an encryption line stands twice: ..."},
		{"displayName = \"x\"\nencryption.bundle = \"b\"\n",
		 "the configuration is encrypted as a whole: ..."},
		{HEAD "encryption.keySafe = \"k\"\nencryption.data = \"d\"\n", NULL},
		{"vmx.encryptionType = \"partial\"\nencryption.keySafe = \"k\"\n"
		 "encryption.data = \"d\"\n", NULL},
		{HEAD "encryptedVM.guid = \"{1}\"\n", NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		file_write(scene->vmx, gv_span_of(rows[i].text));
		if (rows[i].message == NULL)
			assert_free(scene);
		else
			assert_refused(scene, "encrypted", rows[i].message);
	}
}

static void a_file_without_any_write_bit_is_read_only(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(chmod(scene->vmx, 0444), 0);
	assert_refused(scene, "read-only", "the file is read-only");
	assert_int_equal(chmod(scene->vmx, 0600), 0);
	assert_free(scene);
}

static void give_name(const struct scene *scene, const char *name)
{
	char *path = path_join(scene->folder, name);
	assert_int_equal(link(scene->vmx, path), 0);
	free(path);
}

static void further_names_of_the_file_are_counted(void **state)
{
	struct scene *scene = *state;
	give_name(scene, "Y.vmx");
	assert_refused(scene, "hard-linked", "the file has 2 names (hard links); the others would "
	               "keep the old text");
	give_name(scene, "Z.vmx");
	assert_refused(scene, "hard-linked", "the file has 3 names (hard links)...");
}

/* What a run that was killed leaves. */
static void a_second_name_is_a_reason_whatever_it_is(void **state)
{
	struct scene *scene = *state;
	give_name(scene, "X.vmx.bak");
	assert_refused(scene, "hard-linked", "the file has 2 names (hard links)...");
	give_name(scene, "Y.vmx");
	assert_refused(scene, "hard-linked", "the file has 3 names (hard links)...");
}

static void a_link_is_judged_where_it_leads(void **state)
{
	struct scene *scene = *state;
	make_folder(scene, "elsewhere");
	char *path = path_join(scene->folder, "elsewhere/L.vmx");
	assert_int_equal(symlink("../X.vmx", path), 0);
	ask_path(scene, path);
	assert_int_equal(scene->refusals.count, 0);
	put_process_lock(scene, "X.vmx.lck", getpid(), "(vmware)");
	ask_path(scene, path);
	assert_int_equal(scene->refusals.count, 1);
	assert_string_equal(scene->refusals.at[0].guard, "running");
	free(path);
}

/* VMware locks the name it was given, which may be the link's. */
static void a_lock_beside_the_link_counts_too(void **state)
{
	struct scene *scene = *state;
	make_folder(scene, "elsewhere");
	char *path = path_join(scene->folder, "elsewhere/L.vmx");
	assert_int_equal(symlink("../X.vmx", path), 0);
	put_process_lock(scene, "elsewhere/L.vmx.lck", getpid(), "(vmware)");
	ask_path(scene, path);
	assert_int_equal(scene->refusals.count, 1);
	assert_string_equal(scene->refusals.at[0].guard, "running");
	free(path);
}

static void all_reasons_are_collected(void **state)
{
	struct scene *scene = *state;
	file_write(scene->vmx, SPAN("checkpoint.vmState = \"X.vmss\"\nencryption.data = \"d\"\n"));
	put_process_lock(scene, "X.vmx.lck", getpid(), "(vmware)");
	put_lock(scene, "X.vmdk.lck", "garbage", 100);
	give_name(scene, "Y.vmx");
	assert_int_equal(chmod(scene->vmx, 0444), 0);
	static const char *const want[] = {"encrypted", "suspended", "running",
					   "locked", "read-only", "hard-linked"};
	ask_path(scene, scene->vmx);
	assert_int_equal(scene->refusals.count, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		assert_string_equal(scene->refusals.at[i].guard, want[i]);
}

static void more_reasons_than_fit_are_left_out(void **state)
{
	struct scene *scene = *state;
	for (int i = 0; i < 2 * GV_MAX_REFUSALS; i++) {
		char name[32];
		snprintf(name, sizeof name, "disk%d.vmdk.lck", i);
		put_lock(scene, name, "garbage", 100);
	}
	ask_path(scene, scene->vmx);
	assert_int_equal(scene->refusals.count, GV_MAX_REFUSALS);
}

/* However many locks stand before it: what force does not override must not be lost. */
static void the_reason_that_cannot_be_forced_comes_first(void **state)
{
	struct scene *scene = *state;
	file_write(scene->vmx, SPAN("displayName = \"x\"\nencryption.data = \"d\"\n"));
	for (int i = 0; i < 2 * GV_MAX_REFUSALS; i++) {
		char name[32];
		snprintf(name, sizeof name, "disk%d.vmdk.lck", i);
		put_lock(scene, name, "garbage", 100);
	}
	ask_path(scene, scene->vmx);
	assert_string_equal(gv_refusals_first(&scene->refusals, true)->guard, "encrypted");
}

static void of_standard_input_only_the_text_is_asked(void **state)
{
	struct scene *scene = *state;
	struct gv_file file = {0};
	struct gv_vmx *vmx = NULL;
	struct gv_error err = {0};
	put_process_lock(scene, "X.vmx.lck", getpid(), "(vmware)");
	assert_int_equal(gv_vmx_parse(&vmx, SPAN(HEAD "checkpoint.vmState = \"a\"\n"), &err),
	                 GV_OK);
	assert_int_equal(ask(&scene->refusals, NULL, &file, vmx, &err), GV_OK);
	assert_int_equal(scene->refusals.count, 1);
	assert_string_equal(scene->refusals.at[0].guard, "suspended");
	scene->refusals.count = 0;
	guard_ask_text(&scene->refusals, vmx);
	assert_int_equal(scene->refusals.count, 1);
	gv_vmx_free(vmx);
}

/* What a walk saw is enough where nothing is written: a folder without names that matter. */
static void folder_that_was_listed_is_not_opened(void **state)
{
	struct scene *scene = *state;
	struct gv_file file = {.stat = {.links = 2, .mode = 0644}};
	struct gv_vmx *vmx = NULL;
	struct gv_error err = {0};
	struct gv_folder quiet = {.path = "/nowhere"};
	static const char *const names[] = {"X.vmx.lck"};
	struct gv_folder busy = {.path = "/nowhere", .notable = names, .notable_count = 1};
	struct guard_question question = {
		.path = scene->vmx, .file = &file, .listed = &quiet};
	put_process_lock(scene, "X.vmx.lck", getpid(), "(vmware)");
	assert_int_equal(gv_vmx_parse(&vmx, SPAN(HEAD), &err), GV_OK);
	question.vmx = vmx;
	assert_false(guard_needs_place(scene->vmx, &quiet));
	assert_true(guard_needs_place(scene->vmx, &busy));
	assert_true(guard_needs_place(scene->vmx, NULL));
	assert_false(guard_needs_place(NULL, NULL));
	assert_int_equal(guard_ask(&scene->refusals, &question, &err), GV_OK);
	assert_int_equal(scene->refusals.count, 1);
	assert_string_equal(scene->refusals.at[0].guard, "hard-linked");
	gv_vmx_free(vmx);
}

static void force_overrides_all_guards_but_encryption(void **state)
{
	(void)state;
	static const char *const forceable[] = {"running", "locked", "suspended", "read-only",
						"hard-linked"};
	size_t count;
	const struct guard_row *rows = guard_rows(&count);
	size_t overridden = 0;
	for (size_t i = 0; i < count; i++) {
		bool want = false;
		for (size_t j = 0; j < COUNT(forceable); j++)
			want = want || strcmp(rows[i].id, forceable[j]) == 0;
		assert_int_equal(rows[i].forceable, want);
		assert_true(want || strcmp(rows[i].id, "encrypted") == 0);
		assert_true(strlen(rows[i].summary) > 0);
		overridden += want;
	}
	assert_int_equal(overridden, COUNT(forceable));
	assert_int_equal(count, COUNT(forceable) + 1);
}

static void the_first_refusal_is_the_first_that_stands(void **state)
{
	(void)state;
	struct gv_refusals refusals = {0};
	assert_null(gv_refusals_first(&refusals, false));
	refusals.count = 2;
	refusals.at[0].forceable = true;
	assert_ptr_equal(gv_refusals_first(&refusals, false), &refusals.at[0]);
	assert_ptr_equal(gv_refusals_first(&refusals, true), &refusals.at[1]);
	refusals.at[1].forceable = true;
	assert_null(gv_refusals_first(&refusals, true));
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, make_scene, remove_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCENE(nothing_stands_against_a_machine_at_rest),
		IN_SCENE(a_live_owner_of_any_lock_is_named),
		IN_SCENE(another_gpuvirt_is_no_refusal),
		IN_SCENE(refusals_for_a_lock_are_told_from_others),
		IN_SCENE(an_owner_without_name_is_a_program),
		IN_SCENE(each_held_lock_is_told),
		IN_SCENE(locks_of_dead_owners_do_not_count),
		IN_SCENE(locks_of_other_files_do_not_count),
		IN_SCENE(a_lock_of_another_machine_is_foreign),
		IN_SCENE(a_lock_that_cannot_be_read_is_told),
		IN_SCENE(a_lock_that_is_a_file_is_told),
		IN_SCENE(names_of_locks_are_shown_safely),
		IN_SCENE(a_checkpoint_state_means_suspended),
		IN_SCENE(a_checkpoint_state_counts_wherever_it_stands),
		IN_SCENE(a_suspended_state_of_the_machine_beside_it_counts),
		IN_SCENE(a_suspended_state_is_named),
		IN_SCENE(a_stem_may_end_like_a_suspended_state),
		IN_SCENE(only_what_can_be_edited_of_an_encrypted_machine_is_let_through),
		IN_SCENE(a_file_without_any_write_bit_is_read_only),
		IN_SCENE(further_names_of_the_file_are_counted),
		IN_SCENE(a_second_name_is_a_reason_whatever_it_is),
		IN_SCENE(a_link_is_judged_where_it_leads),
		IN_SCENE(a_lock_beside_the_link_counts_too),
		IN_SCENE(all_reasons_are_collected),
		IN_SCENE(more_reasons_than_fit_are_left_out),
		IN_SCENE(the_reason_that_cannot_be_forced_comes_first),
		IN_SCENE(of_standard_input_only_the_text_is_asked),
		IN_SCENE(folder_that_was_listed_is_not_opened),
		cmocka_unit_test(force_overrides_all_guards_but_encryption),
		cmocka_unit_test(the_first_refusal_is_the_first_that_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
