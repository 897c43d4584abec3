#include <gpuvirt/repair.h>

#include <string.h>

#include "base/charset.h"
#include "base/protected.h"
#include "lock/write.h"
#include "repair/prepare.h"

/* How often another program's change makes us start over before we give up. */
enum { MAX_ATTEMPTS = 5 };

void gv_repair_dispose(struct gv_repair *repair)
{
	gv_vmx_free(repair->vmx);
	gv_plan_dispose(&repair->plan);
	gv_buf_dispose(&repair->original);
	*repair = (struct gv_repair){0};
}

/* Reads, prepares and writes once. HOLD has the locks, or they are taken to write. */
static enum gv_status attempt(struct gv_repair *repair, const char *path,
                              const struct planner *planner, struct lock_hold *hold,
                              struct gv_error *err)
{
	const struct gv_repair_options *options = planner->options;
	struct gv_file file = {0};
	enum gv_status status = prepare_file(repair, &file, NULL, path, planner, err);
	hold->how = prepare_locks(repair, options);
	if (status == GV_OK && prepare_wants_write(repair, path, options)) {
		status = gv_file_replace(path, &file, gv_buf_span(&repair->plan.text),
		                         options->backup, hold, err);
		repair->written = status == GV_OK;
	}
	lock_hold_end(hold);
	repair->original = file.text; /* the document borrows it */
	file.text = (struct gv_buf){0};
	gv_file_dispose(&file);
	repair->from_input = path == NULL;
	return status;
}

/*
 * The first attempt holds nothing while it reads: mostly there is nobody to wait for. The others
 * have the locks from before the reading on.
 */
static enum gv_status run(struct gv_repair *repair, const char *path, const struct planner *planner,
                          struct gv_error *err)
{
	struct lock_hold hold = {0};
	enum gv_status status = attempt(repair, path, planner, &hold, err);
	for (int i = 1; i < MAX_ATTEMPTS && status == GV_ECHANGED; i++) {
		gv_repair_dispose(repair);
		if (err != NULL)
			*err = (struct gv_error){0};
		status = lock_hold_file(&hold, path, err);
		if (status == GV_OK)
			status = attempt(repair, path, planner, &hold, err);
	}
	return status;
}

enum gv_status gv_repair_file(struct gv_repair *repair, const char *path,
                              const struct gv_repair_options *options, struct gv_error *err)
{
	struct planner planner = {.plan = plan_by_rules, .options = options};
	return run(repair, path, &planner, err);
}

/* The value in the file's encoding: UTF-8 is converted, what is no UTF-8 must be valid as it is. */
static enum gv_status encode(struct gv_buf *out, const struct gv_vmx *vmx,
                             const struct gv_change *change, struct gv_error *err)
{
	struct gv_span name = gv_vmx_encoding(vmx);
	const struct gv_charset *charset = gv_charset_find(name);
	struct gv_span value = change->value;
	bool utf8 = gv_charset_first_bad(gv_charset_utf8(), value) == value.len;
	bool good;
	if (utf8 && charset != NULL) {
		good = gv_charset_from_utf8(out, charset, value);
	} else {
		size_t bad = charset == NULL ? value.len : gv_charset_first_bad(charset, value);
		good = bad == value.len;
		out->failed |= bad == SIZE_MAX;
		gv_buf_add(out, value);
	}
	if (out->failed)
		return gv_fail_memory(err);
	if (good)
		return GV_OK;
	return gv_fail(err, GV_EINVAL, "the value of %.*s cannot be written in %.*s",
	               (int)change->name.len, change->name.at, (int)name.len, name.at);
}

/* Leaves one entry of the change's name, with its value. */
static enum gv_status set(struct gv_edits *edits, const struct gv_vmx *vmx,
                          const struct gv_change *change, struct gv_error *err)
{
	struct gv_line line = {0};
	struct gv_buf value = {0};
	bool there = gv_vmx_next_named(vmx, change->name, &line);
	bool same = there && line.kind == GV_LINE_ENTRY && gv_vmx_means(line.value, change->value);
	enum gv_status status = same ? GV_OK : encode(&value, vmx, change, err);
	if (status == GV_OK && !there)
		gv_edits_append(edits, vmx, change->name, gv_buf_span(&value));
	else if (status == GV_OK && !same)
		gv_edits_set(edits, &line, gv_buf_span(&value));
	while (status == GV_OK && there && gv_vmx_next_named(vmx, change->name, &line))
		gv_edits_remove(edits, &line);
	gv_buf_dispose(&value);
	return status;
}

/* Cuts the "*" off the name of a pattern; true when there was one. */
static bool take_star(struct gv_span *name)
{
	bool star = name->len > 1 && name->at[name->len - 1] == '*';
	name->len -= star;
	return star;
}

