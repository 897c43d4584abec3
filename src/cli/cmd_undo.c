/* undo: files and their backups change places. */
#include <stdlib.h>
#include <string.h>

#include "base/replace.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/targets.h"

static bool has_backup(const char *path)
{
	struct gv_buf backup = {0};
	struct gv_os_stat stat;
	gv_buf_text(&backup, path);
	gv_buf_text(&backup, GV_BACKUP_SUFFIX);
	bool there = !backup.failed && gv_os_stat(NULL, backup.at, false, &stat) == 0;
	gv_buf_dispose(&backup);
	return there;
}

static void show_undone(struct cli *cli, const char *path)
{
	if (cli->settings.quiet)
		return;
	output_path(&cli->out, path);
	output_format(&cli->out, ": %s with %s\n",
	              cli->settings.dry_run ? "would be swapped" : "swapped", "its backup");
}

static bool undo_file(struct cli *cli, const char *path)
{
	struct gv_repair_options options = {
		.max_size = cli->settings.max_size,
		.force = cli->settings.force,
		.write = !cli->settings.dry_run,
		.lock = cli->settings.lock,
	};
	struct gv_repair repair = {0};
	struct gv_error err = {0};
	enum gv_status status = gv_undo_file(&repair, path, &options, &err);
	bool good = status == GV_OK && !repair.refused;
	if (status != GV_OK)
		output_failure(&cli->out, path, &err);
	else if (repair.refused)
		show_refused(&cli->out, path, &repair, cli->settings.force);
	else
		show_undone(cli, path);
	gv_repair_dispose(&repair);
	return good;
}

/* A file found in a folder takes part when it has a backup; a named one must have one. */
static bool takes_part(struct cli *cli, const struct gv_path *path)
{
	if (path->named || has_backup(path->path))
		return true;
	if (cli->settings.verbose) {
		output_path(&cli->out, path->path);
		output_text(&cli->out, ": no backup\n");
	}
	return false;
}

static enum gv_exit undo_files(struct cli *cli, const struct gv_paths *paths)
{
	enum gv_exit status = EXIT_DONE;
	size_t taken = 0;
	for (size_t i = 0; i < paths->count; i++) {
		const struct gv_path *path = &paths->at[i];
		if (path->trouble != NULL) {
			output_failure(&cli->out, path->path, path->trouble);
			status = EXIT_NO;
		} else if (takes_part(cli, path)) {
			taken++;
			status = undo_file(cli, path->path) ? status : EXIT_NO;
		}
	}
	if (taken == 0 && status == EXIT_DONE && !cli->settings.quiet)
		output_text(&cli->out, "nothing to undo: no file has a backup\n");
	return status;
}

enum gv_exit cmd_undo(struct cli *cli)
{
	struct targets targets = {0};
	enum gv_exit status = EXIT_MISUSE;
	for (int i = 0; i < cli->count; i++) {
		if (!targets_is_input(cli->arguments[i]))
			continue;
		output_error(&cli->out, NULL, "undo: standard input has no backup");
		return EXIT_MISUSE;
	}
	if (targets_find(&targets, cli, NULL)) {
		if (!cli->settings.dry_run)
			targets_clean_up(cli, &targets.paths);
		status = undo_files(cli, &targets.paths);
	}
	targets_dispose(&targets);
	return status;
}
