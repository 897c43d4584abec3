/*
 * The only place that writes to the user: output, buffered and checked, and messages.
 *
 * Knows terminals and colours; knows nothing about what is said.
 */
#ifndef GPUVIRT_CLI_OUTPUT_H
#define GPUVIRT_CLI_OUTPUT_H

#include <gpuvirt/rules.h>
#include <gpuvirt/text.h>

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_RED, STYLE_YELLOW, STYLE_CYAN, STYLE_GREEN, STYLES };

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* output_open before use, output_close at the end. */
struct output {
	struct gv_buf pending;
	int file;      /* 1, or 2 for a report that must stay out of standard output */
	int code;      /* errno of the first write that failed, 0: none */
	bool terminal; /* the file is one */
	bool color;
};

/* Opens FILE (1 or 2). With COLOR_AUTO the terminal, NO_COLOR and TERM decide. */
void output_open(struct output *out, int file, enum color_choice color);

/* Writes what is pending. Returns 0, or the errno of the first write that failed. */
int output_close(struct output *out);

/* Sends TEXT as it is. */
void output_bytes(struct output *out, struct gv_span text);

/* Sends TEXT, of printable characters. */
void output_text(struct output *out, const char *text);

void output_format(struct output *out, const char *format, ...) GV_PRINTF(2, 3);

/* Switches to STYLE where colours are on; STYLE_PLAIN ends it. */
void output_style(struct output *out, enum style style);

/* Sends PATH made printable. */
void output_path(struct output *out, const char *path);

/*
 * Writes one line to standard error: "gpuvirt: " ["PATH: "] and the message, made printable. What
 * is pending on standard output is written first.
 */
void output_error(struct output *out, const char *path, const char *format, ...) GV_PRINTF(3, 4);

/* The same for a failure, with the line and column it has. */
void output_failure(struct output *out, const char *path, const struct gv_error *err);

#endif
