/* Text for people, wrapped to the width of a terminal. */
#ifndef GPUVIRT_CLI_WRAP_H
#define GPUVIRT_CLI_WRAP_H

#include "cli/output.h"

/* The columns that texts for people are wrapped to where a terminal does not say. */
enum { WRAP_WIDTH = 80 };

/* The columns of what OUT goes to: at least 40, at most 100, WRAP_WIDTH when it is no terminal. */
size_t wrap_width(const struct output *out);

/*
 * Prints TEXT up to column WIDTH and a line end. It continues at column COLUMN; all lines but the
 * first begin at column INDENT. A word that is longer than a line stands in one of its own.
 */
void wrap_text(struct output *out, const char *text, size_t column, size_t indent, size_t width);

#endif
