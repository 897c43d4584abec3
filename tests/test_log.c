/* Logs of all product generations: lines, prefixes, times, and what is told of the configuration.
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>

#include <gpuvirt/log.h>

#include "platform/os.h"

static size_t read_most; /* bytes that one read gives at most; 0: as many as asked for */
static size_t read_count;
static int read_code; /* of the second read and those behind it */

/* What a file seems to hold instead of its own bytes: UNIT again and again, SIZE bytes in all. */
static struct {
	const char *unit;
	size_t len;
	size_t size;
	size_t at;
} giant;

static size_t read_giant(char *bytes, size_t size)
{
	size_t got = giant.size - giant.at < size ? giant.size - giant.at : size;
	for (size_t done = 0; done < got;) {
		size_t within = (giant.at + done) % giant.len;
		size_t part = giant.len - within < got - done ? giant.len - within : got - done;
		memcpy(bytes + done, giant.unit + within, part);
		done += part;
	}
	giant.at += got;
	return got;
}

int __real_gv_os_read(int file, void *bytes, size_t size, size_t *got);
int __wrap_gv_os_read(int file, void *bytes, size_t size, size_t *got);
int __wrap_gv_os_read(int file, void *bytes, size_t size, size_t *got)
{
	if (read_count++ > 0 && read_code != 0)
		return read_code;
	if (giant.unit != NULL) {
		*got = read_giant(bytes, size);
		return 0;
	}
	if (read_most > 0 && size > read_most)
		size = read_most;
	return __real_gv_os_read(file, bytes, size, got);
}

static int set_up(void **state)
{
	*state = scratch_make();
	read_most = read_count = 0;
	read_code = 0;
	return 0;
}

static int tear_down(void **state)
{
	scratch_remove(*state);
	return 0;
}

static struct gv_log *open_text(struct gv_span text)
{
	struct gv_log *log = NULL;
	assert_int_equal(gv_log_open_text(&log, text, NULL), GV_OK);
	return log;
}

/* ---- prefixes ---- */

