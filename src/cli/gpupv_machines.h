/*
 * gpupv for Hyper-V machines: their host is asked through PowerShell.
 *
 * Knows what a person is told of them; what is done is gpupv/vm.h.
 */
#ifndef GPUVIRT_CLI_GPUPV_MACHINES_H
#define GPUVIRT_CLI_GPUPV_MACHINES_H

#include "cli/command.h"
#include "gpupv/vm.h"

/* Lists the GPUs of the host; EXIT_NO when it does not tell them. */
enum gv_exit gpupv_machines_gpus(struct cli *cli);

/* Shows the machine TARGET, or all when NULL; EXIT_NO when something is wrong with one. */
enum gv_exit gpupv_machines_status(struct cli *cli, const char *target);

/* Switches on, off, or back; with --dry-run tells the steps. */
enum gv_exit gpupv_machines_change(struct cli *cli, const char *target, enum gv_vm_verb verb);

/* Prints the PowerShell that switches on or off; asks no host. */
enum gv_exit gpupv_machines_script(struct cli *cli, const char *target, bool on);

#endif
