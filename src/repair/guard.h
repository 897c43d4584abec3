/*
 * When a file must not be touched: the machine runs or is suspended, the file is encrypted,
 * read-only, or has several names.
 *
 * Knows what lies beside a .vmx and what its state means; changes nothing.
 */
#ifndef GPUVIRT_REPAIR_GUARD_H
#define GPUVIRT_REPAIR_GUARD_H

#include <gpuvirt/repair.h>

#include "base/replace.h"

/* What the guards look at. */
struct guard_question {
	const char *path;       /* NULL: standard input, of which only the text can be asked */
	struct gv_place *place; /* where it lies, open; NULL when LISTED tells enough */
	const struct gv_file *file; /* NULL: it is not there, and nothing of its own can be asked */
	const struct gv_vmx *vmx;
	struct gv_surroundings *around; /* remembers a folder between calls; may be NULL */
	const struct gv_folder *listed; /* the folder as a walk saw it, or NULL: look now */
};

/*
 * True when the folder of a file has to be opened to ask the guards: the walk saw a name there that
 * matters, or there was no walk.
 */
bool guard_needs_place(const char *path, const struct gv_folder *listed);

/* Fills REFUSALS with the reasons not to write. Fails when the surroundings cannot be read. */
enum gv_status guard_ask(struct gv_refusals *refusals, const struct guard_question *question,
                         struct gv_error *err);

/* Fills REFUSALS with the reasons that the text of VMX alone gives. */
void guard_ask_text(struct gv_refusals *refusals, const struct gv_vmx *vmx);

/* True when REFUSALS tell of a lock that another program has, or that cannot be judged. */
bool guard_found_lock(const struct gv_refusals *refusals);

/*
 * Adds the reasons that the file NAME in DIR itself gives, whatever it holds: read-only, or other
 * names that would keep the old text.
 */
void guard_ask_file(struct gv_refusals *refusals, struct gv_os_dir *dir, const char *name,
                    const struct gv_file *file);

/* A guard, for documentation and tests; rows of one table. */
struct guard_row {
	const char *id;
	bool forceable;
	const char *summary;
};

/* All guards, *COUNT of them; static storage. */
const struct guard_row *guard_rows(size_t *count);

#endif
