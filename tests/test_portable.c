/*
 * lock/portable.h: each rule of the protocol (lock facts 2 to 8 and 12) in a folder made for it, with
 * what comes of it and what is left. Time is made up: no test waits.
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock/lock.h"
#include "lock/portable.h"

#define MACHINE "6HlZAAL8AAAAAQAA"

/* The made-up clock, in milliseconds, and what happens at each pause. */
static struct {
	uint64_t now;
	uint64_t pauses[8192];
	size_t count;
	bool is_ending;
	uint64_t stall; /* the next pause takes so much longer */
	void (*meanwhile)(void);
} times;

static bool sees_host;
static bool is_local;

bool __wrap_gv_os_sees_host(void);
bool __wrap_gv_os_sees_host(void)
{
	return sees_host;
}

static const char *program = "(gpuvirt)";

void __wrap_gv_os_program_name(char out[GV_OS_NAME_SIZE]);
void __wrap_gv_os_program_name(char out[GV_OS_NAME_SIZE])
{
	strcpy(out, program);
}

int __wrap_gv_os_machine_id(char *out, size_t size);
int __wrap_gv_os_machine_id(char *out, size_t size)
{
	snprintf(out, size, "%s", MACHINE);
	return 0;
}

bool __wrap_gv_os_is_local(struct gv_os_dir *dir);
bool __wrap_gv_os_is_local(struct gv_os_dir *dir)
{
	(void)dir;
	return is_local;
}

uint64_t __wrap_gv_os_clock(void);
uint64_t __wrap_gv_os_clock(void)
{
	return times.now;
}

int __wrap_gv_os_pause(uint64_t milliseconds);
int __wrap_gv_os_pause(uint64_t milliseconds)
{
	if (times.is_ending)
		return EINTR;
	if (times.count < COUNT(times.pauses))
		times.pauses[times.count++] = milliseconds;
	times.now += milliseconds + times.stall;
	times.stall = 0;
	if (times.meanwhile != NULL)
		times.meanwhile();
	return 0;
}

/* What happens right after the next reading. */
static void (*after_read)(void);

int __real_gv_os_read(int file, void *bytes, size_t size, size_t *got);
int __wrap_gv_os_read(int file, void *bytes, size_t size, size_t *got);
int __wrap_gv_os_read(int file, void *bytes, size_t size, size_t *got)
{
	int code = __real_gv_os_read(file, bytes, size, got);
	void (*hook)(void) = after_read;
	after_read = NULL;
	if (hook != NULL)
		hook();
	return code;
}

/* A scratch folder, in which X is locked. */
static char *root;
static char *folder; /* X.lck in it */
static char *path;   /* X */
static struct gv_os_dir *dir;
static struct lock_portable lock;
static struct gv_error err;
static pid_t dead;
static uint64_t parent_started;

static int make_place(void **state)
{
	(void)state;
	memset(&times, 0, sizeof times);
	times.now = 1000000;
	sees_host = is_local = true;
	err = (struct gv_error){0};
	root = scratch_make();
	folder = path_join(root, "X.lck");
	path = path_join(root, "X");
	assert_int_equal(gv_os_open_dir(&dir, NULL, root), 0);
	assert_int_equal(gv_os_process(getppid(), &parent_started), GV_OS_ALIVE);
	dead = fork();
	assert_true(dead >= 0);
	if (dead == 0)
		_exit(0);
	assert_int_equal(waitpid(dead, NULL, 0), dead);
	return 0;
}

static int remove_place(void **state)
{
	(void)state;
	lock_release(&lock);
	gv_os_close_dir(dir);
	free(folder);
	free(path);
	scratch_remove(root);
	return 0;
}

