/*
 * base/file.h where the system says no: each call of a replacement or an undo fails once, in each
 * way; afterwards the file is wholly old or wholly new and nothing is left behind.
 */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "lock/write.h"

#include "inject.h"

/* The wrapped calls in their order, one letter each, for the test of durability. */
static char trace[4096];
static size_t traced;
static size_t write_most; /* bytes that one write takes at most; 0: all */
static bool no_exchange;  /* every renameat2 says EINVAL */

static void note(char letter)
{
	if (inject.armed && traced < sizeof trace - 1)
		trace[traced++] = letter;
	trace[traced] = '\0';
}

int __real_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...);
int __wrap_openat(int dir, const char *name, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	int mode = (flags & O_CREAT) != 0 ? va_arg(args, int) : 0;
	va_end(args);
	note((flags & O_CREAT) != 0 ? 'n' : 'o');
	if ((flags & O_CREAT) != 0) /* never write through what somebody put there */
		assert_int_equal(flags & O_EXCL, O_EXCL);
	return inject_now("openat") ? -1 : __real_openat(dir, name, flags, mode);
}

ssize_t __real_read(int file, void *bytes, size_t size);
ssize_t __wrap_read(int file, void *bytes, size_t size);
ssize_t __wrap_read(int file, void *bytes, size_t size)
{
	note('r');
	return inject_now("read") ? -1 : __real_read(file, bytes, size);
}

ssize_t __real_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
	note('w');
	if (inject_now("write"))
		return -1;
	return __real_write(file, bytes, write_most > 0 && size > write_most ? write_most : size);
}

int __real_fstat(int file, struct stat *out);
int __wrap_fstat(int file, struct stat *out);
int __wrap_fstat(int file, struct stat *out)
{
	return inject_now("fstat") ? -1 : __real_fstat(file, out);
}

int __real_fsync(int file);
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
	struct stat st;
	bool folder = __real_fstat(file, &st) == 0 && S_ISDIR(st.st_mode);
	note(folder ? 'D' : 's');
	return inject_now(folder ? "fsync of the folder" : "fsync") ? -1 : __real_fsync(file);
}

int __real_fchown(int file, uid_t owner, gid_t group);
int __wrap_fchown(int file, uid_t owner, gid_t group);
int __wrap_fchown(int file, uid_t owner, gid_t group)
{
	note('c');
	return inject_now("fchown") ? -1 : __real_fchown(file, owner, group);
}

int __real_fchmod(int file, mode_t mode);
int __wrap_fchmod(int file, mode_t mode);
int __wrap_fchmod(int file, mode_t mode)
{
	note('m');
	return inject_now("fchmod") ? -1 : __real_fchmod(file, mode);
}

ssize_t __real_flistxattr(int file, char *list, size_t size);
ssize_t __wrap_flistxattr(int file, char *list, size_t size);
ssize_t __wrap_flistxattr(int file, char *list, size_t size)
{
	note('x');
	return inject_now("flistxattr") ? -1 : __real_flistxattr(file, list, size);
}

ssize_t __real_fgetxattr(int file, const char *name, void *value, size_t size);
ssize_t __wrap_fgetxattr(int file, const char *name, void *value, size_t size);
ssize_t __wrap_fgetxattr(int file, const char *name, void *value, size_t size)
{
	note('x');
	return inject_now("fgetxattr") ? -1 : __real_fgetxattr(file, name, value, size);
}

int __real_fsetxattr(int file, const char *name, const void *value, size_t size, int flags);
int __wrap_fsetxattr(int file, const char *name, const void *value, size_t size, int flags);
int __wrap_fsetxattr(int file, const char *name, const void *value, size_t size, int flags)
{
	note('a');
	return inject_now("fsetxattr") ? -1 : __real_fsetxattr(file, name, value, size, flags);
}

int __real_fremovexattr(int file, const char *name);
int __wrap_fremovexattr(int file, const char *name);
int __wrap_fremovexattr(int file, const char *name)
{
	note('a');
	return inject_now("fremovexattr") ? -1 : __real_fremovexattr(file, name);
}

