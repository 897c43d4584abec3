/*
 * Whole files: read one within a limit, replace one atomically, swap one with its backup.
 *
 * Knows paths, bytes and durability; knows nothing about what the bytes mean.
 */
#ifndef GPUVIRT_BASE_FILE_H
#define GPUVIRT_BASE_FILE_H

#include <gpuvirt/text.h>

#include "platform/os.h"

/* What a backup's name ends with. */
#define GV_BACKUP_SUFFIX ".bak"

/* A file as it was read. Zero-initialise; dispose when done. */
struct gv_file {
	struct gv_buf text;
	struct gv_os_stat stat;
	struct gv_os_dir *held; /* its folder, held against other gpuvirts, or NULL */
};

/*
 * Reads the file PATH, following links. GV_ETOOBIG when it has more than LIMIT bytes, by its size,
 * before it is read; GV_EINVAL when it is no regular file; GV_ESYSTEM otherwise. *OUT is the
 * caller's, to be disposed of, and must be empty but for what gv_file_hold gave it; untouched on
 * failure.
 */
enum gv_status gv_file_read(struct gv_file *out, const char *path, uint64_t limit,
                            struct gv_error *err);

/*
 * Holds the folder of PATH until FILE, which is still empty, is disposed of: no other gpuvirt then
 * writes there between the reading and the replacing. Fails after ten seconds of waiting.
 */
enum gv_status gv_file_hold(struct gv_file *file, const char *path, struct gv_error *err);

/* Reads standard input to its end, under the same limit. */
enum gv_status gv_file_read_input(struct gv_file *out, uint64_t limit, struct gv_error *err);

void gv_file_dispose(struct gv_file *file);

/*
 * Replaces the file PATH by TEXT so that at every moment, also after a crash or a power cut, PATH
 * is wholly old or wholly new: temporary file in the same folder, content and attributes made
 * durable, names changed, folder made durable. A link is followed and stays a link. Owner, mode,
 * ACL and extended attributes stay. BACKUP: the old file stays as PATH.bak, in place of an older
 * one.
 *
 * GV_ECHANGED when PATH no longer holds what WAS says was read from it: read again and retry.
 * On any failure PATH has its old bytes and no temporary file is left, with two exceptions of which
 * the message tells: only the folder could not be made durable, and PATH is new; or what another
 * program put there just now could not be put back, and stays under the name that is given. Signals
 * that end the program wait meanwhile.
 */
enum gv_status gv_file_replace(const char *path, const struct gv_file *was, struct gv_span text,
                               bool backup, struct gv_error *err);

/*
 * Swaps PATH and PATH.bak, in one step where the system can, else so that PATH always is a whole
 * file; should the last of these steps fail, the message names the file with what PATH held.
 * GV_ENOENT when there is no backup.
 */
enum gv_status gv_file_undo(const char *path, struct gv_error *err);

/* True when NAME (without folder) is one that gv_file_replace gives to temporary files. */
bool gv_file_is_temporary(const char *name);

#endif
