#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gpuvirt/repair.h>

#define HEAD ".encoding = \"UTF-8\"\nconfig.version = \"8\"\nvirtualHW.version = \"20\"\n"
#define ON "mks.enable3d = \"TRUE\"\n"
#define STALE "vmotion.svga.supports3D = \"0\"\n"

/* A scratch folder for X.vmx and what became of it. */
struct scene {
	char *folder;
	char *vmx;
	char *backup;
	struct gv_repair repair;
	struct gv_error err;
};

static struct gv_rules rules;
static const struct gv_policy policy = {.rules = &rules};

static int read_rules(void **state)
{
	(void)state;
	return (int)gv_rules_add(&rules, gv_builtin_pack("vmware-3d")->yaml, NULL);
}

static int drop_rules(void **state)
{
	(void)state;
	gv_rules_dispose(&rules);
	return 0;
}

static int make_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	assert_non_null(scene);
	scene->folder = scratch_make();
	scene->vmx = path_join(scene->folder, "X.vmx");
	scene->backup = path_join(scene->folder, "X.vmx.bak");
	*state = scene;
	return 0;
}

static int remove_scene(void **state)
{
	struct scene *scene = *state;
	gv_repair_dispose(&scene->repair);
	scratch_remove(scene->folder);
	free(scene->backup);
	free(scene->vmx);
	free(scene);
	return 0;
}

/* Another program that changes the file while we write ours: at fsync of the temporary file. */
struct intruder {
	const char *path;
	int visits_left;
	int visits;
	void (*visit)(const char *path, int number);
};

static struct intruder intruder;

int __real_fsync(int file);
int __wrap_fsync(int file);

int __wrap_fsync(int file)
{
	struct stat st;
	int result = __real_fsync(file);
	if (intruder.visits_left > 0 && fstat(file, &st) == 0 && S_ISREG(st.st_mode)) {
		intruder.visits_left--;
		intruder.visit(intruder.path, ++intruder.visits);
	}
	return result;
}

static void let_in(const char *path, int visits, void (*visit)(const char *path, int number))
{
	intruder = (struct intruder){path, visits, 0, visit};
}

static struct gv_repair_options options(void)
{
	return (struct gv_repair_options){
		.policy = &policy,
		.max_size = GV_DEFAULT_MAX_SIZE,
		.backup = true,
		.write = true,
	};
}

/* As a new call: what the last one left is gone. */
static void forget(struct scene *scene)
{
	gv_repair_dispose(&scene->repair);
	scene->err = (struct gv_error){0};
}

static enum gv_status repair(struct scene *scene, const char *path,
                             const struct gv_repair_options *how)
{
	forget(scene);
	enum gv_status status = gv_repair_file(&scene->repair, path, how, &scene->err);
	assert_int_equal(status, scene->err.status);
	return status;
}

static enum gv_status repair_plainly(struct scene *scene)
{
	struct gv_repair_options how = options();
	return repair(scene, scene->vmx, &how);
}

static void assert_file(const char *path, struct gv_span want)
{
	struct gv_buf have = file_read(path);
	assert_span(gv_buf_span(&have), want);
	gv_buf_dispose(&have);
}

/* A file with an old time, and that it is still that file. */
static struct stat put_old(const struct scene *scene, struct gv_span text)
{
	struct stat st;
	struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
	file_write(scene->vmx, text);
	assert_int_equal(utimensat(AT_FDCWD, scene->vmx, times, 0), 0);
	assert_int_equal(stat(scene->vmx, &st), 0);
	return st;
}

static void assert_untouched(const struct scene *scene, const struct stat *was,
                             struct gv_span text)
{
	struct stat is;
	assert_int_equal(stat(scene->vmx, &is), 0);
	assert_int_equal(is.st_ino, was->st_ino);
	assert_int_equal(is.st_mode, was->st_mode);
	assert_int_equal(is.st_mtim.tv_sec, was->st_mtim.tv_sec);
	assert_int_equal(is.st_mtim.tv_nsec, was->st_mtim.tv_nsec);
	assert_file(scene->vmx, text);
}

static void a_clean_file_is_not_touched(void **state)
{
	struct scene *scene = *state;
	struct stat was = put_old(scene, SPAN(HEAD ON));
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_false(scene->repair.plan.changes || scene->repair.refused || scene->repair.written);
	assert_untouched(scene, &was, SPAN(HEAD ON));
	assert_int_equal(folder_count(scene->folder), 1);
}

static void a_repaired_file_leaves_its_old_text_as_backup(void **state)
{
	struct scene *scene = *state;
	struct stat was = put_old(scene, SPAN(HEAD STALE));
	struct stat is;
	assert_int_equal(chmod(scene->vmx, 0640), 0);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_true(scene->repair.plan.changes && scene->repair.written && !scene->repair.refused);
	assert_file(scene->vmx, SPAN(HEAD ON));
	assert_file(scene->backup, SPAN(HEAD STALE));
	assert_int_equal(stat(scene->vmx, &is), 0);
	assert_int_equal(is.st_mode & 07777, 0640);
	assert_int_equal(stat(scene->backup, &is), 0);
	assert_int_equal(is.st_ino, was.st_ino);
	assert_int_equal(folder_count(scene->folder), 2);
	assert_span(gv_buf_span(&scene->repair.original), SPAN(HEAD STALE));
}

