/*
 * A run over many files, in which each is looked at, told of and counted; check, diff and fix are
 * three ways to do it.
 */
#ifndef GPUVIRT_CLI_RUN_H
#define GPUVIRT_CLI_RUN_H

#include <gpuvirt/repair.h>

#include "cli/command.h"
#include "cli/tally.h"

/* What is said of one file, and counted of it. In a worker: it has one to itself. */
struct teller {
	const struct settings *settings;
	struct output out;
	struct tally tally;
};

/* A way to run: what the commands differ in. */
struct run_mode {
	bool write;
	bool findings_only;
	/* What is to be said of a file that has been looked at; in any thread. */
	void (*show)(struct teller *teller, const char *path, const struct gv_repair *repair);
	/* The line at the end. */
	void (*summarise)(struct cli *cli, const struct tally *tally);
};

/* Runs over the files that the arguments mean. */
enum gv_exit run_over_files(struct cli *cli, const struct run_mode *mode);

#endif
