/* verify: what VMware's logs say about 3D, machine by machine. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <gpuvirt/verify.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/reporting.h"
#include "cli/targets.h"
#include "cli/wrap.h"
#include "platform/os.h"

/* So many machines are looked at before they are told of. */
enum { WINDOW = 32 };

/* What is to be said of one machine. */
struct told {
	struct output out;
	struct report_piece piece;
	enum gv_3d state;
	bool good;
	bool failed;   /* it, or its log, could not be read */
	bool unspoken; /* memory ran out */
};

struct tally_3d {
	size_t states[GV_3D_STATES];
	size_t all;
	size_t bad;
	size_t failed;
};

struct verify {
	struct cli *cli;
	struct reporting reporting;
	struct targets targets;
	struct gv_knowledge *knowledge;
	struct told *told; /* of the window */
	size_t first;      /* of the window */
	struct tally_3d tally;
	struct progress progress;
	bool failed;             /* memory ran out */
	atomic_bool reader_gone; /* nobody reads the output any more */
};

static const enum style state_styles[] = {
	[GV_3D_ON] = STYLE_GREEN,  [GV_3D_OFF] = STYLE_YELLOW,     [GV_3D_HOST_FAIL] = STYLE_RED,
	[GV_3D_CRASH] = STYLE_RED, [GV_3D_UNKNOWN] = STYLE_YELLOW,
};

_Static_assert(sizeof state_styles / sizeof *state_styles == GV_3D_STATES,
               "every state has a style");

/* ---- one machine, for people ---- */

static void show_state(struct output *out, const char *path, const struct gv_verdict *verdict)
{
	output_style(out, STYLE_BOLD);
	output_path(out, path);
	output_style(out, STYLE_PLAIN);
	output_text(out, ": ");
	output_style(out, state_styles[verdict->state]);
	output_text(out, gv_3d_name(verdict->state));
	output_style(out, STYLE_PLAIN);
	const char *why = verdict->doubt != GV_DOUBT_NONE ? gv_doubt_name(verdict->doubt)
	                                                  : verdict->causes[0];
	if (why != NULL)
		output_format(out, " [%s]", why);
	output_text(out, "\n");
}

static void show_row(struct output *out, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		output_format(out, "    %-9s %s\n", name, text);
}

static void show_sentences(struct output *out, const struct verify *run,
                           const struct gv_verification *result)
{
	struct gv_buf says = {0};
	gv_verification_say(&says, result, run->knowledge);
	if (says.len > 0 && !says.failed) {
		output_text(out, "    ");
		wrap_text(out, says.at, 4, 4, wrap_width(out));
	}
	out->pending.failed |= says.failed;
	gv_buf_dispose(&says);
}

/* What weighs less than the first cause. */
static void show_more_causes(struct output *out, const struct verify *run,
                             const struct gv_verdict *verdict)
{
	for (size_t i = 1; i < GV_MAX_CAUSES && verdict->causes[i] != NULL; i++) {
		const struct gv_cause *cause = gv_cause_find(run->knowledge, verdict->causes[i]);
		if (cause != NULL)
			output_format(out, "    also      %s [%s]\n", cause->says, cause->id);
	}
}

static void show_evidence(struct output *out, const struct gv_verification *result, bool all)
{
	for (size_t i = 0; i < result->verdict.evidence_count; i++) {
		const struct gv_evidence *evidence = &result->verdict.evidence[i];
		if (!all && !evidence->decisive)
			continue;
		output_text(out, "    ");
		output_path(out, evidence->sandbox ? result->sandbox : result->log);
		output_format(out, ":%llu: %s\n", (unsigned long long)evidence->line,
		              evidence->text);
	}
}

static void show_level(struct output *out, const struct gv_verdict *verdict)
{
	if (verdict->level[0] != '\0')
		output_format(out, "    %-9s feature level %s\n", "DirectX", verdict->level);
}

/* Which log was read, where that does not go without saying. */
static void show_log(struct output *out, const struct gv_verification *result)
{
	if (!result->rotated)
		return;
	output_format(out, "    %-9s ", "log");
	output_path(out, result->log);
	output_text(out, ", newer than the vmware.log there\n");
}