static void a_second_repair_keeps_the_first_backup(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD STALE));
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_false(scene->repair.written);
	assert_file(scene->backup, SPAN(HEAD STALE));
}

static void without_backup_only_the_file_is_there(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	how.backup = false;
	put_old(scene, SPAN(HEAD));
	assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD ON));
	assert_int_equal(folder_count(scene->folder), 1);
}

static void a_dry_run_plans_and_writes_nothing(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	how.write = false;
	struct stat was = put_old(scene, SPAN(HEAD STALE));
	assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
	assert_true(scene->repair.plan.changes && !scene->repair.written);
	assert_span(gv_buf_span(&scene->repair.plan.text), SPAN(HEAD ON));
	assert_untouched(scene, &was, SPAN(HEAD STALE));
	assert_int_equal(folder_count(scene->folder), 1);
}

#define SUSPENDED "checkpoint.vmState = \"X.vmss\"\n"

static void a_refused_file_is_not_touched(void **state)
{
	struct scene *scene = *state;
	struct stat was = put_old(scene, SPAN(HEAD SUSPENDED STALE));
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_true(scene->repair.plan.changes && scene->repair.refused && !scene->repair.written);
	assert_int_equal(scene->repair.refusals.count, 1);
	assert_string_equal(scene->repair.refusals.at[0].guard, "suspended");
	assert_untouched(scene, &was, SPAN(HEAD SUSPENDED STALE));
	assert_int_equal(folder_count(scene->folder), 1);
}

static void force_writes_and_still_tells_why_not(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	how.force = true;
	put_old(scene, SPAN(HEAD SUSPENDED STALE));
	assert_int_equal(chmod(scene->vmx, 0444), 0);
	assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
	assert_true(scene->repair.written && !scene->repair.refused);
	assert_int_equal(scene->repair.refusals.count, 2);
	assert_file(scene->vmx, SPAN(HEAD SUSPENDED ON));
}

static void a_clean_file_is_never_refused(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD SUSPENDED ON));
	assert_int_equal(chmod(scene->vmx, 0444), 0);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_false(scene->repair.refused);
}

/* gpuvirt/repair.h: "asked only when the plan changes something". */
static void reasons_not_to_write_are_told_only_when_there_is_something_to_write(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD SUSPENDED ON));
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_int_equal(scene->repair.refusals.count, 0);
}

static void an_encrypted_file_is_refused_also_by_force(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	how.force = true;
	static const char text[] = "displayName = \"x\"\nencryption.keySafe = \"k\"\n"
				   "encryption.data = \"d\"\n";
	struct stat was = put_old(scene, SPAN(text));
	assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
	assert_true(scene->repair.refused && !scene->repair.written);
	assert_string_equal(scene->repair.refusals.at[0].guard, "encrypted");
	assert_int_equal(scene->repair.plan.found.count, 0);
	assert_untouched(scene, &was, SPAN(text));
}

#define KEYS \
	"vmx.encryptionType = \"partial\"\r\n" \
	"  encryption.keySafe=\"vmware:key/list/(pair/(phrase\" #\r\n" \
	"encryptedVM.guid = \"{0}\"\r\nvtpm.ekCRT = \"MII|22\"\r\n" \
	"encryption.data = \"aGk=\xFF\"\r\n"

static void a_partly_encrypted_file_keeps_its_encryption_byte_for_byte(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN("config.version = \"8\"\r\nvirtualHW.version = \"20\"\r\n" KEYS
	                    "vmotion.svga.supports3D = \"1\"\r\nvtpm.present = \"TRUE\"\r\n"));
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_true(scene->repair.written);
	assert_file(scene->vmx, SPAN("config.version = \"8\"\r\nvirtualHW.version = \"20\"\r\n" KEYS
	                             "vtpm.present = \"TRUE\"\r\nmks.enable3d = \"TRUE\"\r\n"));
}

static void a_link_is_followed_and_stays(void **state)
{
	struct scene *scene = *state;
	struct stat st;
	char *folder = path_join(scene->folder, "links");
	char *path = path_join(folder, "L.vmx");
	struct gv_repair_options how = options();
	put_old(scene, SPAN(HEAD));
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(symlink("../X.vmx", path), 0);
	assert_int_equal(repair(scene, path, &how), GV_OK);
	assert_true(scene->repair.written);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_file(scene->vmx, SPAN(HEAD ON));
	assert_file(scene->backup, SPAN(HEAD));
	assert_int_equal(folder_count(folder), 1);
	free(path);
	free(folder);
}

