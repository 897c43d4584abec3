/*
 * Which files have changed since a revision, as git tells.
 *
 * Knows git's command line; knows nothing about what the files are.
 */
#ifndef GPUVIRT_CONFIG_CHANGED_H
#define GPUVIRT_CONFIG_CHANGED_H

#include <gpuvirt/text.h>

#include "base/map.h"

/* Zero-initialise; dispose when done. */
struct changed {
	struct gv_map files; /* absolute, as they are written */
	const char **at;     /* the same, in the order in which git told them */
	size_t count;
	size_t cap;
	char *here; /* the working directory */
	struct gv_arena arena;
};

/*
 * Adds the files below FOLDER that differ from what they were in REVISION, in the commits since, in
 * the index or in the working tree, and those that git neither tracks nor ignores. A file that was
 * renamed counts by its new name, one that was deleted not at all. Runs the program git, twice.
 * GV_EINVAL: REVISION is none, or git says that it or FOLDER is none of its own; GV_ENOENT: there
 * is no git; GV_ESYSTEM, GV_ENOMEM.
 */
enum gv_status changed_add(struct changed *changed, const char *folder, const char *revision,
                           struct gv_error *err);

/* Sets *OUT to whether PATH is one of them. Links are not looked at. GV_ENOMEM. */
enum gv_status changed_has(const struct changed *changed, const char *path, bool *out,
                           struct gv_error *err);

void changed_dispose(struct changed *changed);

#endif
