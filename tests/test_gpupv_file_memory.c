/*
 * The n-th allocation fails, for every n: a change of a file is made whole, or says that it was not
 * and leaves the file and the records as they were. So does an undo.
 */
#include "support.h"

#include <errno.h>

#include <gpuvirt/gpupv_file.h>

#include "inject_memory.h"

/* Thousands of runs need no disk to be waited for. */
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
	(void)file;
	return 0;
}

#define BYTES_OF(literal) {(literal), sizeof(literal) - 1}
#define GPU "\\\\?\\PCI#A\\GPUPARAV"
#define GPU_JSON "\"\\\\\\\\?\\\\PCI#A\\\\GPUPARAV\""

/* A store that needs no memory: one record at most. */
static char record[4096];
static size_t record_len;

static enum gv_status newest(void *context, const char *kind, const char *path, struct gv_buf *out,
                             struct gv_error *err)
{
	(void)context;
	(void)kind;
	(void)path;
	if (record_len == 0)
		return gv_fail(err, GV_ENOENT, "none");
	gv_buf_add(out, (struct gv_span){record, record_len});
	return out->failed ? gv_fail_memory(err) : GV_OK;
}

static enum gv_status push(void *context, const char *kind, const char *path, const char *verb,
                           struct gv_span text, struct gv_error *err)
{
	(void)context;
	(void)kind;
	(void)path;
	(void)verb;
	(void)err;
	assert_true(text.len < sizeof record);
	memcpy(record, text.at, text.len);
	record_len = text.len;
	return GV_OK;
}

static enum gv_status pop(void *context, const char *kind, const char *path, struct gv_error *err)
{
	(void)context;
	(void)kind;
	(void)path;
	(void)err;
	record_len = 0;
	return GV_OK;
}

static const struct gv_gpufile_store store = {NULL, newest, push, pop};
static const struct gv_gpufile_options options = {.backup = false, .write = true, .store = &store};
static const struct gv_gpufile_device device = {BYTES_OF(GPU), GV_GPUFILE_WHOLE};
static const struct gv_gpufile_wish list = {
	.on = true, .devices = {&device, 1}, .driver_store = GV_GPUFILE_ON};
static const struct gv_gpufile_wish off = {.on = false};

static const struct {
	const char *name;
	struct gv_span before;
	struct gv_span after;
	const struct gv_gpufile_wish *wish;
} rows[] = {
	{"a.7b",
         BYTES_OF("\xEF\xBB\xBF{\"N\\u0061naBox\":{\"Gpu\":{\"AssignmentMode\":\"no\","
                  "\"SelectedDevices\":[{\"DeviceInterface\":\"b\"},\"\"]}}}"),
         BYTES_OF("\xEF\xBB\xBF{\"N\\u0061naBox\":{\"Gpu\":{\"AssignmentMode\":\"List\","
                  "\"SelectedDevices\":[" GPU_JSON "],\"EnableHostDriverStore\":true}}}"),
         &list},
	{"a.7b", BYTES_OF("\xEF\xBB\xBF{\"NanaBox\":{}}"),
         BYTES_OF("\xEF\xBB\xBF{\"NanaBox\":{\"Gpu\":{\"AssignmentMode\":\"List\",\"SelectedDevices\":"
                  "[" GPU_JSON "],\"EnableHostDriverStore\":true}}}"),
         &list},
	{"a.wsb", BYTES_OF("<Configuration><vGPU/></Configuration>"),
         BYTES_OF("<Configuration><vGPU>Disable</vGPU></Configuration>"), &off},
	{"wsl.conf", BYTES_OF("[boot]\nsystemd = true\n"),
         BYTES_OF("[boot]\nsystemd = true\n\n[gpu]\nenabled = false\n"), &off},
};

static void assert_file(const char *path, struct gv_span want)
{
	struct gv_buf have = file_read(path);
	assert_span(gv_buf_span(&have), want);
	gv_buf_dispose(&have);
}

/* Runs a change, or without WISH an undo, with the n-th allocation failing; true: none was left. */
static bool run(const char *path, const struct gv_gpufile_wish *wish, size_t n, bool *written)
{
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	inject_arm(n, ENOMEM, INJECT_ONCE);
	enum gv_status status = wish == NULL ? gv_gpufile_undo(&file, path, &options, &err)
	                                     : gv_gpufile_change(&file, path, wish, &options, &err);
	bool unhurt = inject.failures == 0;
	inject_stop();
	assert_true(status == GV_OK || err.message[0] != '\0');
	assert_true(status == GV_OK || !unhurt);
	assert_true(file.written == (status == GV_OK));
	*written = file.written;
	gv_gpufile_dispose(&file);
	return unhurt;
}

static void a_change_is_whole_or_not_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *folder = scratch_make();
		char *path = path_join(folder, rows[i].name);
		bool unhurt = false;
		size_t n = 1;
		for (; !unhurt; n++) {
			bool written;
			record_len = 0;
			file_write(path, rows[i].before);
			unhurt = run(path, rows[i].wish, n, &written);
			assert_file(path, written ? rows[i].after : rows[i].before);
			assert_int_equal(record_len > 0, written);
			assert_int_equal(folder_count(folder), 1);
		}
		assert_true(n > 10);
		free(path);
		scratch_remove(folder);
	}
}

static void an_undo_is_whole_or_not_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *folder = scratch_make();
		char *path = path_join(folder, rows[i].name);
		bool unhurt = false;
		for (size_t n = 1; !unhurt; n++) {
			bool written;
			record_len = 0;
			file_write(path, rows[i].before);
			run(path, rows[i].wish, 0, &written);
			assert_true(written);
			unhurt = run(path, NULL, n, &written);
			assert_file(path, written ? rows[i].before : rows[i].after);
			assert_int_equal(record_len == 0, written);
		}
		free(path);
		scratch_remove(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_whole_or_not_made),
		cmocka_unit_test(an_undo_is_whole_or_not_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
