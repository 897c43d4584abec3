/* gpupv/sandbox.h: what a .wsb says, and edits that change nothing else, in any encoding. */
#include "support.h"

#include "gpupv/sandbox.h"

/* What TEXT, ASCII, is as UTF-16 with a byte order mark. */
static struct gv_buf widen(struct gv_span text, bool big)
{
	struct gv_buf out = {0};
	gv_buf_text(&out, big ? "\xFE\xFF" : "\xFF\xFE");
	for (size_t i = 0; i < text.len; i++) {
		if (big)
			gv_buf_char(&out, '\0');
		gv_buf_char(&out, text.at[i]);
		if (!big)
			gv_buf_char(&out, '\0');
	}
	return out;
}

static void a_file_says_what_is_documented(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum gv_gpufile_power power;
		const char *value;
		const char *note; /* NULL: none */
	} rows[] = {
		{"<Configuration/>", GV_GPUFILE_IS_OPEN,
	         "vGPU is not set: Default, which is documented as off since 2024", NULL},
		{"<Configuration><vGPU>Enable</vGPU></Configuration>", GV_GPUFILE_IS_ON,
	         "vGPU is Enable", NULL},
		{"<configuration><VGpu>\n  Disable\n</VGpu></configuration>", GV_GPUFILE_IS_OFF,
	         "vGPU is Disable", NULL},
		{"<Configuration><vGpu a='1'><!-- no --><![CDATA[Default]]></vGpu></Configuration>",
	         GV_GPUFILE_IS_OPEN, "vGPU is Default, which is documented as off since 2024",
	         NULL},
		{"<Configuration><vGPU>&#69;nable</vGPU></Configuration>", GV_GPUFILE_IS_ON,
	         "vGPU is Enable", NULL},
		{"<Configuration>\n<vGPU>enable</vGPU></Configuration>", GV_GPUFILE_IS_OPEN,
	         "vGPU is \"enable\"",
	         "vGPU is \"enable\": documented are Enable, Disable and Default, so spelt; "
	         "what Windows Sandbox makes of others is not known"},
		{"<Configuration><vGPU/></Configuration>", GV_GPUFILE_IS_OPEN, "vGPU is \"\"",
	         "vGPU is \"\": documented are Enable, Disable and Default, so spelt; what "
	         "Windows Sandbox makes of others is not known"},
		{"<Configuration><vGPU>Enable</vGPU>\n<vgpu>Enable</vgpu></Configuration>",
	         GV_GPUFILE_IS_OPEN, "vGPU stands 2 times",
	         "a second vGPU: which one counts is not known"},
		{"<Configuration><vGPU>En<!-- x -->able</vGPU></Configuration>", GV_GPUFILE_IS_OPEN,
	         "vGPU holds more than one text", "vGPU holds more than one text"},
		{"<Configuration><vGPU>Enable<b/></vGPU></Configuration>", GV_GPUFILE_IS_OPEN,
	         "vGPU holds more than one text", "vGPU holds more than one text"},
		{"<Configuration><a><vGPU>Enable</vGPU></a></Configuration>", GV_GPUFILE_IS_OPEN,
	         "vGPU is not set: Default, which is documented as off since 2024", NULL},
		{"<Configuration><!-- <vGPU>Enable</vGPU> --></Configuration>", GV_GPUFILE_IS_OPEN,
	         "vGPU is not set: Default, which is documented as off since 2024", NULL},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_gpufile_setting setting = {0};
		struct gv_error err = {0};
		sandbox_read(&setting, gv_span_of(rows[i].text), &err);
		assert_string_equal(err.message, "");
		assert_int_equal(setting.power, rows[i].power);
		assert_string_equal(setting.value, rows[i].value);
		assert_int_equal(setting.note_count, rows[i].note != NULL);
		if (rows[i].note != NULL)
			assert_string_equal(setting.notes[0].message, rows[i].note);
		gv_gpufile_setting_dispose(&setting);
	}
}

