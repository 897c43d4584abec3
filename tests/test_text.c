/* gpuvirt/text.h: spans, numbers, buffers, arrays, arenas. */
#include "support.h"

#include <stdalign.h>
#include <wchar.h>

/* SPAN for tables. */
#define BYTES(literal)                                                                             \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

/* As a variable: compilers warn of a constant that large. */
static volatile size_t huge = SIZE_MAX;

static void span_of_text(void **state)
{
	(void)state;
	assert_span(gv_span_of("abc"), SPAN("abc"));
	assert_int_equal(gv_span_of("").len, 0);
	assert_int_equal(gv_span_of(NULL).len, 0);
	assert_null(gv_span_of(NULL).at);
}

static void part_of_span(void **state)
{
	(void)state;
	struct gv_span span = SPAN("abcdef");
	assert_span(gv_span_part(span, 0, 6), span);
	assert_span(gv_span_part(span, 2, 4), SPAN("cd"));
	assert_int_equal(gv_span_part(span, 6, 6).len, 0);
	assert_ptr_equal(gv_span_part(span, 2, 4).at, span.at + 2);
}

static void comparing(void **state)
{
	(void)state;
	static const struct {
		struct gv_span a;
		struct gv_span b;
		bool equal;
		bool nocase;
		bool begins;
		bool ends;
	} rows[] = {
		{BYTES("abc"), BYTES("abc"), true, true, true, true},
		{BYTES("aBc"), BYTES("AbC"), false, true, true, true},
		{BYTES("abc"), BYTES("abd"), false, false, false, false},
		{BYTES("abc"), BYTES("AB"), false, false, true, false},
		{BYTES("abc"), BYTES("BC"), false, false, false, true},
		{BYTES("ab"), BYTES("abc"), false, false, false, false},
		{BYTES("abc"), BYTES(""), false, false, true, true},
		{BYTES(""), BYTES(""), true, true, true, true},
		{BYTES(""), BYTES("a"), false, false, false, false},
		{BYTES("a\0b"), BYTES("a\0b"), true, true, true, true},
		{BYTES("a\0b"), BYTES("a\0c"), false, false, false, false},
		{BYTES("AZ"), BYTES("az"), false, true, true, true},
		/* One off the letters, and letters outside ASCII: never the same. */
		{BYTES("@"), BYTES("`"), false, false, false, false},
		{BYTES("["), BYTES("{"), false, false, false, false},
		{BYTES("\xC9"), BYTES("\xE9"), false, false, false, false},
		{BYTES("\xC3\x89"), BYTES("\xC3\xA9"), false, false, false, false},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(gv_span_equal(rows[i].a, rows[i].b), rows[i].equal);
		assert_int_equal(gv_span_equal_nocase(rows[i].a, rows[i].b), rows[i].nocase);
		assert_int_equal(gv_span_begins_nocase(rows[i].a, rows[i].b), rows[i].begins);
		assert_int_equal(gv_span_ends_nocase(rows[i].a, rows[i].b), rows[i].ends);
	}
}

static void empty_spans_without_bytes(void **state)
{
	(void)state;
	struct gv_span none = {0};
	struct gv_span rest = {0};
	assert_true(gv_span_equal(none, SPAN("")));
	assert_true(gv_span_equal_nocase(none, none));
	assert_true(gv_span_begins_nocase(SPAN("a"), none));
	assert_true(gv_span_ends_nocase(SPAN("a"), none));
	assert_true(gv_span_ends_nocase(none, none));
	assert_int_equal(gv_span_trim(none).len, 0);
	assert_int_equal(gv_span_word(&rest).len, 0);
	assert_int_equal(rest.len, 0);
}

static void trimming(void **state)
{
	(void)state;
	static const struct gv_span rows[][2] = {
		{BYTES("a"), BYTES("a")},
		{BYTES(" \t a b\t "), BYTES("a b")},
		{BYTES(" \t "), BYTES("")},
		{BYTES(""), BYTES("")},
		{BYTES("\n a \r"), BYTES("\n a \r")},
		{BYTES("\va\f"), BYTES("\va\f")},
		{BYTES(" \0 "), BYTES("\0")},
		{BYTES("\xA0x\xA0"), BYTES("\xA0x\xA0")},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_span(gv_span_trim(rows[i][0]), rows[i][1]);
}

static void words(void **state)
{
	(void)state;
	struct gv_span rest = SPAN("\t one  two\tthr\nee ");
	assert_span(gv_span_word(&rest), SPAN("one"));
	assert_span(rest, SPAN("two\tthr\nee"));
	assert_span(gv_span_word(&rest), SPAN("two"));
	assert_span(gv_span_word(&rest), SPAN("thr\nee"));
	assert_int_equal(rest.len, 0);
	assert_int_equal(gv_span_word(&rest).len, 0);
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		struct gv_span text;
		uint64_t value;
	} rows[] = {
		{BYTES("0"), 0},
		{BYTES("7"), 7},
		{BYTES("007"), 7},
		{BYTES("18446744073709551609"), UINT64_MAX - 6},
		{BYTES("18446744073709551615"), UINT64_MAX},
		{BYTES("0000000000000000000000018446744073709551615"), UINT64_MAX},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t value = 99;
		assert_true(gv_span_number(rows[i].text, &value));
		assert_true(value == rows[i].value);
	}
}

