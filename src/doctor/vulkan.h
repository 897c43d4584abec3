/*
 * Which of the installed Vulkan drivers VMware takes, by what its own logs and reports say (facts
 * 3.3, 3.4).
 *
 * Knows drivers and devices; says nothing itself.
 */
#ifndef GPUVIRT_DOCTOR_VULKAN_H
#define GPUVIRT_DOCTOR_VULKAN_H

#include "doctor/exam.h"

/* From the worst to the best. */
enum vulkan_view {
	VULKAN_NOT_HERE, /* there is no device for the driver */
	VULKAN_SOFTWARE,
	VULKAN_REJECTED, /* by a line of VMware's own logs */
	VULKAN_DOUBTFUL, /* rejected by one report */
	VULKAN_UNKNOWN,
	VULKAN_TAKEN,
};

/* What VMware makes of ICD on this machine. */
enum vulkan_view vulkan_view(const struct gv_exam *exam, const struct icd *icd);

/* False when the product that is installed asks OpenGL and not Vulkan by default. */
bool vulkan_is_asked(const struct gv_exam *exam);

/* The best view of any driver. */
enum vulkan_view vulkan_best(const struct gv_exam *exam);

#endif