static const struct {
	const char *line;
	const char *time, *thread, *severity, *text;
	bool goes_on, from_sandbox;
} prefixes[] = {
	{"Aug 18 10:01:58.124: vmx| Log for VMware Workstation pid=1", "Aug 18 10:01:58.124", "vmx",
         "", "Log for VMware Workstation pid=1", false, false},
	{"Aug  8 10:01:58.124: vcpu-0| x", "Aug  8 10:01:58.124", "vcpu-0", "", "x", false, false},
	{"Aug  8 10:01:58.124: mks|", "Aug  8 10:01:58.124", "mks", "", "", false, false},
	{"2012-05-25T12:10:50.125-06:00| vmx| I120: DICT a = b", "2012-05-25T12:10:50.125-06:00",
         "vmx", "I120", "DICT a = b", false, false},
	{"2012-05-25T12:10:50.125-06:00| Worker#1| W110: x| y: z", "2012-05-25T12:10:50.125-06:00",
         "Worker#1", "W110", "x| y: z", false, false},
	{"2020-01-02T03:04:05.678Z| vmx| I005: x", "2020-01-02T03:04:05.678Z", "vmx", "I005", "x",
         false, false},
	{"2020-01-02T03:04:05.678Z| vmx| I005+ more", "2020-01-02T03:04:05.678Z", "vmx", "I005",
         "more", true, false},
	{"2020-01-02T03:04:05.678Z| vmx| I005+", "2020-01-02T03:04:05.678Z", "vmx", "I005", "",
         true, false},
	{"2023-09-04T18:43:25.387Z In(05) vmx a  b", "2023-09-04T18:43:25.387Z", "vmx", "In(05)",
         "a  b", false, false},
	{"2023-09-04T18:43:25.387Z In(05)+ vmx [msg.x] y", "2023-09-04T18:43:25.387Z", "vmx",
         "In(05)", "[msg.x] y", true, false},
	{"2023-09-04T18:43:25.387Z Wa(03) main  VTHREAD 1", "2023-09-04T18:43:25.387Z", "main",
         "Wa(03)", " VTHREAD 1", false, false},
	{"2023-09-04T18:43:25.387Z In(05) vmx ", "2023-09-04T18:43:25.387Z", "vmx", "In(05)", "",
         false, false},
	{"2023-09-04T18:43:25.387Z In(05) vmx", "2023-09-04T18:43:25.387Z", "vmx", "In(05)", "",
         false, false},
	{"2023-09-04T18:43:25.387Z Wa(03) mks mksSandboxLog: DX12Module:  GPU",
         "2023-09-04T18:43:25.387Z", "mks", "Wa(03)", "DX12Module:  GPU", false, true},
	{"2026-01-09T08:08:30.173Z -INFO vmware-vmx.exe 15108 [ws@4413 threadName=\"vmx\"] x y",
         "2026-01-09T08:08:30.173Z", "vmx", "-INFO", "x y", false, false},
	{"2026-01-09T08:08:30.173Z -NOTICE vmware-vmx 7 [ws@4413 threadName=\"mks\"] "
         "mksSandboxLog: x",
         "2026-01-09T08:08:30.173Z", "mks", "-NOTICE", "x", false, true},
	/* What only looks like one. */
	{"", "", "", "", "", false, false},
	{"DICT a = b", "", "", "", "DICT a = b", false, false},
	{"2023-09-04T18:43:25.387Z", "", "", "", "2023-09-04T18:43:25.387Z", false, false},
	{"2023-09-04T18:43:25.387Z In(05)", "", "", "", "2023-09-04T18:43:25.387Z In(05)", false,
         false},
	{"2023-09-04T18:43:25.387Z In(5) vmx x", "", "", "", "2023-09-04T18:43:25.387Z In(5) vmx x",
         false, false},
	{"2012-05-25T12:10:50.125-06:00| vmx I120: x", "", "", "",
         "2012-05-25T12:10:50.125-06:00| vmx I120: x", false, false},
	{"2012-05-25T12:10:50.125-06:00| vmx| I120; x", "", "", "",
         "2012-05-25T12:10:50.125-06:00| vmx| I120; x", false, false},
	{"Aug 18 10:01:58.124: vmx x", "", "", "", "Aug 18 10:01:58.124: vmx x", false, false},
	{"2026-01-09T08:08:30.173Z -INFO p 1 [ws@4413] x", "", "", "",
         "2026-01-09T08:08:30.173Z -INFO p 1 [ws@4413] x", false, false},
};

static void reads_prefixes_of_all_products(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		struct gv_log *log = open_text(gv_span_of(prefixes[i].line));
		struct gv_log_entry entry = {0};
		if (gv_log_next(log, &entry))
			assert_int_equal(entry.line, 1);
		assert_span(entry.time, gv_span_of(prefixes[i].time));
		assert_span(entry.thread, gv_span_of(prefixes[i].thread));
		assert_span(entry.severity, gv_span_of(prefixes[i].severity));
		assert_span(entry.text, gv_span_of(prefixes[i].text));
		assert_int_equal(entry.goes_on, prefixes[i].goes_on);
		assert_int_equal(entry.from_sandbox, prefixes[i].from_sandbox);
		assert_false(gv_log_next(log, &entry));
		gv_log_close(log);
	}
}

/* ---- lines ---- */

/* Appends what is read from LOG, a line each: its number, its text, "~" when it was cut. */
static struct gv_buf list_lines(struct gv_log *log)
{
	struct gv_buf list = {0};
	struct gv_log_entry entry;
	gv_buf_add(&list, (struct gv_span){0});
	while (gv_log_next(log, &entry)) {
		gv_buf_format(&list, "%u:", (unsigned)entry.line);
		gv_buf_add(&list, entry.text);
		gv_buf_text(&list, entry.cut ? "~\n" : "\n");
	}
	return list;
}