static void what_is_no_number(void **state)
{
	(void)state;
	static const struct gv_span rows[] = {
		BYTES(""),
		BYTES(" 1"),
		BYTES("1 "),
		BYTES("+1"),
		BYTES("-1"),
		BYTES("0x10"),
		BYTES("1e3"),
		BYTES("1.0"),
		BYTES("1\0"),
		BYTES("1_000"),
		BYTES("/"),
		BYTES(":"),
		BYTES("\xB2"),
		BYTES("18446744073709551616"),
		BYTES("18446744073709551620"),
		BYTES("28446744073709551615"),
		BYTES("184467440737095516150"),
		BYTES("99999999999999999999999999999"),
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t value = 99;
		assert_false(gv_span_number(rows[i], &value));
		assert_true(value == 99);
	}
	uint64_t value = 99;
	assert_false(gv_span_number((struct gv_span){0}, &value));
}

static void buffer_collects(void **state)
{
	(void)state;
	struct gv_buf buf = {0};
	gv_buf_add(&buf, SPAN("a\0b"));
	gv_buf_text(&buf, "-c");
	gv_buf_char(&buf, '\0');
	gv_buf_format(&buf, "%d|%s", 42, "z");
	assert_false(buf.failed);
	assert_span(gv_buf_span(&buf), SPAN("a\0b-c\0"
	                                    "42|z"));
	assert_int_equal(buf.at[buf.len], '\0');
	gv_buf_dispose(&buf);
	assert_null(buf.at);
	assert_int_equal(buf.len + buf.cap, 0);
}

static void buffer_is_there_after_adding_nothing(void **state)
{
	(void)state;
	struct gv_buf buf = {0};
	gv_buf_add(&buf, (struct gv_span){0});
	assert_non_null(buf.at);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.at[0], '\0');
	gv_buf_dispose(&buf);
}

/* Every length around the powers of two, where room for the closing NUL could be forgotten. */
static void buffer_keeps_room_for_its_nul(void **state)
{
	(void)state;
	struct gv_buf buf = {0};
	for (size_t i = 0; i < 1100; i++) {
		gv_buf_char(&buf, (char)('a' + i % 26));
		assert_true(buf.len < buf.cap);
		assert_int_equal(buf.at[buf.len], '\0');
		struct gv_buf other = {0};
		gv_buf_format(&other, "%.*s", (int)buf.len, buf.at);
		assert_span(gv_buf_span(&other), gv_buf_span(&buf));
		gv_buf_dispose(&other);
	}
	for (size_t i = 0; i < buf.len; i++)
		assert_int_equal(buf.at[i], (char)('a' + i % 26));
	gv_buf_dispose(&buf);
}

static void reserved_room_can_be_filled(void **state)
{
	(void)state;
	struct gv_buf buf = {0};
	gv_buf_text(&buf, "head");
	char *to = gv_buf_reserve(&buf, 1000);
	assert_non_null(to);
	assert_ptr_equal(to, buf.at + 4);
	assert_true(buf.cap - buf.len > 1000);
	memset(to, 'x', 1000);
	buf.len += 1000;
	gv_buf_text(&buf, "tail");
	assert_int_equal(buf.len, 1008);
	assert_span(gv_span_part(gv_buf_span(&buf), 1003, 1008), SPAN("xtail"));
	gv_buf_dispose(&buf);
}

static void exact_room_is_no_more_than_asked_for(void **state)
{
	(void)state;
	struct gv_buf buf = {0};
	gv_buf_text(&buf, "abc");
	memset(gv_buf_reserve_exact(&buf, 1000), 'x', 1000);
	assert_int_equal(buf.cap, 3 + 1000 + 1);
	buf.len += 1000;
	assert_non_null(gv_buf_reserve_exact(&buf, 0));
	assert_int_equal(buf.cap, 3 + 1000 + 1);
	assert_null(gv_buf_reserve_exact(&buf, SIZE_MAX - 1003));
	assert_true(buf.failed);
	assert_null(gv_buf_reserve_exact(&buf, 1));
	assert_int_equal(buf.at[3], 'x');
	gv_buf_dispose(&buf);
}

