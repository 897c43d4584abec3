/*
 * What a finding is known by from one run to the next, whatever moves around it.
 *
 * Knows what goes in and the hash; knows nothing about baselines and formats.
 *
 * FNV-1a of 128 bits over: the name of the method, the rule, the path relative to the base, the
 * text of the line without blanks and tabs (nothing for a finding about the file as a whole), and
 * the number of the finding among those that are equal so far. 128 bits: of ten million findings
 * two share 64 bits with a chance of one in 400,000, 128 bits never; and 32 digits are what GitLab
 * shows. The hash keeps nobody from making two findings look alike on purpose: who may write the
 * file may write the baseline.
 */
#ifndef GPUVIRT_REPORT_FINGERPRINT_H
#define GPUVIRT_REPORT_FINGERPRINT_H

#include <gpuvirt/report.h>

/* The method: to be changed with anything that goes in. */
#define GV_FINGERPRINT_METHOD "gpuvirt/v1"

/* Of a longer line only so many bytes go in. */
enum { GV_FINGERPRINT_LINE = 4096 };

/* Digits and a NUL. */
enum { GV_FINGERPRINT_SIZE = 33 };

/* The hash of nothing, and STATE with BYTES added. */
struct gv_fingerprint gv_fingerprint_start(void);
struct gv_fingerprint gv_fingerprint_add(struct gv_fingerprint state, struct gv_span bytes);

/*
 * Gives the COUNT findings at FOUND, all of one text, their fingerprints; PATH is relative to the
 * base. Returns false when memory ran out.
 */
bool gv_fingerprint_findings(struct gv_reported *found, size_t count, struct gv_span path);

/* The fingerprint of a file as a whole for the outcome WHAT, "failed" or "refused". */
struct gv_fingerprint gv_fingerprint_outcome(const char *what, struct gv_span path);

/* Writes 32 hexadecimal digits to OUT. */
void gv_fingerprint_show(char out[GV_FINGERPRINT_SIZE], struct gv_fingerprint fingerprint);

/* Reads what gv_fingerprint_show writes. Returns false, *OUT untouched, for anything else. */
bool gv_fingerprint_read(struct gv_fingerprint *out, const char *text);

/* Less than, equal to or more than 0, as for qsort. */
int gv_fingerprint_compare(struct gv_fingerprint a, struct gv_fingerprint b);

#endif
