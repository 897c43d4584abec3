#include "repair/prepare.h"

#include "base/walk.h"
#include "repair/guard.h"
#include "vmx/recognise.h"

static enum gv_status read_file(struct gv_file *file, const char *path,
                                const struct gv_repair_options *options, struct gv_error *err)
{
	return path == NULL ? gv_file_read_input(file, options->max_size, err)
	                    : gv_file_read(file, path, options->max_size, err);
}

/* Asks in a place that is entered for it, and left unless the caller wants to have it. */
static enum gv_status ask_there(struct gv_repair *repair, struct guard_question *question,
                                struct gv_place *wanted, struct gv_error *err)
{
	struct gv_place place = {0};
	enum gv_status status = gv_place_enter(&place, question->path, err);
	question->place = &place;
	if (status == GV_OK)
		status = guard_ask(&repair->refusals, question, err);
	if (status == GV_OK && wanted != NULL)
		*wanted = place;
	else
		gv_place_leave(&place);
	return status;
}

enum gv_status prepare_guards(struct gv_repair *repair, const struct gv_file *file,
                              struct gv_place *place, const char *path,
                              const struct gv_repair_options *options, struct gv_error *err)
{
	/* What a walk saw may be minutes old: enough to tell of, not to write by. */
	const struct gv_folder *listed = options->write ? NULL : options->listed;
	struct guard_question question = {path,  NULL, file, repair->vmx, options->surroundings,
	                                  listed};
	enum gv_status status = guard_needs_place(path, listed)
	                                ? ask_there(repair, &question, place, err)
	                                : guard_ask(&repair->refusals, &question, err);
	repair->refused = gv_refusals_first(&repair->refusals, options->force) != NULL;
	return status;
}

struct gv_lock_options prepare_locks(const struct gv_repair *repair,
                                     const struct gv_repair_options *options)
{
	struct gv_lock_options how = options->lock;
	if (options->force && guard_found_lock(&repair->refusals))
		how.mode = GV_LOCK_NEVER;
	return how;
}

bool prepare_wants_write(const struct gv_repair *repair, const char *path,
                         const struct gv_repair_options *options)
{
	return options->write && !options->findings_only && repair->plan.changes &&
	       !repair->refused && path != NULL;
}

enum gv_status prepare_file(struct gv_repair *repair, struct gv_file *file, struct gv_place *place,
                            const char *path, const struct planner *planner, struct gv_error *err)
{
	const struct gv_repair_options *options = planner->options;
	enum gv_status status = read_file(file, path, options, err);
	if (status == GV_OK)
		status = gv_vmx_parse(&repair->vmx, gv_buf_span(&file->text), err);
	if (status != GV_OK)
		return status;
	repair->what_else = options->host_wide ? gv_vmx_no_dictionary(repair->vmx)
	                                       : gv_vmx_what_else(repair->vmx);
	/* Of an encrypted machine no key is seen: nothing could be said about what is missing. */
	guard_ask_text(&repair->refusals, repair->vmx);
	repair->refused =
		repair->what_else != NULL || gv_refusals_first(&repair->refusals, true) != NULL;
	if (repair->refused)
		return GV_OK;
	status = planner->plan(planner, &repair->plan, repair->vmx, err);
	if (status != GV_OK || !repair->plan.changes) {
		repair->refusals.count = 0;
		return status;
	}
	return prepare_guards(repair, file, place, path, options, err);
}

enum gv_status plan_by_rules(const struct planner *planner, struct gv_plan *plan,
                             const struct gv_vmx *vmx, struct gv_error *err)
{
	const struct gv_repair_options *options = planner->options;
	if (!options->findings_only)
		return gv_plan_make(plan, vmx, options->policy, options->unsafe, err);
	enum gv_status status = gv_examine(&plan->found, vmx, options->policy, err);
	plan->changes = gv_findings_are_fixed(&plan->found, options->unsafe);
	return status;
}
