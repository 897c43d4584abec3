#include "cli/gpupv_profile.h"

#include "base/file.h"

/* How large a profile may be is no option's to say, as it is for other files. */
static enum gv_status read_file(struct gv_file *file, const char *path, struct gv_error *err)
{
	struct gv_error own = {0};
	enum gv_status status = gv_file_read(file, path, GV_PROFILE_LIMIT, &own);
	if (status == GV_ETOOBIG)
		return gv_fail(err, GV_ETOOBIG, "larger than 1 MiB: no profile is");
	if (status != GV_OK)
		*err = own;
	return status;
}

bool gpupv_profile_read(struct cli *cli, struct gv_profile *profile)
{
	const char *path = cli->settings.profile;
	struct gv_file file = {0};
	struct gv_error err = {0};
	enum gv_status status = GV_OK;
	if (path != NULL)
		status = read_file(&file, path, &err);
	if (status == GV_OK)
		status = gv_profile_read(
			profile, path == NULL ? gv_profile_builtin() : gv_buf_span(&file.text),
			&err);
	if (status != GV_OK)
		output_failure(&cli->out, path, &err);
	gv_file_dispose(&file);
	return status == GV_OK;
}
