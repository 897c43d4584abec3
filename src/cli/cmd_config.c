/* config show: what holds for a path, and which file and line say so. */
#include <stdlib.h>
#include <string.h>

#include <gpuvirt/config.h>
#include <gpuvirt/repair.h>

#include "base/file.h"
#include "cli/command.h"
#include "config/path.h"
#include "platform/os.h"
#include "repair/comments.h"

/* What is shown. */
struct view {
	struct cli *cli;
	struct gv_configs *configs;
	const char *path;               /* absolute; that of a folder ends in "/." */
	const struct gv_config *config; /* NULL: none */
	struct gv_error err;
};

/* One fact a line: what it is, and what it says. */
static void begin_fact(struct view *view, const char *word)
{
	output_format(&view->cli->out, "%-9s ", word);
}

static void show_place(struct view *view, const struct gv_config *config, uint32_t line)
{
	output_text(&view->cli->out, " (");
	output_path(&view->cli->out, config->path);
	output_format(&view->cli->out, ":%u)", (unsigned)line);
}

static void end_fact(struct view *view)
{
	output_text(&view->cli->out, "\n");
}

static void show_texts(struct view *view, const char *word, const struct gv_config_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++) {
		begin_fact(view, word);
		output_path(&view->cli->out, texts->at[i].text);
		show_place(view, view->config, texts->at[i].line);
		end_fact(view);
	}
}

/* PATH, absolute, as seen from HERE when it lies below it. */
static const char *from_here(const char *here, const char *path)
{
	struct gv_span below = path_below(gv_span_of(here), gv_span_of(path));
	return below.len > 0 ? below.at : path;
}

static void show_file(struct view *view, const char *path, const char *state)
{
	begin_fact(view, "file");
	output_path(&view->cli->out, path);
	output_format(&view->cli->out, ": %s", state);
	end_fact(view);
}

/* The files that were looked for, from the folder of the path upwards. */
static void show_search(struct view *view, const char *here)
{
	struct gv_buf file = {0};
	struct gv_span folder = path_folder(gv_span_of(view->path));
	const char *last = view->config == NULL ? "" : view->config->folder;
	while (!file.failed && !gv_span_equal(folder, gv_span_of(last))) {
		file.len = 0;
		gv_buf_add(&file, folder);
		gv_buf_text(&file, folder.len > 1 ? "/" GV_CONFIG_NAME : GV_CONFIG_NAME);
		if (!file.failed)
			show_file(view, from_here(here, file.at), "not there");
		if (folder.len == 1)
			break;
		folder = path_folder(folder);
	}
	view->cli->out.pending.failed |= file.failed;
	gv_buf_dispose(&file);
	if (view->config != NULL)
		show_file(view, view->config->path, "holds");
}

static bool covers(struct view *view, size_t index)
{
	bool found = false;
	if (view->err.status == GV_OK)
		gv_configs_covers(view->configs, view->config, index, view->path, &found,
		                  &view->err);
	return found;
}

/* The packs: those of the last override that names any, else of the file, else the default one. */
static void show_packs(struct view *view)
{
	const struct gv_config *config = view->config;
	const struct gv_config_texts *packs = config == NULL ? NULL : &config->rules;
	for (size_t i = 0; config != NULL && i < config->override_count; i++) {
		if (config->overrides[i].rules.count > 0 && covers(view, i))
			packs = &config->overrides[i].rules;
	}
	if (packs != NULL && packs->count > 0) {
		show_texts(view, "pack", packs);
		return;
	}
	size_t count;
	begin_fact(view, "pack");
	output_text(&view->cli->out, gv_builtin_packs(&count)[0].name);
	output_text(&view->cli->out, " (default)\n");
}

static void show_overrides(struct view *view)
{
	const struct gv_config *config = view->config;
	for (size_t i = 0; config != NULL && i < config->override_count; i++) {
		const struct gv_config_override *override = &config->overrides[i];
		begin_fact(view, "override");
		for (size_t j = 0; j < override->paths.count; j++) {
			output_text(&view->cli->out, j > 0 ? ", " : "");
			output_path(&view->cli->out, override->paths.at[j].text);
		}
		output_text(&view->cli->out, covers(view, i) ? ": holds" : ": does not hold");
		show_place(view, config, override->line);
		end_fact(view);
	}
}

static void show_off(struct view *view)
{
	const struct gv_config *config = view->config;
	if (config == NULL)
		return;
	show_texts(view, "off", &config->disable);
	for (size_t i = 0; i < config->override_count; i++) {
		if (covers(view, i))
			show_texts(view, "off", &config->overrides[i].disable);
	}
}

static void show_comments(struct view *view, const struct comments *comments)
{
	size_t first = comments->off_count - comments->line_count;
	for (size_t i = 0; i < comments->line_count; i++) {
		begin_fact(view, "off");
		output_text(&view->cli->out, comments->off[first + i]);
		output_text(&view->cli->out, " (");
		output_path(&view->cli->out, view->cli->arguments[1]);
		output_format(&view->cli->out, ":%u)\n", (unsigned)comments->lines[i]);
	}
}

/* What comments in the file switch off; of what cannot be read nothing is said here. */
static void show_off_by_file(struct view *view, const struct gv_policy *policy)
{
	struct gv_file file = {0};
	struct gv_vmx *vmx = NULL;
	struct comments comments = {0};
	if (gv_file_read(&file, view->path, GV_DEFAULT_MAX_SIZE, NULL) == GV_OK &&
	    gv_vmx_parse(&vmx, gv_buf_span(&file.text), NULL) == GV_OK &&
	    comments_read(&comments, vmx, policy))
		show_comments(view, &comments);
	comments_dispose(&comments);
	gv_vmx_free(vmx);
	gv_file_dispose(&file);
}

