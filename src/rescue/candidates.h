/*
 * What lies beside a damaged .vmx and could stand in its place: found, judged and ranked.
 *
 * Knows names and what speaks for and against each; writes nothing.
 */
#ifndef GPUVIRT_RESCUE_CANDIDATES_H
#define GPUVIRT_RESCUE_CANDIDATES_H

#include <gpuvirt/rescue.h>

#include "base/replace.h"

struct gv_rescue_place {
	struct gv_place place;
	struct gv_file file; /* what is left, as it was read; empty when the file is missing */
};

/*
 * Fills rescue->at from the folder of the file, unranked. Trouble with one file is a note of its
 * candidate. Fails when the folder cannot be listed, with GV_ENOMEM.
 */
enum gv_status rescue_find_candidates(struct gv_rescue *rescue, uint64_t max_size,
                                      struct gv_error *err);

/* Puts the best first. */
void rescue_rank(struct gv_rescue *rescue);

/* The path of NAME in the folder of the file, the caller's to free; NULL when memory ran out. */
char *rescue_path_of(const struct gv_rescue *rescue, const char *name);

#endif
