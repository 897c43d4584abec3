#include "base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 65536 };

/*
 * Reads FILE to its end behind what TEXT has. The end is where a read gives nothing, whatever size
 * was EXPECTED; room for one byte more than that spares a larger buffer just to see the end.
 */
static enum gv_status read_all(int file, uint64_t limit, size_t expected, struct gv_buf *text,
                               struct gv_error *err)
{
	gv_buf_reserve(text, expected + 1);
	for (size_t got = 1; got > 0;) {
		bool full = !text->failed && text->cap - text->len == 1;
		char *to = gv_buf_reserve(text, full ? BLOCK : 1);
		if (to == NULL)
			return gv_fail_memory(err);
		int code = gv_os_read(file, to, text->cap - text->len - 1, &got);
		if (code != 0)
			return gv_fail_system(err, code, "cannot read");
		text->len += got;
		if (text->len > limit)
			return gv_fail(err, GV_ETOOBIG,
			               "larger than the limit of %" PRIu64 " bytes (--max-size)",
			               limit);
	}
	text->at[text->len] = '\0';
	return GV_OK;
}

static enum gv_status check_kind(const struct gv_os_stat *stat, uint64_t limit,
                                 struct gv_error *err)
{
	if (stat->type == GV_OS_FOLDER)
		return gv_fail(err, GV_EINVAL, "is a folder");
	if (stat->type != GV_OS_FILE)
		return gv_fail(err, GV_EINVAL, "is not a regular file");
	if (stat->size > limit || stat->size > SIZE_MAX / 2)
		return gv_fail(err, GV_ETOOBIG,
		               "has %" PRIu64 " bytes, the limit is %" PRIu64 " (--max-size)",
		               stat->size, limit);
	return GV_OK;
}

