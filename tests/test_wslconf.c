/* gpupv/wslconf.h: .wslconfig and wsl.conf as WSL reads them, and edits that change nothing else.
 */
#include "support.h"

#include "gpupv/wslconf.h"

static void a_file_says_what_wsl_makes_of_it(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool windows;
		bool on;
		const char *value;
		uint32_t line; /* of the first note; 0: none */
		const char *note;
	} rows[] = {
		{"", true, true, "gpuSupport is not set: true", 0, NULL},
		{"[wsl2]\ngpuSupport=false\n", true, false, "gpuSupport is false", 0, NULL},
		{"\xEF\xBB\xBF[WSL2]\r\nGPUSUPPORT = FALSE # no\r\n", true, false,
	         "gpuSupport is false", 0, NULL},
		{"[wsl2]\ngpuSupport=1", true, true, "gpuSupport is true", 0, NULL},
		{"[wsl2]\ngpuSupport = \"0\"\n", true, false, "gpuSupport is false", 0, NULL},
		{"[wsl2] # here\n  gpuSupport\t=\tfal\\\n  se\n", true, true,
	         "gpuSupport is neither true nor false: true", 2,
	         "gpuSupport has neither true nor false: WSL warns and leaves it at true"},
		{"[wsl2]\ngpuSupport=fal\\\r\nse\n", true, false, "gpuSupport is false", 0, NULL},
		{"[wsl2]\ngpuSupport=flase\n", true, true,
	         "gpuSupport is neither true nor false: true", 2,
	         "gpuSupport has neither true nor false: WSL warns and leaves it at true"},
		{"[wsl2]\ngpuSupport=true\ngpuSupport=false\n", true, true, "gpuSupport is true", 3,
	         "gpuSupport stands again: WSL takes the first and not this one"},
		{"[wsl2]\ngpuSupport=true\n[x]\n[wsl2]\ngpuSupport=true\n", true, true,
	         "gpuSupport is true", 5,
	         "gpuSupport stands again: WSL takes the first and not this one"},
		{"gpuSupport=false\n[wsl]\ngpuSupport=false\n", true, true,
	         "gpuSupport is not set: true", 0, NULL},
		{"#[wsl2]\n#gpuSupport=false\n[a]\n", true, true, "gpuSupport is not set: true", 0,
	         NULL},
		{"[wsl2]\nsafeMode=true\ngpuSupport=true", true, false, "gpuSupport is true", 2,
	         "safeMode is on: it keeps the GPU off whatever gpuSupport says"},
		{"[wsl2]\n; no comment\ngpuSupport=false", true, false, "gpuSupport is false", 2,
	         "WSL does not know this line and passes it over"},
		{"[wsl2]\nkernel=C:\\Temp\ngpuSupport=false", true, false, "gpuSupport is false", 2,
	         "WSL does not know this line and passes it over"},
		{"[wsl2]\nkernel=\"open\ngpuSupport=false", true, false, "gpuSupport is false", 2,
	         "WSL does not know this line and passes it over"},
		/* A comment goes over a lone CR, a value does not. */
		{"[wsl2]\n# a\rgpuSupport=false\n", true, true, "gpuSupport is not set: true", 0,
	         NULL},
		{"[wsl2]\ra=b\rgpuSupport=false\r", true, false, "gpuSupport is false", 0, NULL},
		/* What WSL's reader keeps of a section that is wrong. */
		{"[wsl2]\n[wsl2 x]\ngpuSupport=false", true, false, "gpuSupport is false", 2,
	         "WSL does not know this line and passes it over"},
		{"[wsl2]\n[ab c]\ngpuSupport=false", true, true, "gpuSupport is not set: true", 2,
	         "WSL does not know this line and passes it over"},
		{"[wsl2]\n\x1A\ngpuSupport=false", true, true, "gpuSupport is not set: true", 0,
	         NULL},
		{"[gpu]\nenabled=false\n", false, false, "enabled is false", 0, NULL},
		{"[gpu]\nenabled=true\nappendLibPath = false", false, true, "enabled is true", 3,
	         "appendLibPath is off: programs do not find the GPU's libraries by themselves"},
		{"[boot]\n; systemd\n[gpu]\nenabled=false\n", false, true,
	         "enabled is not set: true", 2,
	         "WSL does not know this line and reads nothing behind it"},
		{"[gpu]\r\nenabled=false\r\nsystemd\r\n", false, false, "enabled is false", 3,
	         "WSL does not know this line and reads nothing behind it"},
		{"\xEF\xBB\xBF[gpu]\nenabled=false\n", false, true, "enabled is not set: true", 1,
	         "WSL does not know this line and reads nothing behind it"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_gpufile_setting setting = {0};
		struct gv_error err = {0};
		(rows[i].windows ? wslconfig_read : wslconf_read)(&setting,
		                                                  gv_span_of(rows[i].text), &err);
		assert_string_equal(err.message, "");
		assert_string_equal(setting.value, rows[i].value);
		assert_int_equal(setting.power, rows[i].on ? GV_GPUFILE_IS_ON : GV_GPUFILE_IS_OFF);
		assert_int_equal(setting.note_count, rows[i].note != NULL);
		if (rows[i].note != NULL) {
			assert_string_equal(setting.notes[0].message, rows[i].note);
			assert_int_equal(setting.notes[0].line, rows[i].line);
		}
		gv_gpufile_setting_dispose(&setting);
	}
}

