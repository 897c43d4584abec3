/* rescue: what could stand in the place of a .vmx that is lost, and putting it there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gpuvirt/rescue.h>

#include "base/charset.h"
#include "base/replace.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/targets.h"

static const char *const damages[] = {
	[GV_DAMAGE_NONE] = "whole",  [GV_DAMAGE_MISSING] = "missing",
	[GV_DAMAGE_EMPTY] = "empty", [GV_DAMAGE_ZEROS] = "zeros",
	[GV_DAMAGE_CUT] = "cut off", [GV_DAMAGE_GARBAGE] = "overwritten",
};

_Static_assert(sizeof damages / sizeof *damages == GV_DAMAGE_COUNT, "every damage has a word");

static const char *const states[] = {
	[GV_CANDIDATE_WHOLE] = "whole",
	[GV_CANDIDATE_PARTIAL] = "partial",
	[GV_CANDIDATE_FOREIGN] = "only when named",
	[GV_CANDIDATE_USELESS] = "useless",
};

/* ", of 2026-01-31 12:00:00 UTC"; nothing when it is not known. */
static void show_time(struct output *out, uint64_t nanoseconds)
{
	char text[64] = "";
	time_t seconds = (time_t)(nanoseconds / 1000000000);
	const struct tm *parts = nanoseconds == 0 ? NULL : gmtime(&seconds);
	if (parts != NULL && strftime(text, sizeof text, ", of %Y-%m-%d %H:%M:%S UTC", parts) > 0)
		output_text(out, text);
}

/* A note may hold a name of the file's. */
static void show_note(struct output *out, const char *note)
{
	output_text(out, "      ");
	gv_charset_show(&out->pending, NULL, gv_span_of(note));
	output_text(out, "\n");
}

static void show_candidate(struct cli *cli, const struct gv_rescue *rescue, size_t index)
{
	const struct gv_candidate *candidate = &rescue->at[index];
	struct output *out = &cli->out;
	if (candidate->state == GV_CANDIDATE_USELESS)
		output_text(out, "   -  ");
	else
		output_format(out, "%4zu  ", index + 1);
	output_style(out, STYLE_BOLD);
	output_path(out, candidate->name);
	output_style(out, STYLE_PLAIN);
	output_format(out, ": %s", states[candidate->state]);
	if (candidate->entries > 0)
		output_format(out, ", %zu keys", candidate->entries);
	if (rescue->vmx != NULL && gv_vmx_counts(rescue->vmx)->entries > 0 &&
	    candidate->state != GV_CANDIDATE_USELESS)
		output_format(out, ", agrees with %zu of the %u that are left", candidate->agrees,
		              (unsigned)gv_vmx_counts(rescue->vmx)->entries);
	show_time(out, candidate->written);
	output_text(out, "\n");
	for (size_t i = 0; i < candidate->note_count; i++)
		show_note(out, candidate->notes[i]);
}

static void show_candidates(struct cli *cli, const struct gv_rescue *rescue)
{
	struct output *out = &cli->out;
	output_style(out, STYLE_BOLD);
	output_path(out, rescue->path);
	output_style(out, STYLE_PLAIN);
	output_format(out, ": %s: ", damages[rescue->damage]);
	output_path(out, rescue->damage_text);
	output_text(out, "\n");
	for (size_t i = 0; i < rescue->count; i++)
		show_candidate(cli, rescue, i);
	if (rescue->passed_over > 0)
		output_format(out, "      %zu more files were not looked at\n",
		              rescue->passed_over);
}

/* The candidate that is asked for; NULL when there is none, and why is said. */
static const struct gv_candidate *choose(struct cli *cli, const struct gv_rescue *rescue)
{
	const char *name = cli->settings.candidate;
	const struct gv_candidate *chosen =
		name != NULL ? gv_rescue_find(rescue, name) : gv_rescue_best(rescue);
	if (chosen == NULL && name != NULL)
		output_error(&cli->out, rescue->path, "there is no candidate \"%s\"", name);
	else if (chosen == NULL)
		output_error(&cli->out, rescue->path, "nothing beside it can stand in its place%s",
		             rescue->count > 0 ? "" : ": no FILE~, FILE.bak* or vmware*.log");
	if (chosen == NULL || chosen->state != GV_CANDIDATE_USELESS)
		return chosen;
	output_error(&cli->out, rescue->path, "%s cannot stand in its place: %s", chosen->name,
	             chosen->note_count > 0 ? chosen->notes[0] : "");
	return NULL;
}

