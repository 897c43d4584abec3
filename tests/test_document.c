/* Documents as a whole: counts, line endings, looking names up, large and odd input. */
#include "support.h"

#include <gpuvirt/vmx.h>

#define BYTES(literal) {(literal), sizeof(literal) - 1}

#define BOM "\xEF\xBB\xBF"

static struct gv_vmx *parse(struct gv_span text)
{
	struct gv_vmx *vmx = NULL;
	assert_int_equal(gv_vmx_parse(&vmx, text, NULL), GV_OK);
	assert_non_null(vmx);
	return vmx;
}

static void counts_what_one_pass_finds(void **state)
{
	static const struct {
		struct gv_span text;
		struct gv_vmx_counts counts;
	} rows[] = {
		{BYTES(""), {0}},
		{BYTES(BOM), {.bom = true, .high = true}},
		{BYTES("\xEF\xBB"), {.lines = 1, .malformed = 1, .high = true}},
		{BYTES("\n"), {.lines = 1, .lf = 1}},
		{BYTES("a = 1"), {.lines = 1, .entries = 1}},
		{BYTES("a = 1\n# x\n\nb\n"), {.lines = 4, .entries = 1, .malformed = 1, .lf = 4}},
		{BYTES("a = 1\r\nb = 2\rc = 3\n"),
		 {.lines = 3, .entries = 3, .lf = 1, .crlf = 1, .cr = 1}},
		{BYTES("a = 1\r\r\n"), {.lines = 2, .entries = 1, .crlf = 1, .cr = 1}},
		{BYTES("\r\n\r\n"), {.lines = 2, .crlf = 2}},
		{BYTES("\r\n\n"), {.lines = 2, .crlf = 1, .lf = 1}},
		{BYTES("\r\r"), {.lines = 2, .cr = 2}},
		{BYTES("a = 1\nA = 2\na = 3\nb = 4\n"),
		 {.lines = 4, .entries = 4, .duplicates = 2, .lf = 4}},
		{BYTES("a = 1\na = x y\n"), {.lines = 2, .entries = 1, .malformed = 1, .lf = 2}},
		{BYTES(BOM "a = 1\n"),
		 {.lines = 1, .entries = 1, .lf = 1, .bom = true, .high = true}},
		{BYTES("\n" BOM "a = 1\n"), {.lines = 2, .entries = 1, .lf = 2, .high = true}},
		{BYTES("a = 1\0\0"), {.lines = 1, .entries = 1, .nul = true}},
		{BYTES("\0"), {.lines = 1, .nul = true}},
		{BYTES("0123456 = \x80\n"), {.lines = 1, .entries = 1, .lf = 1, .high = true}},
		{BYTES("0123 = \xFF"), {.lines = 1, .entries = 1, .high = true}},
		{BYTES("0123456789 = \x7F"), {.lines = 1, .entries = 1}},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_vmx *vmx = parse(rows[i].text);
		const struct gv_vmx_counts *have = gv_vmx_counts(vmx);
		const struct gv_vmx_counts *want = &rows[i].counts;
		assert_int_equal(have->lines, want->lines);
		assert_int_equal(have->entries, want->entries);
		assert_int_equal(have->malformed, want->malformed);
		assert_int_equal(have->duplicates, want->duplicates);
		assert_int_equal(have->lf, want->lf);
		assert_int_equal(have->crlf, want->crlf);
		assert_int_equal(have->cr, want->cr);
		assert_int_equal(have->bom, want->bom);
		assert_int_equal(have->nul, want->nul);
		assert_int_equal(have->high, want->high);
		gv_vmx_free(vmx);
	}
}

static void a_high_byte_is_seen_at_every_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < 25; i++) {
		char text[25];
		memset(text, 'a', sizeof text);
		text[i] = '\x80';
		struct gv_vmx *vmx = parse((struct gv_span){text, sizeof text});
		assert_true(gv_vmx_counts(vmx)->high);
		gv_vmx_free(vmx);
	}
}