int __real_renameat(int from, const char *a, int to, const char *b);
int __wrap_renameat(int from, const char *a, int to, const char *b);
int __wrap_renameat(int from, const char *a, int to, const char *b)
{
	note('R');
	return inject_now("renameat") ? -1 : __real_renameat(from, a, to, b);
}

int __real_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags);
int __wrap_unlinkat(int dir, const char *name, int flags)
{
	note('u');
	return inject_now("unlinkat") ? -1 : __real_unlinkat(dir, name, flags);
}

/* A failed close has closed all the same, as on Linux. */
int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file)
{
	bool written = (fcntl(file, F_GETFL) & O_ACCMODE) == O_WRONLY;
	note('k');
	bool fails = inject_now(written ? "close of the new file" : "close");
	int code = errno;
	int result = __real_close(file);
	errno = code;
	return fails ? -1 : result;
}

int __real_fstatat(int dir, const char *name, struct stat *out, int flags);
int __wrap_fstatat(int dir, const char *name, struct stat *out, int flags);
int __wrap_fstatat(int dir, const char *name, struct stat *out, int flags)
{
	return inject_now("fstatat") ? -1 : __real_fstatat(dir, name, out, flags);
}

char *__real_realpath(const char *name, char *out);
char *__wrap_realpath(const char *name, char *out);
char *__wrap_realpath(const char *name, char *out)
{
	return inject_now("realpath") ? NULL : __real_realpath(name, out);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	va_list args;
	va_start(args, number);
	int from = va_arg(args, int);
	const char *a = va_arg(args, const char *);
	int to = va_arg(args, int);
	const char *b = va_arg(args, const char *);
	unsigned flags = va_arg(args, unsigned);
	va_end(args);
	note('E');
	if (inject_now("syscall"))
		return -1;
	errno = EINVAL;
	return no_exchange ? -1 : __real_syscall(number, from, a, to, b, flags);
}

#define OLD "config.version = \"8\"\nthe old text of the file\n"
#define NEW "config.version = \"8\"\nthe new text of the file, which is longer than the old one\n"
#define OLDER "what an older backup holds\n"
enum { LIMIT = 1 << 20 };

/* One way to change a file, and what the system lacks. */
struct work {
	const char *name;
	bool undo;
	bool backup; /* of a replacement: keep one */
	bool older;  /* there is a backup at the start */
	bool no_exchange;
	size_t write_most;
};

static const struct work works[] = {
	{.name = "replace"},
	{.name = "replace in short writes", .write_most = 7},
	{.name = "replace with backup", .backup = true},
	{.name = "replace with another backup", .backup = true, .older = true},
	{.name = "replace with copied backup", .backup = true, .older = true, .no_exchange = true},
	{.name = "replace with first copied backup", .backup = true, .no_exchange = true,
	 .write_most = 9},
	{.name = "undo", .undo = true, .older = true},
	{.name = "undo in steps", .undo = true, .older = true, .no_exchange = true},
	{.name = "replace in steps", .no_exchange = true},
};

/* The stage: a folder with the file and perhaps a backup. */
static char *root;
static char *path;
static char *backup;

#define ACL "system.posix_acl_access"

/* Where there are ACLs new files get one from the folder, which the file itself does not have. */
static int make_root(void **state)
{
	(void)state;
	char name[GV_TEMP_SIZE];
	gv_temp_name(name, GV_TEMP_KEEP, 0, "", (struct gv_span){0}); /* what is asked once only is asked before */
	char command[400];
	root = scratch_make();
	snprintf(command, sizeof command, "setfacl -d -m u:12345:rwx '%s' 2>/dev/null", root);
	if (system(command) != 0)
		print_message("no ACLs here\n");
	path = path_join(root, "x.vmx");
	backup = path_join(root, "x.vmx.bak");
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	inject_stop();
	free(path);
	free(backup);
	scratch_remove(root);
	return 0;
}

static void clear_root(void)
{
	DIR *dir = opendir(root);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
	}
	closedir(dir);
}

