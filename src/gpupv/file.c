#include <gpuvirt/gpupv_file.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/create.h"
#include "base/replace.h"
#include "gpupv/file_record.h"
#include "gpupv/nanabox.h"
#include "gpupv/sandbox.h"
#include "gpupv/setting.h"
#include "gpupv/wslconf.h"
#include "lock/write.h"
#include "repair/guard.h"

/* How often another program's change makes us start over before we give up. */
enum { MAX_ATTEMPTS = 5 };

static const struct gv_gpufile_kind kinds[] = {
	{
		.id = "nanabox",
		.what = "NanaBox machine",
		.then = "NanaBox reads the file when it starts the machine; change it only while the "
			"machine is off",
		.lists_gpus = true,
		.is_named = nanabox_is_named,
		.read = nanabox_read,
		.plan = nanabox_plan,
	},
	{
		.id = "sandbox",
		.what = "Windows Sandbox configuration",
		.then = "it holds for the next sandbox that is started with the file",
		.is_named = sandbox_is_named,
		.read = sandbox_read,
		.plan = sandbox_plan,
	},
	{
		.id = "wslconfig",
		.what = "configuration of WSL",
		.then = "run 'wsl --shutdown' in Windows: WSL reads the file when it next starts",
		.absent = "there is no such file: WSL gives its machines the GPU by default",
		.is_named = wslconfig_is_named,
		.read = wslconfig_read,
		.plan = wslconfig_plan,
	},
	{
		.id = "wslconf",
		.what = "configuration of a WSL distribution",
		.then = "run 'wsl --shutdown' in Windows: the distribution reads the file when it "
			"next starts",
		.absent = "there is no such file: the distribution has the GPU by default",
		.is_named = wslconf_is_named,
		.read = wslconf_read,
		.plan = wslconf_plan,
	},
};

const struct gv_gpufile_kind *gv_gpufile_kind_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct gv_span name = gv_span_of(slash == NULL ? path : slash + 1);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].is_named(name))
			return &kinds[i];
	}
	return NULL;
}

void gv_gpufile_dispose(struct gv_gpufile *file)
{
	gv_buf_dispose(&file->original);
	gv_buf_dispose(&file->text);
	gv_edits_dispose(&file->edits);
	gv_gpufile_setting_dispose(&file->setting);
	gv_gpufile_setting_dispose(&file->after);
	*file = (struct gv_gpufile){0};
}

/* One run over one file. */
struct run {
	struct gv_gpufile *file;
	const char *path;
	const struct gv_gpufile_options *options;
	const struct gv_gpufile_wish *wish; /* NULL: to undo */
	struct gv_file was;                 /* as it was read */
	struct lock_hold hold;              /* none of VMware's: these are not its files */
	char *name;                         /* what its records are kept under */
	struct file_record record;          /* the newest */
	bool has_record;
	bool pushed; /* a record of a change that is not made yet */
};

static void end_run(struct run *run)
{
	run->file->original = run->was.text;
	run->was.text = (struct gv_buf){0};
	gv_file_dispose(&run->was);
	lock_hold_end(&run->hold);
	free(run->name);
	file_record_dispose(&run->record);
}

static enum gv_status fail_missing(const struct gv_gpufile_kind *kind, const char *path,
                                   struct gv_error *err)
{
	struct gv_os_stat stat;
	if (gv_os_stat(NULL, path, false, &stat) == 0)
		return gv_fail(err, GV_ENOENT, "is a link that leads nowhere");
	return kind->absent != NULL ? GV_OK : gv_fail(err, GV_ENOENT, "there is no such file");
}

/* How large a file may be; sets *OURS when that is not what the caller said. */
static uint64_t limit_of(const struct run *run, bool *ours)
{
	uint64_t limit = run->options->max_size;
	*ours = limit == 0 || limit >= GV_GPUFILE_LIMIT;
	return *ours ? GV_GPUFILE_LIMIT : limit;
}

static enum gv_status read_there(struct run *run, struct gv_error *err)
{
	bool ours;
	uint64_t limit = limit_of(run, &ours);
	struct gv_error own = {0};
	enum gv_status status = gv_file_read(&run->was, run->path, limit, &own);
	if (status == GV_ETOOBIG && ours)
		return gv_fail(err, GV_ETOOBIG,
		               "larger than 1 MiB: no %s is, real ones have a few thousand bytes",
		               run->file->kind->what);
	if (status != GV_OK && err != NULL)
		*err = own;
	return status;
}

