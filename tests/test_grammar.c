/* The grammar that gpuvirt/vmx.h states, production by production. */
#include "support.h"

#include "vmx/grammar.h"

#define BYTES(literal) {(literal), sizeof(literal) - 1}

#define BOM "\xEF\xBB\xBF"
#define NEL "\xC2\x85"
#define LINE_SEPARATOR "\xE2\x80\xA8"

/* The line of TEXT that starts at START. */
static struct gv_line line_from(struct gv_span text, size_t start)
{
	struct gv_line line = {.start = start, .number = 1};
	grammar_read_line(text, true, &line);
	return line;
}

struct ends_row {
	struct gv_span text;
	size_t count;
	struct {
		size_t text_end;
		size_t end;
	} lines[5];
};

static const struct ends_row ends_rows[] = {
	{BYTES("a"), 1, {{1, 1}}},
	{BYTES("a\n"), 1, {{1, 2}}},
	{BYTES("a\r\n"), 1, {{1, 3}}},
	{BYTES("a\r"), 1, {{1, 2}}},
	{BYTES("a\nb"), 2, {{1, 2}, {3, 3}}},
	{BYTES("a\r\nb"), 2, {{1, 3}, {4, 4}}},
	{BYTES("a\rb"), 2, {{1, 2}, {3, 3}}},
	{BYTES("a\r\r\n"), 2, {{1, 2}, {2, 4}}},
	{BYTES("a\r\r\nb"), 3, {{1, 2}, {2, 4}, {5, 5}}},
	{BYTES("a\n\rb"), 3, {{1, 2}, {2, 3}, {4, 4}}},
	{BYTES("\n\n"), 2, {{0, 1}, {1, 2}}},
	{BYTES("\r\r"), 2, {{0, 1}, {1, 2}}},
	{BYTES("\r\n\r\n"), 2, {{0, 2}, {2, 4}}},
	{BYTES("a\rb\r\nc\nd\re"), 5, {{1, 2}, {3, 5}, {6, 7}, {8, 9}, {10, 10}}},
	{BYTES("a\vb\fc\n"), 1, {{5, 6}}},
	{BYTES("a" NEL "b\x85" "c\n"), 1, {{6, 7}}},
	{BYTES("a" LINE_SEPARATOR "b\n"), 1, {{5, 6}}},
	{BYTES("a\0b\nc\n"), 2, {{1, 4}, {5, 6}}},
	{BYTES("a\0\0\r\nc"), 2, {{1, 5}, {6, 6}}},
	{BYTES("a\0b\rc\0"), 2, {{1, 4}, {5, 6}}},
	{BYTES("\0\0\0"), 1, {{0, 3}}},
};

static void assert_ends(const struct ends_row *row)
{
	struct gv_line line = {0};
	size_t count = 0;
	while (line.end < row->text.len) {
		line = (struct gv_line){.start = line.end};
		grammar_read_line(row->text, true, &line);
		assert_true(count < row->count);
		assert_int_equal(line.text_end, row->lines[count].text_end);
		assert_int_equal(line.end, row->lines[count].end);
		count++;
	}
	assert_int_equal(count, row->count);
}

static void ends_lines_at_lf_crlf_and_lone_cr_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ends_rows); i++)
		assert_ends(&ends_rows[i]);
}

/* A line of LENGTH bytes between others ends where it does, however far that is. */
static void assert_length(size_t length, const char *ending, const char *behind)
{
	struct gv_buf text = {0};
	gv_buf_text(&text, "a = 1\n");
	for (size_t i = 0; i < length; i++)
		gv_buf_char(&text, 'x');
	gv_buf_text(&text, ending);
	gv_buf_text(&text, behind);
	struct gv_line line = line_from(gv_buf_span(&text), 6);
	assert_int_equal(line.text_end, 6 + length);
	assert_int_equal(line.end, 6 + length + strlen(ending));
	gv_buf_dispose(&text);
}

static void ends_a_line_of_any_length(void **state)
{
	static const char *const line_ends[] = {"\n", "\r\n", "\r", ""};
	(void)state;
	for (size_t length = 0; length < 2100; length += length % 256 == 3 ? 249 : 1) {
		for (size_t i = 0; i < COUNT(line_ends); i++) {
			assert_length(length, line_ends[i], "");
			if (line_ends[i][0] != '\0')
				assert_length(length, line_ends[i], "b\r\n\n");
		}
	}
}

