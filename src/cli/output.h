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

/* A stretch of a record: up to END in its text, for FILE. */
struct output_part {
	size_t end;
	int file;
};

/* output_open before use, output_close at the end. */
struct output {
	struct gv_buf pending;
	int file;      /* 1, or 2 for a report that must stay out of standard output */
	int code;      /* errno of the first write that failed, 0: none */
	bool terminal; /* the file is one */
	bool color;
	bool recorded; /* kept, to be played back later: made by output_record */
	struct output_part *parts;
	size_t part_count;
	size_t part_cap;
};

/* Opens FILE (1 or 2). With COLOR_AUTO the terminal, NO_COLOR and TERM decide. */
void output_open(struct output *out, int file, enum color_choice color);

/* Opens OUT to keep what would go to LIKE, messages among it; for any thread. */
void output_record(struct output *out, const struct output *like);

/* Sends what RECORD, which is emptied, has kept. False when memory had run out in it. */
bool output_play(struct output *out, struct output *record);

/* True when RECORD has kept nothing. */
bool output_is_empty(const struct output *record);

/* Sends TEXT as it is to standard output, also when the report goes elsewhere. */
void output_data(struct output *out, struct gv_span text);

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