/* With an owner and an attribute to be kept, where that is possible. */
static void set_stage(const struct work *work)
{
	clear_root();
	file_write(path, SPAN(OLD));
	(void)removexattr(path, ACL);
	assert_int_equal(chmod(path, 0640), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(path, 12345, 12345), 0);
	(void)setxattr(path, "user.kept", "1", 1, 0);
	if (work->older)
		file_write(backup, SPAN(OLDER));
	write_most = work->write_most;
	no_exchange = work->no_exchange;
	traced = 0;
}

static enum gv_status run(const struct work *work, const struct gv_file *was, struct gv_error *err)
{
	struct lock_hold hold = {.how.mode = GV_LOCK_NEVER};
	return work->undo ? gv_file_undo(path, &hold.how, err)
	                  : gv_file_replace(path, was, SPAN(NEW), work->backup, &hold, err);
}

/* What is being tested, for messages. */
static char title[200];

static bool holds(const char *name, const char *text)
{
	struct gv_buf have = file_read(name);
	bool same = gv_span_equal(gv_buf_span(&have), gv_span_of(text));
	gv_buf_dispose(&have);
	return same;
}

static bool is_there(const char *name)
{
	struct stat st;
	return lstat(name, &st) == 0;
}

/* The texts that the work is to leave under the two names; NULL: nothing. */
static void assert_done(const struct work *work)
{
	const char *kept = work->undo || work->backup ? OLD : work->older ? OLDER : NULL;
	if (!holds(path, work->undo ? OLDER : NEW))
		fail_msg("%s: the file is not the new one", title);
	if (is_there(backup) != (kept != NULL) || (kept != NULL && !holds(backup, kept)))
		fail_msg("%s: the backup is not the old file", title);
}

/* An undo leaves all as it was; a replacement may have put the same old file under both names. */
static void assert_undone(const struct work *work)
{
	if (!holds(path, OLD))
		fail_msg("%s: the file is not the old one", title);
	bool there = is_there(backup);
	bool older = there && holds(backup, OLDER);
	bool old = there && holds(backup, OLD);
	if (work->undo ? !older : work->older ? !(older || (work->backup && old)) : there && !old)
		fail_msg("%s: the backup is lost or damaged", title);
}

static void assert_no_strangers(size_t allowed)
{
	size_t names = folder_count(root) - 1 - (is_there(backup) ? 1 : 0);
	if (names > allowed)
		fail_msg("%s: a temporary file is left", title);
}

static void assert_kept_attributes(void)
{
	struct stat st;
	char value[8];
	assert_int_equal(stat(path, &st), 0);
	if ((st.st_mode & 07777) != 0640 || (geteuid() == 0 && st.st_uid != 12345))
		fail_msg("%s: mode %o, owner %u", title, st.st_mode & 07777, st.st_uid);
	if (getxattr(path, "user.kept", value, sizeof value) != 1 && errno != ENOTSUP)
		fail_msg("%s: the attribute is lost", title);
	if (getxattr(path, ACL, NULL, 0) >= 0)
		fail_msg("%s: the file has the ACL of its folder", title);
}

static bool is_retryable(const char *symbol)
{
	static const char *const symbols[] = {"openat", "read", "write", "fsync",
	                                      "fsync of the folder", "close",
	                                      "close of the new file"};
	for (size_t i = 0; i < COUNT(symbols); i++) {
		if (strcmp(symbols[i], symbol) == 0)
			return true;
	}
	return false;
}

/* Calls without which the work can be done all the same; all others must be told of. */
static bool is_harmless(const char *symbol)
{
	return strcmp(symbol, "close") == 0 || strcmp(symbol, "unlinkat") == 0 ||
	       strcmp(symbol, "fgetxattr") == 0 || strcmp(symbol, "fremovexattr") == 0;
}

/* Only this failure comes too late to take the new file back, and its message says so. */
static bool is_late(const struct gv_error *err)
{
	return strcmp(inject.symbol, "fsync of the folder") == 0 &&
	       strstr(err->message, "power cut") != NULL;
}

