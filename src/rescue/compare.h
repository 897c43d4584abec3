/*
 * What has to change to make one text of another, line by line.
 *
 * Knows lines that end at LF; knows nothing about what they mean.
 */
#ifndef GPUVIRT_RESCUE_COMPARE_H
#define GPUVIRT_RESCUE_COMPARE_H

#include <gpuvirt/edit.h>

/*
 * Adds to EDITS, empty, settled edits that make NEW of OLD. Lines that both have, in the same
 * order, stay: as many as can be, of lines that stand several times the first. Time n log n.
 */
void rescue_compare(struct gv_edits *edits, struct gv_span old, struct gv_span new);

#endif