static void the_line_ending_is_that_of_most_lines(void **state)
{
	static const struct {
		struct gv_span text;
		struct gv_span ending;
	} rows[] = {
		{BYTES(""), BYTES("\n")},
		{BYTES("a"), BYTES("\n")},
		{BYTES("a\n"), BYTES("\n")},
		{BYTES("a\r\n"), BYTES("\r\n")},
		{BYTES("a\r"), BYTES("\r")},
		{BYTES("a\nb\r\n"), BYTES("\n")},
		{BYTES("a\nb\r"), BYTES("\n")},
		{BYTES("a\r\nb\r\n"), BYTES("\r\n")},
		{BYTES("a\rb\r\n"), BYTES("\r\n")},
		{BYTES("a\nb\rc\r\n"), BYTES("\n")},
		{BYTES("a\nb\r\nc\r\n"), BYTES("\r\n")},
		{BYTES("a\nb\rc\r"), BYTES("\r")},
		{BYTES("a\r\nb\rc\r"), BYTES("\r")},
		{BYTES("a\nb\nc\r\n"), BYTES("\n")},
		{BYTES("a\rb\rc\nd\n"), BYTES("\n")},
		{BYTES("a\rb\rc\r\nd\r\ne\n"), BYTES("\r\n")},
		{BYTES("a\r\nb\r\nlast"), BYTES("\r\n")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_vmx *vmx = parse(rows[i].text);
		assert_span(gv_vmx_line_ending(vmx), rows[i].ending);
		gv_vmx_free(vmx);
	}
}

static void the_text_is_the_callers_own(void **state)
{
	struct gv_span text = SPAN("a = 1\n");
	struct gv_vmx *vmx = parse(text);
	(void)state;
	assert_ptr_equal(gv_vmx_text(vmx).at, text.at);
	assert_int_equal(gv_vmx_text(vmx).len, text.len);
	gv_vmx_free(vmx);
	gv_vmx_free(NULL);
}

static void lines_are_numbered_and_start_behind_the_mark(void **state)
{
	struct gv_vmx *vmx = parse(SPAN(BOM "a = 1\r\rb = 2"));
	struct gv_line line = {0};
	(void)state;
	assert_true(gv_vmx_next(vmx, &line));
	assert_int_equal(line.number, 1);
	assert_int_equal(line.start, 3);
	assert_span(line.name, SPAN("a"));
	assert_true(gv_vmx_next(vmx, &line));
	assert_int_equal(line.number, 2);
	assert_int_equal(line.kind, GV_LINE_BLANK);
	assert_int_equal(line.name.len, 0);
	assert_true(gv_vmx_next(vmx, &line));
	assert_int_equal(line.number, 3);
	assert_span(line.name, SPAN("b"));
	assert_false(gv_vmx_next(vmx, &line));
	assert_false(gv_vmx_next(vmx, &line));
	gv_vmx_free(vmx);
}

static const char find_text[] =
	"mks.enable3d = \"TRUE\"\n"
	"# guestOS = \"x\"\n"
	"broken = x y\n"
	"caf\xC3\x89 = 1\n"
	"a@[`{ = 2\n"
	"\t RemoteDisplay.vnc.enabled\t= \"1\"\n"
	"empty =\n"
	"\xC0z = 3\n"
	"guestOS\0 = 4\n"
	"0123456789ABCDEF = 5\n";

static void finds_names_in_any_ascii_case(void **state)
{
	static const struct {
		struct gv_span name;
		uint32_t line; /* 0: not there */
	} rows[] = {
		{BYTES("mks.enable3d"), 1},
		{BYTES("MKS.ENABLE3D"), 1},
		{BYTES("Mks.eNable3D"), 1},
		{BYTES("mks.enable3"), 0},
		{BYTES("mks.enable3dx"), 0},
		{BYTES("mks-enable3d"), 0},
		{BYTES(""), 0},
		{BYTES("guestOS"), 0},
		{BYTES("broken"), 0},
		{BYTES("caf\xC3\x89"), 4},
		{BYTES("CAF\xC3\x89"), 4},
		{BYTES("caf\xC3\xA9"), 0},
		{BYTES("A@[`{"), 5},
		{BYTES("a`[`{"), 0},
		{BYTES("a@{`{"), 0},
		{BYTES("a@[@{"), 0},
		{BYTES("a@[`["), 0},
		{BYTES("remotedisplay.VNC.enabled"), 6},
		{BYTES("EMPTY"), 7},
		{BYTES("\xC0Z"), 8},
		{BYTES("\xE0z"), 0},
		{BYTES("0123456789abcdef"), 10},
	};
	struct gv_vmx *vmx = parse((struct gv_span){find_text, sizeof find_text - 1});
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_line line = {.number = 99};
		assert_int_equal(gv_vmx_find(vmx, rows[i].name, &line), rows[i].line != 0);
		assert_int_equal(line.number, rows[i].line == 0 ? 99 : rows[i].line);
		if (rows[i].line != 0)
			assert_true(gv_span_equal_nocase(line.name, rows[i].name));
	}
	gv_vmx_free(vmx);
}