static void looks_for_nul_only_when_told(void **state)
{
	(void)state;
	struct gv_line line = {0};
	grammar_read_line(SPAN("a\0b\n"), false, &line);
	assert_int_equal(line.text_end, 3);
	assert_int_equal(line.end, 4);
}

static void blank_and_comment_lines_are_told_apart(void **state)
{
	static const struct {
		struct gv_span text;
		enum gv_line_kind kind;
	} rows[] = {
		{BYTES("\n"), GV_LINE_BLANK},
		{BYTES(" \t \n"), GV_LINE_BLANK},
		{BYTES("\t\r"), GV_LINE_BLANK},
		{BYTES("  "), GV_LINE_BLANK},
		{BYTES("\0a = 1\n"), GV_LINE_BLANK},
		{BYTES("  \0# x\n"), GV_LINE_BLANK},
		{BYTES("#\n"), GV_LINE_COMMENT},
		{BYTES("# a = 1\n"), GV_LINE_COMMENT},
		{BYTES(" \t#!/usr/bin/vmware\n"), GV_LINE_COMMENT},
		{BYTES("##"), GV_LINE_COMMENT},
		{BYTES("#\0\n"), GV_LINE_COMMENT},
		{BYTES("\v\n"), GV_LINE_MALFORMED},
		{BYTES(NEL "\n"), GV_LINE_MALFORMED},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_line line = line_from(rows[i].text, 0);
		assert_int_equal(line.kind, rows[i].kind);
		assert_int_equal(line.name.len, 0);
		assert_int_equal(line.value.len, 0);
	}
}

struct entry_row {
	struct gv_span text;
	struct gv_span name;
	struct gv_span value;
	size_t name_at;
	size_t value_at;
	bool quoted;
};

static const struct entry_row entry_rows[] = {
	{BYTES("a = \"1\""), BYTES("a"), BYTES("1"), 0, 5, true},
	{BYTES("a=\"1\""), BYTES("a"), BYTES("1"), 0, 3, true},
	{BYTES(" \ta \t=\t \"1\" \t"), BYTES("a"), BYTES("1"), 2, 9, true},
	{BYTES("a = \"1\" # why"), BYTES("a"), BYTES("1"), 0, 5, true},
	{BYTES("a = \"1\"# why"), BYTES("a"), BYTES("1"), 0, 5, true},
	{BYTES("a = \"1\"\t#\"x\""), BYTES("a"), BYTES("1"), 0, 5, true},
	{BYTES("a = \"\""), BYTES("a"), BYTES(""), 0, 5, true},
	{BYTES("a = \" # = 1 \""), BYTES("a"), BYTES(" # = 1 "), 0, 5, true},
	{BYTES("a = \"C:\\x\\\""), BYTES("a"), BYTES("C:\\x\\"), 0, 5, true},
	{BYTES("a = \"x|22y\""), BYTES("a"), BYTES("x|22y"), 0, 5, true},
	{BYTES("a = \"x\vy\fz" NEL LINE_SEPARATOR "\""), BYTES("a"),
	 BYTES("x\vy\fz" NEL LINE_SEPARATOR), 0, 5, true},
	{BYTES("a = \"\xCE\xBB\""), BYTES("a"), BYTES("\xCE\xBB"), 0, 5, true},
	{BYTES("a = 1"), BYTES("a"), BYTES("1"), 0, 4, false},
	{BYTES("a=1"), BYTES("a"), BYTES("1"), 0, 2, false},
	{BYTES("a = 1 \t"), BYTES("a"), BYTES("1"), 0, 4, false},
	{BYTES("a = 1 # why"), BYTES("a"), BYTES("1"), 0, 4, false},
	{BYTES("a = 1#why"), BYTES("a"), BYTES("1"), 0, 4, false},
	{BYTES("a = b\"c\"d"), BYTES("a"), BYTES("b\"c\"d"), 0, 4, false},
	{BYTES("a = b=c"), BYTES("a"), BYTES("b=c"), 0, 4, false},
	{BYTES("a ==1"), BYTES("a"), BYTES("=1"), 0, 3, false},
	{BYTES("a = x\vy" LINE_SEPARATOR), BYTES("a"), BYTES("x\vy" LINE_SEPARATOR), 0, 4, false},
	{BYTES("a ="), BYTES("a"), BYTES(""), 0, 3, false},
	{BYTES("a="), BYTES("a"), BYTES(""), 0, 2, false},
	{BYTES("a = \t"), BYTES("a"), BYTES(""), 0, 5, false},
	{BYTES("a = # why"), BYTES("a"), BYTES(""), 0, 4, false},
	{BYTES("a =# why"), BYTES("a"), BYTES(""), 0, 3, false},
	{BYTES(".encoding = \"UTF-8\""), BYTES(".encoding"), BYTES("UTF-8"), 0, 13, true},
	{BYTES("scsi0:0.x = 1"), BYTES("scsi0:0.x"), BYTES("1"), 0, 12, false},
	{BYTES("\"a\" = 1"), BYTES("\"a\""), BYTES("1"), 0, 6, false},
	{BYTES("a\"b = \"1\""), BYTES("a\"b"), BYTES("1"), 0, 7, true},
	{BYTES("a\vb" NEL "\x85 = 1"), BYTES("a\vb" NEL "\x85"), BYTES("1"), 0, 9, false},
	{BYTES(BOM "a = 1"), BYTES(BOM "a"), BYTES("1"), 0, 7, false},
};

