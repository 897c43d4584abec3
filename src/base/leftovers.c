#include "base/leftovers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/replace.h"

/* A temporary file in the folder. */
struct leftover {
	const char *name;
	struct gv_temp temp;
	const char *target; /* the file beside it that it was made for, or NULL */
};

struct cleaner {
	struct gv_os_dir *dir;
	struct leftover *at;
	size_t count;
	size_t cap;
	struct gv_arena arena;
	bool failed; /* memory ran out */
	struct gv_leftovers *result;
};

static bool note_leftover(void *context, const char *name, enum gv_os_type type)
{
	struct cleaner *cleaner = context;
	struct gv_temp temp;
	if (type != GV_OS_FILE || !gv_temp_read(&temp, name))
		return true;
	struct leftover *grown = gv_grow(cleaner->at, cleaner->count, &cleaner->cap, sizeof *grown);
	struct gv_span copy = gv_arena_copy(&cleaner->arena, gv_span_of(name));
	if (grown != NULL)
		cleaner->at = grown;
	cleaner->failed = grown == NULL || copy.at == NULL;
	if (!cleaner->failed)
		cleaner->at[cleaner->count++] = (struct leftover){copy.at, temp, NULL};
	return !cleaner->failed;
}

static int compare_targets(const void *left, const void *right)
{
	const struct leftover *a = left;
	const struct leftover *b = right;
	return (a->temp.target > b->temp.target) - (a->temp.target < b->temp.target);
}

/* Gives the leftovers that were made for NAME their target. */
static bool note_target(void *context, const char *name, enum gv_os_type type)
{
	struct cleaner *cleaner = context;
	struct leftover wanted = {.temp = {.target = gv_temp_target(name)}};
	if (type != GV_OS_FILE || gv_temp_is_name(name))
		return true;
	struct leftover *found =
		bsearch(&wanted, cleaner->at, cleaner->count, sizeof *cleaner->at, compare_targets);
	if (found == NULL)
		return true;
	while (found > cleaner->at && found[-1].temp.target == wanted.temp.target)
		found--;
	const char *copy = gv_arena_copy(&cleaner->arena, gv_span_of(name)).at;
	for (; found < cleaner->at + cleaner->count && found->temp.target == wanted.temp.target;
	     found++)
		found->target = copy;
	cleaner->failed = copy == NULL;
	return !cleaner->failed;
}

/* What is to become of a leftover. */
enum fate { REMOVE, RESTORE, LEAVE };

/* True when the leftover holds just what it was to hold; a part of it, or another text, is false.
 */
static bool is_as_made(const struct cleaner *cleaner, const struct leftover *leftover)
{
	struct gv_file file = {0};
	int fd;
	if (gv_os_open(cleaner->dir, leftover->name, &fd) != 0)
		return false;
	bool read = gv_file_read_open(&file, fd, SIZE_MAX / 2, NULL) == GV_OK;
	gv_os_close(fd);
	bool same = read && gv_temp_content(gv_buf_span(&file.text)) == leftover->temp.content;
	gv_file_dispose(&file);
	return same;
}

/*
 * A new text that was never put in place is worth nothing; so is a part of one while the original
 * is still there. What a swap displaced is the original: its inode tells. Anything else may be a
 * text that is nowhere else: what another program wrote just before the kill and the swap took out
 * of its place, or an original in a folder that was copied.
 */
static enum fate judge_text(const struct cleaner *cleaner, const struct leftover *leftover,
                            const struct gv_os_stat *temp, const struct gv_os_stat *target)
{
	uint64_t original = leftover->temp.original;
	if (is_as_made(cleaner, leftover))
		return REMOVE; /* first, since some file systems number files anew at each mount */
	if (temp->inode == original)
		return leftover->temp.use == GV_TEMP_KEEP ? RESTORE : REMOVE;
	return target != NULL && target->inode == original ? REMOVE : LEAVE;
}

/* An undo in steps was killed before its last one when the backup has the file's name by now. */
static enum fate judge_undo(const struct cleaner *cleaner, const struct leftover *leftover,
                            const struct gv_os_stat *target, const char *backup)
{
	struct gv_os_stat stat;
	if (target == NULL)
		return LEAVE;
	if (target->inode == leftover->temp.original)
		return REMOVE; /* before its first step */
	return gv_os_stat(cleaner->dir, backup, false, &stat) == ENOENT ? RESTORE : LEAVE;
}

