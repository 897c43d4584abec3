/* Where the key that a check offers belongs. Writing is the work of gpuvirt/host.h. */
#include "doctor/examination.h"

static enum gv_status check_offer(const struct gv_doctor_result *result, struct gv_error *err)
{
	const char *id = result->check->id;
	if (!result->applies)
		return gv_fail(err, GV_EREFUSED, "%s does not apply to this machine", id);
	if (result->fix_key != NULL)
		return GV_OK;
	if (result->remedy_count == 0)
		return gv_fail(err, GV_ENOENT, "%s has nothing to mend: its verdict is %s", id,
		               gv_verdict_name(result->verdict));
	return gv_fail(err, GV_EREFUSED,
	               "the remedy of %s is no key in a host-wide file, so it is left to you: %s",
	               id, result->remedies[0]);
}

enum gv_status gv_doctor_locate_fix(const struct gv_doctor *doctor,
                                    const struct gv_doctor_result *result,
                                    const struct gv_host_row **row, struct gv_buf *path,
                                    struct gv_error *err)
{
	const struct gv_host_environment *environment = &doctor->exam.host.environment;
	struct gv_buf asked = {0};
	enum gv_status status = check_offer(result, err);
	if (status == GV_OK)
		status = gv_host_choose(row, environment, NULL, err);
	if (status != GV_OK)
		return status;
	if (!gv_host_path(&asked, *row, environment))
		status = gv_fail(err, GV_EREFUSED, "%s is not set: where %s lies is not known",
		                 gv_host_variable(*row), (*row)->path);
	else if (asked.failed || !machine_locate(doctor->exam.machine, asked.at, path))
		status =
			gv_fail(err, GV_EREFUSED, "the way to %s cannot be followed", (*row)->path);
	gv_buf_dispose(&asked);
	return status;
}
