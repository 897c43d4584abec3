/*
 * Lines put into a text.
 *
 * Knows line ends; knows no format.
 */
#ifndef GPUVIRT_GPUPV_SPLICE_H
#define GPUVIRT_GPUPV_SPLICE_H

#include <gpuvirt/edit.h>

/*
 * Adds the edit that puts WITH in at byte AT of TEXT. Where WITH begins with the line end that
 * follows there too, the same bytes come out when it is put in behind that one and ends with its
 * own: a whole line for a diff to show.
 */
void splice_insert(struct gv_edits *edits, struct gv_span text, size_t at, struct gv_span with);

#endif