static enum fate judge(const struct cleaner *cleaner, const struct leftover *leftover,
                       const struct gv_os_stat *temp, const char *backup)
{
	struct gv_os_stat stat;
	bool there = leftover->target != NULL &&
	             gv_os_stat(cleaner->dir, leftover->target, false, &stat) == 0;
	const struct gv_os_stat *target = there ? &stat : NULL;
	switch (leftover->temp.use) {
	case GV_TEMP_COPY:
	case GV_TEMP_REPORT:
		return REMOVE;
	case GV_TEMP_UNDO:
		return judge_undo(cleaner, leftover, target, backup);
	case GV_TEMP_KEEP:
	case GV_TEMP_DISCARD:
		break;
	}
	enum fate fate = judge_text(cleaner, leftover, temp, target);
	return fate == RESTORE && !there ? LEAVE : fate;
}

static void carry_out(struct cleaner *cleaner, const struct leftover *leftover, enum fate fate,
                      const char *backup)
{
	struct gv_leftovers *result = cleaner->result;
	int code = fate == REMOVE    ? gv_os_remove(cleaner->dir, leftover->name)
	           : fate == RESTORE ? gv_os_rename(cleaner->dir, leftover->name, backup)
	                             : EBUSY;
	result->removed += code == 0 && fate == REMOVE;
	result->restored += code == 0 && fate == RESTORE;
	if (code == 0)
		return;
	result->unclear++;
	strcpy(result->name, leftover->name); /* both have room for any such name */
}

/* Settles one leftover, unless its maker lives or it is not this user's. */
static void settle(struct cleaner *cleaner, const struct leftover *leftover)
{
	struct gv_os_stat temp;
	struct gv_buf backup = {0};
	uint64_t now = gv_os_now();
	if (gv_os_stat(cleaner->dir, leftover->name, false, &temp) != 0 ||
	    temp.type != GV_OS_FILE || !gv_os_is_user(temp.owner) ||
	    !gv_temp_is_orphan(&leftover->temp, now > temp.changed ? now - temp.changed : 0))
		return;
	gv_buf_text(&backup, leftover->target == NULL ? "" : leftover->target);
	gv_buf_text(&backup, GV_BACKUP_SUFFIX);
	if (!backup.failed)
		carry_out(cleaner, leftover, judge(cleaner, leftover, &temp, backup.at), backup.at);
	cleaner->failed |= backup.failed;
	gv_buf_dispose(&backup);
}

/* The folder is held, so that no other gpuvirt is at work in it. */
static int clean(struct cleaner *cleaner)
{
	int code = gv_os_hold_dir(cleaner->dir, GV_HOLD_TIMEOUT);
	if (code != 0)
		return code;
	qsort(cleaner->at, cleaner->count, sizeof *cleaner->at, compare_targets);
	code = gv_os_list(cleaner->dir, ".", note_target, cleaner);
	for (size_t i = 0; code == 0 && !cleaner->failed && i < cleaner->count; i++)
		settle(cleaner, &cleaner->at[i]);
	return code == 0 ? gv_os_sync_dir(cleaner->dir) : code;
}

enum gv_status gv_leftovers_clean(struct gv_leftovers *leftovers, const char *folder,
                                  struct gv_error *err)
{
	struct cleaner cleaner = {.result = leftovers};
	int code = gv_os_open_dir(&cleaner.dir, NULL, folder);
	if (code == 0)
		code = gv_os_list(cleaner.dir, ".", note_leftover, &cleaner);
	if (code == 0 && cleaner.count > 0)
		code = clean(&cleaner);
	gv_os_close_dir(cleaner.dir);
	free(cleaner.at);
	gv_arena_dispose(&cleaner.arena);
	if (code != 0)
		return gv_fail_system(err, code,
		                      "temporary files of a run that was killed cannot "
		                      "be looked for");
	return cleaner.failed ? gv_fail_memory(err) : GV_OK;
}