static enum gv_status read_file(struct run *run, struct gv_error *err)
{
	struct gv_gpufile *file = run->file;
	struct gv_os_stat stat;
	file->kind = gv_gpufile_kind_of(run->path);
	if (file->kind == NULL)
		return gv_fail(err, GV_EINVAL,
		               "is called like no file that says anything about GPU-PV: NAME.7b, "
		               "NAME.wsb, .wslconfig or wsl.conf (in lower case), with \"/\" "
		               "between folders");
	int code = gv_os_stat(NULL, run->path, true, &stat);
	file->exists = code != ENOENT;
	enum gv_status status =
		file->exists ? read_there(run, err) : fail_missing(file->kind, run->path, err);
	if (status == GV_OK)
		file->wide = sandbox_is_wide(gv_buf_span(&run->was.text));
	return status;
}

/* The path of a file that is not there: that of its folder, and its name. */
static enum gv_status name_absent(struct run *run, struct gv_error *err)
{
	struct gv_place place = {0};
	struct gv_buf name = {0};
	char *folder = NULL;
	enum gv_status status = gv_place_enter(&place, run->path, err);
	int code = status == GV_OK ? gv_os_resolve(place.folder, &folder) : 0;
	if (code != 0)
		status = gv_fail_system(err, code, "cannot resolve the path");
	if (status == GV_OK)
		gv_buf_format(&name, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, place.name);
	if (status == GV_OK && name.failed)
		status = gv_fail_memory(err);
	run->name = status == GV_OK ? name.at : NULL;
	if (status != GV_OK)
		gv_buf_dispose(&name);
	gv_place_leave(&place);
	free(folder);
	return status;
}

static enum gv_status find_name(struct run *run, struct gv_error *err)
{
	if (!run->file->exists)
		return name_absent(run, err);
	int code = gv_os_resolve(run->path, &run->name);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot resolve the path");
}

static enum gv_status recall(struct run *run, struct gv_error *err)
{
	const struct gv_gpufile_store *store = run->options->store;
	struct gv_error own = {0};
	struct gv_buf text = {0};
	if (store == NULL)
		return GV_OK;
	enum gv_status status = find_name(run, err);
	if (status != GV_OK)
		return status;
	status = store->newest(store->context, run->file->kind->id, run->name, &text, &own);
	if (status == GV_OK) {
		run->has_record = true;
		status = file_record_read(&run->record, gv_buf_span(&text), &own);
	}
	gv_buf_dispose(&text);
	if (status == GV_ENOENT)
		return GV_OK;
	if (status != GV_OK && err != NULL)
		*err = own;
	return status;
}

/* Where the file stands in regard to its newest record. */
static void judge_undo(struct run *run)
{
	struct gv_gpufile *file = run->file;
	struct gv_span text = gv_buf_span(&run->was.text);
	const struct file_record *record = &run->record;
	if (!run->has_record)
		file->undo = GV_GPUFILE_NO_RECORD;
	else if (file->exists && file_record_is_after(record, text))
		file->undo = GV_GPUFILE_CAN_UNDO;
	else if (file->exists == record->existed && file_record_is_before(record, text))
		file->undo = GV_GPUFILE_NOT_MADE;
	else
		file->undo = GV_GPUFILE_OVERTAKEN;
}

static struct gv_gpufile_devices remembered(const struct run *run)
{
	return (struct gv_gpufile_devices){run->record.devices.devices,
	                                   run->record.devices.device_count};
}

static enum gv_status read_setting(struct run *run, struct gv_error *err)
{
	struct gv_gpufile *file = run->file;
	struct gv_gpufile_setting *setting = &file->setting;
	enum gv_status status = file->kind->read(setting, gv_buf_span(&run->was.text), err);
	if (status != GV_OK)
		return status;
	if (!file->exists)
		setting_remark(setting, false, "%s", file->kind->absent);
	if (setting->device_count == 0 && remembered(run).count > 0)
		setting_remark(setting, false,
		               "a list of %zu GPUs that the file no longer has is recorded: enable "
		               "lists them again",
		               remembered(run).count);
	return GV_OK;
}

static enum gv_status check_wish(const struct run *run, struct gv_error *err)
{
	const struct gv_gpufile_wish *wish = run->wish;
	bool chosen = wish->mode != GV_GPUFILE_ANY || wish->devices.count > 0 ||
	              wish->driver_store != GV_GPUFILE_KEEP;
	if (chosen && !run->file->kind->lists_gpus)
		return gv_fail(err, GV_EINVAL, "a %s has no modes and no list of GPUs",
		               run->file->kind->what);
	return GV_OK;
}

/* What could not be read again could not be undone. */
static enum gv_status check_size(const struct run *run, struct gv_error *err)
{
	bool ours;
	if (run->file->text.len <= limit_of(run, &ours))
		return GV_OK;
	return gv_fail(err, GV_ETOOBIG, "would be too large to be read again");
}

