#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock/lock.h"

/* What these tests make of this process and its file system; containers differ. */
static bool is_whole_host = true;
static bool is_local = true;

bool __wrap_gv_os_sees_host(void);
bool __wrap_gv_os_sees_host(void)
{
	return is_whole_host;
}

static void (*released)(void); /* what happens once the folder has been seen, or opened */

bool __wrap_gv_os_is_local(struct gv_os_dir *dir);
bool __wrap_gv_os_is_local(struct gv_os_dir *dir)
{
	(void)dir;
	if (released != NULL)
		released();
	return is_local;
}

static bool goes_before_it_is_opened;

int __real_gv_os_open_dir(struct gv_os_dir **out, struct gv_os_dir *parent, const char *name);
int __wrap_gv_os_open_dir(struct gv_os_dir **out, struct gv_os_dir *parent, const char *name);
int __wrap_gv_os_open_dir(struct gv_os_dir **out, struct gv_os_dir *parent, const char *name)
{
	if (goes_before_it_is_opened && parent != NULL)
		gv_os_remove_dir(parent, name);
	return __real_gv_os_open_dir(out, parent, name);
}

/* The 512 bytes of a member file that holds TEXT. */
static struct gv_buf pad(const char *text)
{
	struct gv_buf bytes = {0};
	gv_buf_text(&bytes, text);
	char *to = gv_buf_reserve(&bytes, LOCK_MEMBER_SIZE - bytes.len);
	assert_non_null(to);
	memset(to, 0, LOCK_MEMBER_SIZE - bytes.len);
	bytes.len = LOCK_MEMBER_SIZE;
	return bytes;
}

static bool reads(struct lock_member *member, struct gv_buf *bytes, const char *text)
{
	*bytes = pad(text);
	return lock_read_member(member, gv_buf_span(bytes));
}

static void sound_members_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *machine;
		const char *name;
		bool has_pid;
		int64_t pid;
		uint64_t started;
	} rows[] = {
		{"uuid=42-12 3344-133649628755705825(vmware.exe) 1 X 133649628755705825 lc=3895",
		 "uuid=42-12", "vmware.exe", true, 3344, 133649628755705825},
		{"6HlZAAL8AAAAAQAA 12535-477540(vmlock) 2 S 477540 lc=1371016129",
		 "6HlZAAL8AAAAAQAA", "vmlock", true, 12535, 477540},
		/* macOS writes no name */
		{"m 1234-1714440172097160 1 X 1714440172097160", "m", "", true, 1234,
		 1714440172097160},
		{"m 1234-0 1 X 0 lc=1", "m", "", true, 1234, 0},
		{"m 7-8((my_prog_(x)_y)) 1 X 8", "m", "(my_prog_(x)_y)", true, 7, 8},
		{"m 7-8(a_b) 12abc X 8", "m", "a_b", true, 7, 8},
		{"  m   7-8(a)   1   X   8  ", "m", "a", true, 7, 8},
		{"m 7-8(a 1 X 8", "m", "", true, 7, 8},
		{"m 7-8() 1 X 8", "m", "", true, 7, 8},
		{"m 7-(a) 1 X 8", "m", "a", true, 7, 0},
		/* the fourth field counts only in the old style: six fields, a bare pid */
		{"m 7 1 X 55 lc=1", "m", "", true, 7, 55},
		{"m 7 1 X [ lc=1", "m", "", true, 7, 0},
		{"m 7 1 X 55", "m", "", true, 7, 0},
		{"m 7 1 X 55 lc=1 q=2", "m", "", true, 7, 0},
		{"m 7-8 1 X 55 lc=1", "m", "", true, 7, 8},
		/* nobody can be asked whether these live */
		{"m vmware 1 X 0", "m", "", false, 0, 0},
		{"m -7-8 1 X 8", "m", "", false, 0, 0},
		{"m 4294967295-8(a) 1 X 8", "m", "", false, 0, 0},
		{"m 99999999999999999999-8(a) 1 X 8", "m", "", false, 0, 0},
		{"m 2147483647-8(a) 1 X 8", "m", "a", true, 2147483647, 8},
		{"m 7-8 1 X 8 lc=x other=1 third=a=b", "m", "", true, 7, 8},
		{"m 7-8 1 X 8 a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1", "m", "", true, 7, 8},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct lock_member member = {0};
		struct gv_buf bytes;
		if (!reads(&member, &bytes, rows[i].text))
			fail_msg("not read: %s", rows[i].text);
		assert_span(member.machine, gv_span_of(rows[i].machine));
		assert_span(member.name, gv_span_of(rows[i].name));
		assert_int_equal(member.has_pid, rows[i].has_pid);
		assert_int_equal(member.pid, rows[i].pid);
		assert_int_equal(member.started, rows[i].started);
		gv_buf_dispose(&bytes);
	}
}

