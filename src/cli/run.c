#include "cli/run.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <gpuvirt/batch.h>

#include "cli/progress.h"
#include "cli/show.h"
#include "cli/targets.h"
#include "platform/os.h"

struct run {
	struct cli *cli;
	const struct run_mode *mode;
	enum gv_run_kind kind; /* of a dry run another than the mode's */
	const struct targets *targets;
	struct reporting reporting;
	struct tally tally;
	struct progress progress;
	atomic_bool reader_gone; /* nobody reads the output any more */
	bool failed;             /* memory ran out: something was not said */
};

static const char *label_of(const struct run *run, size_t index)
{
	return targets_label(run->targets->paths.at[index].path);
}

/* Counts FILE, and says in a report for people what became of it. */
static void tell(const struct run *run, struct teller *teller, const struct gv_report_file *file)
{
	bool text = reporting_is_text(&run->reporting);
	/* Not even --force helps: there is nothing to say about its keys. */
	bool hopeless =
		file->repair != NULL && (file->repair->what_else != NULL ||
	                                 gv_refusals_first(&file->repair->refusals, true) != NULL);
	if (file->failure != NULL) {
		teller->tally.failed++;
		if (text)
			output_failure(&teller->out, file->path, file->failure);
	} else if (hopeless) {
		teller->tally.refused++;
		if (text)
			show_refused(&teller->out, file->path, file->repair, true);
	} else {
		run->mode->count(&teller->tally, file, teller->run);
		if (text)
			run->mode->show(teller, file);
	}
}

/* Where fix reads standard input its text, and nothing else, goes to standard output. */
static void pass_text(struct teller *teller, const struct gv_report_file *file)
{
	const struct gv_repair *repair = file->repair;
	if (repair == NULL || !repair->from_input || repair->refused || teller->run != GV_RUN_FIX)
		return;
	const struct gv_buf *text = repair->plan.changes ? &repair->plan.text : &repair->original;
	output_data(&teller->out, gv_buf_span(text));
}

/* In a worker. NULL when memory ran out. */
static void *render(void *context, size_t index, const struct gv_repair *repair,
                    const struct gv_error *err)
{
	struct run *run = context;
	struct gv_report_file file;
	struct teller *teller = malloc(sizeof *teller);
	if (teller == NULL ||
	    gv_report_file_make(&file, &run->reporting.report, label_of(run, index), repair, err,
	                        NULL) != GV_OK) {
		free(teller);
		return NULL;
	}
	*teller = (struct teller){
		.settings = &run->cli->settings, .run = run->kind, .tally.files = 1};
	output_record(&teller->out, &run->cli->out);
	pass_text(teller, &file);
	tell(run, teller, &file);
	reporting_make(&run->reporting, &teller->piece, &file);
	gv_report_file_dispose(&file);
	return teller;
}

static void discard(void *context, void *rendered)
{
	struct teller *teller = rendered;
	(void)context;
	output_close(&teller->out);
	report_piece_dispose(&teller->piece);
	free(teller);
}

static void deliver(void *context, size_t index, void *rendered)
{
	struct run *run = context;
	struct teller *teller = rendered;
	(void)index;
	if (teller == NULL) {
		run->failed = true;
		return;
	}
	if (!output_is_empty(&teller->out) || teller->piece.text.len > 0)
		progress_clear(&run->progress);
	if (!output_is_empty(&teller->out))
		run->failed |= !output_play(&run->cli->out, &teller->out);
	reporting_take(&run->reporting, &teller->piece);
	tally_add(&run->tally, &teller->tally);
	discard(run, teller);
	if (run->cli->out.code == EPIPE)
		atomic_store(&run->reader_gone, true);
}

static void tell_progress(void *context, size_t looked_at)
{
	struct run *run = context;
	progress_tell(&run->progress, looked_at, run->targets->paths.at[looked_at - 1].path);
}

static bool is_reader_gone(void *context)
{
	struct run *run = context;
	return atomic_load(&run->reader_gone);
}

/* Says how far a run came that was asked to end, and how to go on. */
static void tell_stopped(struct run *run, size_t done)
{
	run->cli->ending = gv_os_ending();
	if (run->cli->ending == 0)
		return;
	output_error(&run->cli->out, NULL,
	             "stopped after %zu of %zu files; what is done is whole, and another run "
	             "does the rest",
	             done, run->targets->paths.count);
}

