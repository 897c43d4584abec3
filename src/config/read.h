/*
 * One .gpuvirt.yaml into a structure.
 *
 * Knows the fields; knows nothing about where the file was found and which rules there are.
 */
#ifndef GPUVIRT_CONFIG_READ_H
#define GPUVIRT_CONFIG_READ_H

#include <gpuvirt/config.h>

#include "config/glob.h"

struct config_override {
	struct parts *paths; /* the globs of shown.overrides[i].paths */
	const struct gv_rules *rules;
};

/* Zero-initialise; dispose when done. */
struct config {
	struct gv_config shown; /* first, so that the one leads to the other */
	struct parts *exclude;  /* the globs of shown.exclude */
	struct config_override *overrides;
	const struct gv_rules *rules; /* borrowed; set by who loads the packs, as in overrides */
	struct gv_arena arena;
	struct config *older;
};

/*
 * Reads the YAML TEXT into CONFIG, whose path and folder the caller sets. Fails with GV_EPARSE,
 * line and column, for whatever docs/config.md does not allow, or with GV_ENOMEM.
 */
enum gv_status config_read(struct config *config, struct gv_span text, struct gv_error *err);

void config_dispose(struct config *config);

#endif
