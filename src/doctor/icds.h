/*
 * The Vulkan drivers that are installed, from the manifests that the Vulkan loader reads.
 *
 * Knows where manifests lie, their JSON and which driver a library is; knows nothing about what
 * VMware makes of them. Order and variables are those of the Khronos loader's documentation on
 * driver discovery.
 */
#ifndef GPUVIRT_DOCTOR_ICDS_H
#define GPUVIRT_DOCTOR_ICDS_H

#include "doctor/machine.h"

enum icd_id {
	ICD_OTHER, /* a driver that the table does not have */
	ICD_NVIDIA,
	ICD_AMDVLK,
	ICD_RADV,
	ICD_INTEL,
	ICD_NVK,
	ICD_LAVAPIPE,
	ICD_DOZEN,
	ICD_VIRTIO,
	ICD_IDS
};

struct icd_kind {
	const char *library; /* a part of the library's name, lower-case */
	const char *name;
	unsigned vendor; /* of the devices it drives; 0: it needs none */
};

/* The kinds, indexed by enum icd_id; static storage. */
extern const struct icd_kind icd_kinds[ICD_IDS];

enum icd_state {
	ICD_GOOD,
	ICD_BROKEN,  /* no manifest that can be read; PROBLEM says why */
	ICD_MISSING, /* the library is not there */
	ICD_UNFOUND, /* not in the usual folders; the linker may know others */
	ICD_UNSEEN,  /* its folder was not captured */
	ICD_32_BITS, /* for programs of 32 bits, which VMware's are not */
};

struct icd {
	const char *manifest;
	enum icd_id id;
	enum icd_state state;
	const char *library; /* as the manifest has it; NULL when BROKEN */
	const char *problem; /* NULL: none */
};

enum { ICDS_LIMIT = 64 };

struct icds {
	struct icd at[ICDS_LIMIT];
	size_t count;
	bool cut;             /* there are more */
	const char *variable; /* the environment variable that names them; NULL: folders do */
	const char *hidden;   /* a folder that could not be read, or NULL */
};

void icds_read(struct icds *icds, struct machine *machine);

/* True when ICD may be loaded by VMware. */
bool icd_counts(const struct icd *icd);

#endif
