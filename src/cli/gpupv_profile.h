/*
 * The profile of gpupv that the user chose.
 *
 * Knows --profile; what a profile says is gpupv/profile.h.
 */
#ifndef GPUVIRT_CLI_GPUPV_PROFILE_H
#define GPUVIRT_CLI_GPUPV_PROFILE_H

#include "cli/command.h"
#include "gpupv/profile.h"

/* Reads the profile of --profile, or the one that is built in; false after a message. */
bool gpupv_profile_read(struct cli *cli, struct gv_profile *profile);

#endif
