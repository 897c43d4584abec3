/* check, diff and fix: the same run over many files, shown in three ways. */
#include "cli/command.h"
#include "cli/run.h"
#include "cli/show.h"

static void show_findings(struct teller *teller, const char *path,
                          const struct gv_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		show_finding(&teller->out, path, &findings->at[i]);
}

static void show_in_order(struct teller *teller, const char *path)
{
	output_path(&teller->out, path);
	output_text(&teller->out, ": in order\n");
}

static void show_check(struct teller *teller, const char *path, const struct gv_repair *repair)
{
	const struct gv_findings *found = &repair->plan.found;
	bool needy = tally_any_counts(found);
	tally_findings(&teller->tally, found);
	teller->tally.needy += needy;
	teller->tally.clean += !needy;
	if (teller->settings->quiet)
		return;
	show_findings(teller, path, found);
	show_refusals(&teller->out, path, &repair->refusals);
	if (teller->settings->verbose && found->count == 0)
		show_in_order(teller, path);
}

static void show_differences(struct teller *teller, const char *path,
                             const struct gv_repair *repair)
{
	teller->tally.needy += repair->plan.changes;
	teller->tally.clean += !repair->plan.changes;
	if (!repair->plan.changes) {
		if (teller->settings->verbose)
			output_error(&teller->out, path, "in order");
		return;
	}
	show_diff(&teller->out, path, repair);
	if (!teller->settings->quiet && repair->refused)
		show_refused(&teller->out, path, repair, teller->settings->force);
}

/* Where fix reads standard input its text, and nothing else, goes to standard output. */
static void pass_text(struct teller *teller, const struct gv_repair *repair)
{
	const struct gv_buf *text = repair->plan.changes ? &repair->plan.text : &repair->original;
	output_data(&teller->out, gv_buf_span(text));
}

static void show_repairs(struct teller *teller, const char *path, const struct gv_repair *repair)
{
	const struct gv_findings *found = &repair->plan.found;
	for (size_t i = 0; i < found->count; i++) {
		if (gv_finding_is_fixed(&found->at[i], teller->settings->unsafe))
			show_fixed(&teller->out, path, &found->at[i], teller->settings->dry_run);
	}
}

/* What a dry run leaves, by the lines of the file as it still is. */
static void show_untouched(struct teller *teller, const char *path, const struct gv_findings *found)
{
	for (size_t i = 0; i < found->count; i++) {
		if (!gv_finding_is_fixed(&found->at[i], teller->settings->unsafe))
			show_finding(&teller->out, path, &found->at[i]);
	}
}

static void show_fix(struct teller *teller, const char *path, const struct gv_repair *repair)
{
	const struct gv_findings *remain = gv_plan_remaining(&repair->plan);
	bool changes = repair->plan.changes;
	if (repair->refused) {
		teller->tally.refused++;
		show_refused(&teller->out, path, repair, teller->settings->force);
		return;
	}
	tally_findings(&teller->tally, remain);
	teller->tally.fixed += changes;
	teller->tally.needy += tally_any_counts(remain);
	teller->tally.clean += !changes && !tally_any_counts(remain);
	if (repair->from_input && !teller->settings->dry_run)
		pass_text(teller, repair);
	if (teller->settings->quiet)
		return;
	if (changes)
		show_repairs(teller, path, repair);
	if (changes && teller->settings->dry_run)
		show_untouched(teller, path, &repair->plan.found);
	else
		show_findings(teller, path, remain);
	if (teller->settings->verbose && !changes && remain->count == 0)
		show_in_order(teller, path);
}

static void print_summary(struct cli *cli, struct gv_buf *line)
{
	gv_buf_char(line, '\n');
	cli->out.pending.failed |= line->failed;
	output_bytes(&cli->out, gv_buf_span(line));
	gv_buf_dispose(line);
}

static void summarise_check(struct cli *cli, const struct tally *tally)
{
	struct gv_buf line = {0};
	tally_show_check(&line, tally);
	print_summary(cli, &line);
}

/* To standard error: standard output is the patch. */
static void summarise_diff(struct cli *cli, const struct tally *tally)
{
	struct gv_buf line = {0};
	tally_show_diff(&line, tally);
	output_error(&cli->out, NULL, "%s", line.failed ? "out of memory" : line.at);
	gv_buf_dispose(&line);
}

static void summarise_fix(struct cli *cli, const struct tally *tally)
{
	struct gv_buf line = {0};
	tally_show_fix(&line, tally, cli->settings.dry_run);
	/* Only of the default pack it is known that a repair asks for 3D. */
	const char *then = cli->settings.rules.count == 0
	                           ? "; VMware probes the GPU at the next power-on"
	                           : "; VMware reads the file at the next power-on";
	if (tally->fixed > 0 && !cli->settings.dry_run)
		gv_buf_text(&line, then);
	print_summary(cli, &line);
}

enum gv_exit cmd_check(struct cli *cli)
{
	static const struct run_mode mode = {false, true, show_check, summarise_check};
	return run_over_files(cli, &mode);
}

enum gv_exit cmd_diff(struct cli *cli)
{
	static const struct run_mode mode = {false, false, show_differences, summarise_diff};
	return run_over_files(cli, &mode);
}

enum gv_exit cmd_fix(struct cli *cli)
{
	static const struct run_mode mode = {true, false, show_fix, summarise_fix};
	return run_over_files(cli, &mode);
}
