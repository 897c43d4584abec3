/* gpuvirt/report.h: outcomes and states by run, totals, statistics, pieces made side by side. */
#include "support.h"

#include <pthread.h>

#include <gpuvirt/baseline.h>

#include "report/fingerprint.h"

static struct gv_rules rules;

static int load_rules(void **state)
{
	(void)state;
	size_t count;
	return gv_rules_add(&rules, gv_builtin_packs(&count)[0].yaml, NULL) != GV_OK;
}

static int drop_rules(void **state)
{
	(void)state;
	gv_rules_dispose(&rules);
	return 0;
}

#define HEAD "config.version = \"8\"\nvirtualHW.version = \"21\"\n"
#define GOOD HEAD "mks.enable3d = \"TRUE\"\n"
#define PLAIN "plain words\n" /* nothing mends it */
#define GUESS "a = x y\n"     /* mended with unsafe only */

/* A file as gv_repair_file leaves it, without the file. Dispose with drop_repair. */
static struct gv_repair make_repair(enum gv_run_kind run, const char *text, bool unsafe)
{
	struct gv_repair repair = {0};
	struct gv_policy policy = {.rules = &rules};
	gv_buf_text(&repair.original, text);
	assert_int_equal(gv_vmx_parse(&repair.vmx, gv_buf_span(&repair.original), NULL), GV_OK);
	if (run == GV_RUN_CHECK) {
		assert_int_equal(gv_examine(&repair.plan.found, repair.vmx, &policy, NULL), GV_OK);
		repair.plan.changes = gv_findings_are_fixed(&repair.plan.found, unsafe);
	} else {
		assert_int_equal(gv_plan_make(&repair.plan, repair.vmx, &policy, unsafe, NULL),
		                 GV_OK);
	}
	return repair;
}

/* What a file looks like in a row: 'o'pen, 'w'ould be fixed, 'f'ixed, in capitals when accepted. */
static void show_states(char *out, const struct gv_report_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		char letter = "owf"[file->at[i].state];
		*out++ = file->at[i].accepted ? (char)(letter - 'a' + 'A') : letter;
	}
	*out = '\0';
}

enum refused { FREE, FORCEABLE, NEVER, NO_VMX };

static void refuse(struct gv_repair *repair, enum refused how)
{
	repair->refused = how != FREE;
	if (how == FORCEABLE || how == NEVER)
		repair->refusals.at[repair->refusals.count++] =
			(struct gv_refusal){"guard", how == FORCEABLE, "no"};
	if (how == NO_VMX)
		repair->what_else = "a shell script";
}