static void what_is_found_is_the_line_the_walk_gives(void **state)
{
	struct gv_vmx *vmx = parse((struct gv_span){find_text, sizeof find_text - 1});
	struct gv_line walked = {0};
	(void)state;
	while (gv_vmx_next(vmx, &walked)) {
		struct gv_line found;
		if (walked.kind != GV_LINE_ENTRY)
			continue;
		assert_true(gv_vmx_find(vmx, walked.name, &found));
		assert_int_equal(found.number, walked.number);
		assert_int_equal(found.start, walked.start);
		assert_int_equal(found.end, walked.end);
		assert_int_equal(found.value_at, walked.value_at);
		assert_int_equal(found.quoted, walked.quoted);
		assert_span(found.value, walked.value);
	}
	gv_vmx_free(vmx);
}

static void nothing_is_found_in_an_empty_document(void **state)
{
	struct gv_vmx *vmx = parse((struct gv_span){0});
	struct gv_line line = {0};
	(void)state;
	assert_false(gv_vmx_next(vmx, &line));
	assert_false(gv_vmx_find(vmx, SPAN("a"), &line));
	assert_false(gv_vmx_duplicate(vmx, 0, &line, &line));
	assert_int_equal(gv_vmx_text(vmx).len, 0);
	gv_vmx_free(vmx);
}

static void find_again_visits_every_entry_of_the_name(void **state)
{
	static const uint32_t want[] = {1, 3, 6, 8};
	struct gv_vmx *vmx = parse(SPAN("a = 1\nb = 2\nA = 3\nb = 4\na\na = 5\nB = 6\n a = 7\n"));
	struct gv_line line;
	size_t count = 0;
	(void)state;
	assert_true(gv_vmx_find(vmx, SPAN("A"), &line));
	do {
		assert_true(count < COUNT(want));
		assert_int_equal(line.number, want[count++]);
	} while (gv_vmx_find_again(vmx, &line));
	assert_int_equal(count, COUNT(want));
	assert_int_equal(line.number, 8);
	gv_vmx_free(vmx);
}

static void a_single_entry_is_not_found_again(void **state)
{
	struct gv_vmx *vmx = parse(SPAN("a = 1\nb = 2\nb = 3\n"));
	struct gv_line line;
	(void)state;
	assert_true(gv_vmx_find(vmx, SPAN("a"), &line));
	assert_false(gv_vmx_find_again(vmx, &line));
	assert_int_equal(line.number, 1);
	gv_vmx_free(vmx);
}

static void next_named_visits_malformed_lines_too(void **state)
{
	static const struct {
		struct gv_span text;
		uint32_t lines[4]; /* 0: no more */
	} rows[] = {
		{BYTES(""), {0}},
		{BYTES("b = 1\n"), {0}},
		{BYTES("b = 1\na = x y\n"), {2}},
		{BYTES("a = 1\nb = 1\nA = 2\na = 3\n"), {1, 3, 4}},
		{BYTES("A = \"1\nb = 1\na = 2\na\na = x y\n"), {1, 3, 5}},
		{BYTES("# a = 1\n= 1\nx y\n a = 1\nb = \"\n"), {4}},
		{BYTES("aa = 1\na.b = \"1\n"), {0}},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_vmx *vmx = parse(rows[i].text);
		struct gv_line line = {0};
		size_t count = 0;
		for (; gv_vmx_next_named(vmx, SPAN("a"), &line); count++)
			assert_int_equal(line.number, rows[i].lines[count]);
		assert_int_equal(rows[i].lines[count], 0);
		gv_vmx_free(vmx);
	}
}

