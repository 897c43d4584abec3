/* A configuration rebuilt from a log: what is taken, what is replayed, what is lost. */
#include "support.h"

#include <stdio.h>

#include "rescue/rebuild.h"

#define VMX      "2023-09-04T18:43:25.387Z In(05) vmx "
#define DUMP     VMX "DICT --- CONFIGURATION /vms/my.vmx \n"
#define END      VMX "DICT --- USER DEFAULTS /home/a/.vmware/config \n"
#define ENCODING ".encoding = \"UTF-8\"\n"

static struct rescue_rebuilt rebuilt;

static enum gv_status rebuild(const char *text, const char *ending, uint64_t max_size)
{
	struct gv_log *log = NULL;
	struct gv_error err = {0};
	assert_int_equal(gv_log_open_text(&log, gv_span_of(text), &err), GV_OK);
	rescue_rebuilt_dispose(&rebuilt);
	enum gv_status status = rescue_rebuild(&rebuilt, log, gv_span_of(ending), max_size, &err);
	gv_log_close(log);
	return status;
}

static int tear_down(void **state)
{
	(void)state;
	rescue_rebuilt_dispose(&rebuilt);
	return 0;
}

/* The names that are lost, as "a b?", where "?" marks those that are not hidden but broken. */
static void assert_lost(const char *want)
{
	struct gv_buf have = {0};
	gv_buf_text(&have, "");
	for (size_t i = 0; i < rebuilt.lost_count; i++) {
		gv_buf_text(&have, i == 0 ? "" : " ");
		gv_buf_add(&have, rebuilt.lost[i].name);
		gv_buf_text(&have, rebuilt.lost[i].hidden ? "" : "?");
	}
	assert_string_equal(have.at, want);
	gv_buf_dispose(&have);
}