static enum gv_status take(uint64_t timeout)
{
	struct lock_request request = {dir, "X", path, timeout};
	err = (struct gv_error){0};
	return lock_take(&lock, &request, &err);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in X.lck in order, each with a blank behind it; "-" when there is no such folder. */
static const char *left(void)
{
	static char text[400];
	char *names[16];
	size_t count = 0;
	DIR *stream = opendir(folder);
	if (stream == NULL)
		return "-";
	for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			names[count++] = strdup(entry->d_name);
	}
	closedir(stream);
	qsort(names, count, sizeof *names, compare_names);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		strcat(strcat(text, names[i]), " ");
		free(names[i]);
	}
	return text;
}

/* Puts SIZE bytes, the text and then NULs, under NAME in X.lck. */
static void put(const char *name, const char *text, size_t size)
{
	char bytes[1024] = {0};
	char *file = path_join(folder, name);
	assert_true(strlen(text) <= size && size <= sizeof bytes);
	memcpy(bytes, text, strlen(text));
	file_write(file, (struct gv_span){bytes, size});
	free(file);
}

static void put_folder(const char *name)
{
	char *made = path_join(folder, name);
	assert_int_equal(mkdir(made, 0777), 0);
	free(made);
}

static void drop(const char *name)
{
	char *file = path_join(folder, name);
	if (unlink(file) != 0)
		assert_int_equal(rmdir(file), 0);
	free(file);
}

static void put_process(const char *name, const char *machine, pid_t pid, uint64_t started,
                        const char *rest)
{
	char text[300];
	snprintf(text, sizeof text, "%s %d-%" PRIu64 "(vmware) %s", machine, pid, started, rest);
	put(name, text, LOCK_MEMBER_SIZE);
}

/* A member of a process that lives all the time: the parent of this one. */
static void put_live(const char *name, const char *rest)
{
	put_process(name, MACHINE, getppid(), parent_started, rest);
}

static void put_own(const char *name, const char *checksum)
{
	char text[300];
	struct lock_self self;
	lock_self_find(&self);
	snprintf(text, sizeof text, "%s %s 3 X 0%s", MACHINE, self.execution, checksum);
	put(name, text, LOCK_MEMBER_SIZE);
}

static uint32_t own_checksum(void)
{
	char *real = realpath(root, NULL);
	char text[PATH_MAX];
	snprintf(text, sizeof text, "%s/X.lck", real);
	free(real);
	return lock_checksum(text);
}

/* What stands in X.lck before. */
enum what {
	LIVE, SHARED, DEAD, REUSED, FOREIGN, NOBODY, DEAD_MARK, LARGEST, NEGATIVE,
	MOVED, OWN, OWN_WITHOUT_CHECKSUM, TEXT, EMPTY, SHORT, LONG, FOLDER
};

static void put_what(enum what what, const char *name, const char *text)
{
	char checksum[32];
	struct lock_self self;
	switch (what) {
	case LIVE: put_live(name, "7 X 0 lc=1"); break;
	case SHARED: put_live(name, "7 S 0 lc=1"); break;
	case LARGEST: put_live(name, "4294967295 X 0 lc=1"); break;
	case NEGATIVE: put_live(name, "-1 X 0 lc=1"); break;
	case DEAD: put_process(name, MACHINE, dead, 5, "7 X 5 lc=1"); break;
	case REUSED: put_process(name, MACHINE, getppid(), parent_started + 1, "7 X 0"); break;
	case FOREIGN: put_process(name, "uuid=1-2", dead, 5, "7 X 5 lc=1"); break;
	case NOBODY: put(name, MACHINE " vmware 7 X 0", LOCK_MEMBER_SIZE); break;
	case DEAD_MARK:
		lock_self_find(&self);
		put_process(name, self.mark, dead, 5, "7 X 5 lc=1");
		break;
	case MOVED: put_own(name, " lc=1"); break;
	case OWN:
		snprintf(checksum, sizeof checksum, " lc=%" PRIu32, own_checksum());
		put_own(name, checksum);
		break;
	case OWN_WITHOUT_CHECKSUM: put_own(name, ""); break;
	case TEXT: put(name, text, LOCK_MEMBER_SIZE); break;
	case EMPTY: put(name, "", 0); break;
	case SHORT: put(name, "m 7-8 1 X 0", LOCK_MEMBER_SIZE - 1); break;
	case LONG: put(name, "m 7-8 1 X 0", LOCK_MEMBER_SIZE + 1); break;
	case FOLDER: put_folder(name); break;
	}
}

