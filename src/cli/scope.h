/*
 * What holds for each of the files that a command works on: configurations, and what has changed.
 *
 * Knows the options --config, --exclude and --changed-since; knows nothing about what is done with
 * the files. Says itself what is wrong.
 */
#ifndef GPUVIRT_CLI_SCOPE_H
#define GPUVIRT_CLI_SCOPE_H

#include <gpuvirt/config.h>

#include "base/walk.h"
#include "cli/command.h"

/* Zero-initialise; close when done. */
struct scope {
	struct cli *cli;
	struct gv_configs *configs;
	const struct gv_policy **policies; /* of each path; live as long as the scope */
};

/* RULES replace those of all configurations; NULL: they do not. */
bool scope_open(struct scope *scope, struct cli *cli, const struct gv_rules *rules);

/* Makes WALK heed the configurations. */
void scope_guide(struct scope *scope, struct gv_walk *walk);

/* Says what ended a search: a configuration that is wrong, or what ERR tells about PATH. */
void scope_tell(struct scope *scope, const char *path, const struct gv_error *err);

/* Takes the files that have not changed since the revision of --changed-since off PATHS. */
bool scope_keep_changed(struct scope *scope, struct gv_paths *paths);

/* Finds scope->policies for PATHS. */
bool scope_find_policies(struct scope *scope, const struct gv_paths *paths);

/* True when all policies have the rules of the default pack. */
bool scope_is_default(const struct scope *scope, const struct gv_paths *paths);

void scope_close(struct scope *scope);

#endif
