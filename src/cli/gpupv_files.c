#include "cli/gpupv_files.h"

#include <gpuvirt/gpupv_file.h>

#include "base/charset.h"
#include "cli/show.h"

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

/* Returns how many of the notes are problems. */
static size_t print_notes(struct output *out, const char *path,
                          const struct gv_gpufile_setting *setting)
{
	size_t problems = setting->notes_left_out;
	for (size_t i = 0; i < setting->note_count; i++) {
		print_note(out, path, &setting->notes[i]);
		problems += setting->notes[i].problem;
	}
	if (setting->notes_left_out > 0) {
		output_path(out, path);
		output_format(out, ": and %zu more like these\n", setting->notes_left_out);
	}
	return problems;
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

enum gv_exit gpupv_files_status(struct cli *cli, const char *path)
{
	struct gv_gpufile_options options = options_of(&cli->settings);
	struct gv_gpufile file = {0};
	struct gv_error err = {0};
	struct output *out = &cli->out;
	size_t problems = 0;
	enum gv_status status = gv_gpufile_status(&file, path, &options, &err);
	if (status == GV_OK) {
		output_path(out, path);
		output_format(out, ": GPU-PV is %s: %s\n", powers[file.setting.power],
		              file.setting.value);
		print_devices(out, &file.setting);
		if (ways_back[file.undo] != NULL)
			output_format(out, "    %s\n", ways_back[file.undo]);
		problems = print_notes(out, path, &file.setting);
	} else {
		output_failure(out, path, &err);
	}
	gv_gpufile_dispose(&file);
	return status == GV_OK && problems == 0 ? EXIT_DONE : EXIT_NO;
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
	gv_gpufile_undo(&file, path, &options, &err);
	return end(cli, path, &file, &err, &words, NULL);
}
