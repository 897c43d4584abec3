/*
 * A host-wide file changed for the user: what "host set" and "doctor --fix" have in common.
 *
 * Knows the options for writing and what is said of the outcome; the change itself is the library's
 * (gpuvirt/host.h).
 */
#ifndef GPUVIRT_CLI_HOST_WRITE_H
#define GPUVIRT_CLI_HOST_WRITE_H

#include <gpuvirt/host.h>

#include "cli/command.h"

/*
 * Makes COUNT changes to the file PATH, that of ROW, or shows them as a diff with --dry-run, and
 * says what became of it. EXIT_MISUSE: a change cannot be made at all.
 */
enum gv_exit host_write(struct cli *cli, const struct gv_host_row *row, const char *path,
                        const struct gv_change *changes, size_t count);

#endif
