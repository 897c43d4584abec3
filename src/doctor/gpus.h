/*
 * The graphics devices that the kernel knows, from /sys/class/drm.
 *
 * Knows PCI ids and the drivers they are bound to; knows nothing about what VMware makes of them.
 */
#ifndef GPUVIRT_DOCTOR_GPUS_H
#define GPUVIRT_DOCTOR_GPUS_H

#include "doctor/machine.h"

/* PCI ids of vendors. */
enum {
	VENDOR_AMD = 0x1002,
	VENDOR_NVIDIA = 0x10de,
	VENDOR_MICROSOFT = 0x1414,
	VENDOR_VMWARE = 0x15ad,
	VENDOR_VIRTIO = 0x1af4, /* Red Hat's, of virtual devices */
	VENDOR_INTEL = 0x8086,
};

struct gpu {
	const char *card; /* "card0" */
	unsigned vendor;  /* 0: it does not say (no PCI device) */
	unsigned device;
	const char *driver; /* NULL: none is bound */
};

enum { GPUS_LIMIT = 16 };

struct gpus {
	enum presence presence; /* of /sys/class/drm */
	struct gv_error why;
	struct gpu at[GPUS_LIMIT];
	size_t count;
};

void gpus_read(struct gpus *gpus, struct machine *machine);

/* False when it cannot be told which there are. */
bool gpus_known(const struct gpus *gpus);

/* The name of VENDOR, or "unknown vendor"; static storage. */
const char *gpus_vendor(unsigned vendor);

/* True when one of them is of VENDOR. */
bool gpus_have(const struct gpus *gpus, unsigned vendor);

/* The number in the file PATH of the form 0x10de, 0 when it is not there or none. */
unsigned gpus_read_id(struct machine *machine, const char *path);

#endif
