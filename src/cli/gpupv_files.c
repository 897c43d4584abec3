#include "cli/gpupv_files.h"

#include <errno.h>

#include <gpuvirt/gpupv_file.h>

#include "base/charset.h"
#include "cli/gpupv_profile.h"
#include "cli/gpupv_show.h"
#include "cli/show.h"
#include "cli/targets.h"
#include "platform/os.h"

static struct gv_gpufile_options options_of(const struct settings *settings)
{
	return (struct gv_gpufile_options){
		.max_size = GV_GPUFILE_LIMIT,
		.force = settings->force,
		.backup = !settings->no_backup,
		.write = !settings->dry_run,
		.store = gv_gpufile_store(),
	};
}

static void print_note(struct output *out, const char *path, const struct gv_gpufile_note *note)
{
	output_style(out, STYLE_BOLD);
	output_path(out, path);
	if (note->line > 0)
		output_format(out, ":%u:%u", (unsigned)note->line, (unsigned)note->column);
	output_text(out, ":");
	output_style(out, note->problem ? STYLE_YELLOW : STYLE_CYAN);
	output_text(out, note->problem ? " warning" : " note");
	output_style(out, STYLE_PLAIN);
	output_format(out, ": %s\n", note->message);
}

static void print_notes(struct output *out, const char *path,
                        const struct gv_gpufile_setting *setting)
{
	for (size_t i = 0; i < setting->note_count; i++)
		print_note(out, path, &setting->notes[i]);
	if (setting->notes_left_out > 0) {
		output_path(out, path);
		output_format(out, ": and %zu more like these\n", setting->notes_left_out);
	}
}

static void print_devices(struct output *out, const struct gv_gpufile_setting *setting)
{
	for (size_t i = 0; i < setting->device_count; i++) {
		const struct gv_gpufile_device *device = &setting->devices[i];
		output_text(out, "    ");
		gv_charset_show(&out->pending, NULL, device->path);
		if (device->partition != GV_GPUFILE_WHOLE)
			output_format(out, ", partition %u", (unsigned)device->partition);
		output_text(out, "\n");
	}
}

static const char *const powers[] = {
	[GV_GPUFILE_IS_OFF] = "off",
	[GV_GPUFILE_IS_ON] = "on",
	[GV_GPUFILE_IS_OPEN] = "not decided by the file",
};

static const char *const ways_back[] = {
	[GV_GPUFILE_NO_RECORD] = NULL,
	[GV_GPUFILE_CAN_UNDO] = "the last change can be undone",
	[GV_GPUFILE_NOT_MADE] = NULL,
	[GV_GPUFILE_OVERTAKEN] = "another program has changed the file since gpuvirt did: no undo",
};

static void show_text(struct output *out, const char *path, const struct gv_gpufile *file)
{
	output_path(out, path);
	output_format(out, ": GPU-PV is %s: %s\n", powers[file->setting.power],
	              file->setting.value);
	print_devices(out, &file->setting);
	if (ways_back[file->undo] != NULL)
		output_format(out, "    %s\n", ways_back[file->undo]);
	print_notes(out, path, &file->setting);
}

static void add_devices(struct gv_json_tree *tree, struct gv_json *in,
                        const struct gv_gpufile_setting *setting)
{
	struct gv_json *list = gv_json_add_array(tree, in, "devices");
	for (size_t i = 0; i < setting->device_count; i++) {
		const struct gv_gpufile_device *device = &setting->devices[i];
		struct gv_json *one = gv_json_add_object(tree, list, NULL);
		gv_json_add_span(tree, one, "path", device->path);
		gv_json_add_number(tree, one, "partition", device->partition);
	}
}

static void add_notes(struct gv_json_tree *tree, struct gv_json *in,
                      const struct gv_gpufile_setting *setting)
{
	struct gv_json *list = gv_json_add_array(tree, in, "notes");
	for (size_t i = 0; i < setting->note_count; i++) {
		const struct gv_gpufile_note *note = &setting->notes[i];
		struct gv_json *one = gv_json_add_object(tree, list, NULL);
		if (note->line > 0) {
			gv_json_add_number(tree, one, "line", note->line);
			gv_json_add_number(tree, one, "column", note->column);
		}
		gv_json_add_bool(tree, one, "problem", note->problem);
		gv_json_add_text(tree, one, "message", note->message);
	}
	gv_json_add_number(tree, in, "notesLeftOut", setting->notes_left_out);
}

