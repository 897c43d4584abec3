/* The counts of a run and the lines that tell them. */
#include "support.h"

#include "cli/tally.h"

static void counts_add_up(void **state)
{
	struct tally sum = {1, 2, 3, 4, 5, 6, {7, 8, 9}};
	const struct tally more = {10, 20, 30, 40, 50, 60, {70, 80, 90}};
	const struct tally want = {11, 22, 33, 44, 55, 66, {77, 88, 99}};
	(void)state;
	tally_add(&sum, &more);
	assert_memory_equal(&sum, &want, sizeof want);
}

static void findings_are_counted_by_severity(void **state)
{
	static const struct {
		size_t errors, warnings, notes;
		bool any_counts;
	} rows[] = {{0, 0, 0, false}, {0, 0, 3, false}, {0, 1, 0, true}, {2, 0, 1, true}};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_finding at[8] = {0};
		struct gv_findings findings = {.at = at};
		struct tally tally = {0};
		for (size_t j = 0; j < rows[i].errors; j++)
			at[findings.count++].severity = GV_ERROR;
		for (size_t j = 0; j < rows[i].warnings; j++)
			at[findings.count++].severity = GV_WARNING;
		for (size_t j = 0; j < rows[i].notes; j++)
			at[findings.count++].severity = GV_NOTE;
		tally_findings(&tally, &findings);
		assert_int_equal(tally.findings[GV_ERROR], rows[i].errors);
		assert_int_equal(tally.findings[GV_WARNING], rows[i].warnings);
		assert_int_equal(tally.findings[GV_NOTE], rows[i].notes);
		assert_int_equal(tally_any_counts(&findings), rows[i].any_counts);
	}
}

static const struct {
	struct tally tally;
	const char *check;
	const char *diff;
	const char *fix;
	const char *dry;
} rows[] = {
	{{0}, "0 files", "0 files", "0 files", "0 files"},
	{{.files = 1, .clean = 1},
         "1 file, 1 in order",
         "1 file",
         "1 file, 1 in order already",
         "1 file, 1 in order already"},
	{{.files = 1, .needy = 1, .fixed = 1, .findings = {[GV_ERROR] = 1}},
         "1 file, 1 needs repair; 1 error",
         "1 file, 1 would change; 1 error",
         "1 file, 1 repaired; 1 error",
         "1 file, 1 would be repaired; 1 error"},
	{{20, 2, 3, 4, 5, 6, {[GV_ERROR] = 2, [GV_WARNING] = 1, [GV_NOTE] = 3}},
         "20 files, 3 need repair, 2 in order, 5 refused, 6 failed; 2 errors, 1 warning, 3 notes",
         "20 files, 3 would change, 5 refused, 6 failed; 2 errors, 1 warning, 3 notes",
         "20 files, 4 repaired, 2 in order already, 5 refused, 6 failed; 2 errors, 1 warning, "
         "3 notes",
         "20 files, 4 would be repaired, 2 in order already, 5 refused, 6 failed; 2 errors, "
         "1 warning, 3 notes"},
	{{.files = 2, .refused = 1, .failed = 1},
         "2 files, 1 refused, 1 failed",
         "2 files, 1 refused, 1 failed",
         "2 files, 1 refused, 1 failed",
         "2 files, 1 refused, 1 failed"},
	{{.files = 2, .findings = {[GV_WARNING] = 2, [GV_NOTE] = 1}},
         "2 files; 2 warnings, 1 note",
         "2 files; 2 warnings, 1 note",
         "2 files; 2 warnings, 1 note",
         "2 files; 2 warnings, 1 note"},
};

static void assert_line(struct gv_buf *line, const char *want)
{
	assert_span(gv_buf_span(line), gv_span_of(want));
	gv_buf_dispose(line);
}

static void summaries_tell_what_is_not_zero(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_buf line = {0};
		tally_show_check(&line, &rows[i].tally);
		assert_line(&line, rows[i].check);
		tally_show_diff(&line, &rows[i].tally);
		assert_line(&line, rows[i].diff);
		tally_show_fix(&line, &rows[i].tally, false);
		assert_line(&line, rows[i].fix);
		tally_show_fix(&line, &rows[i].tally, true);
		assert_line(&line, rows[i].dry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_add_up),
		cmocka_unit_test(findings_are_counted_by_severity),
		cmocka_unit_test(summaries_tell_what_is_not_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
