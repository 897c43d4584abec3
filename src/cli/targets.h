/*
 * What a command works on: the rules and the files that the user named, resolved before any file
 * is touched.
 */
#ifndef GPUVIRT_CLI_TARGETS_H
#define GPUVIRT_CLI_TARGETS_H

#include "base/walk.h"
#include "cli/command.h"
#include "cli/scope.h"

/* Zero-initialise; dispose when done. */
struct targets {
	struct gv_rules rules; /* of --rules */
	struct gv_paths paths;
	struct scope scope; /* with the policy of each path */
};

/*
 * Loads the packs of --rules, finds the configurations and the files that the arguments mean, POOL
 * (or NULL) helping, and what holds for each. Says what is wrong and returns false else.
 */
bool targets_find(struct targets *targets, struct cli *cli, struct gv_pool *pool);

void targets_dispose(struct targets *targets);

/*
 * Makes RULES, which is empty, all rules that hold for any of the files, each once; their texts are
 * borrowed. Says so and returns false when memory ran out.
 */
bool targets_all_rules(const struct targets *targets, struct cli *cli, struct gv_rules *rules);

/* Loads one pack, compiled in or a file. */
bool targets_load_pack(struct cli *cli, struct gv_rules *rules, const char *name);

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
