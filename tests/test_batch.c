/*
 * Many files at once: the order of answers, of syncs and of renames; what a failure, a stop or
 * another program in the middle of it leaves.
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gpuvirt/batch.h>

#include "base/temporary.h"
#include "base/walk.h"
#include "platform/os.h"

#define OLD "config.version = \"8\"\nvirtualHW.version = \"19\"\nmks.enable3d = \"FALSE\"\n"
#define NEW "config.version = \"8\"\nvirtualHW.version = \"19\"\nmks.enable3d = \"TRUE\"\n"

enum call { CREATE, WRITE, SYNC, AROUND, HOLD, OPEN_DIR, SWAP, RENAME, SYNC_DIR, CALLS };

static const char letters[CALLS + 1] = "cwsAhoxrD";

/* What the wrapped calls do; all under the lock, since workers make them. */
static struct {
	pthread_mutex_t lock;
	char log[4096];
	size_t logged;
	enum call failing;
	size_t at; /* 1-based number of the call that fails; 0: none */
	bool on;   /* and all later ones */
	int code;
	size_t calls[CALLS];
	uint64_t clock;
	uint64_t tick; /* added to it by each call */
	void (*at_swap)(void);
} os = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* 0, or the errno with which this call fails. */
static int enter(enum call call)
{
	pthread_mutex_lock(&os.lock);
	size_t number = ++os.calls[call];
	if (os.logged < sizeof os.log - 1 && strchr("csAxD", letters[call]) != NULL)
		os.log[os.logged++] = letters[call];
	bool fails =
		call == os.failing && os.at > 0 && (number == os.at || (os.on && number > os.at));
	void (*hook)(void) = call == SWAP ? os.at_swap : NULL;
	os.at_swap = call == SWAP ? NULL : os.at_swap;
	pthread_mutex_unlock(&os.lock);
	if (hook != NULL)
		hook();
	return fails ? os.code : 0;
}

#define WRAP(call, name, parameters, arguments)                                                    \
	int __real_##name parameters;                                                              \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		int code = enter(call);                                                            \
		return code != 0 ? code : __real_##name arguments;                                 \
	}

WRAP(CREATE, gv_os_create, (struct gv_os_dir * dir, const char *name, int *file), (dir, name, file))
WRAP(WRITE, gv_os_write, (int file, const void *bytes, size_t size), (file, bytes, size))
WRAP(HOLD, gv_os_hold_dir, (struct gv_os_dir * dir, uint64_t limit), (dir, limit))
WRAP(OPEN_DIR, gv_os_open_dir,
     (struct gv_os_dir * *out, struct gv_os_dir *parent, const char *name), (out, parent, name))
WRAP(SWAP, gv_os_swap, (struct gv_os_dir * dir, const char *a, const char *b), (dir, a, b))
WRAP(RENAME, gv_os_rename, (struct gv_os_dir * dir, const char *from, const char *to),
     (dir, from, to))

/* That a disk is waited for is not tested: nobody pulls its plug. */
int __wrap_gv_os_sync(int file);
int __wrap_gv_os_sync(int file)
{
	(void)file;
	return enter(SYNC);
}

int __wrap_gv_os_sync_around(struct gv_os_dir *dir);
int __wrap_gv_os_sync_around(struct gv_os_dir *dir)
{
	(void)dir;
	return enter(AROUND);
}

int __wrap_gv_os_sync_dir(struct gv_os_dir *dir);
int __wrap_gv_os_sync_dir(struct gv_os_dir *dir)
{
	(void)dir;
	return enter(SYNC_DIR);
}

uint64_t __wrap_gv_os_clock(void);
uint64_t __wrap_gv_os_clock(void)
{
	pthread_mutex_lock(&os.lock);
	uint64_t now = os.clock += os.tick;
	pthread_mutex_unlock(&os.lock);
	return now;
}

static struct {
	bool is_local;
	bool may_run; /* a program of VMware's */
	size_t made;  /* lock folders and entries */
} around;

int __real_gv_os_make_dir(struct gv_os_dir *dir, const char *name);
int __wrap_gv_os_make_dir(struct gv_os_dir *dir, const char *name);
int __wrap_gv_os_make_dir(struct gv_os_dir *dir, const char *name)
{
	around.made += strstr(name, ".vmx.lck") != NULL;
	return __real_gv_os_make_dir(dir, name);
}

bool __wrap_gv_os_is_local(struct gv_os_dir *dir);
bool __wrap_gv_os_is_local(struct gv_os_dir *dir)
{
	(void)dir;
	return around.is_local;
}