static void common_starts_are_measured(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		size_t common;
	} rows[] = {
		{"", "", 0},       {"a", "", 0},  {"abc", "abc", 3}, {"ABC", "abcd", 3},
		{"abX", "aBY", 2}, {"[", "{", 0}, {"x@", "x`", 1},   {"Zz", "zZ", 2},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_span a = gv_span_of(rows[i].a);
		struct gv_span b = gv_span_of(rows[i].b);
		assert_int_equal(gv_span_common_nocase(a, b), rows[i].common);
		assert_int_equal(gv_span_common_nocase(b, a), rows[i].common);
	}
}

static void buffer_failure_sticks(void **state)
{
	(void)state;
	struct gv_buf buf = {0};
	gv_buf_text(&buf, "kept");
	assert_null(gv_buf_reserve(&buf, huge));
	assert_true(buf.failed);
	gv_buf_text(&buf, "x");
	gv_buf_char(&buf, 'x');
	gv_buf_add(&buf, SPAN("x"));
	gv_buf_format(&buf, "%d", 1);
	assert_null(gv_buf_reserve(&buf, 0));
	assert_true(buf.failed);
	assert_span(gv_buf_span(&buf), SPAN("kept"));
	gv_buf_dispose(&buf);
	assert_false(buf.failed);
}

static void unformattable_text_fails_the_buffer(void **state)
{
	(void)state;
	struct gv_buf buf = {0};
	gv_buf_format(&buf, "%lc", (wint_t)0x7FFFFFFF);
	assert_true(buf.failed);
	gv_buf_dispose(&buf);
}

static void array_grows_when_full(void **state)
{
	(void)state;
	size_t cap = 0;
	int *array = NULL;
	for (size_t i = 0; i < 1000; i++) {
		int *grown = gv_grow(array, i, &cap, sizeof *grown);
		assert_non_null(grown);
		array = grown;
		assert_true(cap > i);
		array[i] = (int)i;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(array[i], (int)i);
	assert_true(cap <= 2048);
	free(array);
}

static void array_with_room_stays(void **state)
{
	(void)state;
	int array[4];
	size_t cap = 4;
	assert_ptr_equal(gv_grow(array, 3, &cap, sizeof *array), array);
	assert_int_equal(cap, 4);
}

static void array_too_large_is_refused(void **state)
{
	(void)state;
	size_t caps[] = {huge, huge / 2 + 1, huge / 2, huge / 16 + 1};
	int array[1] = {7};
	for (size_t i = 0; i < COUNT(caps); i++) {
		size_t cap = caps[i];
		assert_null(gv_grow(array, cap, &cap, 16));
		assert_true(cap == caps[i]);
	}
	assert_int_equal(array[0], 7);
}

static void arena_memory_stays_put_and_apart(void **state)
{
	(void)state;
	enum { PIECES = 300 };
	struct gv_arena arena = {0};
	unsigned char *pieces[PIECES];
	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = gv_arena_alloc(&arena, i * 7 % 200 + 1);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		memset(pieces[i], (int)(i % 251), i * 7 % 200 + 1);
	}
	for (size_t i = 0; i < PIECES; i++) {
		for (size_t j = 0; j < i * 7 % 200 + 1; j++)
			assert_int_equal(pieces[i][j], i % 251);
	}
	gv_arena_dispose(&arena);
	assert_null(arena.newest);
}

static void arena_takes_what_is_larger_than_a_chunk(void **state)
{
	(void)state;
	struct gv_arena arena = {0};
	char *small = gv_arena_alloc(&arena, 10);
	char *large = gv_arena_alloc(&arena, 1 << 20);
	char *after = gv_arena_alloc(&arena, 10);
	assert_true(small != NULL && large != NULL && after != NULL);
	memset(small, 1, 10);
	memset(large, 2, 1 << 20);
	memset(after, 3, 10);
	assert_int_equal(small[9], 1);
	assert_int_equal(large[(1 << 20) - 1], 2);
	gv_arena_dispose(&arena);
}

