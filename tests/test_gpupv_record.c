/* Undo records: whole, private, durable, and nothing believed that was not written here. */
#include "support.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gpupv/record.h"
#include "inject.h"

int __real_fsync(int file);
int __wrap_fsync(int file);
int __real_renameat(int from_dir, const char *from, int to_dir, const char *to);
int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to);
ssize_t __real_write(int file, const void *bytes, size_t size);
ssize_t __wrap_write(int file, const void *bytes, size_t size);

int __wrap_fsync(int file)
{
	return inject_now("fsync") ? -1 : __real_fsync(file);
}

int __wrap_renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return inject_now("renameat") ? -1 : __real_renameat(from_dir, from, to_dir, to);
}

ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
	return inject_now("write") ? -1 : __real_write(file, bytes, size);
}

static const struct gv_record_key key = {"vm", "PC/6f1c4a52"};
static char *home;

static int make_home(void **state)
{
	(void)state;
	home = scratch_make();
	char *folder = path_join(home, "a/b");
	int code = setenv("XDG_STATE_HOME", folder, 1);
	free(folder);
	return code;
}

static int drop_home(void **state)
{
	(void)state;
	scratch_remove(home);
	return 0;
}

static char *record_path(const struct gv_record_key *which)
{
	struct gv_buf path = {0};
	assert_int_equal(gv_record_path(&path, which, NULL), GV_OK);
	return path.at;
}

static void push(const struct gv_record_key *which, const char *verb, const char *body)
{
	struct gv_error err = {0};
	if (gv_record_push(which, verb, gv_span_of(body), &err) != GV_OK)
		fail_msg("%s", err.message);
}

/* The verbs of the record, newest last, with a blank behind each. */
static void assert_verbs(const struct gv_record_key *which, const char *want)
{
	struct gv_record record = {0};
	struct gv_error err = {0};
	struct gv_buf have = {0};
	if (gv_record_read(&record, which, &err) != GV_OK)
		fail_msg("%s", err.message);
	gv_buf_text(&have, "");
	for (size_t i = 0; i < record.count; i++)
		gv_buf_format(&have, "%s ", record.entries[i].verb);
	assert_string_equal(have.at, want);
	gv_buf_dispose(&have);
	gv_record_dispose(&record);
}

static void entries_come_and_go_in_order(void **state)
{
	(void)state;
	struct gv_record record = {0};
	assert_verbs(&key, "");
	push(&key, "enable", "{\"n\":\"1\",\"u\":\"18446744073709551615\"}");
	push(&key, "disable", "{\"n\":\"2\",\"list\":[null,\"\\u201c\\ud83d\\udcbb\"]}");
	assert_verbs(&key, "enable disable ");
	assert_int_equal(gv_record_read(&record, &key, NULL), GV_OK);
	assert_string_equal(gv_json_text(gv_json_get(record.entries[0].body, "u")),
	                    "18446744073709551615");
	const struct gv_json *list = gv_json_get(record.entries[1].body, "list");
	assert_string_equal(gv_json_text(gv_json_next(gv_json_first(list))),
	                    "\xE2\x80\x9C\xF0\x9F\x92\xBB");
	assert_true(record.entries[1].when >= record.entries[0].when);
	gv_record_dispose(&record);
	assert_int_equal(gv_record_pop(&key, NULL), GV_OK);
	assert_verbs(&key, "enable ");
	assert_int_equal(gv_record_pop(&key, NULL), GV_OK);
	assert_verbs(&key, "");
	assert_int_equal(gv_record_pop(&key, NULL), GV_OK);
}

static void targets_have_records_of_their_own(void **state)
{
	(void)state;
	const struct gv_record_key other = {"vm", "PC/other"};
	const struct gv_record_key file = {"nanabox", "PC/6f1c4a52"};
	push(&key, "a", "{}");
	push(&other, "b", "{}");
	push(&file, "c", "{}");
	assert_verbs(&key, "a ");
	assert_verbs(&other, "b ");
	assert_verbs(&file, "c ");
}

static void a_record_is_private(void **state)
{
	(void)state;
	struct stat stat_of;
	mode_t before = umask(0);
	push(&key, "a", "{}");
	umask(before);
	char *path = record_path(&key);
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0600);
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 0777, 0700);
	assert_int_equal(folder_count(path), 1);
	free(path);
}

static void the_oldest_is_forgotten(void **state)
{
	(void)state;
	struct gv_record record = {0};
	push(&key, "first", "{}");
	for (size_t i = 0; i < GV_RECORD_ENTRIES; i++)
		push(&key, "later", "{}");
	assert_int_equal(gv_record_read(&record, &key, NULL), GV_OK);
	assert_int_equal(record.count, GV_RECORD_ENTRIES);
	assert_string_equal(record.entries[0].verb, "later");
	gv_record_dispose(&record);
}

#define FRAME(entries)                                                                             \
	"{\"gpuvirt\":\"gpupv undo record\",\"version\":1,\"kind\":\"vm\","                        \
	"\"target\":\"PC/6f1c4a52\",\"entries\":" entries "}"