static const struct {
	const char *text;
	const char *want;
} endings[] = {
	{"", ""},
	{"a", "1:a\n"},
	{"a\nb\n", "1:a\n2:b\n"},
	{"a\r\nb\r\n", "1:a\n2:b\n"},
	{"a\rb\r", "1:a\n2:b\n"},
	{"a\r\rb", "1:a\n2:\n3:b\n"},
	{"a\n\rb", "1:a\n2:\n3:b\n"},
	{"a\n\nb\r\n\r\nc", "1:a\n2:\n3:b\n4:\n5:c\n"},
	{"\xEF\xBB\xBF"
         "a\nb",
         "1:a\n2:b\n"},
	{"\xEF\xBB\xBF", ""},
	{"\xEF\xBB\xBF\n", "1:\n"},
	{"a\n\xEF\xBB\xBF"
         "b",
         "1:a\n2:\xEF\xBB\xBF"
         "b\n"},
	{"\xFF\xFE\n\x80", "1:\xFF\xFE\n2:\x80\n"},
};

static void splits_at_any_line_ending(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(endings); i++) {
		struct gv_log *log = open_text(gv_span_of(endings[i].text));
		struct gv_buf list = list_lines(log);
		assert_span(gv_buf_span(&list), gv_span_of(endings[i].want));
		gv_buf_dispose(&list);
		gv_log_close(log);
	}
}

static void keeps_nul_bytes(void **state)
{
	(void)state;
	struct gv_log_entry entry;
	struct gv_log *log = open_text(SPAN("2023-09-04T18:43:25.387Z In(05) vmx a\0b\n\0\0"));
	assert_true(gv_log_next(log, &entry));
	assert_span(entry.text, SPAN("a\0b"));
	assert_true(gv_log_next(log, &entry));
	assert_span(entry.text, SPAN("\0\0"));
	assert_false(gv_log_next(log, &entry));
	gv_log_close(log);
}

/* A log is the same whatever portions the file comes in. */
static void reads_files_in_any_portions(void **state)
{
	static const char bytes[] = "ab\r\n\r\n";
	char *path = path_join(*state, "vmware.log");
	uint64_t seed = 7;
	for (int round = 0; round < 200; round++) {
		struct gv_buf text = {0};
		struct gv_log *log = NULL;
		for (size_t size = random_next(&seed) % 60; size > 0; size--)
			gv_buf_char(&text, bytes[random_next(&seed) % (sizeof bytes - 1)]);
		file_write(path, gv_buf_span(&text));
		read_most = 1 + random_next(&seed) % 7;
		assert_int_equal(gv_log_open(&log, path, NULL), GV_OK);
		struct gv_buf have = list_lines(log);
		assert_null(gv_log_failure(log));
		gv_log_close(log);
		log = open_text(gv_buf_span(&text));
		struct gv_buf want = list_lines(log);
		assert_span(gv_buf_span(&have), gv_buf_span(&want));
		gv_log_close(log);
		gv_buf_dispose(&have);
		gv_buf_dispose(&want);
		gv_buf_dispose(&text);
	}
	free(path);
}

/* Reads a line of SIZE bytes and ENDING with a short one behind it. */
static void check_long_line(size_t size, const char *ending)
{
	struct gv_buf text = {0};
	struct gv_log_entry entry;
	for (size_t i = 0; i < size; i++)
		gv_buf_char(&text, 'x');
	gv_buf_text(&text, ending);
	gv_buf_text(&text, "next");
	struct gv_log *log = open_text(gv_buf_span(&text));
	assert_true(gv_log_next(log, &entry));
	assert_int_equal(entry.text.len, size < GV_LOG_LINE_LIMIT ? size : GV_LOG_LINE_LIMIT);
	assert_int_equal(entry.cut, size >= GV_LOG_LINE_LIMIT);
	assert_true(gv_log_next(log, &entry));
	assert_int_equal(entry.line, 2);
	assert_span(entry.text, SPAN("next"));
	assert_false(entry.cut);
	assert_false(gv_log_next(log, &entry));
	gv_log_close(log);
	gv_buf_dispose(&text);
}