static void outcome_follows_from_run_and_repair(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum refused refused;
		struct {
			enum gv_outcome outcome;
			bool needy;
			const char *states;
		} want[GV_RUN_COUNT];
	} rows[] = {
		{GOOD, FREE,
	         {[GV_RUN_CHECK] = {GV_IN_ORDER, false, ""},
	          [GV_RUN_DIFF] = {GV_IN_ORDER, false, ""},
	          [GV_RUN_FIX] = {GV_IN_ORDER, false, ""},
	          [GV_RUN_DRY] = {GV_IN_ORDER, false, ""}}},
		{HEAD, FREE,
	         {[GV_RUN_CHECK] = {GV_NEEDS_REPAIR, true, "o"},
	          [GV_RUN_DIFF] = {GV_WOULD_CHANGE, true, "w"},
	          [GV_RUN_FIX] = {GV_REPAIRED, false, "f"},
	          [GV_RUN_DRY] = {GV_WOULD_CHANGE, false, "w"}}},
		{HEAD PLAIN, FREE,
	         {[GV_RUN_CHECK] = {GV_NEEDS_REPAIR, true, "oo"},
	          [GV_RUN_DIFF] = {GV_WOULD_CHANGE, true, "ow"},
	          [GV_RUN_FIX] = {GV_REPAIRED, true, "fo"},
	          [GV_RUN_DRY] = {GV_WOULD_CHANGE, true, "ow"}}},
		{GOOD PLAIN, FREE,
	         {[GV_RUN_CHECK] = {GV_NEEDS_REPAIR, true, "o"},
	          [GV_RUN_DIFF] = {GV_NEEDS_REPAIR, false, "o"},
	          [GV_RUN_FIX] = {GV_NEEDS_REPAIR, true, "o"},
	          [GV_RUN_DRY] = {GV_NEEDS_REPAIR, true, "o"}}},
		{GOOD GUESS, FREE,
	         {[GV_RUN_CHECK] = {GV_NEEDS_REPAIR, true, "o"},
	          [GV_RUN_DIFF] = {GV_NEEDS_REPAIR, false, "o"},
	          [GV_RUN_FIX] = {GV_NEEDS_REPAIR, true, "o"},
	          [GV_RUN_DRY] = {GV_NEEDS_REPAIR, true, "o"}}},
		/* A note, of the missing version, is nothing to repair. */
		{"virtualHW.version = \"21\"\nmks.enable3d = \"TRUE\"\n", FREE,
	         {[GV_RUN_CHECK] = {GV_IN_ORDER, false, "o"},
	          [GV_RUN_DIFF] = {GV_IN_ORDER, false, "o"},
	          [GV_RUN_FIX] = {GV_IN_ORDER, false, "o"},
	          [GV_RUN_DRY] = {GV_IN_ORDER, false, "o"}}},
		{HEAD, FORCEABLE,
	         {[GV_RUN_CHECK] = {GV_NEEDS_REPAIR, true, "o"},
	          [GV_RUN_DIFF] = {GV_WOULD_CHANGE, true, "o"},
	          [GV_RUN_FIX] = {GV_REFUSED, false, "o"},
	          [GV_RUN_DRY] = {GV_REFUSED, false, "o"}}},
		{HEAD, NEVER,
	         {[GV_RUN_CHECK] = {GV_REFUSED, false, "o"},
	          [GV_RUN_DIFF] = {GV_REFUSED, false, "o"},
	          [GV_RUN_FIX] = {GV_REFUSED, false, "o"},
	          [GV_RUN_DRY] = {GV_REFUSED, false, "o"}}},
		{HEAD, NO_VMX,
	         {[GV_RUN_CHECK] = {GV_REFUSED, false, "o"},
	          [GV_RUN_DIFF] = {GV_REFUSED, false, "o"},
	          [GV_RUN_FIX] = {GV_REFUSED, false, "o"},
	          [GV_RUN_DRY] = {GV_REFUSED, false, "o"}}},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int run = 0; run <= GV_RUN_DRY; run++) {
			struct gv_report report = {.run = (enum gv_run_kind)run, .rules = &rules};
			struct gv_repair repair = make_repair(report.run, rows[i].text, false);
			struct gv_report_file file;
			char states[20];
			refuse(&repair, rows[i].refused);
			assert_int_equal(
				gv_report_file_make(&file, &report, "a", &repair, NULL, NULL),
				GV_OK);
			show_states(states, &file);
			if (file.outcome != rows[i].want[run].outcome ||
			    file.needy != rows[i].want[run].needy ||
			    strcmp(states, rows[i].want[run].states) != 0)
				fail_msg("row %zu run %d: %s %d %s", i, run,
				         gv_outcome_name(file.outcome), file.needy, states);
			gv_report_file_dispose(&file);
			gv_repair_dispose(&repair);
		}
	}
}

static void unsafe_run_mends_guesses(void **state)
{
	(void)state;
	struct gv_report report = {.run = GV_RUN_FIX, .rules = &rules, .unsafe = true};
	struct gv_repair repair = make_repair(GV_RUN_FIX, GOOD GUESS, true);
	struct gv_report_file file;
	char states[20];
	assert_int_equal(gv_report_file_make(&file, &report, "a", &repair, NULL, NULL), GV_OK);
	show_states(states, &file);
	assert_string_equal(states, "f");
	assert_int_equal(file.outcome, GV_REPAIRED);
	gv_report_file_dispose(&file);
	gv_repair_dispose(&repair);
}

static void failure_outweighs_all(void **state)
{
	(void)state;
	struct gv_report report = {.run = GV_RUN_FIX, .rules = &rules, .fingerprints = true};
	struct gv_repair repair = make_repair(GV_RUN_FIX, HEAD, false);
	struct gv_error failure = {0};
	struct gv_report_file file;
	assert_int_equal(gv_report_file_make(&file, &report, "a", &repair, &failure, NULL), GV_OK);
	assert_int_equal(file.outcome, GV_REPAIRED);
	assert_null(file.failure);
	gv_report_file_dispose(&file);
	gv_fail(&failure, GV_ESYSTEM, "disk full");
	assert_int_equal(gv_report_file_make(&file, &report, "a", &repair, &failure, NULL), GV_OK);
	assert_int_equal(file.outcome, GV_FAILED);
	assert_int_equal(file.count, 0);
	gv_report_file_dispose(&file);
	gv_repair_dispose(&repair);
}

