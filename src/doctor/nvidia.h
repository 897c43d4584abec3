/*
 * The NVIDIA devices that NVIDIA's own driver knows, and whether they are of Turing or younger,
 * which VMware's Vulkan renderer asks for (facts 3.3).
 *
 * Knows nvidia-smi and /proc/driver/nvidia; knows nothing of PCI ids: no source says which ids are
 * of which generation.
 */
#ifndef GPUVIRT_DOCTOR_NVIDIA_H
#define GPUVIRT_DOCTOR_NVIDIA_H

#include "doctor/machine.h"

enum generation { GENERATION_UNKNOWN, GENERATION_OLDER, GENERATION_TURING };

struct nvidia_device {
	struct gv_span name;    /* of the model */
	struct gv_span version; /* of the driver; empty: not known */
	enum generation generation;
	const char *by; /* what the generation was told by */
};

enum { NVIDIA_LIMIT = 8 };

struct nvidia {
	struct nvidia_device at[NVIDIA_LIMIT];
	size_t count;
	const char *missing; /* why nothing is known, or NULL */
};

void nvidia_read(struct nvidia *nvidia, struct machine *machine);

/* The best generation among the devices. */
enum generation nvidia_best(const struct nvidia *nvidia);

/* The generation of a model by the name of its series. */
enum generation nvidia_by_name(struct gv_span name);

#endif
