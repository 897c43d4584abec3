/*
 * A file that is written anew: under its name there is the old content, or all of the new.
 *
 * Knows names and durability; knows nothing about the content.
 */
#ifndef GPUVIRT_BASE_CREATE_H
#define GPUVIRT_BASE_CREATE_H

#include "base/replace.h"

/* Zero-initialise; drop when done. */
struct gv_creation {
	int file; /* to write to, between gv_create_begin and the end */
	bool opened;
	bool temp_made;
	struct gv_place place;
	char temp[GV_TEMP_SIZE];
};

/*
 * Opens a temporary file beside PATH, which need not be there; a device or a pipe is opened itself.
 * GV_EINVAL when PATH is a folder; GV_ESYSTEM.
 */
enum gv_status gv_create_begin(struct gv_creation *creation, const char *path,
                               struct gv_error *err);

/* Makes what was written durable and gives it its name. */
enum gv_status gv_create_finish(struct gv_creation *creation, struct gv_error *err);

/*
 * Creates PATH, which must not be there (GV_EEXIST), with TEXT: whole and durable, or not at all.
 * LIKE, unless NULL, is a file whose owner, group, mode and attributes the new one gets as far as
 * the system lets; else the mode follows the umask. Signals that end the program wait meanwhile.
 */
enum gv_status gv_create_new(const char *path, struct gv_span text, const char *like,
                             struct gv_error *err);

/* Closes, and removes what was not finished. */
void gv_create_drop(struct gv_creation *creation);

/*
 * Makes TEXT what the file at PLACE holds, in place of what is there, whole and durable or not at
 * all, for this user alone. PLACE is open, and held if others may write there too.
 */
enum gv_status gv_create_private(struct gv_place *place, struct gv_span text, struct gv_error *err);

#endif