/* What stands there, whether the lock is had at once, and what is left when it was released. */
static void existing_members_are_judged_and_stale_ones_removed(void **state)
{
	static const struct {
		const char *name;
		enum what what;
		const char *text;
		enum gv_status status;
		int code;
		const char *left;
	} rows[] = {
		/* rule 7: in force */
		{"M00001.lck", LIVE, NULL, GV_EREFUSED, 0, "M00001.lck "},
		{"M000010.lck", LIVE, NULL, GV_EREFUSED, 0, "M000010.lck "},
		{"M99999.lck", LIVE, NULL, GV_EREFUSED, 0, "M99999.lck "},
		{"M00001.lck", SHARED, NULL, GV_EREFUSED, 0, "M00001.lck "},
		{"M00001.lck", NOBODY, NULL, GV_EREFUSED, 0, "M00001.lck "},
		{"M00001.lck", FOREIGN, NULL, GV_EREFUSED, 0, "M00001.lck "},
		/* rule 5 */
		{"M00001.lck", DEAD, NULL, GV_OK, 0, "-"},
		{"M00001.lck", REUSED, NULL, GV_OK, 0, "-"},
		{"M00001.lck", DEAD_MARK, NULL, GV_OK, 0, "-"},
		/* rule 2 */
		{"M00001.lck", EMPTY, NULL, GV_OK, 0, "-"},
		{"M00001.lck", SHORT, NULL, GV_OK, 0, "-"},
		{"M00001.lck", LONG, NULL, GV_OK, 0, "-"},
		{"M00001.lck", FOLDER, NULL, GV_ESYSTEM, EISDIR, "M00001.lck "},
		/* rule 3 */
		{"M00001.lck", TEXT, "m 7-8 1 X", GV_OK, 0, "-"},
		{"M00001.lck", TEXT, "m 7-8 1 X 0 lc", GV_OK, 0, "-"},
		{"M00001.lck", TEXT, "m 7-8 1 X 0 =1", GV_OK, 0, "-"},
		{"M00001.lck", TEXT, "m 7-8 1 X 0 a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1",
		 GV_OK, 0, "-"},
		{"M00001.lck", TEXT, "m 7-8 1 X 0 a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1",
		 GV_EREFUSED, 0, "M00001.lck "},
		/* rule 4 */
		{"M00001.lck", TEXT, "m 7-8 abc X 0", GV_OK, 0, "-"},
		{"M00001.lck", TEXT, "m 7-8 1 x 0", GV_OK, 0, "-"},
		{"M00001.lck", TEXT, "m 7-8 12abc S 0", GV_EREFUSED, 0, "M00001.lck "},
		/* rule 6 */
		{"M00001.lck", MOVED, NULL, GV_OK, 0, "-"},
		{"M00001.lck", OWN, NULL, GV_EREFUSED, 0, "M00001.lck "},
		{"M00001.lck", OWN_WITHOUT_CHECKSUM, NULL, GV_EREFUSED, 0, "M00001.lck "},
		/* the end of the numbers */
		{"M00001.lck", LARGEST, NULL, GV_ESYSTEM, EOVERFLOW, "M00001.lck "},
		{"M00001.lck", NEGATIVE, NULL, GV_ESYSTEM, EOVERFLOW, "M00001.lck "},
		/* no members: left alone, which VMware would not (12.7) */
		{"E00001.lck", EMPTY, NULL, GV_OK, 0, "E00001.lck "},
		{"M1.lck", EMPTY, NULL, GV_OK, 0, "M1.lck "},
		{"m00001.lck", LIVE, NULL, GV_OK, 0, "m00001.lck "},
		{"M00001.LCK", LIVE, NULL, GV_OK, 0, "M00001.LCK "},
		{".nfs0001", EMPTY, NULL, GV_OK, 0, ".nfs0001 "},
		{"folder", FOLDER, NULL, GV_OK, 0, "folder "},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mkdir(folder, 0777), 0);
		put_what(rows[i].what, rows[i].name, rows[i].text);
		enum gv_status status = take(0);
		if (status != rows[i].status || err.code != rows[i].code)
			fail_msg("row %zu, %s: %d, %d: %s", i, rows[i].name, status, err.code,
			         err.message);
		assert_int_equal(err.status, status);
		lock_release(&lock);
		if (strcmp(left(), rows[i].left) != 0)
			fail_msg("row %zu: left %s", i, left());
		if (strcmp(left(), "-") == 0)
			continue;
		drop(rows[i].name);
		assert_int_equal(rmdir(folder), 0);
	}
}