static void unsound_members_are_told_apart(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"",
		"   ",
		"m",
		"m 7-8 1 X",
		"m 7-8 x X 8",
		"m 7-8  X 8",
		"m 7-8 - X 8",
		"m 7-8 +x X 8",
		"m 7-8 1 x 8",
		"m 7-8 1 E 8",
		"m 7-8 1 XS 8",
		"m 7-8 1 X 8 lc",
		"m 7-8 1 X 8 lc=",
		"m 7-8 1 X 8 =1",
		"m 7-8 1 X 8 lc=1 =",
		"m 7-8 1 X 8 lc=1 (vmware exe)",
		"m 7-8(my prog) 1 X 8",
		"m 7-8 1 X 8 a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1",
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct lock_member member = {.pid = 77};
		struct gv_buf bytes;
		if (reads(&member, &bytes, rows[i]))
			fail_msg("read: %s", rows[i]);
		assert_int_equal(member.pid, 77);
		gv_buf_dispose(&bytes);
	}
}

/* What VMware's %u makes of large and negative ones jumps the queue: nobody may queue behind them. */
static void numbers_are_read_as_vmware_reads_them(void **state)
{
	static const struct {
		const char *text;
		uint32_t number;
	} rows[] = {
		{"m 7-8 1 X 8", 1},
		{"m 7-8 0 X 8", 0},
		{"m 7-8 12abc X 8", 12},
		{"m 7-8 +5 X 8", 5},
		{"m 7-8 4294967294 X 8", UINT32_MAX - 1},
		{"m 7-8 4294967295 X 8", UINT32_MAX},
		{"m 7-8 4294967296 X 8", UINT32_MAX},
		{"m 7-8 99999999999999999999 X 8", UINT32_MAX},
		{"m 7-8 -1 X 8", UINT32_MAX},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct lock_member member = {0};
		struct gv_buf bytes;
		if (!reads(&member, &bytes, rows[i].text) || member.number != rows[i].number)
			fail_msg("%s: %u", rows[i].text, (unsigned)member.number);
		gv_buf_dispose(&bytes);
	}
}

static void checksums_are_found_among_the_properties(void **state)
{
	static const struct {
		const char *text;
		const char *checksum;
	} rows[] = {
		{"m 7-8 1 X 8", ""},
		{"m 7-8 1 X 8 lc=12", "12"},
		{"m 7-8 1 X 8 a=1 lc=x b=2", "x"},
		{"m 7-8 1 X 8 lcx=1", ""},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct lock_member member = {0};
		struct gv_buf bytes;
		assert_true(reads(&member, &bytes, rows[i].text));
		assert_span(member.checksum, gv_span_of(rows[i].checksum));
		gv_buf_dispose(&bytes);
	}
}

static void members_have_512_bytes(void **state)
{
	(void)state;
	static const struct {
		size_t size;
		bool ok;
	} rows[] = {{0, false},  {11, false},  {511, false},
	            {512, true}, {513, false}, {1024, false}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char bytes[1024] = "m 7-8 1 X 8";
		struct lock_member member;
		struct gv_span span = {bytes, rows[i].size};
		assert_int_equal(lock_read_member(&member, span), rows[i].ok);
	}
}

static void text_ends_at_the_first_nul_or_at_the_end(void **state)
{
	(void)state;
	char bytes[LOCK_MEMBER_SIZE] = "m 7-8 1 X 8\0 junk";
	struct lock_member member;
	struct gv_span span = {bytes, sizeof bytes};
	assert_true(lock_read_member(&member, span));
	memset(bytes, '9', sizeof bytes);
	memcpy(bytes, "m 7-8 1 X 8 lc=", 15);
	assert_true(lock_read_member(&member, span));
	memset(bytes, 'm', sizeof bytes);
	assert_false(lock_read_member(&member, span));
}