static void what_is_rebuilt(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *log;
		const char *text; /* behind .encoding */
		const char *lost;
	} table[] = {
		{"the dump in its order", DUMP VMX "DICT  b = \"2\"\n" VMX "DICT  a = \"1\"\n" END,
	         "b = \"2\"\na = \"1\"\n", ""},
		{"values are escaped", DUMP VMX "DICT  a = \"x\"y|z\"\n" END, "a = \"x|22y|7Cz\"\n",
	         ""},
		{"backslashes are not", DUMP VMX "DICT  a = \"C:\\b\"\n" END, "a = \"C:\\b\"\n",
	         ""},
		{"values without quotes, of old products",
	         "Aug 18 10:01:58.124: vmx| DICT --- CONFIGURATION\n"
	         "Aug 18 10:01:58.124: vmx| DICT  displayName = Two words\n"
	         "Aug 18 10:01:58.124: vmx| DICT --- USER DEFAULTS\n",
	         "displayName = \"Two words\"\n", ""},
		{"the newest product",
	         "2026-01-09T08:08:30.173Z -INFO vmware-vmx 1 [ws@4413 threadName=\"vmx\"] "
	         "DICT --- CONFIGURATION /vms/my.vmx \n"
	         "2026-01-09T08:08:30.173Z -INFO vmware-vmx 1 [ws@4413 threadName=\"vmx\"] "
	         "DICT     a = \"1\"\n",
	         "a = \"1\"\n", ""},
		{"an empty value", DUMP VMX "DICT  a = \"\"\n" END, "a = \"\"\n", ""},
		{"other sections are not the machine",
	         VMX "DICT --- USER PREFERENCES /x\n" VMX "DICT  p = \"1\"\n" DUMP VMX
	             "DICT  a = \"1\"\n" END VMX "DICT  u = \"1\"\n",
	         "a = \"1\"\n", ""},
		{"other lines within the dump",
	         DUMP VMX "some other thread\n" VMX "DICT  a = \"1\"\n" END, "a = \"1\"\n", ""},
		{"the file declares its encoding once",
	         DUMP VMX "DICT  .encoding = \"GBK\"\n" VMX "DICT  a = \"1\"\n" END, "a = \"1\"\n",
	         ""},
		{"a change behind the dump",
	         DUMP VMX "DICT  a = \"1\"\n" END VMX "ConfigDB: Setting A = \"2\"\n",
	         "a = \"2\"\n", ""},
		{"a change before the dump is in it",
	         VMX "ConfigDB: Setting a = \"0\"\n" VMX "ConfigDB: Unsetting \"a\"\n" DUMP VMX
	             "DICT  a = \"1\"\n" END,
	         "a = \"1\"\n", ""},
		{"a new key is appended",
	         DUMP VMX "DICT  a = \"1\"\n" END VMX "ConfigDB: Setting b = \"2\"\n",
	         "a = \"1\"\nb = \"2\"\n", ""},
		{"unset",
	         DUMP VMX "DICT  a = \"1\"\n" VMX "DICT  b = \"1\"\n" END VMX
	                  "ConfigDB: Unsetting \"A\"\n" VMX "ConfigDB: Unsetting \"none\"\n",
	         "b = \"1\"\n", ""},
		{"unset and set again",
	         DUMP VMX "DICT  a = \"1\"\n" END VMX "ConfigDB: Unsetting \"a\"\n" VMX
	                  "ConfigDB: Setting a = \"3\"\n",
	         "a = \"3\"\n", ""},
		{"a family unset",
	         DUMP VMX "DICT  usb:0.a = \"1\"\n" VMX "DICT  usb:00.a = \"1\"\n" VMX
	                  "DICT  USB:0.b = \"1\"\n" END VMX
	                  "ConfigDB: Unsetting all entries with prefix \"usb:0.\"\n",
	         "usb:00.a = \"1\"\n", ""},
		{"a family unset and one set again",
	         DUMP VMX "DICT  usb:0.a = \"1\"\n" VMX "DICT  usb:0.b = \"1\"\n" END VMX
	                  "ConfigDB: Unsetting all entries with prefix \"usb:0.\"\n" VMX
	                  "ConfigDB: Setting usb:0.b = \"2\"\n",
	         "usb:0.b = \"2\"\n", ""},
		{"a family unset twice",
	         DUMP VMX "DICT  u.a = \"1\"\n" END VMX
	                  "ConfigDB: Unsetting all entries with prefix \"u.\"\n" VMX
	                  "ConfigDB: Setting u.a = \"2\"\n" VMX
	                  "ConfigDB: Unsetting all entries with prefix \"u.\"\n",
	         "", ""},
		{"nested families",
	         DUMP VMX "DICT  ab = \"1\"\n" VMX "DICT  abc = \"1\"\n" VMX
	                  "DICT  b = \"1\"\n" END VMX
	                  "ConfigDB: Unsetting all entries with prefix \"abc\"\n" VMX
	                  "ConfigDB: Unsetting all entries with prefix \"a\"\n",
	         "b = \"1\"\n", ""},
		{"what is hidden is lost",
	         DUMP VMX "DICT  annotation = <not printed>\n" VMX "DICT  a = \"1\"\n" END,
	         "a = \"1\"\n", "annotation"},
		{"a hidden change makes the value unknown",
	         DUMP VMX "DICT  a = \"1\"\n" END VMX "ConfigDB: Setting a = <not printed>\n", "",
	         "a"},
		{"what was hidden may be set openly",
	         DUMP VMX "DICT  a = <not printed>\n" END VMX "ConfigDB: Setting a = \"1\"\n",
	         "a = \"1\"\n", ""},
		{"what was hidden and unset is not lost",
	         DUMP VMX "DICT  a = <not printed>\n" END VMX "ConfigDB: Unsetting \"a\"\n", "",
	         ""},
		{"a value that is cut", DUMP VMX "DICT  a = \"1\n" VMX "DICT  b = \"1\"\n" END,
	         "b = \"1\"\n", "a?"},
		{"bytes that are no UTF-8",
	         DUMP VMX "DICT  a = \"\xB5\"\n" VMX "DICT  b = \"\xC2\xB5\"\n" END,
	         "b = \"\xC2\xB5\"\n", "a?"},
		{"a name that no file can have", DUMP VMX "DICT  a#b = \"1\"\n" END, "", "a#b?"},
		{"a second dump says all anew",
	         DUMP VMX "DICT  a = \"1\"\n" VMX "DICT  b = \"1\"\n" END VMX
	                  "ConfigDB: Setting c = \"1\"\n" DUMP VMX "DICT  a = \"2\"\n" END,
	         "a = \"2\"\n", ""},
		{"what mksSandbox dumps does not count",
	         DUMP VMX "DICT  a = \"1\"\n" END
	                  "2023-09-04T18:43:25.387Z In(05) mks mksSandboxLog: "
	                  "ConfigDB: Setting a = \"2\"\n",
	         "a = \"1\"\n", ""},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct gv_buf want = {0};
		gv_buf_text(&want, ENCODING);
		gv_buf_text(&want, table[i].text);
		print_message("%s\n", table[i].name);
		assert_int_equal(rebuild(table[i].log, "\n", 10000), GV_OK);
		assert_true(rebuilt.has_dump);
		assert_span(gv_buf_span(&rebuilt.text), gv_buf_span(&want));
		assert_lost(table[i].lost);
		gv_buf_dispose(&want);
	}
}

static void line_endings_are_those_of_the_system(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		const char *given;
		const char *ending;
	} table[] = {
		{"/vms/my.vmx", "", "\n"},
		{"C:\\vms\\my.vmx", "", "\r\n"},
		{"\\\\server\\my.vmx", "", "\r\n"},
		{"C:/vms/my.vmx", "", "\r\n"},
		{"", "", "\n"},
		{"C:\\vms\\my.vmx", "\n", "\n"},
		{"/vms/my.vmx", "\r\n", "\r\n"},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		char log[200];
		char want[40];
		snprintf(log, sizeof log, VMX "DICT --- CONFIGURATION %s \n" END, table[i].path);
		snprintf(want, sizeof want, ".encoding = \"UTF-8\"%s", table[i].ending);
		assert_int_equal(rebuild(log, table[i].given, 10000), GV_OK);
		assert_span(gv_buf_span(&rebuilt.text), gv_span_of(want));
		assert_span(rebuilt.config_path, gv_span_of(table[i].path));
	}
}