static void what_is_no_configuration_is_told_and_left_alone(void **state)
{
	struct scene *scene = *state;
	static const struct {
		struct gv_span text;
		const char *what;
	} rows[] = {
		{{"", 0}, "it is empty"},
		{{"\n\n", 2}, "it has only blank lines"},
		{{"# x\n", 4}, "it has only comments"},
		{{"\0\0\0\0", 4}, "all bytes are NUL, as after a power cut"},
		{{"<?xml version=\"1.0\"?>", 21}, "it is XML, perhaps the .vmxf beside the .vmx"},
		{{"some text\nmore\n", 15}, "no line reads name = \"value\", it is another format"},
	};
	struct gv_repair_options how = options();
	how.force = true;
	how.unsafe = true;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct stat was = put_old(scene, rows[i].text);
		assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
		assert_true(scene->repair.refused);
		assert_string_equal(scene->repair.what_else, rows[i].what);
		assert_false(scene->repair.plan.changes || scene->repair.written);
		assert_untouched(scene, &was, rows[i].text);
	}
}

static void a_file_above_the_limit_is_refused_by_its_size(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	struct stat was = put_old(scene, SPAN(HEAD));
	how.max_size = sizeof HEAD - 2;
	assert_int_equal(repair(scene, scene->vmx, &how), GV_ETOOBIG);
	assert_untouched(scene, &was, SPAN(HEAD));
	how.max_size++;
	assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
	assert_true(scene->repair.written);
}

static void what_is_no_file_fails(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	assert_int_equal(repair(scene, scene->vmx, &how), GV_ESYSTEM);
	assert_int_equal(scene->err.code, ENOENT);
	assert_int_equal(repair(scene, scene->folder, &how), GV_EINVAL);
	assert_int_equal(mkfifo(scene->vmx, 0600), 0);
	assert_int_equal(repair(scene, scene->vmx, &how), GV_EINVAL);
}

static void guesses_are_written_only_when_asked_for(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	struct stat was = put_old(scene, SPAN(HEAD ON "a = \"x\n"));
	assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
	assert_untouched(scene, &was, SPAN(HEAD ON "a = \"x\n"));
	how.unsafe = true;
	assert_int_equal(repair(scene, scene->vmx, &how), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD ON "a = \"x\"\n"));
}

static void rules_without_end_change_nothing(void **state)
{
	struct scene *scene = *state;
	struct gv_rules endless = {0};
	struct gv_repair_options how = options();
	static const char pack[] =
		"pack: p\nrules:\n"
		"  - {id: a, summary: s, severity: note, key: k, ensure: equals 1, apply: fix, "
		"when: [k equals 2]}\n"
		"  - {id: b, summary: s, severity: note, key: k, ensure: equals 2, apply: fix, "
		"when: [k equals 1]}\n";
	assert_int_equal(gv_rules_add(&endless, SPAN(pack), &scene->err), GV_OK);
	how.policy = &(struct gv_policy){.rules = &endless};
	struct stat was = put_old(scene, SPAN(HEAD "k = \"1\"\n"));
	assert_int_equal(repair(scene, scene->vmx, &how), GV_EINVAL);
	assert_untouched(scene, &was, SPAN(HEAD "k = \"1\"\n"));
	gv_repair_dispose(&scene->repair);
	gv_rules_dispose(&endless);
}

/* Runs with PATH as standard input. */
static enum gv_status repair_input(struct scene *scene, const char *path)
{
	struct gv_repair_options how = options();
	int file = open(path, O_RDONLY);
	int keep = dup(0);
	assert_true(file >= 0 && keep >= 0);
	assert_int_equal(dup2(file, 0), 0);
	enum gv_status status = repair(scene, NULL, &how);
	assert_int_equal(dup2(keep, 0), 0);
	close(file);
	close(keep);
	return status;
}

static void standard_input_is_planned_and_not_written(void **state)
{
	struct scene *scene = *state;
	struct stat was = put_old(scene, SPAN(HEAD STALE));
	assert_int_equal(repair_input(scene, scene->vmx), GV_OK);
	assert_true(scene->repair.from_input && scene->repair.plan.changes);
	assert_false(scene->repair.written);
	assert_span(gv_buf_span(&scene->repair.plan.text), SPAN(HEAD ON));
	assert_untouched(scene, &was, SPAN(HEAD STALE));
}

static void append_a_line(const char *path, int number)
{
	FILE *file = fopen(path, "ab");
	if (file == NULL)
		return;
	fprintf(file, "other%d = \"1\"\n", number);
	fclose(file);
}

static void another_programs_change_survives_beside_ours(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD STALE));
	let_in(scene->vmx, 1, append_a_line);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_int_equal(intruder.visits, 1);
	assert_true(scene->repair.written);
	assert_file(scene->vmx, SPAN(HEAD "other1 = \"1\"\n" ON));
	assert_file(scene->backup, SPAN(HEAD STALE "other1 = \"1\"\n"));
	assert_int_equal(folder_count(scene->folder), 2);
	assert_span(gv_buf_span(&scene->repair.original), SPAN(HEAD STALE "other1 = \"1\"\n"));
}