static void member_names_are_told_from_others(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool member;
	} rows[] = {
		{"M00001.lck", true},    {"M99999.lck", true},   {"M000010.lck", true},
		{"M12345x.lck", true},   {"M12345.lck.lck", true}, {"M1.lck", false},
		{"M1234.lck", false},    {"m00001.lck", false},  {"M00001.LCK", false},
		{"D00001.lck", false},   {"E00001.lck", false},  {"M00001", false},
		{"M00001.lc", false},    {"M00001lck", false},   {"M0000a.lck", false},
		{"", false},             {"M", false},           {".lck", false},
		{"M00001.lck~", false},  {" M00001.lck", false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (lock_is_name(rows[i].name, 'M') != rows[i].member)
			fail_msg("%s", rows[i].name);
	}
}

/* A scratch folder with X.lck in it. */
struct place {
	char *path;
	char *lock;
	char machine[80];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof *place);
	assert_non_null(place);
	place->path = scratch_make();
	place->lock = path_join(place->path, "X.lck");
	assert_int_equal(mkdir(place->lock, 0777), 0);
	assert_int_equal(gv_os_machine_id(place->machine, sizeof place->machine), 0);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;
	scratch_remove(place->path);
	free(place->lock);
	free(place);
	return 0;
}

static void put(const struct place *place, const char *name, struct gv_span bytes)
{
	char *path = path_join(place->lock, name);
	file_write(path, bytes);
	free(path);
}

/* Puts a member of MACHINE whose owner is EXECUTION. */
static void put_member(const struct place *place, const char *name, const char *machine,
                       const char *execution)
{
	struct gv_buf text = {0};
	gv_buf_format(&text, "%s %s 1 X 0 lc=1", machine, execution);
	struct gv_buf bytes = pad(text.at);
	put(place, name, gv_buf_span(&bytes));
	gv_buf_dispose(&bytes);
	gv_buf_dispose(&text);
}

static void put_process(const struct place *place, const char *name, int64_t pid, uint64_t started)
{
	char execution[80];
	snprintf(execution, sizeof execution, "%" PRId64 "-%" PRIu64 "(vmware-vmx)", pid, started);
	put_member(place, name, place->machine, execution);
}

static struct lock_holder judge(const struct place *place)
{
	struct gv_os_dir *dir;
	struct lock_holder holder;
	memset(&holder, 0x5A, sizeof holder);
	assert_int_equal(gv_os_open_dir(&dir, NULL, place->path), 0);
	lock_judge(&holder, dir, "X.lck");
	gv_os_close_dir(dir);
	return holder;
}

