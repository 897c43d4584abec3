/*
 * Changes of keys as they stand on a command line.
 *
 * Knows KEY=VALUE; knows nothing about files.
 */
#ifndef GPUVIRT_CLI_CHANGES_H
#define GPUVIRT_CLI_CHANGES_H

#include <gpuvirt/repair.h>

#include "cli/command.h"

/*
 * Reads the arguments behind the first as changes of KIND, *COUNT of them; they borrow from argv.
 * What is returned is to be freed. Says what is wrong and returns NULL else.
 */
struct gv_change *changes_read(struct cli *cli, enum gv_change_kind kind, size_t *count);

#endif