static void assert_entry(struct gv_line line, const struct entry_row *row, size_t start)
{
	assert_int_equal(line.kind, GV_LINE_ENTRY);
	assert_int_equal(line.flaw, GV_FLAW_NONE);
	assert_span(line.name, row->name);
	assert_span(line.value, row->value);
	assert_int_equal(line.name_at, start + row->name_at);
	assert_int_equal(line.value_at, start + row->value_at);
	assert_int_equal(line.quoted, row->quoted);
	assert_int_equal(line.text_end, start + row->text.len);
}

static void reads_name_and_value_of_an_entry(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(entry_rows); i++)
		assert_entry(line_from(entry_rows[i].text, 0), &entry_rows[i], 0);
}

/* What may stand behind a line's text without changing what it says. */
static const struct gv_span endings[] = {
	BYTES("\n"), BYTES("\r\n"), BYTES("\r"), BYTES("\nb = \"2\"\n"), BYTES("\r\"b\" # ="),
	BYTES("\0"), BYTES("\0\"\n"), BYTES("\0 = x\r\n"),
};

static struct gv_buf surrounded(const char *before, struct gv_span text, struct gv_span after)
{
	struct gv_buf whole = {0};
	gv_buf_text(&whole, before);
	gv_buf_add(&whole, text);
	gv_buf_add(&whole, after);
	return whole;
}

static void reads_an_entry_alike_wherever_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(entry_rows); i++) {
		for (size_t k = 0; k < COUNT(endings); k++) {
			struct gv_buf whole = surrounded("x =\n", entry_rows[i].text, endings[k]);
			struct gv_line line = line_from(gv_buf_span(&whole), 4);
			assert_entry(line, &entry_rows[i], 4);
			gv_buf_dispose(&whole);
		}
	}
}

struct flaw_row {
	struct gv_span text;
	enum gv_line_flaw flaw;
	size_t flaw_at;
	struct gv_span name;
	struct gv_span value;
	size_t value_at;
};

