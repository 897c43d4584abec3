#include "base/replace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 65536 };

/* Splits PATH into the folder and the name of PLACE. */
static enum gv_status split(struct gv_place *place, const char *path, struct gv_error *err)
{
	size_t size = strlen(path) + 1;
	char *copy = malloc(size + sizeof "./"); /* room for a folder that PATH leaves out */
	if (copy == NULL)
		return gv_fail_memory(err);
	const char *slash = strrchr(path, '/');
	size_t folder_len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
	memcpy(copy, slash == NULL ? "." : path, folder_len);
	copy[folder_len] = '\0';
	char *name = copy + folder_len + 1;
	const char *from = slash == NULL ? path : slash + 1;
	memmove(name, from, strlen(from) + 1);
	place->folder = copy;
	place->name = name;
	return GV_OK;
}

static enum gv_status open_folder(struct gv_place *place, struct gv_os_stat *stat,
                                  struct gv_error *err)
{
	int code = gv_os_open_dir(&place->dir, NULL, place->folder);
	if (code == 0)
		code = gv_os_stat_dir(place->dir, stat);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot open its folder");
}

/* On failure PLACE is to be left. */
static enum gv_status enter(struct gv_place *place, const char *path, struct gv_error *err)
{
	struct gv_os_stat stat;
	enum gv_status status = split(place, path, err);
	if (status == GV_OK)
		status = open_folder(place, &stat, err);
	if (status != GV_OK)
		return status;
	place->device = stat.device;
	place->inode = stat.inode;
	return GV_OK;
}

enum gv_status gv_place_enter_itself(struct gv_place *place, const char *path, struct gv_error *err)
{
	struct gv_place entered = {0};
	enum gv_status status = enter(&entered, path, err);
	if (status != GV_OK)
		gv_place_leave(&entered);
	else
		*place = entered;
	return status;
}

/* PATH is a link: the place is where it leads to in the end. */
static enum gv_status follow(struct gv_place *place, const char *path, struct gv_error *err)
{
	char *resolved;
	int code = gv_os_resolve(path, &resolved);
	if (code != 0)
		return gv_fail_system(err, code, "cannot resolve the path");
	gv_place_leave(place);
	enum gv_status status = enter(place, resolved, err);
	place->linked = true;
	free(resolved);
	return status;
}

enum gv_status gv_place_enter(struct gv_place *place, const char *path, struct gv_error *err)
{
	struct gv_place entered = {0};
	struct gv_os_stat stat = {0};
	enum gv_status status = enter(&entered, path, err);
	int code = status == GV_OK ? gv_os_stat(entered.dir, entered.name, false, &stat) : 0;
	if (code == 0 && status == GV_OK && stat.type == GV_OS_LINK)
		status = follow(&entered, path, err);
	/* A name that is gone is no trouble yet: who looks for the file will say so. */
	if (code != 0 && code != ENOENT)
		status = gv_fail_system(err, code, "cannot read its state");
	if (status != GV_OK)
		gv_place_leave(&entered);
	else
		*place = entered;
	return status;
}

enum gv_status gv_place_reenter(struct gv_place *place, struct gv_error *err)
{
	struct gv_os_stat stat;
	enum gv_status status = open_folder(place, &stat, err);
	if (status == GV_OK && (stat.device != place->device || stat.inode != place->inode))
		status = gv_fail(err, GV_ECHANGED,
		                 "its folder was exchanged by another program meanwhile");
	if (status != GV_OK)
		gv_place_close(place);
	return status;
}

void gv_place_close(struct gv_place *place)
{
	gv_os_close_dir(place->dir);
	place->dir = NULL;
}

void gv_place_leave(struct gv_place *place)
{
	gv_place_close(place);
	free(place->folder);
	*place = (struct gv_place){0};
}

enum gv_status gv_place_hold(struct gv_place *place, uint64_t timeout, struct gv_error *err)
{
	int code = gv_os_hold_dir(place->dir, timeout);
	if (code == 0)
		return GV_OK;
	return gv_fail_system(err, code,
	                      code == EINTR ? "given up while another program holds its "
	                                      "folder"
	                                    : "its folder is held by another program");
}

static bool is_same_inode(const struct gv_os_stat *a, const struct gv_os_stat *b)
{
	return a->device == b->device && a->inode == b->inode;
}

static bool is_same_file(const struct gv_os_stat *a, const struct gv_os_stat *b)
{
	return is_same_inode(a, b) && a->mode == b->mode && a->owner == b->owner &&
	       a->group == b->group && a->size == b->size;
}

