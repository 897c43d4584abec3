/*
 * One file up to the point where it would be written: read, recognise, plan, ask the guards.
 *
 * Knows the order of these steps; writes nothing.
 */
#ifndef GPUVIRT_REPAIR_PREPARE_H
#define GPUVIRT_REPAIR_PREPARE_H

#include <gpuvirt/repair.h>

#include "base/replace.h"

/*
 * A way to change a document: sets plan->text and plan->changes. gv_repair_file plans by rules,
 * gv_change_file by what the user asks for.
 */
struct planner {
	enum gv_status (*plan)(const struct planner *planner, struct gv_plan *plan,
	                       const struct gv_vmx *vmx, struct gv_error *err);
	const struct gv_repair_options *options;
	const struct gv_change *changes;
	size_t count;
};

/* The planner's function for repairs by rules. */
enum gv_status plan_by_rules(const struct planner *planner, struct gv_plan *plan,
                             const struct gv_vmx *vmx, struct gv_error *err);

/*
 * Reads PATH (NULL: standard input) into FILE, parses, recognises, plans and asks the guards.
 * PLACE, unless it is NULL, is entered when something is to be written, and is then the caller's to
 * leave. The document of REPAIR borrows the text of FILE.
 */
enum gv_status prepare_file(struct gv_repair *repair, struct gv_file *file, struct gv_place *place,
                            const char *path, const struct planner *planner, struct gv_error *err);

/* Asks the guards alone; sets repair->refused. PLACE as for prepare_file. */
enum gv_status prepare_guards(struct gv_repair *repair, const struct gv_file *file,
                              struct gv_place *place, const char *path,
                              const struct gv_repair_options *options, struct gv_error *err);

/*
 * How the file of the prepared REPAIR is to be locked: as OPTIONS say, but for a lock that is not
 * to be had and that the user overrides.
 */
struct gv_lock_options prepare_locks(const struct gv_repair *repair,
                                     const struct gv_repair_options *options);

/* True when the prepared REPAIR is to be written. */
bool prepare_wants_write(const struct gv_repair *repair, const char *path,
                         const struct gv_repair_options *options);

#endif
