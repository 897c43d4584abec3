/*
 * When a file must not be touched: the machine runs or is suspended, the file is encrypted,
 * read-only, or has several names.
 *
 * Knows what lies beside a .vmx and what its state means; changes nothing.
 */
#ifndef GPUVIRT_REPAIR_GUARD_H
#define GPUVIRT_REPAIR_GUARD_H

#include <gpuvirt/repair.h>

#include "base/file.h"

/*
 * Fills REFUSALS with the reasons not to write the file PATH, which was read as FILE and VMX. PATH
 * NULL, for standard input, asks only what the text can tell. AROUND remembers the folder from
 * one call to the next; it may be NULL. Fails when the surroundings cannot
 * be read.
 */
enum gv_status guard_ask(struct gv_refusals *refusals, const char *path, const struct gv_file *file,
                         const struct gv_vmx *vmx, struct gv_surroundings *around,
                         struct gv_error *err);

/* Fills REFUSALS with the reasons that the text of VMX alone gives. */
void guard_ask_text(struct gv_refusals *refusals, const struct gv_vmx *vmx);

/* A guard, for documentation and tests; rows of one table. */
struct guard_row {
	const char *id;
	bool forceable;
	const char *summary;
};

/* All guards, *COUNT of them; static storage. */
const struct guard_row *guard_rows(size_t *count);

#endif