static void assert_own_number(unsigned number)
{
	char want[40];
	char *member = path_join(root, lock.member_path.at);
	struct gv_buf text = file_read(member);
	snprintf(want, sizeof want, ") %u X ", number);
	assert_non_null(strstr(text.at, want));
	gv_buf_dispose(&text);
	free(member);
}

/* One more than the highest that counts. */
static void stale_members_do_not_count_in_the_queue(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(DEAD, "M00001.lck", NULL);
	assert_int_equal(take(0), GV_OK);
	assert_own_number(1);
}

/* VMware deletes a file, which ESXi leaves while a machine runs there, and follows a link. */
static void what_is_no_folder_is_refused_and_left_alone(void **state)
{
	static const char *const targets[] = {NULL, "elsewhere", "nowhere"};
	char *elsewhere = path_join(root, "elsewhere");
	struct stat st;
	(void)state;
	assert_int_equal(mkdir(elsewhere, 0777), 0);
	for (size_t i = 0; i < COUNT(targets); i++) {
		if (targets[i] == NULL)
			file_write(folder, SPAN("x"));
		else
			assert_int_equal(symlink(targets[i], folder), 0);
		assert_int_equal(take(5000), GV_EREFUSED);
		assert_non_null(strstr(err.message, "no folder"));
		assert_int_equal(lstat(folder, &st), 0);
		assert_int_equal(folder_count(elsewhere), 0);
		assert_int_equal(unlink(folder), 0);
	}
	free(elsewhere);
}

/* It may lead to a device, or be exchanged for one. */
static void member_that_is_a_link_is_not_read(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	char *link = path_join(folder, "M00001.lck");
	assert_int_equal(symlink("/dev/null", link), 0);
	assert_int_equal(take(0), GV_ESYSTEM);
	assert_int_equal(err.code, ELOOP);
	assert_string_equal(left(), "M00001.lck ");
	free(link);
}

static void a_folder_that_cannot_be_made_is_told_from_a_busy_one(void **state)
{
	char name[400];
	(void)state;
	memset(name, 'n', sizeof name);
	name[252] = '\0'; /* ".lck" makes it too long */
	struct lock_request request = {dir, name, path, 0};
	assert_int_equal(lock_take(&lock, &request, &err), GV_ESYSTEM);
	assert_int_equal(err.code, ENAMETOOLONG);
	assert_true(lock.is_impossible);
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(LIVE, "M00001.lck", NULL);
	assert_int_equal(take(0), GV_EREFUSED);
	assert_false(lock.is_impossible);
}