static void four_changes_are_borne(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD));
	let_in(scene->vmx, 4, append_a_line);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD "other1 = \"1\"\nother2 = \"1\"\nother3 = \"1\"\n"
	                             "other4 = \"1\"\n" ON));
}

static void after_five_changes_we_give_up(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD));
	let_in(scene->vmx, 100, append_a_line);
	assert_int_equal(repair_plainly(scene), GV_ECHANGED);
	intruder.visits_left = 0;
	assert_int_equal(intruder.visits, 5);
	assert_false(scene->repair.written);
	assert_file(scene->vmx, SPAN(HEAD "other1 = \"1\"\nother2 = \"1\"\nother3 = \"1\"\n"
	                             "other4 = \"1\"\nother5 = \"1\"\n"));
	assert_int_equal(folder_count(scene->folder), 1);
	assert_string_equal(scene->err.message, "was changed by another program meanwhile");
}

/* Same size, same second: only the bytes tell. */
static void overwrite_a_byte(const char *path, int number)
{
	struct stat st;
	int file = open(path, O_WRONLY);
	if (file < 0 || fstat(file, &st) != 0)
		return;
	char byte = (char)('0' + number);
	ssize_t put = pwrite(file, &byte, 1, (off_t)strlen(HEAD "x = \""));
	(void)put;
	struct timespec times[2] = {st.st_atim, st.st_mtim};
	futimens(file, times);
	close(file);
}

static void a_change_that_keeps_size_and_time_is_seen(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD "x = \"0\"\n"));
	let_in(scene->vmx, 1, overwrite_a_byte);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD "x = \"1\"\n" ON));
}

/* As VMware itself writes: a new file under the old name. */
static void replace_by_rename(const char *path, int number)
{
	char temp[512];
	(void)number;
	snprintf(temp, sizeof temp, "%s~", path);
	file_write(temp, SPAN(HEAD "new = \"1\"\n"));
	rename(temp, path);
}

static void a_file_replaced_meanwhile_is_read_again(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD STALE));
	let_in(scene->vmx, 1, replace_by_rename);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD "new = \"1\"\n" ON));
	assert_file(scene->backup, SPAN(HEAD "new = \"1\"\n"));
}

static void change_mode(const char *path, int number)
{
	(void)number;
	chmod(path, 0600);
}

static void a_mode_changed_meanwhile_is_kept(void **state)
{
	struct scene *scene = *state;
	struct stat st;
	put_old(scene, SPAN(HEAD STALE));
	assert_int_equal(chmod(scene->vmx, 0644), 0);
	let_in(scene->vmx, 1, change_mode);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_int_equal(stat(scene->vmx, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_file(scene->vmx, SPAN(HEAD ON));
}

/* The other program has done our work: nothing is left to write. */
static void do_our_work(const char *path, int number)
{
	(void)number;
	file_write(path, SPAN(HEAD ON));
}

static void a_file_mended_meanwhile_is_left_alone(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD STALE));
	let_in(scene->vmx, 1, do_our_work);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_false(scene->repair.written || scene->repair.plan.changes);
	assert_file(scene->vmx, SPAN(HEAD ON));
	assert_int_equal(folder_count(scene->folder), 1);
}

static void suspend(const char *path, int number)
{
	(void)number;
	file_write(path, SPAN(HEAD STALE SUSPENDED));
}

static void guards_are_asked_again_after_a_change(void **state)
{
	struct scene *scene = *state;
	put_old(scene, SPAN(HEAD STALE));
	let_in(scene->vmx, 1, suspend);
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_true(scene->repair.refused && !scene->repair.written);
	assert_file(scene->vmx, SPAN(HEAD STALE SUSPENDED));
}

#define SET(name, value) {GV_CHANGE_SET, {name, sizeof name - 1}, {value, sizeof value - 1}}
#define ADD(name, value) {GV_CHANGE_ADD, {name, sizeof name - 1}, {value, sizeof value - 1}}
#define UNSET(name) {GV_CHANGE_UNSET, {name, sizeof name - 1}, {NULL, 0}}

static enum gv_status change(struct scene *scene, const struct gv_change *changes, size_t count,
                             const struct gv_repair_options *how)
{
	forget(scene);
	enum gv_status status = gv_change_file(&scene->repair, scene->vmx, changes, count, how,
	                                       &scene->err);
	assert_int_equal(status, scene->err.status);
	return status;
}

/* A document, up to three changes, and the document after them; AFTER NULL: untouched. */
struct change_row {
	const char *text;
	struct gv_change changes[3];
	enum gv_status status;
	const char *after;
	const char *message;
};