static uint64_t own_start(void)
{
	uint64_t started;
	assert_int_equal(gv_os_process(getpid(), &started), GV_OS_ALIVE);
	assert_true(started > 0);
	return started;
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

static void no_folder_is_free(void **state)
{
	const struct place *place = *state;
	assert_int_equal(rmdir(place->lock), 0);
	assert_int_equal(judge(place).state, LOCK_FREE);
}

static const char *released_folder;

static void remove_released(void)
{
	assert_int_equal(rmdir(released_folder), 0);
}

/* Whoever had it let go between two looks. */
static void a_folder_that_goes_meanwhile_is_free(void **state)
{
	const struct place *place = *state;
	goes_before_it_is_opened = true;
	assert_int_equal(judge(place).state, LOCK_FREE);
	goes_before_it_is_opened = false;
	assert_int_equal(mkdir(place->lock, 0777), 0);
	released_folder = place->lock;
	released = remove_released;
	assert_int_equal(judge(place).state, LOCK_FREE);
	released = NULL;
}

static void an_empty_folder_is_free(void **state)
{
	assert_int_equal(judge(*state).state, LOCK_FREE);
}

static void entries_and_other_names_are_no_owners(void **state)
{
	const struct place *place = *state;
	char *doorway = path_join(place->lock, "D00001.lck");
	assert_int_equal(mkdir(doorway, 0777), 0);
	free(doorway);
	put(place, "E00001.lck", SPAN(""));
	put(place, ".DS_Store", SPAN("x"));
	put(place, "m00001.lck", SPAN("x"));
	assert_int_equal(judge(place).state, LOCK_FREE);
}

static void a_live_owner_holds_it(void **state)
{
	const struct place *place = *state;
	put_process(place, "M00001.lck", getpid(), own_start());
	struct lock_holder holder = judge(place);
	assert_int_equal(holder.state, LOCK_HELD);
	assert_int_equal(holder.pid, getpid());
	assert_string_equal(holder.program, "vmware-vmx");
	assert_string_equal(holder.machine, place->machine);
	assert_string_equal(holder.trouble, "");
}

static void a_live_owner_of_unknown_age_holds_it(void **state)
{
	const struct place *place = *state;
	put_process(place, "M00001.lck", getpid(), 0);
	assert_int_equal(judge(place).state, LOCK_HELD);
}

static void a_dead_owner_is_free(void **state)
{
	const struct place *place = *state;
	put_process(place, "M00001.lck", dead_pid(), 12345);
	assert_int_equal(judge(place).state, LOCK_FREE);
}

static void a_zombie_is_alive_until_it_is_waited_for(void **state)
{
	const struct place *place = *state;
	uint64_t started;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(0);
	siginfo_t info;
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(gv_os_process(child, &started), GV_OS_ALIVE);
	put_process(place, "M00001.lck", child, started);
	assert_int_equal(judge(place).state, LOCK_HELD);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(judge(place).state, LOCK_FREE);
}

static void a_reused_process_id_is_free(void **state)
{
	const struct place *place = *state;
	put_process(place, "M00001.lck", getpid(), own_start() + 1);
	assert_int_equal(judge(place).state, LOCK_FREE);
}

static void an_owner_that_cannot_be_asked_is_taken_to_be_alive(void **state)
{
	const struct place *place = *state;
	put_member(place, "M00001.lck", place->machine, "vmware-vmx");
	assert_int_equal(judge(place).state, LOCK_HELD);
}

static void old_members_are_judged_by_their_fifth_field(void **state)
{
	const struct place *place = *state;
	struct gv_buf text = {0};
	gv_buf_format(&text, "%s %d 1 X %" PRIu64 " lc=1", place->machine, (int)getpid(),
	              own_start() + 1);
	struct gv_buf bytes = pad(text.at);
	put(place, "M00001.lck", gv_buf_span(&bytes));
	assert_int_equal(judge(place).state, LOCK_FREE);
	gv_buf_dispose(&bytes);
	gv_buf_dispose(&text);
}

/* Also where the process would be dead here: nobody can know. */
static void another_machine_is_foreign(void **state)
{
	const struct place *place = *state;
	static const char *const machines[] = {
		"uuid=bf-ef-05-3f-d0-e2-64-4e-a5-4d-f3-4e-9d-c8-3a-a7", "6HlZAAL8AAAAAQAB", "x"};
	for (size_t i = 0; i < COUNT(machines); i++) {
		put_member(place, "M00001.lck", machines[i], "2147483647-1(vmware.exe)");
		struct lock_holder holder = judge(place);
		assert_int_equal(holder.state, LOCK_FOREIGN);
		assert_string_equal(holder.machine, machines[i]);
		assert_string_equal(holder.program, "vmware.exe");
	}
}

static void the_machine_must_be_equal_as_a_whole(void **state)
{
	const struct place *place = *state;
	char longer[100];
	snprintf(longer, sizeof longer, "%sA", place->machine);
	put_member(place, "M00001.lck", longer, "2147483647-1(vmware-vmx)");
	assert_int_equal(judge(place).state, LOCK_FOREIGN);
}

static void what_is_shown_of_a_member_is_printable_and_bounded(void **state)
{
	const struct place *place = *state;
	put_member(place, "M00001.lck", "a\x1B[2J\xFF", "7-8(b\tc\x01)");
	struct lock_holder holder = judge(place);
	assert_string_equal(holder.machine, "a?[2J?");
	assert_string_equal(holder.program, "b?c?");
	char machine[201];
	memset(machine, 'm', 200);
	machine[200] = '\0';
	put_member(place, "M00001.lck", machine, "7-8(x)");
	holder = judge(place);
	assert_int_equal(strlen(holder.machine), sizeof holder.machine - 1);
}

static void what_does_not_read_as_a_member_is_unreadable(void **state)
{
	const struct place *place = *state;
	static const char *const texts[] = {"short 7-8 1 X 8", "garbage\n"};
	for (size_t i = 0; i < COUNT(texts); i++) {
		put(place, "M00001.lck", gv_span_of(texts[i]));
		struct lock_holder holder = judge(place);
		assert_int_equal(holder.state, LOCK_UNREADABLE);
		assert_string_equal(holder.trouble,
		                    "M00001.lck does not read as VMware writes them");
	}
	struct gv_buf bytes = pad("m 7-8 1 Q 8");
	put(place, "M00001.lck", gv_buf_span(&bytes));
	assert_int_equal(judge(place).state, LOCK_UNREADABLE);
	gv_buf_dispose(&bytes);
}

static void what_a_power_cut_left_of_a_member_is_free(void **state)
{
	const struct place *place = *state;
	static const char nuls[LOCK_MEMBER_SIZE];
	put(place, "M00001.lck", SPAN(""));
	put(place, "M00002.lck", (struct gv_span){nuls, sizeof nuls});
	assert_int_equal(judge(place).state, LOCK_FREE);
}

static void a_member_longer_than_members_are_is_unreadable(void **state)
{
	const struct place *place = *state;
	char bytes[2000] = "m 7-8 1 X 8";
	put(place, "M00001.lck", (struct gv_span){bytes, sizeof bytes});
	assert_int_equal(judge(place).state, LOCK_UNREADABLE);
}

static void a_member_that_is_no_file_is_unreadable(void **state)
{
	const struct place *place = *state;
	char *member = path_join(place->lock, "M00001.lck");
	assert_int_equal(mkdir(member, 0777), 0);
	struct lock_holder holder = judge(place);
	assert_int_equal(holder.state, LOCK_UNREADABLE);
	assert_string_equal(holder.trouble, "M00001.lck is not a file");
	assert_int_equal(rmdir(member), 0);
	assert_int_equal(mkfifo(member, 0666), 0);
	assert_int_equal(judge(place).state, LOCK_UNREADABLE);
	free(member);
}

static void a_plain_file_in_place_of_the_folder_is_unreadable(void **state)
{
	const struct place *place = *state;
	assert_int_equal(rmdir(place->lock), 0);
	file_write(place->lock, SPAN("x"));
	struct lock_holder holder = judge(place);
	assert_int_equal(holder.state, LOCK_UNREADABLE);
	assert_string_equal(holder.trouble, "X.lck is no folder: ESXi's lock?");
}

static void a_link_to_a_lock_folder_is_followed(void **state)
{
	const struct place *place = *state;
	put_process(place, "M00001.lck", getpid(), own_start());
	char *moved = path_join(place->path, "moved");
	assert_int_equal(rename(place->lock, moved), 0);
	assert_int_equal(symlink("moved", place->lock), 0);
	assert_int_equal(judge(place).state, LOCK_HELD);
	free(moved);
}

/* In a child of another user: root reads everything. Its exit status is the state. */
static enum lock_state judge_as_nobody(const struct place *place)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(99);
		_exit((int)judge(place).state);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 99) {
		fputs("SKIP: cannot become another user\n", stderr);
		skip();
	}
	return (enum lock_state)WEXITSTATUS(status);
}