static const struct flaw_row flaw_rows[] = {
	{BYTES("= 1"), GV_FLAW_NO_NAME, 0, {0}, {0}, 0},
	{BYTES(" \t= \"1\""), GV_FLAW_NO_NAME, 2, {0}, {0}, 0},
	{BYTES("="), GV_FLAW_NO_NAME, 0, {0}, {0}, 0},
	{BYTES("a"), GV_FLAW_NO_EQUALS, 1, {0}, {0}, 0},
	{BYTES(" a \t"), GV_FLAW_NO_EQUALS, 4, {0}, {0}, 0},
	{BYTES("a b = 1"), GV_FLAW_NO_EQUALS, 2, {0}, {0}, 0},
	{BYTES("a\tb"), GV_FLAW_NO_EQUALS, 2, {0}, {0}, 0},
	{BYTES("a # = 1"), GV_FLAW_NO_EQUALS, 2, {0}, {0}, 0},
	{BYTES("a#b = 1"), GV_FLAW_NO_EQUALS, 1, {0}, {0}, 0},
	{BYTES("\"a b\" = 1"), GV_FLAW_NO_EQUALS, 3, {0}, {0}, 0},
	{BYTES("a = \""), GV_FLAW_UNCLOSED_QUOTE, 4, BYTES("a"), BYTES("\""), 4},
	{BYTES("a = \"1"), GV_FLAW_UNCLOSED_QUOTE, 4, BYTES("a"), BYTES("\"1"), 4},
	{BYTES("a=\"1 # x \t"), GV_FLAW_UNCLOSED_QUOTE, 2, BYTES("a"), BYTES("\"1 # x \t"), 2},
	{BYTES("a = \"D:\\\xE5\x85?"), GV_FLAW_UNCLOSED_QUOTE, 4, BYTES("a"),
	 BYTES("\"D:\\\xE5\x85?"), 4},
	{BYTES("a = \"1\" x"), GV_FLAW_AFTER_QUOTE, 8, BYTES("a"), BYTES("\"1\" x"), 4},
	{BYTES("a = \"1\"x"), GV_FLAW_AFTER_QUOTE, 7, BYTES("a"), BYTES("\"1\"x"), 4},
	{BYTES("a = \"1\"\""), GV_FLAW_AFTER_QUOTE, 7, BYTES("a"), BYTES("\"1\"\""), 4},
	{BYTES("a = \"x \"y\" z\""), GV_FLAW_AFTER_QUOTE, 8, BYTES("a"),
	 BYTES("\"x \"y\" z\""), 4},
	{BYTES("a = \"1\"\v"), GV_FLAW_AFTER_QUOTE, 7, BYTES("a"), BYTES("\"1\"\v"), 4},
	{BYTES("a = \"1\" " NEL), GV_FLAW_AFTER_QUOTE, 8, BYTES("a"), BYTES("\"1\" " NEL), 4},
	{BYTES("a = \"1\"\x1A"), GV_FLAW_AFTER_QUOTE, 7, BYTES("a"), BYTES("\"1\"\x1A"), 4},
	{BYTES("a = x y"), GV_FLAW_BLANK_IN_VALUE, 6, BYTES("a"), BYTES("x y"), 4},
	{BYTES("a = x\t y # z"), GV_FLAW_BLANK_IN_VALUE, 7, BYTES("a"), BYTES("x\t y # z"), 4},
	{BYTES("a == 1"), GV_FLAW_BLANK_IN_VALUE, 5, BYTES("a"), BYTES("= 1"), 3},
	{BYTES(" a = x \""), GV_FLAW_BLANK_IN_VALUE, 7, BYTES("a"), BYTES("x \""), 5},
};

static void assert_flaw(struct gv_line line, const struct flaw_row *row, size_t start)
{
	assert_int_equal(line.kind, GV_LINE_MALFORMED);
	assert_int_equal(line.flaw, row->flaw);
	assert_int_equal(line.flaw_at, start + row->flaw_at);
	assert_span(line.name, row->name);
	assert_span(line.value, row->value);
	assert_false(line.quoted);
	assert_int_equal(line.text_end, start + row->text.len);
	if (row->name.len > 0)
		assert_int_equal(line.value_at, start + row->value_at);
}

static void says_what_is_wrong_with_a_line_and_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(flaw_rows); i++)
		assert_flaw(line_from(flaw_rows[i].text, 0), &flaw_rows[i], 0);
}

static void flaws_a_line_alike_wherever_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(flaw_rows); i++) {
		for (size_t k = 0; k < COUNT(endings); k++) {
			struct gv_buf whole = surrounded("x =\r", flaw_rows[i].text, endings[k]);
			struct gv_line line = line_from(gv_buf_span(&whole), 4);
			assert_flaw(line, &flaw_rows[i], 4);
			gv_buf_dispose(&whole);
		}
	}
}

