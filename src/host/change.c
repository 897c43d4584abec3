/* Changes to a host-wide file: the right one, whether it may be written, created if need be. */
#include <gpuvirt/host.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/create.h"

/* Appends the names by which SYSTEM's files can be chosen. */
static void list_names(struct gv_buf *out, enum gv_host_system system)
{
	size_t count;
	const struct gv_host_row *rows = gv_host_rows(&count);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].system == system)
			gv_buf_format(out, "%s%s", out->len == 0 ? "" : ", ", rows[i].name);
	}
}

static enum gv_status fail_name(const struct gv_host_environment *environment, const char *name,
                                struct gv_error *err)
{
	struct gv_buf names = {0};
	list_names(&names, environment->system);
	const char *known = names.at == NULL ? "none" : names.at;
	enum gv_status status =
		name == NULL
			? gv_fail(err, GV_EINVAL,
	                          "no file is sure enough here to be written unless it is named "
	                          "(--file: %s)",
	                          known)
			: gv_fail(err, GV_EINVAL, "--file does not take \"%s\" here but %s", name,
	                          known);
	gv_buf_dispose(&names);
	return status;
}

enum gv_status gv_host_choose(const struct gv_host_row **out,
                              const struct gv_host_environment *environment, const char *name,
                              struct gv_error *err)
{
	size_t count;
	const struct gv_host_row *rows = gv_host_rows(&count);
	for (size_t i = 0; i < count; i++) {
		const struct gv_host_row *row = &rows[i];
		bool meant =
			name == NULL ? row->writing == GV_HOST_WRITE : strcmp(name, row->name) == 0;
		if (row->system != environment->system || !meant)
			continue;
		if (row->writing == GV_HOST_WRITE_NEVER)
			return gv_fail(err, GV_EREFUSED, "%s is not written: %s", row->path,
			               row->why);
		*out = row;
		return GV_OK;
	}
	return fail_name(environment, name, err);
}

/* The window of VMware, not its services: those write no preferences. */
static bool is_window(void *context, const char *name)
{
	static const char *const windows[] = {"vmware", "vmplayer"};
	bool *found = context;
	for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
		*found |= strcmp(name, windows[i]) == 0;
	return !*found;
}

static enum gv_status check_window(const struct gv_host_change *change, struct gv_error *err)
{
	bool open = false;
	if (!change->row->rewritten || change->captured || change->options->force)
		return GV_OK;
	if (gv_os_list_processes(is_window, &open) != 0 || !open)
		return GV_OK;
	return gv_fail(err, GV_EREFUSED,
	               "VMware is open, and writes the whole file anew when it is closed: close it "
	               "first (--force overrides)");
}

/* NixOS makes the file anew from its own configuration (facts 2). */
static enum gv_status check_store(const char *path, struct gv_error *err)
{
	static const char store[] = "/nix/store/";
	char *resolved;
	if (gv_os_resolve(path, &resolved) != 0)
		return GV_OK;
	bool inside = strncmp(resolved, store, sizeof store - 1) == 0;
	free(resolved);
	if (!inside)
		return GV_OK;
	return gv_fail(
		err, GV_EREFUSED,
		"the file is made by NixOS: set virtualisation.vmware.host.extraConfig in its "
		"configuration");
}

static enum gv_status check_folder(const struct gv_place *place, struct gv_error *err)
{
	struct gv_os_stat stat;
	int code = gv_os_stat_dir(place->dir, &stat);
	if (code != 0)
		return gv_fail_system(err, code, "cannot read the state of its folder");
	if (gv_os_writable(place->dir, ".", &stat))
		return GV_OK;
	return gv_fail(err, GV_EREFUSED, "this user may not write in its folder%s",
	               gv_os_is_user(stat.owner) || stat.owner != 0 ? ""
	                                                            : ": do it as root (sudo)");
}

/* The folder must be there: a file in one that VMware does not know would be read by nobody. */
static enum gv_status enter_folder(struct gv_place *place, const char *path, struct gv_error *err)
{
	struct gv_error why = {0};
	struct gv_os_stat stat;
	if (gv_place_enter(place, path, &why) == GV_OK)
		return GV_OK;
	if (why.code == ENOENT && gv_os_stat(NULL, path, false, &stat) == ENOENT)
		return gv_fail(
			err, GV_ENOENT,
			"its folder is not there: VMware is not installed here, or was never "
			"started by this user");
	return gv_fail(err, why.status, "%s", why.message);
}

static enum gv_status check_place(const char *path, struct gv_error *err)
{
	struct gv_place place = {0};
	enum gv_status status = check_store(path, err);
	if (status == GV_OK)
		status = enter_folder(&place, path, err);
	if (status == GV_OK)
		status = check_folder(&place, err);
	gv_place_leave(&place);
	return status;
}

/* VMware's own first line (facts 2), in the line ending of its writer there (facts 4.1). */
static struct gv_span first_line(const struct gv_host_row *row)
{
	return row->system == GV_HOST_WINDOWS ? GV_LITERAL(".encoding = \"UTF-8\"\r\n")
	                                      : GV_LITERAL(".encoding = \"UTF-8\"\n");
}

/* Plans a file that is not there: the first line, and what the changes make of it. */
static enum gv_status plan_new(struct gv_plan *plan, const struct gv_host_change *change,
                               struct gv_error *err)
{
	struct gv_vmx *seed = NULL;
	struct gv_plan grown = {0};
	enum gv_status status = gv_vmx_parse(&seed, first_line(change->row), err);
	if (status == GV_OK)
		status = gv_change_plan(&grown, seed, change->changes, change->count, err);
	if (status == GV_OK) {
		gv_edits_replace(&plan->edits, 0, 0, gv_buf_span(&grown.text));
		status = gv_edits_apply(&plan->edits, (struct gv_span){0}, &plan->text, err);
		plan->changes = true;
	}
	gv_plan_dispose(&grown);
	gv_vmx_free(seed);
	return status;
}

static enum gv_status create(struct gv_repair *repair, bool *created,
                             const struct gv_host_change *change, struct gv_error *err)
{
	enum gv_status status = plan_new(&repair->plan, change, err);
	if (status != GV_OK || !change->options->write)
		return status;
	status = gv_create_new(change->path, gv_buf_span(&repair->plan.text), NULL, err);
	repair->written = *created = status == GV_OK;
	return status;
}

enum gv_status gv_host_change(struct gv_repair *repair, bool *created,
                              const struct gv_host_change *change, struct gv_error *err)
{
	struct gv_repair_options options = *change->options;
	struct gv_os_stat stat;
	options.host_wide = true;
	*created = false;
	enum gv_status status = check_window(change, err);
	if (status == GV_OK)
		status = check_place(change->path, err);
	if (status != GV_OK)
		return status;
	if (gv_os_stat(NULL, change->path, true, &stat) == ENOENT)
		return create(repair, created, change, err);
	return gv_change_file(repair, change->path, change->changes, change->count, &options, err);
}
