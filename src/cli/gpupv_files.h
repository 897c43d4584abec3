/*
 * gpupv for files: NanaBox, Windows Sandbox, .wslconfig and wsl.conf.
 *
 * Knows what a person wants to see of them; what is done is gpuvirt/gpupv_file.h.
 */
#ifndef GPUVIRT_CLI_GPUPV_FILES_H
#define GPUVIRT_CLI_GPUPV_FILES_H

#include "cli/command.h"

/* Says so and returns false when the file PATH is of a kind that must be there, and is not. */
bool gpupv_files_is_there(struct cli *cli, const char *path);

/* Shows what the file PATH says; EXIT_NO when something keeps it from doing what it says. */
enum gv_exit gpupv_files_status(struct cli *cli, const char *path);

/* Switches on or off. */
enum gv_exit gpupv_files_change(struct cli *cli, const char *path, bool on);

enum gv_exit gpupv_files_undo(struct cli *cli, const char *path);

#endif