static enum gv_status unset(struct gv_edits *edits, const struct gv_vmx *vmx,
                            const struct gv_change *change, struct gv_error *err)
{
	struct gv_span name = change->name;
	bool prefix = take_star(&name);
	size_t before = edits->count;
	struct gv_line line = {0};
	while (!prefix && gv_vmx_next_named(vmx, name, &line))
		gv_edits_remove(edits, &line);
	while (prefix && gv_vmx_next(vmx, &line)) {
		if (line.name.len > 0 && gv_span_begins_nocase(line.name, name))
			gv_edits_remove(edits, &line);
	}
	if (edits->count == before && !edits->failed)
		return gv_fail(err, GV_ENOENT, "there is no %.*s", (int)change->name.len,
		               change->name.at);
	return GV_OK;
}

static enum gv_status add(struct gv_edits *edits, const struct gv_vmx *vmx,
                          const struct gv_change *change, struct gv_error *err)
{
	struct gv_line line = {0};
	if (gv_vmx_next_named(vmx, change->name, &line))
		return gv_fail_at(err, GV_EEXIST, line.number,
		                  (uint32_t)(line.name_at - line.start) + 1,
		                  "%.*s is there already", (int)change->name.len, change->name.at);
	return set(edits, vmx, change, err);
}

/* Names that VMware writes are ASCII, whatever the encoding of the values. */
static bool is_ascii(struct gv_span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.at[i] > 0x7E)
			return false;
	}
	return true;
}

/* What can be told of a change without the document. */
static enum gv_status check_name(const struct gv_change *change, struct gv_error *err)
{
	struct gv_span name = change->name;
	bool removes = change->kind == GV_CHANGE_UNSET;
	bool prefix = removes && take_star(&name);
	if (!gv_vmx_name_ok(name) || (!removes && !is_ascii(name)))
		return gv_fail(err, GV_EINVAL,
		               "\"%.*s\" cannot be a key: ASCII without blanks, '#' "
		               "and '='",
		               (int)change->name.len, change->name.at);
	if (gv_name_is_protected(name, prefix))
		return gv_fail(err, GV_EREFUSED,
		               "%.*s belongs to the machine's encryption: losing it "
		               "would destroy the machine",
		               (int)change->name.len, change->name.at);
	return GV_OK;
}

/* The names come from a command line: comparing each with each is no matter of size. */
static enum gv_status check_names(const struct planner *planner, struct gv_error *err)
{
	enum gv_status status = GV_OK;
	for (size_t i = 0; status == GV_OK && i < planner->count; i++) {
		struct gv_span name = planner->changes[i].name;
		status = check_name(&planner->changes[i], err);
		for (size_t j = 0; status == GV_OK && j < i; j++) {
			if (gv_span_equal_nocase(planner->changes[j].name, name))
				status = gv_fail(err, GV_EINVAL, "%.*s is named twice",
				                 (int)name.len, name.at);
		}
	}
	return status;
}

static enum gv_status plan_changes(const struct planner *planner, struct gv_plan *plan,
                                   const struct gv_vmx *vmx, struct gv_error *err)
{
	static enum gv_status (*const kinds[])(struct gv_edits *, const struct gv_vmx *,
	                                       const struct gv_change *, struct gv_error *) = {
		[GV_CHANGE_SET] = set, [GV_CHANGE_ADD] = add, [GV_CHANGE_UNSET] = unset};
	enum gv_status status = check_names(planner, err);
	for (size_t i = 0; status == GV_OK && i < planner->count; i++) {
		const struct gv_change *change = &planner->changes[i];
		status = kinds[change->kind](&plan->edits, vmx, change, err);
	}
	if (status != GV_OK)
		return status;
	gv_edits_settle(&plan->edits);
	status = gv_edits_apply(&plan->edits, gv_vmx_text(vmx), &plan->text, err);
	plan->changes =
		status == GV_OK && !gv_span_equal(gv_vmx_text(vmx), gv_buf_span(&plan->text));
	return status;
}

enum gv_status gv_change_plan(struct gv_plan *plan, const struct gv_vmx *vmx,
                              const struct gv_change *changes, size_t count, struct gv_error *err)
{
	struct planner planner = {.plan = plan_changes, .changes = changes, .count = count};
	return plan_changes(&planner, plan, vmx, err);
}

enum gv_status gv_change_file(struct gv_repair *repair, const char *path,
                              const struct gv_change *changes, size_t count,
                              const struct gv_repair_options *options, struct gv_error *err)
{
	struct planner planner = {plan_changes, options, changes, count};
	return run(repair, path, &planner, err);
}

enum gv_status gv_undo_file(struct gv_repair *repair, const char *path,
                            const struct gv_repair_options *options, struct gv_error *err)
{
	struct gv_file file = {0};
	enum gv_status status = gv_file_read(&file, path, options->max_size, err);
	if (status == GV_OK)
		status = gv_vmx_parse(&repair->vmx, gv_buf_span(&file.text), err);
	if (status == GV_OK)
		status = prepare_guards(repair, &file, NULL, path, options, err);
	repair->original = file.text;
	repair->refused = gv_refusals_first(&repair->refusals, options->force) != NULL;
	struct gv_lock_options how = prepare_locks(repair, options);
	if (status == GV_OK && options->write && !repair->refused) {
		status = gv_file_undo(path, &how, err);
		repair->written = status == GV_OK;
	}
	return status;
}