static void only_what_is_wanted_changes(void **state)
{
	(void)state;
	static const struct {
		const char *before;
		bool windows;
		bool on;
		const char *after; /* NULL: the same */
	} rows[] = {
		{"[wsl2]\r\n\tGpuSupport =\ttrue  # why\r\nmemory=4GB\r\n", true, false,
	         "[wsl2]\r\n\tGpuSupport =\tfalse  # why\r\nmemory=4GB\r\n"},
		{"[wsl2]\ngpuSupport=0", true, true, "[wsl2]\ngpuSupport=true"},
		{"[wsl2]\ngpuSupport=\"true\" # x", true, false,
	         "[wsl2]\ngpuSupport=\"false\" # x"},
		{"[wsl2]\ngpuSupport=\n", true, false, "[wsl2]\ngpuSupport=false\n"},
		{"[wsl2]\ngpuSupport=#x\n", true, true, "[wsl2]\ngpuSupport=true#x\n"},
		{"[wsl2]\ngpuSupport=fal\\\r\nse\r\na=b\r\n", true, true,
	         "[wsl2]\ngpuSupport=true\r\na=b\r\n"},
		{"[wsl2]\ngpuSupport=true\ngpuSupport=true\n", true, false,
	         "[wsl2]\ngpuSupport=false\ngpuSupport=true\n"},
		{"[wsl2]\ngpuSupport=flase\n", true, true, "[wsl2]\ngpuSupport=true\n"},
		/* A line that is missing. */
		{"[wsl2]\r\nmemory = 4GB # m\xC3\xA4\xC3\xA4r\r\n\r\n# end\r\n[x]\r\na = b", true,
	         false,
	         "[wsl2]\r\nmemory = 4GB # m\xC3\xA4\xC3\xA4r\r\ngpuSupport = false\r\n\r\n# end\r\n[x]\r\na = b"},
		{"[wsl2]\n  memory=4GB", true, false, "[wsl2]\n  memory=4GB\n  gpuSupport=false"},
		{"[wsl2]", true, false, "[wsl2]\r\ngpuSupport=false"},
		{"[gpu] # g\n[boot]\n", false, false, "[gpu] # g\nenabled=false\n[boot]\n"},
		{"[a]\nb=c", true, false, "[a]\nb=c\n\n[wsl2]\ngpuSupport=false"},
		{"[a]\nb : c\nd = e\n", true, false,
	         "[a]\nb : c\nd = e\n\n[wsl2]\ngpuSupport = false\n"},
		{"# only\r\n", false, false, "# only\r\n\r\n[gpu]\r\nenabled=false\r\n"},
		{"\xEF\xBB\xBF", true, false, "\xEF\xBB\xBF[wsl2]\r\ngpuSupport=false\r\n"},
		{"", true, false, "[wsl2]\r\ngpuSupport=false\r\n"},
		{"", false, false, "[gpu]\nenabled=false\n"},
		{"[wsl2]\na=b\n; no\n", true, false, "[wsl2]\na=b\ngpuSupport=false\n; no\n"},
		{"[gpu]\nenabled=true\nwrong\n", false, false, "[gpu]\nenabled=false\nwrong\n"},
		/* Nothing to do: on is the default. */
		{"", true, true, NULL},
		{"[wsl2]\nmemory=1GB\n", true, true, NULL},
		{"[wsl2]\ngpusupport=TRUE", true, true, NULL},
		{"[gpu]\nenabled=0", false, false, NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum gv_status (*plan)(struct gv_edits *, struct gv_span,
		                       const struct gv_gpufile_wish *, struct gv_error *) =
			rows[i].windows ? wslconfig_plan : wslconf_plan;
		struct gv_span before = gv_span_of(rows[i].before);
		struct gv_gpufile_wish wish = {.on = rows[i].on};
		struct gv_edits edits = {0};
		struct gv_edits more = {0};
		struct gv_buf after = {0};
		struct gv_error err = {0};
		plan(&edits, before, &wish, &err);
		assert_string_equal(err.message, "");
		assert_int_equal(gv_edits_apply(&edits, before, &after, NULL), GV_OK);
		assert_span(gv_buf_span(&after),
		            rows[i].after == NULL ? before : gv_span_of(rows[i].after));
		assert_int_equal(edits.count == 0, rows[i].after == NULL);
		assert_int_equal(plan(&more, gv_buf_span(&after), &wish, NULL), GV_OK);
		assert_int_equal(more.count, 0);
		gv_edits_dispose(&edits);
		gv_edits_dispose(&more);
		gv_buf_dispose(&after);
	}
}

static void a_line_that_wsl_would_not_read_is_refused(void **state)
{
	(void)state;
	static const struct {
		struct gv_span text;
		bool windows;
		enum gv_status status;
		uint32_t line;
		const char *message;
	} rows[] = {
		{{"[boot]\nwrong\n", 13},
	         false,
	         GV_EREFUSED,
	         2,
	         "WSL does not know this line and reads nothing behind it: correct it first"},
		{{"\xEF\xBB\xBF[gpu]\n", 9},
	         false,
	         GV_EREFUSED,
	         1,
	         "WSL does not know this line and reads nothing behind it: correct it first"},
		{{"[a]\nb=c\n\x1A", 9},
	         true,
	         GV_EREFUSED,
	         0,
	         "WSL would not read the line where it belongs: set gpuSupport in [wsl2] by hand"},
		{{"[a]\n# b\r", 8}, true, GV_OK, 0, ""},
		{{"\xFF\xFE[\0", 4}, true, GV_EPARSE, 1, "UTF-16: save it as UTF-8"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_gpufile_wish wish = {.on = false};
		struct gv_edits edits = {0};
		struct gv_error err = {0};
		assert_int_equal((rows[i].windows ? wslconfig_plan : wslconf_plan)(
					 &edits, rows[i].text, &wish, &err),
		                 rows[i].status);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.line, rows[i].line);
		gv_edits_dispose(&edits);
	}
}

static void many_repeated_lines_are_read_in_their_time(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	struct gv_gpufile_setting setting = {0};
	size_t count = 60000 / MANY_DIVISOR;
	gv_buf_text(&text, "[wsl2]\n");
	for (size_t i = 0; i < count; i++)
		gv_buf_text(&text, "gpuSupport=true\n");
	assert_int_equal(wslconfig_read(&setting, gv_buf_span(&text), NULL), GV_OK);
	assert_int_equal(setting.note_count, GV_GPUFILE_NOTES);
	assert_int_equal(setting.notes_left_out, count - 1 - GV_GPUFILE_NOTES);
	gv_gpufile_setting_dispose(&setting);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_what_wsl_makes_of_it),
		cmocka_unit_test(only_what_is_wanted_changes),
		cmocka_unit_test(a_line_that_wsl_would_not_read_is_refused),
		cmocka_unit_test(many_repeated_lines_are_read_in_their_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
