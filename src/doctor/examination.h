/* What struct gv_doctor is, for the modules that make it or look into it. */
#ifndef GPUVIRT_DOCTOR_EXAMINATION_H
#define GPUVIRT_DOCTOR_EXAMINATION_H

#include "doctor/exam.h"

struct gv_doctor {
	struct gv_exam exam;
	struct gv_doctor_result *results; /* one for each check */
	size_t count;
};

#endif
