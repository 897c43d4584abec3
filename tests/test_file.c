/* base/file.h: reading within limits, replacing atomically, keeping and swapping the backup. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lock/write.h"

#include "inject.h"

/* What the wrapped calls do besides their work; all off between tests. */
static struct {
	void (*at_read)(void); /* once, before the next read of the program */
	void (*at_write)(void);
	size_t reads;
	int rename2_fails; /* errno of every renameat2 */
	size_t exchanges;
	void (*before_exchange)(size_t number); /* 1 for the first */
} hooks;

static void fire(void (**hook)(void))
{
	void (*work)(void) = *hook;
	*hook = NULL;
	if (work != NULL)
		work();
}

ssize_t __real_read(int file, void *bytes, size_t size);
ssize_t __wrap_read(int file, void *bytes, size_t size);
ssize_t __wrap_read(int file, void *bytes, size_t size)
{
	hooks.reads++;
	fire(&hooks.at_read);
	return __real_read(file, bytes, size);
}

ssize_t __real_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
	fire(&hooks.at_write);
	return __real_write(file, bytes, size);
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
	hooks.exchanges++;
	if (hooks.before_exchange != NULL)
		hooks.before_exchange(hooks.exchanges);
	if (hooks.rename2_fails == 0)
		return __real_syscall(number, from, a, to, b, flags);
	errno = hooks.rename2_fails;
	return -1;
}

/* A scratch folder with one file, as the tests leave it to the program. */
static char *root;
static char *path;   /* root/x.vmx */
static char *backup; /* root/x.vmx.bak */
static struct gv_file was;

#define OLD   "config.version = \"8\"\nold\n"
#define NEW   "config.version = \"8\"\nnew and longer\n"
#define OLDER "older"
enum { LIMIT = 1 << 20 };

static void read_was(const char *from)
{
	struct gv_error err = {0};
	gv_file_dispose(&was);
	assert_int_equal(gv_file_read(&was, from, LIMIT, &err), GV_OK);
}

static int set_up(void **state)
{
	(void)state;
	memset(&hooks, 0, sizeof hooks);
	umask(022);
	root = scratch_make();
	path = path_join(root, "x.vmx");
	backup = path_join(root, "x.vmx.bak");
	file_write(path, SPAN(OLD));
	assert_int_equal(chmod(path, 0640), 0);
	read_was(path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	memset(&hooks, 0, sizeof hooks);
	umask(022);
	gv_file_dispose(&was);
	free(path);
	free(backup);
	scratch_remove(root);
	return 0;
}

static struct stat stat_of(const char *name)
{
	struct stat st;
	if (lstat(name, &st) != 0)
		fail_msg("%s: %s", name, strerror(errno));
	return st;
}

static bool is_there(const char *name)
{
	struct stat st;
	return lstat(name, &st) == 0;
}

/* As a caller does who asks for no lock of VMware's. */
static enum gv_status replace_file(const char *name, const struct gv_file *read,
                                   struct gv_span text, bool keep, struct gv_error *err)
{
	struct lock_hold hold = {.how.mode = GV_LOCK_NEVER};
	return gv_file_replace(name, read, text, keep, &hold, err);
}

static enum gv_status undo_file(const char *name, struct gv_error *err)
{
	const struct gv_lock_options how = {.mode = GV_LOCK_NEVER};
	return gv_file_undo(name, &how, err);
}

static void assert_holds(const char *name, struct gv_span want)
{
	struct gv_buf have = file_read(name);
	assert_span(gv_buf_span(&have), want);
	gv_buf_dispose(&have);
}

static enum gv_status replace(const char *name, bool keep, struct gv_error *err)
{
	*err = (struct gv_error){0};
	return replace_file(name, &was, SPAN(NEW), keep, err);
}

static void assert_replaced(bool keep)
{
	struct gv_error err;
	if (replace(path, keep, &err) != GV_OK)
		fail_msg("%s", err.message);
	assert_holds(path, SPAN(NEW));
	assert_int_equal(folder_count(root), keep ? 2 : 1);
	if (keep)
		assert_holds(backup, SPAN(OLD));
}

/* ---- reading ---- */

static void reads_the_whole_file(void **state)
{
	(void)state;
	struct stat st = stat_of(path);
	assert_span(gv_buf_span(&was.text), SPAN(OLD));
	assert_int_equal(was.stat.type, GV_OS_FILE);
	assert_true(was.stat.inode == st.st_ino && was.stat.device == st.st_dev);
	assert_int_equal(was.stat.mode, 0640);
	assert_int_equal(was.stat.size, sizeof OLD - 1);
	assert_int_equal(was.stat.links, 1);
	assert_int_equal(was.stat.owner, getuid());
}

/* gpuvirt/text.h: the bytes of a buffer are followed by a NUL. */
static void text_read_ends_in_nul(void **state)
{
	(void)state;
	assert_int_equal(was.text.at[was.text.len], '\0');
}

static void reads_sizes_around_the_block(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 63, 64, 65, 65535, 65536, 65537, 300000};
	char *text = malloc(300000);
	assert_non_null(text);
	for (size_t i = 0; i < 300000; i++)
		text[i] = (char)(i * 7 % 256);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		file_write(path, (struct gv_span){text, sizes[i]});
		read_was(path);
		assert_span(gv_buf_span(&was.text), (struct gv_span){text, sizes[i]});
		assert_non_null(was.text.at);
	}
	free(text);
}

