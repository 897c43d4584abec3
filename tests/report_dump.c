/*
 * Prints a report as the program would: report_dump FORMAT RUN BASE [-b BASELINE] FILE...
 *
 * RUN is check, diff, dry or fix, with -unsafe behind it for guesses too. BASE may be "" (not
 * known). Files whose name ends in .fail are reported as failed. FORMAT may be baseline, or
 * statistics.
 */
#include "support.h"

#include <stdio.h>

#include <gpuvirt/baseline.h>

static const struct {
	const char *name;
	enum gv_run_kind run;
	bool unsafe;
} runs[] = {
	{"check", GV_RUN_CHECK, false}, {"diff", GV_RUN_DIFF, false},
	{"dry", GV_RUN_DRY, false},     {"fix", GV_RUN_FIX, false},
	{"diff-unsafe", GV_RUN_DIFF, true}, {"fix-unsafe", GV_RUN_FIX, true},
};

static void die(const char *what, const char *message)
{
	fprintf(stderr, "report_dump: %s: %s\n", what, message);
	exit(2);
}

static void set_run(struct gv_report *report, const char *name)
{
	for (size_t i = 0; i < COUNT(runs); i++) {
		if (strcmp(runs[i].name, name) != 0)
			continue;
		report->run = runs[i].run;
		report->unsafe = runs[i].unsafe;
		return;
	}
	die(name, "no such run");
}

/* The piece of PATH; whether something stands in it. */
static void dump_file(struct gv_buf *piece, const struct gv_format *format,
                      const struct gv_report *report, struct gv_report_totals *totals,
                      const char *path)
{
	struct gv_repair repair = {0};
	struct gv_policy policy = {.rules = report->rules};
	struct gv_repair_options options = {
		.policy = &policy,
		.max_size = GV_DEFAULT_MAX_SIZE,
		.unsafe = report->unsafe,
		.write = report->run == GV_RUN_FIX,
		.findings_only = report->run == GV_RUN_CHECK,
	};
	struct gv_report_file file;
	struct gv_error err = {0};
	if (gv_span_ends_nocase(gv_span_of(path), GV_LITERAL(".fail")))
		gv_fail_at(&err, GV_ESYSTEM, 3, 4, "it fails: <\"%%\">,:\x1B\xE2\x80\xAE\xFF");
	else
		gv_repair_file(&repair, path, &options, &err);
	if (gv_report_file_make(&file, report, path, &repair, &err, NULL) != GV_OK)
		die(path, "out of memory");
	gv_report_totals_add(totals, &file);
	if (format != NULL)
		format->file(piece, report, &file);
	gv_report_file_dispose(&file);
	gv_repair_dispose(&repair);
}

static void dump(const struct gv_format *format, const struct gv_report *report, char **paths)
{
	struct gv_report_totals totals = {0};
	struct gv_buf out = {0};
	bool any = false;
	if (format != NULL)
		format->begin(&out, report);
	for (; *paths != NULL; paths++) {
		struct gv_buf piece = {0};
		dump_file(&piece, format, report, &totals, *paths);
		if (any && piece.len > 0)
			gv_buf_text(&out, format->separator);
		any |= piece.len > 0;
		gv_buf_add(&out, gv_buf_span(&piece));
		out.failed |= piece.failed;
		gv_buf_dispose(&piece);
	}
	if (format != NULL)
		format->end(&out, report, &totals);
	else
		gv_report_statistics(&out, &totals);
	if (out.failed)
		die("report", "out of memory");
	fwrite(out.at, 1, out.len, stdout);
	gv_buf_dispose(&out);
	gv_report_totals_dispose(&totals);
}

/* Says on standard error what became of the baseline. */
static void tell_baseline(const struct gv_baseline *baseline)
{
	struct gv_baseline_counts counts = gv_baseline_count(baseline);
	fprintf(stderr, "entries %zu seen %zu stale %zu unvisited %zu\n", counts.entries,
	        counts.seen, counts.stale, counts.unvisited);
}

int main(int argc, char **argv)
{
	struct gv_rules rules = {0};
	struct gv_error err = {0};
	struct gv_baseline *known = NULL;
	if (argc < 4)
		die("usage", "report_dump FORMAT RUN BASE [-b BASELINE] FILE...");
	struct gv_report report = {.program = "1.2.3", .rules = &rules, .fingerprints = true};
	const struct gv_format *format = gv_format_find(argv[1]);
	if (strcmp(argv[1], "baseline") == 0)
		format = gv_baseline_format();
	else if (format == NULL && strcmp(argv[1], "statistics") != 0)
		die(argv[1], "no such format");
	set_run(&report, argv[2]);
	report.folder = argv[3][0] == '\0' ? NULL : argv[3];
	char **paths = argv + 4;
	if (argc > 5 && strcmp(argv[4], "-b") == 0) {
		struct gv_buf text = file_read(argv[5]);
		if (gv_baseline_read(&known, gv_buf_span(&text), &err) != GV_OK)
			die(argv[5], err.message);
		gv_buf_dispose(&text);
		report.known = known;
		paths += 2;
	}
	if (gv_rules_add(&rules, gv_builtin_packs(&(size_t){0})[0].yaml, &err) != GV_OK)
		die("rules", err.message);
	dump(format, &report, paths);
	if (known != NULL)
		tell_baseline(known);
	gv_baseline_free(known);
	gv_rules_dispose(&rules);
	return 0;
}
