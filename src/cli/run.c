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
	const struct gv_paths *paths;
	struct tally tally;
	struct progress progress;
	atomic_bool reader_gone; /* nobody reads the output any more */
	bool failed;             /* memory ran out: something was not said */
};

/* What is said of a file that has something wrong before any rule is asked. */
static void tell_trouble(struct teller *teller, const char *path, const struct gv_error *err)
{
	teller->tally.failed++;
	output_failure(&teller->out, path, err);
}

/* Not even --force helps: there is nothing to say about its keys. */
static void tell_refused(struct teller *teller, const char *path, const struct gv_repair *repair)
{
	teller->tally.refused++;
	show_refused(&teller->out, path, repair, true);
}

/* In a worker. NULL when memory ran out. */
static void *render(void *context, size_t index, const struct gv_repair *repair,
                    const struct gv_error *err)
{
	struct run *run = context;
	const char *label = targets_label(run->paths->at[index].path);
	struct teller *teller = malloc(sizeof *teller);
	if (teller == NULL)
		return NULL;
	*teller = (struct teller){.settings = &run->cli->settings, .tally.files = 1};
	output_record(&teller->out, &run->cli->out);
	if (err->status != GV_OK)
		tell_trouble(teller, label, err);
	else if (repair->what_else != NULL || gv_refusals_first(&repair->refusals, true) != NULL)
		tell_refused(teller, label, repair);
	else
		run->mode->show(teller, label, repair);
	return teller;
}

static void discard(void *context, void *rendered)
{
	struct teller *teller = rendered;
	(void)context;
	output_close(&teller->out);
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
	if (!output_is_empty(&teller->out)) {
		progress_clear(&run->progress);
		run->failed |= !output_play(&run->cli->out, &teller->out);
	}
	tally_add(&run->tally, &teller->tally);
	discard(run, teller);
	if (run->cli->out.code == EPIPE)
		atomic_store(&run->reader_gone, true);
}

static void tell_progress(void *context, size_t looked_at)
{
	struct run *run = context;
	progress_tell(&run->progress, looked_at, run->paths->at[looked_at - 1].path);
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
	             done, run->paths->count);
}

static enum gv_exit run_files(struct cli *cli, const struct run_mode *mode,
                              const struct gv_rules *rules, const struct gv_paths *paths,
                              struct gv_pool *pool)
{
	const struct settings *settings = &cli->settings;
	struct run run = {.cli = cli, .mode = mode, .paths = paths};
	struct gv_error err = {0};
	size_t done = 0;
	struct gv_repair_options options = {
		.rules = rules,
		.max_size = settings->max_size,
		.unsafe = settings->unsafe,
		.force = settings->force,
		.backup = !settings->no_backup,
		.write = mode->write && !settings->dry_run,
		.findings_only = mode->findings_only,
	};
	struct gv_batch batch = {
		.paths = paths->at,
		.count = paths->count,
		.pool = pool,
		.options = &options,
		.durability = settings->durability,
		.render = render,
		.deliver = deliver,
		.discard = discard,
		.progress = tell_progress,
		.is_over = is_reader_gone,
		.context = &run,
	};
	progress_begin(&run.progress, paths->count, !settings->quiet);
	gv_os_note_endings();
	enum gv_status status = gv_batch_run(&batch, &done, &err);
	progress_clear(&run.progress);
	if (status != GV_OK || run.failed)
		output_error(&cli->out, NULL, "out of memory");
	tell_stopped(&run, done);
	if (!settings->quiet)
		mode->summarise(cli, &run.tally);
	const struct tally *tally = &run.tally;
	bool good = status == GV_OK && !run.failed && done == paths->count;
	return good && tally->needy + tally->refused + tally->failed == 0 ? EXIT_DONE : EXIT_NO;
}

/* The text of a filter owns standard output; the report steps aside. */
static void step_aside(struct cli *cli, const struct gv_paths *paths)
{
	for (size_t i = 0; i < paths->count; i++) {
		if (paths->at[i].named && targets_is_input(paths->at[i].path))
			cli->out.file = 2;
	}
}

enum gv_exit run_over_files(struct cli *cli, const struct run_mode *mode)
{
	unsigned jobs = cli->settings.jobs > 0 ? cli->settings.jobs : gv_os_processors();
	struct gv_pool *pool = gv_pool_new(jobs); /* without it all is only slower */
	struct gv_rules rules = {0};
	struct gv_paths paths = {0};
	enum gv_exit status = EXIT_MISUSE;
	if (targets_load_rules(cli, &rules) && targets_find_files(cli, pool, &paths)) {
		if (mode->write)
			step_aside(cli, &paths);
		if (mode->write && !cli->settings.dry_run)
			targets_clean_up(cli, &paths);
		status = run_files(cli, mode, &rules, &paths, pool);
	}
	gv_paths_dispose(&paths);
	gv_rules_dispose(&rules);
	gv_pool_free(pool);
	return status;
}