static void limit_is_the_largest_size(void **state)
{
	(void)state;
	struct gv_file file = {0};
	struct gv_error err = {0};
	size_t size = sizeof OLD - 1;
	assert_int_equal(gv_file_read(&file, path, size, &err), GV_OK);
	gv_file_dispose(&file);
	assert_int_equal(gv_file_read(&file, path, size - 1, &err), GV_ETOOBIG);
	assert_non_null(strstr(err.message, "max-size"));
	file_write(path, SPAN(""));
	err = (struct gv_error){0};
	assert_int_equal(gv_file_read(&file, path, 0, &err), GV_OK);
	assert_int_equal(file.text.len, 0);
	gv_file_dispose(&file);
}

static void too_large_a_file_is_refused_unread(void **state)
{
	(void)state;
	struct gv_file file = {0};
	struct gv_error err = {0};
	assert_int_equal(truncate(path, (off_t)1 << 40), 0);
	hooks.reads = 0;
	assert_int_equal(gv_file_read(&file, path, LIMIT, &err), GV_ETOOBIG);
	assert_int_equal(hooks.reads, 0);
	assert_non_null(strstr(err.message, "1099511627776"));
}

static void append_more(void)
{
	FILE *file = fopen(path, "ab");
	assert_non_null(file);
	fputs("more", file);
	assert_int_equal(fclose(file), 0);
}

static void append_too_much(void)
{
	assert_int_equal(truncate(path, LIMIT + 1), 0);
}

static void cut_short(void)
{
	assert_int_equal(truncate(path, 3), 0);
}

static void growing_file_is_read_to_its_end(void **state)
{
	(void)state;
	hooks.at_read = append_more;
	read_was(path);
	assert_span(gv_buf_span(&was.text), SPAN(OLD "more"));
	hooks.at_read = cut_short;
	read_was(path);
	assert_span(gv_buf_span(&was.text), SPAN("con"));
}

static void file_that_grows_over_the_limit_is_refused(void **state)
{
	(void)state;
	struct gv_file file = {0};
	struct gv_error err = {0};
	hooks.at_read = append_too_much;
	assert_int_equal(gv_file_read(&file, path, LIMIT, &err), GV_ETOOBIG);
	assert_null(file.text.at);
}

static void file_without_a_size_is_read(void **state)
{
	(void)state;
	struct gv_file file = {0};
	struct gv_error err = {0};
	assert_int_equal(gv_file_read(&file, "/proc/self/status", LIMIT, &err), GV_OK);
	assert_int_equal(file.stat.size, 0);
	assert_true(file.text.len > 0);
	gv_file_dispose(&file);
}

/* Opening a FIFO that nobody writes to must not wait for one who does. */
static void only_regular_files_are_read(void **state)
{
	(void)state;
	char *fifo = path_join(root, "fifo.vmx");
	char *loop = path_join(root, "loop.vmx");
	char *missing = path_join(root, "missing.vmx");
	char *below = path_join(path, "x.vmx");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink("loop.vmx", loop), 0);
	const struct {
		const char *name;
		enum gv_status status;
		int code;
	} rows[] = {
		{fifo, GV_EINVAL, 0},          {root, GV_EINVAL, 0},
		{"/dev/null", GV_EINVAL, 0},   {"/dev/zero", GV_EINVAL, 0},
		{missing, GV_ESYSTEM, ENOENT}, {loop, GV_ESYSTEM, ELOOP},
		{below, GV_ESYSTEM, ENOTDIR},  {"", GV_ESYSTEM, ENOENT},
	};
	size_t files = inject_open_files();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_file file;
		struct gv_file before;
		struct gv_error err = {0};
		memset(&file, 0x5A, sizeof file);
		before = file;
		assert_int_equal(gv_file_read(&file, rows[i].name, LIMIT, &err), rows[i].status);
		assert_int_equal(err.code, rows[i].code);
		assert_memory_equal(&file, &before, sizeof file);
	}
	assert_int_equal(inject_open_files(), files);
	free(fifo);
	free(loop);
	free(missing);
	free(below);
}

/* Calls gv_file_read_input with FILE as standard input. */
static enum gv_status read_input(struct gv_file *out, int file, uint64_t limit,
                                 struct gv_error *err)
{
	int saved = dup(0);
	assert_true(saved >= 0);
	if (file >= 0)
		assert_int_equal(dup2(file, 0), 0);
	else
		close(0);
	enum gv_status status = gv_file_read_input(out, limit, err);
	assert_int_equal(dup2(saved, 0), 0);
	close(saved);
	return status;
}

static void standard_input_is_read_to_its_end(void **state)
{
	(void)state;
	int ends[2];
	struct gv_file file = {0};
	struct gv_error err = {0};
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], OLD, sizeof OLD - 1), sizeof OLD - 1);
	close(ends[1]);
	assert_int_equal(read_input(&file, ends[0], LIMIT, &err), GV_OK);
	close(ends[0]);
	assert_span(gv_buf_span(&file.text), SPAN(OLD));
	gv_file_dispose(&file);
}

static void standard_input_has_the_limit_too(void **state)
{
	(void)state;
	struct gv_file file = {0};
	struct gv_error err = {0};
	int zero = open("/dev/zero", O_RDONLY);
	assert_true(zero >= 0);
	assert_int_equal(read_input(&file, zero, LIMIT, &err), GV_ETOOBIG);
	close(zero);
	assert_null(file.text.at);
}

