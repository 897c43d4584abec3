/*
 * The names beside a .vmx that tell of a running or suspended machine, listed once for all the
 * files of a folder: a batch over a large folder would otherwise list it for every file.
 *
 * Knows which names matter; judges none of them.
 */
#ifndef GPUVIRT_REPAIR_SURROUNDINGS_H
#define GPUVIRT_REPAIR_SURROUNDINGS_H

#include <gpuvirt/repair.h>

#include "platform/os.h"

/* How long a listing is trusted, in milliseconds. A machine may start at any moment anyway. */
enum { SURROUNDINGS_TRUST = 1000 };

struct gv_surroundings {
	char *folder;       /* resolved path of what was listed last, or NULL */
	uint64_t listed_at; /* on the clock of gv_os_clock */
	const char **names; /* that end in .vmem.lck, .vmdk.lck or .vmss, in any case */
	size_t count;
	size_t cap;
	struct gv_arena arena;
	bool failed; /* memory ran out while listing */
};

/*
 * Makes AROUND hold the names of the open folder DIR, whose resolved path is FOLDER. Fails with
 * GV_ESYSTEM when the folder cannot be listed, with GV_ENOMEM.
 */
enum gv_status surroundings_list(struct gv_surroundings *around, struct gv_os_dir *dir,
                                 const char *folder, struct gv_error *err);

/* Frees what AROUND holds. */
void surroundings_dispose(struct gv_surroundings *around);

#endif