static void member_says_what_vmware_can_ask_after(void **state)
{
	char want[LOCK_MEMBER_SIZE] = {0};
	struct gv_os_self self;
	struct stat st;
	(void)state;
	mode_t before = umask(022);
	assert_int_equal(take(0), GV_OK);
	umask(before);
	gv_os_self(&self);
	snprintf(want, sizeof want, "%s %d-%" PRIu64 "(gpuvirt) 1 X %" PRIu64 " lc=%" PRIu32,
	         MACHINE, getpid(), self.started, self.started, own_checksum());
	char *member = path_join(root, lock.member_path.at);
	struct gv_buf text = file_read(member);
	assert_span(gv_buf_span(&text), (struct gv_span){want, sizeof want});
	gv_buf_dispose(&text);
	assert_int_equal(stat(member, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	unsigned number;
	char letter;
	assert_int_equal(sscanf(left(), "%c%5u.lck ", &letter, &number), 2);
	assert_int_equal(letter, 'M');
	assert_in_range(number, 0, 65535);
	assert_int_equal(strlen(left()), strlen("M65535.lck "));
	free(member);
}

static void lock_folder_is_for_everybody_whatever_the_umask(void **state)
{
	static const mode_t masks[] = {0, 022, 077};
	struct stat st;
	(void)state;
	for (size_t i = 0; i < COUNT(masks); i++) {
		mode_t before = umask(masks[i]);
		assert_int_equal(take(0), GV_OK);
		assert_int_equal(umask(before), masks[i]);
		assert_int_equal(stat(folder, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0777);
		lock_release(&lock);
		assert_string_equal(left(), "-");
	}
}

/* Whose name breaks the line in /proc has no creation time for VMware. */
static void process_of_unknown_name_writes_no_time(void **state)
{
	char want[40];
	(void)state;
	program = "";
	assert_int_equal(take(0), GV_OK);
	program = "(gpuvirt)";
	snprintf(want, sizeof want, " %d-0 1 X 0 lc=", getpid());
	char *member = path_join(root, lock.member_path.at);
	struct gv_buf text = file_read(member);
	assert_non_null(strstr(text.at, want));
	gv_buf_dispose(&text);
	free(member);
}

/* VMware would take a process that it does not find for dead, and break the lock. */
static void in_a_container_the_member_has_a_mark_of_its_own(void **state)
{
	(void)state;
	sees_host = false;
	assert_int_equal(take(0), GV_OK);
	char *member = path_join(root, lock.member_path.at);
	struct gv_buf text = file_read(member);
	assert_memory_equal(text.at, LOCK_MARK, strlen(LOCK_MARK));
	gv_buf_dispose(&text);
	free(member);
	lock_release(&lock);
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(DEAD, "M00001.lck", NULL); /* dead as far as this container sees */
	assert_int_equal(take(0), GV_EREFUSED);
	assert_string_equal(left(), "M00001.lck ");
}

static void checksum_is_that_of_vmware(void **state)
{
	(void)state;
	assert_int_equal(lock_checksum("./x.vmx.lck"), 811406219);
	if (CHAR_MIN < 0)
		assert_int_equal(lock_checksum("./d\xC3\xA9.vmx.lck"), 774511811);
}

/* The folder's part of the path is resolved, the name is not. */
static void checksum_is_over_the_resolved_folder(void **state)
{
	static const char *const forms[] = {"%s/X", "%s/./X", "%s/sub/../X", "%s/link/X"};
	(void)state;
	char *sub = path_join(root, "sub");
	char *link = path_join(root, "link");
	assert_int_equal(mkdir(sub, 0777), 0);
	assert_int_equal(symlink(".", link), 0);
	for (size_t i = 0; i < COUNT(forms); i++) {
		char given[PATH_MAX];
		char want[40];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(given, sizeof given, forms[i], root);
#pragma GCC diagnostic pop
		struct lock_request request = {dir, "X", given, 0};
		assert_int_equal(lock_take(&lock, &request, &err), GV_OK);
		char *member = path_join(root, lock.member_path.at);
		struct gv_buf text = file_read(member);
		snprintf(want, sizeof want, " lc=%" PRIu32, own_checksum());
		assert_non_null(strstr(text.at, want));
		gv_buf_dispose(&text);
		free(member);
		lock_release(&lock);
	}
	free(sub);
	free(link);
}

static uint64_t elapsed(void)
{
	return times.now - 1000000;
}

static void let_go_after_a_second(void)
{
	if (elapsed() >= 1000 && strstr(left(), "M00001.lck") != NULL)
		drop("M00001.lck");
}

static void holder_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(LIVE, "M00001.lck", NULL);
	times.meanwhile = let_go_after_a_second;
	assert_int_equal(take(5000), GV_OK);
	assert_in_range(elapsed(), 1000, 1100);
	assert_own_number(8);
	lock_release(&lock);
	assert_string_equal(left(), "-");
}

/* 50 to 100 ms for two seconds, then a twentieth to a tenth of the age, 2 s at most. */
static void pauses_are_those_of_vmware(void **state)
{
	uint64_t age = 0;
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(LIVE, "M00001.lck", NULL);
	assert_int_equal(take(60000), GV_EREFUSED);
	assert_int_equal(elapsed(), 60000);
	for (size_t i = 0; i + 1 < times.count; i++) {
		uint64_t most = age <= 2000 ? 100 : age / 10 < 2000 ? age / 10 : 2000;
		assert_in_range(times.pauses[i], most / 2, most);
		age += times.pauses[i];
	}
	assert_true(times.count > 60);
}

static void message_says_who_is_waited_for(void **state)
{
	char want[200];
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(LIVE, "M00001.lck", NULL);
	assert_int_equal(take(100), GV_EREFUSED);
	snprintf(want, sizeof want, "X.lck, which vmware, process %d on machine %s, holds",
	         getppid(), MACHINE);
	if (strstr(err.message, want) == NULL || strstr(err.message, "--lock-timeout") == NULL)
		fail_msg("%s", err.message);
}

static pid_t child;

static void kill_the_child(void)
{
	if (elapsed() < 500 || child == 0)
		return;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	child = 0;
}

static void holder_that_dies_is_removed(void **state)
{
	uint64_t started;
	(void)state;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		for (;;)
			pause();
	}
	assert_int_equal(gv_os_process(child, &started), GV_OS_ALIVE);
	assert_int_equal(mkdir(folder, 0777), 0);
	put_process("M00001.lck", MACHINE, child, started, "7 X 0 lc=1");
	times.meanwhile = kill_the_child;
	assert_int_equal(take(5000), GV_OK);
	assert_in_range(elapsed(), 500, 600);
	lock_release(&lock);
	assert_string_equal(left(), "-");
}

static void another_takes_the_number(void)
{
	put_live("M00001.lck", "9 X 0 lc=1");
}

/* Its file has the name of the one we waited for, and it waits for us (lock facts 11.3). */
static void member_that_came_behind_us_under_an_old_name_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(LIVE, "M00001.lck", NULL);
	times.meanwhile = another_takes_the_number;
	assert_int_equal(take(5000), GV_OK);
	lock_release(&lock);
	assert_string_equal(left(), "M00001.lck ");
}

