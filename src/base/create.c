#include "base/create.h"

#include <errno.h>
#include <string.h>

/* Gives the new file what the file NAME has; where that is refused it stays as it is. */
static void copy_attributes(const struct gv_creation *creation, struct gv_os_dir *dir,
                            const char *name)
{
	struct gv_os_stat old;
	struct gv_os_stat had;
	int from;
	if (gv_os_open(dir, name, &from) != 0)
		return;
	if (gv_os_stat_file(from, &old) == 0)
		(void)gv_os_copy_attributes(from, creation->file, &old, &had);
	gv_os_close(from);
}

static enum gv_status open_temp(struct gv_creation *creation, const struct gv_os_stat *old,
                                struct gv_error *err)
{
	gv_temp_name(creation->temp, GV_TEMP_REPORT, old == NULL ? 0 : old->inode,
	             creation->place.name, (struct gv_span){0});
	int code = gv_os_create_shared(creation->place.dir, creation->temp, &creation->file);
	if (code != 0)
		return gv_fail_system(err, code, "cannot create a file in its folder");
	creation->opened = creation->temp_made = true;
	if (old != NULL)
		copy_attributes(creation, creation->place.dir, creation->place.name);
	return GV_OK;
}

static enum gv_status open_itself(struct gv_creation *creation, const char *path,
                                  struct gv_error *err)
{
	int code = gv_os_open_to_write(NULL, path, &creation->file);
	creation->opened = code == 0;
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot open");
}

/* /dev/stdout may lead to a regular file, which somebody else has opened and is writing to. */
static bool is_device_path(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

enum gv_status gv_create_begin(struct gv_creation *creation, const char *path, struct gv_error *err)
{
	struct gv_os_stat stat;
	int code = gv_os_stat(NULL, path, true, &stat);
	if (code != 0 && code != ENOENT)
		return gv_fail_system(err, code, "cannot open");
	if (code == 0 && stat.type == GV_OS_FOLDER)
		return gv_fail(err, GV_EINVAL, "is a folder");
	if (code == 0 && (stat.type != GV_OS_FILE || is_device_path(path)))
		return open_itself(creation, path, err);
	enum gv_status status = gv_place_enter(&creation->place, path, err);
	return status == GV_OK ? open_temp(creation, code == 0 ? &stat : NULL, err) : status;
}

/* Closes the file; a failure means that written data may be lost. */
static int end_file(struct gv_creation *creation, bool sync)
{
	int code = sync ? gv_os_sync(creation->file) : 0;
	int closed = gv_os_close(creation->file);
	creation->opened = false;
	return code != 0 ? code : closed;
}

enum gv_status gv_create_finish(struct gv_creation *creation, struct gv_error *err)
{
	struct gv_place *place = &creation->place;
	int code = end_file(creation, creation->temp_made);
	if (code == 0 && creation->temp_made) {
		code = gv_os_rename(place->dir, creation->temp, place->name);
		creation->temp_made = code != 0;
		if (code == 0)
			code = gv_os_sync_dir(place->dir);
	}
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot write");
}

/* Writes TEXT to FILE, makes it durable and closes it. */
static int write_whole(int file, struct gv_span text)
{
	int code = gv_os_write(file, text.at, text.len);
	if (code == 0)
		code = gv_os_sync(file);
	int closed = gv_os_close(file);
	return code != 0 ? code : closed;
}

enum gv_status gv_create_private(struct gv_place *place, struct gv_span text, struct gv_error *err)
{
	char temp[GV_TEMP_SIZE];
	int file;
	gv_temp_name(temp, GV_TEMP_REPORT, 0, place->name, (struct gv_span){0});
	int code = gv_os_create(place->dir, temp, &file);
	if (code != 0)
		return gv_fail_system(err, code, "cannot create a file in its folder");
	code = write_whole(file, text);
	if (code == 0)
		code = gv_os_rename(place->dir, temp, place->name);
	if (code != 0)
		gv_os_remove(place->dir, temp);
	else
		code = gv_os_sync_dir(place->dir);
	return code == 0 ? GV_OK : gv_fail_system(err, code, "cannot write");
}

void gv_create_drop(struct gv_creation *creation)
{
	if (creation->opened)
		gv_os_close(creation->file);
	if (creation->temp_made)
		gv_os_remove(creation->place.dir, creation->temp);
	gv_place_leave(&creation->place);
	*creation = (struct gv_creation){0};
}

static enum gv_status fail_there(struct gv_error *err)
{
	return gv_fail(err, GV_EEXIST, "is there by now: another program made it meanwhile");
}

/* Gives a new file, written and closed, its name. The folder is held against other gpuvirts. */
static enum gv_status name_new(struct gv_creation *creation, struct gv_error *err)
{
	struct gv_place *place = &creation->place;
	enum gv_status status = gv_place_hold(place, GV_HOLD_TIMEOUT, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_rename_new(place->dir, creation->temp, place->name);
	creation->temp_made = code != 0;
	if (code == EEXIST)
		return fail_there(err);
	if (code != 0)
		return gv_fail_system(err, code, "cannot put the new file in place");
	code = gv_os_sync_dir(place->dir);
	return code == 0 ? GV_OK
	                 : gv_fail_system(err, code, "created, but a power cut may undo it");
}

/* Creates the place's file, which is not there. */
static enum gv_status create_there(struct gv_creation *creation, struct gv_span text,
                                   const char *like, struct gv_error *err)
{
	enum gv_status status = open_temp(creation, NULL, err);
	if (status != GV_OK)
		return status;
	int code = gv_os_write(creation->file, text.at, text.len);
	if (code == 0 && like != NULL)
		copy_attributes(creation, NULL, like);
	int ended = end_file(creation, code == 0);
	code = code != 0 ? code : ended;
	return code == 0 ? name_new(creation, err)
	                 : gv_fail_system(err, code, "cannot write the new file");
}

enum gv_status gv_create_new(const char *path, struct gv_span text, const char *like,
                             struct gv_error *err)
{
	struct gv_creation creation = {0};
	struct gv_os_stat stat;
	gv_os_hold_signals();
	enum gv_status status = gv_place_enter(&creation.place, path, err);
	if (status == GV_OK &&
	    gv_os_stat(creation.place.dir, creation.place.name, false, &stat) == 0)
		status = fail_there(err);
	if (status == GV_OK)
		status = create_there(&creation, text, like, err);
	gv_create_drop(&creation);
	gv_os_release_signals();
	return status;
}