static void what_was_not_written_here_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"gpuvirt\":\"gpupv undo record\",\"version\":2,\"kind\":\"vm\","
		"\"target\":\"PC/6f1c4a52\",\"entries\":[]}",
		"{\"gpuvirt\":\"baseline\",\"version\":1,\"kind\":\"vm\",\"target\":\"PC/6f1c4a52\","
		"\"entries\":[]}",
		"{\"gpuvirt\":\"gpupv undo record\",\"version\":1,\"kind\":\"vm\",\"target\":\"PC/x\","
		"\"entries\":[]}",
		"{\"gpuvirt\":\"gpupv undo record\",\"version\":1,\"kind\":\"file\","
		"\"target\":\"PC/6f1c4a52\",\"entries\":[]}",
		FRAME("{}"),
		FRAME("[1]"),
		FRAME("[{}]"),
		FRAME("[{\"when\":1,\"verb\":\"enable\",\"body\":{}}]"),
		FRAME("[{\"when\":\"x\",\"verb\":\"enable\",\"body\":{}}]"),
		FRAME("[{\"when\":\"1\",\"verb\":null,\"body\":{}}]"),
		FRAME("[{\"when\":\"1\",\"verb\":\"enable\",\"body\":[]}]"),
		FRAME("[{\"when\":\"1\",\"verb\":\"enable\",\"body\":"
	              "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}]"),
		FRAME("[]") "more",
	};
	push(&key, "enable", "{}");
	char *path = record_path(&key);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct gv_record record = {0};
		struct gv_error err = {0};
		file_write(path, gv_span_of(texts[i]));
		enum gv_status status = gv_record_read(&record, &key, &err);
		if (status != GV_EPARSE && status != GV_EREFUSED)
			fail_msg("%s: %s", texts[i], gv_status_name(status));
		assert_non_null(strstr(err.message, path));
		assert_null(record.json);
		assert_int_not_equal(gv_record_push(&key, "enable", SPAN("{}"), NULL), GV_OK);
		struct gv_buf kept = file_read(path);
		assert_span(gv_buf_span(&kept), gv_span_of(texts[i]));
		gv_buf_dispose(&kept);
	}
	free(path);
}

static void too_large_a_record_is_not_read(void **state)
{
	(void)state;
	struct gv_record record = {0};
	push(&key, "enable", "{}");
	char *path = record_path(&key);
	assert_int_equal(truncate(path, (1 << 20) + 1), 0);
	assert_int_equal(gv_record_read(&record, &key, NULL), GV_ETOOBIG);
	free(path);
}

static void a_failure_leaves_the_record_as_it_was(void **state)
{
	(void)state;
	push(&key, "first", "{}");
	char *path = record_path(&key);
	char *folder = strdup(path);
	*strrchr(folder, '/') = '\0';
	size_t at = 0;
	do {
		struct gv_buf before = file_read(path);
		inject_arm(++at, ENOSPC, INJECT_ONCE);
		enum gv_status status = gv_record_push(&key, "more", SPAN("{}"), NULL);
		inject_stop();
		assert_int_equal(status == GV_OK, inject.failures == 0);
		struct gv_buf after = file_read(path);
		if (inject.failures > 0 && strcmp(inject.symbol, "fsync") != 0)
			assert_span(gv_buf_span(&after), gv_buf_span(&before));
		assert_int_equal(folder_count(folder), 1);
		gv_buf_dispose(&before);
		gv_buf_dispose(&after);
	} while (inject.failures > 0);
	assert_true(at > 4); /* write, fsync of the file, renameat, fsync of the folder */
	free(path);
	free(folder);
}

static void without_a_home_it_says_what_is_missing(void **state)
{
	(void)state;
	struct gv_error err = {0};
	char *before = strdup(getenv("HOME") == NULL ? "/" : getenv("HOME"));
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_verbs(&key, "");
	assert_int_equal(gv_record_push(&key, "a", SPAN("{}"), &err), GV_ENOENT);
	assert_non_null(strstr(err.message, "HOME"));
	setenv("HOME", home, 1);
	char *path = record_path(&key);
	assert_int_equal(strncmp(path, home, strlen(home)), 0);
	assert_non_null(strstr(path, "/.local/state/gpuvirt/gpupv/vm-"));
	setenv("XDG_STATE_HOME", "relative", 1);
	char *same = record_path(&key);
	assert_string_equal(same, path);
	setenv("HOME", before, 1);
	free(before);
	free(path);
	free(same);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(entries_come_and_go_in_order, make_home, drop_home),
		cmocka_unit_test_setup_teardown(targets_have_records_of_their_own, make_home,
	                                        drop_home),
		cmocka_unit_test_setup_teardown(a_record_is_private, make_home, drop_home),
		cmocka_unit_test_setup_teardown(the_oldest_is_forgotten, make_home, drop_home),
		cmocka_unit_test_setup_teardown(what_was_not_written_here_is_refused, make_home,
	                                        drop_home),
		cmocka_unit_test_setup_teardown(too_large_a_record_is_not_read, make_home,
	                                        drop_home),
		cmocka_unit_test_setup_teardown(a_failure_leaves_the_record_as_it_was, make_home,
	                                        drop_home),
		cmocka_unit_test_setup_teardown(without_a_home_it_says_what_is_missing, make_home,
	                                        drop_home),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
