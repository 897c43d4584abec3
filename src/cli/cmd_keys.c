/* print, get, set, add and unset: the keys of one file. */
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/file.h"
#include "cli/changes.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/targets.h"
#include "platform/os.h"

/* A file that is not there is misuse: nothing was touched. */
static bool is_there(struct cli *cli, const char *path)
{
	struct gv_os_stat stat;
	int code = targets_is_input(path) ? 0 : gv_os_stat(NULL, path, true, &stat);
	if (code != 0)
		output_error(&cli->out, path, "cannot open: %s", strerror(code));
	return code == 0;
}

/* A file opened to be read only. */
struct reading {
	struct gv_file file;
	struct gv_vmx *vmx;
};

static void close_reading(struct reading *reading)
{
	gv_vmx_free(reading->vmx);
	gv_file_dispose(&reading->file);
}

/* Reads PATH. Says what is wrong and returns false else. */
static bool open_reading(struct cli *cli, const char *path, struct reading *reading)
{
	struct gv_error err = {0};
	uint64_t limit = cli->settings.max_size;
	enum gv_status status = targets_is_input(path)
	                                ? gv_file_read_input(&reading->file, limit, &err)
	                                : gv_file_read(&reading->file, path, limit, &err);
	if (status == GV_OK)
		status = gv_vmx_parse(&reading->vmx, gv_buf_span(&reading->file.text), &err);
	if (status != GV_OK)
		output_failure(&cli->out, targets_label(path), &err);
	return status == GV_OK;
}

static void print_entries(struct cli *cli, const char *path, const struct gv_vmx *vmx)
{
	struct gv_buf text = {0};
	struct gv_buf value = {0};
	struct gv_line line = {0};
	while (gv_vmx_next(vmx, &line)) {
		if (line.kind == GV_LINE_MALFORMED)
			output_error(&cli->out, path, "line %u is malformed and left out",
			             (unsigned)line.number);
		if (line.kind != GV_LINE_ENTRY)
			continue;
		text.len = 0;
		show_spell(&text, &value, &line);
		show_bytes(&cli->out, vmx, gv_buf_span(&text));
	}
	cli->out.pending.failed |= text.failed || value.failed;
	gv_buf_dispose(&text);
	gv_buf_dispose(&value);
}

enum gv_exit cmd_print(struct cli *cli)
{
	struct reading reading = {0};
	if (!is_there(cli, cli->arguments[0]))
		return EXIT_MISUSE;
	bool good = open_reading(cli, cli->arguments[0], &reading);
	if (good)
		print_entries(cli, targets_label(cli->arguments[0]), reading.vmx);
	close_reading(&reading);
	return good ? EXIT_DONE : EXIT_NO;
}

/* Prints the value of KEY. On a terminal a value is one line; in a pipe it is its bytes. */
static bool get_key(struct cli *cli, const char *path, const struct gv_vmx *vmx, const char *key)
{
	struct gv_line line;
	struct gv_buf value = {0};
	if (!gv_vmx_find(vmx, gv_span_of(key), &line)) {
		output_error(&cli->out, path, "there is no %s", key);
		return false;
	}
	unsigned first = line.number;
	while (gv_vmx_find_again(vmx, &line)) {
	}
	if (line.number != first)
		output_error(&cli->out, path,
		             "%s stands on line %u and again on line %u: VMware "
		             "refuses the file; the last is shown",
		             key, first, (unsigned)line.number);
	gv_vmx_unescape(&value, line.value);
	if (cli->out.terminal)
		gv_charset_show(&cli->out.pending, gv_charset_find(gv_vmx_encoding(vmx)),
		                gv_buf_span(&value));
	else
		output_bytes(&cli->out, gv_buf_span(&value));
	output_text(&cli->out, "\n");
	cli->out.pending.failed |= value.failed;
	gv_buf_dispose(&value);
	return true;
}

enum gv_exit cmd_get(struct cli *cli)
{
	struct reading reading = {0};
	const char *path = cli->arguments[0];
	if (!is_there(cli, path))
		return EXIT_MISUSE;
	enum gv_exit status = open_reading(cli, path, &reading) ? EXIT_DONE : EXIT_NO;
	for (int i = 1; reading.vmx != NULL && i < cli->count; i++) {
		if (!get_key(cli, targets_label(path), reading.vmx, cli->arguments[i]))
			status = EXIT_NO;
	}
	close_reading(&reading);
	return status;
}

static void show_change(struct cli *cli, const char *path, const struct gv_repair *repair)
{
	if (cli->settings.dry_run)
		show_diff(&cli->out, path, repair);
	else if (repair->from_input)
		output_bytes(&cli->out, gv_buf_span(repair->plan.changes ? &repair->plan.text
		                                                         : &repair->original));
}

static enum gv_exit apply_changes(struct cli *cli, const struct gv_change *changes, size_t count)
{
	const struct settings *settings = &cli->settings;
	struct gv_repair_options options = {
		.max_size = settings->max_size,
		.force = settings->force,
		.backup = !settings->no_backup,
		.write = !settings->dry_run,
		.lock = settings->lock,
	};
	struct gv_repair repair = {0};
	struct gv_error err = {0};
	const char *path = cli->arguments[0];
	const char *label = targets_label(path);
	if (options.write && !targets_is_input(path))
		targets_clean_up_beside(cli, path);
	enum gv_status status = gv_change_file(&repair, targets_is_input(path) ? NULL : path,
	                                       changes, count, &options, &err);
	bool good = status == GV_OK && !repair.refused;
	if (status != GV_OK)
		output_failure(&cli->out, label, &err);
	else if (repair.refused)
		show_refused(&cli->out, label, &repair, settings->force);
	else
		show_change(cli, label, &repair);
	gv_repair_dispose(&repair);
	return good ? EXIT_DONE : status == GV_EINVAL ? EXIT_MISUSE : EXIT_NO;
}

static enum gv_exit change(struct cli *cli, enum gv_change_kind kind)
{
	if (!is_there(cli, cli->arguments[0]))
		return EXIT_MISUSE;
	size_t count;
	struct gv_change *changes = changes_read(cli, kind, &count);
	enum gv_exit status = changes != NULL ? apply_changes(cli, changes, count) : EXIT_MISUSE;
	free(changes);
	return status;
}

enum gv_exit cmd_set(struct cli *cli)
{
	return change(cli, GV_CHANGE_SET);
}

enum gv_exit cmd_add(struct cli *cli)
{
	return change(cli, GV_CHANGE_ADD);
}

enum gv_exit cmd_unset(struct cli *cli)
{
	return change(cli, GV_CHANGE_UNSET);
}