static void what_is_no_sandbox_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t line;
		uint32_t column;
		const char *message;
	} rows[] = {
		{"", 1, 1, "cannot be read as XML from here on: no element found"},
		{"<Configuration>", 1, 16, "cannot be read as XML from here on: no element found"},
		{"<Configuration>\n</Config>", 2, 3,
	         "cannot be read as XML from here on: mismatched tag"},
		{"<Configuration>&gpu;</Configuration>", 1, 16,
	         "cannot be read as XML from here on: undefined entity"},
		{"<Configuration/><Configuration/>", 1, 17,
	         "cannot be read as XML from here on: junk after document element"},
		{"<?xml version='1.0' encoding='windows-1252'?><Configuration/>", 1, 31,
	         "cannot be read as XML from here on: unknown encoding"},
		{"<?xml version='1.0' encoding='UTF-16'?><Configuration/>", 1, 31,
	         "cannot be read as XML from here on: encoding specified in XML declaration is "
	         "incorrect"},
		{"<Configuration>\xFF</Configuration>", 1, 16,
	         "cannot be read as XML from here on: not well-formed (invalid token)"},
		{"<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;&b;'>]><Configuration>&c;"
	         "</Configuration>",
	         1, 13,
	         "a document type, which no Windows Sandbox file needs and which could hold "
	         "anything: take it out"},
		{"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><Configuration/>", 1, 40,
	         "a document type, which no Windows Sandbox file needs and which could hold "
	         "anything: take it out"},
		{"<html/>", 1, 1,
	         "the outermost element is not Configuration: not a Windows Sandbox file"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_gpufile_setting setting = {0};
		struct gv_error err = {0};
		assert_int_equal(sandbox_read(&setting, gv_span_of(rows[i].text), &err), GV_EPARSE);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.line, rows[i].line);
		assert_int_equal(err.column, rows[i].column);
		gv_gpufile_setting_dispose(&setting);
	}
}

static const struct {
	const char *before;
	bool on;
	const char *after; /* NULL: the same */
} edit_rows[] = {
	{"<Configuration>\n  <vGPU>Default</vGPU>\n</Configuration>\n", true,
         "<Configuration>\n  <vGPU>Enable</vGPU>\n</Configuration>\n"},
	{"<Configuration>\r\n\t<VGpu >\r\n\t\tEnable\r\n\t</VGpu >\r\n</Configuration>", false,
         "<Configuration>\r\n\t<VGpu >\r\n\t\tDisable\r\n\t</VGpu >\r\n</Configuration>"},
	{"<Configuration><vGpu a='1' ><!-- <b> --><![CDATA[Default]]></vGpu></Configuration>", true,
         "<Configuration><vGpu a='1' ><!-- <b> --><![CDATA[Enable]]></vGpu></Configuration>"},
	{"<Configuration><vGPU><!-- x --> &#69;na&#98;le <!-- y --></vGPU></Configuration>", false,
         "<Configuration><vGPU><!-- x --> Disable <!-- y --></vGPU></Configuration>"},
	{"<Configuration><vGPU/></Configuration>", true,
         "<Configuration><vGPU>Enable</vGPU></Configuration>"},
	{"<Configuration><vGPU b=\"2\" /></Configuration>", false,
         "<Configuration><vGPU b=\"2\" >Disable</vGPU></Configuration>"},
	{"<Configuration><vGPU></vGPU></Configuration>", true,
         "<Configuration><vGPU>Enable</vGPU></Configuration>"},
	{"<Configuration><vGPU><!-- off --></vGPU></Configuration>", true,
         "<Configuration><vGPU>Enable<!-- off --></vGPU></Configuration>"},
	{"<Configuration><vGPU>En\nable</vGPU></Configuration>", true,
         "<Configuration><vGPU>Enable</vGPU></Configuration>"},
	/* Elements that are missing. */
	{"<Configuration>\n    <!-- mine -->\n    <Networking>Disable</Networking> <!-- n -->\n</Configuration>\n",
         true,
         "<Configuration>\n    <vGPU>Enable</vGPU>\n    <!-- mine -->\n    <Networking>Disable</Networking> <!-- n -->\n</Configuration>\n"},
	{"<?xml version=\"1.0\"?>\r\n<Configuration>\r\n</Configuration>", false,
         "<?xml version=\"1.0\"?>\r\n<Configuration>\r\n  <vGPU>Disable</vGPU>\r\n</Configuration>"},
	{"<!-- a -->\n<Configuration x='/'/>\n", true,
         "<!-- a -->\n<Configuration x='/'>\n  <vGPU>Enable</vGPU>\n</Configuration>\n"},
	{"<Configuration/>", true, "<Configuration><vGPU>Enable</vGPU></Configuration>"},
	{"<Configuration></Configuration>\n", true,
         "<Configuration>\n  <vGPU>Enable</vGPU>\n</Configuration>\n"},
	{"<Configuration><a/></Configuration>", false,
         "<Configuration><vGPU>Disable</vGPU><a/></Configuration>"},
	/* Nothing to do. */
	{"<Configuration><vGPU> Enable\n</vGPU></Configuration>", true, NULL},
	{"<Configuration><VGPU>Disable</VGPU></Configuration>", false, NULL},
};

