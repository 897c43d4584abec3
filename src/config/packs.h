/*
 * The rule packs that configurations name, each set of them loaded once.
 *
 * Knows names of packs; knows nothing about which files a set is for.
 */
#ifndef GPUVIRT_CONFIG_PACKS_H
#define GPUVIRT_CONFIG_PACKS_H

#include <gpuvirt/config.h>

#include "base/map.h"

struct packs_set;

/* Zero-initialise; dispose when done. */
struct packs {
	struct gv_map sets; /* by what they are made of */
	struct packs_set *newest;
};

/*
 * Sets *OUT to the rules of the packs NAMES, borrowed: names of built-in packs, or files, relative
 * to FOLDER. Fails when one cannot be read, at the place of its name; when one is wrong, *CULPRIT
 * is set to its path, in the arena, and the place is in it.
 */
enum gv_status packs_load(struct packs *packs, const struct gv_rules **out,
                          const struct gv_config_texts *names, const char *folder,
                          struct gv_arena *arena, const char **culprit, struct gv_error *err);

void packs_dispose(struct packs *packs);

#endif
