#include "base/create.h"

#include <errno.h>
#include <string.h>

/* Gives the new file what an old one of its name has; where that is refused it stays as it is. */
static void copy_attributes(const struct gv_creation *creation, const struct gv_os_stat *old)
{
	struct gv_os_stat had;
	int from;
	if (gv_os_open(creation->place.dir, creation->place.name, &from) != 0)
		return;
	(void)gv_os_copy_attributes(from, creation->file, old, &had);
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
		copy_attributes(creation, old);
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
