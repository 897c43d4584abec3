/* An examination: what several checks need is read once, then the rows of the table run. */
#include <gpuvirt/doctor.h>

#include <stdlib.h>

#include "doctor/examination.h"
#include "doctor/place.h"

const char *gv_verdict_name(enum gv_verdict verdict)
{
	static const char *const names[GV_VERDICTS] = {
		[GV_VERDICT_OK] = "ok",           [GV_VERDICT_NOTE] = "note",
		[GV_VERDICT_SKIPPED] = "skipped", [GV_VERDICT_UNKNOWN] = "unknown",
		[GV_VERDICT_WARNING] = "warning", [GV_VERDICT_BAD] = "bad",
	};
	return (unsigned)verdict < GV_VERDICTS ? names[verdict] : "unknown";
}

/* Reads what several checks need. */
static enum gv_status prepare(struct gv_exam *exam, struct gv_error *err)
{
	enum gv_status status = gv_knowledge_load(&exam->knowledge, err);
	exam->places = place_find(exam->machine);
	bool windows = exam->places == GV_PLACE_WINDOWS_HOST;
	if (status == GV_OK)
		status = hostfiles_read(&exam->host, exam->machine, windows, err);
	if (status != GV_OK || windows)
		return status;
	gpus_read(&exam->gpus, exam->machine);
	icds_read(&exam->icds, exam->machine);
	if ((exam->places & (uint32_t)GV_PLACE_LINUX_HOST) != 0)
		nvidia_read(&exam->nvidia, exam->machine);
	return GV_OK;
}

/* A check for another kind of machine says so. */
static void pass_over(struct gv_exam *exam)
{
	size_t count;
	const struct gv_place_row *rows = gv_places(&count);
	for (size_t i = 0; i < count; i++) {
		if ((exam->result->check->places & (uint32_t)rows[i].place) != 0)
			exam_see(exam, GV_VERDICT_SKIPPED, "is for %s", rows[i].title);
	}
}

/* What is not in a captured tree may have been left out of it: that is no sign. */
static bool is_captured(struct gv_exam *exam, const char *folder)
{
	struct gv_error why = {0};
	if (folder == NULL || !machine_is_captured(exam->machine) ||
	    machine_has(exam->machine, folder, &why) == PRESENT)
		return true;
	exam_see(exam, GV_VERDICT_SKIPPED, "%s is not captured", folder);
	return false;
}

static void run_check(struct gv_exam *exam, struct gv_doctor_result *result)
{
	exam->result = result;
	result->applies = (result->check->places & exam->places) != 0;
	if (!result->applies)
		pass_over(exam);
	else if (is_captured(exam, result->check->needs))
		result->check->run(exam);
}

static enum gv_status run_all(struct gv_doctor *doctor, struct gv_error *err)
{
	const struct gv_doctor_check *checks = gv_doctor_checks(&doctor->count);
	doctor->results = calloc(doctor->count, sizeof *doctor->results);
	if (doctor->results == NULL)
		return gv_fail_memory(err);
	for (size_t i = 0; i < doctor->count; i++) {
		doctor->results[i].check = &checks[i];
		run_check(&doctor->exam, &doctor->results[i]);
	}
	bool failed = doctor->exam.failed || machine_failed(doctor->exam.machine);
	return failed ? gv_fail_memory(err) : GV_OK;
}

enum gv_status gv_doctor_examine(struct gv_doctor **out, const char *root, struct gv_error *err)
{
	struct gv_doctor *doctor = calloc(1, sizeof *doctor);
	if (doctor == NULL)
		return gv_fail_memory(err);
	enum gv_status status = machine_open(&doctor->exam.machine, root, err);
	if (status == GV_OK)
		status = prepare(&doctor->exam, err);
	if (status == GV_OK)
		status = run_all(doctor, err);
	if (status == GV_OK)
		*out = doctor;
	else
		gv_doctor_free(doctor);
	return status;
}

void gv_doctor_free(struct gv_doctor *doctor)
{
	if (doctor == NULL)
		return;
	for (size_t i = 0; doctor->results != NULL && i < doctor->count; i++) {
		free(doctor->results[i].sights);
		free(doctor->results[i].remedies);
	}
	free(doctor->results);
	hostfiles_dispose(&doctor->exam.host);
	gv_knowledge_free(doctor->exam.knowledge);
	machine_close(doctor->exam.machine);
	free(doctor);
}

uint32_t gv_doctor_place(const struct gv_doctor *doctor)
{
	return doctor->exam.places;
}

const struct gv_doctor_result *gv_doctor_results(const struct gv_doctor *doctor, size_t *count)
{
	*count = doctor->count;
	return doctor->results;
}

size_t gv_doctor_count(const struct gv_doctor *doctor, enum gv_verdict verdict)
{
	size_t count = 0;
	for (size_t i = 0; i < doctor->count; i++)
		count += doctor->results[i].applies && doctor->results[i].verdict == verdict;
	return count;
}