static void nul_hides_the_rest_of_its_line(void **state)
{
	static const struct {
		struct gv_span text;
		enum gv_line_kind kind;
		enum gv_line_flaw flaw;
		struct gv_span value;
	} rows[] = {
		{BYTES("a = \"1\"\0x\n"), GV_LINE_ENTRY, GV_FLAW_NONE, BYTES("1")},
		{BYTES("a = 1\0 2\n"), GV_LINE_ENTRY, GV_FLAW_NONE, BYTES("1")},
		{BYTES("a = \0\"1\"\n"), GV_LINE_ENTRY, GV_FLAW_NONE, BYTES("")},
		{BYTES("a = \"1\0\"\n"), GV_LINE_MALFORMED, GV_FLAW_UNCLOSED_QUOTE, BYTES("\"1")},
		{BYTES("a \0= 1\n"), GV_LINE_MALFORMED, GV_FLAW_NO_EQUALS, BYTES("")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_line line = line_from(rows[i].text, 0);
		assert_int_equal(line.kind, rows[i].kind);
		assert_int_equal(line.flaw, rows[i].flaw);
		assert_span(line.value, rows[i].value);
		assert_int_equal(line.end, rows[i].text.len);
	}
}

static bool is_one_of(char byte, struct gv_span set)
{
	return memchr(set.at, byte, set.len) != NULL;
}

static void any_byte_but_the_delimiters_can_be_in_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char text[] = {'a', (char)i, 'b', '=', '1'};
		struct gv_line line = line_from((struct gv_span){text, sizeof text}, 0);
		bool whole = line.kind == GV_LINE_ENTRY && line.name.len == 3;
		assert_int_equal(whole, !is_one_of((char)i, SPAN(" \t#=\n\r\0")));
	}
}

static void any_byte_but_the_delimiters_can_be_in_a_bare_value(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char text[] = {'a', '=', 'b', (char)i, 'c'};
		struct gv_line line = line_from((struct gv_span){text, sizeof text}, 0);
		bool whole = line.kind == GV_LINE_ENTRY && line.value.len == 3;
		assert_int_equal(whole, !is_one_of((char)i, SPAN(" \t#\n\r\0")));
	}
}

static void any_byte_but_the_delimiters_can_be_in_a_quoted_value(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char text[] = {'a', '=', '"', 'b', (char)i, 'c', '"'};
		struct gv_line line = line_from((struct gv_span){text, sizeof text}, 0);
		bool whole = line.kind == GV_LINE_ENTRY && line.value.len == 3;
		assert_int_equal(whole, !is_one_of((char)i, SPAN("\"\n\r\0")));
	}
}

static void tells_whether_a_line_has_a_name(void **state)
{
	static const struct {
		struct gv_span text;
		size_t offset;
		struct gv_span name;
		bool named;
	} rows[] = {
		{BYTES("a = 1"), 0, BYTES("a"), true},
		{BYTES("a = 1"), 0, BYTES("A"), true},
		{BYTES("a = 1"), 0, BYTES("b"), false},
		{BYTES("a = 1"), 0, BYTES("aa"), false},
		{BYTES("aa = 1"), 0, BYTES("a"), false},
		{BYTES("x = 1\n\t abc= 2"), 6, BYTES("abc"), true},
		{BYTES("abc\t= 2"), 0, BYTES("abc"), true},
		{BYTES("abc#"), 0, BYTES("abc"), true},
		{BYTES("a = 1"), 0, BYTES("a = 1"), false},
		{BYTES("a = 1 "), 0, BYTES("a = 1"), false},
		{BYTES("= 2"), 0, BYTES("="), false},
		{BYTES("  "), 0, BYTES("a"), false},
		{BYTES("abc"), 3, BYTES("a"), false},
		{BYTES("abc"), 0, BYTES("abcd"), false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(grammar_is_named(rows[i].text, rows[i].offset, rows[i].name),
		                 rows[i].named);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_lines_at_lf_crlf_and_lone_cr_only),
		cmocka_unit_test(ends_a_line_of_any_length),
		cmocka_unit_test(looks_for_nul_only_when_told),
		cmocka_unit_test(blank_and_comment_lines_are_told_apart),
		cmocka_unit_test(reads_name_and_value_of_an_entry),
		cmocka_unit_test(reads_an_entry_alike_wherever_it_stands),
		cmocka_unit_test(says_what_is_wrong_with_a_line_and_where),
		cmocka_unit_test(flaws_a_line_alike_wherever_it_stands),
		cmocka_unit_test(nul_hides_the_rest_of_its_line),
		cmocka_unit_test(any_byte_but_the_delimiters_can_be_in_a_name),
		cmocka_unit_test(any_byte_but_the_delimiters_can_be_in_a_bare_value),
		cmocka_unit_test(any_byte_but_the_delimiters_can_be_in_a_quoted_value),
		cmocka_unit_test(tells_whether_a_line_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
