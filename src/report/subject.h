/*
 * What the formats say of a file apart from its findings: where it lies, and why it was left.
 *
 * Knows outcomes and places; knows nothing about a format.
 */
#ifndef GPUVIRT_REPORT_SUBJECT_H
#define GPUVIRT_REPORT_SUBJECT_H

#include <gpuvirt/report.h>

#include "report/lines.h"

/* A file as the formats name it. Zero-initialise; dispose when done. */
struct subject {
	const struct gv_report_file *file;
	struct gv_buf path;  /* relative to the base */
	struct gv_buf other; /* the same of OTHER_OF, where a finding points to */
	const char *other_of;
	const struct gv_charset *charset; /* what the file declares; NULL: not known, UTF-8 */
	bool unknown_charset;             /* it declares one that is not known */
	struct gv_lines lines;            /* of LINES_OF */
	struct gv_span lines_of;
	const struct gv_report *report;
	bool failed; /* memory ran out */
};

void subject_start(struct subject *subject, const struct gv_report *report,
                   const struct gv_report_file *file);

/* Frees what SUBJECT holds; what failed goes to OUT. */
void subject_end(struct subject *subject, struct gv_buf *out);

/* The path of the file that REPORTED (NULL: none) points into, borrowed until the next call. */
struct gv_span subject_path(struct subject *subject, const struct gv_reported *reported);

/* The lines of the text that REPORTED was found in, or NULL when memory ran out. */
const struct gv_lines *subject_lines(struct subject *subject, const struct gv_reported *reported);

/* The first byte that REPORTED is about; what is missing: the end of the last line. */
size_t subject_offset(struct subject *subject, const struct gv_reported *reported);

/* The place of subject_offset; in another file the line and column that the finding has. */
struct gv_place subject_place(struct subject *subject, const struct gv_reported *reported);

/* True when REPORTED stands in the file and is not accepted. */
bool subject_tells(const struct gv_reported *reported);

/*
 * Appends why FILE is refused or failed, as one printable line; nothing for another outcome.
 */
void subject_reason(struct gv_buf *out, const struct gv_report_file *file);

#endif