static void show_rules(struct view *view, const struct gv_policy *policy)
{
	for (size_t i = 0; i < policy->rules->count; i++) {
		const char *id = policy->rules->at[i].id;
		bool off = gv_ids_have(&policy->off, id);
		begin_fact(view, "rule");
		output_format(&view->cli->out, "%s%s\n", id, off ? ": off" : "");
	}
}

/*
 * Sets *GLOB to what excludes PART from a search of the folder that it lies in, by *CONFIG; PART
 * becomes that folder.
 */
static enum gv_status ask_above(struct view *view, struct gv_buf *part,
                                const struct gv_config **config, const struct gv_config_text **glob)
{
	struct gv_buf folder = {0};
	gv_buf_add(&folder, path_folder(gv_buf_span(part)));
	enum gv_status status = folder.failed ? gv_fail_memory(&view->err) : GV_OK;
	if (status == GV_OK)
		status = gv_configs_find(view->configs, folder.at, config, &view->err);
	if (status == GV_OK)
		status = gv_configs_exclusion(view->configs, *config, part->at, glob, &view->err);
	gv_buf_dispose(part);
	*part = folder;
	return status;
}

/*
 * The first glob by which a search from some folder above would not come to the path; asked of
 * each folder on the way, since each may have a configuration of its own.
 */
static void show_exclusion(struct view *view)
{
	struct gv_buf part = {0};
	const struct gv_config *config = NULL;
	const struct gv_config_text *glob = NULL;
	path_make_absolute(&part, "/", gv_span_of(view->path));
	enum gv_status status = part.failed ? gv_fail_memory(&view->err) : GV_OK;
	while (status == GV_OK && part.len > 1 && glob == NULL)
		status = ask_above(view, &part, &config, &glob);
	begin_fact(view, "excluded");
	output_text(&view->cli->out, glob == NULL ? "no" : "yes, unless it is named, by ");
	if (status == GV_OK && glob != NULL) {
		output_path(&view->cli->out, glob->text);
		show_place(view, config, glob->line);
	}
	end_fact(view);
	gv_buf_dispose(&part);
}

static void show_all(struct view *view, const char *here, const struct gv_policy *policy)
{
	const char *named = view->cli->settings.config;
	if (named != NULL)
		show_file(view, named, "holds, named by --config");
	else
		show_search(view, here);
	show_overrides(view);
	show_packs(view);
	show_rules(view, policy);
	show_off(view);
	show_off_by_file(view, policy);
	if (view->config != NULL)
		show_texts(view, "exclude", &view->config->exclude);
	show_exclusion(view);
}

/* Sets *PATH to the argument made absolute; false, with a message, when there is nothing there. */
static bool find_path(struct cli *cli, struct gv_buf *path, const char *here, const char *argument)
{
	struct gv_os_stat stat;
	struct gv_error err = {0};
	int code = gv_os_stat(NULL, argument, true, &stat);
	path_make_absolute(path, here, gv_span_of(argument));
	if (code == 0 && stat.type == GV_OS_FOLDER)
		gv_buf_text(path, "/.");
	if (code != 0)
		gv_fail_system(&err, code, "cannot open");
	else if (path->failed)
		gv_fail_memory(&err);
	if (err.status != GV_OK)
		output_failure(&cli->out, argument, &err);
	return err.status == GV_OK;
}

/* Shows what holds for the path ARGUMENT. */
static enum gv_status show_path(struct view *view, const char *here)
{
	const struct gv_policy *policy = NULL;
	struct gv_span folder = path_folder(gv_span_of(view->path));
	struct gv_buf name = {0};
	gv_buf_add(&name, folder);
	enum gv_status status = name.failed ? gv_fail_memory(&view->err) : GV_OK;
	if (status == GV_OK)
		status = gv_configs_find(view->configs, name.at, &view->config, &view->err);
	if (status == GV_OK)
		status = gv_configs_policy(view->configs, view->config, view->path, &policy,
		                           &view->err);
	gv_buf_dispose(&name);
	if (status == GV_OK)
		show_all(view, here, policy);
	return view->err.status;
}

static enum gv_exit show(struct cli *cli)
{
	struct gv_buf path = {0};
	struct view view = {.cli = cli};
	char *here = NULL;
	enum gv_status status = path_here(&here, &view.err);
	if (status == GV_OK)
		status = gv_configs_new(&view.configs, NULL, cli->settings.config, &view.err);
	if (status == GV_OK && find_path(cli, &path, here, cli->arguments[1])) {
		view.path = path.at;
		status = show_path(&view, here);
	}
	if (status != GV_OK)
		output_failure(&cli->out,
		               view.configs == NULL ? NULL : gv_configs_culprit(view.configs),
		               &view.err);
	bool good = status == GV_OK && view.path != NULL;
	gv_configs_free(view.configs);
	gv_buf_dispose(&path);
	free(here);
	return good ? EXIT_DONE : EXIT_MISUSE;
}

enum gv_exit cmd_config(struct cli *cli)
{
	if (strcmp(cli->arguments[0], "show") == 0)
		return show(cli);
	output_error(&cli->out, NULL, "usage: gpuvirt config %s", cli->command->arguments);
	return EXIT_MISUSE;
}
