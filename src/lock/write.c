#include "lock/write.h"

#include <string.h>

#include "lock/self.h"

void lock_prepare(const struct gv_lock_options *how)
{
	struct lock_self self;
	if (how->mode != GV_LOCK_NEVER)
		lock_self_find(&self);
}

/* Takes VMware's lock on the file at PLACE, which PATH names. */
static enum gv_status take(struct lock_portable *lock, const struct lock_hold *hold,
                           const struct gv_place *place, const char *path, struct gv_error *err)
{
	struct gv_error own = {0};
	struct lock_request request = {place->dir, place->name, path, hold->how.timeout};
	enum gv_status status = lock_take(lock, &request, &own);
	/* Where this user can make no lock, no VMware of this user's can. */
	if (status == GV_OK || (lock->is_impossible && hold->how.mode == GV_LOCK_AUTO))
		return GV_OK;
	if (err != NULL && err->status == GV_OK)
		*err = own;
	return status;
}

/* VMware locks a link next to the link, and not next to its target. */
static enum gv_status take_at_link(struct lock_hold *hold, const char *path, struct gv_error *err)
{
	enum gv_status status = gv_place_enter_itself(&hold->link, path, err);
	return status == GV_OK ? take(&hold->at_link, hold, &hold->link, path, err) : status;
}

/* The same file may be opened by its own name. */
static enum gv_status take_at_target(struct lock_hold *hold, const struct gv_place *place,
                                     struct gv_error *err)
{
	struct gv_buf path = {0};
	gv_buf_format(&path, "%s/%s", place->folder, place->name);
	enum gv_status status = path.failed ? gv_fail_memory(err) : GV_OK;
	if (status == GV_OK)
		status = take(&hold->at_file, hold, place, path.at, err);
	gv_buf_dispose(&path);
	return status;
}

enum gv_status lock_hold_names(struct lock_hold *hold, const struct gv_place *place,
                               const char *path, struct gv_error *err)
{
	if (hold->how.mode == GV_LOCK_NEVER)
		return GV_OK;
	if (!place->linked)
		return take(&hold->at_file, hold, place, path, err);
	enum gv_status status = take_at_link(hold, path, err);
	return status == GV_OK ? take_at_target(hold, place, err) : status;
}

/* The folder first: whoever waits for a lock of VMware's holds its folder by then. */
enum gv_status lock_hold_file(struct lock_hold *hold, const char *path, struct gv_error *err)
{
	gv_os_hold_signals();
	enum gv_status status = gv_place_enter(&hold->place, path, err);
	if (status != GV_OK) {
		gv_os_release_signals();
		return status;
	}
	status = gv_place_hold(&hold->place, hold->how.timeout, err);
	if (status == GV_OK)
		status = lock_hold_names(hold, &hold->place, path, err);
	if (status != GV_OK)
		lock_hold_end(hold);
	return status;
}

enum gv_status lock_hold_confirm(const void *hold, struct gv_error *err)
{
	const struct lock_hold *held = hold;
	enum gv_status status = lock_confirm(&held->at_link, err);
	return status == GV_OK ? lock_confirm(&held->at_file, err) : status;
}

void lock_hold_end(struct lock_hold *hold)
{
	bool whole = hold->place.dir != NULL;
	lock_release(&hold->at_file);
	lock_release(&hold->at_link);
	gv_place_leave(&hold->link);
	gv_place_leave(&hold->place);
	if (whole)
		gv_os_release_signals();
}

/* Programs of VMware's that may open a machine, by what their names begin with. */
static bool is_other_program(void *context, const char *name)
{
	static const char *const beginnings[] = {"vmware", "vmplayer", "vmrun", "vmrest",
	                                         "appLoader"};
	bool *found = context;
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		*found |= strncmp(name, beginnings[i], strlen(beginnings[i])) == 0;
	return !*found;
}

bool lock_vmware_may_run(void)
{
	bool found = false;
	return !gv_os_sees_all_processes() || gv_os_list_processes(is_other_program, &found) != 0 ||
	       found;
}

/* Makes the names in the folder durable; FAILED is what to say when that is all that failed. */
static enum gv_status sync_names(const struct gv_place *place, const char *failed,
                                 struct gv_error *err)
{
	int code = gv_os_sync_dir(place->dir);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "%s", failed);
}

/* Changes the names under the locks, and lets go of them. */
static enum gv_status change_names(struct gv_staged *staged, struct lock_hold *hold,
                                   const char *path,
                                   enum gv_status (*change)(struct gv_staged *, struct gv_error *),
                                   struct gv_error *err)
{
	enum gv_status status = hold->place.dir == NULL ? lock_hold_file(hold, path, err) : GV_OK;
	staged->confirm = lock_hold_confirm;
	staged->confirm_context = hold;
	if (status == GV_OK)
		status = change(staged, err);
	lock_hold_end(hold);
	return status;
}

enum gv_status gv_file_replace(const char *path, const struct gv_file *was, struct gv_span text,
                               bool backup, struct lock_hold *hold, struct gv_error *err)
{
	struct gv_place place = {0};
	struct gv_staged staged = {0};
	lock_prepare(&hold->how);
	gv_os_hold_signals();
	enum gv_status status = gv_place_enter(&place, path, err);
	if (status == GV_OK)
		status = gv_stage(&staged, &place, was, text, backup, true, err);
	if (status == GV_OK)
		status = change_names(&staged, hold, path, gv_staged_commit, err);
	if (status == GV_OK)
		status = sync_names(&staged.place, "replaced, but a power cut may undo it", err);
	lock_hold_end(hold);
	gv_staged_drop(&staged);
	gv_os_release_signals();
	return status;
}

enum gv_status gv_file_undo(const char *path, const struct gv_lock_options *how,
                            struct gv_error *err)
{
	struct gv_staged staged = {0};
	struct lock_hold hold = {.how = *how};
	lock_prepare(how);
	gv_os_hold_signals();
	enum gv_status status = gv_place_enter(&staged.place, path, err);
	if (status == GV_OK)
		status = change_names(&staged, &hold, path, gv_staged_undo, err);
	if (status == GV_OK)
		status = sync_names(&staged.place, "swapped, but a power cut may undo it", err);
	gv_staged_drop(&staged);
	gv_os_release_signals();
	return status;
}
