/*
 * From the paths a person names to the list of files meant by them.
 *
 * Knows folders, endings and exclusions; opens no file.
 */
#ifndef GPUVIRT_BASE_WALK_H
#define GPUVIRT_BASE_WALK_H

#include <gpuvirt/text.h>

#include "base/pool.h"

/* A folder that was searched. */
struct gv_folder {
	const char *path;
	const struct gv_folder *above; /* in which it was found; NULL of the one that was named */
	const void *scope;             /* what the caller keeps about it (gv_walk.enter) */
	const char *const *notable;    /* names in it that the caller wanted to know of */
	size_t notable_count;
	bool has_leftovers; /* names that gpuvirt gives to temporary files */
};

/* One path in the list. */
struct gv_path {
	const char *path;               /* owned by the list */
	bool named;                     /* given by the user, not found in a folder */
	const struct gv_error *trouble; /* a folder that could not be read: why; else NULL */
	const struct gv_folder *folder; /* in which it was found; NULL of a named one */
};

/* Zero-initialise; dispose when done. */
struct gv_paths {
	struct gv_path *at;
	size_t count;
	size_t cap;
	const struct gv_folder **folders; /* that were searched */
	size_t folder_count;
	size_t folder_cap;
	struct gv_arena *arenas;
	size_t arena_count;
	size_t arena_cap;
};

/* What to pass over: globs matched against the name, and against the path when they hold "/". */
struct gv_excludes {
	const char *const *globs;
	size_t count;
};

/* How to search. Zero-initialised is good. */
struct gv_walk {
	struct gv_pool *pool; /* NULL: in this thread alone */
	struct gv_excludes excludes;
	bool (*is_notable)(const char *name); /* for gv_folder.notable; NULL: nothing is */
	/*
	 * Both are called in the caller's thread and may be NULL. enter: FOLDER has been listed,
	 * those above it before. leaves_out: sets *OUT to whether PATH, found in FOLDER, is passed
	 * over. A failure ends the search.
	 */
	enum gv_status (*enter)(void *context, struct gv_folder *folder, struct gv_error *err);
	enum gv_status (*leaves_out)(void *context, const struct gv_folder *folder,
	                             const char *path, bool *out, struct gv_error *err);
	void *context;
};

void gv_paths_dispose(struct gv_paths *paths);

/*
 * Adds what PATH means to PATHS: itself when it is no folder (whatever its ending), else all
 * regular files below it that end in .vmx or .vmtx in any case, sorted by path. A .vmwarevm bundle
 * is a folder. Links are not followed, but for PATH itself. A folder below PATH that cannot be
 * read is added with its trouble and the others go on. Fails when PATH does not exist or cannot
 * be read; PATHS may then hold a part.
 */
enum gv_status gv_paths_add(struct gv_paths *paths, const char *path, const struct gv_walk *walk,
                            struct gv_error *err);

#endif