static void a_member_that_may_not_be_read_is_unreadable(void **state)
{
	const struct place *place = *state;
	put_process(place, "M00001.lck", dead_pid(), 5);
	char *member = path_join(place->lock, "M00001.lck");
	assert_int_equal(chmod(place->path, 0755), 0);
	assert_int_equal(chmod(place->lock, 0755), 0);
	assert_int_equal(chmod(member, 0), 0);
	assert_int_equal(judge_as_nobody(place), LOCK_UNREADABLE);
	assert_int_equal(chmod(member, 0644), 0);
	assert_int_equal(judge_as_nobody(place), LOCK_FREE);
	free(member);
}

static void a_folder_that_may_not_be_read_is_unreadable(void **state)
{
	const struct place *place = *state;
	assert_int_equal(chmod(place->path, 0755), 0);
	assert_int_equal(chmod(place->lock, 0), 0);
	assert_int_equal(judge_as_nobody(place), LOCK_UNREADABLE);
	assert_int_equal(chmod(place->lock, 0755), 0);
}

/* A gpuvirt lets go in a moment; whatever the machine, and whatever this program is called. */
static void a_gpuvirt_holds_it_briefly(void **state)
{
	const struct place *place = *state;
	struct lock_self self;
	char execution[80];
	lock_self_find(&self);
	snprintf(execution, sizeof execution, "%d-%" PRIu64 "(gpuvirt)", getpid(), own_start());
	put_member(place, "M00001.lck", place->machine, execution);
	assert_int_equal(judge(place).state, LOCK_BRIEF);
	put_member(place, "M00001.lck", "uuid=1-2", execution);
	assert_int_equal(judge(place).state, LOCK_BRIEF);
	put_member(place, "M00001.lck", LOCK_MARK "of-another", "7-0");
	assert_int_equal(judge(place).state, LOCK_BRIEF);
	put_member(place, "M00001.lck", LOCK_MARK "of-another", "7-8(x)");
	assert_int_equal(judge(place).state, LOCK_FOREIGN);
	put_member(place, "M00001.lck", place->machine, self.execution);
	assert_int_equal(judge(place).state, LOCK_BRIEF);
	put_process(place, "M00002.lck", getpid(), own_start());
	assert_int_equal(judge(place).state, LOCK_HELD);
}

