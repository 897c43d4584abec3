/*
 * The few calls that differ between POSIX systems, for posix.c alone. linux.c and other.c hold
 * them; the build takes one.
 */
#ifndef GPUVIRT_PLATFORM_POSIX_H
#define GPUVIRT_PLATFORM_POSIX_H

#include "platform/os.h"

/* The descriptor of DIR. */
int posix_fd(const struct gv_os_dir *dir);

/* Makes the content of FILE durable, on the disk and not only in the drive's cache. */
int posix_sync(int file);

/* Gives TO the extended attributes, ACLs among them, that FROM has, and no others. */
int posix_copy_xattrs(int from, int to);

/* Swaps two names in the folder DIR; ENOTSUP when it cannot be done in one step. */
int posix_swap(int dir, const char *a, const char *b);

#endif
