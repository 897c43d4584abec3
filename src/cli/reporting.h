/*
 * How a run is reported: in which format, where to, and which findings are known and accepted.
 *
 * Knows the options for that; the formats themselves are the library's (gpuvirt/report.h).
 */
#ifndef GPUVIRT_CLI_REPORTING_H
#define GPUVIRT_CLI_REPORTING_H

#include <gpuvirt/baseline.h>
#include <gpuvirt/report.h>

#include "base/create.h"
#include "cli/command.h"

/* Zero-initialise; close when done. */
struct reporting {
	struct cli *cli;
	struct gv_report report;
	const struct gv_format *format; /* NULL: text for people */
	struct gv_baseline *known;
	char *folder;            /* the working directory */
	struct gv_creation file; /* of --output */
	struct gv_report_totals totals;
	struct gv_buf baseline; /* of --write-baseline, as it grows */
	bool has_piece;         /* a separator is due before the next one */
	bool has_accepted;
	bool failed; /* memory ran out */
};

/* What one file adds. Zero-initialise; given up by reporting_take or disposed of. */
struct report_piece {
	struct gv_buf text;     /* in the format */
	struct gv_buf accepted; /* for --write-baseline */
	struct gv_report_totals totals;
};

/*
 * Reads the baseline and opens the file of --output, to which the command's output then goes. ABOUT
 * has the run and all that its findings can be about. Says what is wrong and returns false else.
 */
bool reporting_open(struct reporting *reporting, struct cli *cli, const struct gv_report *about);

/* Makes the piece of FILE; in any thread. */
void reporting_make(const struct reporting *reporting, struct report_piece *piece,
                    const struct gv_report_file *file);

/* Adds PIECE, which is emptied, behind those before it. */
void reporting_take(struct reporting *reporting, struct report_piece *piece);

void report_piece_dispose(struct report_piece *piece);

/* True when the report is for people: lines are printed as they come. */
bool reporting_is_text(const struct reporting *reporting);

/*
 * Ends the report: SUMMARY, the line for people, goes with it or to standard error. Returns false,
 * having said so, when something of it could not be written.
 */
bool reporting_finish(struct reporting *reporting, const struct gv_buf *summary, bool is_patch);

/* Gives up what is not finished. */
void reporting_close(struct reporting *reporting);

#endif
