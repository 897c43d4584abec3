/* gpuvirt/baseline.h: what is read, what is refused, and what is counted. */
#include "support.h"

#include <gpuvirt/baseline.h>

#include "report/fingerprint.h"

#define HEAD "{\"kind\":\"gpuvirt-baseline\",\"version\":1,\"fingerprints\":\"gpuvirt/v1\",\"findings\":"
#define ONE "00000000000000000000000000000001"
#define TWO "00000000000000000000000000000002"
#define ENTRY(path, digits) \
	"{\"path\":{\"text\":\"" path "\"},\"rule\":\"r\",\"fingerprint\":\"" digits "\"}"

static void what_is_no_baseline_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *message;
		uint32_t line;
	} rows[] = {
		{"", "empty", 1},
		{"{\n\"kind\":", "cannot be read as JSON from here on", 2},
		{"[]", "not a baseline: no \"kind\": \"gpuvirt-baseline\"", 0},
		{"null", "not a baseline: no \"kind\": \"gpuvirt-baseline\"", 0},
		{"{\"kind\":\"gpuvirt-report\"}", "not a baseline: no \"kind\": \"gpuvirt-baseline\"",
	         0},
		{"{\"kind\":\"gpuvirt-baseline\"}",
	         "a baseline of another version than 1: write it anew", 0},
		{"{\"kind\":\"gpuvirt-baseline\",\"version\":\"1\"}",
	         "a baseline of another version than 1: write it anew", 0},
		{"{\"kind\":\"gpuvirt-baseline\",\"version\":2,\"findings\":[]}",
	         "a baseline of another version than 1: write it anew", 0},
		{"{\"kind\":\"gpuvirt-baseline\",\"version\":1,\"fingerprints\":\"gpuvirt/v2\"}",
	         "a baseline of other fingerprints than gpuvirt/v1: write it anew", 0},
		{HEAD "{}}", "no list \"findings\"", 0},
		{HEAD "[1]}", "findings[0]: no fingerprint of 32 digits", 0},
		{HEAD "[" ENTRY("a", ONE) ",{}]}", "findings[1]: no fingerprint of 32 digits", 0},
		{HEAD "[" ENTRY("a", "1") "]}", "findings[0]: no fingerprint of 32 digits", 0},
		{HEAD "[{\"fingerprint\":\"" ONE "\"}]}", "findings[0]: no rule", 0},
		{HEAD "[{\"rule\":\"r\",\"path\":\"a\",\"fingerprint\":\"" ONE "\"}]}",
	         "findings[0]: no path", 0},
		{HEAD "[{\"rule\":\"r\",\"path\":{\"text\":\"a\",\"bytes\":\"YQ==\"},"
	              "\"fingerprint\":\"" ONE "\"}]}",
	         "findings[0]: no path", 0},
		{HEAD "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}", "nested too deeply", 1},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_baseline *baseline = NULL;
		struct gv_error err = {0};
		assert_int_equal(gv_baseline_read(&baseline, gv_span_of(rows[i].text), &err),
		                 GV_EPARSE);
		assert_null(baseline);
		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(err.line, rows[i].line);
	}
}

static void huge_file_is_refused_unread(void **state)
{
	(void)state;
	struct gv_baseline *baseline = NULL;
	struct gv_error err = {0};
	struct gv_span huge = {"", GV_BASELINE_LIMIT + 1};
	assert_int_equal(gv_baseline_read(&baseline, huge, &err), GV_ETOOBIG);
	assert_string_equal(err.message, "larger than 64 MiB");
}

static struct gv_baseline *read_baseline(const char *text)
{
	struct gv_baseline *baseline = NULL;
	struct gv_error err = {0};
	if (gv_baseline_read(&baseline, gv_span_of(text), &err) != GV_OK)
		fail_msg("%s", err.message);
	return baseline;
}

static void assert_counts(const struct gv_baseline *baseline, size_t entries, size_t seen,
                          size_t stale, size_t unvisited)
{
	struct gv_baseline_counts counts = gv_baseline_count(baseline);
	assert_int_equal(counts.entries, entries);
	assert_int_equal(counts.seen, seen);
	assert_int_equal(counts.stale, stale);
	assert_int_equal(counts.unvisited, unvisited);
}

static void entries_are_counted_by_what_became_of_them(void **state)
{
	(void)state;
	/* One stands twice, as after a merge by hand. */
	struct gv_baseline *baseline = read_baseline(
		HEAD "[" ENTRY("b", TWO) "," ENTRY("a", ONE) "," ENTRY("a", ONE) "," ENTRY(
			"a", "00000000000000000000000000000003") ",{\"path\":{\"bytes\":\"/w==\"},"
		"\"rule\":\"r\",\"fingerprint\":\"00000000000000000000000000000004\"}]}\n");
	assert_counts(baseline, 4, 0, 0, 4);
	assert_true(gv_baseline_accepts(baseline, (struct gv_fingerprint){0, 1}));
	assert_true(gv_baseline_accepts(baseline, (struct gv_fingerprint){0, 1}));
	assert_false(gv_baseline_accepts(baseline, (struct gv_fingerprint){1, 1}));
	assert_false(gv_baseline_accepts(baseline, (struct gv_fingerprint){0, 5}));
	assert_counts(baseline, 4, 1, 0, 3);
	assert_true(gv_baseline_visit(baseline, SPAN("a")));
	assert_true(gv_baseline_visit(baseline, SPAN("c")));
	assert_counts(baseline, 4, 1, 1, 2);
	assert_true(gv_baseline_visit(baseline, SPAN("\xFF")));
	assert_counts(baseline, 4, 1, 2, 1);
	gv_baseline_free(baseline);
}

static void empty_baseline_accepts_nothing(void **state)
{
	(void)state;
	struct gv_baseline *baseline = read_baseline(HEAD "[]}");
	assert_false(gv_baseline_accepts(baseline, (struct gv_fingerprint){0}));
	assert_true(gv_baseline_visit(baseline, SPAN("a")));
	assert_counts(baseline, 0, 0, 0, 0);
	gv_baseline_free(baseline);
	gv_baseline_free(NULL);
}

/* Each of many is found, and its neighbours are not. */
static void many_entries_are_told_apart(void **state)
{
	(void)state;
	enum { MANY = 2000 };
	struct gv_buf text = {0};
	gv_buf_text(&text, HEAD "[");
	for (unsigned i = 0; i < MANY; i++)
		gv_buf_format(&text,
		              "%s{\"path\":{\"text\":\"%u\"},\"rule\":\"r\","
		              "\"fingerprint\":\"%016x%016x\"}",
		              i > 0 ? "," : "", i % 7, i * 2654435761U, i * 2);
	gv_buf_text(&text, "]}");
	struct gv_baseline *baseline = read_baseline(text.at);
	for (unsigned i = 0; i < MANY; i++) {
		struct gv_fingerprint print = {i * 2654435761U, i * 2};
		assert_true(gv_baseline_accepts(baseline, print));
		print.low++;
		assert_false(gv_baseline_accepts(baseline, print));
	}
	assert_counts(baseline, MANY, MANY, 0, 0);
	gv_baseline_free(baseline);
	gv_buf_dispose(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_baseline_is_refused),
		cmocka_unit_test(huge_file_is_refused_unread),
		cmocka_unit_test(entries_are_counted_by_what_became_of_them),
		cmocka_unit_test(empty_baseline_accepts_nothing),
		cmocka_unit_test(many_entries_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
