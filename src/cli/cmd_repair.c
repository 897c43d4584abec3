/* check, diff and fix: the same run over many files, shown in three ways. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/show.h"
#include "cli/targets.h"

/* What became of the files, for the summary and the exit status. */
struct tally {
	size_t files;
	size_t clean; /* nothing found but notes */
	size_t needy; /* something to repair, or to look at */
	size_t fixed; /* repaired, or would be; some may be needy still */
	size_t refused;
	size_t failed;
	size_t findings[GV_SEVERITY_COUNT]; /* those that remain */
};

/* A way to run: what the three commands differ in. */
struct mode {
	bool write;
	bool findings_only;
	void (*show)(struct cli *cli, const char *path, const struct gv_repair *repair,
	             struct tally *tally);
	void (*summarise)(struct cli *cli, const struct tally *tally);
};

static void count_findings(struct tally *tally, const struct gv_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		tally->findings[findings->at[i].severity]++;
}

static bool any_counts(const struct gv_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (gv_finding_counts(&findings->at[i]))
			return true;
	}
	return false;
}

static void show_findings(struct cli *cli, const char *path, const struct gv_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		show_finding(&cli->out, path, &findings->at[i]);
}

static void show_in_order(struct cli *cli, const char *path)
{
	output_path(&cli->out, path);
	output_text(&cli->out, ": in order\n");
}

static void show_check(struct cli *cli, const char *path, const struct gv_repair *repair,
                       struct tally *tally)
{
	const struct gv_findings *found = &repair->plan.found;
	bool needy = any_counts(found);
	count_findings(tally, found);
	tally->needy += needy;
	tally->clean += !needy;
	if (cli->settings.quiet)
		return;
	show_findings(cli, path, found);
	show_refusals(&cli->out, path, &repair->refusals);
	if (cli->settings.verbose && found->count == 0)
		show_in_order(cli, path);
}

static void show_differences(struct cli *cli, const char *path, const struct gv_repair *repair,
                             struct tally *tally)
{
	tally->needy += repair->plan.changes;
	tally->clean += !repair->plan.changes;
	if (!repair->plan.changes) {
		if (cli->settings.verbose)
			output_error(&cli->out, path, "in order");
		return;
	}
	show_diff(&cli->out, path, repair);
	if (!cli->settings.quiet && repair->refused)
		show_refused(&cli->out, path, repair, cli->settings.force);
}

/* Where fix reads standard input its text, and nothing else, goes to standard output. */
static void pass_text(struct cli *cli, const struct gv_repair *repair)
{
	const struct gv_buf *text = repair->plan.changes ? &repair->plan.text : &repair->original;
	struct output data;
	output_open(&data, 1, COLOR_NEVER);
	output_bytes(&data, gv_buf_span(text));
	int code = output_close(&data);
	if (cli->out.code == 0)
		cli->out.code = code;
}

static void show_repairs(struct cli *cli, const char *path, const struct gv_repair *repair)
{
	const struct gv_findings *found = &repair->plan.found;
	for (size_t i = 0; i < found->count; i++) {
		if (gv_finding_is_fixed(&found->at[i], cli->settings.unsafe))
			show_fixed(&cli->out, path, &found->at[i], cli->settings.dry_run);
	}
}

/* What a dry run leaves, by the lines of the file as it still is. */
static void show_untouched(struct cli *cli, const char *path, const struct gv_findings *found)
{
	for (size_t i = 0; i < found->count; i++) {
		if (!gv_finding_is_fixed(&found->at[i], cli->settings.unsafe))
			show_finding(&cli->out, path, &found->at[i]);
	}
}

static void show_fix(struct cli *cli, const char *path, const struct gv_repair *repair,
                     struct tally *tally)
{
	const struct gv_findings *remain = gv_plan_remaining(&repair->plan);
	bool changes = repair->plan.changes;
	if (repair->refused) {
		tally->refused++;
		show_refused(&cli->out, path, repair, cli->settings.force);
		return;
	}
	count_findings(tally, remain);
	tally->fixed += changes;
	tally->needy += any_counts(remain);
	tally->clean += !changes && !any_counts(remain);
	if (repair->from_input && !cli->settings.dry_run)
		pass_text(cli, repair);
	if (cli->settings.quiet)
		return;
	if (changes)
		show_repairs(cli, path, repair);
	if (changes && cli->settings.dry_run)
		show_untouched(cli, path, &repair->plan.found);
	else
		show_findings(cli, path, remain);
	if (cli->settings.verbose && !changes && remain->count == 0)
		show_in_order(cli, path);
}

/* A summary line as it grows; the separator goes before the next count. */
struct summary {
	struct gv_buf line;
	const char *separator;
};

static struct summary start_summary(const struct tally *tally)
{
	struct summary summary = {.separator = ", "};
	gv_buf_format(&summary.line, "%zu file%s", tally->files, tally->files == 1 ? "" : "s");
	return summary;
}

static void add_count(struct summary *summary, size_t count, const char *one, const char *many)
{
	if (count == 0)
		return;
	gv_buf_format(&summary->line, "%s%zu %s", summary->separator, count,
	              count == 1 ? one : many);
	summary->separator = ", ";
}

