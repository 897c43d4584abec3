/* Help texts, made from the tables of commands and options. */
#ifndef GPUVIRT_CLI_HELP_H
#define GPUVIRT_CLI_HELP_H

#include "cli/command.h"

/* Prints what gpuvirt is and its commands. */
void help_all(struct output *out);

/* Prints usage, options and examples of COMMAND. */
void help_command(struct output *out, const struct command *command);

#endif