static void lists_each_duplicate_with_the_line_it_repeats(void **state)
{
	static const struct {
		uint32_t line;
		uint32_t first;
	} want[] = {{3, 1}, {5, 2}, {6, 1}};
	struct gv_vmx *vmx = parse(SPAN("a = 1\nb = 2\nA = 3\nc = 4\nB = 5\na = 6\nb = x y\n"));
	struct gv_line line = {0};
	struct gv_line first = {0};
	(void)state;
	assert_int_equal(gv_vmx_counts(vmx)->duplicates, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(gv_vmx_duplicate(vmx, i, &line, &first));
		assert_int_equal(line.number, want[i].line);
		assert_int_equal(first.number, want[i].first);
		assert_true(gv_span_equal_nocase(line.name, first.name));
	}
	assert_false(gv_vmx_duplicate(vmx, COUNT(want), &line, &first));
	gv_vmx_free(vmx);
}

static void gives_the_declared_encoding(void **state)
{
	static const struct {
		struct gv_span text;
		struct gv_span encoding;
	} rows[] = {
		{BYTES("a = 1\n"), BYTES("")},
		{BYTES(".encoding = \"GBK\"\n"), BYTES("GBK")},
		{BYTES("a = 1\n.ENCODING = Shift_JIS # x\n"), BYTES("Shift_JIS")},
		{BYTES(BOM ".encoding = \"UTF-8\"\n"), BYTES("UTF-8")},
		{BYTES(".encoding = \"a\"\n.encoding = \"b\"\n"), BYTES("a")},
		{BYTES(".encoding =\n"), BYTES("")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_vmx *vmx = parse(rows[i].text);
		assert_span(gv_vmx_encoding(vmx), rows[i].encoding);
		gv_vmx_free(vmx);
	}
}

static void refuses_what_offsets_cannot_reach(void **state)
{
	struct gv_vmx *vmx = NULL;
	struct gv_error err = {0};
	(void)state;
	assert_int_equal(gv_vmx_parse(&vmx, (struct gv_span){"", GV_VMX_LIMIT}, &err), GV_ETOOBIG);
	assert_int_equal(err.status, GV_ETOOBIG);
	assert_null(vmx);
}

enum { MANY = 100000 / MANY_DIVISOR };

static struct gv_buf many_lines(const char *format, const char *ending, unsigned count)
{
	struct gv_buf text = {0};
	for (unsigned i = 0; i < count; i++) {
		gv_buf_format(&text, format, i);
		gv_buf_text(&text, ending);
	}
	assert_false(text.failed);
	return text;
}

/* Each of the names key0, key1, ... is found on the line of its number. */
static void assert_all_keys(const struct gv_vmx *vmx, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct gv_buf name = {0};
		struct gv_line line;
		gv_buf_format(&name, "KEY%u", i);
		assert_true(gv_vmx_find(vmx, gv_buf_span(&name), &line));
		assert_int_equal(line.number, i + 1);
		gv_buf_dispose(&name);
	}
}

static void many_keys_are_all_found(void **state)
{
	struct gv_buf text = many_lines("key%u = \"1\"", "\n", MANY);
	struct gv_vmx *vmx = parse(gv_buf_span(&text));
	(void)state;
	assert_int_equal(gv_vmx_counts(vmx)->entries, MANY);
	assert_int_equal(gv_vmx_counts(vmx)->duplicates, 0);
	assert_all_keys(vmx, MANY);
	gv_vmx_free(vmx);
	gv_buf_dispose(&text);
}

static void many_lone_cr_lines_are_all_read(void **state)
{
	struct gv_buf text = many_lines("key%u = \"1\"", "\r", MANY);
	struct gv_vmx *vmx = parse(gv_buf_span(&text));
	(void)state;
	assert_int_equal(gv_vmx_counts(vmx)->lines, MANY);
	assert_int_equal(gv_vmx_counts(vmx)->entries, MANY);
	assert_int_equal(gv_vmx_counts(vmx)->cr, MANY);
	assert_span(gv_vmx_line_ending(vmx), SPAN("\r"));
	gv_vmx_free(vmx);
	gv_buf_dispose(&text);
}

