/*
 * Texts for people, wrapped so that they fit a terminal of 60 columns.
 */
#ifndef GPUVIRT_CLI_WRAP_H
#define GPUVIRT_CLI_WRAP_H

#include "cli/output.h"

/*
 * Prints TEXT, which goes on at column COLUMN, and a line feed; all lines but the first are
 * indented. A word that is longer than a line stays whole.
 */
void wrap_text(struct output *out, const char *text, size_t column, size_t indent);

#endif