static void add_findings(struct summary *summary, const struct tally *tally)
{
	add_count(summary, tally->refused, "refused", "refused");
	add_count(summary, tally->failed, "failed", "failed");
	summary->separator = "; ";
	add_count(summary, tally->findings[GV_ERROR], "error", "errors");
	add_count(summary, tally->findings[GV_WARNING], "warning", "warnings");
	add_count(summary, tally->findings[GV_NOTE], "note", "notes");
}

static void print_summary(struct cli *cli, struct summary *summary)
{
	gv_buf_char(&summary->line, '\n');
	cli->out.pending.failed |= summary->line.failed;
	output_bytes(&cli->out, gv_buf_span(&summary->line));
	gv_buf_dispose(&summary->line);
}

static void summarise_check(struct cli *cli, const struct tally *tally)
{
	struct summary summary = start_summary(tally);
	add_count(&summary, tally->needy, "needs repair", "need repair");
	add_count(&summary, tally->clean, "in order", "in order");
	add_findings(&summary, tally);
	print_summary(cli, &summary);
}

/* To standard error: standard output is the patch. */
static void summarise_diff(struct cli *cli, const struct tally *tally)
{
	struct summary summary = start_summary(tally);
	add_count(&summary, tally->needy, "would change", "would change");
	add_findings(&summary, tally);
	output_error(&cli->out, NULL, "%s",
	             summary.line.failed ? "out of memory" : summary.line.at);
	gv_buf_dispose(&summary.line);
}

static void summarise_fix(struct cli *cli, const struct tally *tally)
{
	struct summary summary = start_summary(tally);
	const char *fixed = cli->settings.dry_run ? "would be repaired" : "repaired";
	add_count(&summary, tally->fixed, fixed, fixed);
	add_count(&summary, tally->clean, "in order already", "in order already");
	add_findings(&summary, tally);
	/* Only of the default pack it is known that a repair asks for 3D. */
	const char *then = cli->settings.rules.count == 0
	                           ? "; VMware probes the GPU at the next power-on"
	                           : "; VMware reads the file at the next power-on";
	if (tally->fixed > 0 && !cli->settings.dry_run)
		gv_buf_text(&summary.line, then);
	print_summary(cli, &summary);
}

static void run_file(struct cli *cli, const struct mode *mode, const struct gv_path *path,
                     const struct gv_repair_options *options, struct tally *tally)
{
	struct gv_repair repair = {0};
	struct gv_error err = path->trouble != NULL ? *path->trouble : (struct gv_error){0};
	bool input = targets_is_input(path->path);
	const char *label = targets_label(path->path);
	tally->files++;
	if (err.status == GV_OK)
		gv_repair_file(&repair, input ? NULL : path->path, options, &err);
	if (err.status != GV_OK) {
		tally->failed++;
		output_failure(&cli->out, label, &err);
	} else if (repair.what_else != NULL || gv_refusals_first(&repair.refusals, true) != NULL) {
		/* Not even --force helps: there is nothing to say about its keys. */
		tally->refused++;
		show_refused(&cli->out, label, &repair, true);
	} else {
		mode->show(cli, label, &repair, tally);
	}
	gv_repair_dispose(&repair);
}

static enum gv_exit run_files(struct cli *cli, const struct mode *mode, struct gv_rules *rules,
                              const struct gv_paths *paths)
{
	const struct settings *settings = &cli->settings;
	struct gv_policy policy = {.rules = rules};
	struct gv_repair_options options = {
		.policy = &policy,
		.max_size = settings->max_size,
		.unsafe = settings->unsafe,
		.force = settings->force,
		.backup = !settings->no_backup,
		.write = mode->write && !settings->dry_run,
		.findings_only = mode->findings_only,
		.surroundings = gv_surroundings_new(), /* without it all is only slower */
	};
	struct tally tally = {0};
	/* The text of a filter owns standard output; the report steps aside. */
	for (size_t i = 0; mode->write && i < paths->count; i++) {
		if (targets_is_input(paths->at[i].path))
			cli->out.file = 2;
	}
	for (size_t i = 0; i < paths->count; i++)
		run_file(cli, mode, &paths->at[i], &options, &tally);
	gv_surroundings_free(options.surroundings);
	if (!settings->quiet)
		mode->summarise(cli, &tally);
	return tally.needy + tally.refused + tally.failed > 0 ? EXIT_NO : EXIT_DONE;
}

static enum gv_exit run(struct cli *cli, const struct mode *mode)
{
	struct gv_rules rules = {0};
	struct gv_paths paths = {0};
	enum gv_exit status = EXIT_MISUSE;
	if (targets_load_rules(cli, &rules) && targets_find_files(cli, &paths))
		status = run_files(cli, mode, &rules, &paths);
	gv_paths_dispose(&paths);
	gv_rules_dispose(&rules);
	return status;
}

enum gv_exit cmd_check(struct cli *cli)
{
	static const struct mode mode = {false, true, show_check, summarise_check};
	return run(cli, &mode);
}

enum gv_exit cmd_diff(struct cli *cli)
{
	static const struct mode mode = {false, false, show_differences, summarise_diff};
	return run(cli, &mode);
}

enum gv_exit cmd_fix(struct cli *cli)
{
	static const struct mode mode = {true, false, show_fix, summarise_fix};
	return run(cli, &mode);
}