/* Between judgement and removal its number may become that of another. */
static void what_is_stale_is_read_again_before_it_is_removed(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_what(DEAD, "M00001.lck", NULL);
	after_read = another_takes_the_number;
	assert_int_equal(take(0), GV_OK);
	assert_null(after_read);
	lock_release(&lock);
	assert_string_equal(left(), "M00001.lck ");
}

static const char *newcomer;

static void newcomer_publishes(void)
{
	if (newcomer != NULL) {
		drop("D66666.lck");
		put_live(newcomer, "1 X 0 lc=1");
	}
	newcomer = NULL;
}

/* Numbers chosen at the same time may be equal; then the lower name goes first. */
static void equal_numbers_are_parted_by_their_names(void **state)
{
	static const struct {
		const char *name;
		enum gv_status status;
	} rows[] = {{"M00000.lck", GV_EREFUSED}, {"M99999.lck", GV_OK}};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(mkdir(folder, 0777), 0);
		put_folder("D66666.lck");
		newcomer = rows[i].name;
		times.meanwhile = newcomer_publishes;
		assert_int_equal(take(500), rows[i].status);
		lock_release(&lock);
		drop(rows[i].name);
		rmdir(folder);
	}
}

static void leave_the_doorway(void)
{
	if (elapsed() >= 300 && strstr(left(), "D00001.lck") != NULL)
		drop("D00001.lck");
}