static void assert_change(struct scene *scene, const struct change_row *row)
{
	struct gv_repair_options how = options();
	size_t count = 0;
	while (count < COUNT(row->changes) && row->changes[count].name.at != NULL)
		count++;
	struct stat was = put_old(scene, gv_span_of(row->text));
	enum gv_status status = change(scene, row->changes, count, &how);
	bool told = row->message == NULL || strcmp(row->message, scene->err.message) == 0;
	if (status != row->status || !told)
		fail_msg("%s: %.*s: %s: %s", row->text, (int)row->changes[0].name.len,
		         row->changes[0].name.at, gv_status_name(status), scene->err.message);
	assert_int_equal(scene->repair.written, row->after != NULL);
	if (row->after == NULL)
		assert_untouched(scene, &was, gv_span_of(row->text));
	else
		assert_file(scene->vmx, gv_span_of(row->after));
}

static void assert_changes(struct scene *scene, const struct change_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_change(scene, &rows[i]);
}

static void set_gives_a_key_its_value_and_one_place(void **state)
{
	static const struct change_row rows[] = {
		{HEAD "a = \"1\"\n", {SET("a", "2")}, GV_OK, HEAD "a = \"2\"\n", NULL},
		{HEAD "a = \"1\"\n", {SET("b", "2")}, GV_OK, HEAD "a = \"1\"\nb = \"2\"\n", NULL},
		{HEAD "a = \"1\"\n", {SET("a", "1")}, GV_OK, NULL, NULL},
		{HEAD "  A=1 # why\n", {SET("a", "2")}, GV_OK, HEAD "  A=\"2\" # why\n", NULL},
		{HEAD "a = \"1\"\nb = \"\"\nA = \"2\"\n", {SET("a", "1")}, GV_OK,
		 HEAD "a = \"1\"\nb = \"\"\n", NULL},
		{HEAD "a = \"1\"\na = \"2\"\na = \"3\"\n", {SET("A", "4")}, GV_OK, HEAD "a = \"4\"\n",
		 NULL},
		{HEAD "a = \"1\"\n", {SET("a", "x|\"\n\x7F")}, GV_OK,
		 HEAD "a = \"x|7C|22|0A|7F\"\n", NULL},
		{HEAD "a = \"1\"\n", {SET("a", "")}, GV_OK, HEAD "a = \"\"\n", NULL},
		{HEAD "a = \"1\"", {SET("b", "a b")}, GV_OK, HEAD "a = \"1\"\nb = \"a b\"\n", NULL},
		{"config.version = \"8\"\r\n", {SET("b", "1")}, GV_OK,
		 "config.version = \"8\"\r\nb = \"1\"\r\n", NULL},
	};
	assert_changes(*state, rows, COUNT(rows));
}

static void add_wants_a_new_key(void **state)
{
	static const struct change_row rows[] = {
		{HEAD, {ADD("a", "1")}, GV_OK, HEAD "a = \"1\"\n", NULL},
		{HEAD "  A = \"1\"\n", {ADD("a", "1")}, GV_EEXIST, NULL, "a is there already"},
		{HEAD "aa = \"1\"\n", {ADD("a", "1")}, GV_OK, HEAD "aa = \"1\"\na = \"1\"\n", NULL},
	};
	struct scene *scene = *state;
	assert_changes(scene, rows, COUNT(rows));
	assert_change(scene, &rows[1]);
	assert_int_equal(scene->err.line, 4);
	assert_int_equal(scene->err.column, 3);
}

static void unset_removes_all_lines_of_a_key_or_pattern(void **state)
{
	static const struct change_row rows[] = {
		{HEAD "a = \"1\"\nb = \"\"\nA = \"2\"\n", {UNSET("a")}, GV_OK, HEAD "b = \"\"\n", NULL},
		{HEAD "b = \"1\"\n", {UNSET("a")}, GV_ENOENT, NULL, "there is no a"},
		{HEAD "a.x = \"1\"\nb = \"\"\nA.Y = \"2\"\na = \"\"\n", {UNSET("a.*")}, GV_OK,
		 HEAD "b = \"\"\na = \"\"\n", NULL},
		{HEAD "b = \"1\"\n", {UNSET("a.*")}, GV_ENOENT, NULL, "there is no a.*"},
		/* a malformed line counts when its name can be read */
		{HEAD "a.x = \"1\na.y = \"2\"\n", {UNSET("a.*")}, GV_OK, HEAD, NULL},
		{HEAD "a.x = \"1\n", {UNSET("a.x")}, GV_OK, HEAD, NULL},
		{HEAD "a.x \"1\"\n", {UNSET("a.x")}, GV_ENOENT, NULL, "there is no a.x"},
		/* a star elsewhere, or of another change, is a part of the name */
		{HEAD "a*b = \"1\"\nab = \"\"\n", {UNSET("a*b")}, GV_OK, HEAD "ab = \"\"\n", NULL},
		{HEAD "ab = \"\"\n", {SET("a*", "1")}, GV_OK, HEAD "ab = \"\"\na* = \"1\"\n", NULL},
		{HEAD "ab = \"\"\n* = \"1\"\n", {UNSET("*")}, GV_OK, HEAD "ab = \"\"\n", NULL},
		{HEAD "ab = \"\"\n", {UNSET("*")}, GV_ENOENT, NULL, "there is no *"},
	};
	assert_changes(*state, rows, COUNT(rows));
}

