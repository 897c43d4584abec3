/*
 * Whole files, read within a limit.
 *
 * Knows paths and bytes; knows nothing about what the bytes mean.
 */
#ifndef GPUVIRT_BASE_FILE_H
#define GPUVIRT_BASE_FILE_H

#include <gpuvirt/text.h>

#include "platform/os.h"

/* A file as it was read. Zero-initialise; dispose when done. */
struct gv_file {
	struct gv_buf text;
	struct gv_os_stat stat;
};

/*
 * Reads the file PATH, following links. GV_ETOOBIG when it has more than LIMIT bytes, by its size,
 * before it is read; GV_EINVAL when it is no regular file; GV_ESYSTEM otherwise. *OUT is the
 * caller's, to be disposed of, and must be empty; untouched on failure.
 */
enum gv_status gv_file_read(struct gv_file *out, const char *path, uint64_t limit,
                            struct gv_error *err);

/*
 * The same for FILE, which is open. The text of *OUT is the caller's also on failure.
 */
enum gv_status gv_file_read_open(struct gv_file *out, int file, uint64_t limit,
                                 struct gv_error *err);

/* Reads standard input to its end, under the same limit. */
enum gv_status gv_file_read_input(struct gv_file *out, uint64_t limit, struct gv_error *err);

void gv_file_dispose(struct gv_file *file);

#endif
