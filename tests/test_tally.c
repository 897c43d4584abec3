/* The counts of a run and the lines that tell them. */
#include "support.h"

#include "cli/tally.h"

static void counts_add_up(void **state)
{
	struct tally sum = {1, 2, 3, 4, 5, 6, {7, 8, 9}, 1};
	const struct tally more = {10, 20, 30, 40, 50, 60, {70, 80, 90}, 2};
	const struct tally want = {11, 22, 33, 44, 55, 66, {77, 88, 99}, 3};
	(void)state;
	tally_add(&sum, &more);
	assert_memory_equal(&sum, &want, sizeof want);
}

/* One finding for each letter: 'e'rror, 'w'arning, 'n'ote, in capitals when accepted. */
static void fill(struct gv_reported *at, struct gv_finding *findings, struct gv_report_file *file,
                 const char *letters)
{
	for (; *letters != '\0'; letters++) {
		size_t i = file->count++;
		char low = (char)(*letters | 0x20);
		findings[i].severity = low == 'e' ? GV_ERROR : low == 'w' ? GV_WARNING : GV_NOTE;
		at[i] = (struct gv_reported){.finding = &findings[i], .accepted = low != *letters};
	}
}

static void findings_are_counted_by_severity(void **state)
{
	static const struct {
		const char *letters;
		size_t errors, warnings, notes, accepted;
		bool any_counts;
	} rows[] = {{"", 0, 0, 0, 0, false},     {"nnn", 0, 0, 3, 0, false},
	            {"wn", 0, 1, 1, 0, true},    {"een", 2, 0, 1, 0, true},
	            {"EWN", 0, 0, 0, 3, false},  {"Een", 1, 0, 1, 1, true}};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_reported at[8] = {0};
		struct gv_finding findings[8] = {0};
		struct gv_report_file file = {.at = at};
		struct tally tally = {0};
		fill(at, findings, &file, rows[i].letters);
		assert_int_equal(tally_findings(&tally, &file, GV_RUN_FIX), rows[i].any_counts);
		assert_int_equal(tally.findings[GV_ERROR], rows[i].errors);
		assert_int_equal(tally.findings[GV_WARNING], rows[i].warnings);
		assert_int_equal(tally.findings[GV_NOTE], rows[i].notes);
		assert_int_equal(tally.accepted, rows[i].accepted);
	}
}

/* What a fix mends does not stay; of a check everything does. */
static void what_stays_depends_on_the_run(void **state)
{
	static const struct {
		enum gv_run_kind run;
		enum gv_state state;
		size_t count;
	} rows[] = {{GV_RUN_CHECK, GV_WOULD_FIX, 1}, {GV_RUN_CHECK, GV_OPEN, 1},
	            {GV_RUN_FIX, GV_FIXED, 0},       {GV_RUN_FIX, GV_OPEN, 1},
	            {GV_RUN_DRY, GV_WOULD_FIX, 0},   {GV_RUN_DRY, GV_OPEN, 1}};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_finding finding = {.severity = GV_ERROR};
		struct gv_reported at = {.finding = &finding, .state = rows[i].state};
		struct gv_report_file file = {.at = &at, .count = 1};
		struct tally tally = {0};
		assert_int_equal(tally_findings(&tally, &file, rows[i].run), rows[i].count);
		assert_int_equal(tally.findings[GV_ERROR], rows[i].count);
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
	{{20, 2, 3, 4, 5, 6, {[GV_ERROR] = 2, [GV_WARNING] = 1, [GV_NOTE] = 3}, 0},
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
		cmocka_unit_test(what_stays_depends_on_the_run),
		cmocka_unit_test(summaries_tell_what_is_not_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