static void cuts_only_lines_above_the_limit(void **state)
{
	static const char *const ends[] = {"\n", "\r\n", "\r"};
	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		for (size_t size = GV_LOG_LINE_LIMIT - 3; size < GV_LOG_LINE_LIMIT + 3; size++)
			check_long_line(size, ends[i]);
		check_long_line(5 * GV_LOG_LINE_LIMIT + 1, ends[i]);
	}
}

static void tells_why_a_file_cannot_be_read(void **state)
{
	struct gv_error err = {0};
	struct gv_log *log = NULL;
	struct gv_log_entry entry;
	char *path = path_join(*state, "vmware.log");
	assert_int_equal(gv_log_open(&log, path, &err), GV_ESYSTEM);
	assert_int_equal(err.code, ENOENT);
	err = (struct gv_error){0};
	assert_int_equal(gv_log_open(&log, *state, &err), GV_EINVAL);
	assert_string_equal(err.message, "is a folder");
	err = (struct gv_error){0};
	assert_int_equal(gv_log_open(&log, "/dev/null", &err), GV_EINVAL);
	assert_string_equal(err.message, "is not a regular file");
	assert_null(log);
	file_write(path, SPAN("a\nb\nc"));
	read_most = 3;
	read_code = EIO;
	assert_int_equal(gv_log_open(&log, path, NULL), GV_OK);
	assert_true(gv_log_next(log, &entry));
	assert_span(entry.text, SPAN("a"));
	assert_true(gv_log_next(log, &entry));
	assert_false(gv_log_next(log, &entry));
	assert_int_equal(gv_log_failure(log)->code, EIO);
	gv_log_close(log);
	free(path);
}

enum { GIANT = (100 << 20) / MANY_DIVISOR, SMALL_GIANT = GIANT / 32 };

/*
 * What stays of a buffer is moved at each read, at most GV_LOG_LINE_LIMIT bytes: few reads are
 * linear time. Each gives half a buffer on average at least.
 */
static void check_giant(const char *path, size_t size, const char *unit, size_t len,
                        size_t lines_of_unit)
{
	struct gv_log *log = NULL;
	struct gv_log_entry entry;
	uint64_t lines = 0;
	read_count = 0;
	giant.unit = unit;
	giant.len = len;
	giant.size = size / len * len;
	giant.at = 0;
	assert_int_equal(gv_log_open(&log, path, NULL), GV_OK);
	while (gv_log_next(log, &entry))
		lines++;
	assert_null(gv_log_failure(log));
	gv_log_close(log);
	giant.unit = NULL;
	assert_int_equal(lines, giant.size / len * lines_of_unit);
	assert_true(read_count <= 2 * giant.size / GV_LOG_LINE_LIMIT + 3);
}

static void reads_100_megabytes_in_linear_time(void **state)
{
	static const char talk[] = "2023-09-04T18:43:25.387Z In(05) vmx a line\r\n";
	char *path = path_join(*state, "vmware.log");
	struct gv_buf line = {0};
	file_write(path, SPAN("x"));
	check_giant(path, GIANT, talk, sizeof talk - 1, 1);
	check_giant(path, SMALL_GIANT, "\r", 1, 1);
	check_giant(path, SMALL_GIANT, "\n\r\n", 3, 2);
	/* The worst: as much as can be has to be moved. */
	for (size_t i = 0; i < GV_LOG_LINE_LIMIT / 2; i++)
		gv_buf_char(&line, 'x');
	gv_buf_char(&line, '\n');
	check_giant(path, GIANT, line.at, line.len, 1);
	gv_buf_dispose(&line);
	free(path);
}

/* ---- times ---- */