/* Sets *SAME to whether the rest of FILE is exactly TEXT. */
static int compare_rest(int file, struct gv_span text, bool *same)
{
	char block[BLOCK];
	size_t done = 0;
	*same = true;
	for (size_t got = 1; *same && got > 0; done += got) {
		int code = gv_os_read(file, block, sizeof block, &got);
		if (code != 0)
			return code;
		*same = got <= text.len - done &&
		        (got == 0 || memcmp(block, text.at + done, got) == 0);
	}
	*same = *same && done == text.len;
	return 0;
}

static enum gv_status fail_changed(struct gv_error *err)
{
	return gv_fail(err, GV_ECHANGED, "was changed by another program meanwhile");
}

static enum gv_status fail_compare(struct gv_error *err, int code)
{
	if (code == ENOENT)
		return gv_fail(err, GV_ECHANGED, "was removed by another program meanwhile");
	return gv_fail_system(err, code, "cannot read it again to see whether it changed");
}

/* GV_ECHANGED unless NAME is the file that was read, by what the folder tells of it. */
static enum gv_status check_state(const struct gv_staged *staged, const char *name,
                                  struct gv_error *err)
{
	struct gv_os_stat now;
	int code = gv_os_stat(staged->place.dir, name, false, &now);
	if (code != 0)
		return fail_compare(err, code);
	return is_same_file(&now, &staged->was) ? GV_OK : fail_changed(err);
}