/* BEFORE becomes AFTER, and then nothing is left to do. */
static void check_edit(struct gv_span before, bool on, struct gv_span after)
{
	struct gv_gpufile_wish wish = {.on = on};
	struct gv_edits edits = {0};
	struct gv_edits more = {0};
	struct gv_buf made = {0};
	struct gv_error err = {0};
	sandbox_plan(&edits, before, &wish, &err);
	assert_string_equal(err.message, "");
	assert_int_equal(gv_edits_apply(&edits, before, &made, NULL), GV_OK);
	assert_span(gv_buf_span(&made), after);
	assert_int_equal(edits.count == 0, gv_span_equal(before, after));
	assert_int_equal(sandbox_plan(&more, after, &wish, NULL), GV_OK);
	assert_int_equal(more.count, 0);
	gv_edits_dispose(&edits);
	gv_edits_dispose(&more);
	gv_buf_dispose(&made);
}

static void only_the_text_of_the_element_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(edit_rows); i++) {
		struct gv_span before = gv_span_of(edit_rows[i].before);
		const char *after = edit_rows[i].after;
		check_edit(before, edit_rows[i].on, after == NULL ? before : gv_span_of(after));
	}
}

static void utf_16_stays_utf_16(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(edit_rows); i++) {
		const char *text = edit_rows[i].after;
		for (int big = 0; big < 2; big++) {
			struct gv_buf before = widen(gv_span_of(edit_rows[i].before), big);
			struct gv_buf after =
				widen(gv_span_of(text == NULL ? edit_rows[i].before : text), big);
			assert_true(sandbox_is_wide(gv_buf_span(&before)));
			check_edit(gv_buf_span(&before), edit_rows[i].on, gv_buf_span(&after));
			gv_buf_dispose(&before);
			gv_buf_dispose(&after);
		}
	}
}

static void a_byte_order_mark_and_other_bytes_stay(void **state)
{
	(void)state;
	check_edit(
		SPAN("\xEF\xBB\xBF<Configuration a=\"\xC3\xA4\"><vGPU>Enable</vGPU></Configuration>"),
		false,
		SPAN("\xEF\xBB\xBF<Configuration a=\"\xC3\xA4\"><vGPU>Disable</vGPU></Configuration>"));
	check_edit(SPAN("<?xml version='1.0' encoding='ISO-8859-1'?><Configuration><a>\xE4</a>"
	                "<vGPU>Enable</vGPU></Configuration>"),
	           false,
	           SPAN("<?xml version='1.0' encoding='ISO-8859-1'?><Configuration><a>\xE4</a>"
	                "<vGPU>Disable</vGPU></Configuration>"));
}

static void what_cannot_be_told_apart_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t line;
		const char *message;
	} rows[] = {
		{"<Configuration><vGPU>Enable</vGPU>\n<vGpu>Disable</vGpu></Configuration>", 2,
	         "a second vGPU: which one counts is not known; leave one"},
		{"<Configuration>\n\n<vGPU>En<a/>able</vGPU></Configuration>", 3,
	         "vGPU holds more than one text: leave one of Enable and Disable"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_gpufile_wish wish = {.on = true};
		struct gv_edits edits = {0};
		struct gv_error err = {0};
		assert_int_equal(sandbox_plan(&edits, gv_span_of(rows[i].text), &wish, &err),
		                 GV_EREFUSED);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.line, rows[i].line);
		assert_int_equal(edits.count, 0);
		gv_edits_dispose(&edits);
	}
}

static void depth_and_size_are_no_trouble(void **state)
{
	(void)state;
	struct gv_buf text = {0};
	struct gv_gpufile_setting setting = {0};
	size_t depth = 100000 / MANY_DIVISOR;
	gv_buf_text(&text, "<Configuration>");
	for (size_t i = 0; i < depth; i++)
		gv_buf_text(&text, "<a>");
	for (size_t i = 0; i < depth; i++)
		gv_buf_text(&text, "</a>");
	gv_buf_text(&text, "<vGPU>Enable</vGPU></Configuration>");
	assert_int_equal(sandbox_read(&setting, gv_buf_span(&text), NULL), GV_OK);
	assert_int_equal(setting.power, GV_GPUFILE_IS_ON);
	gv_gpufile_setting_dispose(&setting);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_what_is_documented),
		cmocka_unit_test(what_is_no_sandbox_is_refused),
		cmocka_unit_test(only_the_text_of_the_element_changes),
		cmocka_unit_test(utf_16_stays_utf_16),
		cmocka_unit_test(a_byte_order_mark_and_other_bytes_stay),
		cmocka_unit_test(what_cannot_be_told_apart_is_refused),
		cmocka_unit_test(depth_and_size_are_no_trouble),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
