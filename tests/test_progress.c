/* The line that says how far a run is: its width, and where and when it is shown at all. */
#include "support.h"

#include <stdio.h>

#include "cli/progress.h"
#include "platform/os.h"

static struct gv_buf written;
static bool terminal;
static uint64_t now;
static unsigned columns;

int __wrap_gv_os_write(int file, const void *bytes, size_t size);
int __wrap_gv_os_write(int file, const void *bytes, size_t size)
{
	assert_int_equal(file, 2);
	gv_buf_add(&written, (struct gv_span){bytes, size});
	return 0;
}

bool __wrap_gv_os_is_terminal(int file);
bool __wrap_gv_os_is_terminal(int file)
{
	return file == 2 && terminal;
}

unsigned __wrap_gv_os_columns(int file);
unsigned __wrap_gv_os_columns(int file)
{
	(void)file;
	return columns;
}

uint64_t __wrap_gv_os_clock(void);
uint64_t __wrap_gv_os_clock(void)
{
	return now;
}

static int set_up(void **state)
{
	(void)state;
	written = (struct gv_buf){0};
	terminal = true;
	now = 1000000;
	columns = 80;
	setenv("TERM", "xterm", 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	gv_buf_dispose(&written);
	return 0;
}

static void line_fits_its_columns(void **state)
{
	static const struct {
		size_t done, total;
		uint64_t elapsed;
		const char *path;
		unsigned columns;
		const char *want;
	} rows[] = {
		{50, 100, 1000, "vms/a/x.vmx", 80, "50 of 100 files, 50/s, vms/a"},
		{50, 100, 1000, "vms/a/x.vmx", 20, "50 of 100 files, 50/"},
		{50, 100, 1000, "vms/a/x.vmx", 28, "50 of 100 files, 50/s, vms/a"},
		{50, 100, 1000, "vms/a/x.vmx", 27, "50 of 100 files, 50/s, vms/"},
		{50, 100, 1000, "vms/a/x.vmx", 0, ""},
		{1, 3, 400, "x.vmx", 60, "1 of 3 files, 2/s"},
		{1, 3, 0, "a/x.vmx", 60, "1 of 3 files, a"},
		{1, 3, 0, "/x.vmx", 60, "1 of 3 files, "},
		{20000, 100000, 500, "a/x.vmx", 60, "20000 of 100000 files, 40000/s, a"},
		{SIZE_MAX / 1000, SIZE_MAX, 1000000, "a/x.vmx", 80,
	         "18446744073709551 of 18446744073709551615 files, 18446744073709/s, a"},
		/* A wide character has two columns; half of one is not shown. */
		{1, 2, 0, "\xE6\xA9\x9F\xE6\xA9\x9F/x.vmx", 60,
	         "1 of 2 files, \xE6\xA9\x9F\xE6\xA9\x9F"},
		{1, 2, 0, "\xE6\xA9\x9F\xE6\xA9\x9F/x.vmx", 18,
	         "1 of 2 files, \xE6\xA9\x9F\xE6\xA9\x9F"},
		{1, 2, 0, "\xE6\xA9\x9F\xE6\xA9\x9F/x.vmx", 17, "1 of 2 files, \xE6\xA9\x9F"},
		{1, 2, 0, "\xE6\xA9\x9F\xE6\xA9\x9F/x.vmx", 16, "1 of 2 files, \xE6\xA9\x9F"},
		{1, 2, 0, "\xE6\xA9\x9F\xE6\xA9\x9F/x.vmx", 15, "1 of 2 files, "},
		{1, 2, 0, "\xF0\x9F\x96\xA5/x.vmx", 16, "1 of 2 files, \xF0\x9F\x96\xA5"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf line = {0};
		progress_format(&line, rows[i].done, rows[i].total, rows[i].elapsed, rows[i].path,
		                rows[i].columns);
		assert_span(gv_buf_span(&line), gv_span_of(rows[i].want));
		gv_buf_dispose(&line);
	}
}

static void no_control_byte_reaches_the_terminal(void **state)
{
	static const char *const folders[] = {"a\x1B[2Jb",
	                                      "a\nb",
	                                      "a\rb",
	                                      "a\x07",
	                                      "a\x7F",
	                                      "a\xC2\x9B"
	                                      "b",
	                                      "a\xE2\x80\xAE"
	                                      "b",
	                                      "a\xFF"};
	(void)state;
	for (size_t i = 0; i < COUNT(folders); i++) {
		for (unsigned width = 10; width < 60; width++) {
			char path[64];
			struct gv_buf line = {0};
			snprintf(path, sizeof path, "%s/x.vmx", folders[i]);
			progress_format(&line, 1, 2, 0, path, width);
			for (size_t j = 0; j < line.len; j++)
				assert_in_range((unsigned char)line.at[j], 0x20, 0x7E);
			assert_true(line.len <= width);
			gv_buf_dispose(&line);
		}
	}
}

static void is_shown_after_half_a_second_and_taken_away(void **state)
{
	struct progress progress;
	(void)state;
	progress_begin(&progress, 100, true);
	now += 499;
	progress_tell(&progress, 10, "a/x.vmx");
	progress_clear(&progress);
	assert_int_equal(written.len, 0);
	now += 1;
	progress_tell(&progress, 20, "a/x.vmx");
	assert_span(gv_buf_span(&written), SPAN("\r\x1B[K20 of 100 files, 40/s, a"));
	now += 99;
	progress_tell(&progress, 21, "a/x.vmx");
	assert_int_equal(written.len, 4 + 24);
	progress_clear(&progress);
	progress_clear(&progress); /* once is enough */
	assert_int_equal(written.len, 4 + 24 + 4);
	now += 1;
	progress_tell(&progress, 30, "a/x.vmx");
	assert_true(written.len > 32);
}

static void last_column_stays_free(void **state)
{
	static const unsigned widths[] = {1, 2, 20, 60};
	for (size_t i = 0; i < COUNT(widths); i++) {
		struct progress progress;
		set_up(state);
		columns = widths[i];
		progress_begin(&progress, 100, true);
		now += 1000;
		progress_tell(&progress, 20,
		              "a long folder/with another/and one/more of them/x.vmx");
		assert_int_equal(written.len, 4 + widths[i] - 1);
		tear_down(state);
	}
}

static void nothing_is_written_where_nobody_looks(void **state)
{
	static const struct {
		bool terminal;
		bool wanted;
		const char *term;
		bool shown;
	} rows[] = {
		{true, true, "xterm", true},
		{false, true, "xterm", false},
		{true, false, "xterm", false},
		{true, true, "dumb", false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct progress progress;
		set_up(state);
		terminal = rows[i].terminal;
		setenv("TERM", rows[i].term, 1);
		progress_begin(&progress, 100, rows[i].wanted);
		now += 5000;
		progress_tell(&progress, 10, "a/x.vmx");
		progress_clear(&progress);
		assert_int_equal(written.len > 0, rows[i].shown);
		tear_down(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_fits_its_columns),
		cmocka_unit_test(no_control_byte_reaches_the_terminal),
		cmocka_unit_test_setup_teardown(is_shown_after_half_a_second_and_taken_away, set_up,
	                                        tear_down),
		cmocka_unit_test(last_column_stays_free),
		cmocka_unit_test(nothing_is_written_where_nobody_looks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
