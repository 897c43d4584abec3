/*
 * What speaks for and against a candidate: whether it is whole, of this machine, and keeps what
 * cannot be had again.
 *
 * Knows two documents; knows nothing about files.
 */
#ifndef GPUVIRT_RESCUE_JUDGE_H
#define GPUVIRT_RESCUE_JUDGE_H

#include <gpuvirt/rescue.h>

/* Adds a note to CANDIDATE and lowers its state to STATE; rescue->failed tells when memory ran out. */
void rescue_note(struct gv_rescue *rescue, struct gv_candidate *candidate,
                 enum gv_candidate_state state, const char *format, ...) GV_PRINTF(4, 5);

/*
 * Judges CANDIDATE, whose text is parsed, by itself and beside what is left; counts its entries and
 * those that agree. Fails with GV_ENOMEM only.
 */
enum gv_status rescue_judge(struct gv_rescue *rescue, struct gv_candidate *candidate,
                            struct gv_error *err);

#endif