static void show_json(struct output *out, const char *path, const struct gv_gpufile *file)
{
	static const char *const undos[] = {[GV_GPUFILE_NO_RECORD] = "none",
	                                    [GV_GPUFILE_CAN_UNDO] = "possible",
	                                    [GV_GPUFILE_NOT_MADE] = "notMade",
	                                    [GV_GPUFILE_OVERTAKEN] = "overtaken"};
	const struct gv_gpufile_setting *setting = &file->setting;
	struct gv_json_tree tree = {0};
	struct gv_json *root = gv_json_start(&tree);
	gv_json_add_number(&tree, root, "version", 1);
	struct gv_json *in =
		gv_json_add_object(&tree, gv_json_add_array(&tree, root, "files"), NULL);
	gv_json_add_bytes(&tree, in, "path", gv_span_of(path));
	gv_json_add_text(&tree, in, "kind", file->kind->id);
	gv_json_add_bool(&tree, in, "exists", file->exists);
	if (setting->power == GV_GPUFILE_IS_OPEN)
		gv_json_add_null(&tree, in, "on");
	else
		gv_json_add_bool(&tree, in, "on", setting->power == GV_GPUFILE_IS_ON);
	gv_json_add_text(&tree, in, "value", setting->value);
	if (file->kind->lists_gpus) {
		gv_json_add_bool(&tree, in, "hostDriverStore", setting->driver_store);
		add_devices(&tree, in, setting);
	}
	gv_json_add_text(&tree, in, "undo", undos[file->undo]);
	add_notes(&tree, in, setting);
	gpupv_print_json(out, &tree);
}

static bool has_problem(const struct gv_gpufile_setting *setting)
{
	bool has = setting->notes_left_out > 0;
	for (size_t i = 0; i < setting->note_count; i++)
		has |= setting->notes[i].problem;
	return has;
}

enum gv_exit gpupv_files_status(struct cli *cli, const char *path)
{
	struct gv_gpufile_options options = options_of(&cli->settings);
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	enum gv_status status = gv_gpufile_status(&file, path, &options, &err);
	if (status == GV_OK)
		(cli->settings.format != NULL ? show_json : show_text)(&cli->out, path, &file);
	else
		output_failure(&cli->out, path, &err);
	enum gv_exit result = status == GV_OK && !has_problem(&file.setting) ? EXIT_DONE : EXIT_NO;
	gv_gpufile_dispose(&file);
	return result;
}

static void print_diff(struct output *out, const char *path, const struct gv_gpufile *file)
{
	/* A view of what FILE owns. */
	struct gv_repair repair = {.original = file->original, .plan = {.edits = file->edits}};
	if (file->wide) {
		output_path(out, path);
		output_text(out, ": the text is UTF-16, of which no diff is shown\n");
	} else {
		show_diff(out, path, &repair);
	}
}

/* Tells what keeps the file, as it is now, from doing what was wanted. */
static enum gv_exit print_problems(struct output *out, const char *path,
                                   const struct gv_gpufile *file, bool on)
{
	const struct gv_gpufile_setting *now = file->changes ? &file->after : &file->setting;
	if (now->power == (on ? GV_GPUFILE_IS_ON : GV_GPUFILE_IS_OFF))
		return EXIT_DONE;
	print_notes(out, path, now);
	return EXIT_NO;
}

/* What was done, in words. */
struct words {
	const char *nothing;
	const char *done;
};

static enum gv_exit tell(struct cli *cli, const char *path, const struct gv_gpufile *file,
                         const struct words *words)
{
	struct output *out = &cli->out;
	struct gv_repair repair = {.refusals = file->refusals};
	bool dry = cli->settings.dry_run;
	if (file->refused) {
		show_refused(out, path, &repair, cli->settings.force);
		return EXIT_NO;
	}
	if (file->changes && dry)
		print_diff(out, path, file);
	if (!file->changes || !dry) {
		output_path(out, path);
		output_format(out, ": %s\n", file->changes ? words->done : words->nothing);
	}
	if (file->written)
		output_format(out, "    next: %s\n", file->kind->then);
	return EXIT_DONE;
}