static void closed_standard_input_is_an_error(void **state)
{
	(void)state;
	struct gv_file file = {0};
	struct gv_error err = {0};
	assert_int_equal(read_input(&file, -1, LIMIT, &err), GV_ESYSTEM);
	assert_int_equal(err.code, EBADF);
}

/* ---- replacing: content and attributes ---- */

static void replaces_without_backup(void **state)
{
	(void)state;
	assert_replaced(false);
}

static void replaces_with_backup(void **state)
{
	(void)state;
	assert_replaced(true);
}

static void replaces_by_any_bytes(void **state)
{
	(void)state;
	static const struct gv_span rows[] = {
		{"", 0}, {NULL, 0}, {"\0\r\n\xFF", 4}, {OLD, sizeof OLD - 1}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_error err = {0};
		assert_int_equal(replace_file(path, &was, rows[i], true, &err), GV_OK);
		assert_holds(path, rows[i]);
		assert_int_equal(folder_count(root), 2);
		read_was(path);
	}
}

static void replaces_by_a_large_text(void **state)
{
	(void)state;
	enum { SIZE = 3 << 20 };
	struct gv_error err = {0};
	char *text = malloc(SIZE);
	assert_non_null(text);
	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)(i % 251);
	struct gv_span span = {text, SIZE};
	assert_int_equal(replace_file(path, &was, span, false, &err), GV_OK);
	assert_holds(path, span);
	free(text);
}

/* Also where the umask would take everything away. */
static void mode_stays(void **state)
{
	(void)state;
	static const mode_t modes[] = {0600, 0640, 0644,  0666,  0777,
	                               0400, 0444, 04755, 02755, 01644};
	static const mode_t masks[] = {022, 0, 0777};
	for (size_t i = 0; i < COUNT(modes) * COUNT(masks); i++) {
		mode_t mode = modes[i / COUNT(masks)];
		assert_int_equal(chmod(path, mode), 0);
		mode = stat_of(path).st_mode & 07777;
		read_was(path);
		umask(masks[i % COUNT(masks)]);
		struct gv_error err = {0};
		assert_int_equal(replace_file(path, &was, SPAN(NEW), true, &err), GV_OK);
		umask(022);
		assert_int_equal(stat_of(path).st_mode & 07777, mode);
		assert_int_equal(stat_of(backup).st_mode & 07777, mode);
	}
}

static void owner_and_group_stay(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		fputs("SKIP: only root gives files away\n", stderr);
		skip();
	}
	assert_int_equal(chown(path, 12345, 23456), 0);
	assert_int_equal(chmod(path, 06755), 0);
	read_was(path);
	assert_replaced(true);
	struct stat st = stat_of(path);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 23456);
	assert_int_equal(st.st_mode & 07777, 06755);
}

static void set_attribute(const char *name, const void *value, size_t size)
{
	if (setxattr(path, name, value, size, 0) == 0)
		return;
	fprintf(stderr, "SKIP: cannot set %s here: %s\n", name, strerror(errno));
	skip();
}

static void assert_attribute(const char *of, const char *name, struct gv_span want)
{
	char value[4096];
	ssize_t size = getxattr(of, name, value, sizeof value);
	if (size < 0)
		fail_msg("%s of %s: %s", name, of, strerror(errno));
	assert_span((struct gv_span){value, (size_t)size}, want);
}

static void extended_attributes_stay(void **state)
{
	(void)state;
	char large[2000]; /* above the room that most attributes fit in */
	memset(large, 'l', sizeof large);
	set_attribute("user.empty", "", 0);
	set_attribute("user.bytes", "a\0b\n", 4);
	set_attribute("user.large", large, sizeof large);
	read_was(path);
	assert_replaced(true);
	for (size_t i = 0; i < 2; i++) {
		const char *of = i == 0 ? path : backup;
		assert_attribute(of, "user.empty", SPAN(""));
		assert_attribute(of, "user.bytes", SPAN("a\0b\n"));
		assert_attribute(of, "user.large", (struct gv_span){large, sizeof large});
	}
}

static void trusted_attributes_stay_for_root(void **state)
{
	(void)state;
	set_attribute("trusted.gpuvirt", "t", 1);
	read_was(path);
	assert_replaced(false);
	assert_attribute(path, "trusted.gpuvirt", SPAN("t"));
}

/* Runs setfacl with ARGUMENTS on NAME, or skips the test. */
static void set_acl(const char *arguments, const char *name)
{
	struct gv_buf command = {0};
	gv_buf_format(&command, "setfacl %s '%s' 2>/dev/null", arguments, name);
	int result = system(command.at);
	gv_buf_dispose(&command);
	if (result == 0)
		return;
	fputs("SKIP: no setfacl, or a file system without ACLs\n", stderr);
	skip();
}

#define ACL "system.posix_acl_access"

static void acl_stays(void **state)
{
	(void)state;
	char acl[1024];
	set_acl("-m u:12345:rw,g:23456:r,m::rw", path);
	ssize_t size = getxattr(path, ACL, acl, sizeof acl);
	assert_true(size > 0);
	mode_t mode = stat_of(path).st_mode;
	read_was(path);
	assert_replaced(true);
	assert_attribute(path, ACL, (struct gv_span){acl, (size_t)size});
	assert_attribute(backup, ACL, (struct gv_span){acl, (size_t)size});
	assert_int_equal(stat_of(path).st_mode, mode);
}