bool lock_vmware_may_run(void);
bool __wrap_lock_vmware_may_run(void);
bool __wrap_lock_vmware_may_run(void)
{
	return around.may_run;
}

enum { MOST = 400 };

/* What was said of a file. */
struct answer {
	bool written;
	bool changes;
	struct gv_error err;
};

static struct gv_rules rules;
static char *root;
static char *names[MOST];
static struct gv_path paths[MOST];
static size_t count;
static struct gv_repair_options how;
static struct gv_batch batch;
static struct answer answers[MOST];
static unsigned rendered[MOST];
static size_t delivered;
static size_t discarded;
static size_t looked_at;
static size_t stop_after_swaps; /* 0: never */
static void (*when_staged)(void);

static void *render(void *context, size_t index, const struct gv_repair *repair,
                    const struct gv_error *err)
{
	(void)context;
	struct answer *answer = malloc(sizeof *answer);
	assert_non_null(answer);
	*answer = (struct answer){repair->written, repair->plan.changes, *err};
	rendered[index]++;
	return answer;
}

static void deliver(void *context, size_t index, void *answer)
{
	(void)context;
	assert_int_equal(index, delivered);
	answers[delivered++] = *(struct answer *)answer;
	free(answer);
}

static void discard(void *context, void *answer)
{
	(void)context;
	discarded++;
	free(answer);
}

static void progress(void *context, size_t number)
{
	(void)context;
	assert_true(number > looked_at && number <= count);
	looked_at = number;
	if (when_staged != NULL)
		when_staged();
	when_staged = NULL;
}

static bool is_over(void *context)
{
	(void)context;
	pthread_mutex_lock(&os.lock);
	bool over = stop_after_swaps > 0 && os.calls[SWAP] >= stop_after_swaps;
	pthread_mutex_unlock(&os.lock);
	return over;
}

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

static void add_path(const char *name)
{
	names[count] = path_join(root, name);
	paths[count] = (struct gv_path){.path = names[count], .named = true};
	count++;
}

/* FILES files, PER_FOLDER in each folder. */
static void make_tree(size_t files, size_t per_folder)
{
	char name[64];
	root = scratch_make();
	count = 0;
	for (size_t i = 0; i < files; i++) {
		snprintf(name, sizeof name, "%03zu", i / per_folder);
		char *folder = path_join(root, name);
		mkdir(folder, 0700);
		free(folder);
		snprintf(name, sizeof name, "%03zu/%03zu.vmx", i / per_folder, i);
		add_path(name);
		file_write(names[i], SPAN(OLD));
	}
}

static void drop_tree(void)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	scratch_remove(root);
}

/* Forgets what the last run did and wanted. */
static void reset(void)
{
	memset(&os.log, 0, sizeof os - offsetof(__typeof__(os), log));
	memset(rendered, 0, sizeof rendered);
	delivered = discarded = looked_at = stop_after_swaps = 0;
	when_staged = NULL;
	around.is_local = true;
	around.may_run = false;
	around.made = 0;
	static const struct gv_policy policy = {.rules = &rules};
	how = (struct gv_repair_options){
		.policy = &policy, .max_size = GV_DEFAULT_MAX_SIZE, .write = true};
	batch = (struct gv_batch){.paths = paths,
	                          .options = &how,
	                          .render = render,
	                          .deliver = deliver,
	                          .discard = discard,
	                          .progress = progress,
	                          .is_over = is_over};
}

static size_t run(void)
{
	size_t done = 0;
	struct gv_error err = {0};
	batch.count = count;
	assert_int_equal(gv_batch_run(&batch, &done, &err), GV_OK);
	os.at = 0;
	assert_int_equal(done, delivered);
	size_t total = 0;
	for (size_t i = 0; i < count; i++)
		total += rendered[i];
	assert_int_equal(total, delivered + discarded);
	return done;
}

static bool holds(const char *path, struct gv_span want)
{
	struct gv_buf text = file_read(path);
	bool same = gv_span_equal(gv_buf_span(&text), want);
	gv_buf_dispose(&text);
	return same;
}

static size_t temporaries;

static bool note_temporary(void *context, const char *name, enum gv_os_type type)
{
	(void)context, (void)type;
	temporaries += gv_temp_is_name(name);
	return true;
}

static bool note_folder(void *context, const char *name, enum gv_os_type type)
{
	(void)context;
	char *path = path_join(root, name);
	if (type == GV_OS_FOLDER)
		gv_os_list(NULL, path, note_temporary, NULL);
	free(path);
	return true;
}