static void a_dead_gpuvirt_is_free(void **state)
{
	const struct place *place = *state;
	struct lock_self self;
	char execution[80];
	lock_self_find(&self);
	snprintf(execution, sizeof execution, "%" PRId64 "-5(gpuvirt)", dead_pid());
	put_member(place, "M00001.lck", place->machine, execution);
	put_member(place, "M00002.lck", self.mark, execution);
	assert_int_equal(judge(place).state, LOCK_FREE);
}

/* In a container a process of the host is not found although it lives. */
static void without_a_view_of_the_host_no_process_of_it_is_dead(void **state)
{
	const struct place *place = *state;
	struct lock_self self;
	is_whole_host = false;
	lock_self_find(&self);
	assert_string_equal(self.machine, self.mark);
	put_process(place, "M00001.lck", dead_pid(), 5);
	struct lock_holder holder = judge(place);
	assert_int_equal(holder.state, LOCK_UNREADABLE);
	assert_string_equal(holder.trouble, "M00001.lck is of a process that this one may not see");
	char *member = path_join(place->lock, "M00001.lck");
	assert_int_equal(unlink(member), 0);
	free(member);
	put_member(place, "M00002.lck", self.mark, "999999999-5(gpuvirt)");
	assert_int_equal(judge(place).state, LOCK_FREE);
	is_whole_host = true;
}

/* Two hosts of one name without hardware addresses have one machine ID. */
static void on_shared_storage_a_machine_without_address_is_not_believed(void **state)
{
	static const struct {
		const char *id;
		enum lock_state state;
	} rows[] = {
		{"6HlZAAAAAAAAAAAA", LOCK_UNREADABLE},
		{"AAAA-wAAAAAAAAAA", LOCK_UNREADABLE},
		{"6HlZAAL8AAAAAQAA", LOCK_FREE},
		{"6HlZAAAAAAAAAQAA", LOCK_FREE},
		{"6HlZABAAAAAAAAAA", LOCK_FREE},
	};
	char execution[40];
	(void)state;
	snprintf(execution, sizeof execution, "%" PRId64 "-5(x)", dead_pid());
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct lock_self self = {.mark = "m", .sees_host = true};
		struct lock_member member = {.machine = gv_span_of(rows[i].id),
		                             .has_pid = true, .pid = strtoll(execution, NULL, 10)};
		strcpy(self.host, rows[i].id);
		assert_int_equal(lock_judge_member(&member, &self, true), LOCK_FREE);
		assert_int_equal(lock_judge_member(&member, &self, false), rows[i].state);
	}
}

