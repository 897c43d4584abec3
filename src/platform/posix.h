/*
 * The few calls that differ between POSIX systems, for posix.c alone. linux.c and other.c hold
 * them; the build takes one.
 */
#ifndef GPUVIRT_PLATFORM_POSIX_H
#define GPUVIRT_PLATFORM_POSIX_H

#include <dirent.h>

#include "platform/os.h"

/* The descriptor of DIR. */
int posix_fd(const struct gv_os_dir *dir);

/* What a folder tells of the type of a name. */
#ifdef DT_UNKNOWN
enum {
	POSIX_KIND_UNKNOWN = DT_UNKNOWN,
	POSIX_KIND_FILE = DT_REG,
	POSIX_KIND_FOLDER = DT_DIR,
	POSIX_KIND_LINK = DT_LNK,
};
#else
enum { POSIX_KIND_UNKNOWN, POSIX_KIND_FILE, POSIX_KIND_FOLDER, POSIX_KIND_LINK };
#endif

/* Calls EACH for every name in the open folder DIR until it returns false. DIR stays open. */
int posix_list(int dir, bool (*each)(void *context, const char *name, unsigned char kind),
               void *context);

/* Makes the content of FILE durable, on the disk and not only in the drive's cache. */
int posix_sync(int file);

/* Gives TO the extended attributes, ACLs among them, that FROM has, and no others. */
int posix_copy_xattrs(int from, int to);

/* Renames unless TO is there (EEXIST); ENOTSUP when it cannot be done in one step. */
int posix_rename_new(int dir, const char *from, const char *to);

/* Swaps two names in the folder DIR; ENOTSUP when it cannot be done in one step. */
int posix_swap(int dir, const char *a, const char *b);

#endif