/* The baseline of TEXT, made by the format and read again. */
static struct gv_baseline *accept(const char *text)
{
	struct gv_report report = {.rules = &rules, .fingerprints = true};
	struct gv_repair repair = make_repair(GV_RUN_CHECK, text, false);
	struct gv_report_totals totals = {0};
	struct gv_baseline *known = NULL;
	struct gv_report_file file;
	struct gv_buf out = {0};
	assert_int_equal(gv_report_file_make(&file, &report, "a", &repair, NULL, NULL), GV_OK);
	gv_baseline_format()->begin(&out, &report);
	gv_baseline_format()->file(&out, &report, &file);
	gv_baseline_format()->end(&out, &report, &totals);
	assert_false(out.failed);
	assert_int_equal(gv_baseline_read(&known, gv_buf_span(&out), NULL), GV_OK);
	gv_buf_dispose(&out);
	gv_report_file_dispose(&file);
	gv_repair_dispose(&repair);
	return known;
}

static void accepted_findings_do_not_count(void **state)
{
	(void)state;
	static const struct {
		const char *accepted;
		const char *text;
		enum gv_run_kind run;
		enum gv_outcome outcome;
		bool needy;
		const char *states;
	} rows[] = {
		{GOOD PLAIN, GOOD PLAIN, GV_RUN_CHECK, GV_IN_ORDER, false, "O"},
		{GOOD PLAIN, "# moved\n" GOOD PLAIN, GV_RUN_CHECK, GV_IN_ORDER, false, "O"},
		{GOOD PLAIN, GOOD PLAIN PLAIN, GV_RUN_CHECK, GV_NEEDS_REPAIR, true, "Oo"},
		{GOOD, GOOD PLAIN, GV_RUN_CHECK, GV_NEEDS_REPAIR, true, "o"},
		{HEAD, HEAD, GV_RUN_CHECK, GV_IN_ORDER, false, "O"},
		/* What is mended was not left alone, whether it was accepted or not. */
		{HEAD PLAIN, HEAD PLAIN, GV_RUN_FIX, GV_REPAIRED, false, "fO"},
		{HEAD PLAIN, HEAD PLAIN, GV_RUN_DIFF, GV_WOULD_CHANGE, true, "OW"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct gv_baseline *known = accept(rows[i].accepted);
		struct gv_report report = {.run = rows[i].run, .rules = &rules, .known = known};
		struct gv_repair repair = make_repair(report.run, rows[i].text, false);
		struct gv_report_file file;
		char states[20];
		assert_int_equal(gv_report_file_make(&file, &report, "./a", &repair, NULL, NULL),
		                 GV_OK);
		show_states(states, &file);
		if (file.outcome != rows[i].outcome || file.needy != rows[i].needy ||
		    strcmp(states, rows[i].states) != 0)
			fail_msg("row %zu: %s %d %s", i, gv_outcome_name(file.outcome), file.needy,
			         states);
		gv_report_file_dispose(&file);
		gv_repair_dispose(&repair);
		gv_baseline_free(known);
	}
}

static void add_text(struct gv_report_totals *totals, enum gv_run_kind run, const char *text)
{
	struct gv_report report = {.run = run, .rules = &rules};
	struct gv_repair repair = make_repair(run, text, false);
	struct gv_report_file file;
	assert_int_equal(gv_report_file_make(&file, &report, "a", &repair, NULL, NULL), GV_OK);
	gv_report_totals_add(totals, &file);
	gv_report_file_dispose(&file);
	gv_repair_dispose(&repair);
}

static void totals_are_those_of_all_files(void **state)
{
	(void)state;
	struct gv_report_totals one = {0};
	struct gv_report_totals all = {0};
	add_text(&one, GV_RUN_CHECK, GOOD);
	add_text(&one, GV_RUN_CHECK, HEAD PLAIN PLAIN);
	add_text(&all, GV_RUN_CHECK, HEAD GUESS);
	add_text(&all, GV_RUN_FIX, HEAD "vmotion.svga.a = \"1\"\n");
	gv_report_totals_merge(&all, &one);
	gv_report_totals_dispose(&one);
	assert_false(all.failed);
	assert_int_equal(all.files, 4);
	assert_int_equal(all.needy, 2);
	assert_int_equal(all.outcomes[GV_IN_ORDER], 1);
	assert_int_equal(all.outcomes[GV_NEEDS_REPAIR], 2);
	assert_int_equal(all.outcomes[GV_REPAIRED], 1);
	assert_int_equal(all.findings[GV_ERROR], 5);
	assert_int_equal(all.findings[GV_WARNING], 0);
	assert_int_equal(all.fixed, 2);
	struct gv_buf text = {0};
	gv_report_statistics(&text, &all);
	assert_span(gv_buf_span(&text), SPAN("       3  malformed-line  (1 fixable)\n"
	                                     "       2  enable-3d  (fixable)\n"));
	gv_buf_dispose(&text);
	gv_report_totals_dispose(&all);
}

static void rules_of_one_count_stand_by_name(void **state)
{
	(void)state;
	struct gv_report_totals totals = {0};
	struct gv_buf text = {0};
	add_text(&totals, GV_RUN_CHECK, HEAD "mks.enable3d = \"\x1A\"\na = \"1\"\na = \"1\"\n");
	gv_report_statistics(&text, &totals);
	assert_span(gv_buf_span(&text), SPAN("       1  ctrl-z\n"
	                                     "       1  duplicate-name  (fixable)\n"
	                                     "       1  enable-3d  (fixable)\n"));
	gv_buf_dispose(&text);
	gv_report_totals_dispose(&totals);
}

static void formats_are_found_by_name(void **state)
{
	(void)state;
	size_t count;
	const struct gv_format *formats = gv_formats(&count);
	assert_int_equal(count, 6);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(gv_format_find(formats[i].name), &formats[i]);
		assert_true(strlen(formats[i].summary) > 10);
	}
	assert_null(gv_format_find("text"));
	assert_null(gv_format_find(""));
	assert_null(gv_format_find("baseline"));
}