static const struct {
	const char *time;
	uint64_t milliseconds; /* 0: none */
} times[] = {
	{"2000-01-01T00:00:00.000Z", 946684800000},
	{"2012-05-25T12:10:50.125-06:00", 1337969450125},
	{"2024-02-29T23:59:59.999+05:30", 1709231399999},
	{"2024-03-01T00:00:00.000Z", 1709251200000},
	{"2023-03-01T00:00:00.000Z", 1677628800000},
	{"2100-12-31T12:00:00.500Z", 4133937600500},
	{"Aug 18 10:01:58.124", 0},
	{"2012-05-25T12:10:50.125", 0},
	{"2012-13-25T12:10:50.125Z", 0},
	{"2012-00-25T12:10:50.125Z", 0},
	{"2012-05-25T24:10:50.125Z", 0},
	{"2012-05-25T12:10:50.125+0600", 0},
	{"2012-05-25T12:10:50.125+06:00x", 0},
	{"2012-05-25T12:10:50.12Z", 0},
	{"1960-05-25T12:10:50.125Z", 0},
	{"2012-05-25 12:10:50.125Z", 0},
	{"", 0},
};

static void reads_times_with_a_zone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		uint64_t have = 7;
		bool good = gv_log_time(gv_span_of(times[i].time), &have);
		assert_int_equal(good, times[i].milliseconds != 0);
		assert_int_equal(have, good ? times[i].milliseconds * 1000000 : 7);
	}
}

/* ---- facts ---- */

static void reads_the_product(void **state)
{
	(void)state;
	struct gv_log_product product;
	struct gv_log_entry entry = {.text = SPAN(" Log for VMware Player pid=820 version=16.2.4 "
	                                          "build=build-20089737 option=Release")};
	assert_true(gv_log_read_product(&product, &entry));
	assert_span(product.name, SPAN("VMware Player"));
	assert_span(product.version, SPAN("16.2.4"));
	assert_span(product.build, SPAN("20089737"));
	assert_span(product.pid, SPAN("820"));
	entry.text = SPAN("Log for VMware");
	assert_true(gv_log_read_product(&product, &entry));
	assert_span(product.name, SPAN("VMware"));
	assert_int_equal(product.version.len + product.build.len + product.pid.len, 0);
	entry.text = SPAN("The Log for VMware Player pid=820");
	assert_false(gv_log_read_product(&product, &entry));
}