/* Where not even the way back works what the file held stays under a name that is told. */
static bool is_told_where(const struct work *work, const struct gv_error *err)
{
	const char *name = strstr(err->message, ".gpuvirt-");
	if (strstr(err->message, "stays in") == NULL || name == NULL)
		return false;
	char kept[GV_TEMP_SIZE];
	snprintf(kept, sizeof kept, "%.*s", (int)strcspn(name, " :"), name);
	char *kept_path = path_join(root, kept);
	bool told = holds(path, work->undo ? OLDER : NEW) && holds(kept_path, OLD);
	free(kept_path);
	return told;
}

static void check_outcome(const struct work *work, enum gv_status status,
                          const struct gv_error *err)
{
	if (is_told_where(work, err)) {
		assert_no_strangers(1);
		return;
	}
	if (err->status != status)
		fail_msg("%s: returns %d, records %d", title, status, err->status);
	if (status != GV_OK && err->message[0] == '\0')
		fail_msg("%s: no message", title);
	if (status == GV_OK || is_late(err))
		assert_done(work);
	else
		assert_undone(work);
	if (!work->undo)
		assert_kept_attributes();
	assert_no_strangers(strcmp(inject.symbol, "unlinkat") == 0 ? 2 : 0);
	bool repeated = inject.code == EINTR && is_retryable(inject.symbol);
	if (repeated && status != GV_OK)
		fail_msg("%s: not repeated: %s", title, err->message);
	if (!repeated && status == GV_OK && !is_harmless(inject.symbol))
		fail_msg("%s: nobody was told", title);
}

/* Attempts WORK with the N-th call failing; true when there was such a call. */
static bool attempt(const struct work *work, size_t n, int code, enum inject_how how,
                    void (*check)(const struct work *, enum gv_status, const struct gv_error *))
{
	struct gv_file was = {0};
	struct gv_error err = {0};
	set_stage(work);
	assert_int_equal(gv_file_read(&was, path, LIMIT, &err), GV_OK);
	size_t files = inject_open_files();
	inject_arm(n, code, how);
	enum gv_status status = run(work, &was, &err);
	inject_stop();
	snprintf(title, sizeof title, "%s: call %zu, %s: %s", work->name, n,
	         inject.symbol == NULL ? "none" : inject.symbol, strerror(code));
	gv_file_dispose(&was);
	if (inject_open_files() != files)
		fail_msg("%s: a file stays open", title);
	if (inject.failures == 0) {
		assert_int_equal(status, GV_OK);
		assert_done(work);
		assert_no_strangers(0);
		return false;
	}
	check(work, status, &err);
	return true;
}

static const int codes[] = {ENOSPC, EIO, EACCES, EINTR};

/* All calls of WORK, one after the other; returns how many there were. */
static size_t attempt_all(const struct work *work, int code, enum inject_how how,
                          void (*check)(const struct work *, enum gv_status,
                                        const struct gv_error *))
{
	size_t n = 1;
	while (n < 1000 && attempt(work, n, code, how, check))
		n++;
	assert_true(n < 1000);
	return n - 1;
}

static void fail_each(const struct work *work, size_t least)
{
	for (size_t i = 0; i < COUNT(codes); i++) {
		size_t count = attempt_all(work, codes[i], INJECT_ONCE, check_outcome);
		if (count < least)
			fail_msg("%s: only %zu calls failed", work->name, count);
	}
}

static void replacement_survives_any_failure(void **state)
{
	(void)state;
	fail_each(&works[0], 18);
	fail_each(&works[8], 18);
}

static void replacement_in_short_writes_survives_any_failure(void **state)
{
	(void)state;
	fail_each(&works[1], 18 + sizeof NEW / 7);
}

static void replacement_with_backup_survives_any_failure(void **state)
{
	(void)state;
	fail_each(&works[2], 22);
}

static void replacement_of_a_backup_survives_any_failure(void **state)
{
	(void)state;
	fail_each(&works[3], 22);
}

static void replacement_with_copied_backup_survives_any_failure(void **state)
{
	(void)state;
	fail_each(&works[4], 30);
	fail_each(&works[5], 30);
}

static void undo_survives_any_failure(void **state)
{
	(void)state;
	fail_each(&works[6], 7);
}

static void undo_in_steps_survives_any_failure(void **state)
{
	(void)state;
	fail_each(&works[7], 10);
}