static void show_product(struct output *out, const struct gv_verdict *verdict)
{
	if (verdict->product[0] != '\0')
		output_format(out, "    %-9s %s %s\n", "product", verdict->product,
		              verdict->version);
}

static void show_result(struct output *out, const struct verify *run, const char *path,
                        const struct gv_verification *result)
{
	const struct gv_verdict *verdict = &result->verdict;
	bool all = run->cli->settings.verbose;
	bool unknown = verdict->state == GV_3D_UNKNOWN;
	show_state(out, path, verdict);
	show_sentences(out, run, result);
	if (all)
		show_more_causes(out, run, verdict);
	if (!unknown || all) {
		show_row(out, "renderer", verdict->renderer);
		show_row(out, "GPU", verdict->adapter);
		show_row(out, "driver", verdict->driver);
		show_level(out, verdict);
		show_product(out, verdict);
	}
	show_log(out, result);
	if (result->touched)
		output_text(out, "    the .vmx was written since, but nothing that 3D depends on "
		                 "has changed;\n    to be certain boot it once, then verify\n");
	show_evidence(out, result, all);
}

/* ---- many machines ---- */

static void judge(struct verify *run, struct told *told, const char *path,
                  const struct gv_verification *result, const struct gv_error *failure)
{
	struct gv_report_file file;
	struct gv_verify_details of = {result, run->knowledge};
	struct gv_report_details details = {gv_verify_add_details, &of};
	told->failed = failure->status != GV_OK;
	told->state = result->verdict.state;
	told->good = !told->failed && gv_verification_is_good(result);
	told->unspoken =
		gv_report_file_found(&file, &run->reporting.report, path, &result->findings,
	                             result->finding_path, &details, failure, NULL) != GV_OK;
	if (told->unspoken)
		return;
	if (reporting_is_text(&run->reporting) && told->failed)
		output_failure(&told->out, path, failure);
	else if (reporting_is_text(&run->reporting) && !run->cli->settings.quiet)
		show_result(&told->out, run, path, result);
	reporting_make(&run->reporting, &told->piece, &file);
	gv_report_file_dispose(&file);
}

/* In a worker. */
static void look(void *context, unsigned worker, size_t piece)
{
	struct verify *run = context;
	struct told *told = &run->told[piece];
	const struct gv_path *path = &run->targets.paths.at[run->first + piece];
	struct gv_verify_options options = {run->knowledge, run->cli->settings.max_size};
	struct gv_verification result = {0};
	struct gv_error failure = {0};
	(void)worker;
	*told = (struct told){0};
	output_record(&told->out, &run->cli->out);
	if (path->trouble != NULL)
		failure = *path->trouble;
	else
		gv_verify_path(&result, path->path, &options, &failure);
	judge(run, told, path->path, &result, &failure);
	gv_verification_dispose(&result);
}

static void deliver(struct verify *run, struct told *told)
{
	struct tally_3d *tally = &run->tally;
	tally->all++;
	tally->failed += told->failed;
	tally->bad += !told->good && !told->failed;
	if (!told->failed)
		tally->states[told->state]++;
	run->failed |= told->unspoken || !output_play(&run->cli->out, &told->out);
	reporting_take(&run->reporting, &told->piece);
	output_close(&told->out);
	if (run->cli->out.code == EPIPE)
		atomic_store(&run->reader_gone, true);
}

static bool is_enough(void *context)
{
	struct verify *run = context;
	return gv_os_ending() != 0 || atomic_load(&run->reader_gone);
}

/* True when all machines were told of. */
static bool look_at_all(struct verify *run, struct gv_pool *pool)
{
	size_t count = run->targets.paths.count;
	progress_begin(&run->progress, count, !run->cli->settings.quiet);
	gv_os_note_endings();
	while (run->first < count && !is_enough(run)) {
		size_t left = count - run->first;
		struct gv_job job = {
			.count = left < WINDOW ? left : WINDOW,
			.chunk = 1,
			.work = look,
			.is_enough = is_enough,
			.context = run,
		};
		progress_tell(&run->progress, run->first, run->targets.paths.at[run->first].path);
		size_t done = gv_pool_run(pool, &job);
		progress_clear(&run->progress);
		for (size_t i = 0; i < done; i++)
			deliver(run, &run->told[i]);
		run->first += done;
	}
	run->cli->ending = gv_os_ending();
	if (run->cli->ending != 0)
		output_error(&run->cli->out, NULL, "stopped after %zu of %zu machines", run->first,
		             count);
	return run->first == count;
}