static enum gv_status plan_change(struct run *run, struct gv_error *err)
{
	struct gv_gpufile *file = run->file;
	struct gv_span old = gv_buf_span(&run->was.text);
	struct gv_gpufile_wish wish = *run->wish;
	enum gv_status status = check_wish(run, err);
	if (wish.remembered.count == 0)
		wish.remembered = remembered(run);
	if (status == GV_OK)
		status = read_setting(run, err);
	if (status == GV_OK)
		status = file->kind->plan(&file->edits, old, &wish, err);
	if (status == GV_OK)
		status = gv_edits_apply(&file->edits, old, &file->text, err);
	if (status == GV_OK)
		status = check_size(run, err);
	if (status == GV_OK && file->edits.count > 0)
		status = file->kind->read(&file->after, gv_buf_span(&file->text), err);
	file->changes = status == GV_OK && file->edits.count > 0;
	return status;
}

static enum gv_status plan_undo(struct run *run, struct gv_error *err)
{
	struct gv_gpufile *file = run->file;
	struct gv_span text = gv_buf_span(&run->was.text);
	if (file->undo == GV_GPUFILE_NO_RECORD)
		return gv_fail(err, GV_ENOENT, "there is no record of a change to undo");
	if (file->undo == GV_GPUFILE_OVERTAKEN)
		return gv_fail(err, GV_EREFUSED,
		               "has been changed by another program since: an undo would lose "
		               "that; set it with enable or disable");
	if (file->undo == GV_GPUFILE_NOT_MADE)
		return GV_OK;
	enum gv_status status = file_record_undo(&run->record, &file->edits, text, err);
	if (status == GV_OK)
		status = gv_edits_apply(&file->edits, text, &file->text, err);
	file->removes = !run->record.existed;
	file->changes = status == GV_OK;
	return status;
}

static enum gv_status ask_guards(struct run *run, struct gv_error *err)
{
	struct gv_gpufile *file = run->file;
	struct gv_place place = {0};
	enum gv_status status = gv_place_enter(&place, run->path, err);
	if (status != GV_OK)
		return status;
	if (file->exists)
		guard_ask_file(&file->refusals, place.dir, place.name, &run->was);
	file->refused = gv_refusals_first(&file->refusals, run->options->force) != NULL;
	gv_place_leave(&place);
	return GV_OK;
}

/* The list to be kept: that of the file, else the one that was kept. */
static struct gv_gpufile_devices devices_to_keep(const struct run *run)
{
	const struct gv_gpufile_setting *setting = &run->file->setting;
	if (setting->device_count == 0)
		return remembered(run);
	return (struct gv_gpufile_devices){setting->devices, setting->device_count};
}

static enum gv_status push(struct run *run, struct gv_error *err)
{
	const struct gv_gpufile_store *store = run->options->store;
	struct gv_gpufile *file = run->file;
	struct gv_buf text = {0};
	if (store == NULL)
		return GV_OK;
	enum gv_status status = file_record_write(&text, file->exists, gv_buf_span(&run->was.text),
	                                          gv_buf_span(&file->text), &file->edits,
	                                          devices_to_keep(run), err);
	if (status == GV_OK)
		status = store->push(store->context, file->kind->id, run->name,
		                     run->wish->on ? "enable" : "disable", gv_buf_span(&text), err);
	run->pushed = status == GV_OK;
	gv_buf_dispose(&text);
	return status;
}

static enum gv_status pop(struct run *run, struct gv_error *err)
{
	const struct gv_gpufile_store *store = run->options->store;
	run->pushed = false;
	return store->pop(store->context, run->file->kind->id, run->name, err);
}

static enum gv_status create(struct run *run, struct gv_error *err)
{
	struct gv_error why = {0};
	lock_hold_end(&run->hold); /* the folder is held by who creates */
	enum gv_status status = gv_create_new(run->path, gv_buf_span(&run->file->text), NULL, &why);
	if (status == GV_EEXIST)
		return gv_fail(err, GV_ECHANGED, "was made by another program meanwhile");
	if (err != NULL)
		*err = why;
	return status;
}

/* Gives the file at PLACE, which is held, the name of a backup, or takes it away. */
static int put_away(const struct gv_place *place, bool backup)
{
	struct gv_buf name = {0};
	gv_buf_format(&name, "%s%s", place->name, GV_BACKUP_SUFFIX);
	int code = name.failed ? ENOMEM
	           : backup    ? gv_os_rename(place->dir, place->name, name.at)
	                       : gv_os_remove(place->dir, place->name);
	if (code == 0)
		code = gv_os_sync_dir(place->dir);
	gv_buf_dispose(&name);
	return code;
}