/* Tells how it went and disposes of FILE, which was SWITCHED on or off (NULL: an undo). */
static enum gv_exit end(struct cli *cli, const char *path, struct gv_gpufile *file,
                        const struct gv_error *err, const struct words *words, const bool *switched)
{
	enum gv_exit result = EXIT_DONE;
	if (err->status == GV_OK || file->written)
		result = tell(cli, path, file, words);
	if (result == EXIT_DONE && err->status == GV_OK && switched != NULL)
		result = print_problems(&cli->out, path, file, *switched);
	if (err->status != GV_OK) {
		output_failure(&cli->out, path, err);
		result = err->status == GV_EINVAL ? EXIT_MISUSE : EXIT_NO;
	}
	gv_gpufile_dispose(file);
	return result;
}

static const enum gv_gpufile_mode modes[] = {
	[MODE_NONE] = GV_GPUFILE_ANY,
	[MODE_LIST] = GV_GPUFILE_LIST,
	[MODE_MIRROR] = GV_GPUFILE_MIRROR,
	[MODE_DEFAULT] = GV_GPUFILE_DEFAULT,
};

/* Adds what --profile wants of the file; false after a message. */
static bool add_profile(struct cli *cli, const char *path, struct gv_gpufile_wish *wish)
{
	const struct gv_gpufile_kind *kind = gv_gpufile_kind_of(path);
	struct gv_profile profile;
	if (cli->settings.profile == NULL)
		return true;
	if (kind != NULL && !kind->lists_gpus) {
		output_error(&cli->out, path, "a %s has no --profile", kind->what);
		return false;
	}
	if (!gpupv_profile_read(cli, &profile))
		return false;
	wish->driver_store = profile.driver_store;
	return true;
}

/* A file that must be there and is not is misuse: nothing was touched. */
bool gpupv_files_is_there(struct cli *cli, const char *path)
{
	const struct gv_gpufile_kind *kind = gv_gpufile_kind_of(path);
	struct gv_os_stat stat;
	bool gone = kind != NULL && kind->absent == NULL &&
	            gv_os_stat(NULL, path, true, &stat) == ENOENT;
	if (gone)
		output_error(&cli->out, path, "there is no such file");
	return !gone;
}

/* A run that was killed may have left a temporary file beside PATH. */
static void clean_up(struct cli *cli, const char *path)
{
	if (!cli->settings.dry_run && gv_gpufile_kind_of(path) != NULL)
		targets_clean_up_beside(cli, path);
}

enum gv_exit gpupv_files_change(struct cli *cli, const char *path, bool on)
{
	static const struct words words[] = {
		{"says that GPU-PV is off: nothing to do", "GPU-PV is switched off"},
		{"says that GPU-PV is on: nothing to do", "GPU-PV is switched on"},
	};
	struct gv_gpufile_options options = options_of(&cli->settings);
	struct gv_gpufile_device device = {gv_span_of(cli->settings.gpu), GV_GPUFILE_WHOLE};
	struct gv_gpufile_wish wish = {.on = on, .mode = modes[cli->settings.mode]};
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	if (cli->settings.gpu != NULL)
		wish.devices = (struct gv_gpufile_devices){&device, 1};
	if (!add_profile(cli, path, &wish))
		return EXIT_MISUSE;
	clean_up(cli, path);
	gv_gpufile_change(&file, path, &wish, &options, &err);
	return end(cli, path, &file, &err, &words[on], &on);
}

enum gv_exit gpupv_files_undo(struct cli *cli, const char *path)
{
	static const struct words words = {"is as it was before the last change: nothing to do",
	                                   "is as it was before the last change"};
	struct gv_gpufile_options options = options_of(&cli->settings);
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	clean_up(cli, path);
	gv_gpufile_undo(&file, path, &options, &err);
	return end(cli, path, &file, &err, &words, NULL);
}
