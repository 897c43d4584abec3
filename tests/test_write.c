/*
 * lock/write.h: which locks are held while names change, what failures and kills on the way leave,
 * and when VMware's lock is done without. Time is made up: no test waits.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock/lock.h"
#include "lock/write.h"

#include "inject.h"

#define OLD "old text\n"
#define NEW "new text, which is longer\n"

static uint64_t now;
static bool sees_all;
static void (*at_swap)(void); /* what is looked at when the names change */

/* Wraps a function of platform/os.h that returns an errno; the chosen call fails. */
#define WRAP(name, parameters, arguments)                                                          \
	int __real_##name parameters;                                                              \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		return inject_now(#name) ? inject.code : __real_##name arguments;                  \
	}

WRAP(gv_os_make_dir, (struct gv_os_dir * dir, const char *name), (dir, name))
WRAP(gv_os_remove_dir, (struct gv_os_dir * dir, const char *name), (dir, name))
WRAP(gv_os_remove, (struct gv_os_dir * dir, const char *name), (dir, name))
WRAP(gv_os_create_readable, (struct gv_os_dir * dir, const char *name, int *file),
     (dir, name, file))
WRAP(gv_os_open_dir, (struct gv_os_dir * *out, struct gv_os_dir *parent, const char *name),
     (out, parent, name))
WRAP(gv_os_list,
     (struct gv_os_dir * dir, const char *name,
      bool (*each)(void *context, const char *name, enum gv_os_type type), void *context),
     (dir, name, each, context))
WRAP(gv_os_write, (int file, const void *bytes, size_t size), (file, bytes, size))
WRAP(gv_os_rename, (struct gv_os_dir * dir, const char *from, const char *to), (dir, from, to))
WRAP(gv_os_stat,
     (struct gv_os_dir * dir, const char *name, bool follow, struct gv_os_stat *out),
     (dir, name, follow, out))
WRAP(gv_os_random, (uint64_t * out), (out))

int __real_gv_os_close(int file);
int __wrap_gv_os_close(int file);
int __wrap_gv_os_close(int file)
{
	int code = __real_gv_os_close(file); /* whatever it says the file is closed */
	return inject_now("gv_os_close") ? inject.code : code;
}

int __real_gv_os_swap(struct gv_os_dir *dir, const char *a, const char *b);
int __wrap_gv_os_swap(struct gv_os_dir *dir, const char *a, const char *b);
int __wrap_gv_os_swap(struct gv_os_dir *dir, const char *a, const char *b)
{
	if (at_swap != NULL)
		at_swap();
	return inject_now("gv_os_swap") ? inject.code : __real_gv_os_swap(dir, a, b);
}

bool __wrap_gv_os_sees_all_processes(void);
bool __wrap_gv_os_sees_all_processes(void)
{
	return sees_all;
}

bool __wrap_gv_os_sees_host(void);
bool __wrap_gv_os_sees_host(void)
{
	return true;
}

uint64_t __wrap_gv_os_clock(void);
uint64_t __wrap_gv_os_clock(void)
{
	return now;
}

int __wrap_gv_os_pause(uint64_t milliseconds);
int __wrap_gv_os_pause(uint64_t milliseconds)
{
	now += milliseconds;
	return 0;
}

static char *root;
static char *path;
static char *folder; /* of VMware's lock on PATH */
static struct gv_error err;

static int make_root(void **state)
{
	(void)state;
	root = scratch_make();
	path = path_join(root, "x.vmx");
	folder = path_join(root, "x.vmx.lck");
	err = (struct gv_error){0};
	at_swap = NULL;
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	inject_stop();
	free(path);
	free(folder);
	scratch_remove(root);
	return 0;
}

static enum gv_status replace_by(struct lock_hold *hold, const char *name)
{
	struct gv_file was = {0};
	err = (struct gv_error){0};
	enum gv_status status = gv_file_read(&was, name, 1000, &err);
	if (status == GV_OK)
		status = gv_file_replace(name, &was, SPAN(NEW), false, hold, &err);
	gv_file_dispose(&was);
	return status;
}