static void arena_gives_nothing_as_something(void **state)
{
	(void)state;
	struct gv_arena arena = {0};
	assert_non_null(gv_arena_alloc(&arena, 0));
	assert_non_null(gv_arena_alloc(&arena, 4096));
	assert_non_null(gv_arena_alloc(&arena, 0));
	gv_arena_dispose(&arena);
}

static void arena_refuses_what_cannot_be(void **state)
{
	(void)state;
	struct gv_arena arena = {0};
	for (size_t less = 0; less < 32; less++) /* where rounding up could overflow */
		assert_null(gv_arena_alloc(&arena, huge - less));
	assert_null(gv_arena_copy(&arena, (struct gv_span){"x", huge}).at);
	gv_arena_dispose(&arena);
}

static void arena_copies_end_in_nul(void **state)
{
	(void)state;
	struct gv_arena arena = {0};
	char room[32];
	memset(room, 'r', sizeof room);
	for (size_t len = 0; len <= sizeof room; len++) {
		struct gv_span copy = gv_arena_copy(&arena, (struct gv_span){room, len});
		assert_span(copy, (struct gv_span){room, len});
		assert_ptr_not_equal(copy.at, room);
		assert_int_equal(copy.at[len], '\0');
	}
	struct gv_span none = gv_arena_copy(&arena, (struct gv_span){0});
	assert_non_null(none.at);
	assert_int_equal(none.len, 0);
	gv_arena_dispose(&arena);
}

static void hexadecimal_digits_have_values(void **state)
{
	(void)state;
	assert_int_equal(gv_hex_digit('0'), 0);
	assert_int_equal(gv_hex_digit('9'), 9);
	assert_int_equal(gv_hex_digit('a'), 10);
	assert_int_equal(gv_hex_digit('F'), 15);
	assert_int_equal(gv_hex_digit('g'), -1);
	assert_int_equal(gv_hex_digit('\0'), -1);
	assert_int_equal(gv_hex_digit('/'), -1);
}

static void file_name_is_behind_folders_of_any_system(void **state)
{
	(void)state;
	assert_true(gv_span_equal(gv_span_file_name(GV_LITERAL("C:\\VMs\\a b.vmx")),
	                          GV_LITERAL("a b.vmx")));
	assert_true(
		gv_span_equal(gv_span_file_name(GV_LITERAL("/vms/a.vmx")), GV_LITERAL("a.vmx")));
	assert_true(gv_span_equal(gv_span_file_name(GV_LITERAL("a.vmx")), GV_LITERAL("a.vmx")));
	assert_int_equal(gv_span_file_name(GV_LITERAL("vms/")).len, 0);
	assert_int_equal(gv_span_file_name((struct gv_span){0}).len, 0);
}

static void trims_lines_at_both_ends(void **state)
{
	(void)state;
	assert_true(gv_span_equal(gv_span_trim_lines(GV_LITERAL(" \r\n\va \n b\t\n")),
	                          GV_LITERAL("a \n b")));
	assert_int_equal(gv_span_trim_lines(GV_LITERAL("\r\n")).len, 0);
	assert_int_equal(gv_span_trim_lines((struct gv_span){0}).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(span_of_text),
		cmocka_unit_test(part_of_span),
		cmocka_unit_test(comparing),
		cmocka_unit_test(empty_spans_without_bytes),
		cmocka_unit_test(trimming),
		cmocka_unit_test(words),
		cmocka_unit_test(numbers),
		cmocka_unit_test(what_is_no_number),
		cmocka_unit_test(buffer_collects),
		cmocka_unit_test(buffer_is_there_after_adding_nothing),
		cmocka_unit_test(buffer_keeps_room_for_its_nul),
		cmocka_unit_test(reserved_room_can_be_filled),
		cmocka_unit_test(exact_room_is_no_more_than_asked_for),
		cmocka_unit_test(common_starts_are_measured),
		cmocka_unit_test(buffer_failure_sticks),
		cmocka_unit_test(unformattable_text_fails_the_buffer),
		cmocka_unit_test(hexadecimal_digits_have_values),
		cmocka_unit_test(file_name_is_behind_folders_of_any_system),
		cmocka_unit_test(trims_lines_at_both_ends),
		cmocka_unit_test(array_grows_when_full),
		cmocka_unit_test(array_with_room_stays),
		cmocka_unit_test(array_too_large_is_refused),
		cmocka_unit_test(arena_memory_stays_put_and_apart),
		cmocka_unit_test(arena_takes_what_is_larger_than_a_chunk),
		cmocka_unit_test(arena_gives_nothing_as_something),
		cmocka_unit_test(arena_refuses_what_cannot_be),
		cmocka_unit_test(arena_copies_end_in_nul),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