/* A full disk stays full: the call fails and so do all of its kind. */
static void failures_that_stay_are_survived(void **state)
{
	(void)state;
	size_t count = 0;
	for (size_t i = 0; i < COUNT(works); i++) {
		for (size_t j = 0; j < COUNT(codes); j++) {
			if (codes[j] != EINTR)
				count += attempt_all(&works[i], codes[j], INJECT_ON, check_outcome);
		}
	}
	assert_true(count > 400);
}

/* "No space left on device", not some other story. */
static void check_cause(const struct work *work, enum gv_status status,
                        const struct gv_error *err)
{
	(void)work;
	if (status == GV_OK)
		return;
	if (status != GV_ESYSTEM || err->code != inject.code ||
	    strstr(err->message, strerror(inject.code)) == NULL)
		fail_msg("%s: tells %s (%d): %s", title, gv_status_name(status), err->code,
		         err->message);
}

static void every_failure_names_its_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(works); i++) {
		attempt_all(&works[i], ENOSPC, INJECT_ONCE, check_cause);
		attempt_all(&works[i], EIO, INJECT_ONCE, check_cause);
	}
}

/* The program ends in the N-th call. True when there was such a call. */
static bool attempt_and_die(const struct work *work, size_t n)
{
	set_stage(work);
	pid_t child = fork();
	if (child == 0) {
		struct gv_file was = {0};
		enum gv_status status = gv_file_read(&was, path, LIMIT, NULL);
		inject_arm(n, EIO, INJECT_KILL);
		if (status == GV_OK)
			status = run(work, &was, NULL);
		inject_stop();
		gv_file_dispose(&was);
		_exit(status == GV_OK ? 0 : 1);
	}
	int how = -1;
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFEXITED(how));
	assert_in_set((LargestIntegralType)WEXITSTATUS(how), ((LargestIntegralType[]){0, 77}), 2);
	snprintf(title, sizeof title, "%s: ended in call %zu", work->name, n);
	return WEXITSTATUS(how) == 77;
}

/* True when some name in the folder has the text. */
static bool is_anywhere(const char *text)
{
	bool found = false;
	DIR *dir = opendir(root);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char *name = path_join(root, entry->d_name);
		struct stat st = {0};
		found |= lstat(name, &st) == 0 && S_ISREG(st.st_mode) && holds(name, text);
		free(name);
	}
	closedir(dir);
	return found;
}

/* At every moment the file is there and whole, and no text is lost that there was. */
static void check_whole(const struct work *work)
{
	const char *after = work->undo ? OLDER : NEW;
	if (!is_there(path) || (!holds(path, OLD) && !holds(path, after)))
		fail_msg("%s: the file is missing or damaged", title);
	if (is_there(backup) && !holds(backup, OLD) && !holds(backup, OLDER))
		fail_msg("%s: the backup is damaged", title);
	if (work->older && !work->undo && !is_there(backup))
		fail_msg("%s: the older backup is gone and no new one is there", title);
	if (work->backup && holds(path, after) && !is_anywhere(OLD))
		fail_msg("%s: the file is new and the old one is nowhere", title);
	assert_kept_attributes();
	assert_no_strangers(2);
}

/* The names that are left over are ours to recognise. */
static void check_strangers_are_temporary(void)
{
	DIR *dir = opendir(root);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.' && strlen(entry->d_name) > 2 &&
		    !gv_temp_is_name(entry->d_name))
			fail_msg("%s: left %s", title, entry->d_name);
	}
	closedir(dir);
}

/* Whichever name they have now, the two texts of an undo are still there. */
static void check_both_texts_survive(void)
{
	if (!is_anywhere(OLD) || !is_anywhere(OLDER) ||
	    (!holds(path, OLD) && !holds(path, OLDER)))
		fail_msg("%s: a text is lost", title);
}