static const struct {
	const char *text;
	int kind; /* -1: none */
	const char *name, *value;
	const char *marks; /* q: quoted, u: unclosed, h: hidden */
} facts[] = {
	{"DICT --- CONFIGURATION C:\\VMs\\My VM\\My VM.vmx ", GV_LOG_SECTION, "CONFIGURATION",
         "C:\\VMs\\My VM\\My VM.vmx", ""},
	{"DICT --- USER PREFERENCES /home/a/.vmware/preferences", GV_LOG_SECTION,
         "USER PREFERENCES", "/home/a/.vmware/preferences", ""},
	{"DICT --- NON PERSISTENT (null)", GV_LOG_SECTION, "NON PERSISTENT", "(null)", ""},
	{"DICT --- COMMAND LINE", GV_LOG_SECTION, "COMMAND LINE", "", ""},
	{"DICT --- CONFIGURATION", GV_LOG_SECTION, "CONFIGURATION", "", ""},
	{" DICT --- CONFIGURATION /A B.vmx", GV_LOG_SECTION, "CONFIGURATION", "/A B.vmx", ""},
	{"DICT --- ", GV_LOG_SECTION, "", "", ""},
	{"DICT            mks.enable3d = \"TRUE\"", GV_LOG_VALUE, "mks.enable3d", "TRUE", "q"},
	{"DICT            mks.enable3d = TRUE", GV_LOG_VALUE, "mks.enable3d", "TRUE", ""},
	{"DICT vmotion.svga.maxForcedSampleCount = \"8\" ", GV_LOG_VALUE,
         "vmotion.svga.maxForcedSampleCount", "8", "q"},
	{"DICT a = \"\"", GV_LOG_VALUE, "a", "", "q"},
	{"DICT a = ", GV_LOG_VALUE, "a", "", ""},
	{"DICT a =", GV_LOG_VALUE, "a", "", ""},
	{"DICT a = \"say \"hi\" = x\"", GV_LOG_VALUE, "a", "say \"hi\" = x", "q"},
	{"DICT a = \"first line", GV_LOG_VALUE, "a", "first line", "qu"},
	{"DICT a = \"", GV_LOG_VALUE, "a", "", "qu"},
	{"DICT encryption.data = <not printed>", GV_LOG_VALUE, "encryption.data", "", "h"},
	{"DICT a = \"<not printed>\"", GV_LOG_VALUE, "a", "<not printed>", "q"},
	{"DICT a", -1, "", "", ""},
	{"DICT  = \"b\"", -1, "", "", ""},
	{"DICTIONARY a = b", -1, "", "", ""},
	{"ConfigDB: Setting vmotion.svga.supports3D = \"1\"", GV_LOG_SET, "vmotion.svga.supports3D",
         "1", "q"},
	{"ConfigDB: Setting guestInfo.detailed.data = <not printed>", GV_LOG_SET,
         "guestInfo.detailed.data", "", "h"},
	{"ConfigDB: Unsetting \"sensor.compass\"", GV_LOG_UNSET, "sensor.compass", "", ""},
	{"ConfigDB: Unsetting all entries with prefix \"usb:0.\"", GV_LOG_UNSET_PREFIX, "usb:0.",
         "", ""},
	{"ConfigDB: Unsetting all entries with prefix \"usb:0.", -1, "", "", ""},
	{"ConfigDB: Unsetting \"x", -1, "", "", ""},
	{"ConfigDB: Failed to load C:\\config.ini", -1, "", "", ""},
	{"ConfigDB: ", -1, "", "", ""},
	{"", -1, "", "", ""},
};

static void reads_what_is_told_of_the_configuration(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(facts); i++) {
		struct gv_log_fact fact = {.kind = GV_LOG_SECTION};
		struct gv_log_entry entry = {.text = gv_span_of(facts[i].text)};
		bool told = gv_log_read_fact(&fact, &entry);
		assert_int_equal(told ? (int)fact.kind : -1, facts[i].kind);
		assert_span(fact.name, gv_span_of(facts[i].name));
		assert_span(fact.value, gv_span_of(facts[i].value));
		assert_int_equal(fact.quoted, strchr(facts[i].marks, 'q') != NULL);
		assert_int_equal(fact.unclosed, strchr(facts[i].marks, 'u') != NULL);
		assert_int_equal(fact.hidden, strchr(facts[i].marks, 'h') != NULL);
	}
}

static void a_cut_line_gives_no_whole_value(void **state)
{
	(void)state;
	struct gv_log_fact fact = {0};
	struct gv_log_entry entry = {.text = SPAN("DICT a = \"b\""), .cut = true};
	assert_true(gv_log_read_fact(&fact, &entry));
	assert_true(fact.unclosed);
	entry.text = SPAN("DICT a = b");
	assert_true(gv_log_read_fact(&fact, &entry));
	assert_true(fact.unclosed);
	entry.text = SPAN("ConfigDB: Unsetting \"x\"");
	assert_false(gv_log_read_fact(&fact, &entry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_prefixes_of_all_products),
		cmocka_unit_test(splits_at_any_line_ending),
		cmocka_unit_test(keeps_nul_bytes),
		cmocka_unit_test_setup_teardown(reads_files_in_any_portions, set_up, tear_down),
		cmocka_unit_test(cuts_only_lines_above_the_limit),
		cmocka_unit_test_setup_teardown(reads_100_megabytes_in_linear_time, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(tells_why_a_file_cannot_be_read, set_up, tear_down),
		cmocka_unit_test(reads_times_with_a_zone),
		cmocka_unit_test(reads_the_product),
		cmocka_unit_test(reads_what_is_told_of_the_configuration),
		cmocka_unit_test(a_cut_line_gives_no_whole_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