static enum gv_status read_open(int file, uint64_t limit, struct gv_file *out, struct gv_error *err)
{
	int code = gv_os_stat_file(file, &out->stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot read");
	enum gv_status status = check_kind(&out->stat, limit, err);
	if (status != GV_OK)
		return status;
	return read_all(file, limit, (size_t)out->stat.size, &out->text, err);
}

enum gv_status gv_file_read(struct gv_file *out, const char *path, uint64_t limit,
                            struct gv_error *err)
{
	struct gv_file read = {0};
	int file;
	int code = gv_os_open(NULL, path, &file);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	enum gv_status status = read_open(file, limit, &read, err);
	gv_os_close(file);
	read.held = out->held;
	if (status != GV_OK)
		gv_buf_dispose(&read.text);
	else
		*out = read;
	return status;
}

enum gv_status gv_file_read_input(struct gv_file *out, uint64_t limit, struct gv_error *err)
{
	struct gv_file read = {0};
	enum gv_status status = read_all(0, limit, BLOCK, &read.text, err);
	if (status != GV_OK)
		gv_file_dispose(&read);
	else
		*out = read;
	return status;
}

void gv_file_dispose(struct gv_file *file)
{
	gv_buf_dispose(&file->text);
	gv_os_close_dir(file->held);
	*file = (struct gv_file){0};
}

/*
 * Names of temporary files: ".gpuvirt-" 16 hex digits ".tmp". Not built from the file's own name,
 * which may be as long as a name can be, and never "X.vmx~", which is VMware's (facts 4.4).
 */
#define TEMP_PREFIX ".gpuvirt-"
#define TEMP_SUFFIX ".tmp"
enum { TEMP_DIGITS = 16, TEMP_SIZE = sizeof TEMP_PREFIX + TEMP_DIGITS + sizeof TEMP_SUFFIX };

bool gv_file_is_temporary(const char *name)
{
	size_t prefix = strlen(TEMP_PREFIX);
	if (strncmp(name, TEMP_PREFIX, prefix) != 0)
		return false;
	const char *digits = name + prefix;
	size_t count = strspn(digits, "0123456789abcdef");
	return count == TEMP_DIGITS && strcmp(digits + count, TEMP_SUFFIX) == 0;
}

static int make_temp_name(char name[TEMP_SIZE])
{
	uint64_t number = 0;
	int code = gv_os_random(&number);
	snprintf(name, TEMP_SIZE, TEMP_PREFIX "%016" PRIx64 TEMP_SUFFIX, number);
	return code;
}

/* A file's folder, open, and the names in it that a replacement deals with. */
struct place {
	struct gv_os_dir *dir;
	char *path; /* resolved */
	const char *name;
	char *backup;
	char temp[TEMP_SIZE];
	bool temp_made;
	bool was_read; /* the caller read the file: if it is gone now, somebody removed it */
};

static void leave_place(struct place *place)
{
	if (place->temp_made)
		gv_os_remove(place->dir, place->temp);
	gv_os_close_dir(place->dir);
	free(place->path);
	free(place->backup);
}

static enum gv_status hold(struct gv_os_dir *dir, struct gv_error *err)
{
	int code = gv_os_hold_dir(dir);
	if (code == 0)
		return GV_OK;
	return gv_fail_system(err, code,
	                      code == EINTR ? "given up while another program holds its "
	                                      "folder"
	                                    : "its folder is held by another program");
}

/* Opens the folder of the resolved PATH, which is cut to it, and sets *NAME to the rest. */
static int open_folder(struct gv_os_dir **out, char *path, const char **name)
{
	char *slash = strrchr(path, '/');
	*name = slash + 1;
	*slash = '\0';
	return gv_os_open_dir(out, NULL, slash == path ? "/" : path);
}

enum gv_status gv_file_hold(struct gv_file *file, const char *path, struct gv_error *err)
{
	char *resolved;
	const char *name;
	int code = gv_os_resolve(path, &resolved);
	if (code != 0)
		return gv_fail_system(err, code, "cannot resolve the path");
	code = open_folder(&file->held, resolved, &name);
	free(resolved);
	return code == 0 ? hold(file->held, err)
	                 : gv_fail_system(err, code, "cannot open its folder");
}

static enum gv_status name_backup(struct place *place, struct gv_error *err)
{
	size_t size = strlen(place->name) + sizeof GV_BACKUP_SUFFIX;
	place->backup = malloc(size);
	if (place->backup == NULL)
		return gv_fail_memory(err);
	snprintf(place->backup, size, "%s%s", place->name, GV_BACKUP_SUFFIX);
	return GV_OK;
}

/* Splits PATH, all links followed, into an open folder and a name. */
static enum gv_status enter_place(struct place *place, const char *path, struct gv_error *err)
{
	int code = gv_os_resolve(path, &place->path);
	if (code == ENOENT && place->was_read)
		return gv_fail(err, GV_ECHANGED, "was removed by another program meanwhile");
	if (code != 0)
		return gv_fail_system(err, code, "cannot resolve the path");
	code = open_folder(&place->dir, place->path, &place->name);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open its folder");
	code = make_temp_name(place->temp);
	if (code != 0)
		return gv_fail_system(err, code, "no random numbers");
	return name_backup(place, err);
}

static bool same_file(const struct gv_os_stat *a, const struct gv_os_stat *b)
{
	return a->device == b->device && a->inode == b->inode && a->mode == b->mode &&
	       a->owner == b->owner && a->group == b->group && a->size == b->size;
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
		return fail_changed(err);
	return gv_fail_system(err, code, "cannot read it again to see whether it changed");
}

/* GV_ECHANGED unless NAME is the file that WAS was read from, unchanged. */
static enum gv_status check_unchanged(struct place *place, const char *name,
                                      const struct gv_file *was, struct gv_error *err)
{
	struct gv_os_stat now;
	int file;
	bool same = false;
	int code = gv_os_stat(place->dir, name, false, &now);
	if (code != 0)
		return fail_compare(err, code);
	if (!same_file(&now, &was->stat))
		return fail_changed(err);
	code = gv_os_open(place->dir, name, &file);
	if (code != 0)
		return fail_compare(err, code);
	/* Bytes, not times: two writes within a tick of the clock have the same time. */
	code = compare_rest(file, gv_buf_span(&was->text), &same);
	gv_os_close(file);
	if (code != 0)
		return fail_compare(err, code);
	return same ? GV_OK : fail_changed(err);
}

/* Fills the new file TO and makes it durable; FROM is the original, for its attributes. */
static enum gv_status fill(int to, int from, const struct gv_file *was, struct gv_span text,
                           struct gv_error *err)
{
	int code = gv_os_write(to, text.at, text.len);
	if (code != 0)
		return gv_fail_system(err, code, "cannot write the new file");
	code = gv_os_copy_attributes(from, to, &was->stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot keep owner, mode and attributes");
	code = gv_os_sync(to);
	if (code != 0)
		return gv_fail_system(err, code, "cannot make the new file durable");
	return GV_OK;
}

/* Creates NAME with TEXT and the attributes of the place's file. */
static enum gv_status stage(struct place *place, const struct gv_file *was, struct gv_span text,
                            struct gv_error *err)
{
	int to;
	int from;
	int code = gv_os_open(place->dir, place->name, &from);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	code = gv_os_create(place->dir, place->temp, &to);
	if (code != 0) {
		gv_os_close(from);
		return gv_fail_system(err, code, "cannot create a temporary file beside it");
	}
	place->temp_made = true;
	enum gv_status status = fill(to, from, was, text, err);
	gv_os_close(from);
	code = gv_os_close(to);
	if (status == GV_OK && code != 0)
		status = gv_fail_system(err, code, "cannot write the new file");
	return status;
}

/* Renames the staged file to NAME, after which it is no longer ours to remove. */
static int commit(struct place *place, const char *name)
{
	int code = gv_os_rename(place->dir, place->temp, name);
	if (code == 0)
		place->temp_made = false;
	return code;
}

/* Puts a copy of the original, itself staged and renamed, under the backup's name. */
static enum gv_status copy_backup(struct place *place, const struct gv_file *was,
                                  struct gv_error *err)
{
	struct place copy = *place;
	copy.temp_made = false;
	int code = make_temp_name(copy.temp);
	if (code != 0)
		return gv_fail_system(err, code, "no random numbers");
	enum gv_status status = stage(&copy, was, gv_buf_span(&was->text), err);
	if (status == GV_OK && (code = commit(&copy, copy.backup)) != 0)
		status = gv_fail_system(err, code, "cannot keep a backup (--no-backup)");
	if (copy.temp_made)
		gv_os_remove(copy.dir, copy.temp);
	return status;
}

/* Gives what the swap displaced its last place: the backup's name, or none. */
static enum gv_status settle_displaced(struct place *place, const struct gv_file *was, bool backup,
                                       struct gv_error *err)
{
	enum gv_status status = check_unchanged(place, place->temp, was, err);
	if (status != GV_OK || !backup)
		return status; /* without backup leave_place removes it */
	int code = commit(place, place->backup);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot keep a backup (--no-backup)");
}

/* Which file the temporary name stands for. */
static int identify_temp(struct place *place, struct gv_os_stat *out)
{
	return gv_os_stat(place->dir, place->temp, false, out);
}

static bool is_same_inode(const struct gv_os_stat *a, const struct gv_os_stat *b)
{
	return a->device == b->device && a->inode == b->inode;
}

/* How many writers in a row may come between two system calls of ours. */
enum { MAX_SWAPS = 16 };

/*
 * Puts back what a swap displaced. PUT is the file we last put under the name: when something else
 * comes out, another program has put a newer one there meanwhile, and that one goes back in. Only
 * what nobody can miss is left under the temporary name: our own file, or one that its successor
 * has replaced already.
 */
static int change_back(struct place *place, struct gv_os_stat put)
{
	for (int i = 0; i < MAX_SWAPS; i++) {
		struct gv_os_stat going;
		struct gv_os_stat out;
		int code = identify_temp(place, &going);
		if (code == 0)
			code = gv_os_swap(place->dir, place->temp, place->name);
		if (code == 0)
			code = identify_temp(place, &out);
		if (code != 0 || is_same_inode(&out, &put))
			return code;
		put = going;
	}
	return EBUSY;
}

/*
 * The staged file PUT and the original have changed names, in one step. Only now is it certain
 * what was displaced: when it is not what was read, or cannot be kept, they change back.
 */
static enum gv_status finish_swap(struct place *place, const struct gv_os_stat *put,
                                  const struct gv_file *was, bool backup, struct gv_error *err)
{
	enum gv_status status = settle_displaced(place, was, backup, err);
	int code = status == GV_OK ? 0 : change_back(place, *put);
	if (code == 0)
		return status;
	place->temp_made = false; /* it holds what somebody wrote: better kept than tidy */
	if (err != NULL)
		*err = (struct gv_error){0}; /* this is worse than what led here */
	return gv_fail_system(err, code, "replaced, but what it held before stays in %s",
	                      place->temp);
}

/* The same in steps, for file systems that cannot swap. PATH itself is touched by the last only. */
static enum gv_status rename_in(struct place *place, const struct gv_file *was, bool backup,
                                struct gv_error *err)
{
	enum gv_status status = backup ? copy_backup(place, was, err) : GV_OK;
	if (status == GV_OK)
		status = check_unchanged(place, place->name, was, err);
	if (status != GV_OK)
		return status;
	int code = commit(place, place->name);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot put the new file in place");
}

/*
 * A file with several names is not made the backup: whoever writes to it by another name would
 * write to the backup. It is copied.
 */
static enum gv_status put_in_place(struct place *place, const struct gv_file *was, bool backup,
                                   struct gv_error *err)
{
	bool copied = backup && was->stat.links > 1;
	enum gv_status status = check_unchanged(place, place->name, was, err);
	if (status == GV_OK && copied)
		status = copy_backup(place, was, err);
	if (status != GV_OK)
		return status;
	struct gv_os_stat put;
	int code = identify_temp(place, &put);
	if (code == 0)
		code = gv_os_swap(place->dir, place->temp, place->name);
	if (code == ENOTSUP)
		return rename_in(place, was, backup && !copied, err);
	if (code != 0)
		return gv_fail_system(err, code, "cannot put the new file in place");
	return finish_swap(place, &put, was, backup && !copied, err);
}

static enum gv_status replace(struct place *place, const struct gv_file *was, struct gv_span text,
                              bool backup, struct gv_error *err)
{
	enum gv_status status = stage(place, was, text, err);
	if (status != GV_OK)
		return status;
	status = was->held != NULL ? GV_OK : hold(place->dir, err);
	if (status == GV_OK)
		status = put_in_place(place, was, backup, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_sync_dir(place->dir);
	if (code != 0)
		return gv_fail_system(err, code, "replaced, but a power cut may undo it");
	return GV_OK;
}

enum gv_status gv_file_replace(const char *path, const struct gv_file *was, struct gv_span text,
                               bool backup, struct gv_error *err)
{
	struct place place = {.was_read = true};
	gv_os_hold_signals();
	enum gv_status status = enter_place(&place, path, err);
	if (status == GV_OK)
		status = replace(&place, was, text, backup, err);
	leave_place(&place);
	gv_os_release_signals();
	return status;
}

/* Reads the place's file for a copy. */
static enum gv_status read_place(struct place *place, struct gv_file *out, struct gv_error *err)
{
	int file;
	int code = gv_os_open(place->dir, place->name, &file);
	if (code != 0)
		return gv_fail_system(err, code, "cannot open");
	enum gv_status status = read_open(file, SIZE_MAX / 2, out, err);
	gv_os_close(file);
	return status;
}

/*
 * Where names cannot be swapped in one step: a copy of the file is staged, the backup takes the
 * file's name, the copy that of the backup. The file's name always stands for a whole file.
 */
static enum gv_status swap_in_steps(struct place *place, struct gv_error *err)
{
	struct gv_file now = {0};
	enum gv_status status = read_place(place, &now, err);
	if (status == GV_OK)
		status = stage(place, &now, gv_buf_span(&now.text), err);
	gv_file_dispose(&now);
	if (status != GV_OK)
		return status;
	int code = gv_os_rename(place->dir, place->backup, place->name);
	if (code != 0)
		return gv_fail_system(err, code, "cannot swap file and backup");
	code = commit(place, place->backup);
	if (code == 0)
		return GV_OK;
	place->temp_made = false; /* the only copy of what the file held */
	return gv_fail_system(err, code, "undone, but what it held stays in %s instead of %s",
	                      place->temp, place->backup);
}

static enum gv_status swap_with_backup(struct place *place, struct gv_error *err)
{
	int code = gv_os_swap(place->dir, place->name, place->backup);
	if (code == ENOTSUP)
		return swap_in_steps(place, err);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot swap file and backup");
}

static enum gv_status check_backup(struct place *place, struct gv_error *err)
{
	struct gv_os_stat backup;
	int code = gv_os_stat(place->dir, place->backup, false, &backup);
	if (code == ENOENT)
		return gv_fail(err, GV_ENOENT, "there is no backup %s", place->backup);
	if (code != 0)
		return gv_fail_system(err, code, "cannot read the backup");
	if (backup.type != GV_OS_FILE)
		return gv_fail(err, GV_EINVAL, "the backup %s is not a regular file",
		               place->backup);
	return GV_OK;
}

static enum gv_status undo(struct place *place, struct gv_error *err)
{
	enum gv_status status = hold(place->dir, err);
	if (status == GV_OK)
		status = check_backup(place, err);
	if (status == GV_OK)
		status = swap_with_backup(place, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_sync_dir(place->dir);
	if (code != 0)
		return gv_fail_system(err, code, "swapped, but a power cut may undo it");
	return GV_OK;
}

enum gv_status gv_file_undo(const char *path, struct gv_error *err)
{
	struct place place = {0};
	gv_os_hold_signals();
	enum gv_status status = enter_place(&place, path, err);
	if (status == GV_OK)
		status = undo(&place, err);
	leave_place(&place);
	gv_os_release_signals();
	return status;
}