static enum gv_status replace(enum gv_lock_mode mode, uint64_t timeout)
{
	struct lock_hold hold = {.how = {mode, timeout}};
	file_write(path, SPAN(OLD));
	return replace_by(&hold, path);
}

static enum gv_status undo(void)
{
	const struct gv_lock_options how = {GV_LOCK_ALWAYS, 20000};
	char *backup = path_join(root, "x.vmx.bak");
	file_write(path, SPAN(OLD));
	file_write(backup, SPAN(NEW));
	free(backup);
	err = (struct gv_error){0};
	return gv_file_undo(path, &how, &err);
}

static bool holds(const char *text)
{
	struct gv_buf have = file_read(path);
	bool same = gv_span_equal(gv_buf_span(&have), gv_span_of(text));
	gv_buf_dispose(&have);
	return same;
}

static bool is_there(const char *name)
{
	struct stat st;
	return lstat(name, &st) == 0;
}

static enum gv_status replace_at_last(void)
{
	return replace(GV_LOCK_ALWAYS, 20000);
}

/* Calls that come after the names have changed, or only tidy up; these may leave the lock. */
static bool is_tidying(const char *symbol)
{
	return strcmp(symbol, "gv_os_remove") == 0 || strcmp(symbol, "gv_os_remove_dir") == 0 ||
	       strcmp(symbol, "gv_os_stat") == 0 || strcmp(symbol, "gv_os_close") == 0;
}

static void clear_root(void)
{
	char command[400];
	snprintf(command, sizeof command, "rm -rf '%s'/* '%s'/.g*", root, root);
	assert_int_equal(system(command), 0);
}

/* True when there was an N-th call. */
static bool fail_call(enum gv_status (*work)(void), size_t n, int code, size_t names)
{
	clear_root();
	size_t files = inject_open_files();
	inject_arm(n, code, INJECT_ONCE);
	enum gv_status status = work();
	inject_stop();
	if (inject.failures == 0) {
		assert_int_equal(status, GV_OK);
		return false;
	}
	const char *symbol = inject.symbol;
	if (!holds(status == GV_OK ? NEW : OLD) && strstr(err.message, "power cut") == NULL)
		fail_msg("call %zu, %s: %d, but the file is not so", n, symbol, status);
	if (status == GV_OK && !is_tidying(symbol))
		fail_msg("call %zu, %s: nobody was told", n, symbol);
	if (status != GV_OK && err.message[0] == '\0')
		fail_msg("call %zu, %s: no message", n, symbol);
	if (is_there(folder) && !is_tidying(symbol))
		fail_msg("call %zu, %s: the lock is left", n, symbol);
	if (folder_count(root) - is_there(folder) > names + (strcmp(symbol, "gv_os_remove") == 0))
		fail_msg("call %zu, %s: a temporary file is left: %s", n, symbol, err.message);
	if (inject_open_files() != files)
		fail_msg("call %zu, %s: a file stays open", n, symbol);
	return true;
}

static void fail_each(enum gv_status (*work)(void), size_t names, size_t least)
{
	static const int codes[] = {EIO, ENOSPC, EACCES, EMFILE};
	for (size_t i = 0; i < COUNT(codes); i++) {
		size_t n = 1;
		while (fail_call(work, n, codes[i], names))
			n++;
		assert_true(n > least);
	}
}

static void any_failure_leaves_a_whole_file_and_no_lock(void **state)
{
	(void)state;
	fail_each(replace_at_last, 1, 30);
	fail_each(undo, 2, 18);
}

/* The program ends in the N-th call. True when there was one. */
static bool die_in_call(size_t n)
{
	clear_root();
	pid_t child = fork();
	if (child == 0) {
		inject_arm(n, EIO, INJECT_KILL);
		_exit(replace_at_last() == GV_OK ? 0 : 1);
	}
	int how = -1;
	assert_int_equal(waitpid(child, &how, 0), child);
	return WEXITSTATUS(how) == 77;
}

