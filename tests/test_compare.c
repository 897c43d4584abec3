/* The edits from one text to another: right for any two texts, and no larger than need be. */
#include "support.h"

#include "rescue/compare.h"

static void assert_becomes(struct gv_span old, struct gv_span new, const struct gv_edits *edits)
{
	struct gv_buf out = {0};
	struct gv_error err = {0};
	assert_int_equal(gv_edits_apply(edits, old, &out, &err), GV_OK);
	assert_span(gv_buf_span(&out), new);
	gv_buf_dispose(&out);
}

static void how_much_changes(void **state)
{
	(void)state;
	static const struct {
		const char *old;
		const char *new;
		size_t edits;
		size_t removed; /* bytes */
		size_t added;
	} table[] = {
		{"", "", 0, 0, 0},
		{"a\n", "a\n", 0, 0, 0},
		{"", "a\nb\n", 1, 0, 4},
		{"a\nb\n", "", 1, 4, 0},
		{"a\nb", "a\nb\nc\n", 1, 1, 4}, /* the last line was cut */
		{"a\nc\n", "a\nb\nc\n", 1, 0, 2},
		{"a\nb\nc\n", "a\nc\n", 1, 2, 0},
		{"x\nb\ny\n", "a\nb\nc\n", 2, 4, 4},
		{"a\nb\nc\nd\n", "b\nc\nd\na\n", 2, 2, 2}, /* the longest row stays */
		{"a\na\nb\n", "a\nb\n", 1, 2, 0},
		{"a\nb\n", "a\na\nb\n", 1, 0, 2},
		{"a\r\n", "a\n", 1, 3, 2},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct gv_edits edits = {0};
		size_t removed = 0;
		size_t added = 0;
		rescue_compare(&edits, gv_span_of(table[i].old), gv_span_of(table[i].new));
		for (size_t j = 0; j < edits.count; j++) {
			removed += edits.at[j].len;
			added += edits.at[j].with.len;
		}
		assert_int_equal(edits.count, table[i].edits);
		assert_int_equal(removed, table[i].removed);
		assert_int_equal(added, table[i].added);
		assert_becomes(gv_span_of(table[i].old), gv_span_of(table[i].new), &edits);
		gv_edits_dispose(&edits);
	}
}

static size_t random_text(char *out, size_t size, uint64_t *seed)
{
	static const char bytes[] = "ab\n\n\0";
	size_t len = random_next(seed) % size;
	for (size_t i = 0; i < len; i++)
		out[i] = bytes[random_next(seed) % (sizeof bytes - 1)];
	return len;
}

static void any_text_becomes_any_other(void **state)
{
	(void)state;
	uint64_t seed = 6;
	for (int i = 0; i < 20000 / MANY_DIVISOR; i++) {
		char old[24];
		char new[24];
		struct gv_span from = {old, random_text(old, sizeof old, &seed)};
		struct gv_span to = {new, random_text(new, sizeof new, &seed)};
		struct gv_edits edits = {0};
		rescue_compare(&edits, from, to);
		assert_becomes(from, to, &edits);
		for (size_t j = 1; j < edits.count; j++)
			assert_true(edits.at[j - 1].at + edits.at[j - 1].len < edits.at[j].at);
		gv_edits_dispose(&edits);
	}
}

/* Comparing each line with each would take minutes. */
static void many_lines_take_no_square(void **state)
{
	(void)state;
	struct gv_buf up = {0};
	struct gv_buf down = {0};
	const int many = 200000 / MANY_DIVISOR;
	for (int i = 0; i < many; i++) {
		gv_buf_format(&up, "%d\n", i);
		gv_buf_format(&down, "%d\n", many - i);
	}
	struct gv_edits edits = {0};
	rescue_compare(&edits, gv_buf_span(&up), gv_buf_span(&down));
	assert_becomes(gv_buf_span(&up), gv_buf_span(&down), &edits);
	gv_edits_dispose(&edits);
	gv_buf_dispose(&up);
	gv_buf_dispose(&down);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_much_changes),
		cmocka_unit_test(any_text_becomes_any_other),
		cmocka_unit_test(many_lines_take_no_square),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
