#include "cli/gpupv_profile.h"

#include "base/file.h"

bool gpupv_profile_read(struct cli *cli, struct gv_profile *profile)
{
	const char *path = cli->settings.profile;
	struct gv_file file = {0};
	struct gv_error err = {0};
	enum gv_status status = GV_OK;
	if (path != NULL)
		status = gv_file_read(&file, path, GV_PROFILE_LIMIT, &err);
	if (status == GV_OK)
		status = gv_profile_read(
			profile, path == NULL ? gv_profile_builtin() : gv_buf_span(&file.text),
			&err);
	if (status != GV_OK)
		output_failure(&cli->out, path, &err);
	gv_file_dispose(&file);
	return status == GV_OK;
}
