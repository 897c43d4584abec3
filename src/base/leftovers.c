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

/*
 * A new text that was never put in place is worth nothing. What a swap displaced is the original:
 * its inode tells. Any third file may be what another program wrote just before the kill, which
 * the swap took out of its place: it changed at the same moment as the file that is there now.
 */
static enum fate judge_text(const struct leftover *leftover, const struct gv_os_stat *temp,
                            const struct gv_os_stat *target)
{
	const uint64_t tick = 20 * 1000000; /* nanoseconds: a system's clock for files is coarse */
	if (temp->inode == leftover->temp.original)
		return leftover->temp.use == GV_TEMP_KEEP ? RESTORE : REMOVE;
	if (target == NULL || target->inode == leftover->temp.original)
		return REMOVE;
	uint64_t apart = temp->changed > target->changed ? temp->changed - target->changed
	                                                 : target->changed - temp->changed;
	return apart <= tick ? LEAVE : REMOVE;
}

/* An undo in steps was killed before its last one when there is no backup any more. */
static enum fate judge_undo(const struct cleaner *cleaner, const char *backup)
{
	struct gv_os_stat stat;
	return gv_os_stat(cleaner->dir, backup, false, &stat) == ENOENT ? RESTORE : REMOVE;
}

static enum fate judge(const struct cleaner *cleaner, const struct leftover *leftover,
                       const struct gv_os_stat *temp, const char *backup)
{
	struct gv_os_stat target;
	bool there = leftover->target != NULL &&
	             gv_os_stat(cleaner->dir, leftover->target, false, &target) == 0;
	enum fate fate = leftover->temp.use == GV_TEMP_COPY ? REMOVE
	                 : leftover->temp.use == GV_TEMP_UNDO
	                         ? judge_undo(cleaner, backup)
	                         : judge_text(leftover, temp, there ? &target : NULL);
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
	int code = gv_os_hold_dir(cleaner->dir);
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
