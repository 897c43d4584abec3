/*
 * What became of the files of a run, counted, and the line that says so.
 */
#ifndef GPUVIRT_CLI_TALLY_H
#define GPUVIRT_CLI_TALLY_H

#include <gpuvirt/report.h>

struct tally {
	size_t files;
	size_t clean; /* nothing found but notes */
	size_t needy; /* something to repair, or to look at */
	size_t fixed; /* repaired, or would be; some may be needy still */
	size_t refused;
	size_t failed;
	size_t findings[GV_SEVERITY_COUNT]; /* those that remain */
	size_t accepted;                    /* of those that remain besides */
};

void tally_add(struct tally *to, const struct tally *from);

/*
 * Counts what stays of FILE in a RUN, accepted findings apart, and returns true when any of it is
 * more than a note.
 */
bool tally_findings(struct tally *tally, const struct gv_report_file *file, enum gv_run_kind run);

/* The summary lines, without line ending, appended to OUT. */
void tally_show_check(struct gv_buf *out, const struct tally *tally);
void tally_show_diff(struct gv_buf *out, const struct tally *tally);
void tally_show_fix(struct gv_buf *out, const struct tally *tally, bool dry);

#endif