static void entrant_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_folder("D00001.lck");
	times.meanwhile = leave_the_doorway;
	assert_int_equal(take(0), GV_OK);
	assert_in_range(elapsed(), 300, 600);
}

static void entrant_is_given_a_second_also_without_a_timeout(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_folder("D00001.lck");
	assert_int_equal(take(0), GV_EREFUSED);
	assert_in_range(elapsed(), 1000, 1250);
	assert_string_equal(left(), "D00001.lck ");
}

/* What an entrant leaves that was killed goes, but not a member that counts. */
static void abandoned_entry_is_swept_after_more_than_eight_seconds(void **state)
{
	static const struct {
		bool has_member;
		enum what member;
		enum gv_status status;
		const char *left;
	} rows[] = {
		{false, LIVE, GV_OK, "-"},
		{true, DEAD, GV_OK, "-"},
		{true, EMPTY, GV_OK, "-"},
		{true, LIVE, GV_EREFUSED, "M00001.lck "},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		times.now = 1000000;
		assert_int_equal(mkdir(folder, 0777), 0);
		put_folder("D00001.lck");
		put("E00001.lck", "", 0);
		if (rows[i].has_member)
			put_what(rows[i].member, "M00001.lck", NULL);
		assert_int_equal(take(10000), rows[i].status);
		if (rows[i].status == GV_OK)
			assert_in_range(elapsed(), 8200, 8700);
		lock_release(&lock);
		assert_string_equal(left(), rows[i].left);
		if (rows[i].status != GV_OK) {
			drop("M00001.lck");
			rmdir(folder);
		}
	}
}

/* Not the same entry all the time: somebody is alive. */
static void come_and_go(void)
{
	static uint64_t turn;
	if (elapsed() / 4000 == turn)
		return;
	turn = elapsed() / 4000;
	if (strstr(left(), "D00001.lck") != NULL) {
		drop("D00001.lck");
		put_folder("D00002.lck");
	} else {
		drop("D00002.lck");
		put_folder("D00001.lck");
	}
}

static void entry_that_was_out_of_sight_is_not_swept(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_folder("D00001.lck");
	times.meanwhile = come_and_go;
	assert_int_equal(take(30000), GV_EREFUSED);
	assert_in_range(elapsed(), 30000, 30250);
	assert_int_equal(strncmp(left(), "D0000", 5), 0);
}

/* This process itself did not look for long: what it sees now may be another entry. */
static void entry_is_not_swept_after_a_stall_of_our_own(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	put_folder("D00001.lck");
	times.stall = 9000;
	assert_int_equal(take(20000), GV_OK);
	assert_in_range(elapsed(), 9000 + 8200, 9000 + 8700);
}

static void crowd_in_the_doorway_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(mkdir(folder, 0777), 0);
	for (int i = 0; i < 100; i++) {
		char name[20];
		snprintf(name, sizeof name, "D%05d.lck", i + 70000);
		put_folder(name);
	}
	assert_int_equal(take(60000), GV_OK);
	assert_in_range(elapsed(), 2 * 8200, 2 * 8800); /* those that do not fit come second */
}

static void waiting_ends_when_the_user_asks(void **state)
{
	static const char *const names[] = {"M00001.lck", "D00001.lck"};
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(mkdir(folder, 0777), 0);
		put_what(i == 0 ? LIVE : FOLDER, names[i], NULL);
		times.is_ending = true;
		assert_int_equal(take(5000), GV_ESYSTEM);
		assert_int_equal(err.code, EINTR);
		assert_int_equal(elapsed(), 0);
		assert_int_equal(strlen(left()), strlen(names[i]) + 1);
		drop(names[i]);
		assert_int_equal(rmdir(folder), 0);
	}
}