static size_t count_temporaries(void)
{
	temporaries = 0;
	assert_int_equal(gv_os_list(NULL, root, note_folder, NULL), 0);
	return temporaries;
}

static void assert_all_repaired(void)
{
	for (size_t i = 0; i < count; i++) {
		if (answers[i].err.status != GV_OK || !holds(names[i], SPAN(NEW)))
			fail_msg("%s: %s", names[i], answers[i].err.message);
	}
	assert_int_equal(delivered, count);
	assert_int_equal(count_temporaries(), 0);
}

/* "c17A" is "c" 17 times and one "A". */
static void expand(char *out, const char *pattern)
{
	while (*pattern != '\0') {
		char letter = *pattern++;
		char *end;
		unsigned long times = strtoul(pattern, &end, 10);
		times = end == pattern ? 1 : times;
		memset(out, letter, times);
		out += times;
		pattern = end;
	}
	*out = '\0';
}

/* c: a text is staged; s: it is synced; A: the file system is; x: names change; D: a folder. */
static void nothing_is_renamed_before_it_is_durable(void **state)
{
	static const struct {
		size_t files;
		size_t per_folder;
		enum gv_durability durability;
		bool around_fails;
		const char *log;
	} rows[] = {
		{1, 1, GV_DURABLE_BATCH, false, "csxD"},
		{1, 1, GV_DURABLE_FILE, false, "csxD"},
		{1, 1, GV_DURABLE_NONE, false, "cx"},
		{2, 2, GV_DURABLE_BATCH, false, "cscsx2D"},
		{2, 1, GV_DURABLE_BATCH, false, "cscsxDxD"},
		{2, 2, GV_DURABLE_FILE, false, "cscsxDxD"},
		{40, 40, GV_DURABLE_NONE, false, "c40x40"},
		{17, 17, GV_DURABLE_BATCH, false, "c17Ax17D"},
		{17, 1, GV_DURABLE_BATCH, false, "c17Ax17A"},
		{34, 2, GV_DURABLE_BATCH, false, "c34Ax34A"},
		{17, 17, GV_DURABLE_BATCH, true, "c17As17x17D"},
		{17, 1, GV_DURABLE_BATCH, true, "c17As17x17AD17"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char want[sizeof os.log];
		make_tree(rows[i].files, rows[i].per_folder);
		reset();
		batch.durability = rows[i].durability;
		os.failing = AROUND;
		os.at = rows[i].around_fails;
		os.on = true;
		os.code = ENOTSUP;
		run();
		expand(want, rows[i].log);
		assert_string_equal(os.log, want);
		assert_all_repaired();
		drop_tree();
	}
}

static void answers_come_in_order_whoever_works(void **state)
{
	static const unsigned workers[] = {1, 2, 8};
	(void)state;
	for (size_t i = 0; i < COUNT(workers); i++) {
		struct gv_pool *pool = gv_pool_new(workers[i]);
		make_tree(200, 7);
		reset();
		batch.pool = pool;
		assert_int_equal(run(), 200);
		assert_all_repaired();
		assert_int_equal(discarded, 0);
		drop_tree();
		gv_pool_free(pool);
	}
}

/* A clock that leaps closes a window behind each chunk. */
static void many_windows_are_as_one(void **state)
{
	static const unsigned workers[] = {1, 4};
	(void)state;
	for (size_t i = 0; i < COUNT(workers); i++) {
		struct gv_pool *pool = gv_pool_new(workers[i]);
		make_tree(150, 40);
		reset();
		batch.pool = pool;
		how.backup = true;
		os.tick = 700;
		assert_int_equal(run(), 150);
		assert_true(os.calls[AROUND] + os.calls[SYNC_DIR] > 6);
		assert_all_repaired();
		drop_tree();
		gv_pool_free(pool);
	}
}

/* Each file is wholly old or new, its answer tells which, and nothing is left behind. */
static void assert_consistent(enum call call, size_t at)
{
	for (size_t i = 0; i < count; i++) {
		const struct answer *answer = &answers[i];
		bool is_new = holds(names[i], SPAN(NEW));
		bool says_new = answer->err.status == GV_OK ||
		                strncmp(answer->err.message, "replaced", 8) == 0;
		if ((!is_new && !holds(names[i], SPAN(OLD))) || is_new != says_new)
			fail_msg("%c %zu: %s is %s: %s", letters[call], at, names[i],
			         is_new ? "new" : "not new", answer->err.message);
	}
	if (count_temporaries() != 0)
		fail_msg("%c %zu: a temporary file is left", letters[call], at);
}

/* Fails each call of a kind in turn; true while there was one. */
static bool fail_call(enum call call, size_t at, bool on, size_t files, bool backup)
{
	make_tree(files, 1);
	reset();
	how.backup = backup;
	os.failing = call;
	os.at = at;
	os.on = on;
	os.code = EIO;
	run();
	assert_int_equal(delivered, count);
	assert_consistent(call, at);
	bool reached = os.calls[call] >= at;
	drop_tree();
	return reached;
}

static void failures_leave_each_file_old_or_new(void **state)
{
	static const size_t sizes[] = {3, 18};
	(void)state;
	for (size_t i = 0; i < CALLS * COUNT(sizes) * 2; i++) {
		enum call call = (enum call)(i % CALLS);
		size_t files = sizes[i / CALLS % COUNT(sizes)];
		bool backup = i / CALLS / COUNT(sizes) == 1;
		size_t step = files > 4 ? 7 : 1;
		size_t at = 1;
		while (fail_call(call, at, false, files, backup))
			at += step;
		if (call != OPEN_DIR) /* without a folder nothing can be removed from it */
			fail_call(call, 1, true, files, backup);
		if (at == 1) /* the kind was not called at all */
			assert_true(call == RENAME ? !backup
			            : call == AROUND
			                    ? files < 17
			                    : files > 17 && (call == SYNC || call == SYNC_DIR));
	}
}

static void shortage_is_overcome_alone(void **state)
{
	static const int codes[] = {ENOSPC, EDQUOT, EMFILE, ENFILE};
	static const enum call calls[] = {CREATE, WRITE, OPEN_DIR};
	(void)state;
	for (size_t i = 0; i < COUNT(codes) * COUNT(calls); i++) {
		make_tree(6, 3);
		reset();
		os.failing = calls[i % COUNT(calls)];
		os.at = 2;
		os.code = codes[i / COUNT(calls)];
		run();
		assert_all_repaired();
		assert_int_equal(discarded, 1);
		drop_tree();
	}
}

static void full_disk_fails_each_file_once_said(void **state)
{
	(void)state;
	make_tree(6, 3);
	reset();
	os.failing = WRITE;
	os.at = 3;
	os.on = true;
	os.code = ENOSPC;
	how.lock.mode = GV_LOCK_NEVER; /* which would need room too */
	run();
	assert_consistent(WRITE, 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(answers[i].err.code, i < 2 ? 0 : ENOSPC);
	drop_tree();
}

static void stop_leaves_the_rest_as_it_was(void **state)
{
	(void)state;
	for (size_t stop = 1; stop <= 20; stop++) {
		make_tree(20, 5);
		reset();
		stop_after_swaps = stop;
		how.backup = true;
		assert_int_equal(run(), stop);
		for (size_t i = 0; i < count; i++)
			assert_true(i < stop ? holds(names[i], SPAN(NEW))
			                     : holds(names[i], SPAN(OLD)));
		assert_int_equal(count_temporaries(), 0);
		drop_tree();
	}
}

/* Names that could not be made durable: only of the files that have new ones. */
static void stopped_run_calls_nothing_replaced_that_is_not(void **state)
{
	(void)state;
	make_tree(6, 6);
	reset();
	stop_after_swaps = 2;
	os.failing = SYNC_DIR;
	os.at = 1;
	os.code = EIO;
	assert_int_equal(run(), 2);
	for (size_t i = 0; i < delivered; i++)
		assert_int_equal(answers[i].err.code, EIO);
	drop_tree();
}

static void write_as_others(void)
{
	file_write(names[1], SPAN("a = \"1\"\n" OLD));
}

static void change_by_another_program_starts_over(void **state)
{
	(void)state;
	make_tree(3, 3);
	reset();
	os.at_swap = write_as_others;
	run();
	assert_int_equal(delivered, 3);
	assert_int_equal(rendered[1], 2);
	assert_int_equal(discarded, 1);
	assert_true(answers[1].written && answers[1].err.status == GV_OK);
	assert_true(holds(names[1], SPAN("a = \"1\"\n" NEW)));
	assert_int_equal(count_temporaries(), 0);
	drop_tree();
}

static void exchange_folder(void)
{
	char *folder = path_join(root, "000");
	char *aside = path_join(root, "aside");
	assert_int_equal(rename(folder, aside), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	file_write(names[0], SPAN("b = \"2\"\n" OLD));
	free(folder);
	free(aside);
}

static void exchanged_folder_is_seen(void **state)
{
	(void)state;
	make_tree(1, 1);
	reset();
	when_staged = exchange_folder;
	run();
	char *aside = path_join(root, "aside/000.vmx");
	assert_true(holds(aside, SPAN(OLD)));
	assert_true(holds(names[0], SPAN("b = \"2\"\n" NEW)));
	assert_int_equal(answers[0].err.status, GV_OK);
	free(aside);
	drop_tree();
}

static void one_file_by_many_paths_is_repaired_once(void **state)
{
	static const unsigned workers[] = {1, 8};
	(void)state;
	for (size_t i = 0; i < COUNT(workers); i++) {
		struct gv_pool *pool = gv_pool_new(workers[i]);
		make_tree(1, 1);
		char *link = path_join(root, "link.vmx");
		assert_int_equal(symlink("000/000.vmx", link), 0);
		free(link);
		for (int j = 0; j < 10; j++) {
			add_path("000/000.vmx");
			add_path("000/./000.vmx");
			add_path("link.vmx");
		}
		reset();
		batch.pool = pool;
		run();
		size_t written = 0;
		for (size_t j = 0; j < count; j++)
			written += answers[j].written;
		assert_int_equal(written, 1);
		assert_all_repaired();
		drop_tree();
		gv_pool_free(pool);
	}
}

/* Of many files VMware's lock is taken where somebody may ask for it. */
static void many_files_are_locked_only_where_it_may_matter(void **state)
{
	static const struct {
		size_t files;
		enum gv_lock_mode mode;
		bool is_local;
		bool may_run;
		bool locked;
	} rows[] = {
		{16, GV_LOCK_AUTO, true, false, true},  {17, GV_LOCK_AUTO, true, false, false},
		{17, GV_LOCK_AUTO, true, true, true},   {17, GV_LOCK_AUTO, false, false, true},
		{17, GV_LOCK_ALWAYS, true, false, true}, {16, GV_LOCK_NEVER, false, true, false},
		{17, GV_LOCK_NEVER, false, true, false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		make_tree(rows[i].files, 5);
		reset();
		how.lock.mode = rows[i].mode;
		around.is_local = rows[i].is_local;
		around.may_run = rows[i].may_run;
		run();
		assert_all_repaired();
		if (around.made != (rows[i].locked ? count : 0))
			fail_msg("row %zu: %zu of %zu files are locked", i, around.made, count);
		for (size_t j = 0; j < count; j++) {
			char *lock = malloc(strlen(names[j]) + 5);
			assert_non_null(lock);
			sprintf(lock, "%s.lck", names[j]);
			assert_int_not_equal(access(lock, F_OK), 0);
			free(lock);
		}
		drop_tree();
	}
}

/* A file whose lock another has is told of, and the others are repaired. */
static void a_lock_of_another_fails_one_file(void **state)
{
	(void)state;
	make_tree(5, 5);
	reset();
	char *lock = path_join(root, "000/002.vmx.lck");
	char *member = path_join(lock, "M00001.lck");
	char bytes[512] = "uuid=1-2 7-8(gpuvirt) 1 X 8";
	assert_int_equal(mkdir(lock, 0777), 0);
	file_write(member, (struct gv_span){bytes, sizeof bytes});
	run();
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(answers[i].err.status, i == 2 ? GV_EREFUSED : GV_OK);
		assert_true(holds(names[i], i == 2 ? SPAN(OLD) : SPAN(NEW)));
	}
	assert_non_null(strstr(answers[2].err.message, "gpuvirt, process 7 on machine uuid=1-2"));
	assert_int_equal(count_temporaries(), 0);
	free(member);
	free(lock);
	drop_tree();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_files_are_locked_only_where_it_may_matter),
		cmocka_unit_test(a_lock_of_another_fails_one_file),
		cmocka_unit_test(nothing_is_renamed_before_it_is_durable),
		cmocka_unit_test(answers_come_in_order_whoever_works),
		cmocka_unit_test(many_windows_are_as_one),
		cmocka_unit_test(failures_leave_each_file_old_or_new),
		cmocka_unit_test(shortage_is_overcome_alone),
		cmocka_unit_test(full_disk_fails_each_file_once_said),
		cmocka_unit_test(stop_leaves_the_rest_as_it_was),
		cmocka_unit_test(stopped_run_calls_nothing_replaced_that_is_not),
		cmocka_unit_test(change_by_another_program_starts_over),
		cmocka_unit_test(exchanged_folder_is_seen),
		cmocka_unit_test(one_file_by_many_paths_is_repaired_once),
	};
	return cmocka_run_group_tests(tests, read_rules, drop_rules);
}
