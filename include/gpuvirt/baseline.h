/*
 * The findings that a team knows and accepts, as a file under version control.
 *
 * Knows fingerprints and the shape of the file; knows nothing about what a finding means.
 */
#ifndef GPUVIRT_BASELINE_H
#define GPUVIRT_BASELINE_H

#include <gpuvirt/report.h>

/* A baseline above this size, in bytes, is refused: 64 MiB are half a million findings. */
#define GV_BASELINE_LIMIT ((size_t)64 << 20)

/*
 * Reads the baseline TEXT. *OUT is the caller's, to be freed with gv_baseline_free; untouched on
 * failure. Fails with GV_EPARSE for what docs/reports.md does not allow (line and column of what is
 * no JSON), GV_ETOOBIG, GV_ENOMEM.
 */
enum gv_status gv_baseline_read(struct gv_baseline **out, struct gv_span text,
                                struct gv_error *err);

/* Frees BASELINE; NULL is fine. */
void gv_baseline_free(struct gv_baseline *baseline);

/*
 * True when a finding with FINGERPRINT is accepted; it then counts as seen. Thread-safe.
 */
bool gv_baseline_accepts(const struct gv_baseline *baseline, struct gv_fingerprint fingerprint);

/*
 * Notes that the file PATH, relative to the base, was looked at; gv_report_file_make does it.
 * Returns false when memory ran out. Thread-safe.
 */
bool gv_baseline_visit(const struct gv_baseline *baseline, struct gv_span path);

/* What became of the accepted findings in a run. */
struct gv_baseline_counts {
	size_t entries;
	size_t seen;
	size_t stale;     /* gone, though the file was looked at: time to write a new baseline */
	size_t unvisited; /* of files that the run did not look at */
};

/* Call it when all files are done. */
struct gv_baseline_counts gv_baseline_count(const struct gv_baseline *baseline);

/*
 * The file that --write-baseline makes, as a format: all findings that stay, one a line, sorted
 * when the pieces are put together by path. Not among gv_formats.
 */
const struct gv_format *gv_baseline_format(void);

#endif