static bool run_batch(struct run *run, struct gv_pool *pool)
{
	const struct settings *settings = &run->cli->settings;
	const struct gv_paths *paths = &run->targets->paths;
	struct gv_error err = {0};
	size_t done = 0;
	struct gv_repair_options options = {
		.max_size = settings->max_size,
		.unsafe = settings->unsafe,
		.force = settings->force,
		.backup = !settings->no_backup,
		.write = run->kind == GV_RUN_FIX,
		.lock = settings->lock,
		.findings_only = run->kind == GV_RUN_CHECK,
	};
	struct gv_batch batch = {
		.paths = paths->at,
		.count = paths->count,
		.pool = pool,
		.options = &options,
		.policies = run->targets->scope.policies,
		.durability = settings->durability,
		.render = render,
		.deliver = deliver,
		.discard = discard,
		.progress = tell_progress,
		.is_over = is_reader_gone,
		.context = run,
	};
	progress_begin(&run->progress, paths->count, !settings->quiet);
	gv_os_note_endings();
	run->failed |= gv_batch_run(&batch, &done, &err) != GV_OK;
	progress_clear(&run->progress);
	tell_stopped(run, done);
	return !run->failed && done == paths->count;
}

/* The exit status: what --exit-zero forgives is findings, not failures. */
static enum gv_exit judge(const struct run *run, bool complete)
{
	const struct settings *settings = &run->cli->settings;
	bool forgiving = settings->exit_zero || settings->write_baseline != NULL;
	size_t bad = forgiving ? 0 : run->tally.needy + run->tally.refused;
	return complete && bad + run->tally.failed == 0 ? EXIT_DONE : EXIT_NO;
}

/* The line at the end, as far as there is one. */
static void summarise(const struct run *run, struct gv_buf *line)
{
	run->mode->summarise(line, run->cli, &run->tally);
	gv_buf_char(line, '\n');
}

static enum gv_exit run_files(struct run *run, struct gv_pool *pool)
{
	struct gv_buf summary = {0};
	bool complete = run_batch(run, pool);
	summarise(run, &summary);
	if (run->failed) {
		output_error(&run->cli->out, NULL, "out of memory");
		complete = false;
	}
	/* What is not complete replaces no report and no baseline. */
	bool to_people = reporting_is_text(&run->reporting) && run->cli->settings.output == NULL;
	if (complete || to_people)
		complete = reporting_finish(&run->reporting, &summary, run->mode->is_patch) &&
		           complete;
	gv_buf_dispose(&summary);
	return judge(run, complete);
}

/* The text of a filter owns standard output; the report steps aside. */
static void step_aside(struct cli *cli, const struct gv_paths *paths)
{
	for (size_t i = 0; i < paths->count && cli->settings.output == NULL; i++) {
		if (paths->at[i].named && targets_is_input(paths->at[i].path))
			cli->out.file = 2;
	}
}

static enum gv_exit start(struct run *run, const struct gv_rules *rules, struct gv_pool *pool)
{
	const struct gv_paths *paths = &run->targets->paths;
	if (run->mode->run == GV_RUN_FIX)
		step_aside(run->cli, paths);
	enum gv_exit status = EXIT_MISUSE;
	const struct gv_report about = {.run = run->kind, .rules = rules};
	if (reporting_open(&run->reporting, run->cli, &about)) {
		if (run->kind == GV_RUN_FIX)
			targets_clean_up(run->cli, paths);
		status = run_files(run, pool);
	}
	reporting_close(&run->reporting);
	return status;
}

enum gv_exit run_over_files(struct cli *cli, const struct run_mode *mode)
{
	const struct settings *settings = &cli->settings;
	struct gv_pool *pool =
		gv_pool_new(settings->jobs > 0 ? settings->jobs : gv_os_processors());
	struct targets targets = {0};
	struct gv_rules rules = {0};
	struct run run = {.cli = cli, .mode = mode, .kind = mode->run, .targets = &targets};
	enum gv_exit status = EXIT_MISUSE;
	if (mode->run == GV_RUN_FIX && settings->dry_run)
		run.kind = GV_RUN_DRY;
	if (targets_find(&targets, cli, pool) && targets_all_rules(&targets, cli, &rules)) {
		cli->default_rules = scope_is_default(&targets.scope, &targets.paths);
		status = start(&run, &rules, pool);
	}
	gv_rules_dispose(&rules);
	targets_dispose(&targets);
	gv_pool_free(pool);
	return status;
}