/* The way back of a file that a change made. */
static enum gv_status take_away(struct run *run, struct gv_error *err)
{
	struct gv_place place = {0};
	struct gv_os_stat now;
	lock_hold_end(&run->hold); /* it would keep us waiting too */
	enum gv_status status = gv_place_enter(&place, run->path, err);
	if (status == GV_OK)
		status = gv_place_hold(&place, GV_HOLD_TIMEOUT, err);
	int code = status == GV_OK ? gv_os_stat(place.dir, place.name, false, &now) : 0;
	if (status == GV_OK && code == 0 &&
	    (now.inode != run->was.stat.inode || now.changed != run->was.stat.changed))
		status = gv_fail(err, GV_ECHANGED, "was changed by another program meanwhile");
	if (status == GV_OK && code == 0)
		code = put_away(&place, run->options->backup);
	if (code != 0)
		status = gv_fail_system(err, code, "cannot be taken away");
	gv_place_leave(&place);
	return status;
}

static enum gv_status put(struct run *run, struct gv_error *err)
{
	struct gv_gpufile *file = run->file;
	if (file->removes)
		return take_away(run, err);
	if (!file->exists)
		return create(run, err);
	return gv_file_replace(run->path, &run->was, gv_buf_span(&file->text), run->options->backup,
	                       &run->hold, err);
}

/* The record is on the disk before the file changes, and goes when the file does not. */
static enum gv_status write_change(struct run *run, struct gv_error *err)
{
	enum gv_status status = push(run, err);
	if (status == GV_OK)
		status = put(run, err);
	run->file->written = status == GV_OK;
	if (status != GV_OK && run->pushed)
		(void)pop(run, NULL);
	return status;
}

static enum gv_status write_undo(struct run *run, struct gv_error *err)
{
	enum gv_status status = run->file->changes ? put(run, err) : GV_OK;
	run->file->written = run->file->changes && status == GV_OK;
	return status == GV_OK ? pop(run, err) : status;
}

/* Reads, plans and writes once. HOLD: against other gpuvirts from before the reading on. */
static enum gv_status attempt(struct run *run, bool hold, struct gv_error *err)
{
	struct gv_gpufile *file = run->file;
	run->hold.how = (struct gv_lock_options){GV_LOCK_NEVER, GV_HOLD_TIMEOUT};
	enum gv_status status = hold ? lock_hold_file(&run->hold, run->path, err) : GV_OK;
	if (status == GV_OK)
		status = read_file(run, err);
	if (status == GV_OK)
		status = recall(run, err);
	if (status != GV_OK)
		return status;
	judge_undo(run);
	status = run->wish != NULL ? plan_change(run, err) : plan_undo(run, err);
	if (status == GV_OK && file->changes)
		status = ask_guards(run, err);
	bool wanted = run->options->write && !file->refused;
	if (status != GV_OK || !wanted)
		return status;
	if (run->wish == NULL)
		return write_undo(run, err);
	return file->changes ? write_change(run, err) : GV_OK;
}

static enum gv_status attempts(struct gv_gpufile *file, const char *path,
                               const struct gv_gpufile_wish *wish,
                               const struct gv_gpufile_options *options, struct gv_error *err)
{
	enum gv_status status = GV_ECHANGED;
	for (int i = 0; i < MAX_ATTEMPTS && status == GV_ECHANGED; i++) {
		struct run run = {.file = file, .path = path, .wish = wish, .options = options};
		if (i > 0)
			gv_gpufile_dispose(file);
		if (err != NULL)
			*err = (struct gv_error){0};
		status = attempt(&run, i > 0, err);
		end_run(&run);
	}
	return status;
}

enum gv_status gv_gpufile_change(struct gv_gpufile *file, const char *path,
                                 const struct gv_gpufile_wish *wish,
                                 const struct gv_gpufile_options *options, struct gv_error *err)
{
	return attempts(file, path, wish, options, err);
}

enum gv_status gv_gpufile_undo(struct gv_gpufile *file, const char *path,
                               const struct gv_gpufile_options *options, struct gv_error *err)
{
	return attempts(file, path, NULL, options, err);
}

enum gv_status gv_gpufile_status(struct gv_gpufile *file, const char *path,
                                 const struct gv_gpufile_options *options, struct gv_error *err)
{
	struct run run = {.file = file, .path = path, .options = options};
	enum gv_status status = read_file(&run, err);
	if (status == GV_OK)
		status = recall(&run, err);
	if (status == GV_OK)
		status = read_setting(&run, err);
	if (status == GV_OK)
		judge_undo(&run);
	end_run(&run);
	return status;
}
