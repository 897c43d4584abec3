/* report/lines.h: offsets, lines, columns, in several encodings. */
#include "support.h"

#include "base/charset.h"
#include "report/lines.h"

static void lines_end_as_in_the_document(void **state)
{
	(void)state;
	static const char text[] = "\xEF\xBB\xBF" "a\nb\r\nc\rd\r\r\n\ne";
	static const char *const want[] = {"a", "b", "c", "d", "", "", "e"};
	struct gv_lines lines = {0};
	assert_true(gv_lines_make(&lines, SPAN(text)));
	assert_int_equal(lines.count, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		assert_span(gv_lines_text(&lines, i + 1), gv_span_of(want[i]));
	assert_int_equal(gv_lines_text(&lines, 0).len, 0);
	assert_int_equal(gv_lines_text(&lines, 8).len, 0);
	assert_int_equal(gv_lines_offset(&lines, 1, 1), 3);
	assert_int_equal(gv_lines_offset(&lines, 2, 1), 5);
	assert_int_equal(gv_lines_offset(&lines, 7, 2), sizeof text - 1);
	assert_int_equal(gv_lines_offset(&lines, 7, 99), sizeof text - 1);
	assert_int_equal(gv_lines_offset(&lines, 8, 1), sizeof text - 1);
	assert_int_equal(gv_lines_offset(&lines, UINT32_MAX, UINT32_MAX), sizeof text - 1);
	gv_lines_dispose(&lines);
}

static void line_behind_the_last_ending_counts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t count;
	} rows[] = {{"", 1}, {"a", 1}, {"a\n", 2}, {"a\r", 2}, {"a\r\n", 2}, {"\n\n", 3}};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_lines lines = {0};
		assert_true(gv_lines_make(&lines, gv_span_of(rows[i].text)));
		assert_int_equal(lines.count, rows[i].count);
		assert_int_equal(gv_lines_text(&lines, lines.count).len,
		                 strcmp(rows[i].text, "a") == 0);
		gv_lines_dispose(&lines);
	}
}

static void columns_are_utf16_units(void **state)
{
	(void)state;
	static const struct {
		const char *charset; /* NULL: not known */
		const char *text;
		size_t offset;
		size_t line;
		size_t column;
		bool exact;
	} rows[] = {
		{NULL, "abc", 0, 1, 1, true},
		{NULL, "abc", 3, 1, 4, true},
		{NULL, "a\nbc", 2, 2, 1, true},
		{NULL, "a\nbc", 1, 1, 2, true},
		{NULL, "a\n", 2, 2, 1, true},
		{NULL, "\xC3\xA9x", 2, 1, 2, true},
		{NULL, "\xC3\xA9x", 1, 1, 2, false},
		{NULL, "\xE4\xB8\xAD\xF0\x9F\x98\x80x", 7, 1, 4, true},
		{NULL, "\xFF\xFE\nx", 2, 1, 3, false},
		{NULL, "\xFF\xFE\nx", 4, 2, 2, true},
		{NULL, "\xEF\xBB\xBFx", 4, 1, 2, true},
		{NULL, "\xEF\xBB\xBFx", 3, 1, 1, true},
		{NULL, "\xEF\xBB\xBFx", 0, 1, 1, false},
		{"GBK", "\xD6\xD0\xCE\xC4=", 4, 1, 3, true},
		{"GBK", "\xD6\xD0\xCE\xC4=", 3, 1, 3, false},
		{"GB18030", "\x94\x39\xDA\x33=", 4, 1, 3, true}, /* U+1F4A9 */
		{"Shift_JIS", "\x95\x5C=", 2, 1, 2, true},       /* its second byte is a backslash */
		{"windows-1252", "\xE9\x80x", 2, 1, 3, true},
		{"windows-1252", "\x81x", 1, 1, 2, false}, /* means nothing to the converter */
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_lines lines = {0};
		const struct gv_charset *charset = NULL;
		bool failed = false;
		if (rows[i].charset != NULL)
			charset = gv_charset_find(gv_span_of(rows[i].charset));
		assert_true(gv_lines_make(&lines, gv_span_of(rows[i].text)));
		struct gv_place place = gv_lines_place(&lines, charset, rows[i].offset, &failed);
		if (place.line != rows[i].line || place.column != rows[i].column ||
		    place.exact != rows[i].exact || failed)
			fail_msg("row %zu: %zu:%zu %d", i, place.line, place.column, place.exact);
		gv_lines_dispose(&lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_as_in_the_document),
		cmocka_unit_test(line_behind_the_last_ending_counts),
		cmocka_unit_test(columns_are_utf16_units),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