/* The same by its bytes, and not by times: two writes within a tick of the clock have the same. */
static enum gv_status check_bytes(const struct gv_staged *staged, const char *name,
                                  struct gv_error *err)
{
	int file;
	bool same = false;
	enum gv_status status = check_state(staged, name, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_open(staged->place.dir, name, &file);
	if (code != 0)
		return fail_compare(err, code);
	code = compare_rest(file, staged->text, &same);
	gv_os_close(file);
	if (code != 0)
		return fail_compare(err, code);
	return same ? GV_OK : fail_changed(err);
}

/* Fills the new file TO; FROM is the original, for its attributes. */
static enum gv_status fill(struct gv_staged *staged, int to, int from, struct gv_span text,
                           bool durable, struct gv_error *err)
{
	int code = gv_os_write(to, text.at, text.len);
	if (code != 0)
		return gv_fail_system(err, code, "cannot write the new file");
	code = gv_os_copy_attributes(from, to, &staged->was, &staged->put);
	if (code != 0)
		return gv_fail_system(err, code, "cannot keep owner, mode and attributes");
	code = durable ? gv_os_sync(to) : 0;
	if (code != 0)
		return gv_fail_system(err, code, "cannot make the new file durable");
	return GV_OK;
}

/* Creates the temporary file with TEXT and the attributes of the place's file. */
static enum gv_status write_temp(struct gv_staged *staged, enum gv_temp_use use,
                                 struct gv_span text, bool durable, struct gv_error *err)
{
	struct gv_os_dir *dir = staged->place.dir;
	int to;
	int from;
	int code = gv_os_open(dir, staged->place.name, &from);
	if (code == ENOENT)
		return fail_compare(err, code);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	gv_temp_name(staged->temp, use, staged->was.inode, staged->place.name, text);
	code = gv_os_create(dir, staged->temp, &to);
	if (code != 0) {
		gv_os_close(from);
		return gv_fail_system(err, code, "cannot create a temporary file beside it");
	}
	staged->temp_made = true;
	enum gv_status status = fill(staged, to, from, text, durable, err);
	gv_os_close(from);
	code = gv_os_close(to);
	if (status == GV_OK && code != 0)
		status = gv_fail_system(err, code, "cannot write the new file");
	return status;
}

static enum gv_status name_backup(char **out, const char *name, struct gv_error *err)
{
	size_t size = strlen(name) + sizeof GV_BACKUP_SUFFIX;
	char *backup = malloc(size);
	if (backup == NULL)
		return gv_fail_memory(err);
	snprintf(backup, size, "%s%s", name, GV_BACKUP_SUFFIX);
	*out = backup;
	return GV_OK;
}

enum gv_status gv_stage(struct gv_staged *staged, struct gv_place *place, const struct gv_file *was,
                        struct gv_span text, bool backup, bool durable, struct gv_error *err)
{
	*staged = (struct gv_staged){
		.place = *place, .was = was->stat, .text = gv_buf_span(&was->text)};
	*place = (struct gv_place){0};
	enum gv_status status =
		backup ? name_backup(&staged->backup, staged->place.name, err) : GV_OK;
	/* The backup of a file with several names is a copy: what is displaced goes. */
	bool keep = backup && was->stat.links == 1;
	if (status == GV_OK)
		status = write_temp(staged, keep ? GV_TEMP_KEEP : GV_TEMP_DISCARD, text, durable,
		                    err);
	return status;
}

enum gv_status gv_staged_sync(struct gv_staged *staged, struct gv_error *err)
{
	int file;
	int code = gv_os_open(staged->place.dir, staged->temp, &file);
	if (code == 0) {
		code = gv_os_sync(file);
		gv_os_close(file);
	}
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot make the new file durable");
}

static void remove_temp(struct gv_staged *staged)
{
	if (staged->temp_made)
		gv_os_remove(staged->place.dir, staged->temp);
	staged->temp_made = false;
}

void gv_staged_drop(struct gv_staged *staged)
{
	struct gv_error ignored = {0};
	if (staged->temp_made && staged->place.dir == NULL)
		staged->temp_made = gv_place_reenter(&staged->place, &ignored) == GV_OK;
	remove_temp(staged);
	gv_place_leave(&staged->place);
	free(staged->backup);
	*staged = (struct gv_staged){0};
}

/* Renames the temporary file to NAME, after which it is no longer ours to remove. */
static int rename_temp(struct gv_staged *staged, const char *name)
{
	int code = gv_os_rename(staged->place.dir, staged->temp, name);
	if (code == 0)
		staged->temp_made = false;
	return code;
}

static enum gv_status fail_backup(struct gv_error *err, int code)
{
	return gv_fail_system(err, code, "cannot keep a backup (--no-backup)");
}

/* Puts a copy of the original, itself staged and renamed, under the backup's name. */
static enum gv_status copy_backup(const struct gv_staged *staged, struct gv_error *err)
{
	struct gv_staged copy = {.place = staged->place, .was = staged->was, .text = staged->text};
	enum gv_status status = write_temp(&copy, GV_TEMP_COPY, copy.text, true, err);
	if (status == GV_OK) {
		int code = rename_temp(&copy, staged->backup);
		status = code == 0 ? GV_OK : fail_backup(err, code);
	}
	remove_temp(&copy);
	return status;
}

/* How many writers in a row may come between two system calls of ours. */
enum { MAX_SWAPS = 16 };

/*
 * Puts back what a swap displaced. When something else than our own file comes out, another program
 * has put a newer one there meanwhile, and that one goes back in. Only what nobody can miss is left
 * under the temporary name: our own file, or one that its successor has replaced already.
 */
static int change_back(struct gv_staged *staged)
{
	struct gv_os_dir *dir = staged->place.dir;
	struct gv_os_stat put = staged->put;
	for (int i = 0; i < MAX_SWAPS; i++) {
		struct gv_os_stat going;
		struct gv_os_stat out;
		int code = gv_os_stat(dir, staged->temp, false, &going);
		if (code == 0)
			code = gv_os_swap(dir, staged->temp, staged->place.name);
		if (code == 0)
			code = gv_os_stat(dir, staged->temp, false, &out);
		if (code != 0 || is_same_inode(&out, &put))
			return code;
		put = going;
	}
	return EBUSY;
}

/* Gives what the swap displaced its last place: the backup's name, or none. */
static enum gv_status settle_displaced(struct gv_staged *staged, bool keep, struct gv_error *err)
{
	enum gv_status status = check_bytes(staged, staged->temp, err);
	if (status != GV_OK)
		return status;
	if (keep) {
		int code = rename_temp(staged, staged->backup);
		return code == 0 ? GV_OK : fail_backup(err, code);
	}
	remove_temp(staged);
	return GV_OK;
}

/*
 * The staged file and the original have changed names, in one step. Only now is it certain what was
 * displaced: when it is not what was read, or cannot be kept, they change back.
 */
static enum gv_status finish_swap(struct gv_staged *staged, bool keep, struct gv_error *err)
{
	enum gv_status status = settle_displaced(staged, keep, err);
	int code = status == GV_OK ? 0 : change_back(staged);
	if (code == 0)
		return status;
	staged->temp_made = false; /* it holds what somebody wrote: better kept than tidy */
	if (err != NULL)
		*err = (struct gv_error){0}; /* this is worse than what led here */
	return gv_fail_system(err, code, "replaced, but what it held before stays in %s",
	                      staged->temp);
}

static enum gv_status fail_put(struct gv_error *err, int code)
{
	return gv_fail_system(err, code, "cannot put the new file in place");
}

/* The last word before names change. */
static enum gv_status confirm(const struct gv_staged *staged, struct gv_error *err)
{
	return staged->confirm == NULL ? GV_OK : staged->confirm(staged->confirm_context, err);
}

/* The same in steps, for file systems that cannot swap: the file itself is touched by the last. */
static enum gv_status rename_in(struct gv_staged *staged, bool keep, struct gv_error *err)
{
	enum gv_status status = keep ? copy_backup(staged, err) : GV_OK;
	if (status == GV_OK)
		status = check_bytes(staged, staged->place.name, err);
	if (status == GV_OK)
		status = confirm(staged, err);
	if (status != GV_OK)
		return status;
	int code = rename_temp(staged, staged->place.name);
	return code == 0 ? GV_OK : fail_put(err, code);
}

/*
 * A file with several names is not made the backup: whoever writes to it by another name would
 * write to the backup. It is copied.
 */
enum gv_status gv_staged_commit(struct gv_staged *staged, struct gv_error *err)
{
	bool copied = staged->backup != NULL && staged->was.links > 1;
	bool keep = staged->backup != NULL && !copied;
	enum gv_status status = check_state(staged, staged->place.name, err);
	if (status == GV_OK && copied)
		status = copy_backup(staged, err);
	if (status == GV_OK)
		status = confirm(staged, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_swap(staged->place.dir, staged->temp, staged->place.name);
	if (code == ENOTSUP)
		return rename_in(staged, keep, err);
	return code == 0 ? finish_swap(staged, keep, err) : fail_put(err, code);
}

/* Reads the place's file for a copy. */
static enum gv_status read_place(struct gv_file *out, const struct gv_place *place,
                                 struct gv_error *err)
{
	int file;
	int code = gv_os_open(place->dir, place->name, &file);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	enum gv_status status = gv_file_read_open(out, file, SIZE_MAX / 2, err);
	gv_os_close(file);
	return status;
}

/*
 * Where names cannot be swapped in one step: a copy of the file is staged, the backup takes the
 * file's name, the copy that of the backup. The file's name always stands for a whole file.
 */
static enum gv_status swap_in_steps(struct gv_staged *staged, struct gv_error *err)
{
	struct gv_file now = {0};
	enum gv_status status = read_place(&now, &staged->place, err);
	staged->was = now.stat;
	if (status == GV_OK)
		status = write_temp(staged, GV_TEMP_UNDO, gv_buf_span(&now.text), true, err);
	gv_file_dispose(&now);
	if (status == GV_OK)
		status = confirm(staged, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_rename(staged->place.dir, staged->backup, staged->place.name);
	if (code != 0)
		return gv_fail_system(err, code, "cannot swap file and backup");
	code = rename_temp(staged, staged->backup);
	if (code == 0)
		return GV_OK;
	staged->temp_made = false; /* the only copy of what the file held */
	return gv_fail_system(err, code, "undone, but what it held stays in %s instead of %s",
	                      staged->temp, staged->backup);
}

static enum gv_status swap_with_backup(struct gv_staged *staged, struct gv_error *err)
{
	enum gv_status status = confirm(staged, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_swap(staged->place.dir, staged->place.name, staged->backup);
	if (code == ENOTSUP)
		return swap_in_steps(staged, err);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot swap file and backup");
}

static enum gv_status check_backup(const struct gv_staged *staged, struct gv_error *err)
{
	struct gv_os_stat backup;
	int code = gv_os_stat(staged->place.dir, staged->backup, false, &backup);
	if (code == ENOENT)
		return gv_fail(err, GV_ENOENT, "there is no backup %s", staged->backup);
	if (code != 0)
		return gv_fail_system(err, code, "cannot read the backup");
	if (backup.type != GV_OS_FILE)
		return gv_fail(err, GV_EINVAL, "the backup %s is not a regular file",
		               staged->backup);
	return GV_OK;
}

enum gv_status gv_staged_undo(struct gv_staged *staged, struct gv_error *err)
{
	enum gv_status status = name_backup(&staged->backup, staged->place.name, err);
	if (status == GV_OK)
		status = check_backup(staged, err);
	return status == GV_OK ? swap_with_backup(staged, err) : status;
}
