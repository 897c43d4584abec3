/*
 * Globs over paths, in which "**" stands for any number of folders.
 *
 * Knows the parts of paths; knows nothing about files.
 */
#ifndef GPUVIRT_CONFIG_GLOB_H
#define GPUVIRT_CONFIG_GLOB_H

#include <gpuvirt/text.h>

/* A path in its parts, from the folder that it is relative to; of a glob the same. */
struct parts {
	const char **at;
	size_t count;
	size_t cap;
	struct gv_arena arena;
};

void parts_dispose(struct parts *parts);

/* Adds what stands between the slashes of PATH; "" and "." go. Returns false: out of memory. */
bool parts_add(struct parts *parts, struct gv_span path);

/* A glob without "/" but at its end matches at any depth: its parts are "**" and itself. */
bool glob_parse(struct parts *glob, const char *text);

/* True when GLOB matches all of PATH. "*", "?" and "[...]" match within a part. */
bool glob_matches(const struct parts *glob, const struct parts *path);

/* True when GLOB matches PATH or a folder that PATH lies in. */
bool glob_covers(const struct parts *glob, const struct parts *path);

#endif
