/*
 * The edits of a repair as other programs can make them: each complete in itself.
 *
 * Knows what gv_edits_apply adds on the way; knows nothing about formats.
 */
#ifndef GPUVIRT_REPORT_CHANGES_H
#define GPUVIRT_REPORT_CHANGES_H

#include <gpuvirt/report.h>

/*
 * Adds to EDITS, empty, those of FINDING as they are when they alone are made, settled and
 * complete. edits->failed tells when memory ran out.
 */
void gv_changes_of_finding(struct gv_edits *edits, const struct gv_reported *finding);

/* The same for a settled list, of a whole repair of TEXT. */
void gv_changes_of_plan(struct gv_edits *edits, const struct gv_edits *planned,
                        struct gv_span text);

#endif