/* New files of a folder with a default ACL inherit it; the replaced file never had it. */
static void acl_of_the_folder_is_not_inherited(void **state)
{
	(void)state;
	char acl[1024];
	set_acl("-d -m u:12345:rwx,m::rwx", root);
	assert_true(getxattr(path, ACL, acl, sizeof acl) < 0);
	assert_replaced(true);
	assert_true(getxattr(path, ACL, acl, sizeof acl) < 0);
	assert_int_equal(stat_of(path).st_mode & 07777, 0640);
}

/* The same where the backup has to be a copy. */
static void copied_backup_does_not_inherit_an_acl(void **state)
{
	(void)state;
	char acl[1024];
	set_acl("-d -m u:12345:rwx,m::rwx", root);
	hooks.rename2_fails = EINVAL;
	assert_replaced(true);
	assert_true(getxattr(backup, ACL, acl, sizeof acl) < 0);
}

static void link_is_followed_and_stays(void **state)
{
	(void)state;
	char *elsewhere = path_join(root, "links");
	char *link_path = path_join(elsewhere, "link.vmx");
	char *chain = path_join(elsewhere, "chain.vmx");
	assert_int_equal(mkdir(elsewhere, 0755), 0);
	assert_int_equal(symlink("../x.vmx", link_path), 0);
	assert_int_equal(symlink("link.vmx", chain), 0);
	struct gv_error err;
	read_was(chain);
	assert_int_equal(replace(chain, true, &err), GV_OK);
	assert_holds(path, SPAN(NEW));
	assert_holds(backup, SPAN(OLD));
	assert_true(S_ISLNK(stat_of(link_path).st_mode) && S_ISLNK(stat_of(chain).st_mode));
	assert_true(S_ISREG(stat_of(path).st_mode));
	assert_int_equal(folder_count(elsewhere), 2);
	assert_int_equal(folder_count(root), 3);
	assert_int_equal(undo_file(chain, &err), GV_OK);
	assert_holds(path, SPAN(OLD));
	assert_true(S_ISLNK(stat_of(chain).st_mode));
	free(elsewhere);
	free(link_path);
	free(chain);
}

static void name_without_folder_is_in_this_one(void **state)
{
	(void)state;
	char *home = getcwd(NULL, 0);
	struct gv_error err;
	assert_int_equal(chdir(root), 0);
	enum gv_status status = replace("x.vmx", true, &err);
	enum gv_status undone = undo_file("./x.vmx", &err);
	assert_int_equal(chdir(home), 0);
	free(home);
	assert_int_equal(status, GV_OK);
	assert_int_equal(undone, GV_OK);
	assert_holds(path, SPAN(OLD));
	assert_holds(backup, SPAN(NEW));
}

static void other_hard_link_keeps_the_old_text(void **state)
{
	(void)state;
	char *other = path_join(root, "other");
	assert_int_equal(link(path, other), 0);
	read_was(path);
	struct gv_error err;
	assert_int_equal(replace(path, false, &err), GV_OK);
	assert_holds(other, SPAN(OLD));
	assert_holds(path, SPAN(NEW));
	free(other);
}

/* What lies in the folder while the new file is being written. */
static size_t temporaries;
static mode_t temporary_mode;

static bool note_temporary(void *context, const char *name, enum gv_os_type type)
{
	(void)context, (void)type;
	assert_null(strchr(name, '~'));
	if (!gv_temp_is_name(name))
		return true;
	char *found = path_join(root, name);
	temporary_mode = stat_of(found).st_mode & 07777;
	temporaries++;
	free(found);
	return true;
}

static void look_for_temporaries(void)
{
	struct gv_os_dir *dir;
	assert_int_equal(gv_os_open_dir(&dir, NULL, root), 0);
	assert_int_equal(gv_os_list(dir, ".", note_temporary, NULL), 0);
	gv_os_close_dir(dir);
	assert_holds(path, SPAN(OLD));
}

static void unfinished_file_is_private_and_recognised(void **state)
{
	(void)state;
	assert_int_equal(chmod(path, 0666), 0);
	read_was(path);
	umask(0);
	temporaries = 0;
	hooks.at_write = look_for_temporaries;
	assert_replaced(false);
	assert_int_equal(temporaries, 1);
	assert_int_equal(temporary_mode, 0600);
}

/* ---- the backup ---- */

static void backup_is_the_old_file_itself(void **state)
{
	(void)state;
	struct stat before = stat_of(path);
	assert_replaced(true);
	struct stat kept = stat_of(backup);
	assert_true(kept.st_ino == before.st_ino);
	assert_int_equal(kept.st_nlink, 1);
	assert_true(kept.st_mtim.tv_sec == before.st_mtim.tv_sec &&
	            kept.st_mtim.tv_nsec == before.st_mtim.tv_nsec);
	assert_true(stat_of(path).st_ino != before.st_ino);
	assert_int_equal(stat_of(path).st_nlink, 1);
}

static void older_backup_is_replaced(void **state)
{
	(void)state;
	file_write(backup, SPAN(OLDER));
	assert_replaced(true);
}

static void backup_of_no_backup_stays_as_it_is(void **state)
{
	(void)state;
	struct gv_error err;
	file_write(backup, SPAN(OLDER));
	assert_int_equal(replace(path, false, &err), GV_OK);
	assert_holds(backup, SPAN(OLDER));
}