static enum gv_exit show_difference(struct cli *cli, const struct gv_rescue *rescue,
                                    const struct gv_candidate *chosen)
{
	struct gv_repair repair = {.vmx = chosen->vmx};
	gv_rescue_edits(&repair.plan.edits, rescue, chosen);
	if (repair.plan.edits.failed) {
		output_error(&cli->out, NULL, "out of memory");
	} else {
		gv_buf_add(&repair.original, rescue->left);
		show_diff(&cli->out, rescue->path, &repair);
	}
	gv_edits_dispose(&repair.plan.edits);
	gv_buf_dispose(&repair.original);
	if (!cli->settings.quiet)
		output_error(&cli->out, rescue->path, "nothing is written without --write");
	return EXIT_NO;
}

static void tell_written(struct cli *cli, const struct gv_rescue *rescue,
                         const struct gv_candidate *chosen, const char *moved_to)
{
	if (cli->settings.quiet)
		return;
	output_path(&cli->out, rescue->path);
	output_text(&cli->out, ": rescued from ");
	output_path(&cli->out, chosen->name);
	if (rescue->damage != GV_DAMAGE_MISSING)
		output_text(&cli->out, "; what was left stays as its " GV_BACKUP_SUFFIX);
	if (moved_to != NULL) {
		output_text(&cli->out, ", the older one as ");
		output_path(&cli->out, moved_to);
	}
	output_text(&cli->out, "\n");
}

/* True when no guard speaks against writing, or --force overrides those that do. */
static bool is_allowed(struct cli *cli, const struct gv_rescue *rescue)
{
	struct gv_repair repair = {0};
	struct gv_error err = {0};
	if (gv_rescue_guard(&repair.refusals, rescue, &err) != GV_OK) {
		output_failure(&cli->out, rescue->path, &err);
		return false;
	}
	if (gv_refusals_first(&repair.refusals, cli->settings.force) == NULL)
		return true;
	show_refused(&cli->out, rescue->path, &repair, cli->settings.force);
	return false;
}

static enum gv_exit write_file(struct cli *cli, struct gv_rescue *rescue,
                               const struct gv_candidate *chosen)
{
	struct gv_error err = {0};
	const char *moved_to;
	if (!is_allowed(cli, rescue))
		return EXIT_NO;
	enum gv_status status = gv_rescue_write(rescue, chosen, &moved_to, &err);
	if (status == GV_OK)
		tell_written(cli, rescue, chosen, moved_to);
	else
		output_failure(&cli->out, rescue->path, &err);
	if (status != GV_OK && moved_to != NULL)
		output_error(&cli->out, rescue->path, "the backup that was there is now called %s",
		             moved_to);
	return status == GV_OK ? EXIT_DONE : EXIT_NO;
}

/* A file that is whole is not replaced, whatever is asked for: copying needs no help. */
static enum gv_exit leave_alone(struct cli *cli, const struct gv_rescue *rescue)
{
	if (cli->settings.candidate != NULL) {
		output_error(&cli->out, rescue->path,
		             "refused: it is whole, and nothing is rescued over it");
		return EXIT_NO;
	}
	if (!cli->settings.quiet) {
		output_path(&cli->out, rescue->path);
		output_text(&cli->out,
		            ": nothing to rescue: it is whole (check tells what else is wrong)\n");
	}
	return EXIT_DONE;
}

static enum gv_exit rescue_file(struct cli *cli, struct gv_rescue *rescue)
{
	if (rescue->damage == GV_DAMAGE_NONE)
		return leave_alone(cli, rescue);
	if (!cli->settings.quiet)
		show_candidates(cli, rescue);
	const struct gv_candidate *chosen = choose(cli, rescue);
	if (chosen == NULL)
		return EXIT_NO;
	return cli->settings.write ? write_file(cli, rescue, chosen)
	                           : show_difference(cli, rescue, chosen);
}

/* What is no file of a machine, or lies in no folder, is misuse. */
static enum gv_exit refuse_path(struct cli *cli, const struct gv_error *err)
{
	output_failure(&cli->out, cli->arguments[0], err);
	return err->status == GV_EINVAL || err->code == ENOENT ? EXIT_MISUSE : EXIT_NO;
}

enum gv_exit cmd_rescue(struct cli *cli)
{
	const char *path = cli->arguments[0];
	struct gv_rescue *rescue = calloc(1, sizeof *rescue);
	struct gv_error err = {0};
	enum gv_exit status = EXIT_MISUSE;
	if (cli->settings.write)
		targets_clean_up_beside(cli, path);
	if (rescue == NULL)
		output_error(&cli->out, NULL, "out of memory");
	else if (gv_rescue_look(rescue, path, cli->settings.max_size, &err) == GV_OK)
		status = rescue_file(cli, rescue);
	else
		status = refuse_path(cli, &err);
	if (rescue != NULL)
		gv_rescue_dispose(rescue);
	free(rescue);
	return status;
}