static void without_a_dump_there_is_nothing(void **state)
{
	(void)state;
	static const char *const logs[] = {"", "no log\n", VMX "ConfigDB: Setting a = \"1\"\n",
	                                   VMX "DICT --- USER PREFERENCES /x\n" VMX
	                                       "DICT  a = \"1\"\n"};
	for (size_t i = 0; i < COUNT(logs); i++) {
		assert_int_equal(rebuild(logs[i], "", 10000), GV_OK);
		assert_false(rebuilt.has_dump);
		assert_int_equal(rebuilt.text.len, 0);
	}
}

static void a_log_that_breaks_off_amid_the_dump_says_so(void **state)
{
	(void)state;
	assert_int_equal(rebuild(DUMP VMX "DICT  a = \"1\"\n", "", 10000), GV_OK);
	assert_true(rebuilt.ends_amid_dump);
	assert_int_equal(rebuild(DUMP VMX "DICT  a = \"1\"\n" END, "", 10000), GV_OK);
	assert_false(rebuilt.ends_amid_dump);
}

static void changes_are_counted_and_dated(void **state)
{
	(void)state;
	static const char log[] =
		"2023-09-04T18:43:01.000Z In(05) vmx ConfigDB: Setting a = \"0\"\n"
		"2023-09-04T18:43:02.000Z In(05) vmx DICT --- CONFIGURATION /my.vmx \n"
		"2023-09-04T18:43:03.000Z In(05) vmx DICT  a = \"1\"\n"
		"2023-09-04T18:43:04.000Z In(05) vmx DICT --- USER DEFAULTS /x\n"
		"2023-09-04T18:43:05.000Z In(05) vmx ConfigDB: Setting a = \"2\"\n"
		"2023-09-04T18:43:06.000Z In(05) vmx ConfigDB: Unsetting \"b\"\n"
		"2023-09-04T18:43:07.000Z In(05) vmx something else\n";
	assert_int_equal(rebuild(log, "", 10000), GV_OK);
	assert_int_equal(rebuilt.changes, 2);
	assert_true(rebuilt.time == UINT64_C(1693852986000000000));
}

/* Products before 8 write no year. */
static void a_time_without_a_year_is_none(void **state)
{
	(void)state;
	assert_int_equal(rebuild("Aug 18 10:01:58.124: vmx| DICT --- CONFIGURATION\n", "", 10000),
	                 GV_OK);
	assert_true(rebuilt.time == 0);
}

static void a_limit_is_kept(void **state)
{
	(void)state;
	static const char log[] = DUMP VMX "DICT  name = \"0123456789\"\n" END;
	assert_int_equal(rebuild(log, "", 14), GV_OK);
	assert_int_equal(rebuild(log, "", 13), GV_ETOOBIG);
}

/* A key that is set again and again takes the room of its last value. */
static void values_that_go_do_not_count(void **state)
{
	(void)state;
	struct gv_buf log = {0};
	gv_buf_text(&log, DUMP END);
	for (int i = 0; i < 1000; i++)
		gv_buf_format(&log, VMX "ConfigDB: Setting a = \"%d\"\n", i);
	assert_int_equal(rebuild(log.at, "\n", 20), GV_OK);
	assert_span(gv_buf_span(&rebuilt.text), SPAN(ENCODING "a = \"999\"\n"));
	gv_buf_dispose(&log);
}

/* Looking at every key for every family would take minutes. */
static void many_families_take_linear_time(void **state)
{
	(void)state;
	const int many = 100000 / MANY_DIVISOR;
	struct gv_buf log = {0};
	gv_buf_text(&log, DUMP);
	for (int i = 0; i < many; i++)
		gv_buf_format(&log, VMX "DICT  key%d.a = \"1\"\n", i);
	gv_buf_text(&log, END);
	for (int i = 1; i < many; i++)
		gv_buf_format(&log, VMX "ConfigDB: Unsetting all entries with prefix \"key%d.\"\n",
		              i);
	assert_int_equal(rebuild(log.at, "\n", 1 << 30), GV_OK);
	assert_span(gv_buf_span(&rebuilt.text), SPAN(ENCODING "key0.a = \"1\"\n"));
	gv_buf_dispose(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_is_rebuilt, tear_down),
		cmocka_unit_test_teardown(line_endings_are_those_of_the_system, tear_down),
		cmocka_unit_test_teardown(without_a_dump_there_is_nothing, tear_down),
		cmocka_unit_test_teardown(a_log_that_breaks_off_amid_the_dump_says_so, tear_down),
		cmocka_unit_test_teardown(changes_are_counted_and_dated, tear_down),
		cmocka_unit_test_teardown(a_time_without_a_year_is_none, tear_down),
		cmocka_unit_test_teardown(a_limit_is_kept, tear_down),
		cmocka_unit_test_teardown(values_that_go_do_not_count, tear_down),
		cmocka_unit_test_teardown(many_families_take_linear_time, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
