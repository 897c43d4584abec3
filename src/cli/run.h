/*
 * A run over many files, in which each is looked at, told of and counted; check, diff and fix are
 * three ways to do it.
 */
#ifndef GPUVIRT_CLI_RUN_H
#define GPUVIRT_CLI_RUN_H

#include <gpuvirt/report.h>

#include "cli/command.h"
#include "cli/reporting.h"
#include "cli/tally.h"

/* What is said of one file, and counted of it. In a worker: it has one to itself. */
struct teller {
	const struct settings *settings;
	enum gv_run_kind run;
	struct output out;
	struct tally tally;
	struct report_piece piece;
};

/* A way to run: what the commands differ in. */
struct run_mode {
	enum gv_run_kind run;
	bool is_patch; /* standard output is for patch alone */
	/* Counts a file that has been looked at; in any thread. */
	void (*count)(struct tally *tally, const struct gv_report_file *file, enum gv_run_kind run);
	/* What is to be said of it in a report for people; in any thread. */
	void (*show)(struct teller *teller, const struct gv_report_file *file);
	/* The line at the end, without its ending, appended to OUT. */
	void (*summarise)(struct gv_buf *out, const struct cli *cli, const struct tally *tally);
};

/* Runs over the files that the arguments mean. */
enum gv_exit run_over_files(struct cli *cli, const struct run_mode *mode);

#endif