static void several_changes_are_one_write_or_none(void **state)
{
	static const struct change_row rows[] = {
		{HEAD "a = \"1\"\nb = \"1\"\n", {SET("a", "2"), UNSET("b"), ADD("c", "3")}, GV_OK,
		 HEAD "a = \"2\"\nc = \"3\"\n", NULL},
		{HEAD, {SET("a", "1"), SET("b", "2"), ADD("c", "3")}, GV_OK,
		 HEAD "a = \"1\"\nb = \"2\"\nc = \"3\"\n", NULL},
		{HEAD "a = \"1\"\n", {SET("a", "2"), UNSET("c")}, GV_ENOENT, NULL, "there is no c"},
		{HEAD "a = \"1\"\n", {SET("b", "2"), ADD("a", "2")}, GV_EEXIST, NULL, NULL},
		{HEAD "a = \"1\"\n", {SET("a", "2"), SET("b c", "2")}, GV_EINVAL, NULL, NULL},
	};
	struct scene *scene = *state;
	assert_changes(scene, rows, COUNT(rows));
	assert_change(scene, &rows[0]);
	assert_file(scene->backup, gv_span_of(rows[0].text));
	assert_int_equal(folder_count(scene->folder), 2);
}

static void names_that_make_no_sense_are_refused(void **state)
{
	static const struct change_row rows[] = {
		{HEAD, {SET("a", "1"), SET("A", "2")}, GV_EINVAL, NULL, "A is named twice"},
		{HEAD, {ADD("a", "1"), UNSET("a")}, GV_EINVAL, NULL, "a is named twice"},
		{HEAD, {SET("a b", "1")}, GV_EINVAL, NULL,
		 "\"a b\" cannot be a key: ASCII without blanks, '#' and '='"},
		{HEAD, {SET("", "1")}, GV_EINVAL, NULL, NULL},
		{HEAD, {SET("a=b", "1")}, GV_EINVAL, NULL, NULL},
		{HEAD, {SET("a#b", "1")}, GV_EINVAL, NULL, NULL},
		{HEAD, {SET("a\nb", "1")}, GV_EINVAL, NULL, NULL},
		{HEAD, {SET("a\tb", "1")}, GV_EINVAL, NULL, NULL},
		{HEAD, {SET("a\0b", "1")}, GV_EINVAL, NULL, NULL},
		{HEAD, {UNSET("a b*")}, GV_EINVAL, NULL, NULL},
	};
	assert_changes(*state, rows, COUNT(rows));
}

static void what_belongs_to_the_encryption_is_refused(void **state)
{
	static const struct change_row rows[] = {
		{HEAD, {SET("encryption.data", "x")}, GV_EREFUSED, NULL,
		 "encryption.data belongs to the machine's encryption: losing it would destroy the "
		 "machine"},
		{HEAD "Encryption.KeySafe = \"1\"\n", {UNSET("encryption.keysafe")}, GV_EREFUSED, NULL,
		 NULL},
		{HEAD, {ADD("vmx.encryptionType", "partial")}, GV_EREFUSED, NULL, NULL},
		{HEAD, {UNSET("vtpm.present")}, GV_EREFUSED, NULL, NULL},
		{HEAD, {SET("encryptedVM.guid", "x")}, GV_EREFUSED, NULL, NULL},
		{HEAD, {SET("dataFileKey", "x")}, GV_EREFUSED, NULL, NULL},
		{HEAD "a = \"1\"\n", {SET("a", "2"), SET("cryptoState", "x")}, GV_EREFUSED, NULL, NULL},
		{HEAD "vm.x = \"1\"\n", {UNSET("v*")}, GV_EREFUSED, NULL, NULL},
		{HEAD "enc = \"1\"\n", {UNSET("ENC*")}, GV_EREFUSED, NULL, NULL},
		{HEAD "vm.x = \"1\"\n", {UNSET("vm.*")}, GV_OK, HEAD, NULL},
	};
	assert_changes(*state, rows, COUNT(rows));
}

#define GBK ".encoding = \"GBK\"\nconfig.version = \"8\"\n"
#define LATIN ".encoding = \"windows-1252\"\nconfig.version = \"8\"\n"

/*
 * U+4F4D is CE BB in GBK, U+4E2D D6 D0; U+20AC is 80 in windows-1252. CE BB is valid UTF-8 too: to
 * set what is there changes nothing, elsewhere it is taken for UTF-8.
 */
