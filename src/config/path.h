/*
 * Paths as they are written.
 *
 * Knows slashes and dots; asks the system for the working directory alone.
 */
#ifndef GPUVIRT_CONFIG_PATH_H
#define GPUVIRT_CONFIG_PATH_H

#include <gpuvirt/text.h>

/*
 * Appends PATH to OUT, which is empty, made absolute from the folder HERE: without ".", "..",
 * doubled slashes and one at its end.
 */
void path_make_absolute(struct gv_buf *out, const char *here, struct gv_span path);

/*
 * Sets *OUT, the caller's to free, to the working directory, or to "/" when it has none any more:
 * absolute paths can be used all the same. Fails with GV_ENOMEM only.
 */
enum gv_status path_here(char **out, struct gv_error *err);

/* The folder that the absolute PATH lies in; that of "/" is "/". */
struct gv_span path_folder(struct gv_span path);

/*
 * What follows FOLDER in PATH, both absolute: empty when they are the same. Its .at is NULL when
 * PATH does not lie in FOLDER.
 */
struct gv_span path_below(struct gv_span folder, struct gv_span path);

#endif
