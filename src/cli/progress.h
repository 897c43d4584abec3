/*
 * One line on a terminal that says how far a long run is, and goes away.
 *
 * Knows terminals; writes nothing at all where standard error is none, or in the first half second.
 */
#ifndef GPUVIRT_CLI_PROGRESS_H
#define GPUVIRT_CLI_PROGRESS_H

#include <gpuvirt/text.h>

struct progress {
	bool possible; /* standard error is a terminal that can take lines back */
	bool shown;
	uint64_t started; /* milliseconds */
	uint64_t drawn;
	size_t total;
};

/* A run of TOTAL files begins. WANTED: the user did not ask for quiet. */
void progress_begin(struct progress *progress, size_t total, bool wanted);

/* DONE files have been looked at, the last of them in the folder of PATH. */
void progress_tell(struct progress *progress, size_t done, const char *path);

/* Takes the line away: before other output, and at the end. */
void progress_clear(struct progress *progress);

/*
 * Appends the line to OUT: count, rate and folder, of at most COLUMNS columns. ELAPSED is in
 * milliseconds.
 */
void progress_format(struct gv_buf *out, size_t done, size_t total, uint64_t elapsed,
                     const char *path, unsigned columns);

#endif
