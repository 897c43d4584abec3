/*
 * The programs that the doctor asks, and under which name what they said is captured.
 *
 * Knows their command lines; knows nothing about what they print.
 */
#ifndef GPUVIRT_DOCTOR_PROGRAMS_H
#define GPUVIRT_DOCTOR_PROGRAMS_H

#include <stddef.h>

enum program {
	PROGRAM_NVIDIA_SMI,
	PROGRAM_NVIDIA_GPUS,
	PROGRAM_WSL_NVIDIA_SMI,
	PROGRAM_GLXINFO,
	PROGRAM_VULKANINFO,
	PROGRAM_VAINFO,
	PROGRAM_DMESG,
	PROGRAM_ID,
	PROGRAM_TOOLBOX,
	PROGRAM_DXDIAG,
	PROGRAM_CIM,
	PROGRAMS
};

struct program_row {
	const char *capture;       /* the file below doctor/commands of a captured tree */
	const char *line;          /* for people: how the capture is made */
	const char *const argv[7]; /* empty: this version does not run it, it reads captures only */
};

/* The rows, indexed by enum program; static storage. */
extern const struct program_row program_rows[PROGRAMS];

#endif
