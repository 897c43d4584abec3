/*
 * Lines and columns of a text, from byte offsets and back.
 *
 * Knows line ends as the document does (LF, CR LF, CR) and what a mark at the start takes; knows
 * nothing about entries.
 */
#ifndef GPUVIRT_REPORT_LINES_H
#define GPUVIRT_REPORT_LINES_H

#include <gpuvirt/text.h>

struct gv_charset;

/* Where the lines of TEXT begin. Zero-initialise; dispose when done. */
struct gv_lines {
	struct gv_span text; /* borrowed */
	uint32_t *starts;    /* in bytes; the line behind a last line ending counts, empty */
	size_t count;        /* at least 1 */
	size_t cap;
};

/* Fills LINES from TEXT, of less than 4 GiB. Returns false when memory ran out. */
bool gv_lines_make(struct gv_lines *lines, struct gv_span text);

void gv_lines_dispose(struct gv_lines *lines);

/* Line NUMBER, 1-based, without its ending, borrowed; the empty span when there is no such line. */
struct gv_span gv_lines_text(const struct gv_lines *lines, size_t number);

/* The offset of LINE and COLUMN, both 1-based, the column in bytes; the end of the text if there
 * is no such line. */
size_t gv_lines_offset(const struct gv_lines *lines, size_t line, size_t column);

/* A place as people and other programs count. */
struct gv_place {
	size_t line;   /* 1-based */
	size_t column; /* 1-based, in UTF-16 code units; a byte without meaning is one */
	bool exact; /* there is no such byte before it on its line, nor is it within a character */
};

/*
 * The place of OFFSET, the line read in CHARSET (NULL: UTF-8). Within the byte order mark: column
 * 1, not exact. *FAILED is set when memory ran out.
 */
struct gv_place gv_lines_place(const struct gv_lines *lines, const struct gv_charset *charset,
                               size_t offset, bool *failed);

#endif