/* A link in the backup's place is replaced, not written through. */
static void link_in_the_backups_place_is_not_followed(void **state)
{
	(void)state;
	char *other = path_join(root, "precious");
	for (size_t i = 0; i < 2; i++) {
		struct gv_error err;
		file_write(other, SPAN("precious"));
		file_write(path, SPAN(OLD));
		read_was(path);
		unlink(backup);
		assert_int_equal(symlink("precious", backup), 0);
		hooks.rename2_fails = i == 0 ? 0 : EINVAL;
		assert_int_equal(replace(path, true, &err), GV_OK);
		assert_holds(other, SPAN("precious"));
		assert_true(S_ISREG(stat_of(backup).st_mode));
		assert_holds(backup, SPAN(OLD));
	}
	free(other);
}

/* A file with several names is copied: another name must not lead to the backup. */
static void backup_of_a_file_with_two_names_is_a_copy(void **state)
{
	(void)state;
	char *other = path_join(root, "other");
	assert_int_equal(link(path, other), 0);
	read_was(path);
	assert_int_equal(replace(path, true, &(struct gv_error){0}), GV_OK);
	assert_holds(path, SPAN(NEW));
	assert_holds(backup, SPAN(OLD));
	assert_true(stat_of(backup).st_ino != stat_of(other).st_ino);
	assert_int_equal(stat_of(other).st_nlink, 1);
	assert_int_equal(folder_count(root), 3);
	free(other);
}

/* A crash or a careless copy may have left the backup as another name of the file. */
static void backup_that_is_the_file_itself_is_no_trouble(void **state)
{
	(void)state;
	assert_int_equal(link(path, backup), 0);
	read_was(path);
	assert_replaced(true);
	assert_int_equal(stat_of(backup).st_nlink, 1);
}

static void without_exchange_the_backup_is_a_copy(void **state)
{
	(void)state;
	static const int codes[] = {EINVAL, ENOSYS, EOPNOTSUPP};
	for (size_t i = 0; i < COUNT(codes); i++) {
		file_write(path, SPAN(OLD));
		if (i % 2 == 1)
			file_write(backup, SPAN(OLDER));
		else
			unlink(backup);
		read_was(path);
		ino_t before = stat_of(path).st_ino;
		hooks.rename2_fails = codes[i];
		assert_replaced(true);
		assert_true(stat_of(backup).st_ino != before);
		assert_int_equal(stat_of(backup).st_mode & 07777, 0640);
	}
}

static void exchange_that_fails_stops_the_replacement(void **state)
{
	(void)state;
	struct gv_error err;
	hooks.rename2_fails = EIO;
	assert_int_equal(replace(path, true, &err), GV_ESYSTEM);
	assert_int_equal(err.code, EIO);
	assert_holds(path, SPAN(OLD));
	assert_int_equal(folder_count(root), 1);
}

static void folder_in_the_backups_place_stops_the_replacement(void **state)
{
	(void)state;
	static const int codes[] = {0, EINVAL};
	assert_int_equal(mkdir(backup, 0755), 0);
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct gv_error err;
		hooks.rename2_fails = codes[i];
		assert_int_equal(replace(path, true, &err), GV_ESYSTEM);
		assert_non_null(strstr(err.message, "backup"));
		assert_holds(path, SPAN(OLD));
		assert_int_equal(folder_count(root), 2);
		assert_int_equal(folder_count(backup), 0);
	}
}

/* 255 bytes are as long as a name can be: there is no room for ".bak". */
static void longest_name_can_be_replaced_without_backup(void **state)
{
	(void)state;
	char name[256];
	memset(name, 'n', 255);
	memcpy(name + 251, ".vmx", 5);
	free(path);
	path = path_join(root, name);
	file_write(path, SPAN(OLD));
	read_was(path);
	struct gv_error err;
	assert_int_equal(replace(path, true, &err), GV_ESYSTEM);
	assert_int_equal(err.code, ENAMETOOLONG);
	assert_non_null(strstr(err.message, "backup"));
	assert_holds(path, SPAN(OLD));
	assert_int_equal(folder_count(root), 2);
	assert_int_equal(replace(path, false, &err), GV_OK);
	assert_holds(path, SPAN(NEW));
	assert_int_equal(folder_count(root), 2);
}

/* ---- another program writes the file meanwhile ---- */

#define OTHERS "another program's text\n"

static void change_content(void)
{
	file_write(path, SPAN(OTHERS));
}

/* The same size, the same inode, and quick: the time of change may be the same too. */
static void change_one_byte(void)
{
	struct timespec times[2] = {stat_of(path).st_atim, stat_of(path).st_mtim};
	int file = open(path, O_WRONLY);
	assert_int_equal(pwrite(file, "X", 1, 20), 1);
	assert_int_equal(futimens(file, times), 0);
	close(file);
}

static void replace_inode(void)
{
	char *other = path_join(root, "other");
	file_write(other, SPAN(OLD));
	assert_int_equal(chmod(other, 0640), 0);
	assert_int_equal(rename(other, path), 0);
	free(other);
}

static void change_mode(void)
{
	assert_int_equal(chmod(path, 0600), 0);
}

static void become_link(void)
{
	char *other = path_join(root, "other");
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink("other", path), 0);
	free(other);
}