static void values_are_stored_in_the_encoding_of_the_file(void **state)
{
	static const struct change_row rows[] = {
		{GBK "a = \"1\"\n", {SET("a", "\xE4\xBD\x8D")}, GV_OK, GBK "a = \"\xCE\xBB\"\n", NULL},
		{GBK "a = \"1\"\n", {SET("b", "\xE4\xBD\x8D")}, GV_OK,
		 GBK "a = \"1\"\nb = \"\xCE\xBB\"\n", NULL},
		{GBK "a = \"\xCE\xBB\"\n", {SET("a", "\xE4\xBD\x8D")}, GV_OK, NULL, NULL},
		{GBK "a = \"\xCE\xBB\"\n", {SET("a", "\xCE\xBB")}, GV_OK, NULL, NULL},
		{GBK "a = \"1\"\n", {SET("a", "\xCE\xBB")}, GV_OK, GBK "a = \"\xA6\xCB\"\n", NULL},
		{GBK "a = \"1\"\n", {SET("a", "\xD6\xD0")}, GV_OK, GBK "a = \"\xD6\xD0\"\n", NULL},
		{GBK "a = \"1\"\n", {SET("a", "\xF0\x9F\x98\x80")}, GV_EINVAL, NULL,
		 "the value of a cannot be written in GBK"},
		{GBK "a = \"1\"\n", {SET("a", "\xCE")}, GV_EINVAL, NULL,
		 "the value of a cannot be written in GBK"},
		{LATIN "a = \"1\"\n", {SET("a", "\xE2\x82\xAC")}, GV_OK, LATIN "a = \"\x80\"\n", NULL},
		{LATIN "a = \"1\"\n", {SET("a", "\xE4\xBD\x8D")}, GV_EINVAL, NULL,
		 "the value of a cannot be written in windows-1252"},
		{LATIN "a = \"1\"\n", {ADD("b", "\xE9")}, GV_OK, LATIN "a = \"1\"\nb = \"\xE9\"\n",
		 NULL},
		{HEAD "a = \"1\"\n", {SET("a", "\xE4\xBD\x8D")}, GV_OK,
		 HEAD "a = \"\xE4\xBD\x8D\"\n", NULL},
		{HEAD "a = \"1\"\n", {SET("a", "\xCE")}, GV_EINVAL, NULL,
		 "the value of a cannot be written in UTF-8"},
		{"config.version = \"8\"\n", {SET("a", "\xCE")}, GV_OK,
		 "config.version = \"8\"\na = \"\xCE\"\n", NULL},
	};
	assert_changes(*state, rows, COUNT(rows));
}

static void changes_are_guarded_like_repairs(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	static const struct gv_change one[] = {SET("a", "1")};
	struct stat was = put_old(scene, SPAN(HEAD SUSPENDED));
	assert_int_equal(change(scene, one, 1, &how), GV_OK);
	assert_true(scene->repair.refused && !scene->repair.written);
	assert_untouched(scene, &was, SPAN(HEAD SUSPENDED));
	how.force = true;
	how.backup = false;
	assert_int_equal(change(scene, one, 1, &how), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD SUSPENDED "a = \"1\"\n"));
	assert_int_equal(folder_count(scene->folder), 1);
}

static void changes_bring_no_repairs_with_them(void **state)
{
	static const struct change_row row = {
		HEAD STALE "b = \"x\na = \"1\"\n", {SET("a", "2")}, GV_OK,
		HEAD STALE "b = \"x\na = \"2\"\n", NULL};
	struct scene *scene = *state;
	assert_change(scene, &row);
	assert_int_equal(scene->repair.plan.found.count, 0);
}

static void a_change_starts_over_after_another_programs(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	static const struct gv_change two[] = {SET("a", "2"), ADD("other2", "x")};
	put_old(scene, SPAN(HEAD "a = \"1\"\n"));
	let_in(scene->vmx, 1, append_a_line);
	assert_int_equal(change(scene, two, 2, &how), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD "a = \"2\"\nother1 = \"1\"\nother2 = \"x\"\n"));
	put_old(scene, SPAN(HEAD "a = \"1\"\n"));
	let_in(scene->vmx, 2, append_a_line);
	assert_int_equal(change(scene, two, 2, &how), GV_EEXIST);
	assert_file(scene->vmx, SPAN(HEAD "a = \"1\"\nother1 = \"1\"\nother2 = \"1\"\n"));
}

static enum gv_status undo(struct scene *scene, const struct gv_repair_options *how)
{
	forget(scene);
	enum gv_status status = gv_undo_file(&scene->repair, scene->vmx, how, &scene->err);
	assert_int_equal(status, scene->err.status);
	return status;
}

static void undo_swaps_file_and_backup(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	put_old(scene, SPAN(HEAD STALE));
	assert_int_equal(repair_plainly(scene), GV_OK);
	assert_int_equal(undo(scene, &how), GV_OK);
	assert_true(scene->repair.written && !scene->repair.refused);
	assert_file(scene->vmx, SPAN(HEAD STALE));
	assert_file(scene->backup, SPAN(HEAD ON));
	assert_int_equal(undo(scene, &how), GV_OK);
	assert_file(scene->vmx, SPAN(HEAD ON));
	assert_file(scene->backup, SPAN(HEAD STALE));
	assert_int_equal(folder_count(scene->folder), 2);
}

