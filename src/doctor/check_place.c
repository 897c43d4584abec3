/* What the machine is. */
#include "doctor/checks.h"
#include "doctor/lines.h"
#include "doctor/place.h"

static const char *const vendor_files[] = {PLACE_VENDOR, PLACE_PRODUCT};

/* Says what DMI has, or that it cannot be read. */
static void show_dmi(struct gv_exam *exam)
{
	for (size_t i = 0; i < sizeof vendor_files / sizeof *vendor_files; i++) {
		struct gv_span text;
		if (!exam_read(exam, vendor_files[i], GV_VERDICT_OK, &text))
			continue;
		struct gv_span line = {0};
		lines_next(&text, &line);
		exam_see(exam, GV_VERDICT_OK, "%s: %.*s", vendor_files[i], lines_width(line),
		         line.at);
	}
}

/* What a captured tree lacks was perhaps left out: what is missing there is no sign. */
static void show_gaps(struct gv_exam *exam)
{
	static const char *const folders[] = {"/etc", "/proc", "/sys", "/dev", "/usr"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		struct gv_error why = {0};
		if (machine_has(exam->machine, folders[i], &why) != PRESENT)
			exam_see(exam, GV_VERDICT_SKIPPED,
			         "%s is not captured: what lies there is not seen", folders[i]);
	}
}

void check_place(struct gv_exam *exam)
{
	size_t count;
	const struct gv_place_row *rows = gv_places(&count);
	for (size_t i = 0; i < count; i++) {
		if ((exam->places & (uint32_t)rows[i].place) != 0)
			exam_see(exam, GV_VERDICT_OK, "taken for %s", rows[i].title);
	}
	bool windows = exam->places == GV_PLACE_WINDOWS_HOST;
	if (!windows)
		show_dmi(exam);
	if (!windows && machine_is_captured(exam->machine))
		show_gaps(exam);
	if (!machine_knows_environment(exam->machine))
		exam_see(
			exam, GV_VERDICT_SKIPPED,
			"the environment is not captured (doctor/environ): what depends on it, the "
			"home folder too, is not seen");
}

void check_container(struct gv_exam *exam)
{
	static const char *const marks[] = {"/.dockerenv", "/run/.containerenv"};
	const char *named = machine_variable(exam->machine, "container");
	const char *mark = NULL;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		struct gv_error why = {0};
		if (machine_has(exam->machine, marks[i], &why) == PRESENT)
			mark = marks[i];
	}
	if (mark == NULL && named == NULL) {
		exam_see(exam, GV_VERDICT_OK, "no sign of a container");
		return;
	}
	exam_see(exam, GV_VERDICT_WARNING,
	         "this is a container (%s): what is seen here may not be what VMware sees",
	         mark != NULL ? mark : "the variable container");
	exam_advise(exam, "Run the doctor outside of the container.");
}