/* The kinds of members, the lighter first. */
static void put_kind(const struct place *place, enum lock_state kind, int number)
{
	char name[32];
	snprintf(name, sizeof name, "M%05d.lck", number);
	if (kind == LOCK_HELD)
		put_process(place, name, getpid(), own_start());
	else if (kind == LOCK_FREE)
		put_process(place, name, getpid(), own_start() + 1);
	else if (kind == LOCK_BRIEF)
		put_member(place, name, "uuid=1-2", "7-8(gpuvirt)");
	else if (kind == LOCK_FOREIGN)
		put_member(place, name, "uuid=1-2", "7-8(vmware.exe)");
	else
		put(place, name, SPAN("garbage"));
}

/* Whatever the order in which the folder names them. */
static void of_several_members_the_most_certain_decides(void **state)
{
	const struct place *place = *state;
	static const enum lock_state order[] = {LOCK_FREE, LOCK_BRIEF, LOCK_UNREADABLE,
	                                        LOCK_FOREIGN, LOCK_HELD};
	for (int i = 0; i < 12; i++)
		put_kind(place, LOCK_FREE, 10 + i);
	for (size_t heaviest = 0; heaviest < COUNT(order); heaviest++) {
		for (int turn = 0; turn < 4; turn++) {
			put_kind(place, order[heaviest], (int)heaviest * 4 + turn + 30000);
			struct lock_holder holder = judge(place);
			assert_int_equal(holder.state, order[heaviest]);
			assert_int_equal(holder.trouble[0] != '\0',
			                 holder.state == LOCK_UNREADABLE);
		}
	}
}

static void judging_changes_nothing(void **state)
{
	const struct place *place = *state;
	for (int kind = LOCK_FREE; kind <= LOCK_HELD; kind++)
		put_kind(place, (enum lock_state)kind, kind);
	put(place, "junk", SPAN(""));
	judge(place);
	assert_int_equal(folder_count(place->lock), 6);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_members_are_read),
		cmocka_unit_test(unsound_members_are_told_apart),
		cmocka_unit_test(numbers_are_read_as_vmware_reads_them),
		cmocka_unit_test(checksums_are_found_among_the_properties),
		cmocka_unit_test(members_have_512_bytes),
		cmocka_unit_test(text_ends_at_the_first_nul_or_at_the_end),
		cmocka_unit_test(member_names_are_told_from_others),
		IN_PLACE(no_folder_is_free),
		IN_PLACE(an_empty_folder_is_free),
		IN_PLACE(a_folder_that_goes_meanwhile_is_free),
		IN_PLACE(entries_and_other_names_are_no_owners),
		IN_PLACE(a_live_owner_holds_it),
		IN_PLACE(a_live_owner_of_unknown_age_holds_it),
		IN_PLACE(a_dead_owner_is_free),
		IN_PLACE(a_zombie_is_alive_until_it_is_waited_for),
		IN_PLACE(a_reused_process_id_is_free),
		IN_PLACE(an_owner_that_cannot_be_asked_is_taken_to_be_alive),
		IN_PLACE(old_members_are_judged_by_their_fifth_field),
		IN_PLACE(another_machine_is_foreign),
		IN_PLACE(the_machine_must_be_equal_as_a_whole),
		IN_PLACE(what_is_shown_of_a_member_is_printable_and_bounded),
		IN_PLACE(what_does_not_read_as_a_member_is_unreadable),
		IN_PLACE(what_a_power_cut_left_of_a_member_is_free),
		IN_PLACE(a_member_longer_than_members_are_is_unreadable),
		IN_PLACE(a_member_that_is_no_file_is_unreadable),
		IN_PLACE(a_plain_file_in_place_of_the_folder_is_unreadable),
		IN_PLACE(a_link_to_a_lock_folder_is_followed),
		IN_PLACE(a_member_that_may_not_be_read_is_unreadable),
		IN_PLACE(a_folder_that_may_not_be_read_is_unreadable),
		IN_PLACE(a_gpuvirt_holds_it_briefly),
		IN_PLACE(a_dead_gpuvirt_is_free),
		IN_PLACE(without_a_view_of_the_host_no_process_of_it_is_dead),
		cmocka_unit_test(on_shared_storage_a_machine_without_address_is_not_believed),
		IN_PLACE(of_several_members_the_most_certain_decides),
		IN_PLACE(judging_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
