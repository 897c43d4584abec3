#include <gpuvirt/rescue.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/create.h"
#include "base/walk.h"
#include "lock/write.h"
#include "repair/guard.h"
#include "rescue/candidates.h"
#include "rescue/compare.h"
#include "rescue/damage.h"
#include "vmx/recognise.h"

void gv_rescue_dispose(struct gv_rescue *rescue)
{
	for (size_t i = 0; i < rescue->count; i++) {
		gv_vmx_free(rescue->at[i].vmx);
		gv_buf_dispose(&rescue->at[i].text);
	}
	gv_vmx_free(rescue->vmx);
	if (rescue->place != NULL) {
		gv_place_leave(&rescue->place->place);
		gv_file_dispose(&rescue->place->file);
	}
	free(rescue->place);
	gv_arena_dispose(&rescue->arena);
	*rescue = (struct gv_rescue){0};
}

static enum gv_status check_path(const char *path, struct gv_error *err)
{
	struct gv_os_stat stat;
	bool there = gv_os_stat(NULL, path, true, &stat) == 0;
	if (there && stat.type == GV_OS_FOLDER)
		return gv_fail(err, GV_EINVAL,
		               "is a folder: name the .vmx in it, also when that is gone");
	if (!gv_walk_is_machine(path))
		return gv_fail(err, GV_EINVAL, "has no name of a machine: it must end in .vmx");
	return GV_OK;
}

GV_PRINTF(3, 4)
static void set_damage(struct gv_rescue *rescue, enum gv_damage damage, const char *format, ...)
{
	va_list args;
	rescue->damage = damage;
	va_start(args, format);
	vsnprintf(rescue->damage_text, sizeof rescue->damage_text, format, args);
	va_end(args);
}

/* What the text alone tells. */
static enum gv_status judge_left(struct gv_rescue *rescue, struct gv_error *err)
{
	struct gv_buf why = {0};
	enum gv_damage damage = rescue_damage_of(rescue->vmx, &why);
	const char *what = damage == GV_DAMAGE_NONE ? gv_vmx_what_else(rescue->vmx) : NULL;
	if (damage != GV_DAMAGE_NONE)
		set_damage(rescue, damage, "%s", why.at == NULL ? "" : why.at);
	rescue->failed |= why.failed;
	gv_buf_dispose(&why);
	return what == NULL ? GV_OK
	                    : gv_fail(err, GV_EINVAL, "not a VMware configuration: %s", what);
}

static enum gv_status read_left(struct gv_rescue *rescue, uint64_t max_size, struct gv_error *err)
{
	struct gv_file *file = &rescue->place->file;
	struct gv_os_stat stat;
	if (gv_os_stat(NULL, rescue->path, true, &stat) == ENOENT) {
		set_damage(rescue, GV_DAMAGE_MISSING, "there is no such file");
		return GV_OK;
	}
	enum gv_status status = gv_file_read(file, rescue->path, max_size, err);
	rescue->left = gv_buf_span(&file->text);
	if (status == GV_OK)
		status = gv_vmx_parse(&rescue->vmx, rescue->left, err);
	return status == GV_OK ? judge_left(rescue, err) : status;
}

/* True when every name that is left stands in VMX. */
static bool has_all_names(const struct gv_vmx *vmx, const struct gv_vmx *left)
{
	struct gv_line line = {0};
	while (gv_vmx_next(left, &line)) {
		if (line.kind == GV_LINE_ENTRY && !gv_vmx_has(vmx, line.name))
			return false;
	}
	return true;
}

/* VMware ends every line: what ends amid one, and goes on elsewhere, was longer. */
static bool goes_on_in(struct gv_span left, struct gv_span text)
{
	bool open = left.at[left.len - 1] != '\n' && left.at[left.len - 1] != '\r';
	return open && left.len < text.len && memcmp(left.at, text.at, left.len) == 0;
}

/*
 * A file can be cut off where nothing of that is to be seen. Then only what it once was can tell;
 * between two lines half of it must be gone: repairs and VMware itself take single keys away.
 */
static void compare_with(struct gv_rescue *rescue, const struct gv_candidate *candidate)
{
	struct gv_span text = gv_buf_span(&candidate->text);
	size_t entries = gv_vmx_counts(rescue->vmx)->entries;
	if (goes_on_in(rescue->left, text))
		set_damage(rescue, GV_DAMAGE_CUT, "it is the first %zu of the %zu bytes of %.100s",
		           rescue->left.len, text.len, candidate->name);
	else if (entries < candidate->entries / 2 && has_all_names(candidate->vmx, rescue->vmx))
		set_damage(rescue, GV_DAMAGE_CUT, "it has %zu of the %zu keys of %.100s", entries,
		           candidate->entries, candidate->name);
}

static void compare_with_all(struct gv_rescue *rescue)
{
	for (size_t i = 0; i < rescue->count && rescue->damage == GV_DAMAGE_NONE; i++) {
		if (rescue->at[i].state == GV_CANDIDATE_WHOLE)
			compare_with(rescue, &rescue->at[i]);
	}
}

enum gv_status gv_rescue_look(struct gv_rescue *rescue, const char *path, uint64_t max_size,
                              struct gv_error *err)
{
	enum gv_status status = check_path(path, err);
	rescue->path = path;
	rescue->place = calloc(1, sizeof *rescue->place);
	if (status == GV_OK && rescue->place == NULL)
		status = gv_fail_memory(err);
	if (status == GV_OK)
		status = gv_place_enter(&rescue->place->place, path, err);
	if (status == GV_OK)
		status = read_left(rescue, max_size, err);
	if (status == GV_OK)
		status = rescue_find_candidates(rescue, max_size, err);
	if (status == GV_OK && rescue->failed)
		status = gv_fail_memory(err);
	if (status != GV_OK)
		return status;
	rescue_rank(rescue);
	compare_with_all(rescue);
	return GV_OK;
}

