/*
 * From the paths a person names to the list of files meant by them.
 *
 * Knows folders, endings and exclusions; opens no file.
 */
#ifndef GPUVIRT_BASE_WALK_H
#define GPUVIRT_BASE_WALK_H

#include <gpuvirt/text.h>

/* One path in the list. */
struct gv_path {
	const char *path;               /* owned by the list */
	bool named;                     /* given by the user, not found in a folder */
	const struct gv_error *trouble; /* a folder that could not be read: why; else NULL */
};

/* Zero-initialise; dispose when done. */
struct gv_paths {
	struct gv_path *at;
	size_t count;
	size_t cap;
	struct gv_arena arena;
};

/* What to pass over: globs matched against the name, and against the path when they hold "/". */
struct gv_excludes {
	const char *const *globs;
	size_t count;
};

void gv_paths_dispose(struct gv_paths *paths);

/*
 * Adds what PATH means to PATHS: itself when it is no folder (whatever its ending), else all
 * regular files below it that end in .vmx or .vmtx in any case, sorted by path. A .vmwarevm bundle
 * is a folder. Links are not followed, but for PATH itself. A folder below PATH that cannot be
 * read is added with its trouble and the others go on. Fails when PATH does not exist or cannot
 * be read; PATHS may then hold a part.
 */
enum gv_status gv_paths_add(struct gv_paths *paths, const char *path,
                            const struct gv_excludes *excludes, struct gv_error *err);

#endif