/* The next one finds stale members only, or an entry that nobody leaves any more. */
static void a_kill_at_any_call_keeps_nobody_out(void **state)
{
	(void)state;
	size_t n = 1;
	size_t locks = 0;
	for (; die_in_call(n); n++) {
		if (!holds(OLD) && !holds(NEW))
			fail_msg("call %zu: the file is damaged", n);
		locks += is_there(folder);
		if (replace_at_last() != GV_OK)
			fail_msg("call %zu: then %s", n, err.message);
		if (is_there(folder))
			fail_msg("call %zu: the lock is left", n);
	}
	assert_true(n > 30 && locks > 10);
}

/* Puts the member of a process that lives all the time. */
static void put_vmware(void)
{
	char bytes[LOCK_MEMBER_SIZE] = {0};
	struct lock_self self;
	uint64_t started;
	lock_self_find(&self);
	gv_os_process(getppid(), &started);
	snprintf(bytes, sizeof bytes, "%s %d-%" PRIu64 "(vmware) 1 X 0", self.host, getppid(),
	         started);
	assert_int_equal(mkdir(folder, 0777), 0);
	char *member = path_join(folder, "M00001.lck");
	file_write(member, (struct gv_span){bytes, sizeof bytes});
	free(member);
}

static void a_lock_that_another_has_is_waited_for_and_then_refused(void **state)
{
	(void)state;
	put_vmware();
	for (int mode = GV_LOCK_AUTO; mode <= GV_LOCK_ALWAYS; mode++) {
		uint64_t begun = now;
		assert_int_equal(replace((enum gv_lock_mode)mode, 3000), GV_EREFUSED);
		assert_int_equal(now - begun, 3000);
		assert_non_null(strstr(err.message, "vmware, process"));
		assert_true(holds(OLD));
		assert_int_equal(folder_count(root), 2);
	}
	assert_int_equal(replace(GV_LOCK_NEVER, 0), GV_OK);
	assert_true(holds(NEW));
	assert_int_equal(folder_count(folder), 1);
}

static void only_automatically_a_lock_that_cannot_be_made_is_done_without(void **state)
{
	static const int codes[] = {EACCES, EPERM, EROFS, ENAMETOOLONG};
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		for (int mode = GV_LOCK_AUTO; mode <= GV_LOCK_ALWAYS; mode++) {
			size_t n = 0;
			enum gv_status status = GV_OK;
			do { /* the call that makes the lock folder */
				inject_arm(++n, codes[i], INJECT_ONCE);
				status = replace((enum gv_lock_mode)mode, 0);
				inject_stop();
			} while (inject.failures > 0 &&
			         strcmp(inject.symbol, "gv_os_make_dir") != 0);
			assert_int_equal(inject.failures, 1);
			assert_int_equal(status, mode == GV_LOCK_AUTO ? GV_OK : GV_ESYSTEM);
			assert_true(holds(mode == GV_LOCK_AUTO ? NEW : OLD));
		}
	}
}

static bool was_locked[2];
static char *link_folder;

static void note_locks(void)
{
	was_locked[0] = is_there(folder) && folder_count(folder) == 1;
	was_locked[1] = is_there(link_folder) && folder_count(link_folder) == 1;
}