#define TROUBLE \
	".encoding = \"GBK\"\n" HEAD "\xD6\xD0 = \xA1\xB0\xCE\xC4\xA1\xB1\n" \
	"n = \"\xD6\xD0\"\nn = \"\xCE\xC4\"\nmks.enable3d = \"\xD6\"\n" PLAIN GUESS

/* What each thread makes of the one file, all formats one behind the other. */
struct shared {
	const struct gv_report *report;
	const struct gv_repair *repair;
};

static void *make_pieces(void *argument)
{
	const struct shared *shared = argument;
	struct gv_buf *out = calloc(1, sizeof *out);
	struct gv_report_file file;
	size_t count;
	const struct gv_format *formats = gv_formats(&count);
	if (out == NULL || gv_report_file_make(&file, shared->report, "a", shared->repair, NULL,
	                                       NULL) != GV_OK)
		return NULL;
	for (int i = 0; i < 20; i++) {
		for (size_t j = 0; j < count; j++)
			formats[j].file(out, shared->report, &file);
		gv_baseline_format()->file(out, shared->report, &file);
	}
	gv_report_file_dispose(&file);
	return out;
}

/* Also what thread sanitizers look at. */
static void pieces_are_made_side_by_side(void **state)
{
	(void)state;
	struct gv_baseline *known = accept(TROUBLE);
	struct gv_report report = {.run = GV_RUN_DIFF, .rules = &rules, .known = known};
	struct gv_repair repair = make_repair(GV_RUN_DIFF, TROUBLE, false);
	struct shared shared = {&report, &repair};
	struct gv_buf *alone = make_pieces(&shared);
	pthread_t threads[4];
	assert_non_null(alone);
	for (size_t i = 0; i < COUNT(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_pieces, &shared), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *made;
		assert_int_equal(pthread_join(threads[i], &made), 0);
		assert_non_null(made);
		struct gv_buf *out = made;
		assert_false(out->failed);
		assert_span(gv_buf_span(out), gv_buf_span(alone));
		gv_buf_dispose(out);
		free(out);
	}
	struct gv_baseline_counts counts = gv_baseline_count(known);
	assert_int_equal(counts.seen, counts.entries);
	gv_buf_dispose(alone);
	free(alone);
	gv_repair_dispose(&repair);
	gv_baseline_free(known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcome_follows_from_run_and_repair),
		cmocka_unit_test(unsafe_run_mends_guesses),
		cmocka_unit_test(failure_outweighs_all),
		cmocka_unit_test(accepted_findings_do_not_count),
		cmocka_unit_test(totals_are_those_of_all_files),
		cmocka_unit_test(rules_of_one_count_stand_by_name),
		cmocka_unit_test(formats_are_found_by_name),
		cmocka_unit_test(pieces_are_made_side_by_side),
	};
	return cmocka_run_group_tests(tests, load_rules, drop_rules);
}