static void loss_of_the_lock_is_noticed(void **state)
{
	(void)state;
	assert_int_equal(take(0), GV_OK);
	assert_int_equal(lock_confirm(&lock, &err), GV_OK);
	char *member = path_join(root, lock.member_path.at);
	char *aside = path_join(root, "aside");
	assert_int_equal(rename(member, aside), 0); /* removed, as by a sweep */
	assert_int_equal(lock_confirm(&lock, &err), GV_EREFUSED);
	put_live(strrchr(member, '/') + 1, "7 X 0"); /* and its number given to another */
	err = (struct gv_error){0};
	assert_int_equal(lock_confirm(&lock, &err), GV_EREFUSED);
	lock_release(&lock);
	assert_int_equal(strlen(left()), strlen("M00001.lck ")); /* which is not ours to remove */
	free(member);
	free(aside);
}

static void loss_of_the_folder_is_noticed(void **state)
{
	(void)state;
	assert_int_equal(take(0), GV_OK);
	char *aside = path_join(root, "aside");
	assert_int_equal(rename(folder, aside), 0);
	assert_int_equal(lock_confirm(&lock, &err), GV_EREFUSED);
	lock_release(&lock);
	assert_int_equal(folder_count(aside), 0);
	free(aside);
}

static void a_lock_that_is_not_held_is_nothing(void **state)
{
	struct lock_portable none = {0};
	(void)state;
	assert_int_equal(lock_confirm(&none, &err), GV_OK);
	lock_release(&none);
	assert_int_equal(take(0), GV_OK);
	lock_release(&lock);
	lock_release(&lock);
	assert_string_equal(left(), "-");
}

static void folder_with_others_in_it_stays(void **state)
{
	(void)state;
	assert_int_equal(take(0), GV_OK);
	put_live("M99999.lck", "2 X 0");
	lock_release(&lock);
	assert_string_equal(left(), "M99999.lck ");
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(existing_members_are_judged_and_stale_ones_removed),
		IN_PLACE(stale_members_do_not_count_in_the_queue),
		IN_PLACE(what_is_no_folder_is_refused_and_left_alone),
		IN_PLACE(member_that_is_a_link_is_not_read),
		IN_PLACE(a_folder_that_cannot_be_made_is_told_from_a_busy_one),
		IN_PLACE(member_says_what_vmware_can_ask_after),
		IN_PLACE(process_of_unknown_name_writes_no_time),
		IN_PLACE(lock_folder_is_for_everybody_whatever_the_umask),
		IN_PLACE(in_a_container_the_member_has_a_mark_of_its_own),
		cmocka_unit_test(checksum_is_that_of_vmware),
		IN_PLACE(checksum_is_over_the_resolved_folder),
		IN_PLACE(holder_is_waited_for),
		IN_PLACE(pauses_are_those_of_vmware),
		IN_PLACE(message_says_who_is_waited_for),
		IN_PLACE(holder_that_dies_is_removed),
		IN_PLACE(member_that_came_behind_us_under_an_old_name_is_left_alone),
		IN_PLACE(what_is_stale_is_read_again_before_it_is_removed),
		IN_PLACE(equal_numbers_are_parted_by_their_names),
		IN_PLACE(entrant_is_waited_for),
		IN_PLACE(entrant_is_given_a_second_also_without_a_timeout),
		IN_PLACE(abandoned_entry_is_swept_after_more_than_eight_seconds),
		IN_PLACE(entry_that_was_out_of_sight_is_not_swept),
		IN_PLACE(entry_is_not_swept_after_a_stall_of_our_own),
		IN_PLACE(crowd_in_the_doorway_is_waited_for),
		IN_PLACE(waiting_ends_when_the_user_asks),
		IN_PLACE(loss_of_the_lock_is_noticed),
		IN_PLACE(loss_of_the_folder_is_noticed),
		IN_PLACE(a_lock_that_is_not_held_is_nothing),
		IN_PLACE(folder_with_others_in_it_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