const struct gv_candidate *gv_rescue_best(const struct gv_rescue *rescue)
{
	bool any = rescue->count > 0 && rescue->at[0].state < GV_CANDIDATE_FOREIGN;
	return any ? &rescue->at[0] : NULL;
}

const struct gv_candidate *gv_rescue_find(const struct gv_rescue *rescue, const char *name)
{
	uint64_t number;
	if (gv_span_number(gv_span_of(name), &number))
		return number >= 1 && number <= rescue->count ? &rescue->at[number - 1] : NULL;
	for (size_t i = 0; i < rescue->count; i++) {
		if (strcmp(rescue->at[i].name, name) == 0)
			return &rescue->at[i];
	}
	return NULL;
}

void gv_rescue_edits(struct gv_edits *edits, const struct gv_rescue *rescue,
                     const struct gv_candidate *candidate)
{
	rescue_compare(edits, rescue->left, gv_buf_span(&candidate->text));
}

/* Reasons of the text: here it is the candidate's that counts, and it has been judged. */
static bool is_of_text(const struct gv_refusal *refusal)
{
	return strcmp(refusal->guard, "suspended") == 0 || strcmp(refusal->guard, "encrypted") == 0;
}

enum gv_status gv_rescue_guard(struct gv_refusals *refusals, const struct gv_rescue *rescue,
                               struct gv_error *err)
{
	struct gv_vmx *empty = NULL;
	enum gv_status status = gv_vmx_parse(&empty, (struct gv_span){0}, err);
	struct guard_question question = {
		.path = rescue->path,
		.place = &rescue->place->place,
		.file = rescue->damage == GV_DAMAGE_MISSING ? NULL : &rescue->place->file,
		.vmx = empty,
	};
	if (status == GV_OK)
		status = guard_ask(refusals, &question, err);
	gv_vmx_free(empty);
	size_t kept = 0;
	for (size_t i = 0; i < refusals->count; i++) {
		if (!is_of_text(&refusals->at[i]))
			refusals->at[kept++] = refusals->at[i];
	}
	refusals->count = kept;
	return status;
}

/* How many backups of a file may have numbers. */
enum { MAX_NUMBER = 10000 };

/* Gives the backup, which may be the best there is of the file, a name that nothing has. */
static enum gv_status move_backup(struct gv_rescue *rescue, const char *backup,
                                  const char **moved_to, struct gv_error *err)
{
	struct gv_os_dir *dir = rescue->place->place.dir;
	struct gv_buf name = {0};
	int code = EEXIST;
	for (int i = 1; code == EEXIST && i < MAX_NUMBER; i++) {
		name.len = 0;
		gv_buf_format(&name, "%s.%d", backup, i);
		code = name.failed ? ENOMEM : gv_os_rename_new(dir, backup, name.at);
	}
	struct gv_span copy = gv_arena_copy(&rescue->arena, gv_buf_span(&name));
	gv_buf_dispose(&name);
	if (code == ENOENT)
		return GV_OK;
	if (code != 0)
		return gv_fail_system(err, code, "cannot name the backup that is there anew");
	*moved_to = copy.at;
	return copy.at == NULL ? gv_fail_memory(err) : GV_OK;
}

static enum gv_status replace(struct gv_rescue *rescue, const struct gv_candidate *candidate,
                              const char **moved_to, struct gv_error *err)
{
	struct gv_os_dir *dir = rescue->place->place.dir;
	struct lock_hold hold = {.how = {GV_LOCK_AUTO, GV_LOCK_TIMEOUT}};
	struct gv_buf backup = {0};
	gv_buf_format(&backup, "%s%s", rescue->place->place.name, GV_BACKUP_SUFFIX);
	enum gv_status status = backup.failed ? gv_fail_memory(err) : GV_OK;
	if (status == GV_OK)
		status = lock_hold_file(&hold, rescue->path, err);
	if (status == GV_OK)
		status = move_backup(rescue, backup.at, moved_to, err);
	if (status == GV_OK)
		status = gv_file_replace(rescue->path, &rescue->place->file,
		                         gv_buf_span(&candidate->text), true, &hold, err);
	lock_hold_end(&hold);
	/* As it was, unless the file is new and its backup there already. */
	if (status != GV_OK && *moved_to != NULL &&
	    gv_os_rename_new(dir, *moved_to, backup.at) == 0)
		*moved_to = NULL;
	gv_buf_dispose(&backup);
	return status;
}

static enum gv_status create(const struct gv_rescue *rescue, const struct gv_candidate *candidate,
                             struct gv_error *err)
{
	char *like = rescue_path_of(rescue, candidate->name);
	if (like == NULL)
		return gv_fail_memory(err);
	enum gv_status status =
		gv_create_new(rescue->path, gv_buf_span(&candidate->text), like, err);
	free(like);
	return status;
}

enum gv_status gv_rescue_write(struct gv_rescue *rescue, const struct gv_candidate *candidate,
                               const char **moved_to, struct gv_error *err)
{
	*moved_to = NULL;
	return rescue->damage == GV_DAMAGE_MISSING ? create(rescue, candidate, err)
	                                           : replace(rescue, candidate, moved_to, err);
}
