/*
 * VMware's host-wide files of the machine that is examined.
 *
 * Knows how they are read from a captured tree without leaving it; what they are, and which one
 * wins, is known by gpuvirt/host.h.
 */
#ifndef GPUVIRT_DOCTOR_HOSTFILES_H
#define GPUVIRT_DOCTOR_HOSTFILES_H

#include <gpuvirt/host.h>

#include "doctor/machine.h"

struct hostfiles {
	struct gv_host host;
	struct gv_host_environment environment;
};

/* Reads the files of a Windows host or a Linux one. Fails with GV_ENOMEM only. */
enum gv_status hostfiles_read(struct hostfiles *files, struct machine *machine, bool windows,
                              struct gv_error *err);
void hostfiles_dispose(struct hostfiles *files);

/* "PATH:LINE" of the entry of KEY that counts, kept by MACHINE, and its *VALUE; NULL: none. */
const char *hostfiles_find(const struct hostfiles *files, struct machine *machine, const char *key,
                           struct gv_span *value);

/* The same when the value is TRUE in any case; else NULL. */
const char *hostfiles_true(const struct hostfiles *files, struct machine *machine, const char *key);

/*
 * The version of the product that is installed, 1602 for 16.2, by the files' product.version; 0
 * when that is not there.
 */
unsigned hostfiles_product(const struct hostfiles *files, struct machine *machine);

#endif