/* After a crash the next run does its work as if nothing had been. */
static void check_next_run(const struct work *work)
{
	struct gv_file was = {0};
	struct gv_error err = {0};
	assert_int_equal(gv_file_read(&was, path, LIMIT, &err), GV_OK);
	struct lock_hold hold = {.how.mode = GV_LOCK_NEVER};
	if (gv_file_replace(path, &was, SPAN("next\n"), true, &hold, &err) != GV_OK)
		fail_msg("%s: then %s", title, err.message);
	if (!holds(path, "next\n") || !holds(backup, was.text.len == sizeof OLD - 1 ? OLD
	                                      : work->undo ? OLDER : NEW))
		fail_msg("%s: the next run did not do its work", title);
	gv_file_dispose(&was);
}

static void end_in_each_call_leaves_a_whole_file(void **state)
{
	(void)state;
	size_t count = 0;
	for (size_t i = 0; i < COUNT(works); i++) {
		const struct work *work = &works[i];
		for (size_t n = 1; attempt_and_die(work, n); n++) {
			if (work->undo)
				check_both_texts_survive();
			else
				check_whole(work);
			check_strangers_are_temporary();
			check_next_run(work);
			count++;
		}
	}
	assert_true(count > 150);
}

/* The position of the first or last LETTER in the trace; fails if there is none. */
static size_t place_of(char letter, bool last)
{
	const char *at = last ? strrchr(trace, letter) : strchr(trace, letter);
	if (at == NULL)
		fail_msg("no %c in %s", letter, trace);
	return at == NULL ? 0 : (size_t)(at - trace);
}

/*
 * Content and attributes reach the disk before the new name does, and the names at the end: all
 * writes, then fsync, then the change of names, then fsync of the folder.
 */
static void names_follow_what_is_durable(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(works); i++) {
		attempt(&works[i], 0, 0, INJECT_ONCE, check_outcome);
		char change = works[i].no_exchange ? 'R' : 'E';
		if (place_of('D', true) < place_of(change, true))
			fail_msg("%s: the folder is made durable too early: %s", works[i].name,
			         trace);
		if (works[i].undo && !works[i].no_exchange)
			continue; /* nothing is written */
		size_t durable = place_of('s', true);
		if (place_of('w', true) > durable || place_of('m', true) > durable ||
		    durable > place_of(change, true) ||
		    place_of('s', false) > place_of(change, false))
			fail_msg("%s: a name comes before its content: %s", works[i].name, trace);
	}
}

/* Attempts to read with the N-th call failing; true when there was such a call. */
static bool attempt_read(size_t n, int code)
{
	struct gv_file file = {0};
	struct gv_error err = {0};
	size_t files = inject_open_files();
	inject_arm(n, code, INJECT_ONCE);
	enum gv_status status = gv_file_read(&file, path, LIMIT, &err);
	inject_stop();
	assert_int_equal(inject_open_files(), files);
	bool failed = inject.failures > 0 && strcmp(inject.symbol, "close") != 0;
	if (failed && !(code == EINTR && is_retryable(inject.symbol))) {
		assert_int_equal(status, GV_ESYSTEM);
		assert_int_equal(err.code, code);
		assert_null(file.text.at);
	} else {
		assert_int_equal(status, GV_OK);
		assert_span(gv_buf_span(&file.text), SPAN(OLD));
	}
	gv_file_dispose(&file);
	return inject.failures > 0;
}

/* An error with its cause, nothing kept, nothing open; an interrupted call is repeated. */
static void reading_survives_any_failure(void **state)
{
	(void)state;
	set_stage(&works[0]);
	for (size_t i = 0; i < COUNT(codes); i++) {
		size_t n = 1;
		while (attempt_read(n, codes[i]))
			n++;
		assert_in_range(n, 5, 20);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(replacement_survives_any_failure),
		CASE(replacement_in_short_writes_survives_any_failure),
		CASE(replacement_with_backup_survives_any_failure),
		CASE(replacement_of_a_backup_survives_any_failure),
		CASE(replacement_with_copied_backup_survives_any_failure),
		CASE(undo_survives_any_failure),
		CASE(undo_in_steps_survives_any_failure),
		CASE(failures_that_stay_are_survived),
		CASE(every_failure_names_its_cause),
		CASE(end_in_each_call_leaves_a_whole_file),
		CASE(names_follow_what_is_durable),
		CASE(reading_survives_any_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