static void remove_file(void)
{
	assert_int_equal(unlink(path), 0);
}

static void become_folder(void)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
}

/* A link to the same file is followed, so the last one counts only in the midst of the work. */
static const struct {
	const char *what;
	void (*change)(void);
} changes[] = {
	{"content", change_content}, {"one byte", change_one_byte}, {"appended", append_more},
	{"inode", replace_inode},    {"mode", change_mode},         {"folder", become_folder},
	{"removed", remove_file},    {"link", become_link},
};

/* What the other program left, to be there afterwards too. */
struct trace {
	bool there;
	struct stat stat;
	struct gv_buf text;
	size_t names;
};

static struct trace trace_now(void)
{
	struct trace trace = {.there = is_there(path)};
	if (trace.there)
		trace.stat = stat_of(path);
	if (trace.there && S_ISREG(trace.stat.st_mode))
		trace.text = file_read(path);
	trace.names = folder_count(root);
	return trace;
}

static struct trace trace_left;
static void (*change_now)(void);

static void change_and_trace(void)
{
	change_now();
	trace_left = trace_now();
	trace_left.names -= 1; /* our temporary file */
}

static void assert_left_alone(const char *what)
{
	struct trace now = trace_now();
	if (now.there != trace_left.there || now.names != trace_left.names ||
	    (now.there && (now.stat.st_ino != trace_left.stat.st_ino ||
	                   now.stat.st_mode != trace_left.stat.st_mode)) ||
	    !gv_span_equal(gv_buf_span(&now.text), gv_buf_span(&trace_left.text)))
		fail_msg("%s: what the other program left was touched", what);
	gv_buf_dispose(&now.text);
	gv_buf_dispose(&trace_left.text);
}

static void restart(void)
{
	tear_down(NULL);
	set_up(NULL);
}

static void change_before_the_replacement_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < (COUNT(changes) - 1) * 2; i++) {
		struct gv_error err;
		restart();
		changes[i / 2].change();
		trace_left = trace_now();
		enum gv_status status = replace(path, i % 2 == 1, &err);
		if (status != GV_ECHANGED)
			fail_msg("%s: %s: %s", changes[i / 2].what, gv_status_name(status),
			         err.message);
		assert_left_alone(changes[i / 2].what);
	}
}

static void change_during_the_replacement_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes) * 2; i++) {
		struct gv_error err;
		restart();
		change_now = changes[i / 2].change;
		hooks.at_write = change_and_trace;
		enum gv_status status = replace(path, i % 2 == 1, &err);
		if (status != GV_ECHANGED)
			fail_msg("%s: %s: %s", changes[i / 2].what, gv_status_name(status),
			         err.message);
		assert_left_alone(changes[i / 2].what);
	}
}

/* Another program that replaces the file by rename, at the moments that hurt. */
static size_t writes_before[4]; /* exchanges before which it does */

static void rename_over(size_t number)
{
	char text[16];
	char *fresh = path_join(root, "fresh");
	for (size_t i = 0; i < COUNT(writes_before); i++) {
		if (writes_before[i] != number)
			continue;
		snprintf(text, sizeof text, "write %zu", number);
		file_write(fresh, gv_span_of(text));
		assert_int_equal(rename(fresh, path), 0);
	}
	free(fresh);
}

static void write_always(size_t number)
{
	writes_before[0] = number;
	rename_over(number);
}

