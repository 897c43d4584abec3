/*
 * What a check has at hand, and how it says what it saw.
 *
 * Knows the machine, what several checks need of it, and the result that is being made; knows
 * nothing about single checks.
 */
#ifndef GPUVIRT_DOCTOR_EXAM_H
#define GPUVIRT_DOCTOR_EXAM_H

#include <gpuvirt/doctor.h>
#include <gpuvirt/knowledge.h>

#include "doctor/gpus.h"
#include "doctor/hostfiles.h"
#include "doctor/icds.h"
#include "doctor/machine.h"
#include "doctor/nvidia.h"

struct gv_exam {
	struct machine *machine;
	struct gv_knowledge *knowledge;
	uint32_t places; /* bits of enum gv_place */
	struct gpus gpus;
	struct icds icds;
	struct nvidia nvidia;
	struct hostfiles host;
	struct gv_doctor_result *result; /* of the check that runs */
	bool failed;                     /* memory ran out */
};

/* Notes what was seen, made printable; the verdict of the check is at least as bad from now on. */
void exam_see(struct gv_exam *exam, enum gv_verdict verdict, const char *format, ...)
	GV_PRINTF(3, 4);

/* The same for what may be the cause CAUSE of missing 3D; what is known to help is added. */
void exam_blame(struct gv_exam *exam, enum gv_verdict verdict, const char *cause,
                const char *format, ...) GV_PRINTF(4, 5);

/* Adds what helps: a sentence, made printable. The same sentence is added once. */
void exam_advise(struct gv_exam *exam, const char *format, ...) GV_PRINTF(2, 3);

/* The same for a host-wide key to set, which --fix can do. KEY and VALUE are static, WHY what else
 * is to be known of it, or NULL. */
void exam_offer(struct gv_exam *exam, const char *key, const char *value, const char *why);

/*
 * Reads PATH for a check: true when *TEXT has it. Else it is noted, with VERDICT when it is not
 * there, as SKIPPED when it cannot be read.
 */
bool exam_read(struct gv_exam *exam, const char *path, enum gv_verdict verdict,
               struct gv_span *text);

/* Asks PROGRAM for a check: true when *SAID has what it said. Else SKIPPED, with the reason. */
bool exam_ask(struct gv_exam *exam, enum program program, struct gv_span *said);

/* True when a host-wide file sets KEY to TRUE, and that is what counts; noted then as well. */
bool exam_is_allowed(struct gv_exam *exam, const char *key);

#endif