/* COUNT lines of one name, all listed and all found one after the other. */
static void assert_all_repeats(struct gv_span text, unsigned count)
{
	struct gv_vmx *vmx = parse(text);
	struct gv_line line;
	struct gv_line first;
	unsigned found = 1;
	assert_int_equal(gv_vmx_counts(vmx)->duplicates, count - 1);
	for (unsigned i = 0; i < count - 1; i++) {
		assert_true(gv_vmx_duplicate(vmx, i, &line, &first));
		assert_int_equal(line.number, i + 2);
		assert_int_equal(first.number, 1);
	}
	assert_true(gv_vmx_find(vmx, SPAN("a"), &line));
	for (; gv_vmx_find_again(vmx, &line); found++)
		assert_int_equal(line.number, found + 1);
	assert_int_equal(found, count);
	gv_vmx_free(vmx);
}

static void many_duplicates_of_one_name_are_all_listed(void **state)
{
	struct gv_buf text = many_lines("a = %u", "\n", MANY / 2);
	(void)state;
	assert_all_repeats(gv_buf_span(&text), MANY / 2);
	gv_buf_dispose(&text);
}

/* Without a single LF to stop at, nobody may search for one from every line on. */
static void many_lone_cr_duplicates_are_all_listed(void **state)
{
	struct gv_buf text = many_lines("a = %u", "\r", MANY / 2);
	(void)state;
	assert_all_repeats(gv_buf_span(&text), MANY / 2);
	gv_buf_dispose(&text);
}

static void a_very_long_line_is_one_line(void **state)
{
	enum { LONG = (16 << 20) / MANY_DIVISOR };
	struct gv_buf text = {0};
	(void)state;
	gv_buf_text(&text, "a = \"");
	char *room = gv_buf_reserve(&text, LONG);
	assert_non_null(room);
	memset(room, 'x', LONG);
	text.len += LONG;
	gv_buf_text(&text, "\"\nb = 1\n");
	struct gv_vmx *vmx = parse(gv_buf_span(&text));
	struct gv_line line;
	assert_int_equal(gv_vmx_counts(vmx)->lines, 2);
	assert_true(gv_vmx_find(vmx, SPAN("a"), &line));
	assert_int_equal(line.value.len, LONG);
	assert_true(gv_vmx_find(vmx, SPAN("b"), &line));
	assert_int_equal(line.number, 2);
	gv_vmx_free(vmx);
	gv_buf_dispose(&text);
}

static void very_long_names_are_compared_whole(void **state)
{
	struct gv_buf text = {0};
	(void)state;
	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < 5000; k++)
			gv_buf_char(&text, i == 2 ? 'X' : 'x');
		gv_buf_text(&text, i == 1 ? "y = 1\n" : " = 1\n");
	}
	struct gv_vmx *vmx = parse(gv_buf_span(&text));
	struct gv_line line;
	struct gv_line first;
	assert_int_equal(gv_vmx_counts(vmx)->duplicates, 2);
	assert_true(gv_vmx_duplicate(vmx, 0, &line, &first));
	assert_int_equal(line.number, 3);
	assert_int_equal(first.number, 1);
	gv_vmx_free(vmx);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_one_pass_finds),
		cmocka_unit_test(a_high_byte_is_seen_at_every_place),
		cmocka_unit_test(the_line_ending_is_that_of_most_lines),
		cmocka_unit_test(the_text_is_the_callers_own),
		cmocka_unit_test(lines_are_numbered_and_start_behind_the_mark),
		cmocka_unit_test(finds_names_in_any_ascii_case),
		cmocka_unit_test(what_is_found_is_the_line_the_walk_gives),
		cmocka_unit_test(nothing_is_found_in_an_empty_document),
		cmocka_unit_test(find_again_visits_every_entry_of_the_name),
		cmocka_unit_test(a_single_entry_is_not_found_again),
		cmocka_unit_test(next_named_visits_malformed_lines_too),
		cmocka_unit_test(lists_each_duplicate_with_the_line_it_repeats),
		cmocka_unit_test(gives_the_declared_encoding),
		cmocka_unit_test(refuses_what_offsets_cannot_reach),
		cmocka_unit_test(many_keys_are_all_found),
		cmocka_unit_test(many_lone_cr_lines_are_all_read),
		cmocka_unit_test(many_duplicates_of_one_name_are_all_listed),
		cmocka_unit_test(many_lone_cr_duplicates_are_all_listed),
		cmocka_unit_test(a_very_long_line_is_one_line),
		cmocka_unit_test(very_long_names_are_compared_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
