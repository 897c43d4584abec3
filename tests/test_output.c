/* What goes to the user: in order on both streams, also when it is kept and played back. */
#include "support.h"

#include <errno.h>
#include <stdio.h>

#include "cli/output.h"
#include "platform/os.h"

static struct gv_buf written; /* "1[" or "2[", the bytes, "]" */
static int write_code;

int __wrap_gv_os_write(int file, const void *bytes, size_t size);
int __wrap_gv_os_write(int file, const void *bytes, size_t size)
{
	if (write_code != 0 && file == 1)
		return write_code;
	gv_buf_format(&written, "%d[", file);
	gv_buf_add(&written, (struct gv_span){bytes, size});
	gv_buf_char(&written, ']');
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	written = (struct gv_buf){0};
	write_code = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	gv_buf_dispose(&written);
	return 0;
}

static void assert_written(const char *want)
{
	assert_span(gv_buf_span(&written), gv_span_of(want));
}

/* What is sent: a letter of STEPS is a call. */
static void send(struct output *out, const char *steps)
{
	for (; *steps != '\0'; steps++) {
		char text[2] = {*steps, '\0'};
		if (*steps == 'e')
			output_error(out, "p", "e");
		else if (*steps == 'd')
			output_data(out, gv_span_of("d"));
		else
			output_text(out, text);
	}
}

static const struct {
	const char *steps; /* e: a message, d: data, others: text */
	int file;          /* of the report */
	const char *want;
} rows[] = {
	{"", 1, ""},
	{"a", 1, "1[a]"},
	{"abc", 1, "1[abc]"},
	{"e", 1, "2[gpuvirt: p: e\n]"},
	{"aebe", 1, "1[a]2[gpuvirt: p: e\n]1[b]2[gpuvirt: p: e\n]"},
	{"ee", 1, "2[gpuvirt: p: e\n]2[gpuvirt: p: e\n]"},
	{"ea", 1, "2[gpuvirt: p: e\n]1[a]"},
	{"ad", 2, "2[a]1[d]"},
	{"dab", 2, "1[d]2[ab]"},
	{"adeb", 2, "2[a]1[d]2[gpuvirt: p: e\n]2[b]"},
};

static void streams_keep_their_order(void **state)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct output out;
		set_up(state);
		output_open(&out, rows[i].file, COLOR_NEVER);
		send(&out, rows[i].steps);
		assert_int_equal(output_close(&out), 0);
		assert_written(rows[i].want);
		tear_down(state);
	}
}

/* Without the borders: how it is cut into writes is not of interest. */
static void join(struct gv_buf *to, const char *marked)
{
	for (const char *at = marked; *at != '\0'; at++) {
		bool again = at[0] == ']' && at[1] != '\0' && at[2] == '[' && to->len > 0 &&
		             strrchr("12", at[1]) != NULL;
		const char *open = at;
		while (again && open > marked && *open != '[')
			open--;
		if (again && open[-1] == at[1])
			at += 2; /* the same file goes on */
		else
			gv_buf_char(to, *at);
	}
	gv_buf_text(to, "");
}

static void records_are_played_as_they_were_sent(void **state)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct output out;
		struct output record;
		struct gv_buf have = {0};
		struct gv_buf want = {0};
		set_up(state);
		output_open(&out, rows[i].file, COLOR_NEVER);
		output_record(&record, &out);
		assert_true(output_is_empty(&record));
		send(&record, rows[i].steps);
		assert_int_equal(output_is_empty(&record), rows[i].steps[0] == '\0');
		assert_int_equal(written.len, 0);
		assert_true(output_play(&out, &record));
		assert_int_equal(output_close(&out), 0);
		gv_buf_text(&written, "");
		join(&have, written.len == 0 ? "" : written.at);
		join(&want, rows[i].want);
		assert_span(gv_buf_span(&have), gv_buf_span(&want));
		gv_buf_dispose(&have);
		gv_buf_dispose(&want);
		tear_down(state);
	}
}

static void records_follow_each_other(void **state)
{
	struct output out;
	struct output records[3];
	(void)state;
	output_open(&out, 1, COLOR_NEVER);
	for (size_t i = 0; i < COUNT(records); i++)
		output_record(&records[i], &out);
	send(&records[2], "x");
	send(&records[0], "ae");
	send(&records[1], "bc");
	for (size_t i = 0; i < COUNT(records); i++)
		assert_true(output_play(&out, &records[i]));
	output_close(&out);
	assert_written("1[a]2[gpuvirt: p: e\n]1[bcx]");
}

static void record_has_the_colours_of_what_it_is_for(void **state)
{
	static const enum color_choice choices[] = {COLOR_NEVER, COLOR_ALWAYS};
	for (size_t i = 0; i < COUNT(choices); i++) {
		struct output out;
		struct output record;
		set_up(state);
		output_open(&out, 1, choices[i]);
		output_record(&record, &out);
		output_style(&record, STYLE_BOLD);
		output_text(&record, "x");
		output_play(&out, &record);
		output_close(&out);
		assert_written(choices[i] == COLOR_ALWAYS ? "1[\x1B[1mx]" : "1[x]");
		tear_down(state);
	}
}

static void large_output_is_not_held_back(void **state)
{
	struct output out;
	char block[1000];
	(void)state;
	memset(block, 'x', sizeof block);
	output_open(&out, 1, COLOR_NEVER);
	for (int i = 0; i < 100; i++)
		output_bytes(&out, (struct gv_span){block, sizeof block});
	assert_in_range(written.len, 65536, 100003);
	output_close(&out);
	assert_in_range(written.len, 100000, 100020);
}

static void first_failure_is_kept_and_the_rest_not_tried(void **state)
{
	struct output out;
	struct output record;
	(void)state;
	output_open(&out, 1, COLOR_NEVER);
	output_record(&record, &out);
	send(&record, "aebe");
	write_code = EPIPE;
	output_play(&out, &record);
	assert_int_equal(out.code, EPIPE);
	write_code = ENOSPC;
	send(&out, "ce");
	write_code = 0;
	assert_int_equal(output_close(&out), EPIPE);
	assert_written("2[gpuvirt: p: e\n]2[gpuvirt: p: e\n]2[gpuvirt: p: e\n]");
}

static void what_is_said_is_made_printable(void **state)
{
	struct output out;
	(void)state;
	output_open(&out, 1, COLOR_NEVER);
	output_path(&out, "a\x1B[2J\n");
	output_error(&out, "b\x07", "c\x1B\x9b");
	output_close(&out);
	gv_buf_text(&written, "");
	for (size_t i = 0; i < written.len; i++)
		assert_true((unsigned char)written.at[i] >= 0x20 || i + 2 == written.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_keep_their_order),
		cmocka_unit_test(records_are_played_as_they_were_sent),
		cmocka_unit_test_setup_teardown(records_follow_each_other, set_up, tear_down),
		cmocka_unit_test(record_has_the_colours_of_what_it_is_for),
		cmocka_unit_test_setup_teardown(large_output_is_not_held_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(first_failure_is_kept_and_the_rest_not_tried,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_said_is_made_printable, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
