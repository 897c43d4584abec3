/*
 * What kind of machine this is: a host, a guest of which product, WSL.
 *
 * Knows DMI, the kernel's names and the environment; knows nothing about graphics.
 */
#ifndef GPUVIRT_DOCTOR_PLACE_H
#define GPUVIRT_DOCTOR_PLACE_H

#include <gpuvirt/doctor.h>

#include "doctor/machine.h"

#define PLACE_VENDOR  "/sys/class/dmi/id/sys_vendor"
#define PLACE_PRODUCT "/sys/class/dmi/id/product_name"
#define PLACE_RELEASE "/proc/sys/kernel/osrelease"
#define PLACE_VERSION "/proc/version"
#define PLACE_VMBUS   "/sys/bus/vmbus"

/* Bits of enum gv_place. A guest in which VMware is installed is a Linux host too. */
uint32_t place_find(struct machine *machine);

#endif