/* Whenever it writes, its last text stays and nothing of ours is left. */
static void newest_text_of_another_program_wins(void **state)
{
	(void)state;
	static const struct {
		size_t writes[4];
		const char *left;
	} rows[] = {
		{{1}, "write 1"},    {{1, 2}, "write 2"},       {{1, 2, 3}, "write 3"},
		{{1, 3}, "write 1"}, {{1, 2, 3, 4}, "write 4"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_error err;
		restart();
		memcpy(writes_before, rows[i].writes, sizeof writes_before);
		hooks.before_exchange = rename_over;
		assert_int_equal(replace(path, i % 2 == 0, &err), GV_ECHANGED);
		assert_holds(path, gv_span_of(rows[i].left));
		assert_int_equal(folder_count(root), 1);
	}
}

/* Who never stops gets an error that says where the text is. */
static void endless_writer_loses_nothing(void **state)
{
	(void)state;
	struct gv_error err;
	hooks.before_exchange = NULL;
	restart();
	for (size_t i = 0; i < COUNT(writes_before); i++)
		writes_before[i] = 0;
	hooks.before_exchange = write_always;
	assert_int_equal(replace(path, true, &err), GV_ESYSTEM);
	assert_non_null(strstr(err.message, "stays in .gpuvirt-"));
	assert_int_equal(folder_count(root), 2);
}

/* ---- undo ---- */

static void undo_swaps_and_swaps_back(void **state)
{
	(void)state;
	static const int codes[] = {0, EINVAL, ENOSYS, EOPNOTSUPP};
	for (size_t i = 0; i < COUNT(codes); i++) {
		restart();
		assert_replaced(true);
		hooks.rename2_fails = codes[i];
		struct gv_error err = {0};
		ino_t now = stat_of(path).st_ino;
		ino_t old = stat_of(backup).st_ino;
		for (size_t round = 0; round < 4; round++) {
			bool undone = round % 2 == 0;
			if (undo_file(path, &err) != GV_OK)
				fail_msg("errno %d: %s", codes[i], err.message);
			assert_holds(path, undone ? SPAN(OLD) : SPAN(NEW));
			assert_holds(backup, undone ? SPAN(NEW) : SPAN(OLD));
			/* in one step the files keep themselves, in steps one is a copy */
			if (codes[i] == 0)
				assert_true(stat_of(path).st_ino == (undone ? old : now));
			assert_int_equal(stat_of(path).st_nlink, 1);
			assert_int_equal(folder_count(root), 2);
		}
		assert_holds(path, SPAN(NEW));
		assert_holds(backup, SPAN(OLD));
	}
}

static void undo_without_backup_is_not_there(void **state)
{
	(void)state;
	struct gv_error err = {0};
	assert_int_equal(undo_file(path, &err), GV_ENOENT);
	assert_non_null(strstr(err.message, "x.vmx.bak"));
	assert_holds(path, SPAN(OLD));
	assert_int_equal(folder_count(root), 1);
}

static void undo_needs_a_file_as_backup(void **state)
{
	(void)state;
	struct gv_error err = {0};
	assert_int_equal(mkdir(backup, 0755), 0);
	assert_int_equal(undo_file(path, &err), GV_EINVAL);
	assert_int_equal(rmdir(backup), 0);
	assert_int_equal(symlink("x.vmx", backup), 0);
	assert_int_equal(undo_file(path, &err), GV_EINVAL);
	assert_holds(path, SPAN(OLD));
	assert_true(S_ISREG(stat_of(path).st_mode));
}

static void undo_of_nothing_is_an_error(void **state)
{
	(void)state;
	struct gv_error err = {0};
	file_write(backup, SPAN(OLDER));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(undo_file(path, &err), GV_ESYSTEM);
	assert_int_equal(err.code, ENOENT);
	assert_holds(backup, SPAN(OLDER));
	assert_false(is_there(path));
}

static void undo_that_fails_changes_nothing(void **state)
{
	(void)state;
	struct gv_error err = {0};
	assert_replaced(true);
	hooks.rename2_fails = EIO;
	assert_int_equal(undo_file(path, &err), GV_ESYSTEM);
	assert_int_equal(err.code, EIO);
	assert_holds(path, SPAN(NEW));
	assert_holds(backup, SPAN(OLD));
	assert_int_equal(folder_count(root), 2);
}

/* Renaming a name to another of the same file does nothing: a temporary name would stay. */
static void undo_of_one_file_with_both_names_leaves_both(void **state)
{
	(void)state;
	static const int codes[] = {0, EINVAL};
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct gv_error err = {0};
		restart();
		assert_int_equal(link(path, backup), 0);
		hooks.rename2_fails = codes[i];
		assert_int_equal(undo_file(path, &err), GV_OK);
		assert_holds(path, SPAN(OLD));
		assert_holds(backup, SPAN(OLD));
		assert_int_equal(folder_count(root), 2);
	}
}

/* ---- signals ---- */

static int sent;

static void send_signal(void)
{
	raise(sent);
}

/* Replaces, in a child, with the signal SENT in the middle; returns how the child ended. */
static int replace_with_signal(void)
{
	pid_t child = fork();
	if (child == 0) {
		struct rlimit none = {0, 0};
		struct gv_error err;
		setrlimit(RLIMIT_CORE, &none);
		signal(sent, SIG_DFL);
		hooks.at_write = send_signal;
		_exit(replace(path, true, &err) == GV_OK ? 0 : 1);
	}
	int how = 0;
	assert_int_equal(waitpid(child, &how, 0), child);
	return how;
}

static void signals_wait_until_the_file_is_whole(void **state)
{
	(void)state;
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM};
	for (size_t i = 0; i < COUNT(signals); i++) {
		restart();
		sent = signals[i];
		int how = replace_with_signal();
		assert_true(WIFSIGNALED(how));
		assert_int_equal(WTERMSIG(how), sent);
		assert_holds(path, SPAN(NEW));
		assert_holds(backup, SPAN(OLD));
		assert_int_equal(folder_count(root), 2);
	}
}

static void signals_are_as_before_afterwards(void **state)
{
	(void)state;
	sigset_t before;
	sigset_t after;
	struct gv_error err;
	sigemptyset(&before);
	sigaddset(&before, SIGUSR1);
	sigaddset(&before, SIGCHLD);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	for (size_t round = 0; round < 4; round++) {
		if (round < 2)
			replace(path, true, &err); /* the second fails */
		else
			undo_file(round == 2 ? path : "/nowhere", &err);
		assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &after), 0);
		for (int i = 1; i < 32; i++)
			assert_int_equal(sigismember(&after, i), sigismember(&before, i));
	}
	sigemptyset(&before);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

/* A limit on the size of files is an error like a full disk, once main has prepared the process. */
static void size_limit_of_the_user_is_an_error(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		struct rlimit limit = {10, 10};
		struct gv_error err;
		gv_os_prepare_process();
		setrlimit(RLIMIT_FSIZE, &limit);
		_exit(replace(path, true, &err) == GV_ESYSTEM && err.code == EFBIG ? 0 : 1);
	}
	int how = -1;
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFEXITED(how));
	assert_int_equal(WEXITSTATUS(how), 0);
	assert_holds(path, SPAN(OLD));
	assert_int_equal(folder_count(root), 1);
}

