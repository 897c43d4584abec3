/*
 * Another program: run it, wait for its end, and hear what it says.
 *
 * Knows processes; knows nothing about which program it is. No shell is between.
 */
#ifndef GPUVIRT_PLATFORM_RUN_H
#define GPUVIRT_PLATFORM_RUN_H

#include <stddef.h>

/* What a program said. Zero-initialise; gv_run_dispose when done. */
struct gv_run {
	char *out; /* its standard output, followed by a NUL that OUT_SIZE does not count */
	size_t out_size;
	char err[1024]; /* the beginning of its standard error, NUL-ended */
	int status;     /* its exit status, or 128 and the number of the signal that ended it */
};

/*
 * Runs the program ARGV[0], which is looked for in PATH, with ARGV, ended by NULL, in the working
 * directory and environment of this one, with an empty standard input. Returns when it has ended
 * and has closed its output. Returns 0 or an errno: ENOENT when there is no such program, EFBIG
 * when it writes more than LIMIT bytes; it is then ended. No process is left behind.
 */
int gv_run(struct gv_run *run, const char *const *argv, size_t limit);

/* The same; after so many MILLISECONDS the program is ended and ETIMEDOUT returned. 0: no limit. */
int gv_run_within(struct gv_run *run, const char *const *argv, size_t limit, unsigned milliseconds);

/* How to run a program; what is zero is as in gv_run. */
struct gv_run_order {
	const char *const *argv;     /* ended by NULL */
	const char *const *settings; /* "NAME=VALUE" each, ended by NULL: in its environment,
	                              * whatever ours has under these names */
	size_t limit;                /* bytes of output */
	unsigned milliseconds;       /* 0: no limit */
};

/*
 * The same. A program with a time limit is apart from our terminal, and is ended with all that it
 * has started.
 */
int gv_run_order(struct gv_run *run, const struct gv_run_order *order);

void gv_run_dispose(struct gv_run *run);

#endif