static void summarise(struct gv_buf *line, const struct tally_3d *tally)
{
	const char *separator = ", ";
	gv_buf_format(line, "%zu machine%s", tally->all, tally->all == 1 ? "" : "s");
	for (int i = 0; i < GV_3D_STATES; i++) {
		if (tally->states[i] > 0)
			gv_buf_format(line, "%s%zu %s", separator, tally->states[i],
			              gv_3d_name((enum gv_3d)i));
	}
	if (tally->failed > 0)
		gv_buf_format(line, "%s%zu failed", separator, tally->failed);
	gv_buf_char(line, '\n');
}

static enum gv_exit run_all(struct verify *run, struct gv_pool *pool)
{
	const struct settings *settings = &run->cli->settings;
	struct gv_buf summary = {0};
	bool complete = look_at_all(run, pool);
	if (run->failed) {
		output_error(&run->cli->out, NULL, "out of memory");
		complete = false;
	}
	summarise(&summary, &run->tally);
	bool to_people = reporting_is_text(&run->reporting) && settings->output == NULL;
	if (complete || to_people)
		complete = reporting_finish(&run->reporting, &summary, false) && complete;
	gv_buf_dispose(&summary);
	size_t bad = settings->exit_zero ? 0 : run->tally.bad;
	return complete && bad + run->tally.failed == 0 ? EXIT_DONE : EXIT_NO;
}

/* Templates never run: what a search finds of them has no log. */
static void drop_templates(struct gv_paths *paths)
{
	size_t kept = 0;
	for (size_t i = 0; i < paths->count; i++) {
		struct gv_span path = gv_span_of(paths->at[i].path);
		if (paths->at[i].named || !gv_span_ends_nocase(path, GV_LITERAL(".vmtx")))
			paths->at[kept++] = paths->at[i];
	}
	paths->count = kept;
}

static bool takes_input(struct cli *cli)
{
	for (int i = 0; i < cli->count; i++) {
		if (!targets_is_input(cli->arguments[i]))
			continue;
		output_error(&cli->out, NULL,
		             "verify reads files, not standard input: name a .vmx or a .log");
		return true;
	}
	return false;
}

static enum gv_exit start(struct verify *run, struct gv_pool *pool)
{
	struct gv_topic *topics = NULL;
	struct gv_report about = {.run = GV_RUN_VERIFY};
	enum gv_exit status = EXIT_MISUSE;
	struct gv_error err = {0};
	run->told = calloc(WINDOW, sizeof *run->told);
	if (run->told == NULL || gv_knowledge_load(&run->knowledge, &err) != GV_OK ||
	    gv_verify_topics(&topics, &about.topic_count, run->knowledge, &err) != GV_OK)
		output_error(&run->cli->out, NULL, "out of memory");
	about.topics = topics;
	if (topics != NULL && reporting_open(&run->reporting, run->cli, &about))
		status = run_all(run, pool);
	if (topics != NULL)
		reporting_close(&run->reporting);
	free(topics);
	gv_knowledge_free(run->knowledge);
	free(run->told);
	return status;
}

enum gv_exit cmd_verify(struct cli *cli)
{
	const struct settings *settings = &cli->settings;
	struct verify run = {.cli = cli};
	enum gv_exit status = EXIT_MISUSE;
	if (takes_input(cli))
		return EXIT_MISUSE;
	struct gv_pool *pool =
		gv_pool_new(settings->jobs > 0 ? settings->jobs : gv_os_processors());
	if (targets_find(&run.targets, cli, pool)) {
		drop_templates(&run.targets.paths);
		status = start(&run, pool);
	}
	targets_dispose(&run.targets);
	gv_pool_free(pool);
	return status;
}