/* VMware locks the name that it is given: a link beside the link. */
static void link_and_target_are_both_locked_while_names_change(void **state)
{
	struct lock_hold hold = {.how = {GV_LOCK_ALWAYS, 0}};
	(void)state;
	char *sub = path_join(root, "sub");
	char *link = path_join(sub, "link.vmx");
	link_folder = path_join(sub, "link.vmx.lck");
	assert_int_equal(mkdir(sub, 0777), 0);
	assert_int_equal(symlink("../x.vmx", link), 0);
	file_write(path, SPAN(OLD));
	at_swap = note_locks;
	assert_int_equal(replace_by(&hold, link), GV_OK);
	assert_true(was_locked[0] && was_locked[1]);
	assert_false(is_there(folder) || is_there(link_folder));
	assert_true(holds(NEW));
	hold.how.mode = GV_LOCK_NEVER;
	assert_int_equal(replace_by(&hold, link), GV_OK);
	assert_false(was_locked[0] || was_locked[1]);
	free(link_folder);
	free(link);
	free(sub);
}

static void a_lock_that_was_taken_away_stops_the_write(void **state)
{
	struct lock_hold hold = {.how = {GV_LOCK_ALWAYS, 0}};
	char *aside = path_join(root, "aside");
	(void)state;
	file_write(path, SPAN(OLD));
	assert_int_equal(lock_hold_file(&hold, path, &err), GV_OK);
	assert_int_equal(rename(folder, aside), 0);
	assert_int_equal(replace_by(&hold, path), GV_EREFUSED);
	assert_true(holds(OLD));
	assert_int_equal(folder_count(root), 2); /* no temporary file */
	assert_int_equal(folder_count(aside), 0);
	free(aside);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

/* From the taking on, so that no member is left. */
static void signals_wait_until_the_locks_are_left(void **state)
{
	struct lock_hold hold = {.how = {GV_LOCK_ALWAYS, 0}};
	(void)state;
	file_write(path, SPAN(OLD));
	signal(SIGTERM, count_signal);
	assert_int_equal(lock_hold_file(&hold, path, &err), GV_OK);
	raise(SIGTERM);
	assert_int_equal(signals, 0);
	gv_os_hold_signals(); /* as a replacement does meanwhile */
	gv_os_release_signals();
	assert_int_equal(signals, 0);
	lock_hold_end(&hold);
	assert_int_equal(signals, 1);
	assert_int_equal(lock_hold_file(&hold, "/nowhere/x", &err), GV_ESYSTEM);
	raise(SIGTERM);
	assert_int_equal(signals, 2);
	signal(SIGTERM, SIG_DFL);
}

static const char *const *processes;
static int processes_code;

int __wrap_gv_os_list_processes(bool (*each)(void *context, const char *name), void *context);
int __wrap_gv_os_list_processes(bool (*each)(void *context, const char *name), void *context)
{
	for (size_t i = 0; processes[i] != NULL && each(context, processes[i]); i++) {
	}
	return processes_code;
}

static void programs_of_vmware_are_known_by_name(void **state)
{
	static const struct {
		const char *const names[4];
		int code;
		bool blind; /* they cannot all be seen */
		bool may_run;
	} rows[] = {
		{{"systemd", "bash", "gpuvirt"}, 0, false, false},
		{{"systemd", "vmtoolsd", "vm"}, 0, false, false},
		{{"systemd", "vmware-vmx", "bash"}, 0, false, true},
		{{"vmware"}, 0, false, true},
		{{"bash", "vmplayer"}, 0, false, true},
		{{"bash"}, ENOTSUP, false, true},
		{{"bash"}, 0, true, true},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		processes = rows[i].names;
		processes_code = rows[i].code;
		sees_all = !rows[i].blind;
		assert_int_equal(lock_vmware_may_run(), rows[i].may_run);
	}
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOT(any_failure_leaves_a_whole_file_and_no_lock),
		IN_ROOT(a_kill_at_any_call_keeps_nobody_out),
		IN_ROOT(a_lock_that_another_has_is_waited_for_and_then_refused),
		IN_ROOT(only_automatically_a_lock_that_cannot_be_made_is_done_without),
		IN_ROOT(link_and_target_are_both_locked_while_names_change),
		IN_ROOT(a_lock_that_was_taken_away_stops_the_write),
		IN_ROOT(signals_wait_until_the_locks_are_left),
		cmocka_unit_test(programs_of_vmware_are_known_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
