/* check, diff and fix: the same run over many files, shown in three ways. */
#include "cli/command.h"
#include "cli/run.h"
#include "cli/show.h"

/* Prints the findings of FILE that are in STATE and not accepted. */
static void show_findings(struct teller *teller, const struct gv_report_file *file,
                          enum gv_state state)
{
	for (size_t i = 0; i < file->count; i++) {
		if (file->at[i].state == state && !file->at[i].accepted)
			show_finding(&teller->out, file->path, file->at[i].finding);
	}
}

/* Prints the findings of FILE that are repaired, or would be; accepted or not. */
static void show_repairs(struct teller *teller, const struct gv_report_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		if (file->at[i].state != GV_OPEN)
			show_fixed(&teller->out, file->path, file->at[i].finding,
			           teller->run == GV_RUN_DRY);
	}
}

static void show_in_order(struct teller *teller, const char *path)
{
	output_path(&teller->out, path);
	output_text(&teller->out, ": in order\n");
}

static void count_check(struct tally *tally, const struct gv_report_file *file, enum gv_run_kind run)
{
	bool needy = tally_findings(tally, file, run);
	tally->needy += needy;
	tally->clean += !needy;
}

static void show_check(struct teller *teller, const struct gv_report_file *file)
{
	const struct settings *settings = teller->settings;
	if (settings->quiet)
		return;
	for (size_t i = 0; i < file->count; i++) {
		if (!file->at[i].accepted && settings->write_baseline == NULL)
			show_finding(&teller->out, file->path, file->at[i].finding);
	}
	show_refusals(&teller->out, file->path, &file->repair->refusals);
	if (settings->verbose && file->count == 0)
		show_in_order(teller, file->path);
}

static void count_differences(struct tally *tally, const struct gv_report_file *file,
                              enum gv_run_kind run)
{
	(void)run;
	tally->needy += file->repair->plan.changes;
	tally->clean += !file->repair->plan.changes;
}

static void show_differences(struct teller *teller, const struct gv_report_file *file)
{
	const struct gv_repair *repair = file->repair;
	if (!repair->plan.changes) {
		if (teller->settings->verbose)
			output_error(&teller->out, file->path, "in order");
		return;
	}
	show_diff(&teller->out, file->path, repair);
	if (!teller->settings->quiet && repair->refused)
		show_refused(&teller->out, file->path, repair, teller->settings->force);
}

static void count_fix(struct tally *tally, const struct gv_report_file *file, enum gv_run_kind run)
{
	bool changes = file->repair->plan.changes;
	if (file->repair->refused) {
		tally->refused++;
		return;
	}
	bool needy = tally_findings(tally, file, run);
	tally->fixed += changes;
	tally->needy += needy;
	tally->clean += !changes && !needy;
}

static void show_fix(struct teller *teller, const struct gv_report_file *file)
{
	if (file->repair->refused) {
		show_refused(&teller->out, file->path, file->repair, teller->settings->force);
		return;
	}
	if (teller->settings->quiet)
		return;
	show_repairs(teller, file);
	show_findings(teller, file, GV_OPEN);
	if (teller->settings->verbose && file->count == 0)
		show_in_order(teller, file->path);
}

static void summarise_check(struct gv_buf *out, const struct cli *cli, const struct tally *tally)
{
	(void)cli;
	tally_show_check(out, tally);
}

static void summarise_diff(struct gv_buf *out, const struct cli *cli, const struct tally *tally)
{
	(void)cli;
	tally_show_diff(out, tally);
}

static void summarise_fix(struct gv_buf *out, const struct cli *cli, const struct tally *tally)
{
	tally_show_fix(out, tally, cli->settings.dry_run);
	/* Only of the default pack it is known that a repair asks for 3D. */
	const char *then = cli->default_rules ? "; VMware probes the GPU at the next power-on"
	                                      : "; VMware reads the file at the next power-on";
	if (tally->fixed > 0 && !cli->settings.dry_run)
		gv_buf_text(out, then);
}

enum gv_exit cmd_check(struct cli *cli)
{
	static const struct run_mode mode = {GV_RUN_CHECK, false, count_check, show_check,
	                                     summarise_check};
	return run_over_files(cli, &mode);
}

enum gv_exit cmd_diff(struct cli *cli)
{
	static const struct run_mode mode = {GV_RUN_DIFF, true, count_differences, show_differences,
	                                     summarise_diff};
	return run_over_files(cli, &mode);
}

enum gv_exit cmd_fix(struct cli *cli)
{
	static const struct run_mode mode = {GV_RUN_FIX, false, count_fix, show_fix, summarise_fix};
	return run_over_files(cli, &mode);
}