static void without_a_backup_there_is_nothing_to_undo(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	struct stat was = put_old(scene, SPAN(HEAD));
	assert_int_equal(undo(scene, &how), GV_ENOENT);
	assert_string_equal(scene->err.message, "there is no backup X.vmx.bak");
	assert_false(scene->repair.written);
	assert_untouched(scene, &was, SPAN(HEAD));
}

static void undo_asks_the_guards(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	struct stat was = put_old(scene, SPAN(HEAD SUSPENDED));
	file_write(scene->backup, SPAN(HEAD));
	assert_int_equal(undo(scene, &how), GV_OK);
	assert_true(scene->repair.refused && !scene->repair.written);
	assert_untouched(scene, &was, SPAN(HEAD SUSPENDED));
	how.force = true;
	assert_int_equal(undo(scene, &how), GV_OK);
	assert_true(scene->repair.written);
	assert_file(scene->vmx, SPAN(HEAD));
}

static void a_dry_undo_swaps_nothing(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	how.write = false;
	struct stat was = put_old(scene, SPAN(HEAD));
	file_write(scene->backup, SPAN(HEAD ON));
	assert_int_equal(undo(scene, &how), GV_OK);
	assert_false(scene->repair.written);
	assert_untouched(scene, &was, SPAN(HEAD));
	assert_file(scene->backup, SPAN(HEAD ON));
}

static void a_backup_that_is_no_file_is_not_swapped_in(void **state)
{
	struct scene *scene = *state;
	struct gv_repair_options how = options();
	struct stat was = put_old(scene, SPAN(HEAD));
	assert_int_equal(mkdir(scene->backup, 0700), 0);
	assert_int_equal(undo(scene, &how), GV_EINVAL);
	assert_untouched(scene, &was, SPAN(HEAD));
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, make_scene, remove_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCENE(a_clean_file_is_not_touched),
		IN_SCENE(a_repaired_file_leaves_its_old_text_as_backup),
		IN_SCENE(a_second_repair_keeps_the_first_backup),
		IN_SCENE(without_backup_only_the_file_is_there),
		IN_SCENE(a_dry_run_plans_and_writes_nothing),
		IN_SCENE(a_refused_file_is_not_touched),
		IN_SCENE(force_writes_and_still_tells_why_not),
		IN_SCENE(a_clean_file_is_never_refused),
		IN_SCENE(reasons_not_to_write_are_told_only_when_there_is_something_to_write),
		IN_SCENE(an_encrypted_file_is_refused_also_by_force),
		IN_SCENE(a_partly_encrypted_file_keeps_its_encryption_byte_for_byte),
		IN_SCENE(a_link_is_followed_and_stays),
		IN_SCENE(what_is_no_configuration_is_told_and_left_alone),
		IN_SCENE(a_file_above_the_limit_is_refused_by_its_size),
		IN_SCENE(what_is_no_file_fails),
		IN_SCENE(guesses_are_written_only_when_asked_for),
		IN_SCENE(rules_without_end_change_nothing),
		IN_SCENE(standard_input_is_planned_and_not_written),
		IN_SCENE(another_programs_change_survives_beside_ours),
		IN_SCENE(four_changes_are_borne),
		IN_SCENE(after_five_changes_we_give_up),
		IN_SCENE(a_change_that_keeps_size_and_time_is_seen),
		IN_SCENE(a_file_replaced_meanwhile_is_read_again),
		IN_SCENE(a_mode_changed_meanwhile_is_kept),
		IN_SCENE(a_file_mended_meanwhile_is_left_alone),
		IN_SCENE(guards_are_asked_again_after_a_change),
		IN_SCENE(set_gives_a_key_its_value_and_one_place),
		IN_SCENE(add_wants_a_new_key),
		IN_SCENE(unset_removes_all_lines_of_a_key_or_pattern),
		IN_SCENE(several_changes_are_one_write_or_none),
		IN_SCENE(names_that_make_no_sense_are_refused),
		IN_SCENE(what_belongs_to_the_encryption_is_refused),
		IN_SCENE(values_are_stored_in_the_encoding_of_the_file),
		IN_SCENE(changes_are_guarded_like_repairs),
		IN_SCENE(changes_bring_no_repairs_with_them),
		IN_SCENE(a_change_starts_over_after_another_programs),
		IN_SCENE(undo_swaps_file_and_backup),
		IN_SCENE(without_a_backup_there_is_nothing_to_undo),
		IN_SCENE(undo_asks_the_guards),
		IN_SCENE(a_dry_undo_swaps_nothing),
		IN_SCENE(a_backup_that_is_no_file_is_not_swapped_in),
	};
	return cmocka_run_group_tests(tests, read_rules, drop_rules);
}
