/*
 * What a command works on: the rules and the files that the user named, resolved before any file
 * is touched.
 */
#ifndef GPUVIRT_CLI_TARGETS_H
#define GPUVIRT_CLI_TARGETS_H

#include "base/walk.h"
#include "cli/command.h"

/* Loads the packs of --rules, or the default one. Says what is wrong and returns false else. */
bool targets_load_rules(struct cli *cli, struct gv_rules *rules);

/* Loads one pack, compiled in or a file. */
bool targets_load_pack(struct cli *cli, struct gv_rules *rules, const char *name);

/*
 * Finds the files that the arguments mean, POOL (or NULL) helping. Says what is wrong and returns
 * false else.
 */
bool targets_find_files(struct cli *cli, struct gv_pool *pool, struct gv_paths *paths);

/*
 * Clears the folders of PATHS, in which files are about to be written, of what runs that were
 * killed have left, and says so.
 */
void targets_clean_up(struct cli *cli, const struct gv_paths *paths);

/* The same for the folder of one file. */
void targets_clean_up_beside(struct cli *cli, const char *path);

/* True for "-", standard input. */
bool targets_is_input(const char *path);

/* PATH for messages: "<stdin>" for "-". */
const char *targets_label(const char *path);

#endif