static void no_descriptor_stays_open(void **state)
{
	(void)state;
	size_t files = inject_open_files();
	struct gv_error err;
	for (size_t round = 0; round < 3; round++) {
		read_was(path);
		assert_int_equal(replace(path, true, &err), GV_OK);
		assert_int_equal(replace(path, true, &err), GV_ECHANGED);
		assert_int_equal(undo_file(path, &err), GV_OK);
		hooks.rename2_fails = EINVAL;
	}
	assert_int_equal(inject_open_files(), files);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Without the one call the name is looked for first. */
static void a_new_name_never_displaces_another(void **state)
{
	(void)state;
	static const int fails[] = {0, EINVAL, ENOSYS};
	for (size_t i = 0; i < COUNT(fails); i++) {
		struct gv_os_dir *dir;
		assert_int_equal(gv_os_open_dir(&dir, NULL, root), 0);
		hooks.rename2_fails = fails[i];
		char *name = path_join(root, "new");
		file_write(name, SPAN("new"));
		free(name);
		assert_int_equal(gv_os_rename_new(dir, "new", "x.vmx"), EEXIST);
		assert_int_equal(gv_os_rename_new(dir, "new", "free"), 0);
		assert_int_equal(gv_os_rename_new(dir, "new", "other"), ENOENT);
		hooks.rename2_fails = 0;
		assert_int_equal(gv_os_remove(dir, "free"), 0);
		gv_os_close_dir(dir);
	}
}

static void the_environment_and_its_empty_values(void **state)
{
	(void)state;
	assert_int_equal(setenv("GPUVIRT_TEST", "x", 1), 0);
	assert_string_equal(gv_os_environment("GPUVIRT_TEST"), "x");
	assert_int_equal(setenv("GPUVIRT_TEST", "", 1), 0);
	assert_null(gv_os_environment("GPUVIRT_TEST"));
	assert_int_equal(unsetenv("GPUVIRT_TEST"), 0);
	assert_null(gv_os_environment("GPUVIRT_TEST"));
}

/* What the system calls this process: under valgrind that is not the program's name. */
struct own_name {
	char name[64];
	bool found;
};

static bool is_own_name(void *context, const char *name)
{
	struct own_name *own = context;
	own->found = strcmp(name, own->name) == 0;
	return !own->found;
}

static void this_process_is_listed(void **state)
{
	(void)state;
	struct own_name own = {0};
	FILE *file = fopen("/proc/self/comm", "r");
	assert_non_null(file);
	assert_non_null(fgets(own.name, sizeof own.name, file));
	fclose(file);
	own.name[strcspn(own.name, "\n")] = '\0';
	assert_int_equal(gv_os_list_processes(is_own_name, &own), 0);
	assert_true(own.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(reads_the_whole_file),
		CASE(text_read_ends_in_nul),
		CASE(reads_sizes_around_the_block),
		CASE(limit_is_the_largest_size),
		CASE(too_large_a_file_is_refused_unread),
		CASE(growing_file_is_read_to_its_end),
		CASE(file_that_grows_over_the_limit_is_refused),
		CASE(file_without_a_size_is_read),
		CASE(only_regular_files_are_read),
		CASE(standard_input_is_read_to_its_end),
		CASE(standard_input_has_the_limit_too),
		CASE(closed_standard_input_is_an_error),
		CASE(replaces_without_backup),
		CASE(replaces_with_backup),
		CASE(replaces_by_any_bytes),
		CASE(replaces_by_a_large_text),
		CASE(mode_stays),
		CASE(owner_and_group_stay),
		CASE(extended_attributes_stay),
		CASE(trusted_attributes_stay_for_root),
		CASE(acl_stays),
		CASE(acl_of_the_folder_is_not_inherited),
		CASE(copied_backup_does_not_inherit_an_acl),
		CASE(link_is_followed_and_stays),
		CASE(name_without_folder_is_in_this_one),
		CASE(other_hard_link_keeps_the_old_text),
		CASE(unfinished_file_is_private_and_recognised),
		CASE(backup_is_the_old_file_itself),
		CASE(older_backup_is_replaced),
		CASE(backup_of_no_backup_stays_as_it_is),
		CASE(link_in_the_backups_place_is_not_followed),
		CASE(backup_that_is_the_file_itself_is_no_trouble),
		CASE(backup_of_a_file_with_two_names_is_a_copy),
		CASE(without_exchange_the_backup_is_a_copy),
		CASE(exchange_that_fails_stops_the_replacement),
		CASE(folder_in_the_backups_place_stops_the_replacement),
		CASE(longest_name_can_be_replaced_without_backup),
		CASE(change_before_the_replacement_is_found),
		CASE(change_during_the_replacement_is_found),
		CASE(newest_text_of_another_program_wins),
		CASE(endless_writer_loses_nothing),
		CASE(undo_swaps_and_swaps_back),
		CASE(undo_without_backup_is_not_there),
		CASE(undo_needs_a_file_as_backup),
		CASE(undo_of_nothing_is_an_error),
		CASE(undo_that_fails_changes_nothing),
		CASE(undo_of_one_file_with_both_names_leaves_both),
		CASE(signals_wait_until_the_file_is_whole),
		CASE(signals_are_as_before_afterwards),
		CASE(size_limit_of_the_user_is_an_error),
		CASE(no_descriptor_stays_open),
		CASE(a_new_name_never_displaces_another),
		CASE(the_environment_and_its_empty_values),
		CASE(this_process_is_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
