#include "cli/host_write.h"

#include "cli/show.h"
#include "cli/targets.h"
#include "platform/os.h"

/* A file for everybody that only its maker may read helps nobody. */
static void tell_mode(struct cli *cli, const struct gv_host_change *change)
{
	struct gv_os_stat stat;
	bool shared = change->row->base == GV_HOST_ABSOLUTE;
	if (shared && gv_os_stat(NULL, change->path, true, &stat) == 0 && (stat.mode & 04) == 0)
		output_error(&cli->out, change->path,
		             "other users may not read it, by the umask: chmod a+r it");
}

static void tell_result(struct cli *cli, const struct gv_host_change *change,
                        const struct gv_repair *repair, bool created)
{
	const char *path = change->path;
	if (cli->settings.dry_run) {
		show_diff(&cli->out, path, repair);
		return;
	}
	if (cli->settings.quiet)
		return;
	output_path(&cli->out, path);
	output_format(&cli->out, ": %s; for %s\n",
	              created           ? "created"
	              : repair->written ? "changed"
	                                : "nothing to change",
	              change->row->whose);
	if (change->row->rewritten && repair->written)
		output_error(&cli->out, path,
		             "VMware writes it anew when it is closed: see that it was closed");
	if (created)
		tell_mode(cli, change);
}

enum gv_exit host_write(struct cli *cli, const struct gv_host_row *row, const char *path,
                        const struct gv_change *changes, size_t count)
{
	const struct settings *settings = &cli->settings;
	struct gv_repair_options options = {
		.max_size = settings->max_size,
		.force = settings->force,
		.backup = !settings->no_backup,
		.write = !settings->dry_run,
		.lock = settings->lock,
	};
	struct gv_host_change change = {path,    row,   settings->root != NULL,
	                                changes, count, &options};
	struct gv_repair repair = {0};
	struct gv_error err = {0};
	bool created;
	if (options.write)
		targets_clean_up_beside(cli, path);
	enum gv_status status = gv_host_change(&repair, &created, &change, &err);
	bool good = status == GV_OK && !repair.refused;
	if (status != GV_OK)
		output_failure(&cli->out, path, &err);
	else if (repair.refused)
		show_refused(&cli->out, path, &repair, settings->force);
	else
		tell_result(cli, &change, &repair, created);
	gv_repair_dispose(&repair);
	return good ? EXIT_DONE : status == GV_EINVAL ? EXIT_MISUSE : EXIT_NO;
}
